package service

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

const (
	// importHold is how long an import stays with a server that says nothing
	// more of it, and importBeat how often a server does.
	importHold = 45 * time.Second
	importBeat = time.Second
	// maxComplaints is how many mistakes of a file are kept to be shown; all
	// are counted.
	maxComplaints = 10_000
	// ImportFailure is what an import says that failed for a reason of ours.
	ImportFailure = "Something went wrong on our side. Try it again."
)

// Due are the imports that wait to be worked on: those just started, and those
// of a server that died.
func (s *Imports) Due(ctx context.Context) ([]loyalty.Import, error) {
	return s.repo.DueImports(ctx, s.now())
}

// Work does what the import waits for: checking, bringing in or undoing. It
// does nothing where another server is at it. Broken off, by ctx or a crash,
// the work is taken up again by the next who calls.
func (s *Imports) Work(ctx context.Context, orgID, id loyalty.ID) error {
	var held bool
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		held, err = tx.HoldImport(ctx, orgID, id, s.now(), s.now().Add(importHold))
		return err
	})
	if err != nil || !held {
		return err
	}
	m, err := s.repo.Import(ctx, orgID, id)
	if err != nil {
		return err
	}
	w := &importWork{imports: s, m: m, actor: loyalty.Actor{Role: loyalty.System, OrgID: orgID, StaffID: m.StaffID}}
	w.total.Store(int64(m.Total))
	stop := w.beat(context.WithoutCancel(ctx))
	err = w.run(ctx)
	stop()
	return w.settle(context.WithoutCancel(ctx), err)
}

// importWork is an import being worked on.
type importWork struct {
	imports     *Imports
	m           loyalty.Import
	actor       loyalty.Actor
	done, total atomic.Int64
	complaints  []loyalty.ImportComplaint
	kept        int // complaints written
}

func (w *importWork) run(ctx context.Context) error {
	switch w.m.State {
	case loyalty.ImportChecking:
		return w.check(ctx)
	case loyalty.ImportRunning:
		return w.bring(ctx)
	default:
		return w.undo(ctx)
	}
}

// beat tells others now and then how far the work is, until stop.
func (w *importWork) beat(ctx context.Context) (stop func()) {
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(importBeat)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				if err := w.report(ctx, importHold); err != nil {
					w.imports.log.WarnContext(ctx, "report an import", "err", err)
				}
			}
		}
	}()
	return func() {
		close(ended)
		<-gone
	}
}

func (w *importWork) report(ctx context.Context, hold time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.ReportImport(ctx, w.m.OrgID, w.m.ID, int(w.done.Load()), int(w.total.Load()), w.imports.now().Add(hold))
	})
}

// settle writes down how the work ended. What was broken off, or failed
// because the database was away, is let go of, for the next to take up.
func (w *importWork) settle(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || loyalty.KindOf(err) == loyalty.Unavailable && err != nil {
		return errors.Join(err, w.report(ctx, -time.Minute))
	}
	if err != nil {
		w.m.State, w.m.Failure = loyalty.ImportFailed, ImportFailure
		if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind != loyalty.Internal {
			w.m.Failure = e.Message
		} else {
			w.imports.log.ErrorContext(ctx, "import failed", "import", w.m.ID.String(), "err", err)
		}
	}
	now := w.imports.now()
	w.m.Done, w.m.Total, w.m.ChangedAt = int(w.done.Load()), int(w.total.Load()), now
	return w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if w.m.State == loyalty.ImportDone || w.m.State == loyalty.ImportUndone {
			w.m.FinishedAt = now
			if err := tx.DropImportFile(ctx, w.m.OrgID, w.m.ID); err != nil {
				return err
			}
		}
		return tx.SaveImport(ctx, w.m)
	})
}

func (w *importWork) file(ctx context.Context) io.ReadSeeker {
	return csvfile.Decode(&storedFile{ctx: ctx, repo: w.imports.repo, orgID: w.m.OrgID, id: w.m.ID}, w.m.Layout.Encoding)
}

func (w *importWork) progress(p ImportProgress) {
	w.done.Store(int64(p.Done))
	if p.Total > 0 {
		w.total.Store(int64(p.Total))
	}
}

