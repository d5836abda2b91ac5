package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// ChangeOrder moves an order on. Fields left nil or zero stay as they are.
type ChangeOrder struct {
	StoreID       loyalty.ID
	OrderID       loyalty.ID
	OrderRef      string // the till's own id, instead of OrderID
	Status        loyalty.OrderStatus
	RefundedTotal *loyalty.Minor // altogether, 0 to the order's total; can only rise
	Customer      CustomerRef    // claims an order of an unknown guest
	CompletedAt   time.Time      // when it was completed, with that status; zero is now
	Once          loyalty.Once
}

// Change completes, cancels, refunds or claims an order, with what that does to
// its points. It needs loyalty.OrdersCreate. Cancelling or fully refunding
// takes back all that it earned, a partial refund its share, rounded down. A
// claim is possible once, within the program's claim window.
func (s *Ledger) Change(ctx context.Context, actor loyalty.Actor, cmd ChangeOrder) (OrderResult, error) {
	if err := s.may(actor, loyalty.OrdersCreate, cmd.StoreID); err != nil {
		return OrderResult{}, err
	}
	var p loyalty.Problems
	switch cmd.Status {
	case "", loyalty.OrderOpen, loyalty.OrderCompleted, loyalty.OrderCancelled, loyalty.OrderRefunded:
	default:
		p.Add("status", "must be open, completed, cancelled or refunded")
	}
	if err := p.Err(); err != nil {
		return OrderResult{}, err
	}
	return post(ctx, s.Core, actor.OrgID, cmd.query(), cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[OrderResult], error) {
		return s.decideChange(ctx, snap, cfg, actor, cmd, s.now())
	})
}

// query is all that the change is decided on.
func (cmd ChangeOrder) query() loyalty.SnapshotQuery {
	q, of := cmd.Customer.query(), orderQuery(cmd.StoreID, cmd.OrderID, cmd.OrderRef)
	q.OrderID, q.OrderStoreID, q.OrderRef, q.Recent, q.Lots = of.OrderID, of.OrderStoreID, of.OrderRef, recentAwards, true
	return q
}

func (s *Ledger) decideChange(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, cmd ChangeOrder, now time.Time) (decision[OrderResult], error) {
	if snap.Order == nil || snap.Order.StoreID != cmd.StoreID {
		return decision[OrderResult]{}, loyalty.Missing("order")
	}
	c := &orderChange{ledger: s, ctx: ctx, snap: snap, cfg: cfg, actor: actor, order: *snap.Order, now: now}
	if err := c.run(cmd); err != nil {
		return decision[OrderResult]{}, err
	}
	result := known(snap, cfg)
	if c.posting == nil {
		return decision[OrderResult]{result: result}, nil
	}
	c.order.UpdatedAt = now
	c.posting.Order, c.posting.At = &c.order, now
	result.Order = c.order
	if c.award != nil {
		result.Award = c.award
	}
	return decision[OrderResult]{c.posting, result}, nil
}

// orderChange is a change of an order being worked out.
type orderChange struct {
	ledger  *Ledger
	ctx     context.Context //nolint:containedctx // lives as long as one decision
	snap    loyalty.Snapshot
	cfg     *loyalty.Config
	actor   loyalty.Actor
	order   loyalty.Order
	now     time.Time
	posting *loyalty.Posting // nil: nothing changes
	award   *Awarded
}

