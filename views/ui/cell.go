package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// CellProps is one cell of a Table. It holds Text, or a Node, or else what
// stands between the braces of @Cell(…) { … }, which costs the most: a page has
// hundreds of cells.
type CellProps struct {
	Label   string // the column's, shown beside the value on a phone
	Text    string
	Node    templ.Component
	Head    bool // names the row; the first cell of most tables, which needs no label unless it is a number
	Numeric bool
	Tight   bool
	Actions bool // holds buttons
	Span    bool // long text: takes a phone card's whole width
	Class   string
}

type cell CellProps

// Cell holds one value of a row. Where the row opens something, the Head cell
// holds a link with the class ui-cover, which covers the row.
func Cell(p CellProps) templ.Component { return cell(p) }

// Render implements templ.Component.
func (p cell) Render(ctx context.Context, w io.Writer) error {
	out := pen{w: w}
	if p.Head {
		out.html(`<th scope="row"`)
		out.attr("class", p.Class)
		out.attr("data-label", p.Label)
	} else {
		out.html(`<td`)
		out.attr("class", classes(when(p.Numeric, "ui-num"), when(p.Tight, "ui-tight"), when(p.Actions, "ui-actions"), when(p.Span, "ui-span"), p.Class))
		out.attr("data-label", p.Label)
	}
	out.html(`>`)
	switch {
	case p.Text != "":
		out.text(p.Text)
	case p.Node != nil:
		out.part(ctx, p.Node)
	default:
		out.part(templ.ClearChildren(ctx), templ.GetChildren(ctx))
	}
	if p.Head {
		out.html(`</th>`)
	} else {
		out.html(`</td>`)
	}
	return out.err
}
