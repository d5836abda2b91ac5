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
	after, err := b.held(ctx)
	if err != nil {
		return err
	}
	b.note(late < 1.25*early+16 && after.goroutines <= before.goroutines+slack && after.files <= before.files+slack, "Nothing leaks",
		fmt.Sprintf("memory steady; at most %d goroutines and open files more", slack), "%s of steady load: %.0f MiB in the largest server after a third of it, %.0f MiB at its end; %.0f goroutines before, %.0f after; %.0f files, then %.0f",
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

// slack is how many connections to the database the servers may have opened
// more of, with what belongs to them.
const slack = 60

// held adds up what the servers say they hold once nobody asks for anything.
func (b *bench) held(ctx context.Context) (h holdings, err error) {
	b.client.http.CloseIdleConnections()
	pause(ctx, 5*time.Second)
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
