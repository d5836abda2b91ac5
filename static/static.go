// Package static holds what a browser fetches beside the pages: stylesheet,
// scripts, font and icons, embedded in the binary. Every file is served under
// a name that carries a hash of its content, so it may be cached for a year
// and a new release is picked up at once. It knows nothing of HTTP servers.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// Prefix is the URL path under which every file is served.
const Prefix = "/static/"

// CacheControl is the header for every file: its name changes with its content.
const CacheControl = "public, max-age=31536000, immutable"

//go:embed css/app.css js font/*.woff2 icon
var embedded embed.FS

// script is the one script of the pages, in the order it runs: htmx and its
// extensions first, then every module of ours.
var script = []string{
	"js/vendor/htmx.min.js",
	"js/vendor/response-targets.min.js",
	"js/vendor/preload.min.js",
	"js/vendor/idiomorph-ext.min.js",
}

// Asset is one file as it is served.
type Asset struct {
	Path        string // the whole URL path, fingerprint included
	ContentType string
	Body        []byte

	once         sync.Once
	brotli, gzip []byte
}

// files maps a name in this folder to its asset; served maps a URL path to it.
var files, served = mustLoad()

// URL is the fingerprinted URL path of a file, named as in this folder:
// "css/app.css" gives "/static/app.1a2b3c4d5e.css". It panics on an unknown
// name, which is a mistake in a template and never depends on a request.
func URL(name string) string {
	a, ok := files[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.Path
}

// Lookup finds the asset served under a URL path such as URL returns.
func Lookup(urlPath string) (*Asset, bool) {
	a, ok := served[urlPath]
	return a, ok
}

// Encoded is the body in the best encoding that an Accept-Encoding header
// allows, and that encoding's name: "br", "gzip" or "" for the plain body.
// Each is computed once, when first asked for.
func (a *Asset) Encoded(acceptEncoding string) (body []byte, encoding string) {
	if !compressible(a.ContentType) {
		return a.Body, ""
	}
	a.once.Do(a.compress)
	switch {
	case accepts(acceptEncoding, "br"):
		return a.brotli, "br"
	case accepts(acceptEncoding, "gzip"):
		return a.gzip, "gzip"
	}
	return a.Body, ""
}

func (a *Asset) compress() {
	var br, gz bytes.Buffer
	bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
	gw, _ := gzip.NewWriterLevel(&gz, gzip.BestCompression) // the level is valid
	// A bytes.Buffer never fails a write.
	_, _ = bw.Write(a.Body)
	_ = bw.Close()
	_, _ = gw.Write(a.Body)
	_ = gw.Close()
	a.brotli, a.gzip = br.Bytes(), gz.Bytes()
}

func compressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasPrefix(contentType, "image/svg") ||
		strings.Contains(contentType, "json")
}

// accepts reports whether an Accept-Encoding header offers a coding and
// doesn't rule it out with q=0.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func mustLoad() (byName, byPath map[string]*Asset) {
	byName, byPath = map[string]*Asset{}, map[string]*Asset{}
	add := func(name string, body []byte) {
		a := &Asset{Path: fingerprint(name, body), ContentType: contentType(name), Body: body}
		byName[name], byPath[a.Path] = a, a
	}
	bodies, err := read(embedded)
	if err != nil {
		panic(err) // the files are part of the binary
	}
	var late []string // these name others, so they are fingerprinted last
	for name, body := range bodies {
		switch {
		case strings.HasPrefix(name, "js/"):
		case path.Ext(name) == ".css" || path.Ext(name) == ".webmanifest":
			late = append(late, name)
		default:
			add(name, body)
		}
	}
	add("js/app.js", bundle(bodies))
	for _, name := range late {
		add(name, link(bodies[name], byName))
	}
	return byName, byPath
}

func read(fsys fs.FS) (map[string][]byte, error) {
	bodies := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		bodies[name], err = fs.ReadFile(fsys, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the embedded files: %w", err)
	}
	return bodies, nil
}

// bundle joins the scripts, so that a page needs one request for them all.
func bundle(bodies map[string][]byte) []byte {
	own := []string{}
	for name := range bodies {
		if strings.HasPrefix(name, "js/") && !strings.HasPrefix(name, "js/vendor/") {
			own = append(own, name)
		}
	}
	slices.Sort(own)
	var out bytes.Buffer
	for _, name := range append(slices.Clone(script), own...) {
		out.Write(bytes.TrimSpace(bodies[name]))
		out.WriteString(";\n")
	}
	return out.Bytes()
}

// link replaces the plain names of other files by their fingerprinted ones.
func link(body []byte, byName map[string]*Asset) []byte {
	text := string(body)
	for name, a := range byName {
		text = strings.ReplaceAll(text, Prefix+name, a.Path)
	}
	return []byte(text)
}

func fingerprint(name string, body []byte) string {
	sum := sha256.Sum256(body)
	base, ext := path.Base(name), path.Ext(name)
	return Prefix + strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:5]) + ext
}

func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		return mime.TypeByExtension(ext)
	}
}
