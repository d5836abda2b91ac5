package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/web/webtest"
)

// By thumb: three taps and the amount, on the smallest phone, in the dark and
// in Spanish.
func TestTillByThumb(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Tap(".ui-topbar [popovertarget=account]")
	v.Tap("[name=lang][value=es]")
	v.See("Teléfono, nombre o código")
	v.Tap(".ui-topbar [popovertarget=account]")
	v.Tap("[name=theme][value=dark]")
	v.Until("dark", `document.documentElement.dataset.theme === "dark"`)
	v.Go("/till")
	v.Until("still dark", `document.documentElement.dataset.theme === "dark"`)
	v.Usable("till in Spanish")

	v.Type("#f-q", "garcia")
	v.See("termina en 21")
	v.Usable("till, found, in Spanish")
	v.Tap("[data-match]")
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Type("#f-total", "12,50")
	v.See("+125 puntos")
	v.Tap("#till form button[type=submit]")
	v.See("Siguiente cliente")
	v.Usable("till, awarded, in Spanish")
	balance(t, s, ids["María García"], 125)
	v.Tap("form[action$=undo] button")
	v.See("Deshecho.")
	balance(t, s, ids["María García"], 0)
	v.NoComplaints()
}

// Without JavaScript every step is a page of its own, and what was typed
// wrong comes back.
func TestTillWithoutScript(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Desktop)
	v.WithoutScript()
	v.SignIn("cashier@trattoria.test")
	v.Type("#f-q", "mar"+kb.Enter)
	v.See("Mario R.")
	v.Tap("[data-match]")
	v.See("Award points")
	v.Type("#f-total", "a lot"+kb.Enter)
	v.See("Must be an amount of money")
	v.Until("what was typed", `document.querySelector("#f-total").value === "a lot"`)
	chosen := v.Text("h1")
	v.Clear("#f-total")
	v.Type("#f-total", "50"+kb.Enter)
	v.See("+500 points")
	balance(t, s, ids[chosen], 500)
	v.Tap("a[data-escape]")
	v.See("Your last guests today")

	v.Type("#f-q", "+1 646 555 0100"+kb.Enter)
	v.See("New guest")
	v.Type("#f-name", "Zoë Kravitz"+kb.Enter)
	v.See("Zoë Kravitz")
	v.See("Award points")
}

// The connection is lost right after the award has arrived: the form says so,
// goes out again by itself, and the points are given once.
func TestTillOutlivesTheConnection(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	var down atomic.Bool
	var lost atomic.Int32
	v := webtest.VisitAt(t, losing(t, s.Serve(t), &down, &lost), browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	v.Press("garcia" + kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Press("50")
	v.See("+500 points")
	down.Store(true)
	v.Press(kb.Enter)
	v.Until("it says that it will be sent again", `document.querySelector("[data-retry-status]")?.textContent`)
	v.Until("what was typed", `document.querySelector("#f-total").value === "50"`)
	balance(t, s, ids["María García"], 500)
	down.Store(false)
	v.See("Next guest")
	balance(t, s, ids["María García"], 500)
	if lost.Load() == 0 {
		t.Error("no answer was lost")
	}
}

// losing is a proxy that hands POSTs on and, while it is down, loses their
// answers.
func losing(t *testing.T, base string, down *atomic.Bool, lost *atomic.Int32) string {
	t.Helper()
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && down.Load() {
			lost.Add(1)
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler) // cuts the connection
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
