package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// The parts below have nothing inside that could be anything, and a page has
// hundreds of them. They are drawn by a pen instead of a template, which saves
// each the closures, contexts and lists of classes that a template's part
// costs; what they are given goes out escaped as it does there.

// pen writes a part's HTML and keeps the first error.
type pen struct {
	w   io.Writer
	err error
}

// markup is HTML that stands in this package's source.
type markup string

func (p *pen) html(parts ...markup) {
	for _, m := range parts {
		p.write(string(m))
	}
}

// text writes what a part was given, as the text of an element or between the
// quotes of an attribute.
func (p *pen) text(s string) { p.write(templ.EscapeString(s)) }

func (p *pen) write(s string) {
	if p.err == nil && s != "" {
		_, p.err = io.WriteString(p.w, s)
	}
}

// attr writes an attribute; nothing where it is empty.
func (p *pen) attr(name markup, value string) {
	if value != "" {
		p.html(" ", name, `="`)
		p.text(value)
		p.html(`"`)
	}
}

// part draws another part inside.
func (p *pen) part(ctx context.Context, c templ.Component) {
	if p.err == nil {
		p.err = c.Render(ctx, p.w)
	}
}

// classes joins the names that aren't empty.
func classes(names ...string) string {
	out := ""
	for _, n := range names {
		switch {
		case n == "":
		case out == "":
			out = n
		default:
			out += " " + n
		}
	}
	return out
}

// class is the attribute of a template's element whose classes depend on
// something: <p { class("ui-a", when(p.B, "ui-b"))... }>. templ's own
// class={…} sorts the names through two maps each time.
func class(names ...string) templ.OrderedAttributes {
	all := classes(names...)
	if all == "" {
		return nil
	}
	return templ.OrderedAttributes{{Key: "class", Value: all}}
}

// when is a class that is only there if something is so.
func when(so bool, name string) string {
	if so {
		return name
	}
	return ""
}

type person PersonProps

// Person is an avatar, a name and a line below it.
func Person(p PersonProps) templ.Component { return person(p) }

// Render implements templ.Component.
func (p person) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<span class="flex min-w-0 items-center gap-3">`)
	avatar{p.Name, ""}.draw(&out)
	out.html(`<span class="min-w-0">`)
	if p.Href != "" {
		out.html(`<a class="line-clamp-2 font-medium [overflow-wrap:anywhere] `)
		if p.Cover {
			out.html(`ui-cover"`)
		} else {
			out.html(`ui-link-quiet"`)
		}
		out.attr("href", string(templ.URL(p.Href)))
		out.html(`>`)
		out.text(p.Name)
		out.html(`</a>`)
	} else {
		out.html(`<span class="line-clamp-2 font-medium [overflow-wrap:anywhere]">`)
		out.text(p.Name)
		out.html(`</span>`)
	}
	if p.Sub != "" {
		out.html(`<span class="line-clamp-2 text-sm font-normal text-muted [overflow-wrap:anywhere]">`)
		out.text(p.Sub)
		out.html(`</span>`)
	}
	out.html(`</span></span>`)
	return out.err
}

type avatar struct{ name, class string }

// Avatar stands for a person by the initials; the name is beside it.
func Avatar(name, class string) templ.Component { return avatar{name, class} }

// Render implements templ.Component.
func (a avatar) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	a.draw(&out)
	return out.err
}

func (a avatar) draw(out *pen) {
	out.html(`<span class="ui-avatar`)
	if a.class != "" {
		out.html(" ")
		out.text(a.class)
	}
	out.html(`" data-hue="`)
	out.text(hue(a.name))
	out.html(`" aria-hidden="true">`)
	out.text(Initials(a.name))
	out.html(`</span>`)
}

type tierBadge struct {
	name string
	rank int
}

// TierBadge is a tier's name with the colour of its rank, 1 the lowest.
func TierBadge(name string, rank int) templ.Component { return tierBadge{name, rank} }

// Render implements templ.Component.
func (t tierBadge) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<span class="ui-badge ui-badge-plain"><span class="ui-tier-dot `)
	out.text(tierClass(t.rank))
	out.html(`"></span><span class="truncate">`)
	out.text(t.name)
	out.html(`</span></span>`)
	return out.err
}

// TierDot is a tier's colour by itself, where its name stands beside already.
func TierDot(rank int) templ.Component { return tierDot(rank) }

type tierDot int

// Render implements templ.Component.
func (t tierDot) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<span class="ui-tier-dot `)
	out.text(tierClass(int(t)))
	out.html(`" aria-hidden="true"></span>`)
	return out.err
}

type badge BadgeProps

// Badge is a small coloured label. Its word says what its colour says.
func Badge(p BadgeProps) templ.Component { return badge(p) }

// Render implements templ.Component.
func (p badge) Render(ctx context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<span`)
	out.attr("class", p.Tone.badge())
	out.attr("title", p.Title)
	out.html(`>`)
	if p.Dot {
		out.html(`<span class="ui-dot"></span>`)
	}
	if p.Icon != "" {
		out.part(ctx, icon{p.Icon, "size-3.5"})
	}
	out.html(`<span class="truncate">`)
	out.text(p.Label)
	out.html(`</span></span>`)
	return out.err
}

type rect struct {
	bar
	radius string
}

// Render implements templ.Component. What has no height isn't drawn.
func (r rect) Render(_ context.Context, w io.Writer) error {
	if r.height <= 0 {
		return nil
	}
	out := pen{w: w}
	out.html(`<rect class="ui-fill"`)
	out.attr("x", pct(r.x))
	out.attr("y", pct(r.y))
	out.attr("width", pct(r.width))
	out.attr("height", pct(r.height))
	out.attr("rx", r.radius)
	out.html(`></rect>`)
	return out.err
}

type muted string

// Muted is a word in place of a value that isn't there: "not yet".
func Muted(text string) templ.Component { return muted(text) }

// Render implements templ.Component.
func (m muted) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<span class="text-muted">`)
	out.text(string(m))
	out.html(`</span>`)
	return out.err
}

type hidden struct{ name, value string }

// Hidden is a value the form carries along, such as an idempotency key.
func Hidden(name, value string) templ.Component { return hidden{name, value} }

// Token is the hidden field that proves a form is ours.
func Token(csrf string) templ.Component { return hidden{"csrf", csrf} }

// Render implements templ.Component.
func (h hidden) Render(_ context.Context, w io.Writer) error {
	out := pen{w: w}
	out.html(`<input type="hidden" name="`)
	out.text(h.name)
	out.html(`" value="`)
	out.text(h.value)
	out.html(`">`)
	return out.err
}
