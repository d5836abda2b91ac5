package service_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func id(n byte) loyalty.ID { return loyalty.ID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

var (
	org    = id(1)
	store  = id(2)
	prog   = id(3)
	ada    = id(10)
	coffee = id(20)
	owner  = loyalty.Actor{Role: loyalty.Owner, OrgID: org, StaffID: id(90)}
	till   = loyalty.Actor{Role: loyalty.Cashier, OrgID: org, StaffID: id(91)}
)

// restaurant is an organization with a store, a program of 10 points a dollar
// with four tiers (Gold from 2,000 points earns double), one guest and one
// reward of 100 points.
func restaurant(t testing.TB) (*pgtest.DB, *service.Ledger) {
	t.Helper()
	db := pgtest.New(t)
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ('%[1]s', 'harbour', 'Harbour', 'USD', 'America/New_York', '2026-01-01');
		INSERT INTO stores (organization_id, id, name, currency, time_zone, created_at) VALUES ('%[1]s', '%[2]s', 'Pier 1', 'USD', 'America/New_York', '2026-01-01');
		INSERT INTO programs (organization_id, id, name, rate, currency_per_point, is_active, created_at, updated_at)
			VALUES ('%[1]s', '%[3]s', 'Club', 100000, 1, true, '2026-01-01', '2026-01-01');
		INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, created_at) VALUES
			('%[1]s', '%[4]s', '%[3]s', 'Bronze', 0, 100, '2026-01-01'), ('%[1]s', '%[5]s', '%[3]s', 'Silver', 500, 110, '2026-01-01'),
			('%[1]s', '%[6]s', '%[3]s', 'Gold', 2000, 200, '2026-01-01');
		INSERT INTO rewards (organization_id, id, program_id, name, points_cost, type, created_at, updated_at)
			VALUES ('%[1]s', '%[7]s', '%[3]s', 'Coffee', 100, 'free_item', '2026-01-01', '2026-01-01')`,
		org, store, prog, id(4), id(5), id(6), coffee))
	guest(t, db, ada, "Ada")
	return db, service.NewLedger(service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil))))
}

func guest(t testing.TB, db *pgtest.DB, who loyalty.ID, name string) {
	t.Helper()
	db.Exec(t, `INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at) VALUES ($1, $2, $3, lower($3), lower($3), '2026-01-01', '2026-01-01')`,
		org.String(), who.String(), name)
	db.Exec(t, `SELECT enroll($1, $2, $3, $4, $5, '2026-01-01', '2026-01-01')`, org.String(), who.String(), loyalty.NewID(noon).String(), prog.String(), id(4).String())
}

func award(t *testing.T, l *service.Ledger, points loyalty.Points) service.Awarded {
	t.Helper()
	a, err := l.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: points, Reason: "Welcome"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func balance(t *testing.T, l *service.Ledger, db *pgtest.DB) (b, lifetime loyalty.Points) {
	t.Helper()
	s, err := db.Snapshot(t.Context(), org, loyalty.SnapshotQuery{CustomerID: ada})
	if err != nil {
		t.Fatal(err)
	}
	return s.Account.Balance, s.Account.Lifetime
}

func TestAwardMovesTierUpAtOnce(t *testing.T) {
	t.Parallel()
	_, l := restaurant(t)
	a := award(t, l, 499)
	if a.Tier.Name != "Bronze" || a.Balance != 499 || a.Missing != 1 {
		t.Errorf("after 499: %s, balance %d, %d missing", a.Tier.Name, a.Balance, a.Missing)
	}
	if a = award(t, l, 1); a.Tier.Name != "Silver" || a.Before.Name != "Bronze" {
		t.Errorf("after 500: %s, before %s", a.Tier.Name, a.Before.Name)
	}
}

func TestOrderEarnsOnceAtTheTierHeldBefore(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 2000)
	cmd := service.SubmitOrder{StoreID: store, ExternalID: "1042", Customer: service.CustomerRef{ID: ada}, Total: 5000, Status: loyalty.OrderCompleted}
	for i := range 3 {
		r, err := l.Submit(t.Context(), till, cmd)
		if err != nil {
			t.Fatal(err)
		}
		if r.Award == nil || r.Award.Transaction.Points != 1000 || r.Created != (i == 0) {
			t.Fatalf("submission %d: %+v", i, r.Award)
		}
		if i == 0 && (r.Award.Transaction.Reason != "Order #1042" || r.Award.Transaction.Explanation.Multiplier != 200) {
			t.Errorf("reason %q, explanation %+v", r.Award.Transaction.Reason, r.Award.Transaction.Explanation)
		}
	}
	if b, life := balance(t, l, db); b != 3000 || life != 3000 {
		t.Errorf("balance %d, lifetime %d; want 3000 of both", b, life)
	}
}

func TestRefundTakesBackItsShare(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	r, err := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: service.CustomerRef{ID: ada}, Total: 1000, Status: loyalty.OrderCompleted})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		refunded loyalty.Minor
		balance  loyalty.Points
	}{{333, 67}, {333, 67}, {999, 1}, {1000, 0}} {
		if _, err := l.Change(t.Context(), till, service.ChangeOrder{StoreID: store, OrderID: r.Order.ID, RefundedTotal: &step.refunded}); err != nil {
			t.Fatal(err)
		}
		if b, life := balance(t, l, db); b != step.balance || life != step.balance {
			t.Errorf("after a refund of %d: balance %d, lifetime %d; want %d", step.refunded, b, life, step.balance)
		}
	}
	_, err = l.Change(t.Context(), till, service.ChangeOrder{StoreID: store, OrderID: r.Order.ID, Status: loyalty.OrderCancelled})
	if loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("cancelling a refunded order: %v", err)
	}
}

// A balance of 250 buys two rewards of 100, however many ask at once.
func TestRedeemNeverOverspends(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 250)
	// A second process, so that the queue inside one does not serve them in turn.
	other := service.NewLedger(service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil))))
	const tries = 200
	codes := make(chan string, tries)
	var wg sync.WaitGroup
	if err := db.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.LockAccount(ctx, org, ada); err != nil {
			return err
		}
		for i := range tries {
			wg.Go(func() {
				by := []*service.Ledger{l, other}[i%2]
				_, err := by.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, StoreID: store})
				codes <- loyalty.CodeOf(err)
			})
		}
		db.Blocked(t, 2)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	got := map[string]int{}
	for range tries {
		got[<-codes]++
	}
	if got[""] != 2 || got[loyalty.CodeInsufficientPoints] != tries-2 {
		t.Errorf("outcomes %v; want two redemptions and refusals for the rest", got)
	}
}

func TestCancelGivesBackOnce(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 150)
	r, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, Hold: true})
	if err != nil || r.Redemption.Status != loyalty.Held || r.Balance != 50 {
		t.Fatalf("redeem: %+v, %v", r, err)
	}
	if c, err := l.Cancel(t.Context(), till, service.EndRedemption{RedemptionID: r.Redemption.ID}); err != nil || c.Balance != 150 {
		t.Fatalf("cancel: balance %d, %v", c.Balance, err)
	}
	if _, err := l.Cancel(t.Context(), till, service.EndRedemption{RedemptionID: r.Redemption.ID}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("second cancel: %v", err)
	}
	if b, life := balance(t, l, db); b != 150 || life != 150 {
		t.Errorf("balance %d, lifetime %d", b, life)
	}
}

func TestReverseAward(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	a := award(t, l, 600)
	if a.Tier.Name != "Silver" {
		t.Fatal(a.Tier)
	}
	cmd := service.ReverseAward{TransactionID: a.Transaction.ID, Reason: "Mistake"}
	r, err := l.Reverse(t.Context(), owner, cmd)
	if err != nil || r.Balance != 0 || r.Transaction.Type != loyalty.Reverse || r.Transaction.ReversesID != a.Transaction.ID {
		t.Fatalf("%+v, %v", r, err)
	}
	if r.Tier.Name != "Silver" {
		t.Errorf("tier %s; a program that never downgrades keeps it", r.Tier.Name)
	}
	if _, err := l.Reverse(t.Context(), owner, cmd); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("twice: %v", err)
	}
	if b, life := balance(t, l, db); b != 0 || life != 0 {
		t.Errorf("balance %d, lifetime %d", b, life)
	}
}

func TestLedgerOnlyGrows(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 10)
	for _, q := range []string{`UPDATE transactions SET points = 20`, `DELETE FROM transactions`, `TRUNCATE transactions CASCADE`} {
		if _, err := db.SQL.ExecContext(t.Context(), q); err == nil {
			t.Errorf("%s was not refused", q)
		}
	}
}

func TestResubmittedOrder(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	who := service.CustomerRef{ID: ada}
	base := service.SubmitOrder{StoreID: store, ExternalID: "7", Customer: who, Total: 2000, Status: loyalty.OrderCompleted}
	if _, err := l.Submit(t.Context(), till, base); err != nil {
		t.Fatal(err)
	}
	other := base
	other.Total = 2100
	if _, err := l.Submit(t.Context(), till, other); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("other amounts: %v", err)
	}
	gone := base
	gone.Status = loyalty.OrderCancelled
	for range 2 {
		if r, err := l.Submit(t.Context(), till, gone); err != nil || r.Order.Status != loyalty.OrderCancelled || r.Order.Reversed != 200 {
			t.Fatalf("cancelled: %+v, %v", r.Order, err)
		}
	}
	if b, life := balance(t, l, db); b != 0 || life != 0 {
		t.Errorf("balance %d, lifetime %d", b, life)
	}
}

// An open order that names a guest is that guest's: sending it again with
// another must not give it to the first in silence.
func TestOpenOrderOfAnother(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	guest(t, db, bob, "Bob")
	send := service.SubmitOrder{StoreID: store, ExternalID: "7", Customer: service.CustomerRef{ID: ada}, Total: 2000, Status: loyalty.OrderOpen}
	if _, err := l.Submit(t.Context(), till, send); err != nil {
		t.Fatal(err)
	}
	done := send
	done.Status, done.Customer.ID = loyalty.OrderCompleted, bob
	if r, err := l.Submit(t.Context(), till, done); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("completed for %s: %v", r.Order.CustomerID, err)
	}
	for what, who := range map[string]loyalty.ID{"without a guest": {}, "with its own": ada} {
		done.Customer.ID = who
		if r, err := l.Submit(t.Context(), till, done); err != nil || r.Order.CustomerID != ada || r.Order.Earned != 200 {
			t.Errorf("%s: %+v, %v", what, r.Order, err)
		}
	}
}

func TestClaimOrderOnce(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	bob := id(11)
	guest(t, db, bob, "Bob")
	r, err := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "8", Total: 1250, Status: loyalty.OrderCompleted, CompletedAt: noon.Add(-6 * 24 * time.Hour)})
	if err != nil || r.Award != nil {
		t.Fatalf("%+v, %v", r, err)
	}
	claim := func(who loyalty.ID) error {
		_, err := l.Change(t.Context(), till, service.ChangeOrder{StoreID: store, OrderID: r.Order.ID, Customer: service.CustomerRef{ID: who}})
		return err
	}
	if err := claim(ada); err != nil {
		t.Fatal(err)
	}
	if err := claim(bob); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("claimed twice: %v", err)
	}
	if b, _ := balance(t, l, db); b != 125 {
		t.Errorf("balance %d, want 125", b)
	}
	old, err := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "9", Total: 1250, Status: loyalty.OrderCompleted, CompletedAt: noon.Add(-8 * 24 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	r = old
	if err := claim(ada); loyalty.CodeOf(err) != loyalty.CodeNotAvailable {
		t.Errorf("after the window: %v", err)
	}
}

// A till whose clock was never set, or runs ahead, is told so.
func TestOrderOfNoPossibleTime(t *testing.T) {
	t.Parallel()
	_, l := restaurant(t)
	for _, at := range []time.Time{time.Unix(-1, 0), time.Date(1, 1, 1, 12, 0, 0, 0, time.UTC), noon.Add(time.Hour)} {
		_, err := l.Submit(t.Context(), till, service.SubmitOrder{
			Customer: service.CustomerRef{ID: ada}, StoreID: store, ExternalID: "9", Total: 1250, Status: loyalty.OrderCompleted, CompletedAt: at,
		})
		if !hasField(err, "completedAt") {
			t.Errorf("completed at %s: %v", at, err)
		}
	}
}

func TestExpiryTakesSoonestFirst(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30; UPDATE organizations SET config_version = config_version + 1`)
	clock := testclock.At(noon)
	l := service.NewLedger(service.NewCore(db, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil))))
	award(t, l, 100)
	clock.Set(noon.AddDate(0, 0, 10))
	award(t, l, 70)
	if _, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee}); err != nil {
		t.Fatal(err)
	}
	system := loyalty.Actor{Role: loyalty.System, OrgID: org}
	for _, step := range []struct {
		days    int
		balance loyalty.Points
	}{{30, 70}, {39, 70}, {40, 0}, {41, 0}} {
		clock.Set(noon.AddDate(0, 0, step.days))
		if _, err := l.ExpirePoints(t.Context(), system); err != nil {
			t.Fatal(err)
		}
		if b, life := balance(t, l, db); b != step.balance || life != 170 {
			t.Errorf("after %d days: balance %d, lifetime %d; want %d and 170", step.days, b, life, step.balance)
		}
	}
}

