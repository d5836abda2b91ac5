package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/service"
)

// The address of a guest who was merged away leads to the one who stayed, and
// the page says so, naming nobody in the address; opened itself it doesn't.
func TestAMergedGuestsAddressSaysSo(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	stays, goes := r.guests[0], r.guests[2]
	if _, err := r.Services.Customers.Merge(t.Context(), r.System(), service.MergeCustomers{ID: stays, SourceID: goes}); err != nil {
		t.Fatal(err)
	}
	to := ada.send("GET", "/customers/"+goes.String(), nil).Want(t, 303, "").Header.Get("Location")
	if to != "/customers/"+stays.String()+"?merged=1" {
		t.Errorf("it leads to %s", to)
	}
	for lang, want := range map[string]string{"en": "The guest you opened was merged into this one.", "es": "El cliente que abriste se unió a este."} {
		ada.send("POST", "/preferences", map[string][]string{"lang": {lang}})
		if said := words(document(t, ada.send("GET", to, nil)).Find("main")); !strings.Contains(said, want) {
			t.Errorf("the page in %s lacks %q", lang, want)
		}
		if said := words(document(t, ada.send("GET", "/customers/"+stays.String(), nil)).Find("main")); strings.Contains(said, want) {
			t.Errorf("the guest's own page in %s says %q", lang, want)
		}
	}
}
