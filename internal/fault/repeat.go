//go:build linux

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const atOnce = 64

// retrying sends each request from many clients at once under one key, while
// servers are killed.
func (b *bench) retrying(ctx context.Context) error {
	done := make(chan struct{})
	killed := make(chan error, 1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				killed <- nil
				return
			case <-time.After(200 * time.Millisecond):
			}
			s := b.servers[i%len(b.servers)]
			err := b.restart(syscall.SIGKILL, s)
			if err == nil {
				err = s.ready(ctx)
			}
			if err != nil {
				killed <- err
				return
			}
		}
	}()
	var different, replayed atomic.Int64
	for n := range b.o.retries {
		guest, ref := b.customers[n%len(b.customers)], fmt.Sprintf("%s-same-%d", award, n)
		var wg sync.WaitGroup
		ids := make(chan string, atOnce)
		for range atOnce {
			wg.Go(func() {
				a, ok := b.award(ctx, guest, ref)
				if ok && a.status == http.StatusCreated {
					ids <- a.text("transaction", "id")
				}
				if a.replay {
					replayed.Add(1)
				}
			})
		}
		wg.Wait()
		close(ids)
		first := ""
		for id := range ids {
			if first == "" {
				first = id
			}
			if id != first {
				different.Add(1)
			}
		}
	}
	close(done)
	if err := <-killed; err != nil {
		return err
	}
	b.note(different.Load() == 0, "A repeated `Idempotency-Key` answers what the first did", "the same answer",
		"%d keys by %d clients at once with servers killed meanwhile: %d other answers, %d repeats told apart", b.o.retries, atOnce, different.Load(), replayed.Load())
	return nil
}

// redelivering delivers orders ten times in any order, with voids in between.
func (b *bench) redelivering(ctx context.Context) error {
	type delivery struct {
		ref   string
		guest string
		void  bool
	}
	var all []delivery
	for n := range b.o.orders {
		d := delivery{ref: fmt.Sprintf("%s-ten-%d", order, n), guest: b.customers[n%len(b.customers)]}
		for range 10 {
			all = append(all, d)
		}
		if n%2 == 0 {
			d.void = true
			all = append(all, d, d)
		}
	}
	rand.New(rand.NewPCG(b.o.seed, 10)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var next atomic.Int64
	var wg sync.WaitGroup
	for range b.o.workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(all); i = next.Add(1) - 1 {
				d := all[i]
				if !d.void {
					b.order(ctx, d.guest, d.ref)
					continue
				}
				// Before its order there is nothing to void: 404 is an answer.
				b.client.insist(ctx, "PATCH", "/v1/stores/"+b.store+"/orders/"+d.ref, "", map[string]any{"status": "cancelled"})
			}
		})
	}
	if err := b.restart(syscall.SIGKILL, b.servers[0]); err != nil {
		return err
	}
	wg.Wait()
	const q = `
		SELECT count(*) FILTER (WHERE n <> 1), count(*) FILTER (WHERE awards <> 1), count(*) FILTER (WHERE status = 'cancelled'),
			count(*) FILTER (WHERE left_over <> CASE status WHEN 'cancelled' THEN 0 ELSE 7 END AND left_over NOT IN (0, 10, 11))
		FROM (
			SELECT o.external_id, count(DISTINCT o.id) AS n, max(o.status) AS status, count(*) FILTER (WHERE t.type = 'earn') AS awards, sum(t.points) AS left_over
			FROM orders o JOIN transactions t ON t.organization_id = o.organization_id AND t.order_id = o.id
			WHERE o.external_id LIKE 'o-ten-%' GROUP BY 1) x`
	var rows, awards, voided, wrong int
	if err := b.db.QueryRowContext(ctx, q).Scan(&rows, &awards, &voided, &wrong); err != nil {
		return err
	}
	b.note(rows+awards+wrong == 0, "One order earns once, delivered ten times, shuffled, with voids between", "one row each",
		"%d orders in %d deliveries, %d voided: %d doubled, %d earned more than once, %d with wrong points", b.o.orders, len(all), voided, rows, awards, wrong)
	return nil
}