func TestHeldRewardGoesBackByItself(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	clock := testclock.At(noon)
	l := service.NewLedger(service.NewCore(db, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil))))
	award(t, l, 100)
	if _, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, Hold: true}); err != nil {
		t.Fatal(err)
	}
	system := loyalty.Actor{Role: loyalty.System, OrgID: org}
	if n, err := l.ReleaseHolds(t.Context(), system); n != 0 || err != nil {
		t.Errorf("too early: %d, %v", n, err)
	}
	clock.Set(noon.Add(time.Hour))
	if n, err := l.ReleaseHolds(t.Context(), system); n != 1 || err != nil {
		t.Errorf("in time: %d, %v", n, err)
	}
	if b, _ := balance(t, l, db); b != 100 {
		t.Errorf("balance %d", b)
	}
}

func TestFrozenAccountNeitherEarnsNorSpends(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	a := award(t, l, 300)
	if _, err := l.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: a.Transaction.ID, Reason: "Stolen", Freeze: true}); err != nil {
		t.Fatal(err)
	}
	who := service.CustomerRef{ID: ada}
	_, earn := l.Award(t.Context(), owner, service.AwardPoints{Customer: who, Points: 5, Reason: "x"})
	_, order := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: who, Total: 100, Status: loyalty.OrderCompleted})
	_, spend := l.Redeem(t.Context(), till, service.RedeemReward{Customer: who, RewardID: coffee})
	for what, err := range map[string]error{"earn": earn, "order": order, "spend": spend} {
		if loyalty.CodeOf(err) != loyalty.CodeAccountFrozen {
			t.Errorf("%s: %v", what, err)
		}
	}
	var orders int
	if err := db.SQL.QueryRow(`SELECT count(*) FROM orders`).Scan(&orders); err != nil || orders != 0 {
		t.Errorf("%d orders were kept, %v", orders, err)
	}
}

