package service

import (
	"context"
	"io"
	"time"

	"regulars/internal/loyalty"
)

// Imports takes in what a restaurant brings along from before.
type Imports struct {
	*Core
	// Queue has Work called soon, on this server or another. Without it work is
	// found when it is due.
	Queue func(ctx context.Context, orgID, importID loyalty.ID) error
}

// NewImports returns the use cases that read files.
func NewImports(c *Core) *Imports { return &Imports{Core: c} }

// ImportOrders is a file of orders: comma-separated values in UTF-8 with the
// columns order_id, store, total and completed_at, and perhaps customer_id and
// items. Times are those of the store's clock unless they bring an offset.
type ImportOrders struct {
	File   io.Reader
	DryRun bool // check and count, change nothing
	// Problem is told each mistake of the file; nil to be told none.
	Problem func(ImportProblem)
	// Progress is told now and then how far the import is; nil for not at all.
	Progress func(ImportProgress)
	// Layout says how the file was written; nil when it is as described above.
	Layout *loyalty.ImportLayout
	// SkipBad has the good rows of a file with mistakes imported.
	SkipBad bool
	// For is the recorded import that what is made is noted for; zero for none.
	For loyalty.ID
	// Forecast has a dry run work out what the orders would earn.
	Forecast bool
}

// ImportProgress is how far an import is.
type ImportProgress struct {
	Writing bool // false while the file is read and checked
	Done    int  // rows
	Total   int  // rows; 0 while not known
}

// OrdersImported is what an import of orders did, or in a dry run would do.
type OrdersImported struct {
	DryRun    bool
	Rows      int           // of the file
	Orders    int           // orders that were not there yet
	Known     int           // rows that were there already, or twice in the file
	Customers int           // guests that were not there yet
	Matched   int           // guests that were; only in a forecast
	Stores    int           // stores that were not there yet
	Problems  int           // rows with mistakes, left out
	Sales     loyalty.Minor // total of Orders
	Currency  string        // of Sales; that of the organization
	// What follows a dry run knows only with a forecast, and Flagged never.
	Points    loyalty.Points // earned by Orders
	Expired   loyalty.Points // of Points, those whose time is over already
	Flagged   int            // orders that a detector found worth a look
	Unawarded int            // orders that could earn nothing: no program active, or the account is frozen
	// NoProgram is true when orders earn nothing because no program is active.
	NoProgram bool
}

const (
	// importStep is how many rows are staged or written at a time: enough to
	// make round trips cheap, few enough that a till never waits long for an
	// account that a step holds.
	importStep = 1000
	// stagedFor is how long rows of an import that broke off are kept.
	stagedFor = 24 * time.Hour
)

// Orders imports a file of orders, as if each had come in at its own time:
// stores and guests are created on the way, points, tiers and detectors work
// with the dates of the file. A file with mistakes changes nothing: each is
// told to cmd.Problem, and the answer is an Invalid. Orders that are there
// already stay as they are, so that importing a file again finishes an import
// that broke off, and otherwise changes nothing. It needs loyalty.Administer.
func (s *Imports) Orders(ctx context.Context, actor loyalty.Actor, cmd ImportOrders) (result OrdersImported, err error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return OrdersImported{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return OrdersImported{}, err
	}
	run := newOrderImport(s.Core, actor, cfg, cmd)
	defer func() {
		// Also after ctx has ended: else the rows would lie there for a day.
		if dropErr := run.drop(context.WithoutCancel(ctx)); err == nil {
			err = dropErr
		}
	}()
	if err := run.stage(ctx); err != nil {
		return OrdersImported{}, err
	}
	if err := run.count(ctx); err != nil {
		return OrdersImported{}, err
	}
	if cmd.DryRun && cmd.Forecast {
		return run.result, run.forecast(ctx)
	}
	if cmd.DryRun || run.result.Orders == 0 {
		return run.result, nil
	}
	if err := run.write(ctx); err != nil {
		return run.result, err
	}
	return run.result, run.audit(ctx)
}

// drop forgets what was staged, here and by imports that broke off.
func (r *orderImport) drop(ctx context.Context) error {
	return r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.DropStaged(ctx, r.id, r.core.now().Add(-stagedFor))
	})
}

func (r *orderImport) audit(ctx context.Context) error {
	detail := map[string]any{
		"rows": r.result.Rows, "orders": r.result.Orders, "customers": r.result.Customers, "stores": r.result.Stores,
		"points": r.result.Points,
	}
	return r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddAudit(ctx, loyalty.Audit(r.actor, r.core.now(), "orders.import", "organization", r.actor.OrgID, detail))
	})
}

func (r *orderImport) progress(writing bool, done, total int) {
	if r.cmd.Progress != nil {
		r.cmd.Progress(ImportProgress{Writing: writing, Done: done, Total: total})
	}
}
