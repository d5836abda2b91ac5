package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
)

// A manager decides cases without touching the mouse.
func TestManagerDecidesByKeyboard(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.See("Nothing waits for you")
	look(t, v, "/anomalies", "anomalies-empty")

	r.suspicious(t)
	v.Go("/anomalies")
	v.See("5 orders in 8 minutes")
	look(t, v, "/anomalies", "anomalies")
	first := v.Text("#case-title")
	v.Press("j")
	v.Until("the next case", `location.pathname.startsWith("/anomalies/") && document.activeElement.id === "case-title"`)
	look(t, v, v.Path(), "anomaly")
	quiet(t, v)
	v.Press("k")
	v.Until("the first case again", `document.querySelector("#case-list li a[aria-current]") === document.querySelector("#case-list li a")`)
	if got := v.Text("#case-title"); got != first {
		t.Errorf("back at %q, want %q", got, first)
	}
	v.Press("d")
	v.Until("asked for a reason", `document.querySelector("dialog[open] input[name=reason]") === document.activeElement`)
	v.Usable("dismiss")
	v.Picture("anomaly-dismiss")
	v.Press(kb.Enter)
	v.Until("the error has the focus", `document.activeElement.matches("dialog [data-focus]")`)
	v.Press(kb.Tab)
	v.Press(kb.Tab) // past the link to what is missing
	v.Press(" ")
	v.Press(kb.Enter)
	v.See("Case dismissed.")
	v.Until("one case is left", `document.querySelectorAll("#case-list li").length === 1`)
	v.Press("n")
	v.Until("the comment has the focus", `document.activeElement.id === "case-note"`)
	v.Press("Called them")
	v.Press(kb.Tab)
	v.Press(kb.Enter)
	v.See("Comment added.")
	v.See("Called them")
	v.Press("x")
	v.Until("the case is selected", `document.querySelector("#case-list [name=pick]").checked`)
	v.Press("C")
	v.See("Confirm 1 case?")
	v.Usable("bulk")
	v.Press(kb.Enter)
	v.See("1 case decided.")
	v.See("Nothing waits for you")
	v.Go("/anomalies?status=confirmed")
	v.Press("r")
	v.See("Take the points back?")
	v.Picture("anomaly-reverse")
	v.Press(kb.Enter)
	v.See("Case confirmed and the points taken back.")
	v.Go("/anomalies?status=all")
	v.See("Confirmed, points taken back")
	v.See("Give the points again")
	v.Picture("anomalies-decided")
}

// What is noticed is the owner's to set; a manager may look.
func TestDetectionSettings(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	v.Go("/anomalies/settings")
	v.See("1 to 1,000,000,000, usually 5,000")
	look(t, v, "/anomalies/settings", "anomaly-settings")
	browsertest.Eval[bool](t, v.Browser, `(document.getElementById("f-rapid_earning-orders").value = "500", true)`)
	press(t, v, "main form button.btn-primary")
	v.See("Must be a number from 2 to 50")
	v.Until("the errors have the focus", `document.activeElement.matches("[data-focus]")`)
	browsertest.Eval[bool](t, v.Browser, `(document.getElementById("f-rapid_earning-orders").value = "7", true)`)
	press(t, v, "main form button.btn-primary")
	v.See("Settings saved.")
	v.Until("the number is kept", `document.getElementById("f-rapid_earning-orders").value === "7"`)

	press(t, v, "main form button[formaction]")
	v.See("They would have flagged")
	v.Until("three numbers a row, in lines", `[...document.querySelectorAll("#main tbody tr")].every((row) => getComputedStyle(row).display === "table-row")`)
	look(t, v, v.Path(), "anomaly-replay")
	press(t, v, "main form button.btn-primary")
	v.See("Settings saved.")
	v.Until("the number is still kept", `document.getElementById("f-rapid_earning-orders").value === "7"`)
}

func TestCashiersSeeNoManagersPages(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	for _, path := range []string{"/anomalies", "/anomalies/settings", "/rewards", "/program", "/program/tiers", "/settings/keys", "/staff", "/audit"} {
		v.Go(path)
		v.See("This page isn’t for your role")
	}
}
