package contact

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"regulars/internal/loyalty"
)

const (
	maxSearch = 255 // characters looked at
	maxWords  = 8   // words looked for
	trigram   = 3   // letters from which on a part is found inside words, not only at their start
)

// ParseSearch is what to look up for q, typed in the region: a phone number
// however it is written, else parts of names and e-mail addresses. Nothing
// typed gives the zero search.
func ParseSearch(q, region string) loyalty.CustomerSearch {
	if r := []rune(q); len(r) > maxSearch {
		q = string(r[:maxSearch])
	}
	if d := digits(q); d != "" && !strings.ContainsFunc(q, notInPhone) {
		return phoneSearch(q, d, region)
	}
	folded := Fold(q)
	s := loyalty.CustomerSearch{Name: folded}
	words := strings.Fields(folded)
	// The longest word is likely the rarest, and the rarest is looked up first.
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, w := range words[:min(len(words), maxWords)] {
		if utf8.RuneCountInString(w) < trigram {
			w = " " + w
		}
		s.Parts = append(s.Parts, w)
	}
	return s
}

func phoneSearch(q, d, region string) loyalty.CustomerSearch {
	s := loyalty.CustomerSearch{E164: ParsePhone(q, region).E164, Digits: []string{d}, Tail: d}
	if code := callingCode(region); code != "" && !strings.Contains(q, "+") {
		s.Digits = append(s.Digits, code+d)
	}
	if len(d) >= trigram {
		s.Parts = []string{d}
	}
	return s
}

func notInPhone(r rune) bool {
	_, ok := digit(r)
	return !ok && !strings.ContainsRune(" \t\u00a0+-()./–", r)
}
