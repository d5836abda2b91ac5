package pages

import (
	"strings"

	"regulars/internal/loyalty"
	"regulars/views/ui"
)

// fields reads what people typed into a form and collects what can't be read.
// Numbers may be written as either language writes them.
type fields struct {
	known    bool // the customer to be added was there already
	form     ui.Form
	problems loyalty.Problems
}

func read(f ui.Form) *fields { return &fields{form: f} }

// Err is everything that can't be read, as one Invalid, or nil.
func (r *fields) Err() error { return r.problems.Err() }

// Text is the field without blanks around it.
func (r *fields) Text(name string) string { return strings.TrimSpace(r.form.Value(name)) }

// Whole is the field as a whole number; 0 when it is empty.
func (r *fields) Whole(name string) int64 {
	n, ok := number(r.Text(name), 0)
	if !ok {
		r.problems.Add(name, "must be a whole number")
	}
	return n
}

// Money is the field as an amount in the currency; 0 when it is empty.
func (r *fields) Money(name, currency string) loyalty.Minor {
	n, ok := number(r.Text(name), loyalty.Exponent(currency))
	if !ok {
		r.problems.Add(name, "must be an amount of money such as 12.50")
	}
	return loyalty.Minor(n)
}

// Rate is the field as points per currency unit; 0 when it is empty.
func (r *fields) Rate(name string) loyalty.Rate {
	n, ok := number(r.Text(name), 4)
	if !ok {
		r.problems.Add(name, "must be a number with at most 4 decimals")
	}
	return loyalty.Rate(n)
}

// Factor is the field, such as 1.25, as percent; 0 when it is empty.
func (r *fields) Factor(name string) loyalty.Multiplier {
	n, ok := number(r.Text(name), 2)
	if !ok || n > 1_000_000 || n < -1_000_000 {
		r.problems.Add(name, "must be a number with at most 2 decimals")
		return 0
	}
	return loyalty.Multiplier(n) //nolint:gosec // bounded above
}

// ID is the field as an id with the prefix or none; zero when it is empty or
// isn't one, which no thing can be found by.
func (r *fields) ID(name string, p loyalty.Prefix) loyalty.ID {
	id, _ := p.Parse(r.Text(name))
	return id
}

var clutter = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "$", "", "€", "", "£", "", "¥", "", "R$", "", "S/", "", "−", "-")

// number reads 1,234.50, 1.234,50 and 1234.5 as a number of 10^-exponent
// parts. A lone separator with three digits after it groups thousands, unless
// the number can have that many decimals or begins with a zero.
func number(s string, exponent int) (int64, bool) {
	s = clutter.Replace(s)
	if s == "" {
		return 0, true
	}
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	point := max(dot, comma)
	if point >= 0 {
		mark := s[point : point+1]
		lone := dot < 0 || comma < 0
		repeated := strings.Count(s, mark) > 1
		three := len(s)-point-1 == 3
		thousands := three && exponent < 3 && !strings.HasPrefix(s, "0")
		if !grouped(s[:point]) || lone && repeated && !three {
			return 0, false
		}
		whole := strings.NewReplacer(".", "", ",", "").Replace(s[:point])
		switch {
		case lone && (repeated || thousands):
			s = whole + s[point+1:]
		default:
			s = whole + "." + s[point+1:]
		}
	}
	return loyalty.ParseDecimal(s, exponent)
}

// grouped reports whether the separators in the whole part of a number stand
// before groups of three.
func grouped(whole string) bool {
	parts := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' })
	for i, p := range parts {
		if i > 0 && len(p) != 3 {
			return false
		}
	}
	return len(parts) > 0
}
