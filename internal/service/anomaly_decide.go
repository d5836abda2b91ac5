package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// DecideAnomaly is a manager's decision.
type DecideAnomaly struct {
	AnomalyID loyalty.ID
	StoreID   loyalty.ID // the store that the case must be about; zero for any
	Status    loyalty.AnomalyStatus
	Action    loyalty.AnomalyAction // "" is none; others only with Confirmed
	Note      string                // ≤ 2,000 characters
	Seen      loyalty.AnomalyStatus // as it was when it was looked at; "" for whatever it is
	Once      loyalty.Once
}

// Decide records the decision and does what it says, together or not at all:
// taking back what is left of the awards in the case, or freezing the account.
// Dismissing lets go of what was held for review, and thinking better of it
// holds again what is still there. It needs loyalty.AnomaliesReview. Nobody
// decides a case that names them. A case can be decided anew, back to pending
// too, until an action was taken; the other action can still follow.
func (s *Anomalies) Decide(ctx context.Context, actor loyalty.Actor, cmd DecideAnomaly) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	if err := cmd.check(); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	change := caseChange{id: cmd.AnomalyID, storeID: cmd.StoreID, once: cmd.Once, what: cmd.deed(), note: cmd.Note}
	change.detail = map[string]any{"status": string(cmd.Status), "action": string(cmd.Action)}
	return s.change(ctx, actor, change, func(ctx context.Context, w *caseWork) error {
		if cmd.Seen != "" && cmd.Seen != w.Status {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Somebody else has decided this case meanwhile. Look at it again.")
		}
		acted := !w.ReversedAt.IsZero() || !w.FrozenAt.IsZero()
		if acted && cmd.Status != loyalty.Confirmed {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Points were taken back or the account was frozen already, so this case can't be decided anew.")
		}
		if err := w.act(ctx, cmd.Action); err != nil {
			return err
		}
		if err := w.settleHold(ctx, cmd.Status, change.detail); err != nil {
			return err
		}
		w.Status, w.Note = cmd.Status, cmd.Note
		if cmd.Action != loyalty.ActionNone {
			w.Action = cmd.Action
		}
		w.DecidedBy, w.DecidedAt = decider(actor), w.now
		if cmd.Status == loyalty.PendingReview {
			w.DecidedBy, w.DecidedAt = loyalty.ID{}, time.Time{}
		}
		return nil
	})
}

// settleHold lets go of what is held for a case that is dismissed, or holds it
// again for one that is so no more.
func (w *caseWork) settleHold(ctx context.Context, to loyalty.AnomalyStatus, detail map[string]any) error {
	switch {
	case to == loyalty.Dismissed:
		return w.tx.ReleaseReview(ctx, w.OrgID, w.ID, w.now)
	case w.Status == loyalty.Dismissed && w.ReversedAt.IsZero():
		return w.holdAgain(ctx, detail)
	}
	return nil
}

// holdAgain holds what is left of what was let go of, and notes how much that
// is.
func (w *caseWork) holdAgain(ctx context.Context, detail map[string]any) error {
	h, err := w.tx.HoldReview(ctx, w.OrgID, w.ID, w.now.Add(reviewTime))
	if h.Held > 0 || h.Spent > 0 {
		detail["held"], detail["spent"] = int64(h.Held), int64(h.Spent)
	}
	return err
}

// deed is the decision as the case's notes have it: what was done, or else
// where the case stands.
func (c *DecideAnomaly) deed() string {
	if c.Action != loyalty.ActionNone {
		return string(c.Action)
	}
	return string(c.Status)
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
	c.Note = checkNote(&p, "note", c.Note, 0, 2000)
	return p.Err()
}

func decider(actor loyalty.Actor) loyalty.ID {
	if actor.StaffID.IsZero() {
		return actor.KeyID
	}
	return actor.StaffID
}

// caseChange is what is being done to a case.
type caseChange struct {
	id, storeID loyalty.ID
	once        loyalty.Once
	what        string // of the note that tells of it
	note        string
	action      string // in the audit log; "" is anomaly.decide
	detail      map[string]any
	anyone      bool // also who is named by the case: it decides nothing
}

// caseWork is a case that is being changed.
type caseWork struct {
	loyalty.Anomaly
	tx    loyalty.Tx
	actor loyalty.Actor
	cfg   *loyalty.Config
	now   time.Time
}

// change does work on a case that actor may decide, and writes down that and
// by whom it was done.
func (s *Anomalies) change(ctx context.Context, actor loyalty.Actor, c caseChange, work func(context.Context, *caseWork) error) (loyalty.AnomalyRow, error) {
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.AnomalyRow{}, err
	}
	s.exams.settled(ctx, settleWait)
	return once(ctx, s.Core, actor.OrgID, c.once, func(ctx context.Context, tx loyalty.Tx) (loyalty.AnomalyRow, error) {
		a, err := tx.LockAnomaly(ctx, actor.OrgID, c.id)
		if err != nil {
			return loyalty.AnomalyRow{}, err
		}
		if actor.RequireStore(a.StoreID) != nil || !c.storeID.IsZero() && c.storeID != a.StoreID {
			return loyalty.AnomalyRow{}, loyalty.Missing("anomaly")
		}
		if err := s.checkOwnCase(ctx, tx, actor, a); err != nil && !c.anyone {
			return loyalty.AnomalyRow{}, err
		}
		w := &caseWork{Anomaly: a, tx: tx, actor: actor, cfg: cfg, now: s.now()}
		if err := work(ctx, w); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		w.UpdatedAt = w.now
		if err := tx.SaveDecision(ctx, w.Anomaly); err != nil {
			return loyalty.AnomalyRow{}, err
		}
		return tell(ctx, w, c)
	})
}

// tell writes down what was done to the case.
func tell(ctx context.Context, w *caseWork, c caseChange) (loyalty.AnomalyRow, error) {
	note := loyalty.CaseNote{ID: loyalty.NewID(w.now), At: w.now, StaffID: w.actor.StaffID, KeyID: w.actor.KeyID, What: c.what, Note: c.note}
	if err := w.tx.AddCaseNote(ctx, w.actor.OrgID, w.ID, note); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	detail := map[string]any{"type": w.Type}
	for k, v := range c.detail {
		detail[k] = v
	}
	if c.action == "" {
		c.action = "anomaly.decide"
	}
	if err := w.tx.AddAudit(ctx, loyalty.Audit(w.actor, w.now, c.action, "anomaly", w.ID, detail)); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	return w.tx.Anomaly(ctx, w.actor.OrgID, w.ID)
}

// checkOwnCase refuses whoever the case names, as cashier or as guest.
func (s *Anomalies) checkOwnCase(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, a loyalty.Anomaly) error {
	own, err := ownCase(ctx, tx, actor, a)
	if err == nil && own {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Nobody decides a case about themselves. Ask another manager.")
	}
	return err
}

// DecideMany decides several cases alike: each by itself, so that one that
// can't be decided does not keep the others waiting. It says how many were
// decided, and why the first other was not.
func (s *Anomalies) DecideMany(ctx context.Context, actor loyalty.Actor, ids []loyalty.ID, cmd DecideAnomaly) (done int, refused error) {
	for _, id := range ids {
		one := cmd
		one.AnomalyID = id
		_, err := s.Decide(ctx, actor, one)
		switch {
		case err == nil:
			done++
		case loyalty.KindOf(err) == loyalty.Internal:
			return done, err
		case refused == nil:
			refused = err
		}
	}
	return done, refused
}
