package layout_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/layout"
)

func render(t *testing.T, lang string, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(i18n.With(context.Background(), lang, time.UTC), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func page(role loyalty.Role) layout.Page {
	return layout.Page{
		Title: "Customers", Active: "customers", User: "Ana <b>Ruiz</b>", Role: role, Org: "Lume", Store: "Centro",
		Nav: layout.MenuFor(role, nil), Waiting: 3, CSRF: "secret-token", Theme: "dark", Path: "/customers?q=a",
		Flash: []layout.Flash{{Text: "Saved."}},
	}
}

// The browser's own bars have the colour of the theme that was chosen, or of
// the system's.
func TestBrowserHasTheColourOfTheTheme(t *testing.T) {
	for theme, want := range map[string]string{"dark": "#13110f", "light": "#faf9f7", "": "#faf9f7 (prefers-color-scheme: light) #13110f (prefers-color-scheme: dark)"} {
		p := page(loyalty.Owner)
		p.Theme = theme
		var got []string
		for _, m := range render(t, "en", layout.Layout(p)).Find(`meta[name="theme-color"]`).EachIter() {
			got = append(got, strings.TrimSpace(m.AttrOr("content", "")+" "+m.AttrOr("media", "")))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("theme %q: %q, want %q", theme, got, want)
		}
	}
}

func TestDocumentIsTheReaders(t *testing.T) {
	doc := render(t, "es-MX", layout.Layout(page(loyalty.Owner)))
	html := doc.Find("html")
	if html.AttrOr("lang", "") != "es" || html.AttrOr("data-theme", "") != "dark" {
		t.Error("the document lost its language or theme")
	}
	if got := doc.Find("title").Text(); got != "Customers · Regulars" {
		t.Errorf("the title is %q", got)
	}
	if got := doc.Find("#toasts").Text(); !strings.Contains(got, "Saved.") {
		t.Errorf("the toasts say %q", got)
	}
	if doc.Find("#account b").Length() != 0 {
		t.Error("a name became markup")
	}
	p := page(loyalty.Owner)
	p.Theme = "sepia"
	if _, ok := render(t, "en", layout.Layout(p)).Find("html").Attr("data-theme"); ok {
		t.Error("a theme we don't have is named")
	}
}

// The Content-Security-Policy allows neither inline script nor inline style.
func TestNothingIsInline(t *testing.T) {
	for name, c := range map[string]templ.Component{
		"layout": layout.Layout(page(loyalty.Owner)), "bare": layout.Bare(layout.BareProps{Title: "x"}), "error": layout.Error(layout.ErrorProps{Status: 500}),
	} {
		doc := render(t, "en", c)
		doc.Find("*").Each(func(_ int, s *goquery.Selection) {
			for _, a := range s.Nodes[0].Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s> has %s", name, goquery.NodeName(s), a.Key)
				}
			}
		})
		if doc.Find("style, script:not([src])").Length() != 0 {
			t.Errorf("%s holds inline script or style", name)
		}
	}
}

func TestNavigationByRole(t *testing.T) {
	tests := []struct {
		role loyalty.Role
		has  []string
		not  []string
	}{
		{loyalty.Owner, []string{"/", "/till", "/program", "/staff", "/anomalies", "/settings"}, nil},
		{loyalty.Manager, []string{"/", "/till", "/rewards", "/anomalies", "/transactions"}, []string{"/program", "/staff", "/import"}},
		{loyalty.Cashier, []string{"/till", "/customers", "/redemptions"}, []string{"/", "/anomalies", "/program", "/transactions"}},
	}
	for _, test := range tests {
		nav := render(t, "en", layout.Layout(page(test.role))).Find(".ui-side nav")
		for _, href := range test.has {
			if nav.Find(`a[href="`+href+`"]`).Length() != 1 {
				t.Errorf("%s: no link to %s", test.role, href)
			}
		}
		for _, href := range test.not {
			if nav.Find(`a[href="`+href+`"]`).Length() != 0 {
				t.Errorf("%s: a link to %s", test.role, href)
			}
		}
		if got := nav.Find("[aria-current=page]").AttrOr("href", ""); got != "/customers" {
			t.Errorf("%s: the current page is %q", test.role, got)
		}
	}
}

