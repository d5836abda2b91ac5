package pages_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// A lost connection costs an owner nothing: what was typed stays on the page,
// goes out again by itself, and counts once.
func TestOwnersFormsOutliveTheConnection(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	var line line
	v := webtest.VisitAt(t, line.to(t, r.Serve(t)), browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	for _, form := range []struct {
		page, field, value, button, said, action string
		when                                     int32
	}{
		{"/program", "#f-pointsPerCurrencyUnit", "20", "main form button.btn-primary", "Saved. It counts from the next bill.", "program.update", lostAfter},
		{"/program/tiers", `[name="tiers[1].minPoints"]`, "600", "aside button.btn-primary", "The ladder is saved.", "program.update", lostBefore},
		{"/rewards/new", "#f-name", "Tiramisù", "main form button.btn-primary", "Tiramisù is in the catalog.", "reward.create", lostAfter},
		{"/customers/" + r.guests[1].String() + "/adjust", "#f-amount", "25", "#customer-form button.btn-primary", "Points adjusted.", "points.adjust", lostAfter},
	} {
		v.Go(form.page)
		v.Until("the form", `document.readyState === "complete" && document.querySelector(`+"`"+form.field+"`"+`)`)
		before := r.audited(t, form.action)
		set(t, v, form.field, form.value)
		if form.page == "/rewards/new" {
			browsertest.Eval[bool](t, v.Browser, `(document.querySelector("input[value=perk]").click(), true)`)
			set(t, v, "#f-pointsCost", "300")
		}
		if form.field == "#f-amount" {
			set(t, v, "#f-reason", "Spilled soup")
		}
		line.state.Store(form.when)
		press(t, v, form.button)
		v.Until("it says that it will be sent again", `document.querySelector("main form [data-retry-status]")?.innerText.includes("will be sent again")`)
		v.Until("what was typed", `document.querySelector(`+"`"+form.field+"`"+`).value === "`+form.value+`"`)
		line.state.Store(whole)
		v.See(form.said)
		if n := r.audited(t, form.action) - before; n != 1 {
			t.Errorf("%s was saved %d times", form.page, n)
		}
	}
}

// audited is how often something was done.
func (r *lume) audited(t *testing.T, action string) (n int) {
	t.Helper()
	if err := r.DB.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM audit_log WHERE action = $1`, action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Where a restaurant speaks Spanish its tiers do, too; and nobody gives away
// more than the bill because a yen is no hundredth.
func TestSetUpInSpanishAndYen(t *testing.T) {
	t.Parallel()
	s := webtest.Empty(t)
	v := s.Visit(t, browsertest.Phone)
	v.Go("/setup")
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=es; path=/", true)`)
	v.Go("/setup")
	v.See("Configura tu programa de fidelidad")
	for field, text := range map[string]string{"name": "Izakaya", "storeName": "Centro", "ownerName": "Rika", "ownerEmail": "rika@izakaya.example", "ownerPassword": "correct horse battery"} {
		v.Type("#f-"+field, text)
	}
	v.Do(t, chromedp.SetValue(chromedp.ID("f-currency"), "JPY"), chromedp.SetValue(chromedp.ID("f-timeZone"), "Asia/Tokyo"))
	press(t, v, "main form button[type=submit]")
	v.See("Devuelve más de la mitad de cada cuenta; con 0.1 vuelve una décima parte")
	v.Until("the summary is read out and what was typed is kept", `document.activeElement.matches("[data-focus]") && document.querySelector("#f-name").value === "Izakaya"`)
	v.Usable("set-up with an error")
	set(t, v, "#f-pointsPerCurrencyUnit", "0.1")
	set(t, v, "#f-ownerPassword", "correct horse battery")
	press(t, v, "main form button[type=submit]")
	v.Until("on the start page", `location.pathname === "/" && document.querySelector(".ui-tabbar")`)
	v.See("Izakaya está listo para tus clientes")
	v.Go("/program/tiers")
	if names := browsertest.Eval[string](t, v.Browser, `[...document.querySelectorAll("[name$='.name']")].map(f => f.value).join(" ")`); names != "Bronce Plata Oro Platino" {
		t.Errorf("the tiers are called %s", names)
	}
}

