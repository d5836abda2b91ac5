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
	DrawnFor    loyalty.ID  // the store that somebody drew the bill up for, refused where it is another; zero for none
	ExternalID  string      // the till's own id, 1–255 characters, unique in the store
	Customer    CustomerRef // zero for a guest the till does not know
	Phone       string      // instead of Customer: found by phone, or else signed up
	Name        string      // of a guest to be signed up; "" is the phone number
	Total       loyalty.Minor
	Tax         loyalty.Minor
	Tip         loyalty.Minor
	Discount    loyalty.Minor
	Currency    string // ISO 4217; "" is the store's, anything else than that is refused
	Items       int
	ItemsJSON   []byte
	Status      loyalty.OrderStatus
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
	if err := cmd.check(); err != nil {
		return OrderResult{}, err
	}
	if cmd.Phone != "" {
		// Before somebody is signed up again who was forgotten meanwhile.
		if err := s.answered(ctx, actor.OrgID, cmd.Once, nil); err != nil {
			return OrderResult{}, err
		}
		id, err := s.byPhone(ctx, actor, cmd.Phone, cmd.Name)
		if err != nil {
			return OrderResult{}, err
		}
		cmd.Customer = CustomerRef{ID: id}
	}
	return s.submit(ctx, actor, cmd, func(decision[OrderResult], *loyalty.Config) error { return nil })
}

// EarnOrder is Submit for a completed order of a known guest where the answer
// is the award: without an active program it is a Conflict and nothing is kept.
func (s *Ledger) EarnOrder(ctx context.Context, actor loyalty.Actor, cmd SubmitOrder) (OrderResult, error) {
	if err := s.may(actor, loyalty.Award, cmd.StoreID); err != nil {
		return OrderResult{}, err
	}
	if err := cmd.check(); err != nil {
		return OrderResult{}, err
	}
	return s.submit(ctx, actor, cmd, func(d decision[OrderResult], cfg *loyalty.Config) error {
		if d.result.Award != nil {
			return nil
		}
		if _, err := cfg.ActiveProgram(); err != nil {
			return err
		}
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The order is %s; it can't be changed in this way.", string(d.result.Order.Status))
	})
}

// submit writes what is decided unless accept refuses it.
func (s *Ledger) submit(
	ctx context.Context, actor loyalty.Actor, cmd SubmitOrder, accept func(decision[OrderResult], *loyalty.Config) error,
) (OrderResult, error) {
	q := cmd.Customer.query()
	q.OrderStoreID, q.OrderRef, q.Recent = cmd.StoreID, cmd.ExternalID, recentAwards
	q.Lots = cmd.Status == loyalty.OrderCancelled || cmd.Status == loyalty.OrderRefunded
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[OrderResult], error) {
		d, err := s.decideOrder(ctx, snap, cfg, actor, cmd)
		if err != nil {
			return d, err
		}
		return d, accept(d, cfg)
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
	if err := BillMoved(cfg, cmd.DrawnFor, cmd.StoreID); err != nil {
		return decision[OrderResult]{}, err
	}
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
			return s.resubmit(ctx, snap, cfg, actor, cmd, now)
		}
		if isAnothers(snap, cmd) {
			return decision[OrderResult]{}, notTheSame(o)
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
	at, err := completedAt(cmd.CompletedAt, now)
	if err != nil {
		return decision[OrderResult]{}, err
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

// clockSkew is how far a till's clock may be ahead of ours.
const clockSkew = 5 * time.Minute

// firstInstant is the earliest of which there can be an order. Before it are
// the times of clocks that were never set, and spreadsheets' empty dates.
var firstInstant = time.Unix(0, 0)

// completedAt is when an order was completed, given what the till said.
func completedAt(said, now time.Time) (time.Time, error) {
	switch {
	case said.IsZero():
		return now, nil
	case said.Before(firstInstant):
		var p loyalty.Problems
		p.Add("completedAt", "must not be before 1970")
		return now, p.Err()
	case said.After(now.Add(clockSkew)):
		var p loyalty.Problems
		p.Add("completedAt", "must not be in the future")
		return now, p.Err()
	case said.After(now):
		return now, nil
	}
	return said, nil
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
	if points == 0 {
		// No row is written, and the answer still says why.
		e.row = loyalty.Transaction{BalanceAfter: e.account.Balance, Explanation: why, At: at}
	}
	if points > 0 {
		e.posting.Signals = s.watch.award(ctx, snap, cfg, actor, e.row, o)
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

// OrderDetail is an order with what it earned, by its id or the till's own. It
// needs loyalty.LoyaltyRead.
func (s *Ledger) OrderDetail(ctx context.Context, actor loyalty.Actor, storeID, orderID loyalty.ID, ref string) (OrderResult, error) {
	if err := s.may(actor, loyalty.LoyaltyRead, storeID); err != nil {
		return OrderResult{}, err
	}
	snap, err := s.repo.Snapshot(ctx, actor.OrgID, orderQuery(storeID, orderID, ref))
	if err != nil {
		return OrderResult{}, err
	}
	if snap.Order == nil || !storeID.IsZero() && snap.Order.StoreID != storeID {
		return OrderResult{}, loyalty.Missing("order")
	}
	cfg, err := s.config(ctx, actor.OrgID, snap.Config)
	if err != nil {
		return OrderResult{}, err
	}
	return known(snap, cfg), actor.RequireStore(snap.Order.StoreID)
}

func orderQuery(storeID, orderID loyalty.ID, ref string) loyalty.SnapshotQuery {
	if ref != "" {
		return loyalty.SnapshotQuery{OrderStoreID: storeID, OrderRef: ref}
	}
	return loyalty.SnapshotQuery{OrderID: orderID}
}
