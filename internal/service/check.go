package service

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/internal/loyalty"
)

// checkPoints records a problem unless points is 1 to loyalty.MaxPoints.
func checkPoints(p *loyalty.Problems, field string, points loyalty.Points) {
	if points < 1 || points > loyalty.MaxPoints {
		p.Add(field, "must be a whole number from 1 to 1,000,000,000")
	}
}

// checkText trims s and records a problem unless it then has least to most
// characters that stand on one line. Ids and what else is printed between other
// things go through here.
func checkText(p *loyalty.Problems, field, s string, least, most int) string {
	if checkLine(p, field, s); p.Has(field) {
		return strings.TrimSpace(s)
	}
	return checkNote(p, field, s, least, most)
}

// checkReason makes one line of s, however it came about, and records a problem
// unless it then is one of 1 to most characters: a reason stands in a line of
// tables, files and logs, where what comes after a line break would pass for a
// line of its own.
func checkReason(p *loyalty.Problems, field, s string, most int) string {
	return checkName(p, field, oneLine(s), most)
}

func oneLine(s string) string {
	lines := strings.FieldsFunc(s, breaks)
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, " ")
}

// breaks are the characters that people end lines and cells with.
func breaks(r rune) bool { return strings.ContainsRune("\n\r\t\v\f\u0085\u2028\u2029", r) }

// lineEnds are the ways to end a line, each made ours.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// checkNote trims s, which may have several lines, and records a problem unless
// it then has least to most characters, none of them a control character or one
// that turns around how what comes after it is read.
func checkNote(p *loyalty.Problems, field, s string, least, most int) string {
	s = strings.TrimSpace(lineEnds.Replace(s))
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, isControl):
		p.Add(field, "must be plain text")
	case n < least && n == 0:
		p.Add(field, "is required")
	case n < least || n > most:
		p.Add(field, "must have %d to %d characters", least, most)
	}
	return s
}

func isControl(r rune) bool { return breaksLine(r) && r != '\n' && r != '\t' }

// checkName trims what people call something by and records a problem unless it
// then has 1 to most characters that stand on one line and of which somebody
// can see one. Every name goes through here.
func checkName(p *loyalty.Problems, field, s string, most int) string {
	if checkLine(p, field, s); p.Has(field) {
		return strings.TrimSpace(s)
	}
	s = checkText(p, field, s, 1, most)
	if s != "" && !strings.ContainsFunc(s, isVisible) {
		p.Add(field, "is required")
	}
	return s
}

// checkLine records a problem where s, but for blanks around it, would break a
// line or turn around how what comes after it is read.
func checkLine(p *loyalty.Problems, field, s string) {
	if strings.ContainsFunc(strings.TrimSpace(s), breaksLine) {
		p.Add(field, "must stand on one line: without line breaks, tabs and other control characters")
	}
}

// Marks that join, isolate or give a direction belong to names in Arabic, to
// Hebrew ones and to emoji; the two that override it don't.
func breaksLine(r rune) bool {
	const leftToRightOverride, rightToLeftOverride = '\u202d', '\u202e'
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) || r == leftToRightOverride || r == rightToLeftOverride
}

func isVisible(r rune) bool { return unicode.IsPrint(r) && r != ' ' }
