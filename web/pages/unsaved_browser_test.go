package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/browsertest"
	"regulars/web/webtest"
)

// warns reports whether leaving the page would be asked about.
func warns(t *testing.T, v *webtest.Visit) bool {
	t.Helper()
	return browsertest.Eval[bool](t, v.Browser, `(() => {
		const leave = new Event("beforeunload", {cancelable: true});
		window.dispatchEvent(leave);
		return leave.defaultPrevented;
	})()`)
}

// What was changed and not saved is not lost by a link or a reload without a
// word; and nothing is said where there is nothing to lose.
func TestLeavingUnsavedChangesWarns(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	for _, tt := range []struct{ path, apart, field, value, save string }{
		{"/program", "#f-amount", "#f-pointsPerCurrencyUnit", "20", "main form button.btn-primary"},
		{"/program/tiers", "", "[id='f-tiers[0]-name']", "Friends", "main form button.btn-primary"},
		{"/anomalies/settings", "[name=weeks]", "[name='rapid_earning.orders']", "7", "main form button.btn-primary"},
	} {
		v.Go(tt.path)
		if tt.apart != "" {
			set(t, v, tt.apart, "26")
		}
		if warns(t, v) {
			t.Errorf("%s: warns with nothing changed", tt.path)
		}
		set(t, v, tt.field, tt.value)
		if !warns(t, v) {
			t.Errorf("%s: doesn't warn with %s changed", tt.path, tt.field)
		}
		press(t, v, tt.save)
		v.Until("saved", `document.querySelector("#toasts, .ui-toasts")?.textContent.trim() && document.readyState === "complete"`)
		if warns(t, v) {
			t.Errorf("%s: warns after saving", tt.path)
		}
		set(t, v, tt.field, "")
		press(t, v, tt.save)
		v.Until("refused", `document.querySelector("main [role=alert], main :invalid")`)
		if !warns(t, v) {
			t.Errorf("%s: doesn't warn of what was refused", tt.path)
		}
		// Dropping it is meant.
		browsertest.Eval[bool](t, v.Browser, `(document.querySelectorAll("form[data-unsaved]").forEach((f) => f.remove()), true)`)
	}

	v.Go("/program/tiers")
	press(t, v, "button[value=add]")
	v.Until("another tier", `document.querySelectorAll("#tiers ol > li").length > 4 && document.querySelector("form[data-unsaved=changed]")`)
	if !warns(t, v) {
		t.Error("a tier that was added goes without a word")
	}
	press(t, v, "[data-unsaved-drop]")
	v.Until("as it was", `document.querySelectorAll("#tiers ol > li").length < 5 && document.querySelector("form[data-unsaved=drawn]")`)
}

// The pages of a large organization don't wait for its members to be counted.
func TestProgramPagesComeBeforeTheCount(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.DB.Exec(t, `INSERT INTO tier_stats (organization_id, tier_id, shard, members) SELECT organization_id, id, 99, 50000 FROM tiers LIMIT 1`)
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("owner@trattoria.test")
	for path, drawn := range map[string]string{"/program": "A bill of $50.00 earns", "/program/tiers": "Nobody changes tier"} {
		page := browsertest.Eval[string](t, v.Browser, `fetch("`+path+`").then((r) => r.text())`)
		for _, tt := range []struct {
			text string
			want bool
		}{{"Counting your members", true}, {drawn, false}} {
			if got := strings.Contains(page, tt.text); got != tt.want {
				t.Errorf("%s has %q: %v, want %v", path, tt.text, got, tt.want)
			}
		}
		v.Go(path)
		v.See(drawn)
		v.Usable(path + " once counted")
	}
	v.Go("/program/tiers")
	v.Until("the members are drawn", `document.querySelector("#ladder [data-ladder]")`)
	quiet(t, v)
}
