package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A manager is told who looks like one person, tells one pair apart and thinks
// better of it, and goes on from there to the merge.
func TestManagerLooksThroughDuplicates(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	maria := ids["María García"]
	twin, err := s.Services.Customers.Create(t.Context(), s.System(), service.CreateCustomer{Name: "Maria Garcia", Phone: "+51 987 654 312"})
	if err != nil {
		t.Fatal(err)
	}
	s.Staff(loyalty.Manager, "Mateo Ruiz")
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("manager@trattoria.test")
	v.Go("/customers/duplicates")
	v.See("No duplicates in sight")
	v.Usable("no duplicates")
	if _, err := s.Services.Customers.FindDuplicates(t.Context(), s.System()); err != nil {
		t.Fatal(err)
	}
	v.Go("/customers/" + twin.ID.String())
	v.See("Likely the same person as María García")
	v.Usable("customer with a likely duplicate")
	v.Go("/customers/" + twin.ID.String() + "/merge")
	v.See("Nearly the same name and phone number")
	v.Go("/customers")
	v.Tap(`a[href="/customers/duplicates"]`)
	v.See("Nearly the same name and phone number")
	v.Usable("likely duplicates")
	v.Tap(`form[action*="/apart/"] button`)
	v.See("Told apart. They won’t be shown")
	v.See("No duplicates in sight")
	v.Tap(`a[href="/customers/duplicates?show=apart"]`)
	v.See("told apart on")
	v.Usable("told apart")
	v.Tap(`form[action*="/apart/"] button`)
	v.See("Back among the likely duplicates.")
	v.Tap(`a[href*="/merge/"]`)
	v.See("Afterwards")
	v.Tap(`#merge-form button[type=submit]`)
	v.See("Undo merge (until")
	v.Go("/customers/duplicates")
	v.See("No duplicates in sight")
	v.NoComplaints()
	balance(t, s, maria, 0)
}
