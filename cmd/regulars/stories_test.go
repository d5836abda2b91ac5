package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/static"
	"regulars/views/stories"
)

// Everyone can use every part in every state, in both themes and languages,
// on a screen and on a phone; and none breaks the Content-Security-Policy.
func TestStoriesAreAccessible(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(storybook())
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	for _, g := range stories.Groups() {
		for _, look := range []struct {
			name string
			size browsertest.Size
		}{
			{"?theme=light&lang=en", browsertest.Desktop}, {"?theme=dark&lang=es", browsertest.Phone},
		} {
			where := g.Key + look.name
			b.Open(t, server.URL+"/stories/"+where, look.size)
			for _, v := range b.Axe(t) {
				t.Errorf("%s at %d px: %s", where, look.size.Width, v)
			}
			if b.Overflows(t) {
				t.Errorf("%s is wider than %d px", where, look.size.Width)
			}
		}
	}
	for _, e := range b.Errors() {
		t.Errorf("the browser complains: %s", e)
	}
}

func TestStorybookServesFilesForGood(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodGet, static.URL("css/app.css"), nil)
	r.Header.Set("Accept-Encoding", "br")
	w := httptest.NewRecorder()
	storybook().ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); w.Code != http.StatusOK || !strings.Contains(got, "immutable") {
		t.Errorf("status %d, Cache-Control %q", w.Code, got)
	}
	if got := w.Header().Get("Content-Encoding"); got != "br" {
		t.Errorf("Content-Encoding %q, want br", got)
	}
}

func TestStorybookKeepsAChoice(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/preferences", strings.NewReader("theme=dark&back=https://elsewhere.example/"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	storybook().ServeHTTP(w, r)
	if got := w.Header().Get("Location"); got != "/stories" {
		t.Errorf("sent to %q, want the storybook and nowhere else", got)
	}
	if got := w.Header().Get("Set-Cookie"); !strings.HasPrefix(got, "theme=dark") {
		t.Errorf("Set-Cookie %q", got)
	}
}

// The parts that move: a dialog that comes from the server, keeps what was
// typed wrong, closes when it is right and gives the focus back; menus,
// account and toasts; and the theme, which changes without a reload.
func TestPartsMove(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(storybook())
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	b.Open(t, server.URL+"/stories/buttons?lang=en", browsertest.Desktop)
	is := func(what, expression string) {
		t.Helper()
		b.Wait(t, what, expression)
	}
	opener := `document.querySelector('[hx-get="/stories/parts/dialog"]')`
	browsertest.Eval[bool](t, b, opener+`.focus() || true`)
	b.Keys(t, "\r")
	is("the dialog opens with its field focused", `document.activeElement.id == 'f-title' && document.getElementById('modal').matches(':modal')`)
	b.Keys(t, "\r")
	is("the errors take the focus", `document.activeElement.matches('#modal [role=alert]')`)
	for _, v := range b.Axe(t) {
		t.Errorf("the dialog: %s", v)
	}
	browsertest.Eval[bool](t, b, `document.querySelector('#modal [role=alert] a').click() || true`)
	is("the error leads to its field", `document.activeElement.id == 'f-title'`)
	b.Keys(t, "Espresso\r")
	is("the dialog closes", `!document.getElementById('modal').open`)
	is("the focus goes back", `document.activeElement == `+opener)
	is("a toast says what happened", `document.querySelector('body > #toasts').textContent.includes('Espresso was added.')`)

	browsertest.Eval[bool](t, b, `document.querySelector('details[data-menu] summary').focus() || true`)
	b.Keys(t, " ")
	is("the menu opens", `document.querySelector('details[data-menu]').open`)
	for _, v := range b.Axe(t) {
		t.Errorf("the menu: %s", v)
	}
	b.Keys(t, kb.Escape)
	is("Escape closes the menu", `!document.querySelector('details[data-menu]').open && document.activeElement.matches('summary')`)

	browsertest.Eval[bool](t, b, `document.querySelector('.ui-side [popovertarget=account]').click() || true`)
	is("the account opens", `document.getElementById('account').matches(':popover-open')`)
	browsertest.Eval[bool](t, b, `document.querySelector('#account [value=dark]').click() || true`)
	is("the theme changes at once", `document.documentElement.dataset.theme == 'dark'`)
	for _, v := range b.Axe(t) {
		t.Errorf("the account: %s", v)
	}
	b.Open(t, server.URL+"/stories/buttons", browsertest.Phone)
	is("the choice is kept", `document.documentElement.dataset.theme == 'dark'`)
	browsertest.Eval[bool](t, b, `document.querySelector('[popovertarget=more]').click() || true`)
	is("all pages are behind More", `document.getElementById('more').matches(':popover-open')`)
	for _, v := range b.Axe(t) {
		t.Errorf("the sheet of pages: %s", v)
	}
	for _, e := range b.Errors() {
		if !strings.Contains(e, "422") {
			t.Errorf("the browser complains: %s", e)
		}
	}
}
