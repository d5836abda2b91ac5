package service_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// past gives the restaurant some of everything that can happen.
func past(t *testing.T, db *pgtest.DB, s *service.Services) loyalty.ID {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%v %s", err, fields(err))
		}
	}
	db.Exec(t, `UPDATE programs SET expire_after_days = 30; UPDATE organizations SET config_version = config_version + 1`)
	db.Exec(t, `INSERT INTO reward_stock (organization_id, reward_id, slot, remaining) VALUES ($1, $2, 0, 5)`, org.String(), coffee.String())
	m := create(t, s, maria)
	ref, ctx := service.CustomerRef{ID: m.ID}, t.Context()
	for _, o := range []service.SubmitOrder{
		{ExternalID: "1", Customer: ref, Total: 5000}, {ExternalID: "2", Total: 700}, {ExternalID: "3", Customer: ref, Total: 900},
		{ExternalID: "4", Customer: ref, Total: 1100}, {ExternalID: "5", Customer: ref, Total: 100, Status: loyalty.OrderOpen},
	} {
		if o.StoreID = store; o.Status == "" {
			o.Status = loyalty.OrderCompleted
		}
		_, err := s.Ledger.Submit(ctx, owner, o)
		must(err)
	}
	some := loyalty.Minor(300)
	for ref, change := range map[string]service.ChangeOrder{
		"3": {Status: loyalty.OrderCancelled}, "4": {RefundedTotal: &some}, "2": {Customer: ref},
	} {
		change.StoreID, change.OrderRef = store, ref
		_, err := s.Ledger.Change(ctx, owner, change)
		must(err)
	}
	kept, err := s.Ledger.Redeem(ctx, owner, service.RedeemReward{Customer: ref, RewardID: coffee, StoreID: store})
	must(err)
	given, err := s.Ledger.Redeem(ctx, owner, service.RedeemReward{Customer: ref, RewardID: coffee})
	must(err)
	_, err = s.Ledger.Cancel(ctx, owner, service.EndRedemption{RedemptionID: given.Redemption.ID})
	must(err)
	_, err = s.Ledger.Fulfill(ctx, owner, service.EndRedemption{RedemptionID: kept.Redemption.ID})
	must(err)
	given2, err := s.Ledger.Award(ctx, owner, service.AwardPoints{Customer: ref, Points: 70, Reason: "Sorry"})
	must(err)
	_, err = s.Ledger.Reverse(ctx, owner, service.ReverseAward{TransactionID: given2.Transaction.ID, Reason: "Wrong guest"})
	must(err)
	_, err = s.Ledger.Adjust(ctx, owner, service.AdjustPoints{Customer: ref, Amount: -20, Reason: "Recount"})
	must(err)
	herself := owner
	herself.AccountID = m.ID
	_, err = s.Ledger.Award(ctx, herself, service.AwardPoints{Customer: ref, Points: 90, Reason: "Why not"})
	must(err)
	return m.ID
}

