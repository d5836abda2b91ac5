package service

import (
	"context"
	"sync/atomic"
	"time"

	"regulars/internal/anomaly"
)

const (
	// leisure is how many times as long as it works background work rests:
	// three quarters of one processor stay with those who wait for an answer.
	leisure = 3
	// restful is how long a round over all organizations rests at all. What takes
	// longer catches up with a history, and is to end before the next is due.
	restful = 5 * time.Minute
	// alone is how long nobody must have asked for anything for work to go on at
	// once: what it remembers is the sooner given back.
	alone = 2 * time.Second
	// breath is how many events are looked at between two rests, in
	// milliseconds of work a few.
	breath = 250
)

// breather has work that nobody waits for rest again and again while others
// are at work. Nil never rests.
type breather struct {
	began, worked time.Time
	asked         *atomic.Int64 // as in Core
}

func newBreather(asked *atomic.Int64) *breather {
	now := time.Now()
	return &breather{began: now, worked: now, asked: asked}
}

// rest waits leisure times as long as it is since the last rest, or until ctx
// ends, which is the error.
func (b *breather) rest(ctx context.Context) error {
	if b == nil {
		return nil
	}
	worked := time.Since(b.worked)
	if time.Since(b.began) > restful || time.Since(time.Unix(0, b.asked.Load())) > alone {
		worked = 0
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(leisure * worked):
	}
	b.worked = time.Now()
	return nil
}

// between is push with a rest after every few events.
func (b *breather) between(ctx context.Context, push func(anomaly.Event) error) func(anomaly.Event) error {
	if b == nil {
		return push
	}
	n := 0
	return func(e anomaly.Event) error {
		if n++; n%breath == 0 {
			if err := b.rest(ctx); err != nil {
				return err
			}
		}
		return push(e)
	}
}
