package service

import (
	"context"

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
	past := newPast(r.core, r.actor)
	total, done := r.result.Rows, 0
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
	past.done.NoProgram, past.done.Known = r.result.NoProgram, r.result.Rows-past.done.Orders
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
	return step, err
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
