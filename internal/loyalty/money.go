package loyalty

import (
	"fmt"
	"strings"
)

// exponents are the ISO 4217 currencies whose minor unit is not a hundredth.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
	"UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Exponent is how many decimals amounts in currency have: 0, 2 or 3.
func Exponent(currency string) int {
	if e, ok := exponents[currency]; ok {
		return e
	}
	return 2
}

// ValidCurrency reports whether s looks like an ISO 4217 code.
func ValidCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

// ParseDecimal reads a plain decimal such as "12.34" or "-3" as an integer
// number of 10^-exponent parts, exactly. More decimals than exponent, an
// exponent sign, blanks and anything beyond 15 digits before the point are not
// ok. Trailing zeros beyond the exponent are fine: "1.500" at 2 is 150.
func ParseDecimal(s string, exponent int) (int64, bool) {
	sign := int64(1)
	if strings.HasPrefix(s, "-") {
		sign, s = -1, s[1:]
	}
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && frac == "" || len(whole) > 15 {
		return 0, false
	}
	if len(frac) > exponent {
		if strings.Trim(frac[exponent:], "0") != "" {
			return 0, false
		}
		frac = frac[:exponent]
	}
	var n int64
	for _, r := range whole + frac + strings.Repeat("0", exponent-len(frac)) {
		if r < '0' || r > '9' || n > (1<<63-1-9)/10 {
			return 0, false
		}
		n = n*10 + int64(r-'0')
	}
	return sign * n, true
}

// FormatDecimal is the inverse of ParseDecimal, with exactly exponent decimals.
func FormatDecimal(n int64, exponent int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if exponent == 0 {
		return fmt.Sprintf("%s%d", sign, n)
	}
	s := fmt.Sprintf("%0*d", exponent+1, n)
	return sign + s[:len(s)-exponent] + "." + s[len(s)-exponent:]
}

// String is the rate as a decimal without trailing zeros: "1.5".
func (r Rate) String() string {
	return strings.TrimSuffix(strings.TrimRight(FormatDecimal(int64(r), 4), "0"), ".")
}
