package i18n

import (
	"context"
	"errors"
	"unicode"
	"unicode/utf8"

	"regulars/internal/loyalty"
)

// Error is what a page may say about a failure: the domain's message in the
// reader's language, or for a failure the domain didn't expect a sentence
// that gives nothing away. It is "" for nil.
func Error(ctx context.Context, err error) string {
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*loyalty.Error](err)
	switch {
	case !ok || e.Kind == loyalty.Internal:
		return T(ctx, "Something went wrong on our side. Nothing was changed; please try again.")
	case e.Format == "":
		return T(ctx, e.Message)
	}
	return T(ctx, e.Format, e.Args...)
}

// Fields is what was wrong with each field of a form, in the reader's
// language and as a sentence, by the field's name. It is empty for an error without fields.
func Fields(ctx context.Context, err error) map[string]string {
	out := map[string]string{}
	if e, ok := errors.AsType[*loyalty.Error](err); ok {
		for _, f := range e.Fields {
			if _, seen := out[f.Field]; seen {
				continue
			}
			out[f.Field] = Field(ctx, f)
		}
	}
	return out
}

// Field is what is wrong with one field, as a sentence in the reader's language.
func Field(ctx context.Context, f loyalty.FieldError) string {
	if f.Format == "" {
		return sentence(f.Message)
	}
	return sentence(T(ctx, f.Format, f.Args...))
}

// sentence begins a text with a capital: the domain's complaints are worded to
// follow the field's name, and beside a field they stand alone.
func sentence(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}
