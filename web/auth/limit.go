package auth

import (
	"math"
	"strconv"
	"sync"
	"time"

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

// maxAddresses bounds how many callers LimitAddress remembers at once.
const maxAddresses = 10_000

// LimitAddress lets each network address ask perMinute times a minute, all of
// them at once if it likes. trusted lists the proxies whose word for the
// caller's address is taken.
func LimitAddress(trusted []string, perMinute int) fiber.Handler {
	from := trusting(trusted)
	var mu sync.Mutex
	buckets := map[string]*rate.Limiter{}
	every := rate.Every(time.Minute / time.Duration(perMinute))
	allow := func(address string, now time.Time) bool {
		mu.Lock()
		defer mu.Unlock()
		b, ok := buckets[address]
		if !ok {
			if len(buckets) >= maxAddresses {
				forgetIdle(buckets, now)
			}
			b = rate.NewLimiter(every, perMinute)
			buckets[address] = b
		}
		return b.AllowN(now, 1)
	}
	return func(c *fiber.Ctx) error {
		if allow(from.of(c), time.Now()) {
			return c.Next()
		}
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, 60/perMinute)))
		return fiber.ErrTooManyRequests
	}
}

// forgetIdle drops the callers who have been quiet long enough to be as good
// as new, and everybody where that makes no room.
func forgetIdle(buckets map[string]*rate.Limiter, now time.Time) {
	for address, b := range buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(buckets, address)
		}
	}
	if len(buckets) >= maxAddresses {
		clear(buckets)
	}
}
