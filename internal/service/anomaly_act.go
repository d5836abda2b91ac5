package service

import (
	"context"
	"errors"
	"time"

	"regulars/internal/loyalty"
)

// act does what was decided, unless it was done before.
func (w *caseWork) act(ctx context.Context, action loyalty.AnomalyAction) error {
	switch action {
	case loyalty.ActionFreezeAccount:
		if w.CustomerID.IsZero() {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This case names no customer, so there is no account to freeze.")
		}
		return w.freeze(ctx)
	case loyalty.ActionReversePoints:
		if !w.ReversedAt.IsZero() {
			return nil
		}
		w.ReversedAt = w.now
		return w.reverse(ctx)
	case loyalty.ActionNone:
	}
	return nil
}

// freeze keeps the accounts of the case from earning and spending.
func (w *caseWork) freeze(ctx context.Context) error {
	row, err := w.tx.Anomaly(ctx, w.OrgID, w.ID)
	if err != nil {
		return err
	}
	if w.FrozenAt.IsZero() {
		w.FrozenAt = w.now
	}
	if row.OfAccounts() {
		return w.tx.FreezeCase(ctx, w.OrgID, w.ID, w.now)
	}
	return w.tx.SetFrozen(ctx, w.OrgID, w.CustomerID, w.now)
}

// thaw opens what freeze froze. Accounts that had been frozen before stay so.
func (w *caseWork) thaw(ctx context.Context, since time.Time) error {
	row, err := w.tx.Anomaly(ctx, w.OrgID, w.ID)
	if err != nil {
		return err
	}
	if row.OfAccounts() {
		return w.tx.ThawCase(ctx, w.OrgID, w.ID, since)
	}
	return w.tx.SetFrozen(ctx, w.OrgID, w.CustomerID, time.Time{})
}

// reverse takes back what is left of every award in the case, each as a row of
// its own, and cancels rewards that were not used yet. What was held is let go
// of: nothing is left to be held.
func (w *caseWork) reverse(ctx context.Context) error {
	ids, err := w.tx.CasePoints(ctx, w.OrgID, w.ID)
	if err != nil {
		return err
	}
	var rows []loyalty.ID
	for _, id := range ids {
		row, err := w.reverseOne(ctx, id)
		if err != nil {
			return err
		}
		if !row.IsZero() {
			rows = append(rows, row)
		}
	}
	if err := w.tx.AddCaseReversals(ctx, w.OrgID, w.ID, rows); err != nil {
		return err
	}
	return w.tx.ReleaseReview(ctx, w.OrgID, w.ID, w.now)
}

// reverseOne takes one transaction back and gives the row that did, or the
// zero ID where nothing is left to take back.
func (w *caseWork) reverseOne(ctx context.Context, id loyalty.ID) (loyalty.ID, error) {
	snap, err := w.tx.Snapshot(ctx, w.OrgID, loyalty.SnapshotQuery{ReversesID: id, Lots: true})
	if err != nil {
		if loyalty.KindOf(err) == loyalty.NotFound {
			return loyalty.ID{}, nil // erased with its customer
		}
		return loyalty.ID{}, err
	}
	posting, err := w.taking(ctx, snap)
	if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Code == loyalty.CodeConflict {
		return loyalty.ID{}, nil // taken back before
	}
	if err != nil || posting == nil {
		return loyalty.ID{}, err
	}
	posting.OrgID = w.OrgID
	return posting.Transactions[0].ID, w.tx.PostAll(ctx, []loyalty.Posting{*posting})
}

func (w *caseWork) taking(ctx context.Context, snap loyalty.Snapshot) (*loyalty.Posting, error) {
	t := snap.Reverses
	if t.Type == loyalty.Earn {
		d, err := decideReverse(snap, w.cfg, w.actor, ReverseAward{TransactionID: t.ID, Reason: "Suspicious award"}, w.now)
		return d.posting, err
	}
	if t.Type != loyalty.Redeem {
		return nil, nil
	}
	bought, err := w.tx.Snapshot(ctx, w.OrgID, loyalty.SnapshotQuery{RedemptionID: t.RedemptionID, Lots: true})
	if err != nil || bought.Redemption.Status != loyalty.Held && bought.Redemption.Status != loyalty.Issued {
		return nil, err
	}
	from := bought.Redemption.Status
	posting, err := cancelling(bought, w.cfg, w.actor, w.now)
	posting.CustomerID, posting.Revision, posting.At = bought.Account.CustomerID, bought.Account.Revision, w.now
	posting.Redemption, posting.RedemptionFrom = bought.Redemption, from
	return &posting, err
}

