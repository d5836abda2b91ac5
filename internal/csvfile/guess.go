package csvfile

import (
	"strconv"
	"strings"
)

// The orders in which a day is written.
const (
	YearFirst  = "ymd"
	DayFirst   = "dmy"
	MonthFirst = "mdy"
)

// DateOrder is how the samples write days, if one of them leaves no doubt.
func DateOrder(samples []string) (order string, sure bool) {
	for _, s := range samples {
		parts := strings.FieldsFunc(firstWord(s), func(r rune) bool { return r == '-' || r == '/' || r == '.' })
		if len(parts) < 3 {
			continue
		}
		if len(parts[0]) == 4 {
			return YearFirst, true
		}
		first, err := strconv.Atoi(parts[0])
		second, err2 := strconv.Atoi(parts[1])
		switch {
		case err != nil || err2 != nil:
		case first > 12:
			return DayFirst, true
		case second > 12:
			return MonthFirst, true
		}
	}
	return "", false
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(strings.Replace(s, "T", " ", 1)), " ")
	return word
}

// Decimal is the mark before the decimals in the samples: "," where one of
// them can't be read otherwise, else ".".
func Decimal(samples []string) string {
	for _, s := range samples {
		dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
		switch {
		case comma < 0 && dot < 0:
		case dot > comma && (comma >= 0 || len(digitsAfter(s, dot)) != 3):
			return "."
		case comma > dot && (dot >= 0 || len(digitsAfter(s, comma)) != 3):
			return ","
		}
	}
	return "."
}

func digitsAfter(s string, i int) string {
	rest := s[i+1:]
	for n, r := range rest {
		if r < '0' || r > '9' {
			return rest[:n]
		}
	}
	return rest
}

// Day is a date in the order, with a blank and the rest behind it, as
// YYYY-MM-DD and the rest. What can't be read so is returned as it is.
func Day(s, order string) string {
	s = strings.TrimSpace(s)
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '-' && r != '/' && r != '.' })
	date, rest := s, ""
	if end >= 0 {
		date, rest = s[:end], s[end:]
	}
	parts := strings.FieldsFunc(date, func(r rune) bool { return r == '-' || r == '/' || r == '.' })
	if len(parts) != 3 {
		return s
	}
	year, month, day := parts[0], parts[1], parts[2]
	switch {
	case len(parts[0]) == 4: // nobody writes the year in front and means the day
	case order == DayFirst:
		day, month, year = parts[0], parts[1], parts[2]
	case order == MonthFirst:
		month, day, year = parts[0], parts[1], parts[2]
	}
	if len(year) == 2 {
		year = "20" + year
	}
	if len(year) != 4 || len(month) > 2 || len(day) > 2 {
		return s
	}
	return year + "-" + pad(month) + "-" + pad(day) + rest
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// Clock is a time of day such as 4:30 PM or 9:05 as 16:30 and 09:05. What
// can't be read so is returned as it is.
func Clock(s string) string {
	s = strings.TrimSpace(s)
	body := strings.ToLower(strings.NewReplacer(".", "", "\u00a0", " ", "\u202f", " ").Replace(s))
	half := ""
	for _, h := range []string{"am", "pm", "a m", "p m"} {
		if strings.HasSuffix(body, h) {
			half, body = h[:1], strings.TrimSpace(strings.TrimSuffix(body, h))
			break
		}
	}
	hours, rest, ok := strings.Cut(body, ":")
	n, err := strconv.Atoi(hours)
	if !ok || err != nil {
		return s
	}
	switch {
	case half == "":
	case n < 1 || n > 12:
		return s
	case half == "p" && n < 12:
		n += 12
	case half == "a" && n == 12:
		n = 0
	}
	return pad(strconv.Itoa(n)) + ":" + rest
}

// Number is a number as people write it, with the decimal mark given, in the
// plain form that programs read: groups of thousands, blanks and currency
// signs are left out. What is no number is returned as it is.
func Number(s, decimal string) string {
	other := ","
	if decimal == "," {
		other = "."
	}
	plain := strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "$", "", "€", "", "£", "", "¥", "", "S/", "", "R$", "").Replace(s)
	whole, fraction, dotted := strings.Cut(plain, decimal)
	groups := strings.Split(strings.TrimPrefix(whole, "-"), other)
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return s
		}
	}
	if strings.ContainsAny(fraction, ".,") {
		return s
	}
	whole = strings.ReplaceAll(whole, other, "")
	if dotted {
		return whole + "." + fraction
	}
	return whole
}
