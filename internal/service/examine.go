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
	// together is how many events of an organization are seen to at once where
	// so many wait: their findings go into cases in one transaction.
	together = 256
	// gather is how long an organization rests after findings of it were put into
	// cases, unless somebody asks for them. A case that grows costs the database
	// more than many awards: what a busy organization shows in that time goes into
	// it together. Who is flagged is so within a second all the same.
	gather = 200 * time.Millisecond
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
	busy    map[loyalty.ID]bool // organizations whose events are being examined, or rest
	resting map[loyalty.ID]*time.Timer
	running int
	dropped int
	idle    chan struct{} // closed when nothing is left to do; nil before the first
}

func newExaminer(c *Core) *examiner {
	return &examiner{core: c, examine: anomaly.Examine, watch: newWatch(c), busy: map[loyalty.ID]bool{}, resting: map[loyalty.ID]*time.Timer{}}
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
	x.start(t.org())
}

// start has the events of an organization examined unless that is under way.
// It needs mu.
func (x *examiner) start(org loyalty.ID) {
	if x.running < examiners && !x.busy[org] {
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

func (t task) org() loyalty.ID { return t.cfg.Organization.ID }

// run examines until nothing is left that nobody else is at: findings of one
// organization are placed one after another anyway.
func (x *examiner) run() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		ts := x.next()
		if len(ts) == 0 {
			if x.running--; x.running == 0 && len(x.tasks) == 0 {
				close(x.idle)
			}
			return
		}
		org := ts[0].org()
		x.busy[org] = true
		x.mu.Unlock()
		found := x.see(org, ts)
		x.mu.Lock()
		if found {
			x.resting[org] = time.AfterFunc(gather, func() {
				x.mu.Lock()
				defer x.mu.Unlock()
				x.goOn(org)
			})
		} else {
			delete(x.busy, org)
		}
	}
}

// goOn ends the rest of an organization. It needs mu.
func (x *examiner) goOn(org loyalty.ID) {
	delete(x.resting, org)
	delete(x.busy, org)
	if slices.ContainsFunc(x.tasks, func(t task) bool { return t.org() == org }) {
		x.start(org)
	}
}

// next takes the events out that are examined next.
func (x *examiner) next() (ts []task) {
	left := x.tasks[:0]
	for _, t := range x.tasks {
		if !x.busy[t.org()] && len(ts) < together && (len(ts) == 0 || ts[0].org() == t.org()) {
			ts = append(ts, t)
		} else {
			left = append(left, t)
		}
	}
	clear(x.tasks[len(left):])
	x.tasks = left
	return ts
}

// settled waits until nothing is left to examine, at most for wait. Nobody
// rests meanwhile.
func (x *examiner) settled(ctx context.Context, wait time.Duration) {
	x.mu.Lock()
	idle := x.idle
	for org, timer := range x.resting {
		if timer.Stop() {
			x.goOn(org)
		}
	}
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
