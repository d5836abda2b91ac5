package pages_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/web/webtest"
)

// spoiling stands before the server and answers with the status while down
// holds to every request whose path ends in what.
func spoiling(t *testing.T, s *webtest.Server, what string, status int, down func() bool) string {
	t.Helper()
	to, err := url.Parse(s.Serve(t))
	if err != nil {
		t.Fatal(err)
	}
	pass, way := httputil.NewSingleHostReverseProxy(to), &http.Transport{}
	pass.FlushInterval, pass.Transport = -1, way
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, what) && (r.Header.Get("HX-Request") != "" || r.Header.Get("Accept") == "text/event-stream") && down() {
			http.Error(w, "out of order", status)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		// The browser would take up its stream again, and the server wait for it.
		_ = front.Listener.Close()
		front.CloseClientConnections()
		front.Close()
		way.CloseIdleConnections()
	})
	return front.URL
}

// What a page waits for comes by itself when the server answers again: nobody
// has to type the same once more, or to load a page anew that stands there
// counting for ever.
func TestAnAnswerIsAskedForAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		who, path, field, typed, what string
		status                        int
		says, shows                   string
	}{
		{"cashier", "/till", "#f-q", "Luc", "/till", 500, "That didn’t work. Nothing was lost; please try again.", "Lucía P."},
		{"cashier", "/till", "#f-q", "Luc", "/till", 503, "The service is busy. Please try again in a moment.", "Lucía P."},
		{"manager", "/customers", "#search input[name=search]", "Luc", "/customers/search", 503, "The service is busy. Please try again in a moment.", "Lucía Peña"},
		{"owner", "/program/tiers", "", "", "/program/tiers", 500, "That didn’t work. Nothing was lost; please try again.", "would"},
	} {
		t.Run(fmt.Sprint(tt.path, " ", tt.status), func(t *testing.T) {
			t.Parallel()
			r := newLume(t)
			var left atomic.Int64
			left.Store(2)
			v := webtest.VisitAt(t, spoiling(t, r.Server, tt.what, tt.status, func() bool { return left.Add(-1) >= 0 }), browsertest.Phone)
			v.SignIn(tt.who + "@trattoria.test")
			v.Go(tt.path)
			if tt.field == "" { // as where there are too many members to be counted at once
				browsertest.Eval[bool](t, v.Browser, `(() => {
					const preview = document.getElementById("preview");
					preview.innerHTML = '<div hx-get="/program/tiers?count=1" hx-trigger="load" hx-target="#preview" hx-select="#preview" hx-swap="outerHTML"></div>';
					htmx.process(preview);
					return true;
				})()`)
			} else {
				v.Type(tt.field, tt.typed)
			}
			v.See(tt.says)
			time.Sleep(2 * time.Second)
			if tt.field == "" {
				v.Until("counted", `!document.querySelector("#preview [hx-trigger=load]")`)
				return
			}
			v.Until("what was found", fmt.Sprintf(`document.querySelector("main").innerText.includes(%q) && !document.querySelector("[data-stale]")`, tt.shows))
		})
	}
}

// Who goes on while a bill waits to be sent again is asked first, and it is
// counted once when they stay.
func TestABillThatWaitsIsNotLeftSilently(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	var fail atomic.Int64
	fail.Store(1)
	v := webtest.VisitAt(t, flaky(t, s, &fail, false), browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/till/" + ids["Ann Lee"].String())
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	browsertest.Eval[bool](t, v.Browser, `(window.confirm = (question) => { window.asked = question; return false; }, true)`)
	v.Press("20")
	v.See("+200 points")
	if warns(t, v) {
		t.Error("warns with nothing sent")
	}
	v.Press(kb.Enter)
	v.See("The service is busy. This is kept and will be sent again, once only.")
	if !warns(t, v) {
		t.Error("doesn't warn of a bill that waits")
	}
	v.Press(kb.Escape)
	v.Until("asked", `window.asked === "It isn’t certain that this has arrived. Leave without sending it again?"`)
	v.Until("the result", `location.pathname.endsWith("/done")`)
	if warns(t, v) {
		t.Error("warns with everything sent")
	}
	balance(t, s, ids["Ann Lee"], 200)
}

// The badge follows again after the server answered that it can't.
func TestTheBadgeListensAgain(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	var asked atomic.Int64
	v := webtest.VisitAt(t, spoiling(t, r.Server, "/anomalies/live", http.StatusServiceUnavailable, func() bool { return asked.Add(1) == 1 }), browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	for end := time.Now().Add(15 * time.Second); asked.Load() < 2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("asked %d times", asked.Load())
		}
	}
}
