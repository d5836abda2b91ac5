package service

import (
	"context"

	"regulars/internal/loyalty"
)

// AdjustPoints corrects a balance by hand.
type AdjustPoints struct {
	Customer      CustomerRef
	Amount        loyalty.Points // not 0, at most loyalty.MaxPoints either way
	Reason        string         // 1–500 characters
	AllowNegative bool           // whether the balance may go below zero
	StoreID       loyalty.ID
	Once          loyalty.Once
}

// Adjusted is what an adjustment did.
type Adjusted struct {
	Transaction loyalty.Transaction
	Balance     loyalty.Points
}

// Adjust adds or takes points without touching lifetime points or the tier. It
// needs loyalty.LoyaltyAdjust. Below zero is a Conflict unless allowed. It
// works on a frozen account, which neither earns nor spends but can be put
// right; on one's own it is Forbidden.
func (s *Ledger) Adjust(ctx context.Context, actor loyalty.Actor, cmd AdjustPoints) (Adjusted, error) {
	if err := s.may(actor, loyalty.LoyaltyAdjust, cmd.StoreID); err != nil {
		return Adjusted{}, err
	}
	var p loyalty.Problems
	if cmd.Amount == 0 || cmd.Amount > loyalty.MaxPoints || cmd.Amount < -loyalty.MaxPoints {
		p.Add("amount", "must be a whole number other than 0, at most 1,000,000,000 either way")
	}
	cmd.Reason = checkReason(&p, "reason", cmd.Reason, 500)
	if err := p.Err(); err != nil {
		return Adjusted{}, err
	}
	q := cmd.Customer.query()
	q.Lots = true
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[Adjusted], error) {
		now, a := s.now(), snap.Account
		if err := notOwn(actor, a.CustomerID); err != nil {
			return decision[Adjusted]{}, err
		}
		if cfg.Program == nil && a.ProgramID.IsZero() {
			_, err := cfg.ActiveProgram()
			return decision[Adjusted]{}, err
		}
		if cmd.Amount < 0 && a.Balance+cmd.Amount < 0 && !cmd.AllowNegative {
			return decision[Adjusted]{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints,
				"The balance is %d; taking %d would bring it below zero.", int64(a.Balance), int64(-cmd.Amount))
		}
		row := loyalty.Transaction{
			ID: loyalty.NewID(now), Type: loyalty.Adjust, Points: cmd.Amount, Reason: cmd.Reason, StoreID: cmd.StoreID,
			StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
		}
		posting := loyalty.Posting{
			CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(cfg, cmd.StoreID, now), At: now, AllowDebt: cmd.AllowNegative,
			Audit: []loyalty.AuditEntry{loyalty.Audit(actor, now, "points.adjust", "customer", a.CustomerID,
				map[string]any{"points": cmd.Amount, "transaction_id": row.ID.String()})},
		}
		before := a.Balance
		if err := a.Add(&posting, row); err != nil {
			return decision[Adjusted]{}, err
		}
		if cmd.Amount < 0 {
			a.Spend(&posting, before, -cmd.Amount, nil)
		} else {
			a.Gain(&posting, before, cmd.Amount, expiry(cfg, posting.Day))
		}
		return decision[Adjusted]{&posting, Adjusted{Transaction: posting.Transactions[0], Balance: a.Balance}}, nil
	})
}
