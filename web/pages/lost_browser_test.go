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
	"regulars/internal/service"
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

// The browser's Back is a way out as well: it asks while a bill waits, and who
// stays is where they were, with the bill counted once.
func TestBackAsksWhileABillWaits(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	var fail atomic.Int64
	v := webtest.VisitAt(t, flaky(t, s, &fail, false), browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	bill := func() {
		v.Go("/till")
		v.Press("0147" + kb.Enter)
		v.Until("the bill's field", `document.activeElement.id === "f-total"`)
		v.Press("20")
		v.See("+200 points")
		v.Press(kb.Enter)
		v.See("The service is busy. This is kept and will be sent again, once only.")
	}
	back := func(leave bool) {
		browsertest.Eval[bool](t, v.Browser, fmt.Sprintf(`(window.asked = 0, window.confirm = () => { window.asked++; return %v; }, history.back(), true)`, leave))
	}
	fail.Store(2)
	bill()
	back(false)
	v.Until("asked, and still there", `window.asked === 1 && location.pathname === "`+guest+`" && document.querySelector("#f-total").value === "20"`)
	v.Until("the result", `location.pathname.endsWith("/done")`)
	balance(t, s, ids["Ann Lee"], 200)
	back(false)
	v.Until("back to the bill without being asked", `window.asked === 0 && location.pathname === "`+guest+`" && document.querySelector("#f-total")?.value === ""`)

	fail.Store(100)
	bill()
	back(true)
	v.Until("left after all", `window.asked === 1 && location.pathname === "/till" && document.querySelector("#f-q")`)
	balance(t, s, ids["Ann Lee"], 200)

	// Going back has put a corner for toasts in; they go from it as before.
	browsertest.Eval[bool](t, v.Browser, `(regulars.toast("Noted"), true)`)
	v.Until("it can be dismissed", `document.querySelector("#toasts [data-toast-close]")?.checkVisibility()`)
}

// A page that Back would have shown and that can't be had just now leaves the
// one that is there, and its address.
func TestBackStaysWhereNothingComes(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	var down atomic.Bool
	v := webtest.VisitAt(t, spoiling(t, s, "/till", http.StatusServiceUnavailable, down.Load), browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/till")
	v.Press("0147" + kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	down.Store(true)
	browsertest.Eval[bool](t, v.Browser, `(history.back(), true)`)
	v.See("That didn’t work. Nothing was lost; please try again.")
	v.Until("the guest's address", `location.pathname === "/till/`+ids["Ann Lee"].String()+`"`)
	down.Store(false)
	browsertest.Eval[bool](t, v.Browser, `(history.back(), true)`)
	v.Until("the till", `location.pathname === "/till" && document.querySelector("#f-q")`)
}

// A redemption that waits to be sent again isn't thrown away with its dialog.
func TestDialogAsksWhileARedemptionWaits(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{
		Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Points: 320, Reason: "Welcome",
	}); err != nil {
		t.Fatal(err)
	}
	rewards, err := s.Services.Rewards.List(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int64 // first for the dialog, then to redeem
	v := webtest.VisitAt(t, spoiling(t, s, rewards[0].ID.String(), http.StatusServiceUnavailable, func() bool { return asked.Add(1) == 2 }), browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/till/" + ids["Ann Lee"].String())
	v.Tap(`a[href*="/redeem/"]`)
	v.Until("the question", `document.activeElement.matches("dialog[open] form .btn-primary")`)
	browsertest.Eval[bool](t, v.Browser, `(window.asked = 0, window.confirm = () => { window.asked++; return false; }, true)`)
	v.Press(kb.Enter)
	v.See("The service is busy. This is kept and will be sent again, once only.")
	v.Usable("a redemption that waits")
	v.Press(kb.Escape)
	v.Until("Escape asks", `window.asked === 1 && document.querySelector("dialog[open] form")`)
	v.Tap(`dialog[open] form a[data-dialog-close]`)
	v.Until("Cancel asks", `window.asked === 2 && document.querySelector("dialog[open] form")`)
	v.Until("redeemed", `location.pathname.endsWith("/done") && !document.querySelector("dialog[open]")`)
	balance(t, s, ids["Ann Lee"], 20)
}
