// Package apidoc is the reference of the JSON surfaces as a page: a list of
// operations at the side, and for each what it takes, what it answers and an
// example to copy. It is given the reference ready-made and needs no script.
// The text is English, as the API is.
package apidoc

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"regulars/views/ui"
)

// Reference is all of the page.
type Reference struct {
	Title    string
	Version  string
	Intro    []Block
	Surfaces []Surface
	Theme    string // "light", "dark" or "" for the system's
}

// Surface is one group of the side list.
type Surface struct {
	Name   string
	Topics []Topic
}

// Topic is the operations on one kind of thing.
type Topic struct {
	ID         string
	Name       string
	Intro      []Block
	Operations []Operation
}

// Operation is one method of one path.
type Operation struct {
	ID          string
	Method      string // upper case
	Path        string // parameters in braces
	Summary     string
	Description []Block
	Scope       string // "" when no key is needed
	Parameters  []Field
	Body        []Field
	BodyNote    []Block
	Answers     []Answer
	Conflicts   []Block  // what each code of a 409 means here
	Refusals    []string // the statuses that every operation of its kind refuses with
	Requests    []Example
}

// Answer is one successful status.
type Answer struct {
	Status   string
	Text     string
	Fields   []Field
	Within   string // the member of the answer that Fields are of; "" for the answer itself
	Examples []Example
}

// Field is a parameter, or a member of an object.
type Field struct {
	Name     string
	In       string // "path", "query", "header" or "" for a member
	Type     string // in words
	Rules    string // range, length, default
	Required bool
	Optional bool // of an answer: not always there
	Text     []Block
	Values   []string // the only ones allowed
	Children []Field
}

// Example is text to copy.
type Example struct {
	Title string
	Text  string
	Parts []Part // Text, cut into what is drawn alike
}

// Part is a stretch of an example with one meaning.
type Part struct {
	Text string
	Kind PartKind
}

// PartKind is what a stretch of an example is.
type PartKind uint8

// The kinds. The zero kind is punctuation and anything else.
const (
	Rest PartKind = iota
	Key
	String
	Literal // a number, true, false or null
)

// Block is a paragraph, a heading, a list or a table.
type Block struct {
	Kind BlockKind
	Text []Span     // of a paragraph or heading
	List [][]Span   // of a list
	Rows [][][]Span // of a table, its head first
}

// BlockKind is what a block is.
type BlockKind uint8

// The kinds of block.
const (
	Paragraph BlockKind = iota
	Heading
	List
	Table
)

// Span is a run of text.
type Span struct {
	Text string
	Code bool
	Bold bool
}

// methodTone gives a method the colour it has everywhere on the page.
func methodTone(method string) ui.Tone {
	switch method {
	case "GET":
		return ui.Note
	case "POST":
		return ui.Good
	case "DELETE":
		return ui.Bad
	}
	return ui.Warn
}

// slug makes a heading's text an anchor.
func slug(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return strings.ReplaceAll(strings.ToLower(b.String()), " ", "-")
}

// headings are the parts of the introduction.
func (r Reference) headings() []Block {
	var out []Block
	for _, b := range r.Intro {
		if b.Kind == Heading {
			out = append(out, b)
		}
	}
	return out
}

// pathParts cuts a path at its parameters, which the page sets apart.
func pathParts(path string) []Span {
	var out []Span
	for path != "" {
		at := strings.IndexAny(path, "{}")
		if at < 0 {
			return append(out, Span{Text: path})
		}
		if path[at] == '}' {
			out = append(out, Span{Text: path[:at+1], Bold: true})
			path = path[at+1:]
			continue
		}
		if at > 0 {
			out = append(out, Span{Text: path[:at]})
		}
		end := strings.IndexByte(path, '}')
		out = append(out, Span{Text: path[at : end+1], Bold: true})
		path = path[end+1:]
	}
	return out
}

// count is how many fields there are, for the summary of a folded table.
func count(fields []Field, within string) string {
	text := strconv.Itoa(len(fields)) + " fields"
	if len(fields) == 1 {
		text = "1 field"
	}
	if within != "" {
		text += " in " + within
	}
	return text
}

// traits is all that is said of a field in its first line.
func traits(f Field) string {
	parts := []string{f.Type}
	if f.Rules != "" {
		parts = append(parts, f.Rules)
	}
	if f.In != "" {
		parts = append(parts, "in "+f.In)
	}
	return strings.Join(parts, " · ")
}

// The classes of a list of fields stand on the list alone: a page holds more
// than a thousand fields.
const listClasses = "divide-y divide-line border-y border-line [&>div]:flex [&>div]:flex-col [&>div]:gap-1 [&>div]:py-2.5 " +
	"[&>div>dt]:flex [&>div>dt]:flex-wrap [&>div>dt]:items-baseline [&>div>dt]:gap-x-2 [&>div>dt]:text-xs [&>div>dt]:text-muted " +
	"[&>div>dt>b]:font-mono [&>div>dt>b]:text-sm [&>div>dt>b]:font-semibold [&>div>dt>b]:text-base-content [&>div>dt>b]:wrap-anywhere " +
	"[&>div>dt>em]:font-medium [&>div>dt>em]:not-italic [&>div>dt>em]:text-warn " +
	"[&>div>dd]:flex [&>div>dd]:flex-col [&>div>dd]:gap-1.5 [&>div>dd]:text-sm [&>div>dd>p]:max-w-prose [&>div>dd>p]:text-muted"

// textClasses style what spans draws, wherever on the page it stands.
const textClasses = "[&_:not(pre)>code]:rounded [&_:not(pre)>code]:bg-quiet-soft [&_:not(pre)>code]:px-1 [&_:not(pre)>code]:py-px " +
	"[&_:not(pre)>code]:font-mono [&_:not(pre)>code]:text-[0.92em] [&_:not(pre)>code]:wrap-anywhere [&_strong]:font-semibold"

var partClasses = map[PartKind]string{Key: "text-note", String: "text-good", Literal: "text-accent"}

// code draws an example. It is written by hand because in preformatted text
// every blank between elements would show.
func code(parts []Part) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range parts {
			text := templ.EscapeString(p.Text)
			if class := partClasses[p.Kind]; class != "" {
				text = `<span class="` + class + `">` + text + `</span>`
			}
			b.WriteString(text)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// spans draws text; written by hand so that no blank slips in before a comma.
func spans(all []Span) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, s := range all {
			text := templ.EscapeString(s.Text)
			switch {
			case s.Code:
				text = `<code>` + text + `</code>`
			case s.Bold:
				text = `<strong>` + text + `</strong>`
			}
			b.WriteString(text)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
