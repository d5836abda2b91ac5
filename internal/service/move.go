package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// MoveAward gives an award that went to the wrong guest to the right one.
type MoveAward struct {
	TransactionID loyalty.ID // the award
	To            loyalty.ID // the right guest
	Once          loyalty.Once
}

// Moved is what moving an award did, or would do.
type Moved struct {
	Award    loyalty.Transaction // as it was given
	Reversal loyalty.Transaction // what was taken back, from the wrong guest
	From     loyalty.Member      // as the wrong guest was before
	To       loyalty.Member      // as the right guest was before
	Given    Awarded             // what the right guest got, and has now
	Left     loyalty.Points      // the wrong guest's balance afterwards
}

// moving is an award being moved.
type moving struct {
	Moved
	postings []loyalty.Posting
}

// PreviewMove is what Move would do; it changes nothing and refuses what Move
// would refuse. It needs loyalty.LoyaltyAdjust.
func (s *Ledger) PreviewMove(ctx context.Context, actor loyalty.Actor, cmd MoveAward) (Moved, error) {
	if err := actor.Require(loyalty.LoyaltyAdjust); err != nil {
		return Moved{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return Moved{}, err
	}
	m, err := s.moving(ctx, s.repo, cfg, actor, cmd)
	return m.Moved, err
}

// Move takes back what is left of an award and gives it to another guest, in
// one step: the points are worked out anew at the right guest's tier, and the
// order goes along. Either row leads to the other. It needs
// loyalty.LoyaltyAdjust. Points that are spent are a Conflict where the
// program allows no debt, and so is an award that was taken back or moved, or
// is held for a manager. To one's own account it is Forbidden.
func (s *Ledger) Move(ctx context.Context, actor loyalty.Actor, cmd MoveAward) (Moved, error) {
	if err := actor.Require(loyalty.LoyaltyAdjust); err != nil {
		return Moved{}, err
	}
	var written []loyalty.Posting
	done, err := once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (Moved, error) {
		// Whoever changes the configuration holds it before the accounts, too.
		cfg, err := s.heldConfig(ctx, tx, actor.OrgID)
		if err != nil {
			return Moved{}, err
		}
		m, err := s.lockedMoving(ctx, tx, cfg, actor, cmd)
		if err != nil {
			return Moved{}, err
		}
		if err := tx.PostAll(ctx, m.postings); err != nil {
			return Moved{}, err
		}
		written = m.postings
		return m.Moved, tx.LinkRows(ctx, actor.OrgID, m.Reversal.ID, m.Given.Transaction.ID, loyalty.LinkMove)
	})
	if err == nil {
		for i := range written {
			s.count(&written[i])
		}
	}
	return done, err
}

// lockedMoving decides on accounts that are locked. While it waits for them one
// may be merged, and then it is about other accounts.
func (s *Ledger) lockedMoving(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, actor loyalty.Actor, cmd MoveAward) (moving, error) {
	for {
		m, err := s.moving(ctx, tx, cfg, actor, cmd)
		if err != nil {
			return m, err
		}
		if _, err := tx.LockAccounts(ctx, actor.OrgID, m.From.ID, m.To.ID); err != nil {
			return m, err
		}
		now, err := s.moving(ctx, tx, cfg, actor, cmd)
		if err != nil || now.From.ID == m.From.ID && now.To.ID == m.To.ID {
			return now, err
		}
	}
}

