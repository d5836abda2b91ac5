package anomaly

import (
	"fmt"
	"runtime/debug"
)

// Examine runs the at-once detectors on an event that gives points, with what
// was true just before it. It does a bounded amount of work and never panics:
// a detector that does yields an error beside the signals of the others, and
// the caller then records the event to be examined again later.
func Examine(s Settings, e Event, r Recent) (signals []Signal, err error) {
	for _, detect := range []func() (Signal, bool){
		func() (Signal, bool) { return rapidEarning(s.RapidEarning, e, r) },
		func() (Signal, bool) { return unusualAmount(s.UnusualAmount, e, r) },
	} {
		sig, found, problem := guarded(detect)
		if problem != nil {
			err = fmt.Errorf("examine event %s: %w", e.ID, problem)
		}
		if found {
			signals = append(signals, sig)
		}
	}
	return signals, err
}

// guarded turns a panic into an error with its stack.
func guarded(detect func() (Signal, bool)) (sig Signal, found bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			sig, found, err = Signal{}, false, fmt.Errorf("detector panicked: %v\n%s", r, debug.Stack())
		}
	}()
	sig, found = detect()
	return sig, found, nil
}
