package pages_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web"
	"regulars/web/webtest"
)

// restaurant is a store with a program of 10 points a dollar, a reward and
// guests.
func restaurant(t *testing.T, configure ...func(*web.Deps)) (*webtest.Server, map[string]loyalty.ID) {
	t.Helper()
	s := webtest.New(t, configure...)
	ctx, system := t.Context(), s.System()
	made, err := s.Services.Programs.Create(ctx, system, service.CreateProgram{Fields: service.ProgramFields{
		Name: service.Given("Lume Club"), Rate: service.Given(loyalty.Rate(10 * loyalty.RateScale)), Active: service.Given(true),
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Services.Rewards.Create(ctx, system, service.CreateReward{Fields: service.RewardFields{
		ProgramID: made.Program.ID, Name: service.Given("Free coffee"), Cost: service.Given(int64(300)), Type: service.Given("free_item"), ItemName: service.Given("Coffee"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]loyalty.ID{}
	for name, phone := range map[string]string{"María García": "+51 987 654 321", "Mario Rossi": "+51 911 222 333", "Ann Lee": "+1 212 555 0147"} {
		r, err := s.Services.Customers.Create(ctx, system, service.CreateCustomer{Name: name, Phone: phone})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = r.ID
	}
	s.Staff(loyalty.Cashier, "Carla Quispe")
	return s, ids
}

// With nothing but a keyboard: the last digits of a phone, a bill, and the
// points are given in three steps; then a reward, an undo, the next guest.
func TestTillByKeyboard(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Desktop)
	v.SignIn("cashier@trattoria.test")
	v.Until("at the till", `location.pathname === "/till" && document.activeElement.id === "f-q"`)
	v.Usable("till")

	v.Press("321")
	v.See("María G.")
	v.See("ends 21")
	v.Press(kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Usable("till, guest")
	v.Press("50")
	v.See("+500 points")
	v.See("$50.00 × 10")
	v.Press(kb.Enter)
	v.Until("the result", `location.pathname.endsWith("/done") && document.activeElement.innerText.includes("Next guest")`)
	v.See("+500 points")
	v.Usable("till, awarded")
	balance(t, s, ids["María García"], 500)

	v.Press(kb.Escape)
	v.Until("the search again", `document.activeElement.id === "f-q"`)
	v.Press("mar")
	v.See("Mario R.")
	v.Press(kb.ArrowDown + kb.ArrowDown)
	v.Until("a match", `document.activeElement.hasAttribute("data-match")`)
	for v.Text(":focus .font-medium") != "María G." {
		v.Press(kb.ArrowDown)
	}
	v.Press(kb.Enter)
	v.Until("the bill's field", `document.activeElement.id === "f-total"`)
	v.Press(kb.Tab + kb.Tab + kb.Tab)
	v.Until("the reward's button", `document.activeElement.innerText.includes("Redeem")`)
	v.Press(kb.Enter)
	v.Until("the question", `document.activeElement.closest("dialog") && document.activeElement.matches("button[type=submit]")`)
	v.Usable("till, question")
	v.Press(kb.Enter)
	v.Until("the reward", `document.activeElement.innerText.includes("Handed over")`)
	v.See("Free coffee")
	v.Usable("till, redeemed")
	balance(t, s, ids["María García"], 200)
	v.Press(kb.Enter)
	v.Until("the search again", `document.activeElement.id === "f-q" && location.pathname === "/till"`)
	v.NoComplaints()
}

func balance(t *testing.T, s *webtest.Server, customer loyalty.ID, want loyalty.Points) {
	t.Helper()
	m, err := s.Services.Customers.Get(t.Context(), s.System(), service.CustomerRef{ID: customer})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Enrollment.Balance; got != want {
		t.Errorf("the balance is %d, want %d", got, want)
	}
}
