package pages_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// What is wrong with a bill is said once, at its field, which takes the focus
// with what was typed marked, to be typed anew.
func TestTillSaysOnceWhatIsWrong(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	if status, body, _ := p.award(ids["María García"], "20", "77"); status != 303 {
		t.Fatalf("status %d: %s", status, body)
	}
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	said := func(field, text string) {
		t.Helper()
		v.Until("the field that is wrong", `document.activeElement.matches("#`+field+`[aria-invalid]") && String(getSelection()) === document.activeElement.value`)
		if got := browsertest.Eval[int](t, v.Browser, `document.body.innerText.split("`+text+`").length - 1`); got != 1 {
			t.Errorf("%q is said %d times", text, got)
		}
		v.Usable("a bill with " + field + " wrong")
	}
	v.Go("/till/" + ids["Ann Lee"].String())
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Press("abc" + kb.Enter)
	said("f-total", "Must be an amount of money")
	v.Press("20")
	v.Type("#f-id", "77"+kb.Enter)
	said("f-id", "Was counted before, with another amount")
}

// flaky stands before the server as a proxy does, and answers 503 to as many
// awards as it is told to.
func flaky(t *testing.T, s *webtest.Server, fail *atomic.Int64, after bool) string {
	t.Helper()
	to, err := url.Parse(s.Serve(t))
	if err != nil {
		t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(to)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/award") && fail.Add(-1) >= 0 {
			if after { // it was carried out, and only the answer is lost
				pass.ServeHTTP(httptest.NewRecorder(), r)
			}
			http.Error(w, "restarting", http.StatusServiceUnavailable)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

// A server that restarts in the middle of an award gets it again by itself,
// under the same key, and counts it once: also where it had been carried out
// and only the answer was lost.
func TestBillIsSentAgainToABusyServer(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"not taken": false, "taken, unanswered": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ids := restaurant(t)
			var fail atomic.Int64
			fail.Store(1)
			v := webtest.VisitAt(t, flaky(t, s, &fail, after), browsertest.Phone)
			v.SignIn("cashier@trattoria.test")
			v.Go("/till/" + ids["Ann Lee"].String())
			v.Until("the bill's field", `document.activeElement.id === "f-total"`)
			v.Press("20")
			v.See("+200 points")
			v.Press(kb.Enter)
			v.See("The service is busy. This is kept and will be sent again, once only.")
			v.Usable("a bill that waits")
			v.Until("the result", `location.pathname.endsWith("/done") && document.activeElement.innerText.includes("Next guest")`)
			v.See("+200 points")
			balance(t, s, ids["Ann Lee"], 200)
		})
	}
}

// What can't be shown in the dialog says so there and can be closed; what
// can't be shown in the till takes the focus.
func TestFailuresWithinThePage(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/till/" + ids["Ann Lee"].String())
	browsertest.Eval[bool](t, v.Browser, `(htmx.ajax("GET", location.pathname + "/redeem/019eae36-af80-7000-86f4-f150c0eccbf6", {target: "#modal", swap: "innerHTML"}), true)`)
	v.Until("the dialog", `document.querySelector("dialog[open]")?.innerText.includes("There is no such reward") && document.activeElement.id === "modal-title"`)
	v.Usable("a failure in the dialog")
	v.Tap(`dialog[open] .btn[type=button][data-dialog-close]`)
	v.Until("the dialog closed", `!document.querySelector("dialog[open]")`)

	browsertest.Eval[bool](t, v.Browser, `(htmx.ajax("GET", "/till/019eae36-af80-7000-86f4-f150c0eccbf6", {source: "#till", target: "#till"}), true)`)
	v.Until("what failed has the focus", `document.activeElement.matches("#till h1") && document.activeElement.innerText === "There’s nothing here"`)
}

