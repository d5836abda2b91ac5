package pages_test

import (
	"regexp"
	"strings"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A day that has only begun isn't held against the days before.
func TestTodayIsNoLoss(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	for ref, ago := range map[string]int{"yesterday": 1, "a week before": 8, "a week ago": 7} {
		if _, err := s.Services.Ledger.Submit(t.Context(), s.System(), service.SubmitOrder{
			StoreID: s.Store.ID, ExternalID: ref, Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Total: 4_000, Status: loyalty.OrderCompleted,
			CompletedAt: s.Clock.Now().AddDate(0, 0, -ago),
		}); err != nil {
			t.Fatal(err)
		}
	}
	p := signIn(t, s, "owner@trattoria.test")
	page := p.do("GET", "/?days=7", nil).Want(t, 200, "").Body
	if !strings.Contains(page, "compared with the 7 days before, today aside") {
		t.Error("it isn't said that today is left out")
	}
	change := func(page, percent string) bool {
		return regexp.MustCompile(`[>\s]` + percent + `%\s*<`).MatchString(page)
	}
	if change(page, "50") {
		t.Error("a week up to this morning is compared with a whole one")
	}
	if past := p.do("GET", "/?days=7&to=2026-03-09", nil).Want(t, 200, "").Body; strings.Contains(past, "today aside") || !change(past, "100") {
		t.Error("days that are over leave one out")
	}
}

// The owner's start page says what to do first, and once there were bills what
// they came to, each figure leading to what it counts.
func TestHomeInABrowser(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("owner@trattoria.test")
	v.See("Give the first points")
	v.Usable("home, first steps")
	for ref, total := range map[string]loyalty.Minor{"a": 4_000, "b": 6_050} {
		_, err := s.Services.Ledger.Submit(t.Context(), s.System(), service.SubmitOrder{
			StoreID: s.Store.ID, ExternalID: ref, Customer: service.CustomerRef{ID: ids["Ann Lee"]}, Total: total, Status: loyalty.OrderCompleted,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	coffee, err := s.Services.Rewards.List(t.Context(), s.System())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Services.Ledger.Redeem(t.Context(), s.System(), service.RedeemReward{
		StoreID: s.Store.ID, Customer: service.CustomerRef{ID: ids["Ann Lee"]}, RewardID: coffee[0].ID,
	}); err != nil {
		t.Fatal(err)
	}
	v.Go("/?days=1")
	v.See("Mar 10, 2026, up to now")
	v.See("Orders 2")
	v.Usable("home, today")
	if v.Text("a[href^='/orders?from=2026-03-10&to=2026-03-10']") == "" {
		t.Error("today's sales don't lead to today's orders")
	}
	if browsertest.Eval[bool](t, v.Browser, `document.querySelector("main").innerText.includes("per day")`) {
		t.Error("a single day is drawn as a course")
	}
	v.Go("/?days=7")
	v.See("Sales $100.50")
	v.See("Points issued 1,0")
	v.See("2 orders for $100.50")
	v.Usable("home")
	if v.Text("a[href^='/orders?from=2026-03-04&to=2026-03-10']") == "" {
		t.Error("the sales don't lead to the orders they count")
	}
	v.See("1 redemption, cancelled ones aside")
	v.Go(browsertest.Eval[string](t, v.Browser, `document.querySelector("a[href^='/transactions?reward=']").getAttribute("href")`))
	v.See("Free coffee Transactions")
	v.Until("the filter can be cleared", `document.querySelector('a[aria-label="Clear filters"]')`)
	if rows := browsertest.Eval[int](t, v.Browser, `document.querySelectorAll("tbody tr").length`); rows != 1 {
		t.Errorf("the top reward leads to %d transactions, want the one it counts", rows)
	}
	if _, err := s.Services.Ledger.Submit(t.Context(), s.System(), service.SubmitOrder{
		StoreID: s.Store.ID, ExternalID: "c", Customer: service.CustomerRef{ID: ids["Mario Rossi"]}, Total: 1_000, Status: loyalty.OrderCompleted,
		CompletedAt: s.Clock.Now().AddDate(0, 0, -20),
	}); err != nil {
		t.Fatal(err)
	}
	v.Go("/?days=7&to=2026-02-20")
	v.See("Orders 1")
	v.See("Active members 1 in the 7 days up to today")
	v.Go("/?days=7&to=2026-01-31")
	v.See("Nothing redeemed in this period")
	v.See("3 members today")
	if v.Text("a[href='/customers?visit=in-7']") == "" {
		t.Error("those active up to today don't lead to the guests they count")
	}
	v.NoComplaints()
}
