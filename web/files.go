package web

import (
	"github.com/gofiber/fiber/v2"

	"regulars/static"
)

// file is GET /static/*: stylesheet, script, font, icons.
func file(c *fiber.Ctx) error {
	asset, ok := static.Lookup(c.Path())
	if !ok {
		return fiber.ErrNotFound
	}
	body, encoding := asset.Encoded(c.Get(fiber.HeaderAcceptEncoding))
	c.Set(fiber.HeaderContentType, asset.ContentType)
	c.Set(fiber.HeaderCacheControl, static.CacheControl)
	c.Vary(fiber.HeaderAcceptEncoding)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(body)
}

// favicon is GET /favicon.ico, which browsers ask for on their own.
func favicon(c *fiber.Ctx) error {
	return c.Redirect(static.URL("icon/icon.svg"), fiber.StatusMovedPermanently)
}