// A page that failed can be asked for again; one with a form's result can't.
func TestFailedPagesOfferAnotherTry(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	form := p.do("GET", guest, nil)
	s.DB.Exec(t, `ALTER TABLE rewards RENAME TO rewards_away`)
	failed := p.do("GET", guest, nil)
	if failed.Status != 500 || !strings.Contains(failed.Body, `href="`+guest+`"`) || !strings.Contains(failed.Body, "Try again") {
		t.Errorf("status %d: %s", failed.Status, failed.Body)
	}
	bad := url.Values{"csrf": {field(form.Body, "csrf")}, "key": {field(form.Body, "key")}, "total": {"x"}}
	if r := p.do("POST", guest+"/award", bad); r.Status != 500 || strings.Contains(r.Body, "Try again") {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
	s.DB.Exec(t, `ALTER TABLE rewards_away RENAME TO rewards`)

	stranger := &person{s: s, cookies: map[string]string{}}
	for range 500 {
		if r := stranger.do("GET", "/card/nobody", nil); r.Status != 429 {
			continue
		} else if !strings.Contains(r.Body, "Wait a moment, then try again.") || strings.Contains(r.Body, "Retry-After") || !strings.Contains(r.Body, `href="/card/nobody"`) {
			t.Errorf("a guest who asks too often reads: %s", r.Body)
		}
		return
	}
	t.Error("nobody is told to wait")
}

// An undone award says why in the language of who reads it, whoever undid it.
func TestUndoIsReadInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	p.cookies["lang"] = "es"
	_, _, to := p.award(ids["Ann Lee"], "20", "")
	result := p.do("GET", to, nil)
	undo := url.Values{"csrf": {field(result.Body, "csrf")}, "key": {field(result.Body, "key")}, "transaction": {field(result.Body, "transaction")}}
	if r := p.do("POST", "/till/"+ids["Ann Lee"].String()+"/undo", undo); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	// Rows of long ago are in the language of whoever undid.
	_, _, to = p.award(ids["María García"], "20", "")
	award, _ := loyalty.ParseID(field(p.do("GET", to, nil).Body, "transaction"))
	if _, err := s.Services.Ledger.Reverse(t.Context(), s.System(), service.ReverseAward{TransactionID: award, Reason: "Deshecho en caja"}); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "Undone at the till", "es": "Deshecho en caja"} {
		p.cookies["lang"] = lang
		for _, who := range []string{"Ann Lee", "María García"} {
			if r := p.do("GET", "/customers/"+ids[who].String(), nil); !strings.Contains(r.Body, want) {
				t.Errorf("%s, %s: %q isn't in %s", lang, who, want, r.Body)
			}
		}
	}
}

// A frozen guest's row has room for the name and how the number ends on a
// phone, and the page says once that the account is frozen.
func TestFrozenGuestAtTheTill(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Customers.Freeze(t.Context(), s.System(), service.FreezeCustomer{ID: ids["María García"], Frozen: true}); err != nil {
		t.Fatal(err)
	}
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/till")
	v.Press("garcia")
	v.Until("the frozen guest", `document.querySelector("[data-match]")?.innerText.includes("Frozen")`)
	if cut := browsertest.Eval[int](t, v.Browser, `[...document.querySelectorAll("[data-match] .truncate")].filter((e) => e.scrollWidth > e.clientWidth).length`); cut > 0 {
		t.Errorf("%d lines are cut", cut)
	}
	v.Usable("a frozen guest among the found")
	v.Go("/till/" + ids["María García"].String())
	if got := browsertest.Eval[int](t, v.Browser, `document.body.innerText.split("neither earns nor spends points").length - 1`); got != 1 {
		t.Errorf("it is said %d times that the account is frozen", got)
	}
	v.Usable("a frozen guest")
}

// Where the camera may not be used, the dialog says what to do instead of
// showing a black picture.
func TestTillWithoutTheCamera(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.BeforePages(`
		window.BarcodeDetector = class { static async getSupportedFormats() { return ["qr_code"]; } };
		navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("denied", "NotAllowedError"); };`)
	v.Go("/till")
	v.Tap("[data-scan]")
	v.Until("what to do", `document.querySelector("dialog[open] [data-scan-problem]")?.checkVisibility() && !document.querySelector("[data-scan-video]").checkVisibility()`)
	v.Usable("the scanner without a camera")
}

// After too many wrong PINs there is nothing to type one into: the password is
// the way on.
func TestSpentPINsLeadToThePassword(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	carla, _ := withPINs(t, s)
	p := signIn(t, s, "owner@trattoria.test")
	p.lock(t)
	var last webtest.Response
	for range 30 {
		if last = p.unlock(carla.ID, "0000"); strings.Contains(last.Body, "Too many wrong PINs") {
			break
		}
	}
	if last.Status != 422 || strings.Contains(last.Body, `name="pin"`) || strings.Count(last.Body, "/login?next=%2Ftill") != 1 {
		t.Errorf("status %d: %s", last.Status, last.Body)
	}
}

// A wrong password is typed again at once, and what was wrong is read out with
// its field.
func TestWrongPasswordIsTypedAgain(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	s.Staff(loyalty.Manager, "Marco")
	v := s.Visit(t, browsertest.Phone)
	v.Go("/login")
	v.Type("#f-email", "manager@trattoria.test")
	v.Type("#f-password", "not this one"+kb.Enter)
	v.Until("the password's field", `document.activeElement.id === "f-password" && document.getElementById(document.activeElement.getAttribute("aria-describedby")).innerText.includes("isn’t right")`)
	v.Usable("a wrong password")
	v.Press(webtest.Password + kb.Enter)
	v.Until("in", `location.pathname === "/"`)
}