// moving reads what moving the award is decided on, and decides.
func (s *Ledger) moving(ctx context.Context, from loyalty.Reader, cfg *loyalty.Config, actor loyalty.Actor, cmd MoveAward) (moving, error) {
	var m moving
	wrong, err := from.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{ReversesID: cmd.TransactionID, Lots: true})
	if err != nil {
		return m, err
	}
	right, err := from.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{CustomerID: cmd.To, Lots: true})
	if err != nil {
		return m, err
	}
	if m.From, _, err = from.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: wrong.Account.CustomerID}); err != nil {
		return m, err
	}
	if m.To, _, err = from.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: right.Account.CustomerID}); err != nil {
		return m, err
	}
	if m.From.ID == m.To.ID {
		var p loyalty.Problems
		p.Add("to", "must be another customer")
		return m, p.Err()
	}
	if err := notOwn(actor, m.To.ID); err != nil {
		return m, err
	}
	held, err := from.IsHeld(ctx, actor.OrgID, cmd.TransactionID)
	if err != nil {
		return m, err
	}
	if held {
		return m, loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "These points are held until a manager has looked at the case. Decide the case first.")
	}
	if err := m.To.CheckNamed(); err != nil {
		return m, err
	}
	return m, m.decide(cfg, actor, wrong, right, s.now())
}

func (m *moving) decide(cfg *loyalty.Config, actor loyalty.Actor, wrong, right loyalty.Snapshot, now time.Time) error {
	m.Award = *wrong.Reverses
	back, err := decideReverse(wrong, cfg, actor, ReverseAward{Reason: "Moved to the right guest"}, now)
	if err != nil {
		return err
	}
	e, err := newEarning(right, cfg, actor, m.Award.StoreID, now)
	if err != nil {
		return err
	}
	points, why, err := e.again(m.Award)
	if err != nil {
		return err
	}
	if points == 0 {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "At this customer's tier the award would be worth no points.")
	}
	row := loyalty.Transaction{Reason: m.Award.Reason, OrderID: m.Award.OrderID, Amount: m.Award.Amount, Explanation: why}
	if err := e.award(points, row); err != nil {
		return err
	}
	if err := e.takeOver(back.posting.Order, points, now); err != nil {
		return err
	}
	m.Reversal, m.Left, m.Given = back.result.Transaction, back.result.Balance, e.result(right.Name)
	back.posting.Order = nil
	back.posting.Audit = []loyalty.AuditEntry{loyalty.Audit(actor, now, "points.move", "transaction", m.Award.ID, map[string]any{
		"points": -m.Reversal.Points, "given": points, "from": m.From.ID.String(), "to": m.To.ID.String(), "transaction_id": e.row.ID.String(),
	})}
	m.postings = []loyalty.Posting{*back.posting, e.posting}
	for i := range m.postings {
		m.postings[i].OrgID, m.postings[i].Config = actor.OrgID, cfg.Version
	}
	return nil
}

// again is what an award that another guest got is worth to this one: by the
// same rule, at this guest's tier. An award by hand is worth the same.
func (e *earning) again(award loyalty.Transaction) (loyalty.Points, *loyalty.Explanation, error) {
	if award.Explanation == nil {
		return award.Points, nil, nil
	}
	why := *award.Explanation
	why.TierID, why.Tier, why.Multiplier = e.before.ID, e.before.Name, e.before.Multiplier
	promotion, bonus := loyalty.Multiplier(100), loyalty.Points(0)
	for _, p := range why.Promotions {
		promotion, bonus = promotion*p.Multiplier/100, bonus+p.Bonus
	}
	points, err := loyalty.Earned(why.Amount, loyalty.Exponent(why.Currency), why.Rate, why.Multiplier, promotion, bonus)
	return points, &why, err
}

// takeOver makes o, which may be nil, the order that the award came from. What
// was refunded of it before takes its share of the new points, too.
func (e *earning) takeOver(o *loyalty.Order, points loyalty.Points, now time.Time) error {
	if o == nil {
		return nil
	}
	o.CustomerID, o.TransactionID, o.Earned, o.Reversed, o.UpdatedAt = e.account.CustomerID, e.row.ID, points, 0, now
	e.posting.Order = o
	if o.RefundedTotal == 0 {
		return nil
	}
	return reverseAward(e.account, &e.posting, e.cfg, e.actor, o, loyalty.Transaction{
		ID: e.row.ID, Points: o.Forfeit(), Reason: o.Reason(), StoreID: o.StoreID, OrderID: o.ID,
	}, now)
}
