package service

import (
	"context"
	"fmt"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

const (
	oneDay = 24 * time.Hour
	// warmTime is what the detectors read before what they judge, to know what
	// is normal; blockTime how much is judged from one such start.
	warmTime  = 56 * oneDay
	blockTime = 28 * oneDay
	// warmMost bounds what is read for that in transactions, and with it the
	// memory: a busy organization's norms need fewer weeks.
	warmMost = 100_000
	// farthest is how far back from its last day the first look at an
	// organization goes, which may be a history that was brought along.
	farthest = 364 * oneDay
	// detectBehind is left for what is being written just now.
	detectBehind = time.Minute
	// signalLife is how long findings that belong to no case are kept: longer
	// than any detector counts, and than a block.
	signalLife = 100 * oneDay
	// placedAtOnce is how many findings go into one transaction.
	placedAtOnce = 100
	// evidenceMost is how many awards stand behind a finding about habits.
	evidenceMost = 200
)

// Detection runs all detectors over the ledger in the background: those that
// look at habits, and once more those that look at single events, whose first
// look may have failed.
//
// The ledger is cut into blocks. Of each, an engine that starts some weeks
// earlier is given every event in order of time; what it finds from the
// block's start on is kept under keys of its own. So it makes no difference
// how often and when it runs: the same ledger gives the same cases.
type Detection struct {
	*Core
	replays chan struct{} // one at a time in this process
}

// NewDetection returns the use cases over c.
func NewDetection(c *Core) *Detection { return &Detection{Core: c, replays: make(chan struct{}, 1)} }

// Round looks, for one organization after the other, at what happened since the
// last time, and says how many findings were new. It rests while others ask for
// something, so that tills and pages hardly notice. It needs
// loyalty.Administer.
func (s *Detection) Round() func(context.Context, loyalty.Actor) (int, error) {
	b := newBreather(&s.asked)
	return func(ctx context.Context, actor loyalty.Actor) (int, error) {
		b.worked = time.Now()
		return s.run(ctx, actor, s.now().Add(-detectBehind), b)
	}
}

// RunTo is a Round of one organization as if it were now the given time, and
// doesn't rest.
func (s *Detection) RunTo(ctx context.Context, actor loyalty.Actor, upTo time.Time) (int, error) {
	return s.run(ctx, actor, upTo, nil)
}

func (s *Detection) run(ctx context.Context, actor loyalty.Actor, upTo time.Time, b *breather) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	st, err := s.repo.DetectionState(ctx, actor.OrgID)
	if err != nil {
		return 0, err
	}
	if st.BlockTo.IsZero() {
		if st, err = s.firstBlock(ctx, actor.OrgID, upTo); err != nil || st.BlockTo.IsZero() {
			return 0, err
		}
	}
	found := 0
	for st.Through.Before(upTo) {
		if !st.Through.Before(st.BlockTo) {
			if st, err = s.nextBlock(ctx, actor.OrgID, st.BlockTo); err != nil {
				return found, err
			}
		}
		idle, err := s.idle(ctx, actor.OrgID, st, upTo)
		if err != nil || idle {
			return found, err
		}
		n, err := s.block(ctx, actor.OrgID, &st, earlier(upTo, st.BlockTo), b)
		found += n
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// firstBlock begins with the organization's first event, unless that is long
// ago. It is zero while nothing has happened.
func (s *Detection) firstBlock(ctx context.Context, orgID loyalty.ID, upTo time.Time) (loyalty.DetectionState, error) {
	times, err := s.repo.EventTimes(ctx, orgID, upTo, upTo, 1)
	if err != nil || times.First.IsZero() || !times.First.Before(upTo) {
		return loyalty.DetectionState{}, err
	}
	start := times.First.UTC().Truncate(oneDay)
	last, err := s.repo.LastActivity(ctx, orgID)
	if err != nil {
		return loyalty.DetectionState{}, err
	}
	for earlier(last, upTo).Sub(start) > farthest {
		start = start.Add(blockTime)
	}
	return s.nextBlock(ctx, orgID, start)
}

// nextBlock is the block that begins at from: shorter where more happens, so
// that going through it again takes a bounded time.
func (s *Detection) nextBlock(ctx context.Context, orgID loyalty.ID, from time.Time) (loyalty.DetectionState, error) {
	times, err := s.repo.EventTimes(ctx, orgID, from.Add(-blockTime), from, warmMost)
	if err != nil {
		return loyalty.DetectionState{}, err
	}
	st := loyalty.DetectionState{WarmFrom: from.Add(-warmTime), BlockFrom: from, BlockTo: from.Add(blockTime), Through: from}
	if times.Before.After(st.WarmFrom) {
		st.WarmFrom = times.Before
	}
	if times.Count >= warmMost {
		st.BlockTo = from.Add(7 * oneDay)
	}
	if times.Before.After(from.Add(-7 * oneDay)) {
		st.BlockTo = from.Add(oneDay)
	}
	return st, nil
}

// idle reports whether nothing has happened since the last look, and no day is
// over that a look could judge.
func (s *Detection) idle(ctx context.Context, orgID loyalty.ID, st loyalty.DetectionState, upTo time.Time) (bool, error) {
	if st.Through.UTC().Truncate(oneDay) != upTo.UTC().Truncate(oneDay) {
		return false, nil
	}
	some, err := s.repo.LedgerEvents(ctx, orgID, loyalty.LedgerEventQuery{From: st.Through, To: upTo, Limit: 1})
	return len(some) == 0, err
}

// block goes through the block up to the given time and keeps what is found.
func (s *Detection) block(ctx context.Context, orgID loyalty.ID, st *loyalty.DetectionState, to time.Time, b *breather) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("detect: %v", p)
		}
	}()
	events, err := newStream(ctx, s.Core, orgID)
	if err != nil {
		return 0, err
	}
	keys, err := s.repo.SignalKeys(ctx, orgID, st.BlockFrom.Add(-oneDay))
	if err != nil {
		return 0, err
	}
	known := make(map[string]bool, len(keys))
	for _, k := range keys {
		known[k] = true
	}
	var fresh []anomaly.Signal
	engine := events.engine(events.choice, func(sig anomaly.Signal) {
		if key := signalKey(sig); !sig.At.Before(st.BlockFrom) && sig.At.Before(st.BlockTo) && !known[key] {
			known[key] = true
			fresh = append(fresh, sig)
		}
	}, func(err error) {
		s.log.ErrorContext(ctx, "detector failed", "organization", orgID.String(), "err", err)
	})
	if st.Events, err = events.run(ctx, st.WarmFrom, to, b.between(ctx, engine.Push)); err != nil {
		return 0, err
	}
	if err := events.ticks(to, engine.Push); err != nil {
		return 0, err
	}
	for i := 0; i < len(fresh); i += placedAtOnce {
		if err := s.place(ctx, events, fresh[i:min(i+placedAtOnce, len(fresh))]); err != nil {
			return n, err
		}
		n = min(i+placedAtOnce, len(fresh))
		if err := b.rest(ctx); err != nil {
			return n, err
		}
	}
	st.Through, st.RunAt = to, s.now()
	return n, s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.SaveDetectionState(ctx, orgID, *st); err != nil {
			return err
		}
		_, err := tx.ForgetSignals(ctx, orgID, to.Add(-signalLife))
		return err
	})
}

