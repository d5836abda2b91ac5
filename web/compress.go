package web

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// worthCompressing is the length in bytes from which a page is: a shorter one
// goes out in one packet anyway.
const worthCompressing = 1400

// compressed sends pages compressed to browsers that take it. Files and
// streams have ways of their own, and answers to programs are short.
//
// Nothing secret stands beside what strangers can put there: a page that
// repeats the address is only sent with a cookie that other sites' requests
// don't carry.
func compressed(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	r := c.Response()
	if r.IsBodyStream() || len(r.Header.ContentEncoding()) > 0 || len(r.Body()) < worthCompressing || !bytes.HasPrefix(r.Header.ContentType(), []byte(fiber.MIMETextHTML)) {
		return nil
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if !c.Request().Header.HasAcceptEncoding("gzip") {
		return nil
	}
	r.SetBodyRaw(fasthttp.AppendGzipBytesLevel(nil, r.Body(), fasthttp.CompressBestSpeed))
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return nil
}
