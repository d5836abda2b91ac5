package pages_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
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
	// Nor does the next search throw away what was typed for the new guest:
	// what would leads on only when that was said yes to.
	v.Clear("#f-q")
	v.Type("#f-q", "garcia")
	v.See("María G.")
	v.See("Kept while you search.")
	v.Until("the phone is still there", `document.querySelector("#f-phone").value === "5550199"`)
	v.Usable("a new guest kept beside a search")
	browsertest.Eval[bool](t, v.Browser, `(window.asked = 0, window.confirm = () => { window.asked++; return false; }, true)`)
	v.Tap("[data-match]")
	v.Until("asked, and still there", `window.asked === 1 && document.querySelector("#f-phone").value === "5550199"`)
	browsertest.Eval[bool](t, v.Browser, `(document.querySelector("#f-q").focus(), document.querySelector("#f-q").select(), true)`)
	v.Press("5550177")
	v.See("Nobody found for “5550177”.")
	v.Until("the phone is still there", `document.querySelector("#f-phone").value === "5550199"`)
	v.Tap("[data-till-drop]")
	v.Until("a new form", `document.querySelector("#f-phone")?.value === "5550177" && document.activeElement.id === "f-q"`)
	v.Type("#f-q", "8")
	v.Until("one nobody has typed in follows the search", `document.querySelector("#f-phone")?.value === "55501778"`)

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

