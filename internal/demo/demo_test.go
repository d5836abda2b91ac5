package demo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"regulars/internal/demo"
	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// The demo restaurant is what visitors are told it is, and its books are
// right.
func TestLoad(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	now := time.Date(2026, 5, 12, 1, 30, 0, 0, time.UTC) // eight in the evening in Lima
	// A first try is broken off in the middle.
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		defer stop()
		for n := 0; n < 5000; time.Sleep(5 * time.Millisecond) {
			if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM orders`).Scan(&n); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	// Either side may be the first to say that it was broken off.
	if err := demo.Load(ctx, db, now, slog.New(slog.DiscardHandler)); err == nil || ctx.Err() == nil {
		t.Fatalf("broken off with %v", err)
	}
	began := time.Now()
	if err := demo.Load(t.Context(), db, now, slog.New(slog.NewTextHandler(t.Output(), nil))); err != nil {
		t.Fatalf("%+v", err)
	}
	t.Logf("loaded in %v", time.Since(began))
	if err := demo.Load(t.Context(), db, now, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("once it is there: %v", err)
	}
	count := func(query string) (n int64) {
		t.Helper()
		if err := db.SQL.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(query, err)
		}
		return n
	}
	for what, test := range map[string]struct {
		query       string
		least, most int64
	}{
		"guests":          {`SELECT count(*) FROM customers`, 2007, 2007},
		"orders":          {`SELECT count(*) FROM orders`, 10_000, 30_000},
		"days without":    {`SELECT 182 - count(DISTINCT day) FROM orders`, -1, 0},
		"future":          {`SELECT count(*) FROM transactions WHERE at > '2026-05-12 01:30Z'`, 0, 0},
		"today":           {`SELECT count(*) FROM orders WHERE day = '2026-05-11'`, 10, 500},
		"never came":      {`SELECT count(*) FROM enrollments WHERE lifetime = 0`, 5, 5},
		"no benefits":     {`SELECT count(*) FROM tiers WHERE benefits = ''`, 0, 0},
		"staff":           {`SELECT count(*) FROM staff`, 6, 6},
		"rewards":         {`SELECT count(*) FROM rewards`, 8, 10},
		"issued":          {`SELECT count(*) FROM redemptions WHERE status = 'issued'`, 2, 200},
		"fulfilled":       {`SELECT count(*) FROM redemptions WHERE status = 'fulfilled'`, 200, 2000},
		"cancelled":       {`SELECT count(*) FROM redemptions WHERE status = 'cancelled'`, 5, 200},
		"by hand":         {`SELECT count(*) FROM transactions WHERE type = 'earn' AND order_id IS NULL`, 10, 80},
		"open bursts":     {`SELECT count(*) FROM anomalies WHERE status = 'pending_review' AND type = 'rapid_earning'`, 2, 6},
		"open amounts":    {`SELECT count(*) FROM anomalies WHERE status = 'pending_review' AND type = 'unusual_amount'`, 2, 8},
		"kinds":           {`SELECT count(DISTINCT type) FROM anomalies WHERE status = 'pending_review'`, 5, 12},
		"held":            {`SELECT count(*) FROM review_holds WHERE released_at IS NULL`, 2, 2},
		"decided":         {`SELECT count(*) FROM anomalies WHERE status <> 'pending_review'`, 2, 20},
		"wrong balances":  {`SELECT count(*) FROM enrollments e WHERE balance <> (SELECT coalesce(sum(points), 0) FROM transactions t WHERE t.customer_id = e.customer_id)`, 0, 0},
		"wrong statistic": {`SELECT (SELECT sum(points) FROM transactions) - (SELECT sum(issued + redeemed + refunded + reversed + expired + adjusted) FROM daily_stats)`, 0, 0},
		"wrong lots":      {`SELECT (SELECT sum(balance) FROM enrollments) - (SELECT sum(remaining) FROM lots)`, 0, 0},
		"saturday/monday": {`SELECT 10 * count(*) FILTER (WHERE extract(dow FROM day) = 6) / count(*) FILTER (WHERE extract(dow FROM day) = 1) FROM orders`, 15, 25},
	} {
		if n := count(test.query); n < test.least || n > test.most {
			t.Errorf("%s: %d, want %d to %d", what, n, test.least, test.most)
		}
	}
	s := service.New(db, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	cashier := loyalty.Actor{Role: loyalty.System}
	orgs, err := s.Access.Organizations(t.Context(), cashier)
	if err != nil || len(orgs) != 1 || !demo.Is(orgs[0]) {
		t.Fatal(orgs, err)
	}
	cashier.OrgID = orgs[0].ID
	m, err := s.Customers.ByPhone(t.Context(), cashier, "987 654 321")
	if err != nil || m.Name != "María García" || m.Enrollment.Seq < 20 || m.TierName == "Bronze" {
		t.Errorf("%s has %d transactions and is %s; %v", m.Name, m.Enrollment.Seq, m.TierName, err)
	}
}
