package pages_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// award sends a bill under a key of its own, as a form drawn anew does.
func (p *person) award(guest loyalty.ID, total, receipt string) (status int, body, to string) {
	path := "/till/" + guest.String()
	page := p.do("GET", path, nil)
	r := p.do("POST", path+"/award", url.Values{"csrf": {field(page.Body, "csrf")}, "key": {field(page.Body, "key")}, "total": {total}, "id": {receipt}})
	return r.Status, r.Body, r.Header.Get("Location")
}

// A receipt that was counted before says so and adds nothing; for another guest
// or amount it is wrong at its own field, and what was typed stays.
func TestReceiptCountsOnce(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	ann, maria := ids["Ann Lee"], ids["María García"]
	if status, body, _ := p.award(ann, "20", "77"); status != 303 {
		t.Fatalf("status %d: %s", status, body)
	}
	_, _, to := p.award(ann, "20", "77")
	again := p.do("GET", to, nil).Body
	if !strings.Contains(again, "Counted before: nothing was added") || strings.Contains(again, "+200 points") {
		t.Errorf("counted again, or it looks so: %s", again)
	}
	for _, tc := range []struct {
		guest loyalty.ID
		total string
	}{{maria, "20"}, {ann, "30"}} {
		status, body, _ := p.award(tc.guest, tc.total, "77")
		if status != 422 || !strings.Contains(body, `id="f-id-error"`) || !strings.Contains(body, "Was counted before, with another amount") || !strings.Contains(body, `value="77"`) {
			t.Errorf("status %d: %s", status, body)
		}
	}
	balance(t, s, ann, 200)
	balance(t, s, maria, 0)
}

// Whoever hasn't said where they work comes back, once said, to the guest they
// were after.
func TestChoosingAStoreLeadsBack(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Access.SaveStore(t.Context(), s.Owner.Actor(), service.SaveStore{Name: "Second", Active: true}); err != nil {
		t.Fatal(err)
	}
	p := signIn(t, s, "owner@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	asked := p.do("GET", guest, nil)
	if want := "/till?back=" + url.QueryEscape(guest); asked.Header.Get("Location") != want {
		t.Fatalf("status %d to %q, want %q", asked.Status, asked.Header.Get("Location"), want)
	}
	page := p.do("GET", asked.Header.Get("Location"), nil).Body
	if back := field(page, "back"); back != guest {
		t.Errorf("leads to %q, want %q", back, guest)
	}
	if out := field(p.do("GET", "/till?back=https://evil.example/", nil).Body, "back"); strings.Contains(out, "evil") {
		t.Errorf("leads out to %q", out)
	}
}

// A guest who can't be signed up as typed leaves the till as it was, and
// somebody's own last reward can be opened again and undone.
func TestTillKeepsItsWays(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	withPINs(t, s)
	maria := ids["María García"]
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{Customer: service.CustomerRef{ID: maria}, Points: 300, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	v.Press("5550199" + kb.Enter)
	v.See("A phone number and a name are all it takes.")
	v.Type("#f-name", " "+kb.Enter)
	v.Until("the error", `document.querySelector("#f-name[aria-invalid]")`)
	v.Until("the phone is kept", `document.querySelector("#f-phone").value === "5550199"`)
	v.See("Lock")

	v.Go("/till/" + maria.String())
	v.Tap(`a[href*="/redeem/"]`)
	v.Until("the question", `document.activeElement.closest("dialog") && document.activeElement.matches("button[type=submit]")`)
	v.Press(kb.Enter)
	v.See("300 points taken from the balance.")
	v.Press(kb.Escape)
	v.Tap(`a[href*="done?redemption="]`)
	v.See("300 points taken from the balance.")
	v.Tap(`form[action$="/cancel"] button`)
	v.See("The reward is undone and its points are back on the balance.")
	balance(t, s, maria, 300)

	v.Tap(`a[href*="/redeem/"]`)
	v.Until("the question", `document.activeElement.closest("dialog") && document.activeElement.matches("button[type=submit]")`)
	v.Press(kb.Enter)
	v.Until("to hand over", `document.activeElement.innerText.includes("Handed over")`)
	v.Press(kb.Enter)
	v.See("Free coffee is handed over.")
}

// A session that ends while a bill is typed: whoever finds out, the bill itself
// or its preview, after signing in it is there as it was, and counts once.
func TestEndedSessionKeepsTheBill(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	end := func() { s.DB.Exec(t, `DELETE FROM sessions`) }
	had := loyalty.Points(0)
	for i, finds := range []func(){
		func() { v.Type("#f-total", "50"); v.See("+500 points"); end(); v.Press(kb.Enter) },
		func() { end(); v.Type("#f-total", "50") },
	} {
		v.Go(guest)
		v.Until("the bill's field", `document.activeElement.id === "f-total"`)
		v.Type("#f-id", "R-"+strconv.Itoa(i))
		finds()
		v.Until("at the sign-in", `location.pathname === "/login" && document.readyState === "complete"`)
		v.See("Your session has ended. Sign in, and you’re back where you were.")
		v.Type("#f-email", "cashier@trattoria.test")
		v.Type("#f-password", webtest.Password+kb.Enter)
		v.See("What you typed is back. It hasn’t been sent yet.")
		v.Until("the guest, with the bill", `location.pathname === "`+guest+`" && document.querySelector("#f-total").value === "50" && document.querySelector("#f-id").value === "R-`+strconv.Itoa(i)+`"`)
		earns := []loyalty.Points{500, 550}[i] // by now she is in Silver
		v.See(fmt.Sprintf("+%d points", earns))
		balance(t, s, ids["Ann Lee"], had)
		v.Tap("#till form button[type=submit]")
		v.See("Next guest")
		had += earns
		balance(t, s, ids["Ann Lee"], had)
	}
}
