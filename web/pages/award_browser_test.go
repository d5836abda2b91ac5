package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/service"
)

// A cashier gives points by hand where the owner has said up to how many, and
// is told when a manager is needed.
func TestPointsByHandKeepTheApprovalLimit(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	guest := "/customers/" + r.guests[0].String()
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go(guest)
	v.Until("no way while there is no limit", `document.readyState === "complete" && !document.querySelector("main a[href$='/award']")`)
	on := map[string]bool{}
	for _, kind := range service.AnomalyTypes() {
		on[kind] = true
	}
	if _, err := r.Services.Anomalies.SaveDetectors(t.Context(), r.System(), service.SaveDetectors{On: on, Values: map[string]float64{"limit_hugging.approval_limit": 500}}); err != nil {
		t.Fatal(err)
	}
	before, err := r.Services.Customers.Get(t.Context(), r.System(), service.CustomerRef{ID: r.guests[0]})
	if err != nil {
		t.Fatal(err)
	}
	v.Go(guest)
	v.Tap(`main a[href$="/award"]`)
	v.See("You can give up to 499 points at once; more need a manager.")
	v.Type("#f-points", "500")
	v.See("New balance")
	v.Type("#f-reason", "Cold soup")
	v.Tap(`#customer-form button[type=submit]`)
	v.See("Awards by hand of 500 points and more need a manager.")
	v.Usable("more than a cashier may give")
	v.Clear("#f-points")
	v.Type("#f-points", "50")
	v.Tap(`#customer-form button[type=submit]`)
	v.See("Points given.")
	v.See("Cold soup")
	look(t, v, guest+"/award", "award-by-hand")
	quiet(t, v)

	after, err := r.Services.Customers.Get(t.Context(), r.System(), service.CustomerRef{ID: r.guests[0]})
	if err != nil || after.Enrollment.Balance != before.Enrollment.Balance+50 || after.Enrollment.Lifetime != before.Enrollment.Lifetime+50 {
		t.Errorf("%+v, %v; before %+v", after.Enrollment, err, before.Enrollment)
	}
}
