package pages_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// What waits for a manager says so where the cashier stands: points on one's
// own account can't be spent, and a reward bought right after a change of
// contact isn't handed over. The manager gets from there to the case.
func TestTheTillSaysWhatWaitsForAManager(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ctx := t.Context()
	ana, own := r.staffNamed(t, "Ana Prieto"), r.guests[0]
	teresa, err := r.Services.Customers.Create(ctx, r.System(), service.CreateCustomer{Name: "Teresa Campos", Phone: "+1 212 555 0142"})
	if err != nil {
		t.Fatal(err)
	}
	robbed := teresa.ID
	r.Clock.Add(time.Hour)
	if _, err := r.Services.Ledger.Award(ctx, r.System(), service.AwardPoints{Customer: service.CustomerRef{ID: robbed}, Points: 3000, Reason: "Old card"}); err != nil {
		t.Fatal(err) // at no store: this one is new to her
	}
	if _, err := r.Services.Access.UpdateStaff(ctx, r.System(), service.UpdateStaff{ID: ana.ID, CustomerID: &own}); err != nil {
		t.Fatal(err)
	}
	cfg, err := r.Services.Config(ctx, r.System())
	if err != nil {
		t.Fatal(err)
	}
	dinner, err := r.Services.Rewards.Create(ctx, r.System(), service.CreateReward{Fields: service.RewardFields{
		ProgramID: cfg.Program.ID, Name: service.Given("Dinner"), Cost: service.Given[int64](2000), Type: service.Given(string(loyalty.RewardPerk)),
	}})
	if err != nil {
		t.Fatal(err)
	}
	v := r.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")

	v.Go("/till/" + own.String())
	v.Type("#f-total", "300"+kb.Enter)
	v.See("These points can’t be spent until a manager has looked at them.")
	look(t, v, v.Path(), "till-award-under-review")
	v.Go("/till/" + own.String())
	v.See("3,000 of them can’t be spent until a manager has looked at them.")
	v.See("1,600 points missing") // 400 of 3,400 can be spent
	look(t, v, v.Path(), "till-guest-under-review")

	phone := "+1 212 555 0199"
	if _, err := r.Services.Customers.Update(ctx, r.System(), service.UpdateCustomer{ID: robbed, Phone: &phone}); err != nil {
		t.Fatal(err)
	}
	r.Clock.Add(time.Hour)
	v.Go("/till/" + robbed.String() + "/redeem/" + dinner.ID.String())
	v.Tap("main form button.btn-primary")
	v.See("Don’t hand it over yet: a manager has to look at it first.")
	v.Until("nothing to hand over", `![...document.querySelectorAll("main form")].some((form) => form.action.endsWith("/fulfill"))`)
	done := v.Path()
	look(t, v, done, "till-reward-under-review")
	v.Go("/redemptions?status=held")
	v.See("Waits for a manager")
	v.Until("no way to hand it over, and none to the case", `!document.querySelector("main form[action$='/fulfill'], main a[href^='/anomalies/']")`)

	quiet(t, v)

	m := r.Visit(t, browsertest.Desktop)
	m.SignIn("manager@trattoria.test")
	m.Go("/customers/" + own.String())
	m.See("3,000 wait for a manager")
	m.See("1,600 points to go")
	look(t, m, "/redemptions?status=held", "redemptions-under-review")
	press(t, m, "main a[href^='/anomalies/']")
	m.See("The reward is held")
	m.See("Cancel the reward")
	look(t, m, m.Path(), "case-of-a-held-reward")
	press(t, m, "#decide a[href*='/dismiss']")
	m.Until("the question", `document.querySelector("dialog[open] input[name=reason]")`)
	m.Tap("dialog[open] label.ui-choice")
	m.Tap("dialog[open] form button.btn-primary")
	m.Until("decided", `!document.querySelector("dialog[open]")`)
	m.Go("/redemptions")
	m.Until("to be handed over", `document.querySelector("main form[action$='/fulfill']")`)
	quiet(t, m)
}
