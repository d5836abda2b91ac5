package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// Claimable is nil for an order that can be given to a guest, or why it can't:
// once, and after it is completed only within the program's claim window.
func Claimable(cfg *loyalty.Config, o loyalty.Order, now time.Time) error {
	switch {
	case !o.CustomerID.IsZero() || !o.ClaimedAt.IsZero():
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This order belongs to a customer already.")
	case o.Status == loyalty.OrderOpen:
		return nil
	case o.Status != loyalty.OrderCompleted:
		return notInThisWay(o)
	}
	program, err := cfg.ActiveProgram()
	if err != nil {
		return err
	}
	if now.Sub(o.CompletedAt) > time.Duration(program.ClaimWindowDays)*24*time.Hour {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "Orders can be claimed within %d days.", program.ClaimWindowDays)
	}
	return nil
}

// PreviewClaim is what Change would do when it gives an order of an unknown
// guest to cmd.Customer; it changes nothing and refuses what Change would
// refuse. It needs loyalty.OrdersCreate.
func (s *Ledger) PreviewClaim(ctx context.Context, actor loyalty.Actor, cmd ChangeOrder) (OrderResult, error) {
	if err := s.may(actor, loyalty.OrdersCreate, cmd.StoreID); err != nil {
		return OrderResult{}, err
	}
	snap, err := s.repo.Snapshot(ctx, actor.OrgID, cmd.query())
	if err != nil {
		return OrderResult{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, snap.Config)
	if err != nil {
		return OrderResult{}, err
	}
	if snap.Order != nil {
		// Asked here, for looking at it is no attempt on another's order.
		if err := Claimable(cfg, *snap.Order, s.now()); err != nil {
			return OrderResult{}, err
		}
	}
	d, err := s.decideChange(ctx, snap, cfg, actor, cmd, s.now())
	return d.result, err
}
