package pages_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
)

// hurried has the guests earn too fast, a case for each.
func (r *lume) hurried(t *testing.T, guests ...int) {
	t.Helper()
	for _, g := range guests {
		for i := range 4 {
			r.order(t, fmt.Sprintf("H-%d-%d", g, i), r.guests[g], loyalty.Minor(3500-500*g))
		}
	}
}

// After closing, a manager works through the whole queue by keyboard alone:
// each decision brings up the next case, a slip is taken back, and the rest is
// decided at once.
func TestManagerTriagesByKeyboardAlone(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.hurried(t, 0, 1, 2)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.Until("three cases wait", `document.querySelectorAll("#case-list li").length === 3`)
	at := func(n int) string {
		return browsertest.Eval[string](t, v.Browser, fmt.Sprintf(`new URL(document.querySelectorAll("#case-list a.ui-cover")[%d].href).pathname`, n))
	}
	second, third := at(1), at(2)

	v.Press("j")
	v.Until("the second case", `location.pathname === "`+second+`" && document.activeElement.id === "case-title"`)
	v.Press("c")
	v.See("Case confirmed.")
	v.Until("the case below comes up", `location.pathname === "`+third+`"`)
	v.Press("u")
	v.Until("back at the one decided", `location.pathname === "`+second+`"`)
	v.See("Reopen the case")
	v.Press("u")
	v.See("The case waits again.")
	v.See("Reopened") // what was done says what

	v.Press("f")
	v.See("Freeze the account?")
	v.Press(kb.Enter)
	v.See("Case confirmed and the account frozen.")
	v.See("Unfreeze account")
	v.Press("u")
	v.See("The account is unfrozen.")
	v.Press("a")
	v.Until("who sees to it", `document.activeElement.id === "case-assignee"`)
	v.Press("Marta")
	v.Press(kb.Tab)
	v.Press(kb.Enter)
	v.See("Assigned.")

	v.Go("/anomalies")
	v.Until("two cases wait", `document.querySelectorAll("#case-list li").length === 2 && document.querySelector("#bulk button").disabled`)
	v.Press("x")
	v.Until("one is selected", `document.querySelector("[data-picked]").textContent === "1" && !document.querySelector("#bulk button").disabled`)
	v.Press("X")
	v.Until("all are selected", `document.querySelector("[data-picked]").textContent === "2"`)
	v.Press("D")
	v.Until("asked for a reason", `document.querySelector("dialog[open] input[name=reason]") === document.activeElement`)
	v.See("Dismiss 2 cases?")
	v.See("For 28 days the same kind of finding")
	v.Usable("several cases")
	v.Picture("anomalies-bulk-dialog")
	v.Press(" ")
	v.Press(kb.Enter)
	v.See("2 cases decided.")
	v.See("Nothing waits for you")
	quiet(t, v)
}

// Single keys do nothing for whoever has switched them off.
func TestKeysCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.Press("?")
	v.Until("the keys", `document.querySelector("dialog[open] .ui-kbd")`)
	v.Usable("the keys")
	v.Press(kb.Escape)
	press(t, v, `#account [name=keys][value=off]`)
	v.Until("off", `document.readyState === "complete" && document.querySelector("[data-keys-off]")`)
	v.Press("?")
	if browsertest.Eval[bool](t, v.Browser, `Boolean(document.querySelector("dialog[open]"))`) {
		t.Error("a key works that is switched off")
	}
	press(t, v, `#account [name=keys][value=on]`)
	v.Until("on", `document.readyState === "complete" && !document.querySelector("[data-keys-off]")`)
}

// The badge follows the cases while the page stands open, and the queue says
// that there is more than it shows.
func TestBadgeFollowsTheCases(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	v.Go("/anomalies")
	v.See("Nothing waits for you")
	r.hurried(t, 0, 1)
	v.Until("the badge says two", `document.querySelector('.ui-side [data-live="anomalies"] .ui-count')?.textContent.startsWith("2")`)
	v.See("New cases have come in.")
	v.Usable("new cases")
	press(t, v, "[data-live-more] a")
	v.Until("they are shown", `document.querySelectorAll("#case-list li").length === 2 && document.querySelector("[data-live-more]").hidden`)
	quiet(t, v)
}
