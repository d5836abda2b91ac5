package layout

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
)

// NavItem is a page in the navigation.
type NavItem struct {
	Key   string
	Label string // English; translated when drawn
	Href  string
	Icon  string
	Group string // heading above it, English; "" for the first, nameless group
	Tab   bool   // in the phone's tab bar
	Live  string // name of the server-sent event that brings how much waits there; "" where nothing does
}

// Menu is the pages that a role works with. It stands around every page and
// holds nothing of a person or an organization, so how it looks is drawn once
// for each language and current page and then kept.
type Menu struct {
	items []NavItem
	drawn sync.Map // look → *drawnMenu
}

// NewMenu is a menu of pages in order; those of a group stand together.
func NewMenu(items ...NavItem) *Menu { return &Menu{items: items} }

// MenuFor is the menu of a role: those of its pages that keep says there are.
func MenuFor(role loyalty.Role, keep func(href string) bool) *Menu {
	var items []NavItem
	for _, e := range entries {
		if !e.cashier && role == loyalty.Cashier || e.owner && role != loyalty.Owner {
			continue
		}
		if keep == nil || keep(e.Href) {
			items = append(items, e.NavItem)
		}
	}
	return NewMenu(items...)
}

// Has reports whether a page is in the menu.
func (m *Menu) Has(href string) bool {
	return slices.ContainsFunc(m.items, func(i NavItem) bool { return i.Href == href })
}

// groups cuts the menu into its headed parts.
func (m *Menu) groups() [][]NavItem {
	var out [][]NavItem
	for i, item := range m.items {
		if i == 0 || item.Group != m.items[i-1].Group {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], item)
	}
	return out
}

// tabs are at most four pages for the tab bar; the fifth place is "More".
func (m *Menu) tabs() []NavItem {
	out := []NavItem{}
	for _, item := range m.items {
		if item.Tab && len(out) < 4 {
			out = append(out, item)
		}
	}
	return out
}

// more reports whether there are pages that the tab bar has no place for.
func (m *Menu) more() bool { return len(m.items) > len(m.tabs()) }

// look is all that a menu's looks depend on.
type look struct{ lang, active string }

// drawnMenu is a menu's HTML, cut where the number that waits belongs.
type drawnMenu struct{ groups, tabs []string }

// count stands for the number that waits in a menu being drawn. No label and
// no address holds it.
const count = "\x00"

func (m *Menu) draw(ctx context.Context, active string) (*drawnMenu, error) {
	key := look{i18n.Lang(ctx), active}
	if d, ok := m.drawn.Load(key); ok {
		return d.(*drawnMenu), nil
	}
	var groups, tabs strings.Builder
	if err := menuGroups(m.groups(), active).Render(ctx, &groups); err != nil {
		return nil, err
	}
	if err := menuTabs(m.tabs(), active).Render(ctx, &tabs); err != nil {
		return nil, err
	}
	d := &drawnMenu{groups: strings.Split(groups.String(), count), tabs: strings.Split(tabs.String(), count)}
	m.drawn.Store(key, d)
	return d, nil
}

// menu draws a part of the page's menu with the number that waits now.
func (p Page) menu(part func(*drawnMenu) []string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		d, err := p.Nav.draw(ctx, p.Active)
		if err != nil {
			return err
		}
		for i, piece := range part(d) {
			if i > 0 {
				if err := NavCount(p.Waiting).Render(ctx, w); err != nil {
					return err
				}
			}
			if _, err := io.WriteString(w, piece); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *drawnMenu) allGroups() []string { return d.groups }
func (d *drawnMenu) allTabs() []string   { return d.tabs }
