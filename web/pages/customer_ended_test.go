package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// says fails unless the answer is a Conflict that says why there is no form,
// has none, and leads back to the guest.
func says(t *testing.T, r webtest.Response, what, why string, guest loyalty.ID) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	main := doc.Find("#ended")
	if r.Status != 409 || !strings.Contains(words(main), why) {
		t.Errorf("%s: %d %s, want %q", what, r.Status, words(main), why)
	}
	if n := main.Find(`a[href="/customers/` + guest.String() + `"]`).Length(); n != 1 {
		t.Errorf("%s: %d links back to the guest", what, n)
	}
	if n := doc.Find(`main form[method=post]:not([action="/preferences"])`).Length(); n > 0 {
		t.Errorf("%s: it has a form still", what)
	}
}

// Undoing a merge that can't be undone any more says why, in the reader's
// language, as a page, in the dialog and to whoever sends the form late.
func TestUndoOfAMergeSaysWhyItCant(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	stays, goes, never := r.guests[0], r.guests[2], r.guests[1]
	merge := func() {
		t.Helper()
		if _, err := r.Services.Customers.Merge(t.Context(), r.System(), service.MergeCustomers{ID: stays, SourceID: goes}); err != nil {
			t.Fatal(err)
		}
	}
	path := "/customers/" + stays.String() + "/unmerge/" + goes.String()
	merge()
	ada.send("GET", path, nil).Want(t, 200, "")
	once := url.Values{"key": {"undo-once"}}
	ada.send("POST", path, once).Want(t, 303, "")
	says(t, ada.send("GET", path, nil), "undone", "This merge was undone already.", stays)
	says(t, bruno.send("POST", path, url.Values{"key": {"undo-late"}}), "undone by somebody else", "This merge was undone already.", stays)
	ada.send("POST", path, once).Want(t, 303, "") // the same button twice
	ada.send("GET", "/customers/"+stays.String()+"/unmerge/"+never.String(), nil).Want(t, 404, "")

	merge()
	r.Clock.Add(loyalty.MergeWindow + time.Hour)
	ada.signIn(webtest.Password).Want(t, 303, "")
	says(t, ada.send("GET", path, nil), "after 30 days", "A merge can be undone for 30 days, and they are over.", stays)
	if _, err := r.Services.Customers.ForgetMerges(t.Context()); err != nil {
		t.Fatal(err)
	}
	ada.send("POST", "/preferences", url.Values{"lang": {"es"}})
	says(t, ada.send("GET", path, nil), "forgotten", "Una unión se puede deshacer durante 30 días, y ya pasaron.", stays)
}

// Nothing that needs to know who a guest is can be opened or sent for one who
// was erased; what works on what is left can.
func TestErasedGuestHasNoFormsOfAPerson(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	gone, other := r.guests[0], r.guests[1]
	path := "/customers/" + gone.String()
	if _, err := r.Services.Customers.Anonymize(t.Context(), r.System(), service.AnonymizeCustomer{ID: gone}); err != nil {
		t.Fatal(err)
	}
	const why = "This customer’s personal data was erased and stays erased."
	for _, form := range []string{"/anonymize", "/edit", "/award", "/card", "/merge", "/merge/" + other.String()} {
		says(t, ada.send("GET", path+form, nil), form, why, gone)
	}
	for form, in := range map[string]url.Values{
		"/anonymize": {}, "/edit": {"name": {"Ada"}}, "/award": {"points": {"5"}, "reason": {"Sorry"}}, "/card": {}, "/merge/" + other.String(): {},
	} {
		in.Set("key", "late"+form)
		says(t, ada.send("POST", path+form, in), "sent "+form, why, gone)
	}
	for _, form := range []string{"/adjust", "/freeze", "/delete", "/export"} {
		ada.send("GET", path+form, nil).Want(t, 200, "")
	}
	main := document(t, ada.send("GET", path, nil)).Find("main")
	for _, form := range []string{"/award", "/edit", "/card", "/merge", "/anonymize"} {
		if main.Find(`a[href="`+path+form+`"]`).Length() > 0 {
			t.Errorf("the guest's page leads to %s", form)
		}
	}
}
