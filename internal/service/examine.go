package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

const (
	// examiners is how many events are examined side by side, and waiting how
	// many may wait for it. What is more is left to the background job.
	examiners = 2
	waiting   = 2048
	// examineTime bounds the work on one event.
	examineTime = 10 * time.Second
)

// task is an event to be examined.
type task struct {
	cfg   *loyalty.Config
	event anomaly.Event
	// The account after the event, and its awards before it.
	latest []loyalty.Recent
	since  time.Time
	life   loyalty.Points
	// note is written first: what the ledger doesn't hold.
	note *loyalty.AccountEvent
}

// examiner examines events right behind what caused them, without anybody
// waiting for it.
type examiner struct {
	core *Core
	// examine is anomaly.Examine, and the only thing that may be slow or fail.
	examine func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error)
	watch   *watch
	mu      sync.Mutex
	tasks   []task
	running int
	dropped int
	idle    chan struct{} // closed when nothing is left to do; nil before the first
}

func newExaminer(c *Core) *examiner {
	return &examiner{core: c, examine: anomaly.Examine, watch: newWatch(c)}
}

// add takes the event in, or leaves it to the background job where too many
// wait. It never waits.
func (x *examiner) add(t task) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.tasks) >= waiting {
		if x.dropped++; x.dropped&(x.dropped-1) == 0 {
			x.core.log.Warn("too many events wait to be examined; the background job will see to them", "left_out", x.dropped)
		}
		return
	}
	if x.running == 0 && len(x.tasks) == 0 {
		x.idle = make(chan struct{})
	}
	x.tasks = append(x.tasks, t)
	if x.running < examiners {
		x.running++
		go x.run()
	}
}

// posted has what a posting did examined: what it gave, and takings-back that
// left a debt.
func (x *examiner) posted(snap loyalty.Snapshot, cfg *loyalty.Config, p *loyalty.Posting) {
	if p == nil {
		return
	}
	for _, row := range p.Transactions {
		t := task{cfg: cfg, latest: snap.Recent, since: snap.Account.Since, life: snap.Account.Lifetime}
		switch {
		case row.Type == loyalty.Earn:
			t.event = awardEvent(row, p.Order, loyalty.Actor{})
		case row.Type == loyalty.Reverse && row.Points < 0 && row.BalanceAfter < 0:
			t.event = reverseEvent(row)
		default:
			continue
		}
		x.add(t)
	}
}

// refusedClaim has it examined that somebody asked for another's receipt; the
// same account asking again is a retry. It may be called more than once.
func (x *examiner) refusedClaim(cfg *loyalty.Config, o loyalty.Order, customerID loyalty.ID, actor loyalty.Actor, now time.Time) {
	if customerID.IsZero() || o.CustomerID.IsZero() || customerID == o.CustomerID {
		return
	}
	note := loyalty.NewAccountEvent(actor, now, loyalty.ClaimRefused, customerID)
	note.ID, note.StoreID, note.OrderID = eventID(o.ID, customerID.String(), now), o.StoreID, o.ID
	x.add(task{cfg: cfg, note: &note, event: anomaly.Event{
		ID: anomaly.ID(note.ID), Type: anomaly.Claim, At: now, ClosedAt: o.CompletedAt, Store: anomaly.ID(o.StoreID), Till: desk(o.StoreID),
		Staff: anomaly.ID(actor.StaffID), Customer: anomaly.ID(customerID), Order: anomaly.ID(o.ID), Amount: int64(o.Eligible()),
		RulePoints: int64(o.Earned),
	}})
}

func (x *examiner) run() {
	for {
		x.mu.Lock()
		if len(x.tasks) == 0 {
			if x.running--; x.running == 0 {
				close(x.idle)
			}
			x.mu.Unlock()
			return
		}
		t := x.tasks[0]
		x.tasks = slices.Delete(x.tasks, 0, 1)
		x.mu.Unlock()
		x.see(t)
	}
}

// settled waits until nothing is left to examine, at most for wait.
func (x *examiner) settled(ctx context.Context, wait time.Duration) {
	x.mu.Lock()
	idle := x.idle
	x.mu.Unlock()
	if idle == nil {
		return
	}
	late := time.NewTimer(wait)
	defer late.Stop()
	select {
	case <-idle:
	case <-late.C:
	case <-ctx.Done():
	}
}

