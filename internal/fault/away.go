//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// pausing takes the database away for a while, under load.
func (b *bench) pausing(ctx context.Context) error {
	const crowd = 128
	memory := b.peak()
	quiet := memory()
	memory = b.peak()
	stop := b.under(ctx, crowd, b.work)
	defer stop()
	pause(ctx, 3*time.Second)
	seen := &b.client.seen
	unavailable, failed, broken := seen.unavailable.Load(), seen.failed.Load(), seen.broken.Load()
	if err := b.signalDatabase(syscall.SIGSTOP); err != nil {
		return err
	}
	pause(ctx, b.o.pause)
	unavailable, failed, broken = seen.unavailable.Load()-unavailable, seen.failed.Load()-failed, seen.broken.Load()-broken
	if err := b.signalDatabase(syscall.SIGCONT); err != nil {
		return err
	}
	back := time.Now()
	var recovered time.Duration
	for _, s := range b.servers {
		for b.client.lastServed(s).Before(back) {
			if time.Since(back) > time.Minute {
				return fmt.Errorf("%s doesn't recover", s.name)
			}
			pause(ctx, 5*time.Millisecond)
		}
		recovered = max(recovered, time.Since(back))
	}
	// From here on nothing may fail.
	pause(ctx, 2*time.Second-time.Since(back))
	after := seen.unavailable.Load() + seen.failed.Load() + seen.broken.Load()
	pause(ctx, 5*time.Second)
	late := seen.unavailable.Load() + seen.failed.Load() + seen.broken.Load() - after
	most := memory()
	b.note(recovered <= 2*time.Second && late == 0 && failed == 0, "A database that is away costs errors, not damage",
		"503s, then recovery within 2 s", "away for %s under %d clients: %d answers 503, %d other errors, %d broken off; served again after %s, %d errors later than 2 s",
		b.o.pause, crowd, unavailable, failed, broken, recovered.Round(time.Millisecond), late)
	b.note(most < quiet+256, "Memory stays bounded while the database is away", "no more than 256 MiB over the quiet state", "%.0f MiB at most, %.0f MiB before", most, quiet)
	return nil
}

// flooding opens connections that send nothing or slowly, and huge bodies, and
// sees that others are still served.
func (b *bench) flooding(ctx context.Context) error {
	memory := b.peak()
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close() // there is nothing on it to lose
		}
	}()
	for i := range b.o.conns {
		c, err := net.DialTimeout("tcp", strings.TrimPrefix(b.servers[i%len(b.servers)].url, "http://"), time.Second)
		if err != nil {
			break // as many as the machine gives us
		}
		open = append(open, c)
		if i%2 == 0 {
			_, _ = io.WriteString(c, "POST /v1/loyalty/customers HTTP/1.1\r\nHost: x\r\nContent-Le") // and no more
		}
	}
	var large atomic.Int64
	body := map[string]any{"name": strings.Repeat("x", 9<<20)}
	stop := b.under(ctx, 8, func(ctx context.Context, r *rand.Rand) {
		a, err := b.client.once(ctx, b.servers[r.IntN(len(b.servers))].url, "POST", "/v1/loyalty/customers", "", body)
		if err == nil && a.status == 413 || err != nil {
			large.Add(1)
		}
	})
	var slowest time.Duration
	served := 0
	for begun := time.Now(); time.Since(begun) < 5*time.Second; served++ {
		sent := time.Now()
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		a, err := b.client.once(ctx, b.servers[served%len(b.servers)].url, "GET", "/v1/loyalty/customers/"+b.customers[0], "", nil)
		cancel()
		if err != nil || a.status != 200 {
			stop()
			return fmt.Errorf("during the flood: %d %s %w", a.status, a.body, err)
		}
		slowest = max(slowest, time.Since(sent))
	}
	stop()
	most := memory()
	b.note(len(open) == b.o.conns && slowest < 2*time.Second && most < 1024, "Slow clients, huge bodies and many connections don't hinder others",
		fmt.Sprintf("%d connections, memory bounded", b.o.conns), "%d connections open and %d huge bodies refused: %d requests between them served, the slowest in %s, %.0f MiB at most",
		len(open), large.Load(), served, slowest.Round(time.Millisecond), most)
	return nil
}