// examined waits until the detectors have looked at all that l did.
func examined(t *testing.T, l *service.Ledger) {
	t.Helper()
	(&service.Anomalies{Core: l.Core}).Examined(t.Context(), 20*time.Second)
}

func TestRapidEarningOpensOneCaseThatGrows(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	for range 15 {
		award(t, l, 500)
	}
	examined(t, l)
	var n, points int
	var text string
	err := db.SQL.QueryRow(`SELECT count(*), max(points_involved), max(description) FROM anomalies WHERE type = 'rapid_earning'`).Scan(&n, &points, &text)
	if err != nil || n != 1 || points < 5000 {
		t.Errorf("%d cases, %d points, %q, %v", n, points, text, err)
	}
}

func TestReversalIntoDebt(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	r, err := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "1", Customer: service.CustomerRef{ID: ada}, Total: 1500, Status: loyalty.OrderCompleted})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee}); err != nil {
		t.Fatal(err)
	}
	refund := service.ChangeOrder{StoreID: store, OrderID: r.Order.ID, Status: loyalty.OrderRefunded}
	if _, err := l.Change(t.Context(), till, refund); loyalty.CodeOf(err) != loyalty.CodeInsufficientPoints {
		t.Errorf("without debt: %v", err)
	}
	db.Exec(t, `UPDATE programs SET negative_balance = 'allow'; UPDATE organizations SET config_version = config_version + 1`)
	if _, err := l.Change(t.Context(), till, refund); err != nil {
		t.Fatal(err)
	}
	if b, _ := balance(t, l, db); b != -100 {
		t.Errorf("balance %d, want -100", b)
	}
	award(t, l, 130)
	var lots int
	if err := db.SQL.QueryRow(`SELECT sum(remaining) FROM lots`).Scan(&lots); err != nil || lots != 30 {
		t.Errorf("lots %d, want the 30 that are left after the debt; %v", lots, err)
	}
}

