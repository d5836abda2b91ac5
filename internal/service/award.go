package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// Ledger is everything that moves points: awards, orders, redemptions,
// adjustments, reversals and expiry.
type Ledger struct {
	*Core
	watch *watch
}

// NewLedger returns the use cases that move points.
func NewLedger(c *Core) *Ledger { return &Ledger{Core: c, watch: newWatch(c)} }

// CustomerRef names a customer in one of three ways; the first that is set
// counts. Where an id and an external id are set, the external id counts when
// nobody has the id.
type CustomerRef struct {
	ID           loyalty.ID
	ExternalID   string     // the restaurant's own id
	EnrollmentID loyalty.ID // the account's id
}

// AwardPoints gives a number of points by hand.
type AwardPoints struct {
	Customer CustomerRef
	Points   loyalty.Points // 1 to loyalty.MaxPoints
	Reason   string         // 1–500 characters
	StoreID  loyalty.ID     // where; zero when at no store
	Once     loyalty.Once
}

// Awarded is what an award did.
type Awarded struct {
	Transaction loyalty.Transaction
	Balance     loyalty.Points
	Lifetime    loyalty.Points
	Tier        loyalty.Tier   // held afterwards
	Before      loyalty.Tier   // held before
	Next        loyalty.Tier   // the tier above; zero at the top
	Missing     loyalty.Points // lifetime points still missing to Next
	Name        string         // the customer's
}

// Award gives exactly the points asked for: no multiplier. It needs
// loyalty.Award. A frozen account, a person who was forgotten and an
// organization without an active program are a Conflict.
func (s *Ledger) Award(ctx context.Context, actor loyalty.Actor, cmd AwardPoints) (Awarded, error) {
	if err := s.may(actor, loyalty.Award, cmd.StoreID); err != nil {
		return Awarded{}, err
	}
	var p loyalty.Problems
	checkPoints(&p, "points", cmd.Points)
	cmd.Reason = checkReason(&p, "reason", cmd.Reason, 500)
	if err := p.Err(); err != nil {
		return Awarded{}, err
	}
	done, err := s.awardByHand(ctx, actor, cmd, false)
	if errors.Is(err, errNameless) {
		if err := s.stillNamed(ctx, actor, cmd.Customer); err != nil {
			return Awarded{}, err
		}
		return s.awardByHand(ctx, actor, cmd, true)
	}
	return done, err
}

// errNameless says that the guest is called what the erased are called, as
// others may be: who it is has to be looked up.
var errNameless = errors.New("the guest may have been erased")

// stillNamed is a Conflict for a guest who was erased.
func (s *Ledger) stillNamed(ctx context.Context, actor loyalty.Actor, who CustomerRef) error {
	snap, err := s.repo.Snapshot(ctx, actor.OrgID, who.query())
	if err != nil {
		return err
	}
	m, _, err := s.repo.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: snap.Account.CustomerID})
	if err != nil {
		return err
	}
	return m.CheckNamed()
}

// awardByHand is Award once what was asked for makes sense. Only the name is
// read with an account, so an award to one who bears the name of the erased
// is an errNameless unless that was looked into.
func (s *Ledger) awardByHand(ctx context.Context, actor loyalty.Actor, cmd AwardPoints, named bool) (Awarded, error) {
	q := cmd.Customer.query()
	q.Recent = recentAwards
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[Awarded], error) {
		now := s.now()
		if err := needsApproval(cfg, actor, cmd.Points); err != nil {
			return decision[Awarded]{}, err
		}
		e, err := newEarning(snap, cfg, actor, cmd.StoreID, now)
		if err != nil {
			return decision[Awarded]{}, err
		}
		if snap.Name == loyalty.AnonymousName && !named {
			return decision[Awarded]{}, errNameless
		}
		if err := e.award(cmd.Points, loyalty.Transaction{Reason: cmd.Reason}); err != nil {
			return decision[Awarded]{}, err
		}
		e.posting.Audit = []loyalty.AuditEntry{loyalty.Audit(actor, now, "points.award", "customer", e.account.CustomerID,
			map[string]any{"points": cmd.Points, "transaction_id": e.row.ID.String()})}
		e.posting.Signals = s.watch.award(ctx, snap, cfg, actor, e.row, nil)
		return decision[Awarded]{posting: &e.posting, result: e.result(snap.Name)}, nil
	})
}

// needsApproval refuses a cashier an award by hand from the program's approval
// limit on.
func needsApproval(cfg *loyalty.Config, actor loyalty.Actor, points loyalty.Points) error {
	if actor.Capacity() != loyalty.Cashier || len(cfg.Anomalies) == 0 {
		return nil
	}
	if choice, err := DetectorSettings(cfg); err == nil && choice.ApprovalLimit > 0 && points >= choice.ApprovalLimit {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Awards by hand of %d points and more need a manager.", int64(choice.ApprovalLimit))
	}
	return nil
}

