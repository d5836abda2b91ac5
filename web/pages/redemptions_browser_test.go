package pages_test

import (
	"strings"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/webtest"
)

func redeem(t *testing.T, s *webtest.Server, guest loyalty.ID) loyalty.Redemption {
	t.Helper()
	rewards, err := s.Services.Rewards.List(t.Context(), s.System())
	if err != nil || len(rewards) == 0 {
		t.Fatal(rewards, err)
	}
	r, err := s.Services.Ledger.Redeem(t.Context(), s.System(), service.RedeemReward{
		Customer: service.CustomerRef{ID: guest}, RewardID: rewards[0].ID, StoreID: s.Store.ID,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.Redemption
}

// A cashier hands one reward over, finds another by the code as a guest reads
// it out, and gives its points back once asked.
func TestRedemptionsQueue(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	ann := ids["Ann Lee"]
	if _, err := s.Services.Ledger.Award(t.Context(), s.System(), service.AwardPoints{Customer: service.CustomerRef{ID: ann}, Points: 700, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("cashier@trattoria.test")
	v.Go("/redemptions")
	v.See("Nothing to hand over")
	v.Usable("no redemptions")
	redeem(t, s, ann)
	v.Go("/redemptions")
	v.Usable("redemptions")
	v.Tap(`form[action$="/fulfill"] button`)
	v.See("Marked as handed over.")
	v.Go("/redemptions?status=fulfilled")
	v.See("Free coffee")

	second := redeem(t, s, ann)
	v.Go("/redemptions?code=nosuchcode")
	v.See("No reward has the code “nosuchcode”")
	code := strings.ToLower(second.Code)
	v.Clear("#f-code")
	v.Type("#f-code", code[:5]+"-"+code[5:]+"\r")
	v.Until("the reward", `document.querySelectorAll("main tbody tr").length === 1`)
	v.Tap(`a[href*="/cancel?"]`)
	v.See("Ann Lee gets 300 points back")
	v.Usable("giving back, question")
	balance(t, s, ann, 100)
	v.Tap(`dialog[open] .btn-error`)
	v.See("The points were given back.")
	v.Until("the same look-up", `location.search.includes("code=")`)
	v.See("Given back")
	balance(t, s, ann, 400)
	v.NoComplaints()
}
