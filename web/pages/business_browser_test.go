package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
)

// An owner makes an API key, which is shown once, and ends it.
func TestOwnerMakesAKey(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/")
	press(t, v, `nav a[href="/settings"]`)
	v.Until("title and heading agree", `document.title.startsWith("Settings") && document.querySelector("main h1").textContent === "Settings"`)
	look(t, v, "/settings", "settings")
	press(t, v, `main a[href="/settings/keys"]`)
	v.See("No keys yet")
	press(t, v, `a[href="/settings/keys/new"]`)
	v.Until("asked for its name", `document.activeElement.matches("dialog[open] #f-name")`)
	v.Usable("a new key")
	v.Press("Till at the bar")
	v.Press(kb.Enter)
	v.See("Copy it now")
	v.Picture("key-made")
	press(t, v, `dialog a.btn-primary`)
	v.Until("the list", `!document.querySelector("dialog[open]") && document.querySelector("td .ui-badge-good")`)
	look(t, v, "/settings/keys", "keys")
	press(t, v, `a[href$="/revoke"]`)
	v.See("This can’t be undone.")
	press(t, v, "dialog button.btn-error")
	v.See("Till at the bar is revoked.")
	quiet(t, v)
}

// An owner adds a person and a store; the log says so.
func TestOwnerRunsTheBusiness(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/staff")
	press(t, v, `a[href="/staff/new"]`)
	v.Until("asked for the name", `document.activeElement.matches("dialog[open] #f-name")`)
	v.Press("Bruno Sosa")
	set(t, v, "#f-email", "bruno@trattoria.test")
	set(t, v, "#f-password", "short")
	press(t, v, "dialog button.btn-primary")
	v.See("Must have 8 to 256 characters")
	v.Picture("staff-error")
	set(t, v, "#f-password", "long enough")
	press(t, v, "dialog button.btn-primary")
	v.See("Bruno Sosa can sign in now.")
	look(t, v, "/staff", "staff")

	v.Go("/stores/new")
	set(t, v, "#f-name", "Hill")
	press(t, v, "main button.btn-primary")
	v.See("Hill is saved.")
	look(t, v, "/stores", "stores")

	v.Go("/program/events")
	v.See("No events yet")
	v.Go("/program/events/new")
	set(t, v, "#f-name", "Review on a map")
	set(t, v, "#f-eventKey", "review")
	set(t, v, "#f-points", "100")
	press(t, v, "main button.btn-primary")
	v.See("Review on a map is saved.")
	look(t, v, "/program/events", "events")

	v.Go("/audit")
	v.See("Added a person")
	v.See("Added a store")
	v.See("Bruno Sosa")
	v.Until("the log leads to the store by its name", `[...document.querySelectorAll('main td a[href^="/stores/"]')].some(a => a.textContent.trim() === "Hill")`)
	look(t, v, "/audit", "audit")
	v.Go("/audit?subject=store")
	if v.Until("only stores", `document.querySelectorAll("tbody tr").length === 1`); v.Text("tbody tr td:nth-of-type(2)") == "" {
		t.Error("the entry says nothing")
	}
	quiet(t, v)
}