// differing are the names of the promises that don't hold.
func differing(t *testing.T, s *service.Services) []string {
	t.Helper()
	v, err := s.Stats.Verify(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range v.Proofs {
		if p.Differences > 0 {
			names = append(names, p.Name)
			if len(p.Examples) == 0 || p.Examples[0].Detail == "" {
				t.Errorf("%s is named without an example", p.Name)
			}
		}
	}
	return names
}

// moveDays takes the rows out and puts them in on other days: in place they
// never move.
func moveDays(set string) string {
	return `CREATE TEMPORARY TABLE moved AS SELECT * FROM daily_stats; DELETE FROM daily_stats; UPDATE moved SET ` + set + `;
		INSERT INTO daily_stats SELECT * FROM moved; DROP TABLE moved`
}

func TestVerifyHolds(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`) // the day that guest counts Ada in
	who := past(t, db, s)
	if found := differing(t, s); found != nil {
		t.Errorf("after some of everything: %v", found)
	}
	db.Exec(t, moveDays("day = day - 90, shard = shard + 8")+`; UPDATE activity_stats SET day = day - 90, shard = shard + 8;
		UPDATE reward_days SET day = day - 90, shard = shard + 8`)
	compacted, err := s.Stats.Compact(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org})
	if err != nil || compacted == 0 {
		t.Fatalf("%d counters compacted, %v", compacted, err)
	}
	db.Exec(t, moveDays("day = day + 90")+`; UPDATE activity_stats SET day = day + 90; UPDATE reward_days SET day = day + 90`)
	if found := differing(t, s); found != nil {
		t.Errorf("after compacting: %v", found)
	}
	if err := s.Customers.Delete(t.Context(), owner, who); err != nil {
		t.Fatal(err)
	}
	if found := differing(t, s); found != nil {
		t.Errorf("after erasing a customer: %v", found)
	}
}

// Whatever somebody who gets around every guard does, it is named.
func TestVerifyNamesWhatWasBroken(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`)
	who := past(t, db, s).String()
	if found := differing(t, s); found != nil {
		t.Fatalf("before anything is broken: %v", found)
	}
	for _, tt := range []struct{ name, harm, undo string }{
		{"balance", `UPDATE enrollments SET balance = balance + 1 WHERE customer_id = '?'`, `UPDATE enrollments SET balance = balance - 1 WHERE customer_id = '?'`},
		{"lifetime", `UPDATE enrollments SET lifetime = lifetime + 1 WHERE customer_id = '?'`, `UPDATE enrollments SET lifetime = lifetime - 1 WHERE customer_id = '?'`},
		{"numbering", `UPDATE transactions SET seq = 1000 WHERE seq = 2`, `UPDATE transactions SET seq = 2 WHERE seq = 1000`},
		{"numbering", `UPDATE enrollments SET seq = seq + 1 WHERE customer_id = '?'`, `UPDATE enrollments SET seq = seq - 1 WHERE customer_id = '?'`},
		{"chain", `UPDATE transactions SET balance_after = balance_after + 1 WHERE seq = 2`, `UPDATE transactions SET balance_after = balance_after - 1 WHERE seq = 2`},
		{"balance", `UPDATE transactions SET points = points + 1 WHERE seq = 2`, `UPDATE transactions SET points = points - 1 WHERE seq = 2`},
		{"activity", `UPDATE enrollments SET active_day = active_day - 1 WHERE customer_id = '?'`, `UPDATE enrollments SET active_day = active_day + 1 WHERE customer_id = '?'`},
		{"lots", `UPDATE lots SET remaining = remaining + 1`, `UPDATE lots SET remaining = remaining - 1`},
		{"lots", `DELETE FROM lots WHERE expires_on = 'infinity'; UPDATE lots SET remaining = remaining + 1`, `UPDATE lots SET remaining = remaining - 1`},
		{"tier", `UPDATE enrollments SET tier_id = (SELECT id FROM tiers WHERE name = 'Gold') WHERE customer_id <> '?'`,
			`UPDATE enrollments SET tier_id = (SELECT id FROM tiers WHERE name = 'Bronze') WHERE customer_id <> '?'`},
		{"tier", `UPDATE enrollments SET tier_id = (SELECT id FROM tiers WHERE name = 'Bronze') WHERE customer_id = '?'`,
			`UPDATE enrollments SET tier_id = (SELECT id FROM tiers WHERE name = 'Silver') WHERE customer_id = '?'`},
		{"earned", `UPDATE orders SET earned = earned + 1 WHERE external_id = '1'`, `UPDATE orders SET earned = earned - 1 WHERE external_id = '1'`},
		{"earned", `UPDATE orders SET reversed = reversed - 1 WHERE external_id = '3'`, `UPDATE orders SET reversed = reversed + 1 WHERE external_id = '3'`},
		{"once", `UPDATE transactions SET order_id = (SELECT id FROM orders WHERE external_id = '1') WHERE reason = 'Sorry'`,
			`UPDATE transactions SET order_id = NULL WHERE reason = 'Sorry'`},
		{"reversal", `UPDATE transactions SET reward_id = reverses_id, reverses_id = id WHERE reason = 'Wrong guest'`,
			`UPDATE transactions SET reverses_id = reward_id, reward_id = NULL WHERE reason = 'Wrong guest'`},
		{"redemption", `UPDATE redemptions SET points_cost = points_cost + 1 WHERE status = 'fulfilled'`, `UPDATE redemptions SET points_cost = points_cost - 1 WHERE status = 'fulfilled'`},
		{"redemption", `UPDATE redemptions SET status = 'issued' WHERE status = 'cancelled'`, `UPDATE redemptions SET status = 'cancelled' WHERE status = 'issued'`},
		{"bulk", `UPDATE transactions SET bulk_id = id WHERE reason = 'Sorry'`, `UPDATE transactions SET bulk_id = NULL WHERE reason = 'Sorry'`},
		{"holds", `UPDATE review_holds SET released_at = held_at`, `UPDATE review_holds SET released_at = NULL`},
		{"holds", `UPDATE review_holds SET points = points + 1`, `UPDATE review_holds SET points = points - 1`},
		{"holds", `UPDATE review_holds SET points = points - 1`, `UPDATE review_holds SET points = points + 1`},
		{"holds", `UPDATE anomalies SET status = 'dismissed'`, `UPDATE anomalies SET status = 'pending_review'`},
		{"stock", `ALTER TABLE reward_stock DROP CONSTRAINT reward_stock_not_negative; UPDATE reward_stock SET remaining = remaining - 9`,
			`UPDATE reward_stock SET remaining = remaining + 9`},
		{"days", `UPDATE daily_stats SET sales = sales + 1 WHERE orders > 0`, `UPDATE daily_stats SET sales = sales - 1 WHERE orders > 0`},
		{"days", `UPDATE daily_stats SET customers = customers + 1 WHERE customers > 0`, `UPDATE daily_stats SET customers = customers - 1 WHERE customers > 0`},
		{"totals", `UPDATE total_stats SET balance = balance + 1`, `UPDATE total_stats SET balance = balance - 1`},
		{"active", `UPDATE activity_stats SET members = members + 1`, `UPDATE activity_stats SET members = members - 1`},
		{"tiers", `UPDATE tier_stats SET members = members + 1`, `UPDATE tier_stats SET members = members - 1`},
		{"favorites", `UPDATE reward_days SET redemptions = redemptions + 1`, `UPDATE reward_days SET redemptions = redemptions - 1`},
		{"popularity", `UPDATE reward_stats SET customers = customers + 1`, `UPDATE reward_stats SET customers = customers - 1`},
	} {
		around := func(statements string) {
			db.Exec(t, `SET session_replication_role = replica; `+strings.ReplaceAll(statements, "?", who)+`; RESET session_replication_role`)
		}
		around(tt.harm)
		if found := differing(t, s); !slices.Contains(found, tt.name) {
			t.Errorf("%s: named %v, want %s among them", tt.harm, found, tt.name)
		}
		around(tt.undo)
		if found := differing(t, s); found != nil {
			t.Fatalf("%s: after undoing it: %v", tt.harm, found)
		}
	}
}

// What others write meanwhile is no difference: everything is read as of one
// instant.
func TestVerifyWhileServing(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			_, err := s.Ledger.Award(context.Background(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "More"})
			if err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range 5 {
		if found := differing(t, s); found != nil {
			t.Errorf("while awards go on: %v", found)
		}
	}
	stop()
	<-done
}
