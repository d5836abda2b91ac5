package respond

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

const maxRequestID = 64

// RequestID is what the request is called in the log and in the response's
// X-Request-Id: the caller's own name for it, if sane, or a new one.
func RequestID(c *fiber.Ctx) string {
	if id := c.Response().Header.Peek(fiber.HeaderXRequestID); len(id) > 0 {
		return string(id)
	}
	id := c.Get(fiber.HeaderXRequestID)
	if !sane(id) {
		id = loyalty.NewID(time.Now()).String()
	}
	c.Set(fiber.HeaderXRequestID, id)
	return id
}

// sane refuses what could forge a line of the log or fill it.
func sane(id string) bool {
	for i := range len(id) {
		b := id[i]
		if (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'z') && b != '-' && b != '_' && b != '.' && b != ':' {
			return false
		}
	}
	return id != "" && len(id) <= maxRequestID
}
