package respond

import "regulars/internal/loyalty"

// Decimal is a number that is printed exactly.
type Decimal string

// MarshalJSON prints d.
func (d Decimal) MarshalJSON() ([]byte, error) { return []byte(d), nil }

// Rate is a rate as a number: 10, 1.5.
func Rate(r loyalty.Rate) Decimal { return Decimal(r.String()) }

// Factor is a multiplier as a factor with at least one decimal: 2.0, 1.25.
func Factor(m loyalty.Multiplier) Decimal {
	s := loyalty.FormatDecimal(int64(m), 2)
	if s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	return Decimal(s)
}
