package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/web/auth"
	"regulars/web/respond"
)

// language has pages, errors among them, speak the browser's language.
func language(c *fiber.Ctx) error {
	if respond.SurfaceOf(c) == respond.Pages {
		c.SetUserContext(i18n.With(c.UserContext(), asked(c), nil))
	}
	return c.Next()
}

// asked is the language chosen on this browser, or else its own.
func asked(c *fiber.Ctx) string {
	if chosen := c.Cookies(layout.LangCookie); chosen != "" {
		return chosen
	}
	return c.Get(fiber.HeaderAcceptLanguage)
}

// ownLanguage has pages speak the language of the person who has signed in,
// and tell the time of where the person works.
func ownLanguage(c *fiber.Ctx) error {
	visit := auth.Visit(c)
	if visit.Actor.OrgID.IsZero() {
		return c.Next()
	}
	lang := visit.Staff.Language
	if lang == "" {
		lang = asked(c)
	}
	zone, err := time.LoadLocation(visit.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	c.SetUserContext(i18n.With(c.UserContext(), lang, zone))
	return c.Next()
}
