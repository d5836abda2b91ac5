package service_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// server is the use cases as another server on the database has them.
func server(repo loyalty.Repository, now func() time.Time) fixture {
	return fixture{service.New(repo, now, slog.New(slog.DiscardHandler))}
}

// members gives the restaurant n more guests, and says who they are.
func members(t testing.TB, db *pgtest.DB, n int) []loyalty.ID {
	t.Helper()
	ids := make([]loyalty.ID, n)
	for i := range ids {
		ids[i] = loyalty.NewID(noon.Add(time.Duration(i-n) * time.Minute))
	}
	for _, id := range ids {
		guest(t, db, id, "Guest")
	}
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`) // the day that guest counts them in
	return ids
}

func many(ids ...loyalty.ID) service.AwardMany {
	return service.AwardMany{CustomerIDs: ids, Points: 200, Reason: "Spring promotion", StoreID: store}
}

func (f fixture) start(t *testing.T, cmd service.AwardMany) loyalty.BulkAward {
	t.Helper()
	b, err := f.BulkAwards.Start(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (f fixture) work(t *testing.T, b loyalty.BulkAward) loyalty.BulkAward {
	t.Helper()
	if err := f.BulkAwards.Work(t.Context(), org, b.ID); err != nil {
		t.Fatal(err)
	}
	b, err := f.BulkAwards.Get(t.Context(), owner, loyalty.ID{}, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// came checks what came of a bulk award.
func came(t *testing.T, b loyalty.BulkAward, state loyalty.BulkState, total, awarded, skipped int) {
	t.Helper()
	if b.State != state || b.Total != total || b.Awarded != awarded || b.Skipped != skipped || b.FinishedAt.IsZero() != (state == loyalty.BulkRunning) {
		t.Errorf("%s with %d of %d awarded and %d skipped, want %s with %d of %d and %d; %+v", b.State, b.Awarded, b.Total, b.Skipped, state, awarded, total, skipped, b)
	}
}

// What a bulk award makes of an account is what an award by hand makes of
// another that is the same, whatever it was like before.
func TestBulkAwardIsManyAwards(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	f := server(db, func() time.Time { return noon })
	db.Exec(t, `UPDATE programs SET expire_after_days = 30, negative_balance = 'allow'`)
	before := server(db, func() time.Time { return noon.AddDate(0, 0, -3) })
	give := func(s fixture, who loyalty.ID, points loyalty.Points) {
		t.Helper()
		if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: points, Reason: "x", StoreID: store}); err != nil {
			t.Fatal(err)
		}
	}
	owe := func(s fixture, who loyalty.ID, points loyalty.Points) {
		t.Helper()
		cmd := service.AdjustPoints{Customer: service.CustomerRef{ID: who}, Amount: -points, Reason: "x", AllowNegative: true}
		if _, err := s.Ledger.Adjust(t.Context(), owner, cmd); err != nil {
			t.Fatal(err)
		}
	}
	pasts := []func(who loyalty.ID){
		func(loyalty.ID) {},
		func(who loyalty.ID) { give(before, who, 10) },
		func(who loyalty.ID) { give(f, who, 10) },
		func(who loyalty.ID) { give(f, who, 299) },
		func(who loyalty.ID) { give(f, who, 300) },
		func(who loyalty.ID) { give(f, who, 1999) },
		func(who loyalty.ID) { owe(before, who, 150) },
		func(who loyalty.ID) { owe(f, who, 200) },
		func(who loyalty.ID) { owe(f, who, 5000) },
		func(who loyalty.ID) { // Gold, which stays, of an award that was taken back
			given, err := before.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 2000, Reason: "x"})
			if err == nil {
				_, err = before.Ledger.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: given.Transaction.ID, Reason: "x"})
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		func(who loyalty.ID) { // of a program that is gone
			db.Exec(t, `UPDATE tier_stats SET members = members - 1 WHERE tier_id = (SELECT tier_id FROM enrollments WHERE customer_id = $1) AND shard = shard_of($1)`, who.String())
			db.Exec(t, `UPDATE enrollments SET program_id = NULL, tier_id = NULL WHERE customer_id = $1`, who.String())
		},
	}
	ids := members(t, db, 2*len(pasts))
	var lot []loyalty.ID
	for i, past := range pasts {
		past(ids[2*i])
		past(ids[2*i+1])
		lot = append(lot, ids[2*i])
	}
	came(t, f.work(t, f.start(t, many(lot...))), loyalty.BulkCompleted, len(lot), len(lot), 0)
	for i := range pasts {
		give(f, ids[2*i+1], 200)
		const account = `
			SELECT format('%s %s %s %s %s %s %s | %s | %s', e.balance, e.lifetime, e.seq, e.revision, e.program_id, e.tier_id, e.active_day,
				(SELECT string_agg(format('%s %s', l.expires_on, l.remaining), ',' ORDER BY l.expires_on) FROM lots l WHERE l.customer_id = e.customer_id),
				(SELECT format('%s %s %s %s %s %s %s %s', t.type, t.points, t.lifetime_delta, t.balance_after, t.store_id, t.staff_id, t.at, t.day)
				 FROM transactions t WHERE t.customer_id = e.customer_id ORDER BY t.seq DESC LIMIT 1))
			FROM enrollments e WHERE e.customer_id = $1`
		var bulk, hand string
		for to, who := range map[*string]loyalty.ID{&bulk: ids[2*i], &hand: ids[2*i+1]} {
			if err := db.SQL.QueryRowContext(t.Context(), account, who.String()).Scan(to); err != nil {
				t.Fatal(err)
			}
		}
		if bulk != hand {
			t.Errorf("past %d: in bulk %s\nby hand %s", i, bulk, hand)
		}
	}
	f.proven(t, "afterwards")
}

// Two servers work on one award while tills give to the same guests: each
// guest gets it once, and no till is refused.
func TestBulkAwardBesideTills(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 1300)
	now := func() time.Time { return noon }
	f := server(db, now)
	b := f.start(t, many(ids...))
	var wg sync.WaitGroup
	for i := range 2 {
		s := server(db.Open(t, postgres.Options{MaxOpen: 4}), now)
		wg.Go(func() {
			for range 3 {
				// As after a hold that ran out while the first was still at it.
				db.Exec(t, `UPDATE bulk_awards SET held_until = '-infinity'`)
				if err := s.BulkAwards.Work(context.Background(), org, b.ID); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for n := i; n < len(ids); n += 7 {
				cmd := service.AwardPoints{Customer: service.CustomerRef{ID: ids[n]}, Points: 400, Reason: "x", StoreID: store}
				if _, err := s.Ledger.Award(context.Background(), till, cmd); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	came(t, f.work(t, b), loyalty.BulkCompleted, len(ids), len(ids), 0)
	eachOnce(t, db, b, len(ids))
	f.proven(t, "afterwards")
}

// eachOnce checks that n guests have a row of the award, and each one.
func eachOnce(t *testing.T, db *pgtest.DB, b loyalty.BulkAward, n int) {
	t.Helper()
	const q = `SELECT count(*)::text || ' rows of ' || count(DISTINCT customer_id) || ' guests' FROM transactions WHERE bulk_id = $1`
	var got string
	if err := db.SQL.QueryRowContext(t.Context(), q, b.ID.String()).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d rows of %d guests", n, n); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// cutting breaks off what it is in the middle of: each step after the first is
// written and its transaction thrown away, as when the server dies before the
// database has been told to keep it.
type cutting struct {
	loyalty.Repository
	steps atomic.Int64
}

type cutTx struct {
	loyalty.Tx
	r *cutting
}

var errCut = errors.New("cut")

func (r *cutting) InTx(ctx context.Context, fn func(context.Context, loyalty.Tx) error) error {
	return r.Repository.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return fn(ctx, cutTx{tx, r}) })
}

func (t cutTx) StepBulkAward(ctx context.Context, orgID, id loyalty.ID, rules loyalty.BulkRules) (loyalty.BulkStep, error) {
	step, err := t.Tx.StepBulkAward(ctx, orgID, id, rules)
	if t.r.steps.Add(1) >= 2 && err == nil {
		return step, fmt.Errorf("%w: %w", errCut, context.Canceled)
	}
	return step, err
}

func TestBulkAwardGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 1300)
	now := func() time.Time { return noon }
	f := server(db, now)
	b := f.start(t, many(ids...))
	dying := server(&cutting{Repository: db}, now)
	if err := dying.BulkAwards.Work(t.Context(), org, b.ID); !errors.Is(err, errCut) {
		t.Fatalf("it was not broken off: %v", err)
	}
	half, err := f.BulkAwards.Get(t.Context(), owner, store, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	// What the other lane was at may have been kept or not.
	if half.Awarded == 1300 {
		t.Fatal("all have their points")
	}
	came(t, half, loyalty.BulkRunning, 1300, half.Awarded, 0)
	eachOnce(t, db, b, half.Awarded)
	f.proven(t, "half-way")
	if due, err := f.BulkAwards.Due(t.Context()); err != nil || len(due) != 1 || due[0].ID != b.ID {
		t.Errorf("due are %v, %v", due, err)
	}
	came(t, f.work(t, b), loyalty.BulkCompleted, 1300, 1300, 0)
	came(t, f.work(t, b), loyalty.BulkCompleted, 1300, 1300, 0) // once more does nothing
	eachOnce(t, db, b, 1300)
	f.proven(t, "afterwards")
}
