package service_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

func (t cutTx) StepBulkUndo(ctx context.Context, orgID, id loyalty.ID, rules loyalty.BulkRules) (loyalty.BulkStep, error) {
	step, err := t.Tx.StepBulkUndo(ctx, orgID, id, rules)
	if t.r.steps.Add(1) == 2 && err == nil {
		return step, fmt.Errorf("%w: %w", errCut, context.Canceled)
	}
	return step, err
}

func (f fixture) undo(t *testing.T, b loyalty.BulkAward) loyalty.BulkAward {
	t.Helper()
	b, err := f.BulkAwards.Undo(t.Context(), owner, service.UndoBulkAward{ID: b.ID, Reason: "Ten times too many"})
	if err != nil {
		t.Fatal(err)
	}
	if b.State != loyalty.BulkUndoing {
		t.Errorf("it is %s", b.State)
	}
	return b
}

// wentBack checks what came of taking a bulk award back, and that the ledger
// says the same.
func wentBack(t *testing.T, db *pgtest.DB, b loyalty.BulkAward, guests int, taken, spent loyalty.Points) {
	t.Helper()
	u := b.Undo
	if b.State != loyalty.BulkUndone || u.Guests != guests || u.Taken != taken || u.Spent != spent || u.Done != u.Total || u.EndedAt.IsZero() {
		t.Errorf("%s with %d from %d guests, %d spent, %d of %d done; want undone with %d from %d and %d", b.State, u.Taken, u.Guests, u.Spent, u.Done, u.Total, taken, guests, spent)
	}
	const q = `
		SELECT format('%s rows for %s take %s', count(*), count(DISTINCT reverses_id), coalesce(-sum(points), 0)) FROM transactions
		WHERE bulk_id = $1 AND type = 'reverse' AND reason = 'Ten times too many' AND lifetime_delta = points AND store_id = $2 AND staff_id = $3`
	var got string
	if err := db.SQL.QueryRowContext(t.Context(), q, b.ID.String(), store.String(), owner.StaffID.String()).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d rows for %d take %d", guests, guests, taken); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := number(t, db, `SELECT count(*) FROM bulk_award_parts`); n != 0 {
		t.Errorf("%d parts are left", n)
	}
}

