package pages_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

// lume is a server with a program, staff and some guests.
type lume struct {
	*webtest.Server
	guests []loyalty.ID
}

func newLume(t *testing.T) *lume {
	t.Helper()
	r := &lume{Server: webtest.New(t)}
	if _, err := r.Services.Programs.Create(t.Context(), r.System(), service.CreateProgram{Fields: service.ProgramFields{
		Name: service.Given("Lume Rewards"), Rate: service.Given(loyalty.Rate(10 * loyalty.RateScale)), CurrencyPerPoint: service.Given(int64(1)),
	}}); err != nil {
		t.Fatal(err)
	}
	r.Staff(loyalty.Manager, "Marta Ruiz", r.Store.ID)
	r.Staff(loyalty.Cashier, "Ana Prieto", r.Store.ID)
	for i, name := range []string{"María García Fernández", "Tom O’Neill", "Lucía Peña", "Jonathan Featherstonehaugh-Smythe"} {
		r.guests = append(r.guests, r.guest(t, name))
		r.order(t, fmt.Sprintf("A-%d", i), r.guests[i], loyalty.Minor(4000+9000*i))
	}
	return r
}

func (r *lume) guest(t *testing.T, name string) loyalty.ID {
	t.Helper()
	made, err := r.Services.Customers.Create(t.Context(), r.System(), service.CreateCustomer{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return made.Customer.ID
}

func (r *lume) order(t *testing.T, till string, guest loyalty.ID, total loyalty.Minor) {
	t.Helper()
	if _, err := r.Services.Ledger.Submit(t.Context(), r.System(), service.SubmitOrder{
		StoreID: r.Store.ID, ExternalID: till, Total: total, Status: loyalty.OrderCompleted, Customer: service.CustomerRef{ID: guest},
	}); err != nil {
		t.Fatal(err)
	}
}

// suspicious has the first two guests earn too fast.
func (r *lume) suspicious(t *testing.T) {
	t.Helper()
	for g := range 2 {
		for i := range 4 {
			r.Clock.Add(2 * time.Minute)
			r.order(t, fmt.Sprintf("B-%d-%d", g, i), r.guests[g], loyalty.Minor(2500-500*g))
		}
	}
}

// look shows a page in both windows and languages, each in both themes, and
// fails where somebody couldn't use it.
func look(t *testing.T, v *webtest.Visit, path, name string) {
	t.Helper()
	origin := browsertest.Eval[string](t, v.Browser, `location.origin`)
	for _, as := range []struct {
		lang, theme string
		size        browsertest.Size
	}{
		{"en", "light", browsertest.Desktop}, {"es", "dark", browsertest.Phone},
	} {
		browsertest.Eval[bool](t, v.Browser, fmt.Sprintf(`(document.cookie = "lang=%s; path=/", document.cookie = "theme=%s; path=/", true)`, as.lang, as.theme))
		v.Open(t, origin+path, as.size)
		v.Picture(fmt.Sprintf("%s-%s-%s-%d", name, as.lang, as.theme, as.size.Width))
		for _, violation := range v.AxeThemes(t) {
			t.Errorf("%s in %s, %d px: %s", name, as.lang, as.size.Width, violation)
		}
		if v.Overflows(t) {
			t.Errorf("%s in %s is wider than %d px", name, as.lang, as.size.Width)
		}
	}
	browsertest.Eval[bool](t, v.Browser, `(document.cookie = "lang=en; path=/", document.cookie = "theme=; path=/; max-age=0", true)`)
	v.Open(t, origin+path, browsertest.Desktop)
}

// set puts a value into a field as a person would who types it.
func set(t *testing.T, v *webtest.Visit, selector, value string) {
	t.Helper()
	browsertest.Eval[bool](t, v.Browser, fmt.Sprintf(`((field) => {
		field.focus(); field.value = %q;
		field.dispatchEvent(new Event("input", {bubbles: true}));
		return field.dispatchEvent(new Event("change", {bubbles: true}));
	})(document.querySelector(%q))`, value, selector))
}

// quiet fails the test where the browser has complained, but for what a form
// that comes back and a window that changes its size are reported as.
func quiet(t *testing.T, v *webtest.Visit) {
	t.Helper()
	for _, e := range v.Complaints() {
		if !strings.Contains(e, "status of 422") && !strings.Contains(e, "Transition was aborted") {
			t.Errorf("the browser complains: %s", e)
		}
	}
}

// press activates what the selector finds, wherever it stands on the page.
func press(t *testing.T, v *webtest.Visit, selector string) {
	t.Helper()
	// In one look: what is there may be gone at the next.
	v.Until("there is "+selector, fmt.Sprintf(`document.readyState === "complete" && (found => found && (found.click(), true))(document.querySelector(%q))`, selector))
}
