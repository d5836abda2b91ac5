package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// UndoBulkAward takes a whole bulk award back.
type UndoBulkAward struct {
	ID     loyalty.ID
	Reason string // 1–500 characters
	Once   loyalty.Once
}

// Undo has the points of an award taken back in the background, also of one
// that is still being given: nobody is given to any more then. Of each customer
// what is unspent is taken, as a new row that names the award's; what was spent
// or has expired stays, whether or not the program allows debt, and is never
// made good by points that came later. That holds for rewards that are still to
// be handed over, too: when one is cancelled, its points are the guest's. Tiers fall only where the
// program lets reversals lower them. It needs loyalty.LoyaltyCreate, as giving
// does. An award that is being taken back, or was, is a Conflict.
func (s *BulkAwards) Undo(ctx context.Context, actor loyalty.Actor, cmd UndoBulkAward) (loyalty.BulkAward, error) {
	b, err := s.Get(ctx, actor, loyalty.ID{}, cmd.ID)
	if err != nil {
		return b, err
	}
	var p loyalty.Problems
	cmd.Reason = checkReason(&p, "reason", cmd.Reason, 500)
	if err := p.Err(); err != nil {
		return b, err
	}
	now := s.now()
	b, err = once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.BulkAward, error) {
		ok, err := tx.StartBulkUndo(ctx, b.OrgID, b.ID, loyalty.BulkUndo{ID: loyalty.NewID(now), Reason: cmd.Reason, StaffID: actor.StaffID}, now)
		if err != nil {
			return b, err
		}
		if !ok {
			return b, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "These points are being taken back already, or were.")
		}
		err = tx.AddAudit(ctx, loyalty.Audit(actor, now, "points.undo_many", "bulk_award", b.ID, map[string]any{
			"points": b.Points, "reason": cmd.Reason,
		}))
		if err != nil {
			return b, err
		}
		return tx.BulkAward(ctx, b.OrgID, b.ID)
	})
	if err == nil {
		s.queueSoon(ctx, b)
	}
	return b, err
}

// BulkUndoPreview is what taking a bulk award back would do just now.
type BulkUndoPreview struct {
	loyalty.BulkLeft
	Known      bool          // the figures; of many guests it takes too long to add up
	Liability  loyalty.Minor // what the restaurant would owe less
	Currency   string
	TiersStay  bool // whoever was moved up keeps the tier
	StillGives bool // the award is still being given
}

// previewTime is how long the figures are waited for: whoever wants an award
// stopped must not wait for what it comes to.
const previewTime = 3 * time.Second

// PreviewUndo is what Undo would do, without figures while the award is still
// being given; it refuses what Undo would refuse. It needs
// loyalty.LoyaltyCreate.
func (s *BulkAwards) PreviewUndo(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (BulkUndoPreview, error) {
	b, err := s.Get(ctx, actor, loyalty.ID{}, id)
	if err != nil {
		return BulkUndoPreview{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return BulkUndoPreview{}, err
	}
	v := BulkUndoPreview{Currency: cfg.Organization.Currency, TiersStay: true, StillGives: b.State == loyalty.BulkRunning}
	if cfg.Program != nil {
		v.TiersStay = cfg.Program.TierDowngrade != loyalty.DowngradeOnReversal
	}
	if v.StillGives {
		return v, nil
	}
	short, cancel := context.WithTimeout(ctx, previewTime)
	defer cancel()
	v.BulkLeft, err = s.repo.BulkLeft(short, actor.OrgID, b.ID, businessDay(cfg, b.StoreID, s.now()))
	if err != nil && short.Err() != nil && ctx.Err() == nil {
		return v, nil
	}
	v.Known = err == nil
	if cfg.Program != nil {
		v.Liability = cfg.Program.Liability(v.Points)
	}
	return v, err
}

// List are the latest awards that actor may see, newest first. It needs
// loyalty.LoyaltyCreate.
func (s *BulkAwards) List(ctx context.Context, actor loyalty.Actor) ([]loyalty.BulkAward, error) {
	const latest = 20
	if err := actor.Require(loyalty.LoyaltyCreate); err != nil {
		return nil, err
	}
	all, err := s.repo.BulkAwards(ctx, actor.OrgID, latest)
	if err != nil {
		return nil, err
	}
	var own []loyalty.BulkAward
	for _, b := range all {
		if actor.RequireStore(b.StoreID) == nil {
			own = append(own, b)
		}
	}
	return own, nil
}

// undoStep takes the points of some hundred customers back, in a transaction
// that till and configuration can wait for.
func (s *BulkAwards) undoStep(ctx context.Context, b loyalty.BulkAward) (done loyalty.BulkStep, err error) {
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		cfg, err := s.heldConfig(ctx, tx, b.OrgID)
		if err != nil {
			return err
		}
		now := s.now()
		rules := loyalty.BulkRules{Program: cfg.Program, Day: businessDay(cfg, b.StoreID, now), At: now, HeldUntil: now.Add(bulkHold)}
		done, err = tx.StepBulkUndo(ctx, b.OrgID, b.ID, rules)
		if err != nil || done.State != loyalty.BulkUndone || done.Idle {
			return err
		}
		return s.ended(ctx, tx, b)
	})
	if err == nil {
		s.countMany(loyalty.Reverse, done.Moved)
	}
	return done, err
}

// undoEnded writes into the audit log what came of taking the award back.
func (s *BulkAwards) undoEnded(ctx context.Context, tx loyalty.Tx, b loyalty.BulkAward) error {
	actor := loyalty.Actor{Role: loyalty.System, OrgID: b.OrgID, StaffID: b.Undo.StaffID}
	came := map[string]any{"customers": b.Undo.Guests, "taken": b.Undo.Taken, "stays": b.Undo.Spent}
	if b.State == loyalty.BulkFailed {
		came["failed"] = true
	}
	return tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "points.undid_many", "bulk_award", b.ID, came))
}