// Whose session has ended is asked for the password, and finds the page, and
// what was typed into it, as it was.
func TestOwnerSignsInAgain(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	end := func() {
		browsertest.Eval[int](t, v.Browser, `fetch("/logout", {method: "POST", body: new URLSearchParams({csrf: document.querySelector("[name=csrf]").value}), redirect: "manual"}).then(a => a.status)`)
	}
	again := func() {
		v.Until("asked for the password", `location.pathname === "/login" && document.querySelector("#f-password")`)
		v.Type("#f-email", "owner@trattoria.test")
		v.Type("#f-password", webtest.Password)
		press(t, v, "main form button")
	}
	v.Go("/program")
	set(t, v, "#f-pointsPerCurrencyUnit", "25")
	end()
	press(t, v, "main form button.btn-primary")
	again()
	v.See("What you typed is back.")
	v.Until("the page as it was", `location.pathname === "/program" && document.querySelector("#f-pointsPerCurrencyUnit").value === "25"`)
	v.See("1,250 points")

	press(t, v, "[data-unsaved-drop]") // or leaving asks
	v.Until("as saved", `document.querySelector("#f-pointsPerCurrencyUnit")?.value === "10"`)
	v.Go("/rewards")
	press(t, v, `a[href="/rewards/new"]`)
	v.Until("the dialog", `document.querySelector("dialog[open] #f-name")`)
	set(t, v, "#f-name", "Tiramisù")
	browsertest.Eval[bool](t, v.Browser, `(document.querySelector("dialog input[value=perk]").click(), true)`)
	v.Until("the guest's view follows", `document.querySelector("#guest-view").innerText.includes("Tiramisù")`)
	end()
	set(t, v, "#f-pointsCost", "300") // the preview finds out that nobody is signed in
	again()
	v.Until("the dialog as it was", `document.querySelector("dialog[open] #f-name")?.value === "Tiramisù" && document.querySelector("dialog input[value=perk]").checked`)
	press(t, v, "dialog button.btn-primary")
	v.See("Tiramisù is in the catalog.")

	v.Go("/import")
	choose(t, v, "guests.csv", "name,phone\nAda,+1 212 555 0101\n")
	end()
	press(t, v, "main form button.btn-primary")
	again()
	v.Until("the page as it was", `location.pathname === "/import" && document.querySelector("input[type=file]")`)
}

// Without a connection the page stays, says so, and nothing leads away from it.
func TestOwnerIsOffline(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("owner@trattoria.test")
	v.Go("/import")
	offline := func(yes bool) {
		v.Do(t, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: yes, DownloadThroughput: -1, UploadThroughput: -1})
			return err
		}))
	}
	offline(true)
	v.Until("it says so", `document.querySelector("[data-offline-line]:not([hidden])")?.innerText.includes("You are offline.")`)
	v.Usable("a page without a connection")
	press(t, v, `.ui-tabbar a[href="/"]`)
	v.Until("the page is still there, and says why", `location.pathname === "/import" && document.querySelector("#toasts .ui-toast")?.innerText.includes("You are offline.")`)
	press(t, v, "#toasts [data-toast-close]")
	v.Until("what was read is put away", `!document.querySelector("#toasts .ui-toast")`)
	offline(false)
	v.Until("it says no more", `document.querySelector("[data-offline-line]").hidden`)
	press(t, v, `.ui-tabbar a[href="/"]`)
	v.Until("on the start page", `location.pathname === "/"`)
}

// One very long name leaves room for what stands beside it in the list.
func TestStaffWithALongName(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	if _, err := r.Services.Access.CreateStaff(t.Context(), r.System(), service.CreateStaff{
		Email: strings.Repeat("a", 60) + "@" + strings.Repeat("long.", 20) + "example", Name: strings.Repeat("Featherstonehaugh ", 10),
		Role: loyalty.Manager, Password: webtest.Password,
	}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/staff")
	v.Until("every column is in the window", `[...document.querySelectorAll("main tbody td")].every(cell => cell.getBoundingClientRect().right <= innerWidth)`)
}
