package service

import (
	"context"

	"regulars/internal/loyalty"
)

// Transactions is a page of the ledger, newest first, and how many rows there
// are, up to loyalty.CountCap. It needs loyalty.LoyaltyRead.
func (s *Ledger) Transactions(ctx context.Context, actor loyalty.Actor, f loyalty.TransactionFilter, page loyalty.Page) ([]loyalty.LedgerRow, int, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return nil, 0, err
	}
	f.StoreIDs = stores
	return s.repo.Transactions(ctx, actor.OrgID, f, page)
}

// Orders is a page of orders, newest first, and how many there are, up to
// loyalty.CountCap. It needs loyalty.LoyaltyRead.
func (s *Ledger) Orders(ctx context.Context, actor loyalty.Actor, f loyalty.OrderFilter, page loyalty.Page) ([]loyalty.Order, int, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return nil, 0, err
	}
	f.StoreIDs = stores
	return s.repo.Orders(ctx, actor.OrgID, f, page)
}

// OrderDetails is Orders with what each earned and why.
func (s *Ledger) OrderDetails(ctx context.Context, actor loyalty.Actor, f loyalty.OrderFilter, page loyalty.Page) ([]OrderResult, int, error) {
	orders, total, err := s.Orders(ctx, actor, f, page)
	if err != nil {
		return nil, 0, err
	}
	out := make([]OrderResult, len(orders))
	for i, o := range orders {
		if out[i], err = s.OrderDetail(ctx, actor, o.StoreID, o.ID, ""); err != nil {
			return nil, 0, err
		}
	}
	return out, total, nil
}

// OrderRow is an order with its award; nil when it has earned nothing.
type OrderRow struct {
	loyalty.Order
	Award *loyalty.LedgerRow
	// Taken is what took the last of the award back although the order stands;
	// nil when it did not come to that.
	Taken *loyalty.LedgerRow
}

// OrderRows is Orders with the award of each, for a list.
func (s *Ledger) OrderRows(ctx context.Context, actor loyalty.Actor, f loyalty.OrderFilter, page loyalty.Page) ([]OrderRow, int, error) {
	orders, total, err := s.Orders(ctx, actor, f, page)
	if err != nil {
		return nil, 0, err
	}
	var ids, gone []loyalty.ID
	for _, o := range orders {
		if !o.TransactionID.IsZero() {
			ids = append(ids, o.TransactionID)
		}
		if o.Status == loyalty.OrderCompleted && o.Earned > 0 && o.Reversed == o.Earned {
			gone = append(gone, o.TransactionID)
		}
	}
	awards, err := s.repo.CaseTransactions(ctx, actor.OrgID, ids)
	if err != nil {
		return nil, 0, err
	}
	takings, err := s.repo.LastReversals(ctx, actor.OrgID, gone)
	if err != nil {
		return nil, 0, err
	}
	awardOf, takenOf := map[loyalty.ID]*loyalty.LedgerRow{}, map[loyalty.ID]*loyalty.LedgerRow{}
	for i := range awards {
		awardOf[awards[i].ID] = &awards[i]
	}
	for i := range takings {
		takenOf[takings[i].ReversesID] = &takings[i]
	}
	out := make([]OrderRow, len(orders))
	for i, o := range orders {
		out[i] = OrderRow{o, awardOf[o.TransactionID], takenOf[o.TransactionID]}
	}
	return out, total, nil
}

// Redemptions is a page of redemptions, newest first, and how many there are,
// up to loyalty.CountCap. It needs loyalty.LoyaltyRead.
func (s *Ledger) Redemptions(ctx context.Context, actor loyalty.Actor, f loyalty.RedemptionFilter, page loyalty.Page) ([]loyalty.RedemptionRow, int, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return nil, 0, err
	}
	f.StoreIDs = stores
	return s.repo.Redemptions(ctx, actor.OrgID, f, page)
}

// Redemption is the redemption with the id, of a store that the actor may look
// at. It needs loyalty.LoyaltyRedeem.
func (s *Ledger) Redemption(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Redemption, error) {
	if err := actor.Require(loyalty.LoyaltyRedeem); err != nil {
		return loyalty.Redemption{}, err
	}
	d, err := s.repo.Redemption(ctx, actor.OrgID, id)
	if err == nil && actor.RequireStore(d.StoreID) != nil {
		return loyalty.Redemption{}, loyalty.Missing("redemption")
	}
	return d, err
}

// AwaitsReview reports whether an award's points wait for a manager. It needs
// loyalty.CustomersRead.
func (s *Ledger) AwaitsReview(ctx context.Context, actor loyalty.Actor, transactionID loyalty.ID) (bool, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return false, err
	}
	return s.repo.IsHeld(ctx, actor.OrgID, transactionID)
}

// HeldAwards are a customer's awards whose points wait for a manager. It needs
// loyalty.CustomersRead.
func (s *Ledger) HeldAwards(ctx context.Context, actor loyalty.Actor, customerID loyalty.ID) ([]loyalty.ID, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return nil, err
	}
	return s.repo.HeldAwards(ctx, actor.OrgID, customerID)
}

// RedemptionByCode finds what a guest shows at the till. It needs
// loyalty.LoyaltyRedeem.
func (s *Ledger) RedemptionByCode(ctx context.Context, actor loyalty.Actor, code string) (loyalty.Redemption, error) {
	if err := actor.Require(loyalty.LoyaltyRedeem); err != nil {
		return loyalty.Redemption{}, err
	}
	d, err := s.repo.RedemptionByCode(ctx, actor.OrgID, code)
	if err == nil && actor.RequireStore(d.StoreID) != nil {
		return loyalty.Redemption{}, loyalty.Missing("redemption")
	}
	return d, err
}

// Preview is what a bill of amount would give the customer at the store now,
// and why; nothing is written. It needs loyalty.Award.
func (s *Ledger) Preview(ctx context.Context, actor loyalty.Actor, customerID, storeID loyalty.ID, amount loyalty.Minor) (Awarded, error) {
	if err := s.may(actor, loyalty.Award, storeID); err != nil {
		return Awarded{}, err
	}
	var p loyalty.Problems
	checkAmount(&p, "total", amount)
	if err := p.Err(); err != nil {
		return Awarded{}, err
	}
	snap, err := s.repo.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{CustomerID: customerID})
	if err != nil {
		return Awarded{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, snap.Config)
	if err != nil {
		return Awarded{}, err
	}
	e, err := newEarning(snap, cfg, actor, storeID, s.now())
	if err != nil {
		return Awarded{}, err
	}
	points, why, err := e.worth(amount, e.currency())
	if err != nil {
		return Awarded{}, err
	}
	if err := e.award(points, loyalty.Transaction{Amount: amount, Explanation: why}); err != nil {
		return Awarded{}, err
	}
	if points == 0 {
		e.row = loyalty.Transaction{BalanceAfter: e.account.Balance, Explanation: why}
	}
	return e.result(snap.Name), nil
}

// currency is the store's, or at no store the organization's.
func (e *earning) currency() string {
	if e.store.Currency != "" {
		return e.store.Currency
	}
	return e.cfg.Organization.Currency
}
