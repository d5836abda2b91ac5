package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/respond"
)

// accessLog writes a line for each request: the route's pattern rather than
// its path, and ids rather than names, so that nothing personal is in it.
func accessLog(log *slog.Logger, seen *metrics) fiber.Handler {
	return func(c *fiber.Ctx) error {
		begun := time.Now()
		id := respond.RequestID(c)
		// The error is answered here, so that its status can be logged.
		if err := c.Next(); err != nil {
			seen.refused(err)
			if err := c.App().ErrorHandler(c, err); err != nil {
				return err
			}
		}
		status, took := c.Response().StatusCode(), time.Since(begun)
		seen.request(c, status, took)
		attrs := []slog.Attr{
			slog.String("request_id", id), slog.String("method", c.Method()), slog.String("route", route(c)),
			slog.Int("status", status), slog.Duration("took", took),
		}
		if actor := auth.Actor(c); !actor.OrgID.IsZero() {
			attrs = append(attrs, slog.String("organization", actor.OrgID.String()), slog.String("role", string(actor.Role)))
		}
		log.LogAttrs(c.UserContext(), slog.LevelInfo, "request", attrs...)
		return nil
	}
}

// route is the pattern that was matched; paths that match none share one name.
func route(c *fiber.Ctx) string {
	if path := c.Route().Path; path != "/" || c.Path() == "/" {
		return path
	}
	return "unmatched"
}

// caught turns a panic into an error.
func caught(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.Next()
}

// contentPolicy allows nothing but our own files, and no inline code.
const contentPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// scansCards are the pages that may use the camera.
const scansCards = "/till"

// headers are on every response. What is personal must not be kept by caches;
// static files say otherwise for themselves.
func headers(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	camera := "()"
	if strings.HasPrefix(c.Path(), scansCards) {
		camera = "(self)"
	}
	c.Set(fiber.HeaderPermissionsPolicy, "camera="+camera+", microphone=(), geolocation=(), payment=()")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if c.Protocol() == "https" {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
	return c.Next()
}

// admit lets requests in to be worked on in the order they came, so that a
// crowd shares the wait: the pool of connections would serve whom it happens
// to pick. What is too many is refused at once, so that a crowd costs no more
// memory than the limit allows.
func admit(seen *metrics) fiber.Handler {
	room := make(chan struct{}, maxWorking)
	return func(c *fiber.Ctx) error {
		if needsNoDatabase(c.Path()) {
			return c.Next()
		}
		defer seen.atOnce.Add(-1)
		if seen.atOnce.Add(1) > maxAtOnce {
			return loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "The service is busy. Please try again in a moment.")
		}
		select {
		case room <- struct{}{}:
			defer func() { <-room }()
			return c.Next()
		case <-c.UserContext().Done():
			return fmt.Errorf("wait to be worked on: %w", c.UserContext().Err())
		}
	}
}

// needsNoDatabase says of a path that it can be answered whatever the crowd.
func needsNoDatabase(path string) bool {
	return path == "/healthz" || path == "/metrics" || strings.HasPrefix(path, "/static/")
}

// deadline bounds a request: Fiber's own context never ends while the server
// runs, so without this a query outlives its client.
func deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), requestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// takesFiles are the pages that larger bodies may be sent to.
const takesFiles = "/import"

func bodyLimit(c *fiber.Ctx) error {
	if len(c.Request().Body()) > maxBody && !strings.HasPrefix(c.Path(), takesFiles) {
		return fiber.ErrRequestEntityTooLarge
	}
	return c.Next()
}

// onlyText refuses addresses and forms with what is no text to the database:
// the character NUL, and bytes that aren't UTF-8. Nobody types either. What is
// wrong in a JSON body is refused by field.
func onlyText(c *fiber.Ctx) error {
	plain := isText(c.Request().URI().Path())
	c.Request().URI().QueryArgs().VisitAll(func(name, value []byte) { plain = plain && isText(name) && isText(value) })
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEApplicationForm) {
		c.Request().PostArgs().VisitAll(func(name, value []byte) { plain = plain && isText(name) && isText(value) })
	}
	if !plain {
		return fiber.ErrBadRequest
	}
	return c.Next()
}

func isText(b []byte) bool { return utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 }

// unpacked refuses bodies that come compressed: a small one may unpack to a
// huge one, and forms are unpacked before anybody knows who sends them. No
// browser sends such. The program's surfaces unpack nothing, and refuse them
// once they know who calls.
func unpacked(c *fiber.Ctx) error {
	if c.Get(fiber.HeaderContentEncoding) != "" && !strings.HasPrefix(c.Path(), "/v1/") {
		return fiber.ErrUnsupportedMediaType
	}
	return c.Next()
}

// onlyJSON refuses bodies of another type, and compressed ones.
func onlyJSON(c *fiber.Ctx) error {
	if len(c.Request().Body()) == 0 {
		return c.Next()
	}
	kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationJSON) || c.Get(fiber.HeaderContentEncoding) != "" {
		return fiber.ErrUnsupportedMediaType
	}
	return c.Next()
}
