// Package bind reads requests into values. What can't be read comes back as a
// loyalty.Error, so handlers just return it. It knows the wire's forms of ids,
// money, days and times, and nothing of what they are used for.
package bind

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

// JSON fills in, a pointer to a struct, from the request's body, which must be
// one JSON object. An unknown field, or one that stands twice, is a BAD_REQUEST
// that names it; fields of the wrong type or form are one VALIDATION_ERROR that
// names them all.
func JSON(c *fiber.Ctx, in any) error {
	body := bytes.TrimSpace(c.BodyRaw())
	if len(body) == 0 || body[0] != '{' {
		return Bad("The body must be a JSON object.")
	}
	if !utf8.Valid(body) { // the decoder would put U+FFFD in its place
		return Bad("The body must be UTF-8.")
	}
	if loneSurrogate(body) { // likewise
		return Bad("The body must hold whole characters; one half of a surrogate pair stands alone in it.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(in)
	if err == nil && !bytes.Contains(body, nulEscape) {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return Bad("The body must be one JSON object with nothing after it.")
		}
		return exactNames(body, in)
	}
	return explain(body, in, err)
}

// OptionalJSON is JSON for a request that may come without a body, which
// leaves in as it is.
func OptionalJSON(c *fiber.Ctx, in any) error {
	if len(bytes.TrimSpace(c.BodyRaw())) == 0 {
		return nil
	}
	return JSON(c, in)
}

// Bad is a BAD_REQUEST: a request that can't be read at all.
func Bad(format string, args ...any) error {
	return loyalty.Errorf(loyalty.Malformed, loyalty.CodeBadRequest, format, args...)
}

// Path is the path's parameter, percent-decoded; "" when it is malformed.
func Path(c *fiber.Ctx, name string) string {
	s, err := url.PathUnescape(c.Params(name))
	if err != nil || strings.ContainsRune(s, 0) {
		return ""
	}
	return s
}

// PathID is the path's parameter as an id, bare or with the prefix p. Anything
// else is a NotFound, since no such thing can exist.
func PathID(c *fiber.Ctx, name string, p loyalty.Prefix) (loyalty.ID, error) {
	id, ok := p.Parse(c.Params(name))
	if !ok || id.IsZero() {
		return loyalty.ID{}, loyalty.Missing(p.Noun())
	}
	return id, nil
}
