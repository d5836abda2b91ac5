package openapi_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"regulars/web/openapi"
)

func page(t *testing.T, theme string) *goquery.Document {
	t.Helper()
	body, err := openapi.Page(theme)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body.Plain))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestPageShowsEveryOperation(t *testing.T) {
	shown := map[string]bool{}
	page(t, "").Find("main article").Each(func(_ int, a *goquery.Selection) {
		path := a.Find("header span.font-mono").First().Text()
		shown[a.Find("header .ui-badge").First().Text()+" "+strings.TrimSpace(path)] = true
		if a.Find("figure pre").Length() == 0 {
			t.Errorf("%s has no example", path)
		}
	})
	for _, route := range openapi.Routes() {
		if !shown[route] {
			t.Errorf("%s is not on the page", route)
		}
	}
}

func TestPageLinksLeadSomewhere(t *testing.T) {
	doc := page(t, "")
	ids := map[string]int{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { ids["#"+s.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s stands %d times", id, n)
		}
	}
	doc.Find(`a[href^="#"]`).Each(func(_ int, s *goquery.Selection) {
		if href := s.AttrOr("href", ""); ids[href] == 0 {
			t.Errorf("%q leads to %s, which is not there", s.Text(), href)
		}
	})
}

// The page lives under the Content-Security-Policy of all the others: nothing
// inline, nothing from elsewhere.
func TestPageNeedsNoException(t *testing.T) {
	doc := page(t, "")
	if n := doc.Find("style, [style], script:not([src]), [onclick], iframe").Length(); n > 0 {
		t.Errorf("%d elements carry script or style inline", n)
	}
	doc.Find("[src], link[href]").Each(func(_ int, s *goquery.Selection) {
		if url := s.AttrOr("src", s.AttrOr("href", "")); !strings.HasPrefix(url, "/static/") {
			t.Errorf("%s is fetched", url)
		}
	})
}

func TestPageFollowsTheTheme(t *testing.T) {
	for theme, want := range map[string]string{"dark": "dark", "light": "light", "": "", "pink": ""} {
		if got := page(t, theme).Find("html").AttrOr("data-theme", ""); got != want {
			t.Errorf("theme %q is drawn as %q", theme, got)
		}
	}
}
