package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// Past brings in orders of long ago, each decided as it would have been at its
// own time. It is for one goroutine.
type Past struct {
	core      *Core
	customers *Customers
	actor     loyalty.Actor
	history   *history
	ledger    *Ledger
	clock     time.Time // the instant that is being brought in
	steps     int       // how many wrote something
	done      OrdersImported
}

// Past prepares to bring orders into actor's organization. It needs
// loyalty.Administer.
func (s *Imports) Past(actor loyalty.Actor) (*Past, error) {
	return newPast(s.Core, actor), actor.Require(loyalty.Administer)
}

func newPast(c *Core, actor loyalty.Actor) *Past {
	p := &Past{core: c, customers: NewCustomers(c), actor: actor, history: newHistory(actor.OrgID)}
	then := NewCore(c.repo, func() time.Time { return p.clock }, c.log)
	p.ledger = &Ledger{Core: then, watch: &watch{core: then, baseline: p.history.baseline, inline: true}}
	return p
}

// Add brings in completed orders, in order of time and none of them there yet,
// in one transaction. Guests who are not there yet are created.
func (p *Past) Add(ctx context.Context, orders []loyalty.StagedOrder) error {
	if len(orders) == 0 {
		return nil
	}
	var step pastStep
	err := p.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		step, err = p.post(ctx, tx, orders)
		return err
	})
	if err == nil {
		p.settle(step)
	}
	return err
}

// pastStep is what one transaction did.
type pastStep struct {
	rows      []loyalty.StagedOrder
	postings  []loyalty.Posting
	created   []loyalty.ID // guests
	unawarded int
}

// settle counts what a step did, once that can't be undone any more.
func (p *Past) settle(step pastStep) {
	p.done.Customers += len(step.created)
	p.done.Unawarded += step.unawarded
	p.done.Orders += len(step.postings)
	for _, posting := range step.postings {
		p.done.Sales += posting.Sales
		p.done.Flagged += min(len(posting.Signals), 1)
		for _, t := range posting.Transactions {
			p.done.Points += t.Points
		}
	}
	if len(step.postings) > 0 {
		p.steps++
	}
	p.history.learn(step.postings)
}

// post decides and writes the orders. It may run twice.
func (p *Past) post(ctx context.Context, tx loyalty.Tx, orders []loyalty.StagedOrder) (step pastStep, err error) {
	if len(orders) == 0 {
		return step, nil
	}
	cfg, err := p.core.heldConfig(ctx, tx, p.actor.OrgID)
	if err != nil {
		return step, err
	}
	guests, err := p.guests(ctx, tx, orders, &step)
	if err != nil {
		return step, err
	}
	if outgrown(p.steps) {
		if err := tx.RefreshStatistics(ctx); err != nil {
			return step, err
		}
	}
	if err := p.history.prepare(ctx, tx, orders); err != nil {
		return step, err
	}
	for _, row := range orders {
		posting, awarded, err := p.decide(ctx, cfg, row, guests)
		if err != nil {
			return step, err
		}
		if row.CustomerRef != "" && !awarded {
			step.unawarded++
		}
		step.postings = append(step.postings, posting)
	}
	return step, tx.PostOrders(ctx, step.postings)
}

// outgrown reports whether the tables may have become several times as large
// since the database last looked: at the first step, the 8th, the 64th and so
// on. Looking costs as much as two or three steps.
func outgrown(steps int) bool {
	for n := 8; n <= steps; n *= 8 {
		if n == steps {
			return true
		}
	}
	return steps == 0
}

// guests locks the accounts of the rows' guests, after creating those that are
// not there yet.
func (p *Past) guests(ctx context.Context, tx loyalty.Tx, rows []loyalty.StagedOrder, step *pastStep) (map[string]*loyalty.Snapshot, error) {
	first := map[string]loyalty.StagedOrder{}
	var refs []string
	for _, row := range rows {
		if _, ok := first[row.CustomerRef]; !ok && row.CustomerRef != "" {
			first[row.CustomerRef] = row
			refs = append(refs, row.CustomerRef)
		}
	}
	until := rows[0].At
	known, err := tx.LockGuests(ctx, p.actor.OrgID, refs, until, recentAwards)
	if err != nil {
		return nil, err
	}
	var fresh []ImportedCustomer
	var freshRefs []string
	for _, ref := range refs {
		if _, ok := known[ref]; !ok {
			fresh = append(fresh, newGuest(first[ref]))
			freshRefs = append(freshRefs, ref)
		}
	}
	if len(fresh) > 0 {
		if _, step.created, err = p.customers.external(ctx, tx, p.actor, fresh); err != nil {
			return nil, err
		}
		added, err := tx.LockGuests(ctx, p.actor.OrgID, freshRefs, until, recentAwards)
		if err != nil {
			return nil, err
		}
		for ref, snap := range added {
			known[ref] = snap
		}
	}
	guests := make(map[string]*loyalty.Snapshot, len(known))
	for ref, snap := range known {
		guests[ref] = &snap
	}
	return guests, nil
}

// newGuest is the guest of whom the file tells only an id, since the first
// order.
func newGuest(row loyalty.StagedOrder) ImportedCustomer {
	const longest = 255
	name := []rune("Guest " + row.CustomerRef)
	return ImportedCustomer{ExternalID: row.CustomerRef, Name: string(name[:min(len(name), longest)]), CreatedAt: row.At}
}

// decide works out what the order does to its guest's account, and moves the
// account on to what it will be afterwards. An account that is frozen gets the
// order and no points.
func (p *Past) decide(ctx context.Context, cfg *loyalty.Config, row loyalty.StagedOrder, guests map[string]*loyalty.Snapshot) (posting loyalty.Posting, awarded bool, err error) {
	p.clock = row.At
	snap := loyalty.Snapshot{}
	guest := guests[row.CustomerRef]
	if guest != nil {
		snap = *guest
		if snap.Account.CheckOpen() != nil {
			closed := *cfg
			closed.Program = nil
			cfg = &closed
		}
	}
	cmd := SubmitOrder{
		StoreID: row.StoreID, ExternalID: row.Ref, Total: row.Total, Items: row.Items, Status: loyalty.OrderCompleted, CompletedAt: row.At,
	}
	actor := p.actor
	actor.StaffID = row.StaffID
	d, err := p.ledger.decideOrder(ctx, snap, cfg, actor, cmd)
	if err != nil {
		return posting, false, err
	}
	posting = *d.posting
	posting.OrgID, posting.Config = p.actor.OrgID, cfg.Version
	if guest != nil {
		advance(guest, posting)
	}
	return posting, d.result.Award != nil, nil
}

// advance is what ledger_post does to an account, so that the next decision
// can be made before this one is written.
func advance(guest *loyalty.Snapshot, p loyalty.Posting) {
	a := guest.Account
	a.Revision++
	if !p.TierID.IsZero() {
		a.ProgramID, a.TierID = p.ProgramID, p.TierID
	}
	for _, t := range p.Transactions {
		if t.Type != loyalty.Earn {
			continue
		}
		latest := loyalty.Recent{ID: t.ID, At: t.At, Points: t.Points, Amount: t.Amount, StoreID: t.StoreID, StaffID: t.StaffID, OrderID: t.OrderID}
		guest.Recent = append([]loyalty.Recent{latest}, guest.Recent[:min(len(guest.Recent), recentAwards-1)]...)
	}
}
