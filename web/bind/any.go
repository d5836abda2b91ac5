package bind

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Any is JSON of whatever shape, kept as it was sent. What PostgreSQL's jsonb
// can't hold is refused: the character NUL, and numbers out of all reason.
type Any json.RawMessage

const (
	holdsNUL    = "must not contain the character NUL"
	holdsNumber = "must not hold numbers of more than 300 digits"
	maxPlaces   = 300 // about as far as floats go
)

// UnmarshalJSON keeps a copy of b.
func (a *Any) UnmarshalJSON(b []byte) error {
	for at := 0; at < len(b); {
		switch c := b[at]; {
		case c == '"':
			end := at + endOfText(b[at:])
			if hasEscape(b[at:end], isNUL) {
				return formError(holdsNUL)
			}
			at = end
		case c == '-' || c >= '0' && c <= '9':
			end := at + endOfNumber(b[at:])
			if places(b[at:end]) > maxPlaces {
				return formError(holdsNumber)
			}
			at = end
		default:
			at++
		}
	}
	*a = append((*a)[:0], b...)
	return nil
}

// endOfText is where the JSON string that b begins with has ended.
func endOfText(b []byte) int {
	for at := 1; at < len(b); at++ {
		switch b[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(b)
}

func endOfNumber(b []byte) int {
	if end := bytes.IndexFunc(b, func(r rune) bool { return !bytes.ContainsRune([]byte("0123456789+-.eE"), r) }); end >= 0 {
		return end
	}
	return len(b)
}

// places is how many digits the number has when its exponent is written out,
// or more than that.
func places(number []byte) int {
	mantissa, exponent, _ := bytes.Cut(bytes.ToLower(number), []byte("e"))
	if len(exponent) == 0 {
		return len(mantissa)
	}
	n, err := strconv.Atoi(string(exponent))
	if err != nil || n > maxPlaces || n < -maxPlaces {
		return maxPlaces + 1
	}
	return len(mantissa) + max(n, -n)
}

func isNUL(unit, _ uint64) bool { return unit == 0 }

// loneSurrogate reports whether JSON writes one half of a surrogate pair
// without the other.
func loneSurrogate(b []byte) bool {
	isHigh := func(unit uint64) bool { return unit >= 0xD800 && unit < 0xDC00 }
	isLow := func(unit uint64) bool { return unit >= 0xDC00 && unit < 0xE000 }
	paired := false // the half before was the first of a pair
	return hasEscape(b, func(unit, next uint64) bool {
		wasPaired := paired
		paired = isHigh(unit) && isLow(next)
		return isHigh(unit) && !paired || isLow(unit) && !wasPaired
	})
}

// hasEscape reports whether is holds of any \uXXXX in b; it is told what such
// escape follows right behind, 0 when none.
func hasEscape(b []byte, is func(unit, next uint64) bool) bool {
	if !bytes.Contains(b, []byte(`\u`)) {
		return false
	}
	for at := 0; at < len(b); at++ {
		if b[at] != '\\' {
			continue
		}
		if unit, ok := escape(b[at:]); ok {
			next, _ := escape(b[min(at+6, len(b)):])
			if is(unit, next) {
				return true
			}
			at += 5
			continue
		}
		at++ // what is escaped may be a backslash
	}
	return false
}

// escape is the unit that b begins with, written \uXXXX.
func escape(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return n, err == nil
}
