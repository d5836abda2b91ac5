package service

import (
	"context"

	"regulars/internal/loyalty"
)

// undoStep is how many things are undone in one transaction: few enough that
// no till waits long for an account.
const undoStep = 50

// undo takes back what the import made: guests whom nobody has touched since
// go with all that is theirs, and so do orders of nobody; of the others the
// points are taken back by new rows, and the orders are cancelled. What was
// spent stays and is said. Each step takes away what it has undone, so that
// undoing goes on where it broke off.
func (w *importWork) undo(ctx context.Context) error {
	made, err := w.imports.repo.ImportMade(ctx, w.m.OrgID, w.m.ID)
	if err != nil {
		return err
	}
	w.total.Store(int64(made.Guests + made.Orders + made.Stores))
	for _, part := range []struct {
		kind string
		step func(ctx context.Context, tx loyalty.Tx, items []loyalty.ImportItem) (undone, error)
	}{
		{loyalty.ItemCustomer, w.undoGuests}, {loyalty.ItemPoints, w.undoPoints}, {loyalty.ItemOrder, w.undoOrders}, {loyalty.ItemStore, w.undoStores},
	} {
		if err := w.undoAll(ctx, part.kind, part.step); err != nil {
			return err
		}
	}
	w.m.State = loyalty.ImportUndone
	f := w.m.Figures
	detail := map[string]any{"customers": f.UndoneGuests, "orders": f.UndoneOrders, "points": f.UndonePoints, "kept": f.Kept}
	actor := w.actor
	actor.StaffID = w.m.UndoneBy
	return w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddAudit(ctx, loyalty.Audit(actor, w.imports.now(), "import.undo", "import", w.m.ID, detail))
	})
}

// undone is what a step did.
type undone struct {
	objects []loyalty.ID // that are gone
	kept    map[loyalty.ID]string
	points  loyalty.Points
}

func (w *importWork) undoAll(ctx context.Context, kind string, step func(context.Context, loyalty.Tx, []loyalty.ImportItem) (undone, error)) error {
	for after := (loyalty.ID{}); ; {
		items, err := w.imports.repo.ImportItems(ctx, w.m.OrgID, w.m.ID, kind, false, after, undoStep)
		if err != nil || len(items) == 0 {
			return err
		}
		var did undone
		next := w.m
		err = w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
			if did, err = step(ctx, tx, items); err != nil {
				return err
			}
			for id, why := range did.kept {
				if err := tx.KeepImportItem(ctx, w.m.OrgID, w.m.ID, kind, id, why); err != nil {
					return err
				}
			}
			next = w.m
			next.Figures.UndonePoints += did.points
			next.Figures.Kept += len(did.kept)
			switch kind {
			case loyalty.ItemCustomer:
				next.Figures.UndoneGuests += len(did.objects)
			case loyalty.ItemOrder:
				next.Figures.UndoneOrders += len(did.objects)
			}
			if err := tx.SaveImport(ctx, next); err != nil {
				return err
			}
			return tx.EndImportItems(ctx, w.m.OrgID, w.m.ID, kind, did.objects)
		})
		if err != nil {
			return err
		}
		w.m.Figures = next.Figures
		w.done.Add(int64(len(items)))
		after = items[len(items)-1].ID
	}
}

func (w *importWork) undoGuests(ctx context.Context, tx loyalty.Tx, items []loyalty.ImportItem) (undone, error) {
	did := undone{kept: map[loyalty.ID]string{}}
	for _, item := range items {
		m, _, err := tx.Member(ctx, w.m.OrgID, loyalty.CustomerKey{ID: item.ID})
		if err != nil && loyalty.KindOf(err) != loyalty.NotFound {
			return did, err
		}
		ok, err := tx.UndoGuest(ctx, w.m.OrgID, w.m.ID, item.ID)
		if err != nil {
			return did, err
		}
		if !ok {
			did.kept[item.ID] = loyalty.KeptUsed
			continue
		}
		did.objects = append(did.objects, item.ID)
		did.points += m.Enrollment.Balance
	}
	return did, nil
}

// undoOrders takes the orders out that are nobody's, and cancels the others.
func (w *importWork) undoOrders(ctx context.Context, tx loyalty.Tx, items []loyalty.ImportItem) (undone, error) {
	did := undone{kept: map[loyalty.ID]string{}}
	all := make([]loyalty.ID, len(items))
	for i, item := range items {
		all[i] = item.ID
	}
	gone, err := tx.UndoOrders(ctx, w.m.OrgID, w.m.ID, all)
	if err != nil {
		return did, err
	}
	out := map[loyalty.ID]bool{}
	for _, id := range gone {
		out[id] = true
	}
	cfg, err := w.imports.heldConfig(ctx, tx, w.m.OrgID)
	if err != nil {
		return did, err
	}
	for _, id := range all {
		if out[id] {
			did.objects = append(did.objects, id)
			continue
		}
		points, ok, err := w.cancelOrder(ctx, tx, cfg, id)
		if err != nil {
			return did, err
		}
		if !ok {
			did.kept[id] = loyalty.KeptSpent
			continue
		}
		did.points += points
		did.objects = append(did.objects, id)
	}
	// Once more for the references of those that are cancelled now.
	_, err = tx.UndoOrders(ctx, w.m.OrgID, w.m.ID, did.objects)
	return did, err
}

// cancelOrder cancels an order and takes its points back; not ok where they
// are spent. One that was cancelled or refunded meanwhile stays as it is.
func (w *importWork) cancelOrder(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, id loyalty.ID) (points loyalty.Points, ok bool, err error) {
	now := w.imports.now()
	snap, err := w.lockedSnapshot(ctx, tx, loyalty.SnapshotQuery{OrderID: id, Lots: true})
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	if snap.Order.Status != loyalty.OrderCompleted {
		return 0, true, nil
	}
	left := snap.Order.Earned - snap.Order.Reversed
	if snap.Account != nil && snap.Account.Balance < left {
		return 0, false, nil
	}
	c := &orderChange{ctx: ctx, snap: snap, cfg: cfg, actor: w.actor, order: *snap.Order, now: now}
	if err := c.cancel(); err != nil {
		return 0, false, err
	}
	c.order.UpdatedAt = now
	c.posting.Order, c.posting.OrgID, c.posting.Config = &c.order, w.m.OrgID, cfg.Version
	return left, true, tx.PostAll(ctx, []loyalty.Posting{*c.posting})
}

// lockedSnapshot reads what q asks for, of an account that is kept from
// changing until the transaction ends.
func (w *importWork) lockedSnapshot(ctx context.Context, tx loyalty.Tx, q loyalty.SnapshotQuery) (loyalty.Snapshot, error) {
	snap, err := tx.Snapshot(ctx, w.m.OrgID, q)
	if err != nil || snap.Account == nil {
		return snap, err
	}
	if err := tx.LockAccount(ctx, w.m.OrgID, snap.Account.CustomerID); err != nil {
		return snap, err
	}
	return tx.Snapshot(ctx, w.m.OrgID, q)
}

func (w *importWork) undoStores(ctx context.Context, tx loyalty.Tx, items []loyalty.ImportItem) (undone, error) {
	did := undone{}
	for _, item := range items {
		// A store that has become part of the place stays; that is no news.
		if _, err := tx.UndoStore(ctx, w.m.OrgID, item.ID); err != nil {
			return did, err
		}
		did.objects = append(did.objects, item.ID)
	}
	return did, nil
}
