package pages_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// withPINs gives Carla, the cashier, the PIN 2580 and a manager 1379.
func withPINs(t *testing.T, s *webtest.Server) (carla, marco loyalty.Staff) {
	t.Helper()
	marco = s.Staff(loyalty.Manager, "Marco Díaz")
	all, err := s.Services.Access.AllStaff(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range all {
		if who.Role == loyalty.Cashier {
			carla = who
		}
	}
	for who, pin := range map[loyalty.ID]string{carla.ID: "2580", marco.ID: "1379"} {
		if err := s.Services.Access.SetPIN(t.Context(), s.Owner.Actor(), service.SetPIN{StaffID: who, PIN: pin}); err != nil {
			t.Fatal(err)
		}
	}
	return carla, marco
}

// lock locks the till that p is at, and unlock opens it as who.
func (p *person) lock(t *testing.T) {
	t.Helper()
	csrf := field(p.do("GET", "/till", nil).Body, "csrf")
	if r := p.do("POST", "/till/lock", url.Values{"csrf": {csrf}}); r.Header.Get("Location") != "/till/lock" {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
}

func (p *person) unlock(who loyalty.ID, pin string) webtest.Response {
	csrf := field(p.do("GET", "/till/lock?who="+who.String(), nil).Body, "csrf")
	return p.do("POST", "/till/unlock", url.Values{"csrf": {csrf}, "staff": {who.String()}, "pin": {pin}})
}

// A locked till is locked on every page; a PIN opens the till's pages, and all
// others ask for the password.
func TestLockedTill(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	carla, marco := withPINs(t, s)
	p := signIn(t, s, "owner@trattoria.test")
	p.lock(t)
	for _, path := range []string{"/", "/till", "/program", "/till/" + ids["Ann Lee"].String(), "/customers"} {
		if r := p.do("GET", path, nil); r.Header.Get("Location") != "/till/lock" {
			t.Errorf("%s of a locked till: %d to %q", path, r.Status, r.Header.Get("Location"))
		}
	}
	wrong := p.unlock(marco.ID, "0000")
	if wrong.Status != 422 || !strings.Contains(wrong.Body, "This PIN isn’t right.") || strings.Contains(wrong.Body, `value="0000"`) {
		t.Errorf("status %d: %s", wrong.Status, wrong.Body)
	}
	before := p.cookies["session"]
	if r := p.unlock(marco.ID, "1379"); r.Status != 303 || r.Header.Get("Location") != "/till" || p.cookies["session"] == before {
		t.Fatalf("status %d to %q", r.Status, r.Header.Get("Location"))
	}
	for path, want := range map[string]string{
		"/": "/till", "/transactions": "/login?next=%2Ftransactions", "/anomalies": "/login?next=%2Fanomalies", "/pins": "/login?next=%2Fpins", "/till": "", "/customers": "",
	} {
		if r := p.do("GET", path, nil); r.Header.Get("Location") != want {
			t.Errorf("%s for a manager with a PIN: %d to %q, want %q", path, r.Status, r.Header.Get("Location"), want)
		}
	}
	// The password opens the rest, on the page that was asked for.
	page := p.do("GET", "/login?next=%2Ftransactions", nil)
	in := p.do("POST", "/login", url.Values{"csrf": {field(page.Body, "csrf")}, "email": {"manager@trattoria.test"}, "password": {webtest.Password}, "next": {"/transactions"}})
	if in.Header.Get("Location") != "/transactions" || p.do("GET", "/transactions", nil).Status != 200 {
		t.Errorf("status %d to %q", in.Status, in.Header.Get("Location"))
	}

	p.lock(t)
	if r := p.unlock(carla.ID, "2580"); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	guest := "/till/" + ids["Ann Lee"].String()
	form := p.do("GET", guest, nil)
	p.do("POST", guest+"/award", url.Values{"csrf": {field(form.Body, "csrf")}, "key": {field(form.Body, "key")}, "total": {"20"}, "id": {""}})
	rows, _, err := s.Services.Ledger.Transactions(t.Context(), s.System(), loyalty.TransactionFilter{StaffID: carla.ID}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(rows) != 1 || rows[0].Points != 200 {
		t.Errorf("Carla's awards: %+v, %v", rows, err)
	}
}

// PINs are set by the owner, never shown, and not by those who may not.
func TestPINsPage(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	carla, marco := withPINs(t, s)
	p := signIn(t, s, "owner@trattoria.test")
	list := p.do("GET", "/pins", nil)
	if list.Status != 200 || !strings.Contains(list.Body, "Marco Díaz") {
		t.Fatalf("status %d: %s", list.Status, list.Body)
	}
	form := p.do("GET", "/pins/"+marco.ID.String(), nil)
	easy := p.do("POST", "/pins/"+marco.ID.String(), url.Values{"csrf": {field(form.Body, "csrf")}, "pin": {"4444"}})
	if easy.Status != 422 || !strings.Contains(easy.Body, "Is too easy to guess") || strings.Contains(easy.Body, "4444") {
		t.Errorf("status %d: %s", easy.Status, easy.Body)
	}
	if r := p.do("POST", "/pins/"+marco.ID.String(), url.Values{"csrf": {field(form.Body, "csrf")}, "pin": {"9182"}}); r.Header.Get("Location") != "/pins" {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
	if !strings.Contains(p.do("GET", "/pins", nil).Body, "The PIN is set.") {
		t.Error("it isn't said that the PIN is set")
	}
	cashier := signIn(t, s, "cashier@trattoria.test")
	if r := cashier.do("GET", "/pins", nil); strings.Contains(r.Body, "Marco") || !strings.Contains(r.Body, "Carla") {
		t.Errorf("a cashier sees others' PINs: %s", r.Body)
	}
	if r := cashier.do("GET", "/pins/"+marco.ID.String(), nil); r.Status != 404 {
		t.Errorf("status %d", r.Status)
	}
	own := cashier.do("GET", "/pins/"+carla.ID.String(), nil)
	if r := cashier.do("POST", "/pins/"+carla.ID.String(), url.Values{"csrf": {field(own.Body, "csrf")}, "remove": {"1"}, "password": {webtest.Password}}); r.Header.Get("Location") != "/pins" {
		t.Errorf("status %d: %s", r.Status, r.Body)
	}
}

// With the keyboard alone: lock, choose, PIN, and the next guest is served
// under the right name.
func TestSwitchOfCashiers(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	withPINs(t, s)
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/till")
	v.Until("at the till", `document.activeElement.id === "f-q"`)
	v.PressAlt("l")
	v.See("The till is locked")
	v.Usable("locked till")
	v.Until("the first name", `document.activeElement.innerText.includes("Carla Quispe")`)
	v.Press(kb.Enter)
	v.Until("the PIN", `document.activeElement.id === "f-pin"`)
	v.Usable("PIN")
	v.Press("2580" + kb.Enter)
	v.Until("at the till", `document.activeElement.id === "f-q" && location.pathname === "/till"`)
	v.See("Carla Quispe")
	v.Press("lee" + kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Press("20" + kb.Enter)
	v.Until("the result", `location.pathname.endsWith("/done") && document.activeElement.innerText.includes("Next guest")`)
	balance(t, s, ids["Ann Lee"], 200)
	v.NoComplaints()
}

// By thumb: the keypad types the PIN.
func TestPINByThumb(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	_, marco := withPINs(t, s)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Until("at the till", `document.activeElement.id === "f-q"`)
	v.Tap(`button[form="till-lock"]`)
	v.See("The till is locked")
	v.Tap(`a[href$="` + marco.ID.String() + `"]`)
	v.Until("the keypad", `document.querySelector("[data-keypad]")?.checkVisibility()`)
	v.Usable("PIN on a phone")
	v.Tap(`[data-key="1"]`)
	v.Tap("form[action='/till/unlock'] button[type=submit]")
	v.Until("what is wrong", `document.getElementById("f-pin-error")?.innerText.includes("four to six digits")`)
	for _, digit := range "379" {
		v.Tap(`[data-key="` + string(digit) + `"]`)
	}
	v.Until("put right", `!document.getElementById("f-pin-error") && !document.getElementById("f-pin").hasAttribute("aria-invalid")`)
	v.Tap("form[action='/till/unlock'] button[type=submit]")
	v.Until("at the till", `location.pathname === "/till" && document.activeElement.id === "f-q"`)
	v.NoComplaints()
}

// Who has forgotten the PIN gets from the locked till to a new one, which
// opens it also where the old one was guessed at too often.
func TestForgottenPIN(t *testing.T) {
	t.Parallel()
	s, _ := restaurant(t)
	carla, _ := withPINs(t, s)
	p := signIn(t, s, "cashier@trattoria.test")
	p.lock(t)
	for range 6 {
		p.unlock(carla.ID, "0000")
	}
	if r := p.unlock(carla.ID, "2580"); r.Status != 422 {
		t.Fatalf("status %d: %s", r.Status, r.Body)
	}
	asked := document(t, p.do("GET", "/till/lock?who="+carla.ID.String(), nil))
	to, _ := asked.Find("a:contains('Forgotten your PIN?')").Attr("href")
	page := p.do("GET", to, nil)
	in := p.do("POST", "/login", url.Values{"csrf": {field(page.Body, "csrf")}, "email": {"cashier@trattoria.test"}, "password": {webtest.Password}, "next": {field(page.Body, "next")}})
	form := p.do("GET", in.Header.Get("Location"), nil)
	if form.Status != 200 || !strings.Contains(form.Body, "New PIN") {
		t.Fatalf("%s leads to %q: %d", to, in.Header.Get("Location"), form.Status)
	}
	p.do("POST", in.Header.Get("Location"), url.Values{"csrf": {field(form.Body, "csrf")}, "pin": {"9182"}, "password": {webtest.Password}})
	p.lock(t)
	if r := p.unlock(carla.ID, "9182"); r.Status != 303 {
		t.Errorf("the new PIN: status %d: %s", r.Status, r.Body)
	}
}

// Where a store is closed while people work at it, its till asks where they
// work now, also when a bill is sent, and a locked one says why nobody gets in.
func TestTillOfAClosedStore(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	withPINs(t, s)
	for _, name := range []string{"Hill", "Station"} {
		if _, err := s.Services.Access.SaveStore(t.Context(), s.Owner.Actor(), service.SaveStore{Name: name, TimeZone: "UTC", Currency: "USD", Active: true}); err != nil {
			t.Fatal(err)
		}
	}
	guest := "/till/" + ids["Ann Lee"].String()
	p, tablet := signIn(t, s, "manager@trattoria.test"), signIn(t, s, "manager@trattoria.test")
	for _, who := range []*person{p, tablet} {
		who.do("POST", "/store", url.Values{"csrf": {field(who.do("GET", "/till", nil).Body, "csrf")}, "store": {s.Store.ID.String()}})
	}
	form := p.do("GET", guest, nil)
	tablet.lock(t)
	if _, err := s.Services.Access.SaveStore(t.Context(), s.Owner.Actor(), service.SaveStore{ID: s.Store.ID, Name: "Harbour", TimeZone: "UTC", Currency: "USD"}); err != nil {
		t.Fatal(err)
	}
	if r := p.do("POST", guest+"/award", url.Values{"csrf": {field(form.Body, "csrf")}, "key": {field(form.Body, "key")}, "total": {"20"}}); r.Header.Get("Location") != "/till" {
		t.Errorf("a bill: status %d to %q: %s", r.Status, r.Header.Get("Location"), r.Body)
	}
	if r := p.do("GET", guest, nil); r.Header.Get("Location") != "/till?back="+url.QueryEscape(guest) {
		t.Errorf("a guest: status %d to %q", r.Status, r.Header.Get("Location"))
	}
	if said := words(document(t, p.do("GET", "/till", nil)).Find("main")); !strings.Contains(said, "Where are you working?") || strings.Contains(said, "Harbour") {
		t.Errorf("the till says %s", said)
	}
	if said := words(document(t, tablet.do("GET", "/till/lock", nil)).Find("main")); !strings.Contains(said, "This store isn’t active any more") {
		t.Errorf("the locked till says %s", said)
	}
}
