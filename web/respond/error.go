package respond

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/views/ui"
)

// statuses is the one place where an error gets its status.
var statuses = map[loyalty.Kind]int{
	loyalty.Internal:     fiber.StatusInternalServerError,
	loyalty.Malformed:    fiber.StatusBadRequest,
	loyalty.Invalid:      fiber.StatusBadRequest,
	loyalty.Unauthorized: fiber.StatusUnauthorized,
	loyalty.Forbidden:    fiber.StatusForbidden,
	loyalty.NotFound:     fiber.StatusNotFound,
	loyalty.Conflict:     fiber.StatusConflict,
	loyalty.KeyReused:    fiber.StatusUnprocessableEntity,
	loyalty.Unavailable:  fiber.StatusServiceUnavailable,
	loyalty.TooMany:      fiber.StatusTooManyRequests,
}

// edge words the failures that only HTTP has, which are fiber.Errors.
var edge = map[int]*loyalty.Error{
	fiber.StatusBadRequest:                  loyalty.Errorf(loyalty.Malformed, loyalty.CodeBadRequest, "The request can't be read."),
	fiber.StatusNotFound:                    loyalty.Errorf(loyalty.NotFound, loyalty.CodeNotFound, "There is no such address."),
	fiber.StatusMethodNotAllowed:            loyalty.Errorf(loyalty.Malformed, "METHOD_NOT_ALLOWED", "This address doesn't take this method. See the Allow header."),
	fiber.StatusRequestTimeout:              loyalty.Errorf(loyalty.Malformed, "REQUEST_TIMEOUT", "The request took too long to arrive."),
	fiber.StatusRequestEntityTooLarge:       loyalty.Errorf(loyalty.Malformed, "BODY_TOO_LARGE", "The body is larger than 1 MiB."),
	fiber.StatusUnsupportedMediaType:        loyalty.Errorf(loyalty.Malformed, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."),
	fiber.StatusTooManyRequests:             loyalty.Errorf(loyalty.TooMany, loyalty.CodeRateLimited, "Too many requests. Wait as long as Retry-After says."),
	fiber.StatusRequestHeaderFieldsTooLarge: loyalty.Errorf(loyalty.Malformed, "HEADERS_TOO_LARGE", "The request's headers are too large."),
}

type failure struct {
	Success *bool   `json:"success,omitempty"`
	Error   problem `json:"error"`
}

type problem struct {
	Code      string   `json:"code"`
	Message   string   `json:"message"`
	Details   []detail `json:"details,omitempty"`
	RequestID string   `json:"requestId,omitempty"`
}

type detail struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Status is the HTTP status for err.
func Status(err error) int {
	status, _ := describe(err)
	return status
}

// Code is the code that the caller is told for err.
func Code(err error) string {
	_, e := describe(err)
	return e.Code
}

// describe says what the caller may know of err. What nobody expected is a
// 500 of which nothing is said.
func describe(err error) (int, *loyalty.Error) {
	if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind != loyalty.Internal {
		return statuses[e.Kind], e
	}
	if e, ok := errors.AsType[*fiber.Error](err); ok {
		if known, ok := edge[e.Code]; ok {
			return e.Code, known
		}
		if e.Code < fiber.StatusInternalServerError {
			return e.Code, edge[fiber.StatusBadRequest]
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fiber.StatusServiceUnavailable,
			loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "The service is busy. Please try again in a moment.")
	}
	return fiber.StatusInternalServerError,
		loyalty.Errorf(loyalty.Internal, "INTERNAL", "Something went wrong on our side. Quote the request id when asking for help.")
}

// Errors is the app's error handler. Handlers return errors and never write
// one themselves.
func Errors(log *slog.Logger) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		if r, ok := errors.AsType[*loyalty.Replayed](err); ok {
			c.Set("Idempotency-Replayed", "true")
			return sendJSON(c, r.Status, r.Body)
		}
		status, e := describe(err)
		id, s := RequestID(c), SurfaceOf(c)
		if status >= fiber.StatusInternalServerError {
			log.ErrorContext(c.UserContext(), "request failed", "request_id", id, "method", c.Method(), "route", c.Route().Path, "err", err)
		}
		switch status {
		case fiber.StatusUnauthorized:
			if s != Pages {
				c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
			}
		case fiber.StatusTooManyRequests, fiber.StatusServiceUnavailable:
			if len(c.Response().Header.Peek(fiber.HeaderRetryAfter)) == 0 {
				RetryAfter(c, e)
			}
		}
		if s != Pages {
			b, err := encodeFailure(c, s, status, e)
			if err != nil {
				return err
			}
			return sendJSON(c, status, b)
		}
		// The request's deadline may be what failed; the page must still render.
		c.SetUserContext(context.WithoutCancel(c.UserContext()))
		return errorPage(c, status, e)
	}
}

// RetryAfter says in the header how long e asks to wait, at least a second.
func RetryAfter(c *fiber.Ctx, e *loyalty.Error) {
	c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(math.Ceil(e.RetryAfter.Seconds())))))
}

// ErrorFrame draws a failure as a page with navigation around it; not ok where
// there is nobody to navigate.
type ErrorFrame func(p layout.ErrorProps) (templ.Component, bool)

type frameKey struct{}

// FrameErrors has the errors of this request drawn by frame.
func FrameErrors(c *fiber.Ctx, frame ErrorFrame) { c.Locals(frameKey{}, frame) }

func errorPage(c *fiber.Ctx, status int, e *loyalty.Error) error {
	p := layout.ErrorProps{Status: status, Theme: c.Cookies(layout.ThemeCookie)}
	switch {
	case status >= fiber.StatusInternalServerError:
		p.RequestID = RequestID(c)
	case e != edge[fiber.StatusNotFound] && e != edge[fiber.StatusTooManyRequests]: // of which the page has more to say
		p.Message = i18n.Error(c.UserContext(), e)
	}
	if IsHTMX(c) {
		// What was asked for would have been looked for in a page.
		c.Set("HX-Reselect", "unset")
		if c.Get("HX-Target") == ui.ModalID {
			return HTML(c, status, layout.ErrorDialog(p))
		}
		p.Part = true
		return HTML(c, status, layout.ErrorBody(p))
	}
	if status == fiber.StatusTooManyRequests || status >= fiber.StatusInternalServerError {
		p.Again = again(c)
	}
	if frame, ok := c.Locals(frameKey{}).(ErrorFrame); ok {
		if page, ok := frame(p); ok {
			return HTML(c, status, page)
		}
	}
	return HTML(c, status, layout.Error(p))
}

// again is the address of the page that was asked for; "" for a form's, which
// has none, and for one that browsers take for another host's.
func again(c *fiber.Ctx) string {
	if c.Method() != fiber.MethodGet || strings.HasPrefix(c.OriginalURL(), "//") {
		return ""
	}
	return c.OriginalURL()
}

func encodeFailure(c *fiber.Ctx, s Surface, status int, e *loyalty.Error) ([]byte, error) {
	f := failure{Error: problem{Code: e.Code, Message: e.Message}}
	if s == Organization {
		f.Success = new(bool)
	}
	for _, bad := range e.Fields {
		f.Error.Details = append(f.Error.Details, detail{Field: s.fieldName(bad.Field), Message: bad.Message})
	}
	if status >= fiber.StatusInternalServerError {
		f.Error.RequestID = RequestID(c)
	}
	return json.Marshal(f)
}
