// Package i18n turns what a page says into the reader's language and its
// numbers, money and times into the reader's form. The English text is the
// key: i18n.T(ctx, "Points issued"). A text without a translation is shown in
// English, and a test names it. Which language and time zone apply is in the
// context, put there by With; this package doesn't know requests or cookies.
package i18n

import (
	"context"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Catalog is one language's texts by their English.
type Catalog map[string]string

// locale is everything that depends on the reader.
type locale struct {
	tag     language.Tag
	lang    string // "en" or "es"
	printer *message.Printer
	texts   Catalog
	style   style
	zone    *time.Location
	now     time.Time // zero means the clock
}

type contextKey struct{}

// supported lists the locales in order of preference; the first is what a
// reader gets whose languages we don't have.
var supported = []language.Tag{
	language.AmericanEnglish, language.BritishEnglish, language.LatinAmericanSpanish, language.EuropeanSpanish,
}

var (
	matcher  = language.NewMatcher(supported)
	catalogs = map[string]Catalog{"en": {}, "es": {}}
	printers = func() map[language.Tag]*message.Printer {
		m := map[language.Tag]*message.Printer{}
		for _, t := range supported {
			m[t] = message.NewPrinter(t)
		}
		return m
	}()
	english = newLocale("en", time.UTC)
)

// Register adds texts to a language; lang is "es", or "en" for what is said
// otherwise than its key. Areas register their own catalogs in init, so two may translate the same text, but not differently:
// that panics. Spanish keeps to the glossary in es_layout.go.
func Register(lang string, c Catalog) {
	have := catalogs[lang]
	for key, text := range c {
		if old, ok := have[key]; ok && old != text {
			panic("i18n: two translations of " + key + ": " + old + " and " + text)
		}
	}
	maps.Copy(have, c)
}

// With returns a context for a reader. lang is a language tag such as "es" or
// "en-GB", or a whole Accept-Language header; what can't be matched is
// English. zone is the store's; nil means UTC.
func With(ctx context.Context, lang string, zone *time.Location) context.Context {
	return context.WithValue(ctx, contextKey{}, newLocale(lang, zone))
}

// In returns a context for the same reader in another time zone.
func In(ctx context.Context, zone *time.Location) context.Context {
	l := *from(ctx)
	l.zone = zone
	return context.WithValue(ctx, contextKey{}, &l)
}

// At returns a context in which Ago counts from now instead of the clock.
func At(ctx context.Context, now time.Time) context.Context {
	l := *from(ctx)
	l.now = now
	return context.WithValue(ctx, contextKey{}, &l)
}

// Languages are the languages a reader can choose, as code and own name.
func Languages() [][2]string {
	return [][2]string{{"en", "English"}, {"es", "Español"}}
}

// Lang is the reader's language: "en" or "es".
func Lang(ctx context.Context) string { return from(ctx).lang }

// Zone is the reader's time zone.
func Zone(ctx context.Context) *time.Location { return from(ctx).zone }

// T translates a text. With args it is a format, whose numbers come out in
// the reader's form: T(ctx, "%d points", 1200) is "1,200 points".
func T(ctx context.Context, text string, args ...any) string {
	l := from(ctx)
	text = l.text(text)
	if len(args) == 0 {
		return text
	}
	return l.printer.Sprintf(text, args...)
}

// N translates a text that depends on a count: one for a single thing, other
// for the rest, n filled in first and args after it. Each form is a key of
// its own: N(ctx, "%d guest", "%d guests", n).
func N[I ~int | ~int64 | ~int32](ctx context.Context, one, other string, n I, args ...any) string {
	l := from(ctx)
	text := other
	if isOne(l.tag, int64(n)) {
		text = one
	}
	return l.printer.Sprintf(l.text(text), append([]any{int64(n)}, args...)...)
}

// Lookup is the translation of a text as it stands, and whether there is one.
// English has one for every text.
func Lookup(ctx context.Context, text string) (string, bool) {
	l := from(ctx)
	if l.lang == "en" {
		return text, true
	}
	t, ok := l.texts[text]
	return t, ok
}

// Says reports whether text is what one says of a text of the catalogs in any
// of the languages.
func Says(text, of string) bool {
	for _, texts := range catalogs {
		if said, ok := texts[of]; ok && said == text {
			return true
		}
	}
	return text == of
}

// Mark returns text unchanged. It tells the test that a text kept in a table
// is shown through T later and needs a translation.
func Mark(text string) string { return text }

func (l *locale) text(key string) string {
	if t, ok := l.texts[key]; ok {
		return t
	}
	return key
}

func isOne(tag language.Tag, n int64) bool {
	if n < 0 {
		n = -n
	}
	// No language of ours has a rule that tells numbers beyond this apart.
	return plural.Cardinal.MatchPlural(tag, int(min(n, 1_000_000)), 0, 0, 0, 0) == plural.One
}

// matched remembers which locale each wish got: reading one takes longer than
// all the rest of a small page, and readers have few different ones.
var (
	matched   sync.Map // wish → index into supported
	matchings atomic.Int64
)

// The wishes remembered, and how long they may be: whoever asks writes them.
const (
	maxMatched = 1000
	maxWish    = 100
)

func match(lang string) language.Tag {
	if i, ok := matched.Load(lang); ok {
		return supported[i.(int)] //nolint:errcheck // nothing else is ever stored
	}
	tags, _, err := language.ParseAcceptLanguage(lang)
	if err != nil || len(tags) == 0 {
		tags = []language.Tag{language.AmericanEnglish}
	}
	for i, t := range tags {
		// Left to itself the matcher takes Spanish without a country for Spain's.
		if t == language.Spanish {
			tags[i] = language.LatinAmericanSpanish
		}
	}
	_, i, _ := matcher.Match(tags...)
	if len(lang) <= maxWish && matchings.Add(1) <= maxMatched {
		matched.Store(strings.Clone(lang), i)
	}
	return supported[i]
}

func newLocale(lang string, zone *time.Location) *locale {
	tag := match(lang)
	base, _ := tag.Base()
	if zone == nil {
		zone = time.UTC
	}
	return &locale{
		tag: tag, lang: base.String(), printer: printers[tag], texts: catalogs[base.String()],
		style: styles[tag], zone: zone,
	}
}

func from(ctx context.Context) *locale {
	if l, ok := ctx.Value(contextKey{}).(*locale); ok {
		return l
	}
	return english
}
