//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	cost     = 3   // of the reward that furnish makes, in points
	spenders = 200 // clients that spend one balance at once
)

// draining has many clients spend one balance at once, over all servers.
func (b *bench) draining(ctx context.Context) error {
	const rounds = 5
	var won, refused, due int64
	left := 0
	for round := range rounds {
		points := 100 + 37*round
		guest, err := b.create(ctx, "/customers", map[string]any{"name": fmt.Sprintf("Zebulon Quirrelwood, spender %d", round), "phone": fmt.Sprintf("+5198777%04d", round)})
		if err != nil {
			return err
		}
		a, err := b.client.once(ctx, b.servers[0].url, "POST", "/v1/loyalty/customers/"+guest+"/award-points", "", map[string]any{"points": points, "reason": "to spend"})
		if err != nil || a.status != http.StatusCreated {
			return fmt.Errorf("award: %d %s %w", a.status, a.body, err)
		}
		var wins, refusals atomic.Int64
		var wg sync.WaitGroup
		for n := range spenders {
			wg.Go(func() {
				ref := fmt.Sprintf("%s-spend-%d-%d", redeem, round, n)
				a, ok := b.client.insist(ctx, "POST", "/v1/loyalty/rewards/"+b.reward+"/redeem", ref, map[string]any{"customerId": guest, "orderId": ref})
				switch {
				case ok && a.status == http.StatusCreated:
					b.journal.note(redeem, ref, "")
					wins.Add(1)
				case ok && a.status == http.StatusConflict:
					refusals.Add(1)
				}
			})
		}
		wg.Wait()
		won, refused, due = won+wins.Load(), refused+refusals.Load(), due+int64(points/cost)
		var balance int
		if err := b.db.QueryRowContext(ctx, `SELECT balance FROM enrollments WHERE customer_id = $1`, bare(guest)).Scan(&balance); err != nil {
			return err
		}
		if balance != points%cost {
			left++
		}
	}
	b.note(won == due && won+refused == rounds*spenders && left == 0, fmt.Sprintf("%d clients spend one balance at once", spenders), "exactly ⌊balance / cost⌋ win",
		"%d balances: %d of %d won, as many as there should be %d; %d with a wrong rest", rounds, won, won+refused, due, left)
	return nil
}

// stranding sets rewards aside, kills the servers before they are fetched and
// turns the time on.
func (b *bench) stranding(ctx context.Context) error {
	const holds = 30
	for n := range holds {
		ref := fmt.Sprintf("%s-held-%d", redeem, n)
		b.award(ctx, b.customers[n], fmt.Sprintf("%s-for-held-%d", award, n))
		a, ok := b.client.insist(ctx, "POST", "/v1/loyalty/rewards/"+b.reward+"/redeem", ref,
			map[string]any{"customerId": b.customers[n], "orderId": ref, "hold": true})
		if !ok || a.status != http.StatusCreated {
			return fmt.Errorf("hold: %d %s", a.status, a.body)
		}
	}
	for _, s := range b.servers {
		if _, _, err := s.end(syscall.SIGKILL); err != nil {
			return err
		}
	}
	if _, err := b.db.ExecContext(ctx, `UPDATE redemptions SET held_until = now() - interval '1 second' WHERE status = 'held'`); err != nil {
		return err
	}
	begun := time.Now()
	for _, s := range b.servers {
		if err := s.start(); err != nil {
			return err
		}
	}
	left := holds
	for left > 0 && time.Since(begun) < 3*time.Minute {
		pause(ctx, 200*time.Millisecond)
		const q = `SELECT count(*) FROM redemptions WHERE order_ref LIKE 'r-held-%' AND (status = 'held' OR refund_id IS NULL)`
		if err := b.db.QueryRowContext(ctx, q).Scan(&left); err != nil {
			return err
		}
	}
	b.note(left == 0, "Held rewards are never stranded", "all released", "%d held, every server killed: %d left %s after the start", holds, left,
		time.Since(begun).Round(time.Second))
	for _, s := range b.servers {
		if err := s.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}
