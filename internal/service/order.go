package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// SubmitOrder is an order as a till sends it. Amounts are in minor units of
// Currency.
type SubmitOrder struct {
	StoreID     loyalty.ID
	ExternalID  string      // the till's own id, 1–255 characters, unique in the store
	Customer    CustomerRef // zero for a guest the till does not know
	Total       loyalty.Minor
	Tax         loyalty.Minor
	Tip         loyalty.Minor
	Discount    loyalty.Minor
	Currency    string // ISO 4217; "" is the store's, anything else than that is refused
	Items       int
	ItemsJSON   []byte
	Status      loyalty.OrderStatus // "" is completed
	StaffRef    string
	CompletedAt time.Time // zero is now
	Once        loyalty.Once
}

// OrderResult is an order with what it earned.
type OrderResult struct {
	Order   loyalty.Order
	Award   *Awarded // nil when it has earned nothing: no guest, no program, not completed
	Created bool     // false when the order was there already
}

// Submit records an order and, once it is completed and its guest is known,
// gives its points: once, however often it is sent. It needs
// loyalty.OrdersCreate.
func (s *Ledger) Submit(ctx context.Context, actor loyalty.Actor, cmd SubmitOrder) (OrderResult, error) {
	if err := s.may(actor, loyalty.OrdersCreate, cmd.StoreID); err != nil {
		return OrderResult{}, err
	}
	if cmd.Status == "" {
		cmd.Status = loyalty.OrderCompleted
	}
	if err := cmd.check(); err != nil {
		return OrderResult{}, err
	}
	q := cmd.Customer.query()
	q.OrderStoreID, q.OrderRef, q.Recent = cmd.StoreID, cmd.ExternalID, recentAwards
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[OrderResult], error) {
		return s.decideOrder(ctx, snap, cfg, actor, cmd)
	})
}

func (c *SubmitOrder) check() error {
	var p loyalty.Problems
	c.ExternalID = checkText(&p, "id", c.ExternalID, 1, 255)
	c.StaffRef = checkText(&p, "staffId", c.StaffRef, 0, 255)
	checkAmount(&p, "total", c.Total)
	checkAmount(&p, "tax", c.Tax)
	checkAmount(&p, "tip", c.Tip)
	checkAmount(&p, "discount", c.Discount)
	switch c.Status {
	case loyalty.OrderOpen, loyalty.OrderCompleted, loyalty.OrderCancelled, loyalty.OrderRefunded:
	default:
		p.Add("status", "must be open, completed, cancelled or refunded")
	}
	return p.Err()
}

func checkAmount(p *loyalty.Problems, field string, m loyalty.Minor) {
	if m < 0 || m > loyalty.MaxAmount {
		p.Add(field, "must be an amount of money from 0 to 100,000,000,000")
	}
}

func (s *Ledger) decideOrder(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, cmd SubmitOrder) (decision[OrderResult], error) {
	store, err := cfg.Store(cmd.StoreID)
	if err != nil {
		return decision[OrderResult]{}, err
	}
	if cmd.Currency != "" && cmd.Currency != store.Currency {
		var p loyalty.Problems
		p.Add("currency", "must be %s, the store's currency", store.Currency)
		return decision[OrderResult]{}, p.Err()
	}
	now := s.now()
	o := loyalty.Order{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), StoreID: store.ID, ExternalID: cmd.ExternalID, Currency: store.Currency, CreatedAt: now,
	}
	if snap.Order != nil {
		o = *snap.Order
		if o.Status != loyalty.OrderOpen {
			// Whatever is retried, the answer is what the first completion did.
			return decision[OrderResult]{result: s.known(o, snap, cfg)}, nil
		}
	}
	o.Total, o.Tax, o.Tip, o.Discount, o.Items, o.ItemsJSON = cmd.Total, cmd.Tax, cmd.Tip, cmd.Discount, cmd.Items, cmd.ItemsJSON
	o.Status, o.StaffRef, o.UpdatedAt, o.StaffID = cmd.Status, cmd.StaffRef, now, actor.StaffID
	if snap.Account != nil {
		o.CustomerID = snap.Account.CustomerID
	}
	if o.Status == loyalty.OrderRefunded {
		o.RefundedTotal = o.Total
	}
	at := cmd.CompletedAt
	if at.IsZero() || at.After(now) {
		at = now
	}
	posting := &loyalty.Posting{Day: store.Day(at), At: now}
	result := OrderResult{Created: snap.Order == nil}
	if o.Status == loyalty.OrderCompleted {
		if posting, result.Award, err = s.complete(ctx, snap, cfg, actor, &o, at); err != nil {
			return decision[OrderResult]{}, err
		}
	} else if snap.Account != nil {
		posting.CustomerID, posting.Revision = snap.Account.CustomerID, snap.Account.Revision
	}
	posting.Order, result.Order = &o, o
	return decision[OrderResult]{posting, result}, nil
}

