package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
