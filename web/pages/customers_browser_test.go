package pages_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A manager finds a guest as the name is typed, sees why an award was so many,
// takes it back, adjusts the balance and sees all of it in the records.
func TestManagerLooksAfterAGuest(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	maria := ids["María García"]
	_, err := s.Services.Ledger.Submit(t.Context(), s.System(), service.SubmitOrder{
		StoreID: s.Store.ID, ExternalID: "1042", Customer: service.CustomerRef{ID: maria}, Total: 5000, Status: loyalty.OrderCompleted,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/customers")
	v.Usable("customers")
	v.Type("#f-search", "garcia")
	v.Until("the search", `location.href.endsWith("/customers") && document.querySelectorAll("#customers tbody tr").length === 1`)
	v.Tap("#customers tbody a")
	v.Until("the guest", `location.pathname.startsWith("/customers/")`)
	v.See("Order #1042")
	v.Usable("customer")
	v.Tap("details.ui-details summary")
	v.See("Points for each $")

	v.Tap(`a[href$="/adjust"]`)
	v.Until("the dialog", `document.activeElement.id === "f-amount"`)
	v.See("500 points") // of whom the dialog speaks
	v.Usable("customer, adjusting")
	v.NoComplaints()
	v.Press("-600")
	v.See("That is more than there is.")
	v.Press(kb.Backspace + kb.Backspace + kb.Backspace + "100")
	v.See("New balance: 400")
	v.Press(kb.Backspace + kb.Backspace + kb.Backspace + kb.Backspace)
	v.Press("-600\tSpilled soup\r")
	v.See("bring it below zero")
	v.Until("what was typed", `document.querySelector("#f-amount").value === "-600" && document.querySelector("#f-reason").value === "Spilled soup"`)
	v.Usable("customer, refused")
	v.Tap("#f-amount")
	v.Press(kb.End + strings.Repeat(kb.Backspace, 4) + "-100\r")
	v.See("Points adjusted.")
	balance(t, s, maria, 400)

	for _, path := range []string{"/transactions", "/orders", "/redemptions"} {
		v.Go(path)
		v.Usable(path)
	}
}

// A cashier sees guests and what they may redeem, and none of the forms and
// records that are a manager's.
func TestCashierSeesNoManagersPages(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/customers/" + ids["Ann Lee"].String())
	v.Until("no manager's buttons", `!document.querySelector('a[href$="/adjust"], a[href$="/edit"], a[href$="/freeze"]')`)
	v.Usable("customer, cashier")
	for _, path := range []string{"/transactions", "/orders", "/customers/" + ids["Ann Lee"].String() + "/adjust"} {
		v.Go(path)
		v.See("This page isn’t for your role")
	}
}

// Search and filters stand in one line wherever the menu stands beside them,
// and what is rarely asked for below when it is.
func TestCustomerFiltersStandInOneLine(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	if _, err := s.Services.Access.SaveStore(t.Context(), s.System(), service.SaveStore{Name: "Second", Active: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Services.Customers.Anonymize(t.Context(), s.System(), service.AnonymizeCustomer{ID: ids["Ann Lee"]}); err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	origin := browsertest.Eval[string](t, v.Browser, `location.origin`)
	for _, width := range []int64{1024, 1280, 1440} {
		for _, lang := range []string{"en", "es"} {
			browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=`+lang+`; path=/", true)`)
			v.Open(t, origin+"/customers", browsertest.Size{Width: width, Height: 800})
			v.Until("one line", `(ends => Math.max(...ends) - Math.min(...ends) < 5)([...document.querySelectorAll("#search label, #f-tier, #f-visit, #customers summary")]
				.map(e => e.getBoundingClientRect().bottom))`)
			v.Usable("customers, filters")
		}
	}
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=en; path=/", true)`)
	v.Go("/customers?store=" + s.Store.ID.String())
	v.Until("the filter that is set is open", `document.querySelector("#customers details").open && document.querySelector("#f-store").checkVisibility()`)
	v.Go("/customers/" + ids["Ann Lee"].String())
	v.See("Name and contact details were erased on")
}

// A guest's page says in the reader's language why there is a case, and once
// that the account is frozen.
func TestGuestsPageInWords(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	ann := ids["Ann Lee"]
	const found = `
		INSERT INTO anomalies (organization_id, id, customer_id, type, severity, score, description, format, args, points_involved, case_key,
			status, flagged_at, updated_at)
		SELECT organization_id, gen_random_uuid(), id, 'account_ring', 'high', 5, '', '%s new accounts belong together: %s',
			'["5", "neighbouring phone numbers"]', 0, '', 'pending_review', now(), now() FROM customers WHERE id = $1`
	if _, err := s.DB.SQL.ExecContext(t.Context(), found, ann.String()); err != nil {
		t.Fatal(err)
	}
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ann}, Points: 900, Reason: "x"}
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), give); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Services.Customers.Freeze(t.Context(), s.System(), service.FreezeCustomer{ID: ann, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=es; path=/", true)`)
	v.Go("/customers/" + ann.String())
	v.See("5 cuentas nuevas están relacionadas: teléfonos contiguos")
	v.See("Free coffee")
	v.Until("frozen, said once", `document.querySelector("main").innerText.match(/está congelada/g).length === 1`)
}
