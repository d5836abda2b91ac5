package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// What is said while a dialog is open covers neither its title nor what is
// asked nor its buttons, and is still there when the dialog is filled anew.
func TestToastsLeaveDialogsInSight(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	s.Staff(loyalty.Manager, "Marco")
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Points: 320, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	const covered = `(() => {
		const toast = document.querySelector("dialog[open] .ui-toast").getBoundingClientRect();
		return [...document.querySelectorAll("dialog[open] :is(h2, dt, dd, label, .ui-dialog-actions > .btn, .ui-dialog-body)")].map(e => [e, e.getBoundingClientRect()])
			.filter(([e, r]) => r.width > 1 && r.top < toast.bottom && r.bottom > toast.top && r.left < toast.right && r.right > toast.left).map(([e]) => e.tagName + " " + e.innerText.slice(0, 30)).join("; ");
	})()`
	for _, size := range []browsertest.Size{browsertest.Phone, browsertest.Desktop} {
		v := s.Visit(t, size)
		v.SignIn("manager@trattoria.test")
		for page, opens := range map[string]string{"/till/" + ids["Ann Lee"].String(): `a[href*="/redeem/"]`, "/rewards": `a[href="/rewards/new"]`} {
			v.Go(page)
			v.Tap(opens)
			v.Until("the dialog stands still", `document.activeElement.closest("dialog") && document.getAnimations().every(a => a.timeline !== document.timeline)`)
			browsertest.Eval[bool](t, v.Browser, `(regulars.toast(document.body.dataset.offline, "warn"), true)`)
			v.Until("the toast stands still", `document.querySelector("dialog[open] .ui-toast") && document.getAnimations().every(a => a.timeline !== document.timeline)`)
			if over := browsertest.Eval[string](t, v.Browser, covered); over != "" {
				t.Errorf("%s at %d px: the toast covers %s", page, size.Width, over)
			}
			v.Usable("a toast in the dialog of " + page)
			browsertest.Eval[bool](t, v.Browser, `(window.gone = document.querySelector("dialog[open] form"), htmx.ajax("GET", document.querySelector('main `+opens+`').getAttribute("href"), {target: "#modal", swap: "innerHTML"}), true)`)
			v.Until("filled anew, and still said", `!window.gone.isConnected && document.querySelector("dialog[open] .ui-toast")?.checkVisibility()`)
		}
	}
}
