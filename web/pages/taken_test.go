package pages_test

import (
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// What is somebody else's already is said beside its field, which the error
// names and describes; so is who or what must stay.
func TestTakenStandsBesideItsField(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	if _, err := r.Services.Access.SaveStore(t.Context(), r.System(), service.SaveStore{Name: "Station", ExternalID: "NO-2", Active: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Services.EventTypes.Create(t.Context(), r.System(), service.CreateEventType{Key: "review", Fields: service.EventTypeFields{
		Name: service.Given("Review"), Mode: service.Given("fixed"), Points: service.Given(int64(50)),
	}}); err != nil {
		t.Fatal(err)
	}
	other, err := r.Services.Customers.Create(t.Context(), r.System(), service.CreateCustomer{Name: "Una", Phone: "+390255501011"})
	if err != nil {
		t.Fatal(err)
	}
	for page, x := range map[string]struct {
		typed       changes
		field, says string
	}{
		"/staff/new":                                   {changes{"name": "Bea", "email": "bruno@trattoria.test", "password": "a long password"}, "email", "Another member of staff has this e-mail address."},
		"/stores/" + r.Store.ID.String():               {changes{"externalId": "NO-2"}, "externalId", "Another store has this external id."},
		"/program/events/new":                          {changes{"name": "Again", "eventKey": "review", "points": "5"}, "eventKey", "Another event type has this key."},
		"/customers/" + r.guests[0].String() + "/edit": {changes{"phone": other.Phone}, "phone", "Another customer has this phone number."},
	} {
		for _, lang := range []string{"en", "es"} {
			ada.send("POST", "/preferences", map[string][]string{"lang": {lang}})
			res := ada.send("POST", page, x.typed.in(drawn(t, ada, page, page))).Want(t, 422, "")
			res.Status = 200
			doc := document(t, res)
			form := doc.Find(`main form[action="` + page + `"]`)
			id := form.Find(`[name="`+x.field+`"]`).AttrOr("id", "")
			said := beside(form, x.field)
			if said == "" || lang == "en" && said != x.says || lang == "es" && said == x.says {
				t.Errorf("%s in %s: beside %s stands %q", page, lang, x.field, said)
			}
			if got := form.Find(`[aria-invalid][aria-describedby*="` + id + `-error"]`).Length(); got != 1 {
				t.Errorf("%s: %d fields are described by the error", page, got)
			}
			if got := doc.Find(`[role=alert] a[href="#` + id + `"]`).Length(); got != 1 {
				t.Errorf("%s: %d lines of the summary lead to the field", page, got)
			}
		}
	}
}

// The field takes the focus, in the dialog as on a page of its own.
func TestTakenFieldTakesTheFocus(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	if _, err := r.Services.Access.CreateStaff(t.Context(), r.System(), service.CreateStaff{
		Email: "bruno@trattoria.test", Name: "Bruno", Role: loyalty.Manager, Password: "a long password",
	}); err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("owner@trattoria.test")
	v.Go("/staff")
	press(t, v, `a[href="/staff/new"]`)
	v.Until("the dialog is there", `document.querySelector("dialog[open] #f-name")`)
	v.Type("#f-name", "Bea")
	v.Type("#f-email", "bruno@trattoria.test")
	v.Type("#f-password", "a long password")
	press(t, v, "dialog button.btn-primary")
	v.See("Another member of staff has this e-mail address.")
	v.Until("the field has the focus", `document.activeElement.id === "f-email" && document.activeElement.getBoundingClientRect().bottom < innerHeight`)
	v.Usable("an e-mail address that is taken")
	v.Picture("staff-taken")
}
