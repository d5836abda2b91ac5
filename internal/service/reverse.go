package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// ReverseAward takes an award back.
type ReverseAward struct {
	TransactionID loyalty.ID
	Reason        string // 1–500 characters
	// OwnOnly lets a cashier take back what the cashier has just given: the
	// award must be the actor's own, at most UndoWindow old, and unspent.
	OwnOnly bool
	Freeze  bool // freeze the account in the same step
	Once    loyalty.Once
}

// UndoWindow is how long a cashier can undo an own award.
const UndoWindow = 15 * time.Minute

// Reversed is what a reversal did.
type Reversed struct {
	Transaction loyalty.Transaction
	Balance     loyalty.Points
	Tier        loyalty.Tier
}

// Reverse takes back what is left of an award, as a new row that names it. It
// needs loyalty.LoyaltyAdjust, or loyalty.Award with OwnOnly. Twice is a
// Conflict, and so is a balance that does not suffice where the program allows
// no debt.
func (s *Ledger) Reverse(ctx context.Context, actor loyalty.Actor, cmd ReverseAward) (Reversed, error) {
	scope := loyalty.LoyaltyAdjust
	if cmd.OwnOnly {
		scope = loyalty.Award
	}
	if err := actor.Require(scope); err != nil {
		return Reversed{}, err
	}
	var p loyalty.Problems
	cmd.Reason = checkReason(&p, "reason", cmd.Reason, 500)
	if err := p.Err(); err != nil {
		return Reversed{}, err
	}
	if cmd.TransactionID.IsZero() {
		return Reversed{}, loyalty.Missing("transaction")
	}
	q := loyalty.SnapshotQuery{ReversesID: cmd.TransactionID, Lots: true}
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[Reversed], error) {
		return decideReverse(snap, cfg, actor, cmd, s.now())
	})
}

func decideReverse(snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, cmd ReverseAward, now time.Time) (decision[Reversed], error) {
	var none decision[Reversed]
	t, a := *snap.Reverses, snap.Account
	if err := actor.RequireStore(t.StoreID); err != nil {
		return none, loyalty.Missing("transaction")
	}
	if t.Type != loyalty.Earn {
		return none, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Only an award can be taken back.")
	}
	left := t.Points
	if snap.Order != nil {
		left -= snap.Order.Reversed
	}
	// What an order earned may have moved to another guest.
	moved := snap.Order != nil && snap.Order.TransactionID != t.ID
	if left <= 0 || moved || snap.Reversed && snap.Order == nil {
		return none, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This award was taken back already.")
	}
	if cmd.OwnOnly {
		if err := checkUndo(t, a, actor, left, now); err != nil {
			return none, err
		}
	}
	posting := &loyalty.Posting{
		CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(cfg, t.StoreID, now), At: now, Freeze: cmd.Freeze,
	}
	row := loyalty.Transaction{ID: t.ID, Points: left, Reason: cmd.Reason, StoreID: t.StoreID, OrderID: t.OrderID}
	if err := reverseAward(a, posting, cfg, actor, snap.Order, row, now); err != nil {
		return none, err
	}
	posting.Audit = []loyalty.AuditEntry{loyalty.Audit(actor, now, "points.reverse", "transaction", t.ID,
		map[string]any{"points": left, "transaction_id": posting.Transactions[0].ID.String()})}
	posting.Order = snap.Order
	if snap.Order != nil {
		snap.Order.UpdatedAt = now
	}
	result := Reversed{Transaction: posting.Transactions[0], Balance: a.Balance}
	if cfg.Program != nil {
		result.Tier = cfg.Program.Held(posting.TierID, a.Lifetime)
	}
	return decision[Reversed]{posting, result}, nil
}

func checkUndo(t loyalty.Transaction, a *loyalty.Account, actor loyalty.Actor, left loyalty.Points, now time.Time) error {
	switch {
	case t.StaffID.IsZero() || t.StaffID != actor.StaffID:
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "You can undo only what you have awarded yourself.")
	case now.Sub(t.At) > UndoWindow:
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This award is too old to undo. A manager can take it back.")
	case a.Balance < left:
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints, "These points were spent already.")
	}
	return nil
}

// reverseAward adds the row that takes points of an award back; of says which
// award (its ID), how many points, and what the row carries over. An order's
// count of points taken back rises with it. The tier falls only where the
// program lets reversals lower it.
func reverseAward(
	a *loyalty.Account, p *loyalty.Posting, cfg *loyalty.Config, actor loyalty.Actor, o *loyalty.Order, of loyalty.Transaction, now time.Time,
) error {
	if of.Points <= 0 || a == nil {
		return nil
	}
	row := loyalty.Transaction{
		ID: loyalty.NewID(now), Type: loyalty.Reverse, Points: -of.Points, LifetimeDelta: -of.Points, Reason: of.Reason,
		StoreID: of.StoreID, OrderID: of.OrderID, ReversesID: of.ID, StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
	}
	before := a.Balance
	program := cfg.Program
	if program != nil {
		p.AllowDebt = program.NegativeBalance == loyalty.DebtAllow
	}
	if before-of.Points < 0 && !p.AllowDebt {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints,
			"The balance is %d and the program allows no debt, so %d points can't be taken back.", int64(before), int64(of.Points))
	}
	if err := a.Add(p, row); err != nil {
		return err
	}
	var first *time.Time
	if o != nil {
		on := expiry(cfg, o.Day)
		first = &on
		o.Reversed += of.Points
	}
	a.Spend(p, before, of.Points, first)
	if program != nil {
		held := program.Held(a.TierID, a.Lifetime)
		p.ProgramID, p.TierID = program.ID, program.Retier(held, a.Lifetime, program.TierDowngrade == loyalty.DowngradeOnReversal).ID
	}
	return nil
}
