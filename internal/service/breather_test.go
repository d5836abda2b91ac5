package service

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"regulars/internal/anomaly"
)

// Work that nobody waits for rests three times as long as it works while others
// ask for something, for five minutes, and stops when it is told to.
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
		var asked atomic.Int64
		asked.Store(time.Now().Add(time.Hour).UnixNano())
		b := newBreather(&asked)
		if got, least := took(b.between(t.Context(), busy)), 7*breath*work; got < least {
			t.Errorf("%d events took %s, not %s", 2*breath, got, least)
		}
		time.Sleep(restful)
		if got := took(b.between(t.Context(), busy)); got != 2*breath*work {
			t.Errorf("after five minutes it still rests: %s", got)
		}
		asked.Store(time.Now().Add(-alone).UnixNano() - 1)
		if got := took(newBreather(&asked).between(t.Context(), busy)); got != 2*breath*work {
			t.Errorf("while nobody asks for anything it rests: %s", got)
		}
		asked.Store(time.Now().Add(time.Hour).UnixNano())
		var none *breather
		if got := took(none.between(t.Context(), busy)); got != 2*breath*work {
			t.Errorf("without one it took %s", got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		b = newBreather(&asked)
		time.Sleep(work)
		if err := b.rest(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("it rests on after it was told to stop: %v", err)
		}
	})
}
