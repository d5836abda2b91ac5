// Package ui is the design system: the parts every page is built from. Each
// part takes a Props struct of values that are already translated and
// formatted, and renders the same way wherever it stands. It knows neither
// requests nor services nor what a page is about. `regulars stories` shows
// every part in every state.
//
// The parts rely on nothing but HTML and the one stylesheet; what JavaScript
// adds is switched on by data attributes (see static/js).
package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tone is what a colour says. The zero Tone says nothing in particular.
type Tone string

// The tones.
const (
	Quiet  Tone = ""
	Good   Tone = "good"
	Bad    Tone = "bad"
	Warn   Tone = "warn"
	Note   Tone = "note"
	Accent Tone = "accent"
	Plain  Tone = "plain" // outlined; badges only
)

// Text is the tone's class for text.
func (t Tone) Text() string {
	switch t {
	case Good:
		return "text-good"
	case Bad:
		return "text-bad"
	case Warn:
		return "text-warn"
	case Note:
		return "text-note"
	case Accent:
		return "text-accent"
	}
	return "text-muted"
}

func (t Tone) badge() string {
	switch t {
	case Good:
		return "ui-badge ui-badge-good"
	case Bad:
		return "ui-badge ui-badge-bad"
	case Warn:
		return "ui-badge ui-badge-warn"
	case Note:
		return "ui-badge ui-badge-note"
	case Accent:
		return "ui-badge ui-badge-accent"
	case Plain:
		return "ui-badge ui-badge-plain"
	}
	return "ui-badge"
}

func (t Tone) mark() string {
	switch t {
	case Good:
		return "ui-mark-good"
	case Bad:
		return "ui-mark-bad"
	case Warn:
		return "ui-mark-warn"
	case Note:
		return "ui-mark-note"
	case Accent:
		return "ui-mark-accent"
	}
	return ""
}

func (t Tone) alert() string {
	switch t {
	case Good:
		return "ui-alert ui-alert-good"
	case Bad:
		return "ui-alert ui-alert-bad"
	case Warn:
		return "ui-alert ui-alert-warn"
	}
	return "ui-alert"
}

// icon is what an alert or a toast of this tone shows.
func (t Tone) icon() string {
	switch t {
	case Good:
		return "circle-check"
	case Bad:
		return "circle-alert"
	case Warn:
		return "triangle-alert"
	}
	return "info"
}

// Initials are the letters that stand for a name: "María Gómez" is MG.
func Initials(name string) string {
	var out []rune
	words := strings.Fields(name)
	for i, w := range words {
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		if len(out) == 0 || i == len(words)-1 {
			out = append(out, unicode.ToUpper(r))
		}
	}
	if len(out) == 0 {
		return "·"
	}
	return string(out)
}

// hue picks one of five colours for a name, always the same for the same name.
func hue(name string) string {
	var h uint32 = 2166136261
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return string('0' + rune(h%5))
}

// tierRank keeps a rank, counted from 1 for the lowest tier, to the colours
// there are: above the tenth come the last six again, in turn, so that
// neighbours always differ.
func tierRank(rank int) int {
	const colours, again = 10, 6
	if rank <= colours {
		return max(rank, 1)
	}
	return colours - again + 1 + (rank-colours-1)%again
}

// or is a unless it is empty.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// id is the element's id: the given one, else the field's name.
func id(given, name string) string { return or(given, "f-"+strings.ReplaceAll(name, ".", "-")) }