func TestDecidingACaseTakesThePointsBack(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	db.Exec(t, fmt.Sprintf(`INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at) VALUES ('%s', '%s', 'o@x', 'Olga', 'owner', '', now())`, org, owner.StaffID))
	for range 12 {
		award(t, l, 500)
	}
	examined(t, l)
	cases := &service.Anomalies{Core: service.NewCore(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))}
	list, n, err := cases.List(t.Context(), owner, loyalty.AnomalyFilter{Status: loyalty.PendingReview}, loyalty.Page{Number: 1, Size: 20})
	if err != nil || n != 1 {
		t.Fatalf("%d cases, %v", n, err)
	}
	decide := service.DecideAnomaly{AnomalyID: list[0].ID, Status: loyalty.Confirmed, Action: loyalty.ActionReversePoints, Note: "Seen"}
	if _, err := cases.Decide(t.Context(), owner, decide); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("deciding about oneself: %v", err)
	}
	other := owner
	other.StaffID = id(92)
	done, err := cases.Decide(t.Context(), other, decide)
	if err != nil || done.Status != loyalty.Confirmed {
		t.Fatalf("%+v, %v", done, err)
	}
	if b, life := balance(t, l, db); b != 0 || life != 0 {
		t.Errorf("balance %d, lifetime %d; want every award of the case taken back", b, life)
	}
	if _, err := cases.Decide(t.Context(), other, decide); err != nil {
		t.Errorf("again: %v", err)
	}
}
