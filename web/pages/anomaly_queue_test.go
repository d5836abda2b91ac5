package pages_test

import (
	"strings"
	"testing"
	"time"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A case opens on the tab that it is on, marked in its list, whatever the link
// to it says; and what is downloaded is what is shown.
func TestACaseOpensWhereItIs(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	r.hurried(t, 0, 1)
	r.Services.Anomalies.Examined(t.Context(), 20*time.Second)
	c, _, err := r.Services.Anomalies.List(t.Context(), r.System(), loyalty.AnomalyFilter{Status: loyalty.PendingReview}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(c) != 2 {
		t.Fatalf("%d cases, %v", len(c), err)
	}
	if _, err := r.Services.Anomalies.Decide(t.Context(), r.System(), service.DecideAnomaly{AnomalyID: c[0].ID, Status: loyalty.Dismissed}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Desktop)
	v.SignIn("manager@trattoria.test")
	where := func(tab string) {
		t.Helper()
		v.Until("on the tab "+tab, `document.querySelector("nav[aria-label='Cases by state'] [aria-current]").innerText.startsWith("`+tab+`")`)
		v.Until("marked in the list", `document.querySelector("#case-list a[aria-current]").innerText === document.querySelector("#case-title").innerText`)
	}
	for _, query := range []string{"", "?status=confirmed", "?status=confirmed&severity=low&page=3"} {
		v.Go("/anomalies/" + c[0].ID.String() + query)
		where("Dismissed")
	}
	v.Go("/anomalies/" + c[0].ID.String() + "?status=all")
	where("All")
	v.Go("/anomalies/" + c[1].ID.String() + "?status=dismissed")
	where("Waiting")
	v.Go("/anomalies?status=all")
	browsertest.Eval[bool](t, v.Browser, `(s => { s.value = "rapid_earning"; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })(document.querySelector("[name=kind]"))`)
	v.Until("filtered", `location.search.includes("kind=rapid_earning")`)
	if got := browsertest.Eval[string](t, v.Browser, `document.querySelector("a[href^='/anomalies/export.csv']").getAttribute("href")`); !strings.Contains(got, "kind=rapid_earning") || !strings.Contains(got, "status=all") {
		t.Errorf("what is downloaded is %s", got)
	}
	v.Usable("a filtered queue")
}
