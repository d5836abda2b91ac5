package service

import (
	"time"

	"regulars/internal/loyalty"
)

// Field is what a request says of one field. Left out, it keeps what is there,
// or the default; null clears what may be absent.
type Field[T any] struct {
	Set   bool // the field was there
	Null  bool // it was null
	Value T    // zero unless there and not null
}

// Given is a field with a value.
func Given[T any](v T) Field[T] { return Field[T]{Set: true, Value: v} }

// Cleared is a field that is null.
func Cleared[T any]() Field[T] { return Field[T]{Set: true, Null: true} }

// present reports whether there is a value; null is a problem.
func (f Field[T]) present(p *loyalty.Problems, name string) bool {
	if f.Set && f.Null {
		p.Add(name, "must not be null")
	}
	return f.Set && !f.Null
}

// setText puts a text of least to most characters, which may have several
// lines, into to. Null empties it where least is 0 and is a problem otherwise.
func setText(p *loyalty.Problems, name string, f Field[string], least, most int, to *string) {
	if least == 0 && f.Null {
		*to = ""
		return
	}
	if f.present(p, name) {
		*to = checkNote(p, name, f.Value, least, most)
	}
}

// setTitle puts what people call something by into to.
func setTitle(p *loyalty.Problems, name string, f Field[string], to *string) {
	if f.present(p, name) {
		*to = checkName(p, name, f.Value, 255)
	}
}

// setNumber puts a whole number from least to most into to.
func setNumber[N ~int | ~int32 | ~int64](p *loyalty.Problems, name string, f Field[int64], least, most int64, to *N) {
	if !f.present(p, name) {
		return
	}
	if f.Value < least || f.Value > most {
		p.Add(name, "must be a whole number from %d to %d", least, most)
		return
	}
	*to = N(f.Value)
}

// setLimit is setNumber for a field of which null, kept as 0, means that there
// is no limit.
func setLimit[N ~int | ~int32 | ~int64](p *loyalty.Problems, name string, f Field[int64], least, most int64, to *N) {
	if f.Null {
		*to = 0
		return
	}
	setNumber(p, name, f, least, most, to)
}

// setTime puts an instant into to; null makes it the zero time.
func setTime(f Field[time.Time], to *time.Time) {
	if f.Set {
		*to = f.Value.UTC().Truncate(time.Microsecond)
	}
}

// setRate puts points per unit into to.
func setRate(p *loyalty.Problems, name string, f Field[loyalty.Rate], to *loyalty.Rate) {
	if !f.present(p, name) {
		return
	}
	if f.Value < 1 || f.Value > loyalty.MaxRate {
		p.Add(name, "must be more than 0 and at most 1,000,000, with at most four decimals")
		return
	}
	*to = f.Value
}

// setChoice puts one of choices into to.
func setChoice[S ~string](p *loyalty.Problems, name string, f Field[string], to *S, choices ...S) {
	if !f.present(p, name) {
		return
	}
	for _, c := range choices {
		if string(c) == f.Value {
			*to = c
			return
		}
	}
	p.Add(name, "must be one of: %s", joined(choices))
}

func joined[S ~string](choices []S) string {
	out := ""
	for i, c := range choices {
		if i > 0 {
			out += ", "
		}
		out += string(c)
	}
	return out
}

// required records a problem for a field that was left out.
func required[T any](p *loyalty.Problems, name string, f Field[T]) {
	if !f.Set {
		p.Add(name, "is required")
	}
}
