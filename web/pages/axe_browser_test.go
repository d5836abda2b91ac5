package pages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"regulars/internal/browsertest"
)

// A colour that can't be read in the other theme alone is found, in one row of
// many that are alike, in a row that only lies somewhere else, and in one whose
// likes are covered; so is one in the theme, and one in a narrow window or
// another language.
func TestColoursAreLookedAtInBothThemes(t *testing.T) {
	t.Parallel()
	const style = `p { color: #111 } [data-theme=dark] body { background: #111; color: #eee } [data-theme=dark] p { color: #eee }
		[data-theme=dark] .off { color: #222 } [data-theme=dark] .odd:nth-child(7) { color: #333 } [data-theme=dark] div { background: #ddd }
		article { position: relative } i { position: absolute; inset: 0 0 60% 0; background: #888 } [data-theme=dark] b { color: #222 }
		:lang(es) .word { color: #ddd } @media (max-width: 500px) { .wide { color: #ddd } }`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		rows := strings.Repeat("<p>A row</p>", 5)
		_, _ = fmt.Fprintf(w, `<!doctype html><html lang="%s" data-theme="%s"><title>Rows</title><meta name="viewport" content="width=device-width"><style>%s</style>
			<main><h1>Rows</h1>%s<p class="off">Off</p>%[4]s<div><p>Elsewhere</p></div>%[4]s<p class="word">A word</p><p class="wide">Wide</p><section>%[5]s</section>
			<article><b>Covered</b><br><br><br><br><br><br><b>Seen</b><i></i></article>%[6]s</main>`,
			r.FormValue("lang"), r.FormValue("theme"), style, rows, strings.Repeat(`<p class="odd">Alike</p>`, 9), strings.Repeat("<br>", 5000*len(r.FormValue("long"))))
	}))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	b.AxeInPages(t)
	for _, c := range []struct {
		query    string
		size     browsertest.Size
		is, will int // wrong in the theme, and in the other one
	}{
		{"lang=en&theme=light", browsertest.Desktop, 0, 4}, {"lang=en&theme=dark", browsertest.Desktop, 4, 0},
		{"long=y&lang=es&theme=light", browsertest.Desktop, 1, 4}, {"long=y&lang=en&theme=dark", browsertest.Phone, 4, 1},
		{"lang=es&theme=light", browsertest.Desktop, 1, 4}, {"lang=en&theme=light", browsertest.Phone, 1, 4},
	} {
		b.Open(t, server.URL+"/?"+c.query, c.size)
		is, will, found := 0, 0, b.AxeThemes(t)
		for _, f := range found {
			switch {
			case strings.HasPrefix(f, "color-contrast: "):
				is++
			case strings.HasPrefix(f, "color-contrast in the other theme: "):
				will++
			default:
				t.Errorf("%s: %s", c.query, f)
			}
		}
		if is != c.is || will != c.will {
			t.Errorf("%s at %d px: %d and %d, want %d and %d: %q", c.query, c.size.Width, is, will, c.is, c.will, found)
		}
		if theme := browsertest.Eval[string](t, b, `document.documentElement.dataset.theme`); !strings.HasSuffix(c.query, theme) {
			t.Errorf("%s is left %s", c.query, theme)
		}
	}
}
