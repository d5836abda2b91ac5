//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// The kinds of what the load does; the first letter of its references.
const (
	award  = "a"
	order  = "o"
	redeem = "r"
)

var serial atomic.Int64

// work is one thing that a till does, until it is acknowledged.
func (b *bench) work(ctx context.Context, r *rand.Rand) {
	guest := b.customers[r.IntN(len(b.customers))]
	n := serial.Add(1)
	switch draw := r.IntN(10); {
	case draw < 4:
		b.award(ctx, guest, fmt.Sprintf("%s-%d", award, n))
	case draw < 8:
		b.order(ctx, guest, fmt.Sprintf("%s-%d", order, n))
	default:
		ref := fmt.Sprintf("%s-%d", redeem, n)
		a, ok := b.client.insist(ctx, "POST", "/v1/loyalty/rewards/"+b.reward+"/redeem", ref, map[string]any{"customerId": guest, "orderId": ref})
		if ok && a.status == http.StatusCreated {
			b.journal.note(redeem, ref, "")
		}
	}
}

func (b *bench) award(ctx context.Context, guest, ref string) (answer, bool) {
	a, ok := b.client.insist(ctx, "POST", "/v1/loyalty/customers/"+guest+"/award-points", ref, map[string]any{"points": 5, "reason": ref})
	if ok && a.status == http.StatusCreated {
		b.journal.note(award, ref, a.text("transaction", "id"))
	}
	return a, ok
}

// order carries no key: its own id is one.
func (b *bench) order(ctx context.Context, guest, ref string) {
	a, ok := b.client.insist(ctx, "POST", "/v1/stores/"+b.store+"/orders", "", map[string]any{
		"id": ref, "customer_id": guest, "total": "7.50", "status": "completed"})
	if ok && a.status/100 == 2 {
		b.journal.note(order, ref, a.text("id"))
	}
}

// killing kills servers and database at random under load.
func (b *bench) killing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, b.o.kill)
	defer cancel()
	before := b.client.seen.sent.Load()
	stop := b.under(ctx, b.o.workers, b.work)
	servers, databases := 0, 0
	var failed error
	for b.client.seen.sent.Load()-before < int64(b.o.requests) && ctx.Err() == nil && failed == nil {
		pause(ctx, time.Duration(300+b.rand.IntN(1500))*time.Millisecond)
		if b.rand.IntN(12) == 0 {
			databases++
			failed = b.killDatabase()
			continue
		}
		servers++
		s := b.servers[b.rand.IntN(len(b.servers))]
		if failed = b.restart(syscall.SIGKILL, s); failed == nil {
			failed = s.ready(context.WithoutCancel(ctx)) // or on a slow machine none ever would be
		}
	}
	if failed != nil {
		cancel()
		stop()
		return failed
	}
	// With everything up again, what is under way comes to its end.
	for _, s := range b.servers {
		if err := s.ready(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	stop()
	sent := b.client.seen.sent.Load() - before
	b.note(sent >= int64(b.o.requests), "Requests sent while servers and database are killed (`kill -9`)", fmt.Sprintf("%d", b.o.requests),
		"%d, with %d kills of servers and %d of the database; %d were broken off and sent again", sent, servers, databases, b.client.seen.broken.Load())
	return nil
}

// restart ends the server with the signal and starts it anew.
func (b *bench) restart(sig syscall.Signal, s *server) error {
	if _, _, err := s.end(sig); err != nil {
		return err
	}
	return s.start()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// stopping stops servers politely under load, one after the other on each.
func (b *bench) stopping(ctx context.Context) error {
	stop := b.under(ctx, b.o.workers, b.work)
	defer stop()
	before := b.client.seen.broken.Load()
	type outcome struct {
		took time.Duration
		code int
		err  error
	}
	outcomes := make(chan outcome, b.o.stops)
	var left atomic.Int64
	left.Store(int64(b.o.stops))
	for _, s := range b.servers {
		go func() {
			for left.Add(-1) >= 0 {
				took, code, err := s.end(syscall.SIGTERM)
				if err == nil {
					if err = s.start(); err == nil {
						err = s.ready(ctx)
					}
				}
				pause(ctx, 50*time.Millisecond)
				outcomes <- outcome{took, code, err}
			}
		}()
	}
	var longest time.Duration
	unclean := 0
	for range b.o.stops {
		o := <-outcomes
		if o.err != nil {
			return o.err
		}
		longest = max(longest, o.took)
		if o.code != 0 {
			unclean++
		}
	}
	b.note(longest < 20*time.Second && unclean == 0, "SIGTERM finishes what it started", "each stop below 20 s, exit code 0",
		"%d stops under load, the longest %s, %d with another exit code; %d requests broken off", b.o.stops, longest.Round(time.Millisecond), unclean,
		b.client.seen.broken.Load()-before)
	return nil
}
