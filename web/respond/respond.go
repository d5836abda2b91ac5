// Package respond turns results and errors into responses. It is the only
// place that knows which status an error deserves and how each surface wraps
// what it answers.
package respond

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

type envelope struct {
	Success bool `json:"success"`
	Data    any  `json:"data"`
}

// Data answers with status and body, wrapped as the surface wants it.
func Data(c *fiber.Ctx, status int, body any) error {
	b, err := encode(SurfaceOf(c), body)
	if err != nil {
		return err
	}
	return sendJSON(c, status, b)
}

func encode(s Surface, body any) ([]byte, error) {
	if s == Organization {
		body = envelope{Success: true, Data: body}
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return b, nil
}

func sendJSON(c *fiber.Ctx, status int, body []byte) error {
	c.Status(status).Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(body)
}

// Page is a list's place in the whole, as the organization surface prints it.
type Page struct {
	Page       int `json:"page"`
	Limit      int `json:"limit"`
	Total      int `json:"total"`
	TotalPages int `json:"totalPages"`
}

// NewPage works out how many pages total rows are.
func NewPage(p loyalty.Page, total int) Page {
	return Page{Page: p.Number, Limit: p.Size, Total: total, TotalPages: (total + p.Size - 1) / p.Size}
}

// OnPage is what of all rows lies on the page; everything on the zero Page.
func OnPage[T any](rows []T, p loyalty.Page) []T {
	if p.Size == 0 {
		return rows
	}
	from := min((p.Number-1)*p.Size, len(rows))
	return rows[from:min(from+p.Size, len(rows))]
}

// Time is an instant as every surface prints it: RFC 3339, UTC, milliseconds.
// The zero time is null.
type Time time.Time

const timeFormat = "2006-01-02T15:04:05.000Z"

// MarshalJSON prints t.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(t).UTC().AppendFormat(nil, `"`+timeFormat+`"`), nil
}

// Day is a calendar day, YYYY-MM-DD. The zero day is null.
type Day time.Time

// MarshalJSON prints d.
func (d Day) MarshalJSON() ([]byte, error) {
	if time.Time(d).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(d).AppendFormat(nil, `"2006-01-02"`), nil
}

// ID is a bare id; the zero ID is null.
type ID loyalty.ID

// MarshalJSON prints id.
func (id ID) MarshalJSON() ([]byte, error) {
	if loyalty.ID(id).IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + loyalty.ID(id).String() + `"`), nil
}

// PrefixedID is an id with the prefix p, as the store surface prints it; nil,
// which is printed as null, for the zero ID.
func PrefixedID(p loyalty.Prefix, id loyalty.ID) *string {
	if id.IsZero() {
		return nil
	}
	s := p.Format(id)
	return &s
}

// Text is s, or null when it is empty.
func Text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Money is an amount in the currency's major unit, as an exact JSON number.
func Money(amount loyalty.Minor, currency string) json.Number {
	return json.Number(loyalty.FormatDecimal(int64(amount), loyalty.Exponent(currency)))
}

// HTML renders a page or a fragment.
func HTML(c *fiber.Ctx, status int, component templ.Component) error {
	c.Status(status).Type("html", "utf-8")
	if err := component.Render(c.UserContext(), c); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	return nil
}

// IsHTMX reports whether htmx sent the request, and so wants a fragment. A
// page restored from the browser's history is asked for whole.
func IsHTMX(c *fiber.Ctx) bool {
	c.Vary("HX-Request")
	return c.Get("HX-Request") == "true" && c.Get("HX-History-Restore-Request") != "true"
}

// SeeOther sends the browser to path after a successful form.
func SeeOther(c *fiber.Ctx, path string) error {
	if IsHTMX(c) {
		c.Set("HX-Location", path)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(path, fiber.StatusSeeOther)
}