func TestWaitingCasesAreCounted(t *testing.T) {
	doc := render(t, "en", layout.Layout(page(loyalty.Manager)))
	if got := doc.Find(`.ui-side a[href="/anomalies"] .ui-count`).Text(); !strings.HasPrefix(strings.TrimSpace(got), "3") {
		t.Errorf("the badge says %q, want 3 waiting", got)
	}
	if got := render(t, "en", layout.NavCount(120)).Text(); !strings.Contains(got, "99+") {
		t.Errorf("120 is shown as %q", got)
	}
	if got := render(t, "en", layout.NavCount(0)).Find("span").Length(); got != 0 {
		t.Error("a badge for nothing")
	}
}

// A menu is drawn once for each language and page, and stands around pages of
// many people.
func TestMenuIsKeptForEachLanguageAndPage(t *testing.T) {
	menu := layout.MenuFor(loyalty.Manager, nil)
	for _, test := range []struct {
		lang, active, label, count string
		waiting                    int
	}{
		{"en", "customers", "Customers", "3", 3}, {"es", "customers", "Clientes", "12", 12}, {"en", "till", "Till", "", 0}, {"en", "customers", "Customers", "7", 7},
	} {
		p := page(loyalty.Manager)
		p.Nav, p.Active, p.Waiting = menu, test.active, test.waiting
		doc := render(t, test.lang, layout.Layout(p))
		for _, place := range []string{".ui-side nav", ".ui-tabbar", "#more"} {
			nav := doc.Find(place)
			if got := strings.TrimSpace(nav.Find("[aria-current=page]").Text()); got != test.label {
				t.Errorf("%s: the current page is %q, want %q", place, got, test.label)
			}
			if got := strings.TrimSpace(nav.Find("[data-live=anomalies]").Text()); !strings.HasPrefix(got, test.count) || test.count == "" && got != "" {
				t.Errorf("%s: %q wait, want %q", place, got, test.count)
			}
		}
	}
}

func TestSwitchesWorkWithoutScript(t *testing.T) {
	doc := render(t, "es", layout.Layout(page(loyalty.Owner)))
	forms := doc.Find(`#account form[action="/preferences"]`)
	if forms.Length() != 3 {
		t.Fatalf("%d forms for theme, language and keys, want 3", forms.Length())
	}
	forms.Each(func(_ int, f *goquery.Selection) {
		if f.Find("[name=csrf]").AttrOr("value", "") != "secret-token" || f.Find("[name=back]").AttrOr("value", "") != "/customers?q=a" {
			t.Error("a switch lost its token or its way back")
		}
	})
	if got := doc.Find("[name=lang][aria-pressed=true]").AttrOr("value", ""); got != "es" {
		t.Errorf("the language chosen is %q", got)
	}
	if got := doc.Find("[name=keys][aria-pressed=true]").AttrOr("value", ""); got != "on" {
		t.Errorf("single keys are %q", got)
	}
	if got := doc.Find("[name=theme][aria-pressed=true]").AttrOr("value", ""); got != "dark" {
		t.Errorf("the theme chosen is %q", got)
	}
}

func TestErrorPageGivesNothingAway(t *testing.T) {
	doc := render(t, "es", layout.Error(layout.ErrorProps{Status: 404, RequestID: "r-1"}))
	if got := doc.Find("h1").Text(); got != "Aquí no hay nada" {
		t.Errorf("404 says %q", got)
	}
	if !strings.Contains(doc.Find("main").Text(), "r-1") {
		t.Error("there is no reference to quote")
	}
	if got := render(t, "en", layout.Error(layout.ErrorProps{Status: 599})).Find("h1").Text(); got != "Something went wrong" {
		t.Errorf("an unknown status says %q", got)
	}
}
