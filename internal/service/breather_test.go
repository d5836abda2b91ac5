package service

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"regulars/internal/anomaly"
)

// Work that nobody waits for rests three times as long as it works, for five
// minutes, and stops when it is told to.
func TestBreatherRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const work = 10 * time.Millisecond
		busy := func(anomaly.Event) error { time.Sleep(work); return nil }
		took := func(push func(anomaly.Event) error) time.Duration {
			began := time.Now()
			for range 2 * breath {
				if err := push(anomaly.Event{}); err != nil {
					t.Fatal(err)
				}
			}
			return time.Since(began)
		}
		b := newBreather()
		if got, least := took(b.between(t.Context(), busy)), 7*breath*work; got < least {
			t.Errorf("%d events took %s, not %s", 2*breath, got, least)
		}
		time.Sleep(restful)
		if got := took(b.between(t.Context(), busy)); got != 2*breath*work {
			t.Errorf("after five minutes it still rests: %s", got)
		}
		var none *breather
		if got := took(none.between(t.Context(), busy)); got != 2*breath*work {
			t.Errorf("without one it took %s", got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		b = newBreather()
		time.Sleep(work)
		if err := b.rest(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("it rests on after it was told to stop: %v", err)
		}
	})
}