// second opens another store at which bills can count.
func second(t *testing.T, s *webtest.Server, name string) loyalty.Store {
	t.Helper()
	store, err := s.Services.Access.SaveStore(t.Context(), s.Owner.Actor(), service.SaveStore{Name: name, Active: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// open opens or closes the first store.
func open(t *testing.T, s *webtest.Server, active bool) {
	t.Helper()
	_, err := s.Services.Access.SaveStore(t.Context(), s.Owner.Actor(), service.SaveStore{ID: s.Store.ID, Name: s.Store.Name, Active: active})
	if err != nil {
		t.Fatal(err)
	}
}

// What was begun for a store that is closed meanwhile counts for no other
// before the cashier has seen so: neither a bill nor a reward.
func TestNothingMovesToAnotherStoreUnseen(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	centro := second(t, s, "Centro")
	p := signIn(t, s, "cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	p.do("POST", "/store", url.Values{"csrf": {field(p.do("GET", "/till", nil).Body, "csrf")}, "store": {s.Store.ID.String()}})
	form := func(path string) url.Values {
		body := p.do("GET", path, nil).Body
		return url.Values{"csrf": {field(body, "csrf")}, "key": {field(body, "key")}, "store": {field(body, "store")}}
	}
	at := func(table string) (names string) {
		t.Helper()
		q := `SELECT coalesce(string_agg(s.name, ' ' ORDER BY s.name), '') FROM ` + table + ` x JOIN stores s ON s.id = x.store_id`
		if err := s.DB.SQL.QueryRowContext(t.Context(), q).Scan(&names); err != nil {
			t.Fatal(err)
		}
		return names
	}
	sent := form(guest)
	sent.Set("total", "30.00")
	first := p.do("POST", guest+"/award", sent)
	bill, wrong, reward := form(guest), form(guest), form(guest+"/redeem/"+rewardID(t, s))
	list := p.do("GET", guest, nil).Body
	open(t, s, false)

	// What has arrived before is done, whatever was closed since.
	if again := p.do("POST", guest+"/award", sent); again.Status != 303 || again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("a repeat: status %d: %s", again.Status, again.Body)
	}
	const why = "Harbour is closed now. This bill would count for Centro: check it and press again."
	for total, bill := range map[string]url.Values{"20.00": bill, "nothing": wrong} {
		bill.Set("total", total)
		r := p.do("POST", guest+"/award", bill)
		if r.Status != 422 || !strings.Contains(r.Body, why) || !strings.Contains(r.Body, `value="`+total+`"`) || field(r.Body, "store") != centro.ID.String() {
			t.Errorf("%s: status %d: %s", total, r.Status, r.Body)
		}
	}
	balance(t, s, ids["Ann Lee"], 300)
	r := p.do("POST", guest+"/redeem/"+rewardID(t, s), reward)
	if r.Status != 422 || !strings.Contains(r.Body, "Harbour is closed now. This reward would count for Centro") {
		t.Errorf("a reward: status %d: %s", r.Status, r.Body)
	}
	asked := regexp.MustCompile(`href="(/till/[^"]*/redeem/[^"]*)"`).FindStringSubmatch(list)
	if asked == nil || !strings.Contains(p.do("GET", html.UnescapeString(asked[1]), nil).Body, "This reward would count for Centro") {
		t.Errorf("the question to a reward of the list before says nothing of Centro: %q", asked)
	}
	for _, page := range []string{"/till", guest} {
		if !strings.Contains(p.do("GET", page, nil).Body, "Harbour is closed now. Bills and rewards count for Centro.") {
			t.Errorf("%s says nothing of the store", page)
		}
	}
	balance(t, s, ids["Ann Lee"], 300)

	for path, form := range map[string]url.Values{"/award": bill, "/redeem/" + rewardID(t, s): reward} {
		form.Set("store", centro.ID.String())
		if r := p.do("POST", guest+path, form); r.Status != 303 {
			t.Errorf("%s, pressed again: status %d: %s", path, r.Status, r.Body)
		}
	}
	balance(t, s, ids["Ann Lee"], 200)
	if orders, rewards := at("orders"), at("redemptions"); orders != "Centro Harbour" || rewards != "Centro" {
		t.Errorf("the bills count for %q and the reward for %q", orders, rewards)
	}

	// With two more to choose from, the bill waits for the choice.
	open(t, s, true)
	bill = form(guest)
	bill.Set("total", "40.00")
	second(t, s, "Plaza")
	open(t, s, false)
	r = p.do("POST", guest+"/award", bill)
	if want := "/till?back=" + url.QueryEscape(guest+"?total=40.00"); r.Status != 303 || r.Header.Get("Location") != want {
		t.Fatalf("status %d to %q, want %q", r.Status, r.Header.Get("Location"), want)
	}
	choose := p.do("GET", r.Header.Get("Location"), nil).Body
	if !strings.Contains(choose, "Harbour is closed now. Nothing was recorded") {
		t.Errorf("nothing is said where the store is chosen: %s", choose)
	}
	if back := p.do("GET", html.UnescapeString(field(choose, "back")), nil); back.Status != 303 { // still no store
		t.Errorf("status %d", back.Status)
	}
	p.do("POST", "/store", url.Values{"csrf": {field(choose, "csrf")}, "store": {centro.ID.String()}})
	if body := p.do("GET", html.UnescapeString(field(choose, "back")), nil).Body; !strings.Contains(body, `value="40.00"`) || field(body, "store") != centro.ID.String() {
		t.Errorf("the bill didn't wait: %s", body)
	}
	balance(t, s, ids["Ann Lee"], 200)
}

func rewardID(t *testing.T, s *webtest.Server) (id string) {
	t.Helper()
	if err := s.DB.SQL.QueryRowContext(t.Context(), `SELECT id FROM rewards`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// The till says of a guest who was erased that there is nothing to do, whatever
// was about to be done.
func TestErasedGuestAtTheTill(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	p := signIn(t, s, "cashier@trattoria.test")
	guest := "/till/" + ids["Ann Lee"].String()
	if status, body, _ := p.award(ids["Ann Lee"], "50", ""); status != 303 {
		t.Fatalf("status %d: %s", status, body)
	}
	page := p.do("GET", guest, nil).Body
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: ids["Ann Lee"]}); err != nil {
		t.Fatal(err)
	}
	late := url.Values{"csrf": {field(page, "csrf")}, "key": {field(page, "key")}, "store": {field(page, "store")}, "total": {"20"}}
	for name, tc := range map[string]struct {
		got    webtest.Response
		status int
	}{
		"guest":  {p.do("GET", guest, nil), 200},
		"reward": {p.do("GET", guest+"/redeem/"+rewardID(t, s), nil), 200},
		"bill":   {p.do("POST", guest+"/award", late), 409},
		"redeem": {p.do("POST", guest+"/redeem/"+rewardID(t, s), late), 409},
		"inside": {p.do("GET", guest+"/redeem/"+rewardID(t, s), nil, "HX-Request", "true", "HX-Target", "modal"), 200},
	} {
		body := tc.got.Body
		if tc.got.Status != tc.status || !strings.Contains(body, "This guest was erased") || !strings.Contains(body, `href="/till"`) || strings.Contains(body, `action="`+guest) {
			t.Errorf("%s: status %d: %s", name, tc.got.Status, body)
		}
	}
	balance(t, s, ids["Ann Lee"], 500)
}
