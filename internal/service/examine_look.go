package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// finding is what an event has shown.
type finding struct {
	task
	signals []loyalty.Signal
}

// see examines events of an organization and puts what is found into cases. It
// reports whether there was anything.
func (x *examiner) see(org loyalty.ID, ts []task) (some bool) {
	defer x.survive(ts[0], func() {})
	ctx := loyalty.Within(context.Background(), org)
	var found []finding
	keep := func() {
		x.keep(ctx, org, found)
		found = nil
	}
	for _, t := range ts {
		if f := x.look(ctx, t, keep); len(f.signals) > 0 || f.note != nil {
			found, some = append(found, f), true
		}
	}
	keep()
	return some
}

// survive is for defer: a panic ends the work on t and nothing else.
func (x *examiner) survive(t task, undo func()) {
	if p := recover(); p != nil {
		x.core.log.Error("detector failed", "event", t.event.ID.String(), "err", p)
		undo()
	}
}

// look examines one event. What the events before it have shown is kept first
// where it counts.
func (x *examiner) look(ctx context.Context, t task, keep func()) (f finding) {
	defer x.survive(t, func() { f = finding{} })
	ctx, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	choice, err := DetectorSettings(t.cfg)
	if err != nil {
		x.core.log.ErrorContext(ctx, "detector settings can't be read", "organization", t.org().String(), "err", err)
	}
	if t.note != nil {
		keep() // the claims of a receipt count those before
	}
	r, err := x.recent(ctx, t)
	if err != nil {
		x.core.log.ErrorContext(ctx, "an event can't be examined", "event", t.event.ID.String(), "err", err)
		return finding{}
	}
	signals, err := x.examine(choice.Settings, t.event, r)
	if err != nil {
		x.core.log.ErrorContext(ctx, "detector failed", "event", t.event.ID.String(), "err", err)
	}
	if slices.ContainsFunc(signals, countsBefore) {
		keep()
		if signals, err = x.again(ctx, choice, t, r); err != nil {
			x.core.log.ErrorContext(ctx, "an event can't be examined", "event", t.event.ID.String(), "err", err)
			return finding{}
		}
	}
	f.task = t
	for _, s := range signals {
		f.signals = append(f.signals, signalOf(s, t.org(), choice))
	}
	return f
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

// keep puts what was found into cases, together if it goes: one finding that
// can't be kept does not take the others along.
func (x *examiner) keep(ctx context.Context, org loyalty.ID, found []finding) {
	if len(found) > 1 && x.place(ctx, org, found) == nil {
		return
	}
	for i, f := range found {
		if err := x.place(ctx, org, found[i:i+1]); err != nil {
			x.core.log.ErrorContext(ctx, "findings can't be kept", "event", f.event.ID.String(), "err", err)
		}
	}
}

// place keeps all that was found or nothing.
func (x *examiner) place(ctx context.Context, org loyalty.ID, found []finding) error {
	ctx, cancel := context.WithTimeout(ctx, examineTime)
	defer cancel()
	return x.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		var signals []loyalty.Signal
		for _, f := range found {
			if f.note != nil {
				fresh, err := tx.AddAccountEvent(ctx, *f.note)
				if err != nil {
					return err
				}
				if !fresh {
					continue
				}
			}
			signals = append(signals, f.signals...)
		}
		return tx.PlaceSignals(ctx, org, signals)
	})
}
