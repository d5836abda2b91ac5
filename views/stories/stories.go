// Package stories is the storybook: every part of views/ui in every state,
// with invented data, so that a part can be looked at, measured and checked
// for accessibility without the pages that use it.
package stories

import (
	"slices"

	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/layout"
)

// Group is one page of the storybook.
type Group struct {
	Key, Title, Icon string
	Body             templ.Component
}

// Groups are the pages of the storybook in order.
func Groups() []Group {
	parts := []Group{
		{"foundation", "Foundation", "sparkles", foundation()},
		{"buttons", "Buttons and menus", "circle-plus", buttons()},
		{"forms", "Forms", "pencil", forms()},
		{"surfaces", "Cards and figures", "layers", surfaces()},
		{"tables", "Tables and lists", "list", tables()},
		{"charts", "Charts", "chart-line", charts()},
		{"feedback", "Feedback", "bell", feedback()},
		{"details", "Details", "history", details()},
		{"loyalty", "Tiers, rewards and cards", "gift", rewards()},
		{"home", "A whole page", "house", home()},
		{"card", "A page for guests", "credit-card", nil},
		{"error", "A page that failed", "triangle-alert", nil},
	}
	return append(parts, pages()...)
}

// Find is the group with a key.
func Find(key string) (Group, bool) {
	for _, g := range Groups() {
		if g.Key == key {
			return g, true
		}
	}
	return Group{}, false
}

// Document is a group's whole page. theme is "light", "dark" or "" for the
// system's.
func (g Group) Document(theme string) templ.Component {
	switch g.Key {
	case "card":
		return bare(theme)
	case "error":
		return layout.Error(layout.ErrorProps{Status: 404, RequestID: "01973f2e", Theme: theme})
	}
	return document(g, theme)
}

// whole reports whether the group is a page of the product, which has a heading
// of its own.
func (g Group) whole() bool {
	return g.Key == "home" || slices.ContainsFunc(pages(), func(p Group) bool { return p.Key == g.Key })
}

// page is the layout of a group: its navigation is the list of groups, except
// for the whole page, which shows the product's own.
func page(g Group, theme string) layout.Page {
	p := layout.Page{
		Title: g.Title, Active: g.Key, User: "Lucía Fernández", Role: loyalty.Owner,
		Org: "Trattoria Lume", Store: "Centro", Theme: theme, Path: "/stories/" + g.Key, CSRF: "token",
	}
	if g.Key == "home" {
		p.Nav, p.Waiting = layout.MenuFor(loyalty.Owner, nil), 3
		return p
	}
	var items []layout.NavItem
	for i, other := range Groups() {
		items = append(items, layout.NavItem{
			Key: other.Key, Label: other.Title, Href: "/stories/" + other.Key, Icon: other.Icon, Tab: i < 4,
		})
	}
	p.Nav = layout.NewMenu(items...)
	return p
}
