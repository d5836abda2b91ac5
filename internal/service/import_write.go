package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// write brings the staged orders in, step by step in time order. Each step is
// one transaction.
func (r *orderImport) write(ctx context.Context) error {
	if len(r.added) > 0 {
		err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			return tx.AddImportedStores(ctx, r.actor.OrgID, r.id, r.added)
		})
		if err != nil {
			return err
		}
	}
	r.history = newHistory(r.actor.OrgID)
	core := NewCore(r.core.repo, func() time.Time { return r.clock }, r.core.log)
	r.ledger = &Ledger{Core: core, watch: &watch{core: core, baseline: r.history.baseline}}
	r.result.Orders, r.result.Customers, r.result.Sales = 0, 0, 0
	total, done := r.result.Rows, 0
	for last := (loyalty.StagedOrder{}); ; {
		var step importedStep
		err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
			step, err = r.step(ctx, tx, last)
			return err
		})
		if err != nil {
			return err
		}
		if len(step.rows) == 0 {
			break
		}
		last = step.rows[len(step.rows)-1]
		done += len(step.rows)
		r.settle(step)
		r.progress(true, done, total)
	}
	r.result.Known = r.result.Rows - r.result.Orders
	return nil
}

// importedStep is what one transaction of an import did.
type importedStep struct {
	rows      []loyalty.StagedOrder
	postings  []loyalty.Posting
	customers int
	unawarded int
}

// settle counts what a step did, once that can't be undone any more.
func (r *orderImport) settle(step importedStep) {
	r.result.Customers += step.customers
	r.result.Unawarded += step.unawarded
	r.result.Orders += len(step.postings)
	for _, p := range step.postings {
		r.result.Sales += p.Sales
		r.result.Flagged += min(len(p.Anomalies), 1)
		for _, t := range p.Transactions {
			r.result.Points += t.Points
		}
	}
	if len(step.postings) > 0 {
		r.steps++
	}
	r.history.learn(step.postings)
}

// step decides and writes the rows after last. It may run twice.
func (r *orderImport) step(ctx context.Context, tx loyalty.Tx, last loyalty.StagedOrder) (importedStep, error) {
	var step importedStep
	if err := tx.HoldImports(ctx, r.actor.OrgID); err != nil {
		return step, err
	}
	rows, err := tx.StagedOrders(ctx, r.actor.OrgID, r.id, last, importStep)
	if err != nil || len(rows) == 0 {
		return step, err
	}
	step.rows = rows
	fresh := unknown(rows)
	if len(fresh) == 0 {
		return step, nil
	}
	cfg, err := r.core.heldConfig(ctx, tx, r.actor.OrgID)
	if err != nil {
		return step, err
	}
	guests, err := r.guests(ctx, tx, fresh, &step)
	if err != nil {
		return step, err
	}
	if r.steps&(r.steps-1) == 0 { // 0, 1, 2, 4, 8 …: whenever the tables have doubled
		if err := tx.RefreshStatistics(ctx); err != nil {
			return step, err
		}
	}
	if err := r.history.prepare(ctx, tx, fresh); err != nil {
		return step, err
	}
	for _, row := range fresh {
		posting, awarded, err := r.decide(ctx, cfg, row, guests)
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

// unknown are the rows whose orders are not there yet, each order once.
func unknown(rows []loyalty.StagedOrder) []loyalty.StagedOrder {
	type key struct {
		store loyalty.ID
		ref   string
	}
	seen := make(map[key]bool, len(rows))
	fresh := make([]loyalty.StagedOrder, 0, len(rows))
	for _, row := range rows {
		k := key{row.StoreID, row.Ref}
		if !row.Known && !seen[k] {
			fresh = append(fresh, row)
		}
		seen[k] = true
	}
	return fresh
}

// guests locks the accounts of the rows' guests, after creating those that are
// not there yet.
func (r *orderImport) guests(ctx context.Context, tx loyalty.Tx, rows []loyalty.StagedOrder, step *importedStep) (map[string]*loyalty.Snapshot, error) {
	first := map[string]loyalty.StagedOrder{}
	var refs []string
	for _, row := range rows {
		if _, ok := first[row.CustomerRef]; !ok && row.CustomerRef != "" {
			first[row.CustomerRef] = row
			refs = append(refs, row.CustomerRef)
		}
	}
	until := rows[0].At
	known, err := tx.LockGuests(ctx, r.actor.OrgID, refs, until, recentAwards)
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
		if _, step.customers, err = r.customers.External(ctx, tx, r.actor, fresh); err != nil {
			return nil, err
		}
		added, err := tx.LockGuests(ctx, r.actor.OrgID, freshRefs, until, recentAwards)
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
func (r *orderImport) decide(ctx context.Context, cfg *loyalty.Config, row loyalty.StagedOrder, guests map[string]*loyalty.Snapshot) (p loyalty.Posting, awarded bool, err error) {
	r.clock = row.At
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
	d, err := r.ledger.decideOrder(ctx, snap, cfg, r.actor, cmd)
	if err != nil {
		return p, false, err
	}
	p = *d.posting
	p.OrgID, p.Config = r.actor.OrgID, cfg.Version
	if guest != nil {
		advance(guest, p)
	}
	return p, d.result.Award != nil, nil
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
