package web_test

import (
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
