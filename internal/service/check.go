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
// characters, none of them a control character.
func checkText(p *loyalty.Problems, field, s string, least, most int) string {
	s = strings.TrimSpace(s)
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

func isControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }
