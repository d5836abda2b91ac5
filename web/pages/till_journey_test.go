package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
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
	v.See("Los puntos se retiraron.")
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

// The connection is lost in the middle of an award, before it has arrived or
// after: the form says so, keeps what was typed, goes out again by itself, and
// the points are given once.
func TestTillOutlivesTheConnection(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	var line line
	v := webtest.VisitAt(t, line.to(t, s.Serve(t)), browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	for name, when := range map[string]int32{"María García": lostAfter, "Ann Lee": lostBefore} {
		v.Go("/till/" + ids[name].String())
		v.Until("the bill's field", `document.activeElement.id === "f-total"`)
		v.Press("50")
		v.See("+500 points")
		line.state.Store(when)
		v.Press(kb.Enter)
		v.Until("it says that it will be sent again", `document.querySelector("[data-retry-status]")?.textContent`)
		v.Until("what was typed", `document.querySelector("#f-total").value === "50"`)
		balance(t, s, ids[name], map[int32]loyalty.Points{lostBefore: 0, lostAfter: 500}[when])
		line.state.Store(whole)
		v.See("Next guest")
		balance(t, s, ids[name], 500)
	}
	if line.lost.Load() < 2 {
		t.Error("the connection was never lost")
	}
}

// On a slow line the newest question is answered, whatever was asked while one
// typed; and Enter leads on though the field had something to ask, too.
func TestTillSearchesForWhatIsTyped(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	var line line
	v := webtest.VisitAt(t, line.to(t, s.Serve(t)), browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	line.state.Store(slow)
	v.Type("#f-q", "mar")
	v.Until("it is asked", `document.querySelector(".htmx-request")`)
	v.Press("io")
	v.Until("the newest is answered", `(matches => matches.length === 1 && matches[0].innerText.includes("Mario R."))(document.querySelectorAll("[data-match]"))`)
	v.Press(" r" + kb.Enter)
	v.See("Award points")
	time.Sleep(2 * lag) // a late answer would come now
	v.See("Award points")
	v.NoComplaints()
}

// line is a connection to the server that can be cut. While it is, what is
// sent is lost before it arrives, or its answer is.
type line struct{ state, lost atomic.Int32 }

const (
	whole int32 = iota
	lostBefore
	lostAfter
	slow // nothing is lost, but takes lag
)

const lag = 700 * time.Millisecond

// to is the address of the near end of a line to the server at base.
func (l *line) to(t *testing.T, base string) string {
	t.Helper()
	far, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(far)
		r.Out.Host = r.In.Host
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		state := l.state.Load()
		if state == slow {
			time.Sleep(lag)
		}
		if r.Method != http.MethodPost || state == whole || state == slow {
			proxy.ServeHTTP(w, r)
			return
		}
		l.lost.Add(1)
		if state == lostAfter {
			proxy.ServeHTTP(httptest.NewRecorder(), r)
		}
		panic(http.ErrAbortHandler) // cuts the connection
	}))
	t.Cleanup(server.Close)
	return server.URL
}