// complain keeps a mistake, up to so many.
func (w *importWork) complain(p ImportProblem) {
	if w.kept+len(w.complaints) < maxComplaints {
		w.complaints = append(w.complaints, loyalty.ImportComplaint{Line: p.Line, Value: p.Value, FieldError: p.FieldError})
	}
}

func (w *importWork) keepComplaints(ctx context.Context) error {
	for len(w.complaints) > 0 {
		some := w.complaints[:min(len(w.complaints), importStep)]
		err := w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			return tx.AddImportComplaints(ctx, w.m.OrgID, w.m.ID, w.kept, some)
		})
		if err != nil {
			return err
		}
		w.kept += len(some)
		w.complaints = w.complaints[len(some):]
	}
	return nil
}

// check is the dry run: every bad row is named, and what the good ones would
// do is worked out.
func (w *importWork) check(ctx context.Context) error {
	err := w.imports.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.ClearImportComplaints(ctx, w.m.OrgID, w.m.ID)
	})
	if err != nil {
		return err
	}
	f, err := w.pass(ctx, true)
	if loyalty.KindOf(err) == loyalty.Invalid && len(w.complaints) > 0 {
		// The file as a whole can't be read; the complaint says why.
		f.Problems, err = max(f.Problems, 1), nil
	}
	if err != nil {
		return err
	}
	if err := w.keepComplaints(ctx); err != nil {
		return err
	}
	cfg, err := w.imports.config(ctx, w.m.OrgID, 0)
	if err != nil {
		return err
	}
	f.Currency, f.NoProgram = cfg.Organization.Currency, cfg.Program == nil
	if cfg.Program != nil {
		f.Worth = cfg.Program.Liability(f.Points - f.Expired)
	}
	w.m.Figures, w.m.State = f, loyalty.ImportChecked
	return nil
}

// bring brings the file in. What it made is counted from the record, so that
// it is the whole also of an import that was broken off in between.
func (w *importWork) bring(ctx context.Context) error {
	_, err := w.pass(ctx, false)
	made, countErr := w.imports.repo.ImportMade(context.WithoutCancel(ctx), w.m.OrgID, w.m.ID)
	if err != nil || countErr != nil {
		return errors.Join(err, countErr)
	}
	f := &w.m.Figures
	f.Guests, f.Orders, f.Stores, f.Sales, f.Points, f.Flagged = made.Guests, made.Orders, made.Stores, made.Sales, made.Points, made.Flagged
	w.done.Store(w.total.Load())
	w.m.State = loyalty.ImportDone
	return nil
}

// pass reads the whole file, and writes unless it is a dry run.
func (w *importWork) pass(ctx context.Context, dry bool) (loyalty.ImportFigures, error) {
	layout, skip := &w.m.Layout, dry || w.m.Layout.SkipBad
	switch w.m.Kind {
	case loyalty.ImportCustomers:
		r, err := w.imports.Customers(ctx, w.actor, ImportCustomers{
			File: w.file(ctx), DryRun: dry, Problem: w.complain, Progress: w.progress, Layout: layout, SkipBad: skip, For: w.m.ID,
		})
		return loyalty.ImportFigures{Rows: r.Rows, Problems: r.Problems, Known: r.Known, Matched: r.Known, Guests: r.Added, Points: r.Balance}, err
	case loyalty.ImportBalances:
		r, err := w.imports.Balances(ctx, w.actor, ImportBalances{
			File: w.file(ctx), Hash: w.m.FileHash, DryRun: dry, Problem: w.complain, Progress: w.progress, Layout: layout, SkipBad: skip, For: w.m.ID,
		})
		return loyalty.ImportFigures{Rows: r.Rows, Problems: r.Problems, Known: r.Known, Matched: r.Given, Points: r.Points}, err
	default:
		r, err := w.imports.Orders(ctx, w.actor, ImportOrders{
			File: w.file(ctx), DryRun: dry, Problem: w.complain, Progress: w.progress, Layout: layout, SkipBad: skip, For: w.m.ID, Forecast: dry,
		})
		return loyalty.ImportFigures{
			Rows: r.Rows, Problems: r.Problems, Known: r.Known, Matched: r.Matched, Guests: r.Customers, Orders: r.Orders, Stores: r.Stores,
			Sales: r.Sales, Points: r.Points, Expired: r.Expired, Unawarded: r.Unawarded,
		}, err
	}
}
