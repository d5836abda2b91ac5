package service

import (
	"context"
	"slices"

	"regulars/internal/loyalty"
)

// write brings the staged orders in, step by step in time order. Each step is
// one transaction.
func (r *orderImport) write(ctx context.Context) error {
	if len(r.added) > 0 {
		err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			if err := tx.AddImportedStores(ctx, r.actor.OrgID, r.id, r.added); err != nil {
				return err
			}
			return r.madeStores(ctx, tx)
		})
		if err != nil {
			return err
		}
	}
	past := newPast(r.core, r.actor)
	total, done := r.staged, 0
	for last := (loyalty.StagedOrder{}); ; {
		var step pastStep
		err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
			step, err = r.step(ctx, tx, past, last)
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
		past.settle(step)
		r.progress(true, done, total)
	}
	past.done.Rows, past.done.Stores, past.done.Currency = r.result.Rows, r.result.Stores, r.result.Currency
	past.done.NoProgram, past.done.Known, past.done.Problems = r.result.NoProgram, r.staged-past.done.Orders, r.result.Problems
	r.result = past.done
	return nil
}

// step writes the rows after last. It may run twice.
func (r *orderImport) step(ctx context.Context, tx loyalty.Tx, past *Past, last loyalty.StagedOrder) (pastStep, error) {
	if err := tx.HoldImports(ctx, r.actor.OrgID); err != nil {
		return pastStep{}, err
	}
	rows, err := tx.StagedOrders(ctx, r.actor.OrgID, r.id, last, importStep)
	if err != nil || len(rows) == 0 {
		return pastStep{}, err
	}
	step, err := past.post(ctx, tx, unknown(rows))
	step.rows = rows
	if err != nil || r.cmd.For.IsZero() {
		return step, err
	}
	return step, tx.AddImportItems(ctx, r.actor.OrgID, r.cmd.For, step.items())
}

// items are what a step has made.
func (s pastStep) items() []loyalty.ImportItem {
	items := make([]loyalty.ImportItem, 0, len(s.created)+len(s.postings))
	for _, id := range s.created {
		items = append(items, loyalty.ImportItem{Kind: loyalty.ItemCustomer, ID: id})
	}
	for _, p := range s.postings {
		items = append(items, loyalty.ImportItem{Kind: loyalty.ItemOrder, ID: p.Order.ID, CustomerID: p.CustomerID})
	}
	return items
}

// madeStores notes which of the stores to be added nobody had added before.
func (r *orderImport) madeStores(ctx context.Context, tx loyalty.Tx) error {
	if r.cmd.For.IsZero() {
		return nil
	}
	all, err := tx.Stores(ctx, r.actor.OrgID)
	if err != nil {
		return err
	}
	var items []loyalty.ImportItem
	for _, s := range all {
		if slices.ContainsFunc(r.added, func(a loyalty.Store) bool { return a.ID == s.ID }) {
			items = append(items, loyalty.ImportItem{Kind: loyalty.ItemStore, ID: s.ID})
		}
	}
	return tx.AddImportItems(ctx, r.actor.OrgID, r.cmd.For, items)
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
