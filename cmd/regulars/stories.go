package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"regulars/static"
	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/views/stories"
	"regulars/views/ui"
)

// storiesCommand serves the storybook: every part of the pages in every
// state. It needs no database and knows no visitor.
type storiesCommand struct {
	Addr string `help:"Address to listen on." default:"127.0.0.1:8090"`
}

// Run serves until ctx ends.
func (c storiesCommand) Run(ctx context.Context, p *program) error {
	srv := &http.Server{Addr: c.Addr, Handler: storybook(), ReadHeaderTimeout: 5 * time.Second}
	// Nothing is lost by cutting a storybook short.
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	fmt.Fprintf(p.out, "The storybook is at http://%s/stories\n", c.Addr)
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the storybook: %w", err)
	}
	return nil
}

// storybook answers under the same Content-Security-Policy as the product, so
// that a part that breaks it is seen here first.
func storybook() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+static.Prefix, serveStatic)
	mux.HandleFunc("POST "+layout.PreferencesPath, keepPreferences)
	mux.Handle("GET /{$}", http.RedirectHandler("/stories/foundation", http.StatusFound))
	mux.Handle("GET /stories", http.RedirectHandler("/stories/foundation", http.StatusFound))
	mux.HandleFunc("GET /stories/{key}", serveStory)
	mux.HandleFunc(stories.PartPath, servePart)
	return mux
}

func serveStory(w http.ResponseWriter, r *http.Request) {
	group, ok := stories.Find(r.PathValue("key"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	ctx := i18n.With(r.Context(), choice(r, "lang", layout.LangCookie), time.UTC)
	if err := group.Document(choice(r, "theme", layout.ThemeCookie)).Render(ctx, w); err != nil {
		fmt.Fprintln(os.Stderr, "render", group.Key+":", err)
	}
}

// servePart answers as a page's handler does: the form again with 422, or a
// toast and the word to close the dialog.
func servePart(w http.ResponseWriter, r *http.Request) {
	ctx := i18n.With(r.Context(), choice(r, "lang", layout.LangCookie), time.UTC)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	part := stories.Part("", "")
	if name := strings.TrimSpace(r.PostFormValue("title")); r.Method == http.MethodPost && name == "" {
		w.WriteHeader(http.StatusUnprocessableEntity)
		part = stories.PartForm(name, "Give the reward a name.")
	} else if r.Method == http.MethodPost {
		w.Header().Set("HX-Trigger", "dialog:close")
		w.Header().Set("HX-Reswap", "none")
		part = ui.ToastOOB(ui.ToastProps{Text: name + " was added."})
	}
	if err := part.Render(ctx, w); err != nil {
		fmt.Fprintln(os.Stderr, "render the dialog:", err)
	}
}

// choice is a preference from the address, so that a link can show one theme
// or language, else from the cookie.
func choice(r *http.Request, param, cookie string) string {
	if v := r.URL.Query().Get(param); v != "" {
		return v
	}
	if c, err := r.Cookie(cookie); err == nil {
		return c.Value
	}
	return ""
}

func keepPreferences(w http.ResponseWriter, r *http.Request) {
	for field, cookie := range map[string]string{"theme": layout.ThemeCookie, "lang": layout.LangCookie} {
		if v := r.PostFormValue(field); v != "" {
			http.SetCookie(w, &http.Cookie{Name: cookie, Value: v, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
		}
	}
	back := r.PostFormValue("back")
	if !strings.HasPrefix(back, "/stories/") {
		back = "/stories"
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	asset, ok := static.Lookup(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	body, encoding := asset.Encoded(r.Header.Get("Accept-Encoding"))
	w.Header().Set("Content-Type", asset.ContentType)
	w.Header().Set("Cache-Control", static.CacheControl)
	w.Header().Set("Vary", "Accept-Encoding")
	if encoding != "" {
		w.Header().Set("Content-Encoding", encoding)
	}
	// A browser that hung up is no concern of the storybook's.
	_, _ = w.Write(body)
}
