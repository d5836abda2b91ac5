package service_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

func (f fixture) gives(t *testing.T, n loyalty.Points, to ...loyalty.ID) {
	t.Helper()
	for _, who := range to {
		if _, err := f.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: n, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
}

func (f fixture) spends(t *testing.T, n loyalty.Points, of ...loyalty.ID) {
	t.Helper()
	for _, who := range of {
		if _, err := f.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: service.CustomerRef{ID: who}, Amount: -n, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
}

// expireAfter has what is earned from now on expire after so many days, 0 for
// never.
func expireAfter(t *testing.T, db *pgtest.DB, days int) {
	t.Helper()
	db.Exec(t, `UPDATE programs SET expire_after_days = nullif($1::int, 0)`, days)
	db.Exec(t, `UPDATE organizations SET config_version = config_version + 1`)
}

// Of who was merged twice nothing is taken, and that keeps nobody else's
// points from being taken back.
func TestUndoOfBulkAwardOfWhoWasMergedTwice(t *testing.T) {
	t.Parallel()
	for _, days := range []int{0, 365} {
		db, _ := restaurant(t)
		expireAfter(t, db, days)
		ids := members(t, db, 4)
		f := server(db, func() time.Time { return noon })
		b := f.work(t, f.start(t, many(ids...)))
		f.merge(t, ids[1], ids[0])
		f.merge(t, ids[2], ids[1])
		f.comesTo(t, b, 2, 3, 600, 200)
	}
}

// What is spent goes from the lot that expires first: that of the award, while
// points that last longer keep the balance up. What comes into that lot
// afterwards doesn't pay for it.
func TestUndoOfBulkAwardSeesItsLotDrained(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 8)
	clock := testclock.At(noon)
	f := server(db, clock.Now)
	same, next, untouched, cancelled, source, survivor, stranger, plain := ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]
	f.gives(t, 500, same, untouched, cancelled, source)
	expireAfter(t, db, 365)
	b := f.work(t, f.start(t, many(same, next, untouched, cancelled, source, survivor, plain)))
	f.gives(t, 250, stranger)
	f.spends(t, 200, same, source)
	f.gives(t, 300, same, untouched, source) // on the same day
	bought, err := f.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: service.CustomerRef{ID: cancelled}, RewardID: coffee, StoreID: store})
	if err != nil {
		t.Fatal(err)
	}
	clock.Set(noon.AddDate(0, 0, 1))
	f.gives(t, 300, next, plain)
	f.spends(t, 200, next)
	if _, err := f.Ledger.Cancel(t.Context(), owner, service.EndRedemption{RedemptionID: bought.Redemption.ID}); err != nil {
		t.Fatal(err)
	}
	f.merge(t, next, stranger)   // brings 250 of the same day
	f.merge(t, survivor, source) // brings 300 of it, all earned after the award's were spent
	// untouched, plain and survivor keep all 200 up to now, cancelled 100.
	f.comesTo(t, b, 4, 4, 200+200+200+100, 200+200+200+100)
}

// Who were merged have their points in one lot, and who were parted have them
// in two again.
func TestUndoOfBulkAwardInLotsOfMerged(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	expireAfter(t, db, 365)
	ids := members(t, db, 6)
	f := server(db, func() time.Time { return noon })
	b := f.work(t, f.start(t, many(ids...)))
	f.gives(t, 300, ids[1])
	f.merge(t, ids[0], ids[1]) // 200 and 200 of 700
	f.spends(t, 150, ids[3])
	f.merge(t, ids[2], ids[3]) // 200 and 50
	f.merge(t, ids[4], ids[5])
	f.unmerge(t, ids[4])
	f.comesTo(t, b, 4, 6, 400+250+400, 150)
}

// A program that changes can have points of another day expire on the award's.
func TestUndoOfBulkAwardSeesItsLotFilledByAnotherDay(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 2)
	clock := testclock.At(noon)
	f := server(db, clock.Now)
	f.gives(t, 500, ids[0])
	expireAfter(t, db, 365)
	b := f.work(t, f.start(t, many(ids...)))
	f.spends(t, 200, ids[0])
	expireAfter(t, db, 364)
	clock.Set(noon.AddDate(0, 0, 1))
	f.gives(t, 300, ids[0])
	f.comesTo(t, b, 1, 1, 200, 200)
}

// Of two steps at once the later one may have been the first to be kept.
func TestUndoOfBulkAwardFindsLotsOfBothLanes(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	expireAfter(t, db, 30)
	f := server(db, func() time.Time { return noon })
	b := f.start(t, many(members(t, db, 3)...))
	db.Exec(t, `SELECT note_bulk_lasts($1, $2, jsonb_build_object('at', $3::timestamptz, 'expire_after_days', 60))`, org.String(), b.ID.String(), noon.Add(-time.Hour))
	db.Exec(t, `SELECT note_bulk_lasts($1, $2, jsonb_build_object('at', $3::timestamptz, 'expire_after_days', 30))`, org.String(), b.ID.String(), noon.Add(time.Second))
	b = f.work(t, b)
	expireAfter(t, db, 10)
	f.comesTo(t, b, 3, 3, 600, 0)
}

// Once an undoing has broken off, the preview is about those whom it has yet to
// come to.
func TestPreviewOfTheRestOfAnUndo(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	ids := members(t, db, 700)
	now := func() time.Time { return noon }
	f := server(db, now)
	b := f.work(t, f.start(t, many(ids...)))
	f.spends(t, 150, ids[0], ids[699])
	f.undo(t, b)
	dying := server(&cutting{Repository: db}, now)
	if err := dying.BulkAwards.Work(t.Context(), org, b.ID); !errors.Is(err, errCut) {
		t.Fatalf("it was not broken off: %v", err)
	}
	db.Exec(t, `SELECT fail_bulk_undo($1, $2, 'x', now())`, org.String(), b.ID.String())
	b, err := f.BulkAwards.Get(context.Background(), owner, store, b.ID)
	if err != nil || b.State != loyalty.BulkFailed || b.Undo.Done == 0 || b.Undo.Done == 700 {
		t.Fatalf("half-way it is %+v, %v", b, err)
	}
	rest := 700 - b.Undo.Done
	v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID)
	if err != nil || !v.Known || v.Guests != rest || v.Points != loyalty.Points(rest)*200-150 || v.Spent != 150 {
		t.Errorf("of %d it is %+v, %v", rest, v, err)
	}
	wentBack(t, db, f.work(t, f.undo(t, b)), 700, 140_000-300, 300)
	if v, err := f.BulkAwards.PreviewUndo(t.Context(), owner, b.ID); err != nil || v.Points != 0 || v.Spent != 0 {
		t.Errorf("afterwards %+v, %v", v, err)
	}
}
