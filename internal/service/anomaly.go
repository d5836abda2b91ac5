package service

import (
	"context"
	"errors"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// Anomalies shows and decides cases.
type Anomalies struct{ *Core }

// AnomalyTypes are the kinds of cases there can be, in the catalog's order.
func AnomalyTypes() []string {
	kinds := anomaly.Kinds()
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// List is a page of cases and how many there are, up to loyalty.CountCap. It
// needs loyalty.AnomaliesRead.
func (s *Anomalies) List(ctx context.Context, actor loyalty.Actor, f loyalty.AnomalyFilter, page loyalty.Page) ([]loyalty.AnomalyRow, int, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return nil, 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return nil, 0, err
	}
	f.StoreIDs = stores
	return s.repo.Anomalies(ctx, actor.OrgID, f, page)
}

// visibleStores narrows a filter to the stores that the actor may see: asking
// for another one is NotFound, asking for none means all of the actor's.
func visibleStores(actor loyalty.Actor, asked []loyalty.ID) ([]loyalty.ID, error) {
	for _, id := range asked {
		if err := actor.RequireStore(id); err != nil {
			return nil, err
		}
	}
	if len(asked) == 0 {
		return actor.StoreIDs, nil
	}
	return asked, nil
}

// Get is one case. It needs loyalty.AnomaliesRead.
func (s *Anomalies) Get(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	a, err := s.repo.Anomaly(ctx, actor.OrgID, id)
	if err != nil {
		return loyalty.AnomalyRow{}, err
	}
	if actor.RequireStore(a.StoreID) != nil {
		return loyalty.AnomalyRow{}, loyalty.Missing("anomaly")
	}
	return a, nil
}

// Open is how many cases wait for the actor; 0 for who may not see them.
func (s *Anomalies) Open(ctx context.Context, actor loyalty.Actor) (int, error) {
	if !actor.Can(loyalty.AnomaliesRead) {
		return 0, nil
	}
	return s.repo.OpenAnomalies(ctx, actor.OrgID, actor.StoreIDs)
}

// DecideAnomaly is a manager's decision.
type DecideAnomaly struct {
	AnomalyID loyalty.ID
	StoreID   loyalty.ID // the store that the case must be about; zero for any
	Status    loyalty.AnomalyStatus
	Action    loyalty.AnomalyAction // "" is none; others only with Confirmed
	Note      string                // ≤ 2,000 characters
	Once      loyalty.Once
}

// Decide records the decision and does what it says, together or not at all:
// taking back what is left of the awards in the case, or freezing the account.
// It needs loyalty.AnomaliesReview. Nobody decides a case that names them. A
// case can be decided anew, back to pending too, until an action was taken.
func (s *Anomalies) Decide(ctx context.Context, actor loyalty.Actor, cmd DecideAnomaly) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	if err := cmd.check(); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.AnomalyRow{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.AnomalyRow, error) {
		a, err := tx.LockAnomaly(ctx, actor.OrgID, cmd.AnomalyID)
		if err != nil {
			return loyalty.AnomalyRow{}, err
		}
		if actor.RequireStore(a.StoreID) != nil || !cmd.StoreID.IsZero() && cmd.StoreID != a.StoreID {
			return loyalty.AnomalyRow{}, loyalty.Missing("anomaly")
		}
		if err := s.checkOwnCase(ctx, tx, actor, a); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		if a.Action != loyalty.ActionNone && (cmd.Status != loyalty.Confirmed || cmd.Action != loyalty.ActionNone && cmd.Action != a.Action) {
			return loyalty.AnomalyRow{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Points were taken back or the account was frozen already, so this case can't be decided anew.")
		}
		now := s.now()
		if err := act(ctx, tx, actor, cfg, a, cmd.Action, now); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		a.Status, a.Note, a.UpdatedAt = cmd.Status, cmd.Note, now
		if cmd.Action != loyalty.ActionNone {
			a.Action = cmd.Action
		}
		a.DecidedBy, a.DecidedAt = decider(actor), now
		if cmd.Status == loyalty.PendingReview {
			a.DecidedBy, a.DecidedAt = loyalty.ID{}, time.Time{}
		}
		if err := tx.SaveDecision(ctx, a); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		detail := map[string]any{"status": string(cmd.Status), "action": string(cmd.Action), "type": a.Type}
		if err := tx.AddAudit(ctx, loyalty.Audit(actor, now, "anomaly.decide", "anomaly", a.ID, detail)); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		return tx.Anomaly(ctx, actor.OrgID, a.ID)
	})
}

func (c *DecideAnomaly) check() error {
	var p loyalty.Problems
	switch c.Status {
	case loyalty.Confirmed, loyalty.Dismissed, loyalty.PendingReview:
	default:
		p.Add("status", "must be confirmed, dismissed or pending_review")
	}
	if c.Action == "" {
		c.Action = loyalty.ActionNone
	}
	switch c.Action {
	case loyalty.ActionNone:
	case loyalty.ActionReversePoints, loyalty.ActionFreezeAccount:
		if c.Status != loyalty.Confirmed {
			p.Add("action", "needs the status confirmed")
		}
	default:
		p.Add("action", "must be none, reverse_points or freeze_account")
	}
	c.Note = checkText(&p, "note", c.Note, 0, 2000)
	return p.Err()
}

func decider(actor loyalty.Actor) loyalty.ID {
	if actor.StaffID.IsZero() {
		return actor.KeyID
	}
	return actor.StaffID
}

// checkOwnCase refuses whoever the case names, as cashier or as guest.
func (s *Anomalies) checkOwnCase(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, a loyalty.Anomaly) error {
	own, err := ownCase(ctx, tx, actor, a)
	if err == nil && own {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Nobody decides a case about themselves. Ask another manager.")
	}
	return err
}

func act(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, cfg *loyalty.Config, a loyalty.Anomaly, action loyalty.AnomalyAction, now time.Time) error {
	switch action {
	case loyalty.ActionFreezeAccount:
		if a.CustomerID.IsZero() {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This case names no customer, so there is no account to freeze.")
		}
		return tx.SetFrozen(ctx, actor.OrgID, a.CustomerID, now)
	case loyalty.ActionReversePoints:
		return reverseCase(ctx, tx, actor, cfg, a, now)
	case loyalty.ActionNone:
	}
	return nil
}

// reverseCase takes back what is left of every award in the case, each as a row
// of its own.
func reverseCase(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, cfg *loyalty.Config, a loyalty.Anomaly, now time.Time) error {
	for _, id := range a.TransactionIDs {
		snap, err := tx.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{ReversesID: id, Lots: true})
		if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
			continue // erased with its customer
		}
		if err != nil {
			return err
		}
		d, err := decideReverse(snap, cfg, actor, ReverseAward{TransactionID: id, Reason: "Suspicious award"}, now)
		if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Code == loyalty.CodeConflict {
			continue // taken back before
		}
		if err != nil {
			return err
		}
		d.posting.OrgID = actor.OrgID
		if err := tx.PostAll(ctx, []loyalty.Posting{*d.posting}); err != nil {
			return err
		}
	}
	return nil
}
