package i18n

import (
	"context"
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// nbsp keeps a number and its unit on one line.
const nbsp = "\u00a0"

// style is how a locale writes numbers, money and times.
type style struct {
	decimal, group string
	moneyAfter     bool // "12,50 €" rather than "$12.50"
	percentSpace   string
	dayFirst       bool
	clock24        bool
}

var styles = map[language.Tag]style{
	language.AmericanEnglish:      {decimal: ".", group: ","},
	language.BritishEnglish:       {decimal: ".", group: ",", dayFirst: true, clock24: true},
	language.LatinAmericanSpanish: {decimal: ".", group: ",", percentSpace: nbsp, dayFirst: true, clock24: true},
	language.EuropeanSpanish:      {decimal: ",", group: ".", moneyAfter: true, percentSpace: nbsp, dayFirst: true, clock24: true},
}

// symbols are the currencies whose sign readers expect; the others show their
// code.
var symbols = map[string]string{
	"USD": "$", "CAD": "$", "MXN": "$", "ARS": "$", "CLP": "$", "COP": "$", "AUD": "$", "NZD": "$",
	"EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "BRL": "R$", "PEN": "S/",
}

// Number writes a whole number: 12,480.
func Number[I ~int | ~int64 | ~int32](ctx context.Context, n I) string {
	return from(ctx).style.whole(int64(n))
}

// Signed writes a whole number with its sign, for a change: +120, −40, 0.
func Signed[I ~int | ~int64 | ~int32](ctx context.Context, n I) string {
	s := from(ctx).style.whole(int64(n))
	if n > 0 {
		return "+" + s
	}
	return s
}

// Decimal writes a number with at most digits decimals and no trailing zeros.
func Decimal(ctx context.Context, x float64, digits int) string {
	return from(ctx).style.fraction(x, digits, true)
}

// Compact writes a large number in few characters, for axes and tiles: 950,
// 12.4K, 3.1M.
func Compact(ctx context.Context, x float64) string {
	l := from(ctx)
	units := []struct {
		size   float64
		en, es string
	}{{1e9, "B", nbsp + "mil" + nbsp + "M"}, {1e6, "M", nbsp + "M"}, {1e3, "K", nbsp + "mil"}}
	for _, u := range units {
		// 999,950 is closer to 1M than to 1000K.
		if math.Abs(x) >= u.size*0.99995 {
			suffix := u.en
			if l.lang == "es" {
				suffix = u.es
			}
			return l.style.fraction(x/u.size, 1, true) + suffix
		}
	}
	return l.style.fraction(x, 1, true)
}

// Percent writes a share, 0 to 1, with at most digits decimals: 42.5%.
func Percent(ctx context.Context, share float64, digits int) string {
	s := from(ctx).style
	return s.fraction(share*100, digits, true) + s.percentSpace + "%"
}

// Money writes an amount in the currency's minor units: Money(ctx, 123450,
// "USD") is $1,234.50. An unknown currency counts as having two decimals.
func Money(ctx context.Context, minor int64, code string) string {
	return money(ctx, minor, code, false)
}

// MoneyShort is Money without decimals that are zero: $50, $12.50.
func MoneyShort(ctx context.Context, minor int64, code string) string {
	return money(ctx, minor, code, true)
}

// MoneyInput writes an amount as an input field holds it: 1234.50, whatever
// the language.
func MoneyInput(minor int64, code string) string {
	return plain.amount(minor, MoneyDigits(code), false)
}

// MoneySymbol is the sign or code of a currency: $, €, CHF.
func MoneySymbol(code string) string {
	if s, ok := symbols[code]; ok {
		return s
	}
	return code
}

// MoneyDigits is how many decimals a currency has: 2 for USD, 0 for JPY.
func MoneyDigits(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return scale
}

// plain is how machines and input fields write numbers.
var plain = style{decimal: "."}

func money(ctx context.Context, minor int64, code string, short bool) string {
	s := from(ctx).style
	sign := ""
	if minor < 0 {
		sign, minor = "−", -minor
	}
	text, symbol := s.amount(minor, MoneyDigits(code), short), MoneySymbol(code)
	switch {
	case s.moneyAfter:
		return sign + text + nbsp + symbol
	case len(symbol) >= 2 && symbol == code:
		return sign + symbol + nbsp + text
	}
	return sign + symbol + text
}

// amount writes minor units that have the given decimals.
func (s style) amount(minor int64, digits int, short bool) string {
	unit := int64(math.Pow10(digits))
	whole, rest := minor/unit, minor%unit
	sign := ""
	if rest < 0 {
		rest = -rest
		if whole == 0 {
			sign = "−"
		}
	}
	text := sign + s.whole(whole)
	if digits == 0 || short && rest == 0 {
		return text
	}
	frac := strconv.FormatInt(rest, 10)
	return text + s.decimal + strings.Repeat("0", digits-len(frac)) + frac
}

func (s style) whole(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + s.group + digits[i:]
	}
	return sign + digits
}

func (s style) fraction(x float64, digits int, trim bool) string {
	text := strconv.FormatFloat(math.Abs(x), 'f', digits, 64)
	whole, frac, _ := strings.Cut(text, ".")
	if trim {
		frac = strings.TrimRight(frac, "0")
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return text // beyond any figure of ours
	}
	out := s.whole(n)
	if frac != "" {
		out += s.decimal + frac
	}
	if x < 0 && strings.Trim(out, "0.,") != "" {
		return "−" + out
	}
	return out
}

// Plain writes a whole number for machines: attributes, input fields.
func Plain(n int64) string { return strconv.FormatInt(n, 10) }