// see examines one event and puts what is found into cases.
func (x *examiner) see(t task) {
	defer func() {
		if p := recover(); p != nil {
			x.core.log.Error("detector failed", "event", t.event.ID.String(), "err", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), examineTime)
	defer cancel()
	orgID := t.cfg.Organization.ID
	choice, err := DetectorSettings(t.cfg)
	if err != nil {
		x.core.log.ErrorContext(ctx, "detector settings can't be read", "organization", orgID.String(), "err", err)
	}
	r, err := x.recent(ctx, t)
	if err != nil {
		x.core.log.ErrorContext(ctx, "an event can't be examined", "event", t.event.ID.String(), "err", err)
		return
	}
	signals, err := x.examine(choice.Settings, t.event, r)
	if err != nil {
		x.core.log.ErrorContext(ctx, "detector failed", "event", t.event.ID.String(), "err", err)
	}
	if slices.ContainsFunc(signals, countsBefore) {
		if signals, err = x.again(ctx, choice, t, r); err != nil {
			x.core.log.ErrorContext(ctx, "an event can't be examined", "event", t.event.ID.String(), "err", err)
			return
		}
	}
	if err := x.place(ctx, t, choice, signals); err != nil {
		x.core.log.ErrorContext(ctx, "findings can't be kept", "event", t.event.ID.String(), "err", err)
	}
}

// countsBefore reports whether the finding weighs more the more often there
// were such before, which few events need to have looked up.
func countsBefore(s anomaly.Signal) bool {
	return s.Kind == anomaly.OffHours || s.Kind == anomaly.SplitOrders || s.Kind == anomaly.DuplicateClaim
}

// recent is what was so just before the event.
func (x *examiner) recent(ctx context.Context, t task) (anomaly.Recent, error) {
	org, store := t.cfg.Organization.ID, loyalty.ID(t.event.Store)
	snap := loyalty.Snapshot{Recent: t.latest, Account: &loyalty.Account{Enrollment: loyalty.Enrollment{Since: t.since}}}
	r := recentOf(snap, t.event.At)
	withTiers(r.Earnings, t.cfg.Program, t.life-loyalty.Points(t.event.Points))
	atStore(&r, t.cfg, store)
	switch t.event.Type {
	case anomaly.Order, anomaly.Claim, anomaly.Award:
		r.Daypart, r.Organization = x.watch.baseline(ctx, org, store), x.watch.baseline(ctx, org, loyalty.ID{})
	case anomaly.Reverse:
		return r, x.debts(ctx, org, t.event, &r)
	}
	if t.note == nil {
		return r, nil
	}
	ids, err := x.core.repo.Claimants(ctx, org, t.note.OrderID, t.note.At)
	for _, id := range ids {
		r.Claimants = append(r.Claimants, anomaly.ID(id))
	}
	return r, err
}

func (x *examiner) debts(ctx context.Context, org loyalty.ID, e anomaly.Event, r *anomaly.Recent) error {
	const longest = 365 * 24 * time.Hour
	rows, err := x.core.repo.Debts(ctx, org, loyalty.ID(e.Customer), e.At.Add(-longest), e.At)
	for _, t := range rows {
		r.Debts = append(r.Debts, anomaly.Reversal{
			ID: anomaly.ID(t.ID), At: t.At, Staff: anomaly.ID(t.StaffID), Points: int64(min(-t.Points, -t.BalanceAfter)),
		})
	}
	return err
}

// again examines an event by how often its people were noticed in the 28 days
// before.
func (x *examiner) again(ctx context.Context, choice DetectorChoice, t task, r anomaly.Recent) ([]anomaly.Signal, error) {
	n, err := x.core.repo.SignalCounts(ctx, t.cfg.Organization.ID, loyalty.SignalQuery{
		EventID: loyalty.ID(t.event.ID), StaffID: loyalty.ID(t.event.Staff), CustomerID: loyalty.ID(t.event.Customer),
		Since: t.event.At.Add(-anomaly.StoryWindow), Until: t.event.At,
	})
	if err != nil {
		return nil, err
	}
	r.LateAttaches, r.OffHours, r.SplitOccasions, r.DuplicateClaims = n.LateAttaches, n.OffHours, n.Splits, n.DuplicateClaims
	return x.examine(choice.Settings, t.event, r)
}

func (x *examiner) place(ctx context.Context, t task, choice DetectorChoice, signals []anomaly.Signal) error {
	if len(signals) == 0 && t.note == nil {
		return nil
	}
	found := make([]loyalty.Signal, len(signals))
	for i, s := range signals {
		found[i] = signalOf(s, t.cfg.Organization.ID, choice)
	}
	return x.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if t.note != nil {
			if fresh, err := tx.AddAccountEvent(ctx, *t.note); err != nil || !fresh {
				return err
			}
		}
		return tx.PlaceSignals(ctx, t.cfg.Organization.ID, found)
	})
}
