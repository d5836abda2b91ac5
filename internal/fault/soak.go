//go:build linux

package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// soaking lets the servers work steadily and sees what they hold on to.
func (b *bench) soaking(ctx context.Context) error {
	quiet := 5 * time.Second
	pause(ctx, quiet)
	before, err := b.held(ctx)
	if err != nil {
		return err
	}
	stop := b.under(ctx, b.o.workers/2, b.work)
	pause(ctx, b.o.soak/3)
	early := b.residentNow()
	pause(ctx, b.o.soak-b.o.soak/3)
	late := b.residentNow()
	stop()
	pause(ctx, quiet)
	after, err := b.held(ctx)
	if err != nil {
		return err
	}
	b.note(late < 1.25*early+8 && after.goroutines <= before.goroutines+20 && after.files <= before.files+20, "Nothing leaks",
		"memory steady; goroutines and open files as before", "%s of steady load: %.0f MiB in the largest server after a third of it, %.0f MiB at its end; %0.f goroutines before, %.0f after; %.0f files, then %.0f",
		b.o.soak, early, late, before.goroutines, after.goroutines, before.files, after.files)
	return nil
}

// residentNow is the memory of the server that has the most.
func (b *bench) residentNow() (most float64) {
	for _, s := range b.servers {
		most = max(most, s.resident())
	}
	return most
}

type holdings struct{ goroutines, files float64 }

// held adds up what the servers say they hold.
func (b *bench) held(ctx context.Context) (h holdings, err error) {
	for _, s := range b.servers {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/metrics", nil)
		if err != nil {
			return h, err
		}
		res, err := b.client.http.Do(req)
		if err != nil {
			return h, err
		}
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			var n float64
			if name, value, ok := strings.Cut(lines.Text(), " "); ok {
				if _, err := fmt.Sscan(value, &n); err != nil {
					continue // a comment
				}
				switch name {
				case "go_goroutines":
					h.goroutines += n
				case "process_open_fds":
					h.files += n
				}
			}
		}
		if err := res.Body.Close(); err != nil {
			return h, err
		}
	}
	return h, nil
}
