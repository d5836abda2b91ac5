package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Icon draws a Lucide icon by its name in static/src/icons.txt, sized by
// class ("" is 1rem square). It is decoration: the text beside it, or the
// label of the button around it, says what it means.
func Icon(name, class string) templ.Component {
	if class == "" {
		class = "size-4"
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="shrink-0 `+templ.EscapeString(class)+`" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">`+iconPaths[name]+`</svg>`)
		return err
	})
}

// HasIcon reports whether Icon knows a name.
func HasIcon(name string) bool { return iconPaths[name] != "" }