func (c *orderChange) run(cmd ChangeOrder) error {
	if cmd.Customer != (CustomerRef{}) {
		if err := c.claim(cmd.Customer); err != nil {
			return err
		}
	}
	refunded := c.order.RefundedTotal
	if cmd.RefundedTotal != nil {
		refunded = *cmd.RefundedTotal
		if refunded < 0 || refunded > c.order.Total {
			var p loyalty.Problems
			p.Add("refundedTotal", "must be from 0 to the order's total")
			return p.Err()
		}
		if refunded < c.order.RefundedTotal {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "More than that was refunded already.")
		}
		if refunded > 0 && c.order.Status != loyalty.OrderCompleted && c.order.Status != loyalty.OrderRefunded {
			return c.refuse()
		}
	}
	switch status := cmd.Status; {
	case status == "" || status == c.order.Status:
		if refunded == c.order.RefundedTotal {
			return nil
		}
		return c.takeBack(refunded)
	case status == loyalty.OrderCompleted && c.order.Status == loyalty.OrderOpen:
		return c.complete(cmd.CompletedAt)
	case status == loyalty.OrderCancelled && c.order.Status == loyalty.OrderOpen:
		c.order.Status = status
		c.ensure()
		return nil
	case status == loyalty.OrderCancelled && c.order.Status == loyalty.OrderCompleted:
		return c.cancel()
	case status == loyalty.OrderRefunded && c.order.Status == loyalty.OrderCompleted:
		if cmd.RefundedTotal == nil {
			refunded = c.order.Total
		}
		return c.takeBack(refunded)
	}
	return c.refuse()
}

func (c *orderChange) refuse() error { return notInThisWay(c.order) }

func notInThisWay(o loyalty.Order) error {
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The order is %s; it can't be changed in this way.", string(o.Status))
}

// ensure starts the posting if nothing has yet.
func (c *orderChange) ensure() {
	if c.posting != nil {
		return
	}
	c.posting = &loyalty.Posting{Day: businessDay(c.cfg, c.order.StoreID, c.now), At: c.now}
	if a := c.snap.Account; a != nil {
		c.posting.CustomerID, c.posting.Revision = a.CustomerID, a.Revision
	}
}

func (c *orderChange) complete(at time.Time) error {
	at, err := completedAt(at, c.now)
	if err != nil {
		return err
	}
	c.order.Status = loyalty.OrderCompleted
	posting, award, err := c.ledger.complete(c.ctx, c.snap, c.cfg, c.actor, &c.order, at)
	c.posting, c.award = posting, award
	return err
}

// claim gives an order of an unknown guest to the customer in the snapshot.
func (c *orderChange) claim(ref CustomerRef) error {
	o := &c.order
	if !o.CustomerID.IsZero() && (o.CustomerID == ref.ID || c.snap.Alias) {
		return nil
	}
	if err := Claimable(c.cfg, *o, c.now); err != nil {
		if !o.CustomerID.IsZero() || !o.ClaimedAt.IsZero() {
			c.ledger.exams.refusedClaim(c.cfg, *o, ref.ID, c.actor, c.now)
		}
		return err
	}
	o.ClaimedAt = c.now
	if o.Status == loyalty.OrderOpen {
		o.CustomerID = c.snap.Account.CustomerID
		c.ensure()
		return nil
	}
	e, err := c.ledger.earnOrder(c.ctx, c.snap, c.cfg, c.actor, o, c.now)
	if err != nil {
		return err
	}
	award := e.result(c.snap.Name)
	c.posting, c.award = &e.posting, &award
	if o.RefundedTotal > 0 {
		return c.reverse(o.Forfeit())
	}
	return nil
}

// cancel undoes a completed order: its points, its sale.
func (c *orderChange) cancel() error {
	c.ensure()
	c.posting.Orders, c.posting.Sales = -1, c.order.RefundedTotal-c.order.Total
	c.order.Status = loyalty.OrderCancelled
	return c.reverse(c.order.Forfeit() - c.order.Reversed)
}

// takeBack refunds the order up to refunded altogether.
func (c *orderChange) takeBack(refunded loyalty.Minor) error {
	c.ensure()
	o := &c.order
	c.posting.Sales += o.RefundedTotal - refunded
	o.RefundedTotal = refunded
	if refunded == o.Total {
		o.Status = loyalty.OrderRefunded
	}
	return c.reverse(o.Forfeit() - o.Reversed)
}

// reverse takes points of the order's award back.
func (c *orderChange) reverse(points loyalty.Points) error {
	c.ensure()
	return reverseAward(c.snap.Account, c.posting, c.cfg, c.actor, &c.order, loyalty.Transaction{
		ID: c.order.TransactionID, Points: points, Reason: c.order.Reason(), StoreID: c.order.StoreID, OrderID: c.order.ID,
	}, c.now)
}
