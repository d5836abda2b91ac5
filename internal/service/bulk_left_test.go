package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// comesTo takes the award back, and checks that it comes to what the preview
// said: from how many accounts, by how many rows, how much is taken and stays.
func (f fixture) comesTo(t *testing.T, b loyalty.BulkAward, accounts, rows int, taken, stays loyalty.Points) {
	t.Helper()
	v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID)
	if err != nil || !v.Known || v.Guests != accounts || v.Points != taken || v.Spent != stays {
		t.Errorf("the preview is %+v, %v; want %d from %d, %d stay", v, err, taken, accounts, stays)
	}
	b = f.work(t, f.undo(t, b))
	if u := b.Undo; b.State != loyalty.BulkUndone || u.Guests != rows || u.Taken != taken || u.Spent != stays {
		t.Errorf("%s with %d by %d, %d stay; want %d by %d, %d", b.State, u.Taken, u.Guests, u.Spent, taken, rows, stays)
	}
	f.proven(t, "afterwards")
}

// Points that came after an award never pay for its being taken back: neither
// for what has expired of it nor for what was spent.
func TestUndoOfBulkAwardTakesNothingThatCameLater(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30`)
	ids := members(t, db, 6)
	clock := testclock.At(noon)
	f := server(db, clock.Now)
	idle, regular, buyer, again, kept, source := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	give := func(who loyalty.ID, n loyalty.Points) {
		t.Helper()
		if _, err := f.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: n, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	spend := func(who loyalty.ID, n loyalty.Points) {
		t.Helper()
		if _, err := f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: service.CustomerRef{ID: who}, Amount: -n, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	old := f.work(t, f.start(t, many(idle, regular)))
	clock.Set(noon.AddDate(0, 0, 20))
	give(regular, 500) // never below the award's points, but they are others
	clock.Set(noon.AddDate(0, 0, 30))
	if _, err := f.Ledger.ExpirePoints(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org}); err != nil {
		t.Fatal(err)
	}
	clock.Set(noon.AddDate(0, 0, 31))
	give(idle, 200)
	f.comesTo(t, old, 0, 0, 0, 400)

	db.Exec(t, `UPDATE programs SET expire_after_days = NULL; UPDATE organizations SET config_version = config_version + 1`)
	b := f.work(t, f.start(t, many(buyer, again, kept, source)))
	spend(buyer, 200)
	give(buyer, 200)
	spend(again, 150)
	give(again, 300)
	spend(source, 120)
	f.merge(t, kept, source) // 200 and 80
	give(kept, 1000)
	f.comesTo(t, b, 2, 3, 50+200+80, 200+150+120)
}

// The points lie where the program of that time had put them, whatever it says
// now, also when it changed while they were being given.
func TestUndoOfBulkAwardFindsItsLots(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE programs SET expire_after_days = 30`)
	ids := members(t, db, 700)
	clock := testclock.At(noon)
	f := server(db, clock.Now)
	first, second := f.work(t, f.start(t, many(ids[:400]...))), f.start(t, many(ids...))
	// A step of five hundred, another program, and the rest.
	dying := server(&cutting{Repository: db}, clock.Now)
	if err := dying.BulkAwards.Work(t.Context(), org, second.ID); err == nil {
		t.Fatal("it was not broken off")
	}
	db.Exec(t, `UPDATE programs SET expire_after_days = 60; UPDATE organizations SET config_version = config_version + 1`)
	clock.Set(noon.Add(time.Hour))
	f = server(db, clock.Now)
	second = f.work(t, second)
	if n := number(t, db, `SELECT count(DISTINCT expires_on) FROM lots`); n != 2 {
		t.Fatalf("%d days of expiry", n)
	}
	db.Exec(t, `UPDATE programs SET expire_after_days = 10, tier_downgrade = 'on_reversal'; UPDATE organizations SET config_version = config_version + 1`)
	clock.Set(noon.AddDate(0, 0, 1))
	f = server(db, clock.Now)
	if _, err := f.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ids[0]}, Points: 70, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	wentBack(t, db, f.work(t, f.undo(t, second)), 700, 140_000, 0)
	wentBack(t, db, f.work(t, f.undo(t, first)), 400, 80_000, 0)
	if n := number(t, db, `SELECT sum(remaining) FROM lots`); n != 70 {
		t.Errorf("%d points are left", n)
	}
	f.proven(t, "afterwards")
}

// Whoever wants an award taken back doesn't wait for the figures.
func TestPreviewOfUndoDoesWithoutFigures(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 3)
	f := server(db, func() time.Time { return noon })
	b := f.start(t, many(ids...))
	if v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID); err != nil || v.Known || !v.StillGives {
		t.Errorf("under way: %+v, %v", v, err)
	}
	b = f.work(t, b)
	tx, err := db.SQL.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), `LOCK TABLE lots`)
	}
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID)
	if took := time.Since(began); err != nil || v.Known || v.StillGives || took > 8*time.Second {
		t.Errorf("%+v, %v after %s", v, err, took)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID); err != nil || !v.Known || v.Points != 600 {
		t.Errorf("afterwards %+v, %v", v, err)
	}
}

// The proof of bulk awards sees what their own figures can't be.
func TestVerifySeesImpossibleUndoing(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 3)
	f := server(db, func() time.Time { return noon })
	other := f.work(t, f.start(t, many(ids...)))
	f.work(t, f.undo(t, f.work(t, f.start(t, many(ids...)))))
	f.proven(t, "afterwards")
	for harm, mend := range map[string]string{
		`UPDATE bulk_awards SET undo_done = 2 WHERE state = 'undone'`:  `UPDATE bulk_awards SET undo_done = 3 WHERE state = 'undone'`,
		`UPDATE bulk_awards SET undo_total = 2 WHERE state = 'undone'`: `UPDATE bulk_awards SET undo_total = 3 WHERE state = 'undone'`,
		`UPDATE bulk_awards SET spent = 1 WHERE state = 'undone'`:      `UPDATE bulk_awards SET spent = 0 WHERE state = 'undone'`,
		`ALTER TABLE transactions DISABLE TRIGGER USER; UPDATE transactions r SET reverses_id = o.id FROM transactions o
			WHERE r.type = 'reverse' AND o.customer_id = r.customer_id AND o.bulk_id = '` + other.ID.String() + `'`: ``,
	} {
		db.Exec(t, harm)
		if found := differing(t, f.Services); len(found) != 1 || found[0] != "bulk" {
			t.Errorf("%s: verify names %v", harm, found)
		}
		if mend == "" {
			mend = `UPDATE transactions r SET reverses_id = o.id FROM transactions o
				WHERE r.type = 'reverse' AND o.customer_id = r.customer_id AND o.bulk_id = r.bulk_id AND o.type = 'earn'`
		}
		db.Exec(t, mend)
	}
	f.proven(t, "mended")
}
