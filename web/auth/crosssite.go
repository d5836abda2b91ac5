package auth

import (
	"crypto/subtle"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

// csrfHeader carries the form's token where there is no form.
const csrfHeader = "X-CSRF-Token"

// SameSite refuses requests that change something and that another site's page
// has made. Browsers say so in Sec-Fetch-Site or Origin; from those that say
// neither the form's token is asked. It comes after Load.
func SameSite() fiber.Handler {
	browsers := http.NewCrossOriginProtection()
	return func(c *fiber.Ctx) error {
		switch c.Method() {
		case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
			return c.Next()
		}
		if err := browsers.Check(request(c)); err != nil {
			return foreign()
		}
		if c.Get("Sec-Fetch-Site") == "" && c.Get(fiber.HeaderOrigin) == "" && !hasToken(c) {
			return foreign()
		}
		return c.Next()
	}
}

func hasToken(c *fiber.Ctx) bool {
	sent := c.Get(csrfHeader)
	if sent == "" {
		sent = c.FormValue("csrf")
	}
	want := CSRF(c)
	return want != "" && subtle.ConstantTimeCompare([]byte(sent), []byte(want)) == 1
}

func foreign() error {
	return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "This form didn’t come from this site. Open the page again and repeat what you did.")
}
