package web_test

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"regulars/web/webtest"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		r := s.Do("GET", path, "", "").Want(t, 200, "")
		if r.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: no X-Request-Id", path)
		}
	}
	s.Do("GET", "/v1/nothing", "", "").Want(t, 404, "NOT_FOUND")
	if r := s.Do("POST", "/healthz", "", "").Want(t, 405, "METHOD_NOT_ALLOWED"); r.Header.Get("Allow") == "" {
		t.Error("no Allow")
	}
}

func TestTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	if r := s.Do("GET", "/openapi.json", "", "").Want(t, 200, ""); r.Text(t, "openapi") != "3.1.0" {
		t.Errorf("openapi.json says %s", r.Text(t, "openapi"))
	}
	for _, path := range []string{"/docs", "/openapi.json"} {
		plain := s.Do("GET", path, "", "").Want(t, 200, "")
		packed := s.Do("GET", path, "", "", "Accept-Encoding", "gzip").Want(t, 200, "")
		z, err := gzip.NewReader(strings.NewReader(packed.Body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if body, err := io.ReadAll(z); err != nil || string(body) != plain.Body {
			t.Errorf("%s differs when compressed: %v", path, err)
		}
	}
	if r := s.Do("GET", "/docs", "", "", "Cookie", "theme=dark"); !strings.Contains(r.Body, `data-theme="dark"`) {
		t.Error("/docs forgets the theme")
	}
}
