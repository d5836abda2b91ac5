package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// unclaimed is the id of an order of 50.00 of a guest whom the till didn't
// know; sent again it is the same.
func (r *lume) unclaimed(t *testing.T, ref string) string {
	t.Helper()
	made, err := r.Services.Ledger.Submit(t.Context(), r.System(), service.SubmitOrder{
		StoreID: r.Store.ID, ExternalID: ref, Total: 5000, Status: loyalty.OrderCompleted,
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.Order.ID.String()
}

// A manager gives an order that came without a guest to the guest who brings
// the receipt: with the till's own field, and knowing what it earns before.
func TestManagerGivesAnOrderToAGuest(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	order := r.unclaimed(t, "U-1")
	before := r.balance(t, r.guests[0])
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/orders?status=unclaimed")
	v.Tap(`main a[href^="/orders/` + order + `/claim"]`)
	v.Until("the field", `document.activeElement.id === "f-q" && document.activeElement.closest("dialog")`)
	v.See("#U-1")
	v.Usable("whose order")
	v.Press("maria")
	v.See("María G.")
	v.Press(kb.Enter)
	v.Until("the question", `document.activeElement.closest("dialog") && document.activeElement.innerText.includes("Give the order")`)
	v.See("María García Fernández")
	v.See("+500 points")
	v.See("Points for each $ × 10")
	v.Usable("whose order, question")
	if got := r.balance(t, r.guests[0]); got != before {
		t.Errorf("looking at it changed the balance from %d to %d", before, got)
	}
	v.Press(kb.Enter)
	v.See("The order was given to the guest.")
	v.Until("the same list", `location.search === "?status=unclaimed"`)
	v.See("No order matches")
	if got := r.balance(t, r.guests[0]); got != before+500 {
		t.Errorf("the balance is %d, want %d", got, before+500)
	}
	v.NoComplaints()
}

// Opened as a page of its own, every step stays one, and leads on by keyboard.
func TestClaimAsAPageStaysOne(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	order := r.unclaimed(t, "U-1")
	before := r.balance(t, r.guests[0])
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/orders/" + order + "/claim")
	v.Press("maria")
	v.See("María G.")
	v.Press(kb.Enter)
	v.Until("the question as a page", `location.pathname.includes("/claim/") && !document.querySelector("dialog[open]")`)
	v.See("+500 points")
	v.Tap(`#claim-form button[type=submit]`)
	v.See("The order was given to the guest.")
	if got := r.balance(t, r.guests[0]); got != before+500 {
		t.Errorf("the balance is %d, want %d", got, before+500)
	}
	v.NoComplaints()
}

// On a phone, and in the other language: the same steps by thumb.
func TestManagerGivesAnOrderByThumb(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	order := r.unclaimed(t, "U-1")
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/orders?status=unclaimed")
	look(t, v, "/orders/"+order+"/claim", "claim")
	look(t, v, "/orders/"+order+"/claim/"+r.guests[1].String(), "claim-question")
	quiet(t, v)
}

// Sent twice an order is given once; given away or too old it is refused in
// words, as it is to whoever may not.
func TestOrdersAreGivenOnceAndInTime(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	order, old := r.unclaimed(t, "U-1"), r.unclaimed(t, "U-2")
	tom := r.guests[1]
	before := r.balance(t, tom)
	manager := signIn(t, r.Server, "manager@trattoria.test")
	path := "/orders/" + order + "/claim/" + tom.String()
	page := manager.do("GET", path, nil)
	form := url.Values{"csrf": {field(page.Body, "csrf")}, "key": {field(page.Body, "key")}}
	for range 2 {
		if got := manager.do("POST", path, form); got.Status != 303 || got.Header.Get("Location") != "/orders" {
			t.Fatalf("status %d to %q", got.Status, got.Header.Get("Location"))
		}
	}
	if got := r.balance(t, tom); got != before+550 { // Silver
		t.Errorf("the balance is %d, want %d: once", got, before+550)
	}

	another := "/orders/" + order + "/claim/" + r.guests[2].String()
	taken := manager.do("POST", another, url.Values{"csrf": form["csrf"], "key": {"another"}})
	if taken.Status != 422 || !strings.Contains(taken.Body, "This order belongs to a customer already.") {
		t.Errorf("given away: %d %s", taken.Status, taken.Body)
	}
	r.Clock.Add(8 * 24 * time.Hour)
	manager = signIn(t, r.Server, "manager@trattoria.test")
	late := manager.do("GET", "/orders/"+old+"/claim", nil)
	if late.Status != 200 || !strings.Contains(late.Body, "Orders can be claimed within 7 days.") || strings.Contains(late.Body, `id="f-q"`) {
		t.Errorf("too late: %d %s", late.Status, late.Body)
	}
	if list := manager.do("GET", "/orders?status=unclaimed", nil); strings.Contains(list.Body, "/claim") || !strings.Contains(list.Body, "too late to claim") {
		t.Error("the list offers what is refused")
	}
	cashier := signIn(t, r.Server, "cashier@trattoria.test")
	if got := cashier.do("POST", "/orders/"+old+"/claim/"+tom.String(), url.Values{}); got.Status != 403 {
		t.Errorf("a cashier: %d, want 403", got.Status)
	}
}

func (r *lume) balance(t *testing.T, guest loyalty.ID) loyalty.Points {
	t.Helper()
	m, err := r.Services.Customers.Get(t.Context(), r.System(), service.CustomerRef{ID: guest})
	if err != nil {
		t.Fatal(err)
	}
	return m.Enrollment.Balance
}
