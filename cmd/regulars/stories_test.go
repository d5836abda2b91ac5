package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/static"
	"regulars/views/stories"
)

// Everyone can use every part in every state, in both themes and languages,
// on a screen and on a phone; and none breaks the Content-Security-Policy. The
// menu of all stories, nine tenths of a page, is looked at on the first one.
func TestStoriesAreAccessible(t *testing.T) {
	t.Parallel()
	b, base := openBook(t)
	b.AxeInPages(t)
	for i, g := range stories.Groups() {
		for _, look := range []struct {
			name string
			size browsertest.Size
		}{
			{"?theme=light&lang=en", browsertest.Desktop}, {"?theme=dark&lang=es", browsertest.Phone},
		} {
			where := g.Key + look.name
			b.Open(t, base+where, look.size)
			beside := ".ui-side"
			if i == 0 {
				beside = ""
			}
			for _, v := range b.AxeBeside(t, beside) {
				t.Errorf("%s at %d px: %s", where, look.size.Width, v)
			}
			if b.Overflows(t) {
				t.Errorf("%s is wider than %d px", where, look.size.Width)
			}
		}
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

// openBook serves the storybook and opens a browser, which must not have
// complained when the test ends.
func openBook(t *testing.T) (b *browsertest.Browser, base string) {
	t.Helper()
	server := httptest.NewServer(storybook())
	t.Cleanup(server.Close)
	b = browsertest.Start(t)
	t.Cleanup(func() {
		for _, e := range b.Errors() {
			// A form that comes back is a failed request to the browser, and a story
			// shows one with what was typed, which nobody has touched there.
			if !strings.Contains(e, "422") && !strings.Contains(e, "beforeunload") {
				t.Errorf("the browser complains: %s", e)
			}
		}
	})
	return b, server.URL + "/stories/"
}

func usable(t *testing.T, b *browsertest.Browser, what string) {
	t.Helper()
	for _, v := range b.Axe(t) {
		t.Errorf("%s: %s", what, v)
	}
}

// A dialog comes from the server, keeps what was typed wrong, closes when it
// is right and gives the focus back, by keyboard alone.
func TestDialogByKeyboard(t *testing.T) {
	t.Parallel()
	b, base := openBook(t)
	b.Open(t, base+"buttons?lang=en", browsertest.Desktop)
	opener := `document.querySelector('[hx-get="/stories/parts/dialog"]')`
	browsertest.Eval[bool](t, b, opener+`.focus() || true`)
	b.Keys(t, "\r")
	b.Wait(t, "the dialog opens with its field focused", `document.activeElement.id == 'f-title' && document.getElementById('modal').matches(':modal')`)
	b.Keys(t, "\r")
	b.Wait(t, "the errors take the focus", `document.activeElement.matches('#modal [role=alert]')`)
	usable(t, b, "the dialog")
	browsertest.Eval[bool](t, b, `document.querySelector('#modal [role=alert] a').click() || true`)
	b.Wait(t, "the error leads to its field", `document.activeElement.id == 'f-title'`)
	b.Keys(t, "Espresso\r")
	b.Wait(t, "the dialog closes", `!document.getElementById('modal').open`)
	b.Wait(t, "the focus goes back", `document.activeElement == `+opener)
	b.Wait(t, "a toast says what happened", `document.querySelector('body > #toasts').textContent.includes('Espresso was added.')`)
}

func TestMenusAndTheme(t *testing.T) {
	t.Parallel()
	b, base := openBook(t)
	b.Open(t, base+"buttons?lang=en", browsertest.Desktop)
	browsertest.Eval[bool](t, b, `document.querySelector('details[data-menu] summary').focus() || true`)
	b.Keys(t, " ")
	b.Wait(t, "the menu opens", `document.querySelector('details[data-menu]').open`)
	usable(t, b, "the menu")
	b.Keys(t, kb.Escape)
	b.Wait(t, "Escape closes the menu", `!document.querySelector('details[data-menu]').open && document.activeElement.matches('summary')`)

	browsertest.Eval[bool](t, b, `document.querySelector('.ui-side [popovertarget=account]').click() || true`)
	b.Wait(t, "the account opens", `document.getElementById('account').matches(':popover-open')`)
	browsertest.Eval[bool](t, b, `document.querySelector('#account [value=dark]').click() || true`)
	b.Wait(t, "the theme changes at once", `document.documentElement.dataset.theme == 'dark'`)
	usable(t, b, "the account")
	b.Open(t, base+"buttons", browsertest.Phone)
	b.Wait(t, "the choice is kept", `document.documentElement.dataset.theme == 'dark'`)
	browsertest.Eval[bool](t, b, `document.querySelector('[popovertarget=more]').click() || true`)
	b.Wait(t, "all pages are behind More", `document.getElementById('more').matches(':popover-open')`)
	usable(t, b, "the sheet of pages")
}

func TestThresholdsMove(t *testing.T) {
	t.Parallel()
	b, base := openBook(t)
	b.Open(t, base+"loyalty?lang=en", browsertest.Desktop)
	browsertest.Eval[bool](t, b, `document.querySelector('[data-field=f-silver]').focus() || true`)
	b.Keys(t, kb.ArrowRight)
	b.Wait(t, "an arrow key moves the threshold and its field", `document.getElementById('f-silver').value == '1050'
		&& document.querySelector('[data-field=f-silver] line').getAttribute('x1') == '10.5%'`)
	browsertest.Eval[bool](t, b, `document.getElementById('f-gold').select() || true`)
	b.Keys(t, "5000")
	b.Wait(t, "typing moves the threshold", `document.querySelector('[data-field=f-gold]').getAttribute('aria-valuenow') == '5000'`)

	at := browsertest.Eval[[]float64](t, b, `(() => {
		const svg = document.querySelector('[data-ladder]');
		svg.scrollIntoView();
		const box = svg.getBoundingClientRect();
		return [box.x + box.width / 2, box.y + box.height * 0.6, box.x + box.width * 0.8];
	})()`)
	b.Do(t, chromedp.DragAndDropXY(at[0], at[1], at[2], at[1]))
	b.Wait(t, "dragging moves the threshold", `document.getElementById('f-gold').value == '8000'`)
}

// A connection that drops while a form is on its way loses nothing: the form
// keeps what was typed, says so, and goes through when the connection is back.
func TestFormOutlivesTheConnection(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	book, down := storybook(), atomic.Bool{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			posts.Add(1)
			if down.Load() {
				panic(http.ErrAbortHandler) // cuts the connection
			}
		}
		book.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	b.Open(t, server.URL+"/stories/buttons?lang=en", browsertest.Desktop)
	browsertest.Eval[bool](t, b, `document.querySelector('[hx-get="/stories/parts/dialog"]').click() || true`)
	b.Wait(t, "the dialog opens", `document.activeElement.id == 'f-title'`)
	down.Store(true)
	b.Keys(t, "Espresso\r")
	b.Wait(t, "it says that it will be sent again", `document.querySelector('#modal [data-retry-status]').textContent.includes('sent again')`)
	b.Wait(t, "what was typed is there", `document.getElementById('f-title').value == 'Espresso'`)
	down.Store(false)
	browsertest.Eval[bool](t, b, `window.dispatchEvent(new Event('online'))`)
	b.Wait(t, "it went through", `document.querySelector('body > #toasts').textContent.includes('Espresso was added.')`)
	if got := posts.Load(); got < 2 {
		t.Errorf("sent %d times, want the lost one and another", got)
	}
}

func TestChartTellsItsValues(t *testing.T) {
	t.Parallel()
	b, base := openBook(t)
	b.Open(t, base+"charts?lang=es", browsertest.Desktop)
	at := browsertest.Eval[[]float64](t, b, `(() => {
		const box = document.querySelector('[data-tips]').getBoundingClientRect();
		return [box.right - 5, box.y + 40];
	})()`)
	b.Do(t, chromedp.MouseClickXY(at[0], at[1]))
	b.Wait(t, "the last day's values", `document.querySelector('.ui-tip').textContent.startsWith('Mar 31Issued2,')`)
	b.Wait(t, "the values are inside the chart", `document.querySelector('.ui-tip').getBoundingClientRect().right < document.querySelector('[data-tips]').getBoundingClientRect().right`)
	b.Do(t, chromedp.MouseClickXY(5, 5))
	b.Wait(t, "they go when the pointer leaves", `!document.querySelector('.ui-tip')`)
}
