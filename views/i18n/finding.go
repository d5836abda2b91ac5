package i18n

import (
	"context"
	"regexp"
	"strconv"
	"strings"
)

// Finding is a detector's sentence in the reader's language. format is its
// English format and args the values in it, as the case keeps them: texts in
// English, some with words in them. A format without a translation gives the
// English sentence, described.
func Finding(ctx context.Context, format string, args []any, described string) string {
	text, ok := Lookup(ctx, format)
	if !ok || format == "" || Lang(ctx) == "en" {
		return described
	}
	out := make([]any, len(args))
	for i, a := range args {
		out[i] = a
		if s, isText := a.(string); isText {
			out[i] = findingWord(ctx, s)
		}
	}
	return from(ctx).printer.Sprintf(text, out...)
}

var (
	counted   = regexp.MustCompile(`^([\d,]+) (second|minute|hour|day|part|point)s?$`)
	ordinal   = regexp.MustCompile(`^(\d+)(st|nd|rd|th)$`)
	spanForms = map[string][2]string{
		"second": {Mark("%d second"), Mark("%d seconds")},
		"minute": {Mark("%d minute"), Mark("%d minutes")},
		"hour":   {Mark("%d hour"), Mark("%d hours")},
		"day":    {Mark("%d day"), Mark("%d days")},
		"part":   {Mark("%d part"), Mark("%d parts")},
		"point":  {Mark("%d point"), Mark("%d points")},
	}
	findingPhrases = []string{
		Mark("awards by hand"), Mark("checks put on accounts afterwards"), Mark("a cashier"), Mark("a till"), Mark("a store"), Mark("a store they know"),
		Mark("a store new to them"), Mark("same device"), Mark("neighbouring phone numbers"), Mark("same birthday and cashier"),
	}
)

// findingWord translates a value of a finding: "2 minutes", "3rd", "a till",
// or several of them joined by commas. A number stays as it is.
func findingWord(ctx context.Context, s string) string {
	if m := counted.FindStringSubmatch(s); m != nil {
		if n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", ""), 10, 64); err == nil {
			return N(ctx, spanForms[m[2]][0], spanForms[m[2]][1], n)
		}
	}
	if m := ordinal.FindStringSubmatch(s); m != nil {
		return m[1] + ".ª"
	}
	parts := strings.Split(s, ", ")
	for i, p := range parts {
		for _, phrase := range findingPhrases {
			if p == phrase {
				parts[i] = T(ctx, phrase)
			}
		}
	}
	return strings.Join(parts, ", ")
}