// everyAccount is what every account comes to, but for its rows.
func everyAccount(t *testing.T, db *pgtest.DB) (all string) {
	t.Helper()
	const q = `
		SELECT string_agg(format('%s %s %s %s %s', e.customer_id, e.balance, e.lifetime, e.tier_id, (
			SELECT string_agg(format('%s %s', l.expires_on, l.remaining), ',' ORDER BY l.expires_on) FROM lots l
			WHERE l.customer_id = e.customer_id AND l.remaining > 0)), E'\n' ORDER BY e.customer_id) FROM enrollments e`
	if err := db.SQL.QueryRowContext(t.Context(), q).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Where nobody has spent any of it and tiers may fall, everything is as if the
// award had never been.
func TestUndoneBulkAwardNeverWas(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30, tier_downgrade = 'on_reversal'`)
	ids := members(t, db, 1300)
	f := server(db, func() time.Time { return noon })
	for i, who := range ids[:12] { // some hold points that expire sooner, some are just below a tier
		past := server(db, func() time.Time { return noon.AddDate(0, 0, -i) })
		cmd := service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: loyalty.Points(180 * i), Reason: "x"}
		if i > 0 {
			if _, err := past.Ledger.Award(t.Context(), owner, cmd); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := everyAccount(t, db)
	b := f.work(t, f.start(t, many(ids...)))
	if everyAccount(t, db) == before {
		t.Fatal("nothing was given")
	}
	v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID)
	if err != nil || v.Guests != 1300 || v.Points != 260_000 || v.Spent != 0 || v.Liability != 260_000 || v.TiersStay || v.StillGives {
		t.Errorf("the preview is %+v, %v", v, err)
	}
	wentBack(t, db, f.work(t, f.undo(t, b)), 1300, 260_000, 0)
	if after := everyAccount(t, db); after != before {
		t.Errorf("before\n%s\nafterwards\n%s", before[:600], after[:600])
	}
	f.proven(t, "afterwards")
	if _, err := f.BulkAwards.Undo(t.Context(), owner, service.UndoBulkAward{ID: b.ID, Reason: "x"}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("once more: %v", err)
	}
	wentBack(t, db, f.work(t, b), 1300, 260_000, 0)
	const noted = `SELECT count(*) FROM audit_log WHERE subject = 'bulk_award' AND staff_id = $1 AND (
		action = 'points.undo_many' AND detail @> '{"reason": "Ten times too many"}' OR
		action = 'points.undid_many' AND detail @> '{"taken": 260000, "customers": 1300, "stays": 0}')`
	if n := number(t, db, noted, owner.StaffID.String()); n != 2 {
		t.Errorf("%d entries in the audit log", n)
	}
	for _, harm := range []string{`taken = taken - 1`, `undone = undone - 1`} {
		db.Exec(t, `UPDATE bulk_awards SET `+harm)
		if found := differing(t, f.Services); len(found) != 1 || found[0] != "bulk" {
			t.Errorf("%s: verify names %v", harm, found)
		}
	}
}

// What is spent stays, and nobody goes below zero, whatever the program
// allows; what is held for a manager stays held; nothing is taken twice.
func TestUndoOfBulkAwardLeavesWhatIsSpent(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET negative_balance = 'allow'`)
	ids := members(t, db, 12)
	f := server(db, func() time.Time { return noon })
	some, all, indebted, held, back, erased, frozen, one, two, merged, moved := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7], ids[8], ids[9], ids[10]
	b := f.work(t, f.start(t, many(ids...)))
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ref := func(who loyalty.ID) service.CustomerRef { return service.CustomerRef{ID: who} }
	must(f.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: ref(some), RewardID: coffee, StoreID: store})) // 100 of 200
	must(f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: ref(all), Amount: -200, Reason: "x"}))
	must(f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: ref(indebted), Amount: -250, Reason: "x", AllowNegative: true}))
	must(f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: ref(held), Amount: -150, Reason: "x"}))
	herself := owner
	herself.AccountID = held
	must(f.Ledger.Award(t.Context(), herself, service.AwardPoints{Customer: ref(held), Points: 90, Reason: "x"}))
	if n := number(t, db, `SELECT sum(points) FROM review_holds WHERE released_at IS NULL`); n != 90 {
		t.Fatalf("%d points are held", n)
	}
	var row loyalty.ID
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT id FROM transactions WHERE customer_id = $1 AND bulk_id IS NOT NULL`, back.String()).Scan(&row); err != nil {
		t.Fatal(err)
	}
	must(f.Ledger.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: row, Reason: "x"}))
	must(nil, f.Customers.Delete(t.Context(), owner, erased))
	db.Exec(t, `UPDATE enrollments SET frozen_at = now() WHERE customer_id = $1`, frozen.String())
	f.merge(t, one, two) // both have it: 400 on one account, of which 150 are spent
	must(f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: ref(one), Amount: -150, Reason: "x"}))
	f.merge(t, moved, merged)
	f.unmerge(t, moved)

	v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID)
	// some, held, frozen, the two who are one, the two who were, and the last.
	const taken, spent = 100 + 50 + 200 + 250 + 2*200 + 200, 100 + 200 + 200 + 150 + 150
	if err != nil || v.Guests != 7 || v.Points != taken || v.Spent != spent || !v.TiersStay {
		t.Errorf("the preview is %+v, %v; want %d of 7, %d spent", v, err, taken, spent)
	}
	wentBack(t, db, f.work(t, f.undo(t, b)), 8, taken, spent)
	for who, want := range map[loyalty.ID]loyalty.Points{some: 0, all: 0, indebted: -50, held: 90, back: 0, frozen: 0, one: 0, merged: 0, moved: 0, ids[11]: 0} {
		m, err := f.Customers.Detail(t.Context(), owner, ref(who))
		if err != nil || m.Enrollment.Balance != want {
			t.Errorf("%s has %d, %v, want %d", who, m.Enrollment.Balance, err, want)
		}
	}
	if n := number(t, db, `SELECT sum(points) FROM review_holds WHERE released_at IS NULL`); n != 90 {
		t.Errorf("%d points are held", n)
	}
	f.proven(t, "afterwards")
}

// Whoever was moved up keeps the tier, unless the program lets reversals lower
// tiers; that is what taking one award back does.
func TestUndoOfBulkAwardAndTiers(t *testing.T) {
	t.Parallel()
	for policy, want := range map[string]int64{"never": 3, "on_reversal": 0} {
		db, _ := restaurant(t)
		db.Exec(t, `UPDATE programs SET tier_downgrade = $1`, policy)
		ids := members(t, db, 3)
		f := server(db, func() time.Time { return noon })
		cmd := many(ids...)
		cmd.Points = 2000
		b := f.work(t, f.start(t, cmd))
		wentBack(t, db, f.work(t, f.undo(t, b)), 3, 6000, 0)
		if n := number(t, db, `SELECT count(*) FROM enrollments e JOIN tiers t ON t.id = e.tier_id WHERE t.name = 'Gold'`); n != want {
			t.Errorf("%s: %d hold Gold, want %d", policy, n, want)
		}
		f.proven(t, policy)
	}
}

// An award that is taken back while it is being given is given to nobody any
// more, and what it gave is taken back.
func TestUndoOfBulkAwardUnderWay(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 3200)
	f := server(db, func() time.Time { return noon })
	b := f.start(t, many(ids...))
	giving := server(db.Open(t, postgres.Options{MaxOpen: 4}), func() time.Time { return noon })
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := giving.BulkAwards.Work(context.Background(), org, b.ID); err != nil {
			t.Error(err)
		}
	})
	for number(t, db, `SELECT awarded FROM bulk_awards`) == 0 {
		time.Sleep(time.Millisecond)
	}
	f.undo(t, b)
	b = f.work(t, b)
	wg.Wait()
	if b.Awarded == 0 || b.Awarded == 3200 {
		t.Fatalf("it was not in the middle: %d have the points", b.Awarded)
	}
	wentBack(t, db, b, b.Awarded, b.Given(), 0)
	eachOnceGiven(t, db, b)
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 0 {
		t.Errorf("%d points are left", n)
	}
	f.proven(t, "afterwards")
}

// eachOnceGiven checks that as many were given to as the award says.
func eachOnceGiven(t *testing.T, db *pgtest.DB, b loyalty.BulkAward) {
	t.Helper()
	const q = `SELECT count(*) FROM transactions WHERE bulk_id = $1 AND type = 'earn'`
	if n := number(t, db, q, b.ID.String()); n != int64(b.Awarded) {
		t.Errorf("%d rows, and it says %d", n, b.Awarded)
	}
}

func TestUndoOfBulkAwardGoesOnWhereItBrokeOff(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 1300)
	now := func() time.Time { return noon }
	f := server(db, now)
	b := f.undo(t, f.work(t, f.start(t, many(ids...))))
	dying := server(&cutting{Repository: db}, now)
	if err := dying.BulkAwards.Work(t.Context(), org, b.ID); !errors.Is(err, errCut) {
		t.Fatalf("it was not broken off: %v", err)
	}
	half, err := f.BulkAwards.Get(t.Context(), owner, store, b.ID)
	if err != nil || half.State != loyalty.BulkUndoing || half.Undo.Guests == 1300 || half.Undo.Total != 1300 {
		t.Fatalf("half-way it is %+v, %v", half, err)
	}
	if n := number(t, db, `SELECT count(*) FROM transactions WHERE type = 'reverse'`); n != int64(half.Undo.Guests) {
		t.Errorf("%d rows, and it says %d", n, half.Undo.Guests)
	}
	f.proven(t, "half-way")
	if due, err := f.BulkAwards.Due(t.Context()); err != nil || len(due) != 1 || due[0].ID != b.ID {
		t.Errorf("due are %v, %v", due, err)
	}
	wentBack(t, db, f.work(t, b), 1300, 260_000, 0)
	f.proven(t, "afterwards")
}

// Two servers take one award back while tills give to the same guests and sell
// to them: each point is taken once, and no till is refused.
func TestUndoOfBulkAwardBesideTills(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 1300)
	now := func() time.Time { return noon }
	f := server(db, now)
	b := f.undo(t, f.work(t, f.start(t, many(ids...))))
	var wg sync.WaitGroup
	for i := range 2 {
		s := server(db.Open(t, postgres.Options{MaxOpen: 4}), now)
		wg.Go(func() {
			for range 3 {
				db.Exec(t, `UPDATE bulk_awards SET held_until = '-infinity'`)
				if err := s.BulkAwards.Work(context.Background(), org, b.ID); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for n := i; n < len(ids); n += 9 {
				who := service.CustomerRef{ID: ids[n]}
				if _, err := s.Ledger.Award(context.Background(), till, service.AwardPoints{Customer: who, Points: 400, Reason: "x", StoreID: store}); err != nil {
					t.Error(err)
				}
				if _, err := s.Ledger.Redeem(context.Background(), till, service.RedeemReward{Customer: who, RewardID: coffee, StoreID: store}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	wentBack(t, db, f.work(t, b), 1300, 260_000, 0)
	if n := number(t, db, `SELECT sum(points) FROM transactions WHERE bulk_id IS NULL`); n == 0 || n != number(t, db, `SELECT sum(balance) FROM enrollments`) {
		t.Errorf("tills moved %d points", n)
	}
	f.proven(t, "afterwards")
}

func TestUndoOfBulkAwardRefuses(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 3)
	f := server(db, func() time.Time { return noon })
	b := f.work(t, f.start(t, many(ids...)))
	for name, test := range map[string]struct {
		actor loyalty.Actor
		code  string
	}{
		"a cashier": {till, loyalty.CodeForbidden}, "nobody": {loyalty.Actor{}, loyalty.CodeForbidden},
		"a key of another store":   {loyalty.Actor{Role: loyalty.Machine, OrgID: org, Scopes: []loyalty.Scope{loyalty.LoyaltyCreate}, StoreIDs: []loyalty.ID{id(99)}}, loyalty.CodeNotFound},
		"another restaurant's key": {loyalty.Actor{Role: loyalty.Machine, OrgID: id(77), Scopes: []loyalty.Scope{loyalty.LoyaltyCreate}}, loyalty.CodeNotFound},
	} {
		if _, err := f.BulkAwards.Undo(t.Context(), test.actor, service.UndoBulkAward{ID: b.ID, Reason: "x"}); loyalty.CodeOf(err) != test.code {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := f.BulkAwards.PreviewUndo(t.Context(), test.actor, b.ID); loyalty.CodeOf(err) != test.code {
			t.Errorf("%s looks: %v", name, err)
		}
	}
	if _, err := f.BulkAwards.Undo(t.Context(), owner, service.UndoBulkAward{ID: b.ID}); fields(err) != "reason" {
		t.Errorf("without a reason: %v", err)
	}
	// A program that is gone takes no tier along.
	db.Exec(t, `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`)
	wentBack(t, db, f.work(t, f.undo(t, b)), 3, 600, 0)
}

// An undoing that can't go on says so, and goes on once it is asked for again.
func TestUndoOfBulkAwardOnceMore(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 700)
	f := server(db, func() time.Time { return noon })
	b := f.undo(t, f.work(t, f.start(t, many(ids...))))
	db.Exec(t, `ALTER TABLE lots ADD CONSTRAINT lots_stuck CHECK (customer_id <> '`+ids[699].String()+`' OR remaining > 0) NOT VALID`)
	b = f.work(t, b)
	if b.State != loyalty.BulkFailed || b.Failure != service.BulkUndoFailure || b.Undo.Guests == 700 {
		t.Fatalf("it is %+v", b)
	}
	f.proven(t, "broken off")
	db.Exec(t, `ALTER TABLE lots DROP CONSTRAINT lots_stuck`)
	wentBack(t, db, f.work(t, f.undo(t, b)), 700, 140_000, 0)
	f.proven(t, "afterwards")
}