// UndoReversal gives points again that were taken back on behalf of a case.
type UndoReversal struct {
	AnomalyID loyalty.ID
	Once      loyalty.Once
}

// Undo gives back what taking points back for the case took, each as a row of
// its own that answers the award's, and holds it again where it was held. The
// case stays confirmed. It needs
// loyalty.AnomaliesReview; a case whose points were not taken back is a
// Conflict.
func (s *Anomalies) Undo(ctx context.Context, actor loyalty.Actor, cmd UndoReversal) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	change := caseChange{id: cmd.AnomalyID, once: cmd.Once, what: loyalty.NoteUndone, action: "anomaly.undo", detail: map[string]any{}}
	return s.change(ctx, actor, change, func(ctx context.Context, w *caseWork) error {
		if w.ReversedAt.IsZero() {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "No points were taken back for this case.")
		}
		rows, err := w.tx.CaseReversals(ctx, w.OrgID, w.ID)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := w.giveAgain(ctx, row); err != nil {
				return err
			}
		}
		if err := w.holdAgain(ctx, change.detail); err != nil {
			return err
		}
		w.ReversedAt, w.Action = time.Time{}, loyalty.ActionNone
		if !w.FrozenAt.IsZero() {
			w.Action = loyalty.ActionFreezeAccount
		}
		return w.tx.ClearCaseReversals(ctx, w.OrgID, w.ID)
	})
}

// giveAgain undoes one taking-back of an award. What its order has lost to
// refunds since, or with its cancelling, is not given.
func (w *caseWork) giveAgain(ctx context.Context, taken loyalty.Transaction) error {
	if taken.Type != loyalty.Reverse {
		return nil // a reward that was cancelled: its points are back already
	}
	snap, err := w.tx.Snapshot(ctx, w.OrgID, loyalty.SnapshotQuery{ReversesID: taken.ReversesID, Lots: true})
	if err != nil {
		if loyalty.KindOf(err) == loyalty.NotFound {
			return nil // erased with its customer
		}
		return err
	}
	a, points := snap.Account, -taken.Points
	if o := snap.Order; o != nil {
		points = min(points, o.Reversed-o.Forfeit())
	}
	if points <= 0 {
		return nil
	}
	p := loyalty.Posting{
		OrgID: w.OrgID, CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(w.cfg, taken.StoreID, w.now), At: w.now,
		Audit: []loyalty.AuditEntry{loyalty.Audit(w.actor, w.now, "points.restore", "transaction", taken.ID, map[string]any{"points": points})},
	}
	row := loyalty.Transaction{
		ID: loyalty.NewID(w.now), Type: loyalty.Reverse, Points: points, LifetimeDelta: points, Reason: taken.Reason,
		StoreID: taken.StoreID, OrderID: taken.OrderID, ReversesID: taken.ReversesID, StaffID: w.actor.StaffID, KeyID: w.actor.KeyID, At: w.now,
	}
	before := a.Balance
	if err := a.Add(&p, row); err != nil {
		return err
	}
	expires := expiry(w.cfg, p.Day)
	if snap.Order != nil {
		if on := expiry(w.cfg, snap.Order.Day); on.IsZero() || on.After(p.Day) {
			expires = on
		}
		snap.Order.Reversed -= points
		snap.Order.UpdatedAt = w.now
		p.Order = snap.Order
	}
	a.Gain(&p, before, points, expires)
	if program := w.cfg.Program; program != nil {
		p.ProgramID, p.TierID = program.ID, program.Retier(program.Held(a.TierID, a.Lifetime), a.Lifetime, false).ID
	}
	return w.tx.PostAll(ctx, []loyalty.Posting{p})
}

// Unfreeze lets the accounts of a case earn and spend again. It needs
// loyalty.AnomaliesReview; a case for which no account was frozen is a
// Conflict.
func (s *Anomalies) Unfreeze(ctx context.Context, actor loyalty.Actor, cmd UndoReversal) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	change := caseChange{id: cmd.AnomalyID, once: cmd.Once, what: loyalty.NoteUnfrozen, action: "anomaly.unfreeze"}
	return s.change(ctx, actor, change, func(ctx context.Context, w *caseWork) error {
		if w.FrozenAt.IsZero() {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "No account was frozen for this case.")
		}
		since := w.FrozenAt
		w.FrozenAt, w.Action = time.Time{}, loyalty.ActionNone
		if !w.ReversedAt.IsZero() {
			w.Action = loyalty.ActionReversePoints
		}
		return w.thaw(ctx, since)
	})
}
