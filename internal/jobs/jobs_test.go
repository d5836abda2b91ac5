package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// due is a restaurant whose guest has 70 points that expired yesterday, 30
// that never do, and a hold of 20 that ran out; an answer of two days ago; and
// two files that nobody brought in, one of them for more than a week; and a bulk
// award of 5 that a server has left, as one that was killed does.
func due(t *testing.T) (*pgtest.DB, loyalty.ID) {
	t.Helper()
	db := pgtest.New(t)
	now := time.Now()
	org, guest, program, reward := loyalty.NewID(now), loyalty.NewID(now), loyalty.NewID(now), loyalty.NewID(now)
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ('%[1]s', 'harbour', 'Harbour', 'USD', 'UTC', now());
		INSERT INTO programs (organization_id, id, name, rate, currency_per_point, is_active, created_at, updated_at)
			VALUES ('%[1]s', '%[3]s', 'Club', 10000, 1, true, now(), now());
		INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, created_at)
			VALUES ('%[1]s', '%[4]s', '%[3]s', 'Bronze', 0, 100, now());
		INSERT INTO rewards (organization_id, id, program_id, name, points_cost, type, created_at, updated_at)
			VALUES ('%[1]s', '%[4]s', '%[3]s', 'Coffee', 20, 'free_item', now(), now());
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at)
			VALUES ('%[1]s', '%[2]s', 'Ada', 'ada', 'ada', now(), now());
		SELECT enroll('%[1]s', '%[2]s', '%[4]s', '%[3]s', '%[4]s', now(), current_date);
		INSERT INTO idempotency_keys (organization_id, key, fingerprint, status, body, created_at) VALUES ('%[1]s', 'old', '', 200, '', now() - interval '2 days');
		INSERT INTO imports (organization_id, id, kind, state, file_name, created_at, changed_at)
			VALUES ('%[1]s', '%[3]s', 'customers', 'mapping', 'guests.csv', now() - interval '8 days', now() - interval '8 days'),
				('%[1]s', '%[4]s', 'customers', 'mapping', 'guests.csv', now() - interval '6 days', now() - interval '6 days')`,
		org, guest, program, reward))
	s := service.New(db, func() time.Time { return now.Add(-2 * time.Hour) }, slog.New(slog.DiscardHandler))
	owner := loyalty.Actor{Role: loyalty.Owner, OrgID: org}
	ref := service.CustomerRef{ID: guest}
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: ref, Points: 120, Reason: "Welcome"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: ref, RewardID: reward, Hold: true}); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `UPDATE lots SET remaining = 30`)
	gift := service.AwardMany{CustomerIDs: []loyalty.ID{guest}, Points: 5, Reason: "Sorry"}
	if _, err := s.BulkAwards.Start(t.Context(), owner, gift); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `INSERT INTO lots (organization_id, customer_id, expires_on, remaining) VALUES ($1, $2, current_date - 1, 70)`, org.String(), guest.String())
	return db, guest
}

// Two servers start, and what is due is done once. The queue's tables are made
// by the owner and worked with by the application's role.
func TestWhatIsDueIsDoneOnce(t *testing.T) {
	t.Parallel()
	db, _ := due(t)
	var migrating sync.WaitGroup
	for range 2 {
		migrating.Go(func() {
			if err := db.Migrate(t.Context(), Migrate); err != nil {
				t.Error(err)
			}
		})
	}
	migrating.Wait()
	for range 2 {
		server := db.Open(t, postgres.Options{MaxOpen: 6})
		s := service.New(server, time.Now, slog.New(slog.DiscardHandler))
		r, err := newRunner(server.Connections(), s, slog.New(slog.NewTextHandler(t.Output(), nil)), 50*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			if err := r.Stop(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	const done = `
		SELECT (SELECT balance FROM enrollments) = 55 AND (SELECT state FROM bulk_awards) = 'completed' AND (SELECT count(*) FROM transactions WHERE type = 'expire') = 1
			AND (SELECT status FROM redemptions) = 'cancelled' AND (SELECT count(*) FROM idempotency_keys) = 0
			AND (SELECT count(*) FROM imports) = 1`
	for deadline := time.Now().Add(30 * time.Second); ; {
		var ok bool
		if err := db.SQL.QueryRowContext(t.Context(), done).Scan(&ok); err != nil {
			t.Fatal(err)
		}
		if ok {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what was due was not done in time")
		}
		time.Sleep(20 * time.Millisecond) // there is nothing to wait on but the database
	}
	var queued int
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'expire_points'`).Scan(&queued); err != nil || queued != 1 {
		t.Errorf("expiry was queued %d times, %v", queued, err)
	}
}
