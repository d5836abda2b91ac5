package service

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/internal/loyalty"
)

const (
	// bulkHold is how long a bulk award stays with a server that says nothing
	// more of it; each step is a sign of life.
	bulkHold = 30 * time.Second
	// bulkLanes are how many steps of an award are under way at once. Much of one
	// is waiting for the disk; more of them would stand in the tills' way.
	bulkLanes = 2
	// bulkPause is how long a lane waits that found nothing to do.
	bulkPause = 50 * time.Millisecond
	// BulkFailure is what a bulk award says that failed for a reason of ours.
	BulkFailure = "Something went wrong on our side. Customers who have their points keep them."
	// BulkUndoFailure is the same of taking back.
	BulkUndoFailure = "Something went wrong on our side. What was taken back stays taken back; the rest can be taken back again."
)

// Due are the awards that wait to be worked on: those just asked for, to be
// given or taken back, and those of a server that died.
func (s *BulkAwards) Due(ctx context.Context) ([]loyalty.BulkAward, error) {
	return s.repo.DueBulkAwards(ctx, s.now())
}

// Work gives the points, or takes them back. It does nothing where another
// server is at it. Broken off, by ctx or a crash, it goes on where it was with
// the next who calls.
func (s *BulkAwards) Work(ctx context.Context, orgID, id loyalty.ID) error {
	var held bool
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		held, err = tx.HoldBulkAward(ctx, orgID, id, s.now(), s.now().Add(bulkHold))
		return err
	})
	if err != nil || !held {
		return err
	}
	b, err := s.repo.BulkAward(ctx, orgID, id)
	if err != nil {
		return err
	}
	if err := s.work(ctx, b); err != nil {
		return s.brokeOff(context.WithoutCancel(ctx), b, err)
	}
	return nil
}

func (s *BulkAwards) work(ctx context.Context, b loyalty.BulkAward) error {
	step := s.step
	if b.State == loyalty.BulkUndoing {
		step = s.undoStep
		if err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.PrepareBulkUndo(ctx, b.OrgID, b.ID) }); err != nil {
			return err
		}
	}
	lanes, within := errgroup.WithContext(ctx)
	for range bulkLanes {
		lanes.Go(func() error { return lane(within, b, step) })
	}
	return lanes.Wait()
}

// lane takes one step after the other while the award is what it was. While others are at all that is
// left it waits for them: one of them may be a server that was killed, whose
// step the database has yet to undo.
func lane(ctx context.Context, b loyalty.BulkAward, step func(context.Context, loyalty.BulkAward) (loyalty.BulkStep, error)) error {
	for {
		done, err := step(ctx, b)
		if err != nil || done.State != b.State {
			return err
		}
		pause := time.Duration(0)
		if done.Idle {
			pause = bulkPause
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// step gives some hundred customers their points, in a transaction that till
// and configuration can wait for.
func (s *BulkAwards) step(ctx context.Context, b loyalty.BulkAward) (done loyalty.BulkStep, err error) {
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		cfg, err := s.heldConfig(ctx, tx, b.OrgID)
		if err != nil {
			return err
		}
		rules, err := bulkRules(cfg, b, s.now())
		if err != nil {
			return err
		}
		done, err = tx.StepBulkAward(ctx, b.OrgID, b.ID, rules)
		if err != nil || done.State != loyalty.BulkCompleted || done.Idle {
			return err
		}
		return s.ended(ctx, tx, b)
	})
	if err == nil {
		s.countMany(loyalty.Earn, done.Moved)
	}
	return done, err
}

// bulkRules are what an award by hand would go by just now.
func bulkRules(cfg *loyalty.Config, b loyalty.BulkAward, now time.Time) (loyalty.BulkRules, error) {
	program, err := cfg.ActiveProgram()
	if err != nil {
		return loyalty.BulkRules{}, err
	}
	day := loyalty.DayIn(cfg.Organization.TimeZone, now)
	if !b.StoreID.IsZero() {
		store, err := cfg.Store(b.StoreID)
		if err != nil {
			return loyalty.BulkRules{}, err
		}
		day = store.Day(now)
	}
	return loyalty.BulkRules{Program: program, Day: day, ExpiresOn: program.ExpiryDay(day), At: now, HeldUntil: now.Add(bulkHold)}, nil
}

// ended writes into the audit log what came of the award.
func (s *BulkAwards) ended(ctx context.Context, tx loyalty.Tx, b loyalty.BulkAward) error {
	b, err := tx.BulkAward(ctx, b.OrgID, b.ID)
	if err != nil {
		return err
	}
	if !b.Undo.ID.IsZero() {
		return s.undoEnded(ctx, tx, b)
	}
	actor := loyalty.Actor{Role: loyalty.System, OrgID: b.OrgID, StaffID: b.StaffID, KeyID: b.KeyID}
	came := map[string]any{"customers": b.Awarded, "skipped": b.Skipped, "given": b.Given()}
	if b.State == loyalty.BulkFailed {
		came["failed"] = true
	}
	return tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "points.awarded_many", "bulk_award", b.ID, came))
}

// brokeOff lets go of an award that can go on later, and ends one that can't.
func (s *BulkAwards) brokeOff(ctx context.Context, b loyalty.BulkAward, cause error) error {
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) || loyalty.KindOf(cause) == loyalty.Unavailable {
		return errors.Join(cause, s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			return tx.LetGoOfBulkAward(ctx, b.OrgID, b.ID)
		}))
	}
	why, fail := BulkFailure, loyalty.Tx.FailBulkAward
	if b.State == loyalty.BulkUndoing {
		why, fail = BulkUndoFailure, loyalty.Tx.FailBulkUndo
	}
	if e, ok := errors.AsType[*loyalty.Error](cause); ok && e.Kind != loyalty.Internal {
		why = e.Message
	} else {
		s.log.ErrorContext(ctx, "bulk award failed", "award", b.ID.String(), "err", cause)
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		ok, err := fail(tx, ctx, b.OrgID, b.ID, why, s.now())
		if err != nil || !ok {
			return err
		}
		return s.ended(ctx, tx, b)
	})
}
