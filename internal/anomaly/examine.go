package anomaly

import (
	"fmt"
	"runtime/debug"
)

// Examine runs the at-once detectors on an event, with what was true just
// before it. It does a bounded amount of work and never panics: a detector
// that does yields an error beside the signals of the others, and the caller
// then records the event to be examined again later.
func Examine(s Settings, e Event, r Recent) (signals []Signal, err error) {
	if e.Customer.IsZero() {
		return nil, nil
	}
	note := func(sig Signal, found bool, problem error) {
		if problem != nil {
			err = fmt.Errorf("examine event %s: %w", e.ID, problem)
		}
		if found {
			signals = append(signals, sig)
		}
	}
	note(guarded(rapidEarning, s.RapidEarning, e, r))
	note(guarded(unusualAmount, s.UnusualAmount, e, r))
	note(guarded(selfAward, s.StaffFavoritism, e, r))
	note(guarded(offHours, s.OffHours, e, r))
	note(guarded(splitOrders, s.SplitOrders, e, r))
	note(guarded(accountTakeover, s.AccountTakeover, e, r))
	note(guarded(refundAbuse, s.RefundAbuse, e, r))
	note(guarded(duplicateClaim, s.DuplicateClaim, e, r))
	return signals, err
}

// guarded turns a detector's panic into an error with its stack.
func guarded[S any](detect func(S, Event, Recent) (Signal, bool), s S, e Event, r Recent) (sig Signal, found bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			sig, found, err = Signal{}, false, fmt.Errorf("detector panicked: %v\n%s", p, debug.Stack())
		}
	}()
	sig, found = detect(s, e, r)
	return sig, found, nil
}
