package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// What is redeemed most is that of the period and the store looked at, less
// what was cancelled there, until the guest is erased.
func TestFavoritesAreThePeriodsAndTheStores(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`)
	db.Exec(t, `INSERT INTO reward_stock (organization_id, reward_id, slot, remaining) VALUES ($1, $2, 0, 9)`, org.String(), coffee.String())
	ctx := t.Context()
	guest := service.CustomerRef{ID: create(t, s, maria).ID}
	if _, err := s.Ledger.Award(ctx, owner, service.AwardPoints{Customer: guest, Points: 5000, Reason: "Hello"}); err != nil {
		t.Fatal(err)
	}
	redeem := func(at loyalty.ID) loyalty.ID {
		t.Helper()
		done, err := s.Ledger.Redeem(ctx, owner, service.RedeemReward{Customer: guest, RewardID: coffee, StoreID: at})
		if err != nil {
			t.Fatal(err)
		}
		return done.Redemption.ID
	}
	redeem(store)
	redeem(loyalty.ID{})
	if _, err := s.Ledger.Cancel(ctx, owner, service.EndRedemption{RedemptionID: redeem(store)}); err != nil {
		t.Fatal(err)
	}

	var at time.Time
	if err := db.SQL.QueryRowContext(ctx, `SELECT max(at) FROM transactions`).Scan(&at); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		q    service.AnalyticsQuery
		want int64
	}{
		{"now", service.AnalyticsQuery{}, 2},
		{"now, at the store", service.AnalyticsQuery{StoreID: store}, 1},
		{"the month before", service.AnalyticsQuery{From: at.AddDate(0, 0, -40), To: at.AddDate(0, 0, -5)}, 0},
	} {
		a, err := s.Stats.Analytics(ctx, owner, tt.q)
		if err != nil {
			t.Fatal(err)
		}
		var got int64
		for _, r := range a.Favorites {
			got += r.Redemptions
		}
		if got != tt.want {
			t.Errorf("%s: %d redemptions, want %d", tt.name, got, tt.want)
		}
	}

	if err := s.Customers.Delete(ctx, owner, guest.ID); err != nil {
		t.Fatal(err)
	}
	if a, err := s.Stats.Analytics(ctx, owner, service.AnalyticsQuery{}); err != nil || len(a.Favorites) > 0 {
		t.Errorf("after erasing the guest: %+v, %v", a.Favorites, err)
	}
	if found := differing(t, s); found != nil {
		t.Errorf("after erasing the guest: %v", found)
	}
}