// complete makes o complete at the instant at, and works out what it earns.
func (s *Ledger) complete(
	ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, o *loyalty.Order, at time.Time,
) (*loyalty.Posting, *Awarded, error) {
	store, err := cfg.Store(o.StoreID)
	if err != nil {
		return nil, nil, err
	}
	o.CompletedAt, o.Day = at, store.Day(at)
	posting := &loyalty.Posting{Day: o.Day, At: s.now(), Orders: 1, Sales: o.Total - o.RefundedTotal}
	if snap.Account == nil {
		return posting, nil, nil
	}
	posting.CustomerID, posting.Revision = snap.Account.CustomerID, snap.Account.Revision
	if cfg.Program == nil {
		return posting, nil, nil
	}
	e, err := s.earnOrder(ctx, snap, cfg, actor, o, at)
	if err != nil {
		return nil, nil, err
	}
	e.posting.Orders, e.posting.Sales = posting.Orders, posting.Sales
	award := e.result(snap.Name)
	return &e.posting, &award, nil
}

// earnOrder gives o's points to the account in snap.
func (s *Ledger) earnOrder(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, o *loyalty.Order, at time.Time) (*earning, error) {
	e, err := newEarning(snap, cfg, actor, o.StoreID, at)
	if err != nil {
		return nil, err
	}
	points, why, err := e.worth(o.Eligible(), o.Currency)
	if err != nil {
		return nil, err
	}
	row := loyalty.Transaction{Reason: o.Reason(), OrderID: o.ID, Amount: o.Eligible(), Explanation: why}
	if err := e.award(points, row); err != nil {
		return nil, err
	}
	o.CustomerID, o.Earned, o.TransactionID = e.account.CustomerID, points, e.row.ID
	e.row.Explanation = why
	if points > 0 {
		e.posting.Anomalies = s.watch.award(ctx, snap, cfg, e.row, points)
	}
	return e, nil
}

// worth is what an amount earns at the tier held before the award, and why.
func (e *earning) worth(amount loyalty.Minor, currency string) (loyalty.Points, *loyalty.Explanation, error) {
	points, err := loyalty.Earned(amount, loyalty.Exponent(currency), e.program.Rate, e.before.Multiplier, 100, 0)
	if err != nil {
		return 0, nil, err
	}
	return points, &loyalty.Explanation{
		Amount: amount, Currency: currency, Rate: e.program.Rate, TierID: e.before.ID, Tier: e.before.Name,
		Multiplier: e.before.Multiplier, ProgramID: e.program.ID, Program: e.program.Name, ProgramVersion: e.program.Version,
	}, nil
}

// known is the answer for an order that was there already.
func (s *Ledger) known(o loyalty.Order, snap loyalty.Snapshot, cfg *loyalty.Config) OrderResult {
	r := OrderResult{Order: o}
	if snap.Account == nil || cfg.Program == nil || o.TransactionID.IsZero() {
		return r
	}
	a := snap.Account
	tier := cfg.Program.Held(a.TierID, a.Lifetime)
	next, missing, _ := cfg.Program.NextTier(tier, a.Lifetime)
	r.Award = &Awarded{
		Transaction: loyalty.Transaction{ID: o.TransactionID, Points: o.Earned}, Balance: a.Balance, Lifetime: a.Lifetime,
		Tier: tier, Before: tier, Next: next, Missing: missing, Name: snap.Name,
	}
	return r
}
