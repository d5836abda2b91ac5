package main

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// measurement is one stretch of one kind of work.
type measurement struct {
	Work        string `json:"work"`
	Connections int    `json:"connections"`
	Round       int    `json:"round"`
	Limit       bool   `json:"limit,omitempty"` // PostgreSQL alone
	sample
}

// measureAll measures every kind of work so many rounds over, the product and
// its limit turn about, so that both see the same drift of the machine.
func measureAll(ctx context.Context, o options, s *server) ([]measurement, error) {
	var all []measurement
	for round := 1; round <= o.rounds; round++ {
		for _, w := range everything {
			if !strings.Contains(w.name, o.only) {
				continue
			}
			for _, connections := range w.connections {
				both, err := measureBoth(ctx, o, s, w, connections)
				if err != nil {
					return all, fmt.Errorf("%s over %d connections: %w", w.name, connections, err)
				}
				for _, m := range both {
					m.Round = round
					all = append(all, m)
					progress("%d  %-24s %2d %-7s %8.0f/s  p50 %6.2f  p95 %6.2f  p99 %6.2f ms  cpu %.2f + %.2f ms  errors %d  others %2.0f %%", round,
						w.name, connections, side(m.Limit), m.Rate, m.P50, m.P95, m.P99, m.ServerMS, m.DBMS, m.Errors, m.Foreign*100)
				}
			}
		}
	}
	return all, ctx.Err()
}

func side(limit bool) string {
	if limit {
		return "limit"
	}
	return "product"
}

func measureBoth(ctx context.Context, o options, s *server, w work, connections int) ([]measurement, error) {
	var both []measurement
	seconds := o.seconds / 2
	if w.limit != "" {
		seconds = o.seconds
	}
	if w.limit != "" && o.limits {
		m, err := measured(o, s, func() (sample, error) {
			n := connections
			if w.alone {
				n = 1
			}
			return limit(ctx, s.db, w.limit, n, time.Duration(seconds*float64(time.Second)))
		})
		if err != nil {
			progress("%s: %v", w.name, err)
		}
		both = append(both, measurement{Work: w.name, Connections: connections, Limit: true, sample: m})
	}
	m, err := measured(o, s, func() (sample, error) {
		return load(s, w.make, connections, time.Duration(seconds*float64(time.Second)))
	})
	if err != nil {
		progress("%s: %v", w.name, err)
	}
	return append(both, measurement{Work: w.name, Connections: connections, sample: m}), ctx.Err()
}

// measured runs do on a machine as quiet as it gets and notes what it cost.
func measured(o options, s *server, do func() (sample, error)) (sample, error) {
	quiet(o.patience)
	begun, all, mine := time.Now(), busy(), own()
	server, db := s.cpu()
	m, err := do()
	server2, db2 := s.cpu()
	wall := time.Since(begun)
	// What was sent before counting began has cost CPU as well.
	sent := m.Rate * wall.Seconds()
	if m.Count > 0 && sent > 0 {
		m.ServerMS = float64((server2 - server).Microseconds()) / 1000 / sent
		m.DBMS = float64((db2 - db).Microseconds()) / 1000 / sent
	}
	others := (busy() - all) - (own() - mine) - (server2 - server) - (db2 - db)
	m.Foreign = max(0, others.Seconds()/wall.Seconds()/float64(runtime.NumCPU()))
	return m, err
}

// middle is the middle of what was measured, number by number.
func middle(all []measurement, work string, connections int, limit bool) (sample, bool) {
	var found []sample
	for _, m := range all {
		if m.Work == work && m.Connections == connections && m.Limit == limit && m.Count > 0 {
			found = append(found, m.sample)
		}
	}
	if len(found) == 0 {
		return sample{}, false
	}
	mid := func(of func(sample) float64) float64 {
		slices.SortFunc(found, func(a, b sample) int { return cmp.Compare(of(a), of(b)) })
		return of(found[len(found)/2])
	}
	out := sample{
		Rate: mid(func(s sample) float64 { return s.Rate }), P50: mid(func(s sample) float64 { return s.P50 }),
		P95: mid(func(s sample) float64 { return s.P95 }), P99: mid(func(s sample) float64 { return s.P99 }),
		ServerMS: mid(func(s sample) float64 { return s.ServerMS }), DBMS: mid(func(s sample) float64 { return s.DBMS }),
		Foreign: mid(func(s sample) float64 { return s.Foreign }),
	}
	for _, s := range found {
		out.Errors += s.Errors
		out.Count += s.Count
	}
	return out, true
}
