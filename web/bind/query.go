package bind

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

// Query reads the URL's query and collects what is wrong with it.
type Query struct {
	c        *fiber.Ctx
	problems loyalty.Problems
	missing  error
}

// NewQuery reads c's query.
func NewQuery(c *fiber.Ctx) *Query { return &Query{c: c} }

// Err is everything that was wrong, or nil.
func (q *Query) Err() error {
	if err := q.problems.Err(); err != nil {
		return err
	}
	return q.missing
}

// Text is the parameter as it stands; "" when it isn't there.
func (q *Query) Text(name string) string {
	s := q.c.Query(name)
	if strings.ContainsRune(s, 0) {
		q.problems.Add(name, "must not contain the character NUL")
		return ""
	}
	return s
}

// Int is the parameter as a whole number in the range, or other when it isn't
// there.
func (q *Query) Int(name string, from, to, other int) int {
	s := q.c.Query(name)
	if s == "" && !q.c.Context().QueryArgs().Has(name) {
		return other
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < from || n > to {
		q.problems.Add(name, "must be a whole number from %d to %d", from, to)
		return other
	}
	return n
}

// The pages of a list.
const (
	defaultLimit = 20
	maxLimit     = 100
	maxPage      = 10_000_000
)

// Page is page and limit, which API.md bounds: from 1, and 1 to 100.
func (q *Query) Page() loyalty.Page {
	return loyalty.Page{Number: q.Int("page", 1, maxPage, 1), Size: q.Int("limit", 1, maxLimit, defaultLimit)}
}

// PageOrAll is Page of a list that comes whole to whoever asks for neither a
// page nor a limit; the zero Page is all of it.
func (q *Query) PageOrAll() loyalty.Page {
	if args := q.c.Context().QueryArgs(); !args.Has("page") && !args.Has("limit") {
		return loyalty.Page{}
	}
	return q.Page()
}

// OneOf is the parameter if it is one of values; "" when it isn't there.
func (q *Query) OneOf(name string, values ...string) string {
	s := q.c.Query(name)
	if s != "" && !slices.Contains(values, s) {
		q.problems.Add(name, "must be one of: %s", strings.Join(values, ", "))
		return ""
	}
	return s
}

// Bool is the parameter as true or false; false when it isn't there.
func (q *Query) Bool(name string) bool { return q.OneOf(name, "true", "false") == "true" }

// TimeIn is the parameter as an instant, RFC 3339, or as a day, which counts
// from its start in the time zone; an unknown one counts as UTC. The zero time
// when it isn't there.
func (q *Query) TimeIn(zone, name string) time.Time {
	s := q.c.Query(name)
	if s == "" {
		return time.Time{}
	}
	if t, err := parseDay(s); err == nil {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			loc = time.UTC
		}
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, loc).UTC()
	}
	// A plus sign in a query that nobody encoded has become a blank.
	t, err := parseTime(strings.Replace(s, " ", "+", 1))
	if err != nil {
		q.problems.Add(name, "must be a day written YYYY-MM-DD, or a time in RFC 3339")
	}
	return t
}

// Day is the parameter as a calendar day; the zero time when it isn't there.
func (q *Query) Day(name string) time.Time {
	s := q.c.Query(name)
	if s == "" {
		return time.Time{}
	}
	t, err := parseDay(s)
	if err != nil {
		q.problems.Add(name, mustBeDay)
	}
	return t
}

// ID is the parameter as an id, bare or with the prefix p; the zero ID when it
// isn't there. One with another prefix is a NotFound.
func (q *Query) ID(name string, p loyalty.Prefix) loyalty.ID {
	s := q.c.Query(name)
	if s == "" {
		return loyalty.ID{}
	}
	id, ok := p.Parse(s)
	switch {
	case ok && !id.IsZero():
	case ok || loyalty.KnownPrefix(s):
		q.missing = loyalty.Missing(p.Noun())
	default:
		q.problems.Add(name, "must be an id, a UUID")
	}
	return id
}
