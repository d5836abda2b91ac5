package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

type icon struct{ name, class string }

// Icon draws a Lucide icon by its name in static/src/icons.txt, sized by
// class ("" is 1rem square). It is decoration: the text beside it, or the
// label of the button around it, says what it means.
func Icon(name, class string) templ.Component { return icon{name, or(class, "size-4")} }

// Render implements templ.Component.
func (i icon) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<svg class="shrink-0 `)
	out.text(i.class)
	out.html(`" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">`, iconPaths[i.name], `</svg>`)
	return out.err
}

// HasIcon reports whether Icon knows a name.
func HasIcon(name string) bool { return iconPaths[name] != "" }
