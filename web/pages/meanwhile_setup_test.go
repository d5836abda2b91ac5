package pages_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// changes are what somebody puts into a form.
type changes map[string]string

func (c changes) in(form url.Values) url.Values {
	for field, value := range c {
		form.Set(field, value)
	}
	return form
}

// Of two owners who have one of these forms open at once, too, the second
// overwrites nothing of what the first has saved, is told so, keeps what was
// typed, and can then save knowingly.
func TestTwoOwnersChangeWhatIsSetUp(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	event, err := r.Services.EventTypes.Create(t.Context(), r.System(), service.CreateEventType{Key: "review", Fields: service.EventTypeFields{
		Name: service.Given("Review"), Mode: service.Given("fixed"), Points: service.Given(int64(50)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	cashier, err := r.Services.Access.CreateStaff(t.Context(), r.System(), service.CreateStaff{
		Email: "caro@trattoria.test", Name: "Caro", Role: loyalty.Cashier, Password: "a long password",
	})
	if err != nil {
		t.Fatal(err)
	}
	guest := "/customers/" + r.guests[0].String() + "/edit"
	for name, x := range map[string]struct {
		page          string
		first, second changes
		both          string // the field that both change
		untouched     string // one that only the first does
	}{
		"an event":  {"/program/events/" + event.ID.String(), changes{"points": "60", "maxPerCustomerPerDay": "2"}, changes{"points": "70"}, "points", "maxPerCustomerPerDay"},
		"a store":   {"/stores/" + r.Store.ID.String(), changes{"name": "Quay", "from1": "12:00", "to1": "23:00"}, changes{"name": "Port"}, "name", "from1"},
		"a person":  {"/staff/" + cashier.ID.String(), changes{"name": "Carolina", "role": "manager"}, changes{"name": "Carola"}, "name", "role"},
		"detection": {"/anomalies/settings", changes{"rapid_earning.orders": "9", "limit_hugging.approval_limit": "700"}, changes{"rapid_earning.orders": "11"}, "rapid_earning.orders", "limit_hugging.approval_limit"},
		"a guest":   {guest, changes{"name": "Anna Uno", "email": "uno@guests.test"}, changes{"name": "Anna Due"}, "name", "email"},
	} {
		first, second := x.first.in(drawn(t, ada, x.page, x.page)), x.second.in(drawn(t, bruno, x.page, x.page))
		ada.send("POST", x.page, first).Want(t, 303, "")
		form := cameBack(t, bruno, x.page, second)
		if got := drawn(t, ada, x.page, x.page).Get(x.both); got != x.first[x.both] {
			t.Errorf("%s: %s is saved as %q, want the first's %q", name, x.both, got, x.first[x.both])
		}
		if got := beside(form, x.both); got != "Saved meanwhile: "+x.first[x.both] {
			t.Errorf("%s: beside %s stands %q", name, x.both, got)
		}
		again := filled(form)
		if again.Get(x.both) != x.second[x.both] || again.Get(x.untouched) != x.first[x.untouched] {
			t.Errorf("%s: the form holds %q and %q", name, again.Get(x.both), again.Get(x.untouched))
		}
		bruno.send("POST", x.page, again).Want(t, 303, "")
		now := drawn(t, ada, x.page, x.page)
		if now.Get(x.both) != x.second[x.both] || now.Get(x.untouched) != x.first[x.untouched] {
			t.Errorf("%s: saved knowingly are %q and %q", name, now.Get(x.both), now.Get(x.untouched))
		}
	}
}

// Trying settings and saving what was tried is no way around it.
func TestTriedSettingsOverwriteNothing(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	const page, field = "/anomalies/settings", "rapid_earning.orders"
	late := changes{field: "8"}.in(drawn(t, bruno, page, page))
	tried := changes{field: "9"}.in(drawn(t, bruno, page, page))
	to := bruno.send("POST", page+"/replay", tried).Want(t, 303, "").Header.Get("Location")

	ada.send("POST", page, changes{field: "12"}.in(drawn(t, ada, page, page))).Want(t, 303, "")
	res := bruno.send("POST", page+"/replay", late).Want(t, 422, "")
	if !strings.Contains(string(res.Body), "Saved meanwhile: 12") {
		t.Error("settings are tried that others have overtaken")
	}
	var replay url.Values
	for range 100 {
		if replay = filled(document(t, bruno.send("GET", to, nil)).Find(`main form[action="` + page + `"]`)); len(replay) > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if got := beside(cameBack(t, bruno, page, replay), field); got != "Saved meanwhile: 12" {
		t.Errorf("beside the setting stands %q", got)
	}
	again := drawn(t, bruno, page+"?replay="+to[strings.LastIndex(to, "/")+1:], page)
	cameBack(t, bruno, page, again)
}

// A guest account that somebody else has linked meanwhile is neither unlinked
// nor replaced by a form that didn't know of it.
func TestTwoOwnersLinkAGuestAccount(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, bruno := owners(t, r)
	cashier, err := r.Services.Access.CreateStaff(t.Context(), r.System(), service.CreateStaff{
		Email: "caro@trattoria.test", Name: "Caro", Role: loyalty.Cashier, Password: "a long password",
	})
	if err != nil {
		t.Fatal(err)
	}
	page := "/staff/" + cashier.ID.String()
	phones := map[string]string{}
	for _, name := range []string{"Uno", "Due"} {
		phones[name] = "+3902555010" + string(rune('0'+len(phones))) + "1"
		if _, err := r.Services.Customers.Create(t.Context(), r.System(), service.CreateCustomer{Name: name, Phone: phones[name]}); err != nil {
			t.Fatal(err)
		}
	}
	linked := func() string {
		return words(document(t, ada.send("GET", page, nil)).Find(`label[for="f-unlink"]`))
	}
	first, second := drawn(t, ada, page, page), drawn(t, bruno, page, page)
	ada.send("POST", page, changes{"guest": phones["Uno"]}.in(first)).Want(t, 303, "")
	form := cameBack(t, bruno, page, changes{"guest": phones["Due"]}.in(second))
	if got := beside(form, "unlink"); got != "Somebody else has changed this meanwhile." || linked() != "Unlink the guest account of Uno" {
		t.Errorf("the form says %q, linked is %q", got, linked())
	}
	// Unlinking one who isn't linked any more doesn't unlink another.
	second = changes{"unlink": "on"}.in(drawn(t, bruno, page, page))
	ada.send("POST", page, changes{"unlink": "on"}.in(drawn(t, ada, page, page))).Want(t, 303, "")
	ada.send("POST", page, changes{"guest": phones["Due"]}.in(drawn(t, ada, page, page))).Want(t, 303, "")
	again := filled(cameBack(t, bruno, page, second))
	if again.Get("unlink") != "" || linked() != "Unlink the guest account of Due" {
		t.Errorf("unlink is %q, linked is %q", again.Get("unlink"), linked())
	}
}
