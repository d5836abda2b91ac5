package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"regulars/static"
)

var fingerprinted = regexp.MustCompile(`^/static/[a-z-]+\.[0-9a-f]{10}\.[a-z0-9]+$`)

func TestURLCarriesTheContentsHash(t *testing.T) {
	for _, name := range []string{"css/app.css", "js/app.js", "font/inter-latin.woff2", "icon/icon.svg"} {
		url := static.URL(name)
		if !fingerprinted.MatchString(url) {
			t.Errorf("URL(%q) = %q, want a fingerprint in it", name, url)
		}
		asset, ok := static.Lookup(url)
		if !ok || len(asset.Body) == 0 {
			t.Errorf("Lookup(%q) found nothing", url)
		}
	}
}

func TestUnknownFiles(t *testing.T) {
	if _, ok := static.Lookup("/static/app.css"); ok {
		t.Error("a file is served without its fingerprint")
	}
	if _, ok := static.Lookup("/static/src/app.css"); ok {
		t.Error("the stylesheet's source is served")
	}
	defer func() {
		if recover() == nil {
			t.Error("URL of a file there isn't should panic")
		}
	}()
	static.URL("css/missing.css")
}

func TestStylesheetNamesServedFilesOnly(t *testing.T) {
	asset, _ := static.Lookup(static.URL("css/app.css"))
	urls := regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllStringSubmatch(string(asset.Body), -1)
	if len(urls) == 0 {
		t.Fatal("the stylesheet names no font")
	}
	for _, m := range urls {
		if strings.HasPrefix(m[1], "data:") {
			continue
		}
		if _, ok := static.Lookup(m[1]); !ok {
			t.Errorf("the stylesheet names %s, which isn't served", m[1])
		}
	}
}

func TestEncodedChoosesWhatTheBrowserTakes(t *testing.T) {
	asset, _ := static.Lookup(static.URL("css/app.css"))
	tests := []struct{ accept, want string }{
		{"gzip, deflate, br", "br"}, {"gzip", "gzip"}, {"", ""}, {"identity", ""},
		{"br;q=0, gzip;q=0.5", "gzip"}, {"br ; q=0", ""}, {"brotli", ""},
	}
	for _, test := range tests {
		body, encoding := asset.Encoded(test.accept)
		if encoding != test.want {
			t.Errorf("Encoded(%q) is %q, want %q", test.accept, encoding, test.want)
			continue
		}
		if got := decode(t, body, encoding); !bytes.Equal(got, asset.Body) {
			t.Errorf("Encoded(%q) doesn't decode to the body", test.accept)
		}
	}
	font, _ := static.Lookup(static.URL("font/inter-latin.woff2"))
	if _, encoding := font.Encoded("br"); encoding != "" {
		t.Error("a font is compressed already")
	}
}

func decode(t *testing.T, body []byte, encoding string) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(body)
	switch encoding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		gz, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = gz
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a first visit loads beside the page itself; the page has 40 KB left of
// the 150 KB that the first load may take.
func TestFirstLoadIsSmall(t *testing.T) {
	total := 0
	for _, name := range []string{"css/app.css", "js/app.js", "font/inter-latin.woff2", "icon/icon.svg"} {
		asset, _ := static.Lookup(static.URL(name))
		body, _ := asset.Encoded("br")
		total += len(body)
	}
	if total > 110<<10 {
		t.Errorf("stylesheet, script, font and icon are %d KB, want at most 110", total>>10)
	}
}
