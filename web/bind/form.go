package bind

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"regulars/internal/loyalty"
)

// formError says what form a field must have; it becomes the field's message.
type formError string

func (e formError) Error() string { return string(e) }

// Opt is a field that may be left out or be null, which are different things
// in a change: left out keeps what is there, null clears it.
type Opt[T any] struct {
	Set   bool // the field was there
	Null  bool // it was null
	Value T    // zero when not set or null
}

// UnmarshalJSON notes that the field was there.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	*o = Opt[T]{Set: true, Null: string(b) == "null"}
	if o.Null {
		return nil
	}
	if err := json.Unmarshal(b, &o.Value); err != nil {
		return asFormError[T](b, err)
	}
	return nil
}

// Or is the value, or other where the field was left out or null.
func (o Opt[T]) Or(other T) T {
	if !o.Set || o.Null {
		return other
	}
	return o.Value
}

// Ptr points at the value; nil where the field was left out or null.
func (o Opt[T]) Ptr() *T {
	if !o.Set || o.Null {
		return nil
	}
	return &o.Value
}

// Decimal is a number as it was written, plain and exact: a JSON number or a
// decimal string. "" is a field that was left out or null. Whoever knows the
// currency turns it into money.
type Decimal string

// maxDigits bounds a Decimal's length, zeros of a written-out exponent included.
const maxDigits = 40

// UnmarshalJSON takes 12.34, "12.34" and 1.234e1, without going through floats.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		*d = ""
		return nil
	}
	if strings.HasPrefix(s, `"`) {
		if json.Unmarshal(b, &s) != nil || s == "" {
			return formError(mustBeNumber)
		}
	}
	plain, ok := plainDecimal(s)
	if !ok {
		return formError(mustBeNumber)
	}
	*d = Decimal(plain)
	return nil
}

const mustBeNumber = "must be a number, or a text that holds one such as \"12.34\""

// plainDecimal checks that s is a decimal number and writes out its exponent.
func plainDecimal(s string) (string, bool) {
	mantissa, exponent, has := strings.Cut(strings.ToLower(s), "e")
	unsigned := strings.TrimPrefix(mantissa, "-")
	whole, frac, dotted := strings.Cut(unsigned, ".")
	if !digits(whole) || dotted && !digits(frac) || len(s) > maxDigits {
		return "", false
	}
	if !has {
		return mantissa, true
	}
	shift, err := strconv.Atoi(exponent)
	if err != nil || shift > maxDigits || shift < -maxDigits {
		return "", false
	}
	whole, frac = shifted(whole, frac, shift)
	out := strings.TrimLeft(whole, "0")
	if out == "" {
		out = "0"
	}
	if frac != "" {
		out += "." + frac
	}
	return mantissa[:len(mantissa)-len(unsigned)] + out, true
}

// shifted moves the point by shift places to the right.
func shifted(whole, frac string, shift int) (string, string) {
	if shift >= 0 {
		frac += strings.Repeat("0", max(0, shift-len(frac)))
		return whole + frac[:shift], frac[shift:]
	}
	whole = strings.Repeat("0", max(0, -shift-len(whole))) + whole
	at := len(whole) + shift
	return whole[:at], whole[at:] + frac
}

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// Rate is a Decimal of at most four decimals, as points per currency unit.
type Rate loyalty.Rate

// UnmarshalJSON reads what Decimal reads.
func (r *Rate) UnmarshalJSON(b []byte) error {
	n, err := scaled(b, 4, "must be a number with at most 4 decimals")
	*r = Rate(n)
	return err
}

// Factor is a Decimal of at most two decimals such as 1.25, as percent.
type Factor loyalty.Multiplier

// UnmarshalJSON reads what Decimal reads.
func (f *Factor) UnmarshalJSON(b []byte) error {
	n, err := scaled(b, 2, "must be a number with at most 2 decimals")
	if err == nil && int64(int32(n)) != n { //nolint:gosec // that is what is being tested
		return formError("is too large")
	}
	*f = Factor(n) //nolint:gosec // tested above
	return err
}

func scaled(b []byte, exponent int, message string) (int64, error) {
	var d Decimal
	if err := d.UnmarshalJSON(b); err != nil {
		return 0, err
	}
	n, ok := loyalty.ParseDecimal(string(d), exponent)
	if !ok {
		return 0, formError(message)
	}
	return n, nil
}

// Date is a calendar day, written YYYY-MM-DD, as UTC midnight.
type Date struct{ time.Time }

// UnmarshalJSON takes a day between the years 1 and 9999.
func (d *Date) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return formError(mustBeDay)
	}
	t, err := parseDay(s)
	d.Time = t
	return err
}

const (
	mustBeDay  = "must be a day written YYYY-MM-DD"
	mustBeTime = "must be a time in RFC 3339, such as 2026-03-10T12:00:00Z"
)

func parseDay(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return time.Time{}, formError(mustBeDay)
	}
	return t, nil
}

// Time is an instant, written in RFC 3339 with any offset, in UTC.
type Time struct{ time.Time }

// UnmarshalJSON takes an instant between the years 1 and 9999.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		return formError(mustBeTime)
	}
	parsed, err := parseTime(s)
	t.Time = parsed
	return err
}

// inRFC3339 is what the RFC's grammar takes; Go's own reader is laxer about
// fractions and offsets.
var inRFC3339 = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$`)

const secondAt = len("2006-01-02T15:04:")

func parseTime(s string) (time.Time, error) {
	if !inRFC3339.MatchString(s) {
		return time.Time{}, formError(mustBeTime)
	}
	s = strings.ToUpper(s)
	// A leap second is the last of a day in UTC, which clocks count on into the next.
	leap := s[secondAt:secondAt+2] == "60"
	if leap {
		s = s[:secondAt] + "59" + s[secondAt+2:]
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	t = t.UTC()
	if err != nil || leap && (t.Hour() != 23 || t.Minute() != 59) {
		return time.Time{}, formError(mustBeTime)
	}
	if leap {
		t = t.Add(time.Second)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, formError(mustBeTime)
	}
	return t, nil
}