// place puts findings into cases.
func (s *Detection) place(ctx context.Context, events *stream, found []anomaly.Signal) error {
	signals := make([]loyalty.Signal, len(found))
	for i, sig := range found {
		signals[i] = signalOf(sig, events.orgID, events.choice)
		if ref, ok := events.refs[anomaly.ID(signals[i].StaffID)]; ok {
			signals[i].Evidence["staff_ref"] = ref
		}
		if err := s.behind(ctx, events.orgID, sig, &signals[i]); err != nil {
			return err
		}
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.PlaceSignals(ctx, events.orgID, signals) })
}

// behind adds the awards that a finding about a habit is made of: those of the
// cashier; of the store where a till is meant, or a cashier who is no member of
// staff here; of anybody where an account is.
func (s *Detection) behind(ctx context.Context, orgID loyalty.ID, sig anomaly.Signal, out *loyalty.Signal) error {
	habit := sig.Kind == anomaly.PatternDeviation || sig.Kind == anomaly.ManualAwards || sig.Kind == anomaly.LimitHugging ||
		sig.Kind == anomaly.StaffFavoritism && sig.Evidence.Reason != "self"
	if !habit || len(sig.Evidence.Customers) == 0 {
		return nil
	}
	q := loyalty.AwardsQuery{
		StaffID: out.StaffID, From: sig.Evidence.From, To: sig.Evidence.To, Limit: evidenceMost,
		ByHand: sig.Evidence.Unit == anomaly.UnitAwards, Claims: sig.Evidence.Unit == anomaly.UnitClaims,
	}
	if _, elsewhere := out.Evidence["staff_ref"]; elsewhere || out.StaffID.IsZero() {
		q.StaffID, q.StoreID = loyalty.ID{}, loyalty.ID(sig.Store)
	}
	if sig.Evidence.Reason == "account" {
		q.StaffID, q.StoreID = loyalty.ID{}, loyalty.ID{}
	}
	for _, id := range sig.Evidence.Customers {
		q.Customers = append(q.Customers, loyalty.ID(id))
	}
	ids, err := s.repo.AwardsOf(ctx, orgID, q)
	out.TransactionIDs = append(out.TransactionIDs, ids...)
	return err
}
