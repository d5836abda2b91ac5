package web

import (
	"github.com/gofiber/fiber/v2"

	"regulars/views/layout"
	"regulars/web/openapi"
)

// openapiJSON is GET /openapi.json: what every JSON route takes and answers.
func openapiJSON(c *fiber.Ctx) error {
	return sendBody(c, fiber.MIMEApplicationJSON, openapi.JSON())
}

// docs is GET /docs: the same as a page.
func docs(c *fiber.Ctx) error {
	page, err := openapi.Page(c.Cookies(layout.ThemeCookie))
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderCookie)
	return sendBody(c, fiber.MIMETextHTMLCharsetUTF8, page)
}

func sendBody(c *fiber.Ctx, contentType string, b openapi.Body) error {
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, "private, max-age=300")
	c.Vary(fiber.HeaderAcceptEncoding)
	if c.Request().Header.HasAcceptEncoding("br") {
		c.Set(fiber.HeaderContentEncoding, "br")
		return c.Send(b.Brotli)
	}
	if c.Request().Header.HasAcceptEncoding("gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(b.Gzip)
	}
	return c.Send(b.Plain)
}