// ByHand is how many points at most actor may give by hand on the pages: 0 for
// none. Cashiers give some where the program says from how many on a manager is
// needed.
func (s *Ledger) ByHand(ctx context.Context, actor loyalty.Actor) (loyalty.Points, error) {
	if !actor.Can(loyalty.Award) {
		return 0, nil
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil || cfg.Program == nil {
		return 0, err
	}
	if actor.Capacity() != loyalty.Cashier {
		return loyalty.MaxPoints, nil
	}
	choice, err := DetectorSettings(cfg)
	return max(choice.ApprovalLimit-1, 0), err
}

// notOwn refuses people whose own guest account is one of these. What they
// award themselves is held for a manager; what can't be held is not for them to
// do at all.
func notOwn(actor loyalty.Actor, customers ...loyalty.ID) error {
	if !actor.AccountID.IsZero() && slices.Contains(customers, actor.AccountID) {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Nobody does this to their own account. Ask another manager.")
	}
	return nil
}

// may checks the scope and, when the action happens at a store, the store.
func (c *Core) may(actor loyalty.Actor, scope loyalty.Scope, storeID loyalty.ID) error {
	if err := actor.Require(scope); err != nil {
		return err
	}
	return actor.RequireStore(storeID)
}

func (r CustomerRef) query() loyalty.SnapshotQuery {
	switch {
	case !r.ID.IsZero():
		return loyalty.SnapshotQuery{CustomerID: r.ID, ExternalID: r.ExternalID}
	case r.ExternalID != "":
		return loyalty.SnapshotQuery{ExternalID: r.ExternalID}
	}
	return loyalty.SnapshotQuery{EnrollmentID: r.EnrollmentID}
}

// earning is an award being worked out.
type earning struct {
	posting loyalty.Posting
	account *loyalty.Account
	program *loyalty.Program
	cfg     *loyalty.Config
	actor   loyalty.Actor
	store   loyalty.Store // zero when at no store
	at      time.Time
	before  loyalty.Tier
	after   loyalty.Tier
	row     loyalty.Transaction
}

// newEarning starts an award at the instant at, refusing accounts and
// organizations that can't have one.
func newEarning(snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, storeID loyalty.ID, at time.Time) (*earning, error) {
	if snap.Account == nil {
		return nil, loyalty.Missing("customer")
	}
	program, err := cfg.ActiveProgram()
	if err != nil {
		return nil, err
	}
	e := &earning{account: snap.Account, program: program, cfg: cfg, actor: actor, at: at}
	day := loyalty.DayIn(cfg.Organization.TimeZone, at)
	if !storeID.IsZero() {
		if e.store, err = cfg.Store(storeID); err != nil {
			return nil, err
		}
		day = e.store.Day(at)
	}
	if err := snap.Account.CheckOpen(); err != nil {
		return nil, err
	}
	e.before = program.Held(snap.Account.TierID, snap.Account.Lifetime)
	e.after = e.before
	e.posting = loyalty.Posting{
		CustomerID: snap.Account.CustomerID, Revision: snap.Account.Revision, ProgramID: program.ID, TierID: e.before.ID, Day: day, At: at,
	}
	return e, nil
}

// award adds points as row, which brings reason, amount and explanation, and
// moves the tier up. No row is written for 0 points.
func (e *earning) award(points loyalty.Points, row loyalty.Transaction) error {
	if points == 0 {
		return nil
	}
	row.ID, row.Type, row.Points, row.LifetimeDelta, row.At = loyalty.NewID(e.at), loyalty.Earn, points, points, e.at
	row.StoreID, row.StaffID, row.KeyID = e.store.ID, e.actor.StaffID, e.actor.KeyID
	before := e.account.Balance
	if err := e.account.Add(&e.posting, row); err != nil {
		return err
	}
	e.account.Gain(&e.posting, before, points, e.program.ExpiryDay(e.posting.Day))
	e.after = e.program.Retier(e.before, e.account.Lifetime, false)
	e.posting.TierID = e.after.ID
	e.row = e.posting.Transactions[len(e.posting.Transactions)-1]
	return nil
}

func (e *earning) result(name string) Awarded {
	next, missing, _ := e.program.NextTier(e.after, e.account.Lifetime)
	return Awarded{
		Transaction: e.row, Balance: e.account.Balance, Lifetime: e.account.Lifetime, Tier: e.after, Before: e.before,
		Next: next, Missing: missing, Name: name,
	}
}
