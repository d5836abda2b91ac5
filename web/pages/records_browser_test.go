package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A manager finds what one cashier gave one guest, and the orders that nobody
// has claimed.
func TestManagerReadsTheRecords(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ana := r.staffNamed(t, "Ana Prieto")
	for _, g := range r.guests[:2] {
		if _, err := r.Services.Ledger.Award(t.Context(), ana.Actor(), service.AwardPoints{
			Customer: service.CustomerRef{ID: g}, Points: 25, Reason: "Waited long", StoreID: r.Store.ID,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Services.Ledger.Submit(t.Context(), r.System(), service.SubmitOrder{
		StoreID: r.Store.ID, ExternalID: "N-1", Total: 5000, Status: loyalty.OrderCompleted,
	}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/transactions")
	v.Until("all of them", `document.querySelectorAll("main tbody tr").length === 6`)
	set(t, v, "#f-cashier", ana.ID.String())
	v.Until("those of the cashier", `document.readyState === "complete" && document.querySelectorAll("main tbody tr").length === 2`)
	if want := "/transactions?cashier=" + ana.ID.String(); v.Path() != want {
		t.Errorf("the address is %s, want %s: only what was filled in", v.Path(), want)
	}
	v.Go(v.Path() + "&customer=" + r.guests[0].String())
	v.Until("of one guest", `document.querySelectorAll("main tbody tr").length === 1`)
	look(t, v, v.Path(), "transactions-filtered")
	press(t, v, `main a[href="/transactions?cashier=`+ana.ID.String()+`"]`)
	v.Until("of everybody again", `document.readyState === "complete" && document.querySelectorAll("main tbody tr").length === 2`)
	v.Go("/transactions?type=refund")
	v.See("No transaction matches")

	v.Go("/orders")
	v.See("#A-0")
	press(t, v, `main nav a[href="/orders?status=unclaimed"]`)
	v.See("a guest can claim it until Mar 17, 2026")
	v.Until("that one alone", `document.querySelectorAll("main tbody tr").length === 1`)
	look(t, v, "/orders?status=unclaimed", "orders-unclaimed")
	quiet(t, v)
}

// An order that stands although its award was taken back says so, by whom and
// when, and leads there. One that was refunded in part has given the rest.
func TestOrdersWhoseAwardIsGone(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	orders, _, err := r.Services.Ledger.Orders(t.Context(), r.System(), loyalty.OrderFilter{}, loyalty.Page{Number: 1, Size: 20})
	if err != nil {
		t.Fatal(err)
	}
	half := loyalty.Minor(6500)
	for _, o := range orders {
		switch o.ExternalID {
		case "A-0":
			_, err = r.Services.Ledger.Reverse(t.Context(), r.staffNamed(t, "Marta Ruiz").Actor(), service.ReverseAward{TransactionID: o.TransactionID, Reason: "Not theirs"})
		case "A-1":
			_, err = r.Services.Ledger.Change(t.Context(), r.System(), service.ChangeOrder{StoreID: r.Store.ID, OrderID: o.ID, RefundedTotal: &half})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/orders")
	const gone = `[...document.querySelectorAll("main tbody tr")].filter(r => r.innerText.includes("taken back on"))`
	v.Until("of one order alone", gone+`.length === 1 && `+gone+`[0].innerText.includes("#A-0") && `+gone+`[0].innerText.includes("by Marta Ruiz")`)
	v.Until("what is left of the other", `[...document.querySelectorAll("main tbody tr")].some(r => r.innerText.includes("#A-1") && r.textContent.includes("Points left650"))`)
	look(t, v, "/orders", "orders-taken-back")
	v.Go("/orders")
	press(t, v, `main tbody td a[href^="/transactions?customer="]`)
	v.See("Not theirs")
	v.Until("the row that did alone", `document.querySelectorAll("main tbody tr").length === 1`)
	v.Go("/transactions")
	v.Until("one award is gone", `[...document.querySelectorAll("main tbody tr")].filter(r => r.innerText.includes("· taken back")).length === 1`)
	quiet(t, v)
}

// On a small laptop all filters and their two buttons stand in one line, in
// the longer language too; and what unfolds is a target of 24 px with a mouse.
func TestTheLedgersFiltersStandInOneLine(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	if _, err := r.Services.Access.SaveStore(t.Context(), r.System(), service.SaveStore{Name: "Barranco", ExternalID: "b", Active: true}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Size{Width: 1280, Height: 900})
	v.SignIn("owner@trattoria.test")
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=es; path=/", true)`)
	for _, path := range []string{"/transactions?type=earn&from=2026-01-01", "/orders?status=completed&from=2026-01-01"} {
		v.Go(path)
		v.Until("one line of filters", `(() => {
			const bar = document.querySelector("main .ui-filters");
			const all = [...bar.querySelectorAll("input:not([type=hidden]), select, .btn")].filter((e) => e.checkVisibility());
			const middle = (e) => { const r = e.getBoundingClientRect(); return Math.round((r.top + r.bottom) / 2); };
			return all.length >= 5 && all.every((e) => Math.abs(middle(e) - middle(all[0])) < 3);
		})()`)
		v.Usable(path)
	}
	v.Go("/transactions")
	v.Until("targets of 24 px", `[...document.querySelectorAll("main summary")].length > 0 &&
		[...document.querySelectorAll("main summary")].every((s) => s.getBoundingClientRect().height >= 24)`)
}

// What goes wrong in a dialog is said there, without a hole above the button.
func TestAnErrorInADialogHasNoHole(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/customers/" + r.guests[0].String())
	browsertest.Eval[bool](t, v.Browser, `(htmx.ajax("GET", "/rewards/019eae36-af80-7000-86f4-f150c0eccbf6", {target: "#modal", swap: "innerHTML"}), true)`)
	v.Until("the error in a dialog", `document.querySelector("dialog[open] .ui-dialog-actions button")`)
	gap := browsertest.Eval[float64](t, v.Browser, `document.querySelector("dialog[open] .ui-dialog-actions .btn").getBoundingClientRect().top -
		document.querySelector("dialog[open] .ui-dialog-body").previousElementSibling.getBoundingClientRect().bottom`)
	if gap < 12 || gap > 28 {
		t.Errorf("the button stands %v px below the text", gap)
	}
	v.Picture("error-in-a-dialog")
}

func (r *lume) staffNamed(t *testing.T, name string) loyalty.Staff {
	t.Helper()
	all, err := r.Services.Access.AllStaff(t.Context(), r.System())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			return s
		}
	}
	t.Fatal("nobody is called", name)
	return loyalty.Staff{}
}
