package auth

import (
	"math"
	"strconv"
	"sync"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/time/rate"
)

// Limit lets each API key make perSecond requests a second, and twice as many
// in a burst. 0 is no limit. It comes after Bearer.
func Limit(perSecond int) fiber.Handler {
	if perSecond <= 0 {
		return func(c *fiber.Ctx) error { return c.Next() }
	}
	var buckets sync.Map // loyalty.ID → *rate.Limiter; as many as there are keys
	return func(c *fiber.Ctx) error {
		id := Actor(c).KeyID
		b, ok := buckets.Load(id)
		if !ok {
			b, _ = buckets.LoadOrStore(id, rate.NewLimiter(rate.Limit(perSecond), 2*perSecond))
		}
		bucket := b.(*rate.Limiter) //nolint:errcheck // nothing else is ever stored
		if bucket.Allow() {
			return c.Next()
		}
		wait := math.Ceil((1 - bucket.Tokens()) / float64(perSecond))
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(max(1, wait))))
		return fiber.ErrTooManyRequests
	}
}
