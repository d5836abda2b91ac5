package openapi

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"regulars/views/apidoc"
)

// pages holds each theme's page, drawn when first asked for: drawing takes a
// hundred times as long as sending, and anyone may ask.
var pages = map[string]func() ([]byte, error){"": drawn(""), "light": drawn("light"), "dark": drawn("dark")}

func drawn(theme string) func() ([]byte, error) {
	return sync.OnceValues(func() ([]byte, error) {
		r := reference()
		r.Theme = theme
		var b bytes.Buffer
		// The background's language is English, as the reference is.
		if err := apidoc.Page(r).Render(context.Background(), &b); err != nil {
			return nil, fmt.Errorf("draw the API reference: %w", err)
		}
		return b.Bytes(), nil
	})
}

// Page is the document as an HTML page, about 900 KB that compress to 50 KB.
// It has no script or style of its own and asks no other host for anything,
// so it needs no exception in the Content-Security-Policy. theme is "light",
// "dark", or anything else for the reader's system. The caller must not change
// the bytes.
func Page(theme string) ([]byte, error) {
	draw, ok := pages[theme]
	if !ok {
		draw = pages[""]
	}
	return draw()
}
