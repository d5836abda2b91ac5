package openapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"sync"

	"github.com/andybalholm/brotli"

	"regulars/views/apidoc"
)

// Body is something to send, as it is and compressed. The caller must not
// change the bytes.
type Body struct{ Plain, Gzip, Brotli []byte }

// pages holds each theme's page, drawn when first asked for: drawing takes a
// hundred times as long as sending, and anyone may ask.
var pages = map[string]func() (Body, error){"": drawn(""), "light": drawn("light"), "dark": drawn("dark")}

func drawn(theme string) func() (Body, error) {
	return sync.OnceValues(func() (Body, error) {
		r := reference()
		r.Theme = theme
		var b bytes.Buffer
		// The background's language is English, as the reference is.
		if err := apidoc.Page(r).Render(context.Background(), &b); err != nil {
			return Body{}, fmt.Errorf("draw the API reference: %w", err)
		}
		return compressed(b.Bytes()), nil
	})
}

// Page is the document as an HTML page, about 900 KB that compress to 50 KB.
// It has no script or style of its own and asks no other host for anything,
// so it needs no exception in the Content-Security-Policy. theme is "light",
// "dark", or anything else for the reader's system.
func Page(theme string) (Body, error) {
	draw, ok := pages[theme]
	if !ok {
		draw = pages[""]
	}
	return draw()
}

// JSON is Document ready to be sent.
func JSON() Body { return document() }

// brotliLevel is where more takes seconds for a few bytes.
const brotliLevel = 8

func compressed(plain []byte) Body {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	// A bytes.Buffer never fails a write.
	_, _ = w.Write(plain)
	_ = w.Close()
	var smaller bytes.Buffer
	z := brotli.NewWriterLevel(&smaller, brotliLevel)
	_, _ = z.Write(plain)
	_ = z.Close()
	return Body{Plain: plain, Gzip: b.Bytes(), Brotli: smaller.Bytes()}
}
