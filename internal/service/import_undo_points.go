package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// undoPoints takes opening balances back, each by a row that names it: all of
// a guest's or none, since some are above zero and some below.
func (w *importWork) undoPoints(ctx context.Context, tx loyalty.Tx, items []loyalty.ImportItem) (undone, error) {
	did := undone{kept: map[loyalty.ID]string{}}
	cfg, err := w.imports.heldConfig(ctx, tx, w.m.OrgID)
	if err != nil {
		return did, err
	}
	seen := map[loyalty.ID]bool{}
	for _, item := range items {
		if seen[item.CustomerID] {
			continue
		}
		seen[item.CustomerID] = true
		own, err := tx.ImportPointsOf(ctx, w.m.OrgID, w.m.ID, item.CustomerID)
		if err != nil {
			return did, err
		}
		taken, ok, err := w.takeOpenings(ctx, tx, cfg, own)
		if err != nil {
			return did, err
		}
		did.points += taken
		for _, id := range own {
			if ok {
				did.objects = append(did.objects, id)
			} else {
				did.kept[id] = loyalty.KeptSpent
			}
		}
	}
	return did, nil
}

// takeOpenings takes one guest's rows back; not ok where the balance doesn't
// hold them any more. Rows that went with their guest are no matter.
func (w *importWork) takeOpenings(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, rows []loyalty.ID) (taken loyalty.Points, ok bool, err error) {
	var balance loyalty.Points
	var there []loyalty.Transaction
	for _, id := range rows {
		snap, err := w.lockedSnapshot(ctx, tx, loyalty.SnapshotQuery{ReversesID: id})
		if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
			continue
		}
		if err != nil {
			return 0, false, err
		}
		balance = snap.Account.Balance
		if !snap.Reversed {
			there = append(there, *snap.Reverses)
			taken += snap.Reverses.Points
		}
	}
	if balance < taken {
		return 0, false, nil
	}
	// Those below zero first, so that the balance doesn't fall below it.
	slices.SortFunc(there, func(a, b loyalty.Transaction) int { return cmp.Compare(a.Points, b.Points) })
	for _, row := range there {
		snap, err := tx.Snapshot(ctx, w.m.OrgID, loyalty.SnapshotQuery{ReversesID: row.ID, Lots: true})
		if err != nil {
			return 0, false, err
		}
		posting, err := takeOpening(snap, cfg, w.actor, w.imports.now())
		if err != nil {
			return 0, false, err
		}
		if err := tx.PostAll(ctx, []loyalty.Posting{*posting}); err != nil {
			return 0, false, err
		}
	}
	return taken, true, nil
}

// undoneReason is what the ledger says of an opening balance taken back.
const undoneReason = "Import undone"

// takeOpening is the posting that takes the row back which the snapshot is
// about.
func takeOpening(snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, now time.Time) (*loyalty.Posting, error) {
	row, a := *snap.Reverses, snap.Account
	p := &loyalty.Posting{
		OrgID: a.OrgID, Config: cfg.Version, CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(cfg, row.StoreID, now), At: now,
	}
	if row.Type == loyalty.Earn {
		back := loyalty.Transaction{ID: row.ID, Points: row.Points, Reason: undoneReason, StoreID: row.StoreID}
		return p, reverseAward(a, p, cfg, actor, nil, back, now)
	}
	before := a.Balance
	back := loyalty.Transaction{
		ID: loyalty.NewID(now), Type: loyalty.Adjust, Points: -row.Points, Reason: undoneReason, ReversesID: row.ID,
		StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
	}
	if err := a.Add(p, back); err != nil {
		return nil, err
	}
	if row.Points > 0 {
		a.Spend(p, before, row.Points, nil)
	} else {
		a.Gain(p, before, -row.Points, expiry(cfg, p.Day))
	}
	return p, nil
}
