package simulate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/internal/anomaly"
)

// grace is how long after its end a campaign may still be found.
const grace = 7 * 24 * time.Hour

// finding is what a case or a rule said: who, and when.
type finding struct {
	story int
	store anomaly.ID
	at    time.Time
	names []anomaly.ID
	kind  anomaly.Kind
	high  bool
	first bool // of its case
}

// Outcome is how one campaign fared.
type Outcome struct {
	Kind      anomaly.Kind
	Variant   string
	Intensity Intensity
	Found     bool
	TillOnly  bool          // not found, but a case names the till
	After     time.Duration // from the first act to the flag
	Lost      int64         // points taken before the flag, or all
	Points    int64         // points taken in all
}

// Tally is how one method fared on some worlds.
type Tally struct {
	Method     string
	Outcomes   []Outcome
	Cases      int
	False      int
	High       int
	HighFalse  int
	NewFalse   int // false in the first four weeks
	StoreWeeks int
	NewWeeks   int // store-weeks among the first four
	MaxWeek    int // most cases of a store in a week
	Below      int // cases over the budget, which count for nothing else
	HardActs   int
	HardFound  int
	Events     int
	FalseKinds map[anomaly.Kind]int
}

// add takes the tally of another world in.
func (t *Tally) add(o Tally) {
	t.Method = o.Method
	t.Outcomes = append(t.Outcomes, o.Outcomes...)
	t.Cases, t.False, t.High, t.HighFalse = t.Cases+o.Cases, t.False+o.False, t.High+o.High, t.HighFalse+o.HighFalse
	t.NewFalse, t.NewWeeks, t.StoreWeeks = t.NewFalse+o.NewFalse, t.NewWeeks+o.NewWeeks, t.StoreWeeks+o.StoreWeeks
	t.MaxWeek = max(t.MaxWeek, o.MaxWeek)
	t.HardActs, t.HardFound = t.HardActs+o.HardActs, t.HardFound+o.HardFound
	t.Events, t.Below = t.Events+o.Events, t.Below+o.Below
	if t.FalseKinds == nil {
		t.FalseKinds = map[anomaly.Kind]int{}
	}
	for k, n := range o.FalseKinds {
		t.FalseKinds[k] += n
	}
}

// Measure runs the detectors, and the baselines beside them, over one world
// and compares what they say with its labels. The first tally is the
// detectors'. It stops early with the context's error.
func Measure(ctx context.Context, cfg Config, settings anomaly.Settings) ([]Tally, error) {
	w, err := New(cfg)
	if err != nil {
		return nil, err
	}
	seen := watcher{hard: map[anomaly.ID]bool{}}
	engine := anomaly.NewEngine(anomaly.Config{
		Settings: settings, Stores: w.Stores(), Roles: w.Roles(), Found: seen.see,
		Failed: func(err error) { seen.failed = err },
	})
	rules, events := newBaselines(w), 0
	err = w.Run(func(e anomaly.Event) error {
		if events++; events%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, b := range rules {
			b.see(e)
		}
		return engine.Push(e)
	})
	if err = cmp.Or(err, seen.failed); err != nil {
		return nil, fmt.Errorf("measure seed %d: %w", cfg.Seed, err)
	}
	engine.Flush()
	ours := w.judge("detectors", seen.found)
	ours.Events, ours.Below = events, seen.below
	ours.countHard(w.Campaigns(), seen.hard)
	tallies := []Tally{ours}
	for _, b := range rules {
		tallies = append(tallies, w.judge(b.name, b.found))
	}
	return tallies, nil
}

// watcher takes down what the engine finds.
type watcher struct {
	found  []finding
	hard   map[anomaly.ID]bool // events flagged as hard the moment they happened
	below  int
	failed error
}

func (o *watcher) see(c *anomaly.Case, s anomaly.Signal, opened bool) {
	if s.Hard {
		o.hard[s.Evidence.Transactions[0]] = true
	}
	if c.BelowLine {
		if opened {
			o.below++
		}
		return
	}
	o.found = append(o.found, finding{
		story: c.Number, store: c.Store, at: s.At, names: append([]anomaly.ID{s.Key.ID}, s.Names...),
		kind: s.Kind, high: c.Severity() == anomaly.High, first: opened,
	})
}

func (t *Tally) countHard(campaigns []*Campaign, flagged map[anomaly.ID]bool) {
	for _, c := range campaigns {
		for _, a := range c.Acts {
			if !a.Hard {
				continue
			}
			t.HardActs++
			if flagged[a.Event] {
				t.HardFound++
			}
		}
	}
}

// judge compares findings with the labels.
func (w *World) judge(method string, found []finding) Tally {
	t := Tally{Method: method, StoreWeeks: len(w.stores) * w.cfg.Weeks, NewWeeks: len(w.stores) * min(4, w.cfg.Weeks), FalseKinds: map[anomaly.Kind]int{}}
	right := map[int]bool{}
	for _, c := range w.Campaigns() {
		o := Outcome{Kind: c.Kind, Variant: c.Variant, Intensity: c.Intensity}
		for _, f := range found {
			if f.at.Before(c.Start) || f.at.After(c.End.Add(grace)) {
				continue
			}
			if !overlap(f.names, c.Guilty) {
				o.TillOnly = o.TillOnly || (!c.Till.IsZero() && slices.Contains(f.names, c.Till))
				continue
			}
			right[f.story] = true
			if after := f.at.Sub(c.Start); !o.Found || after < o.After {
				o.Found, o.After = true, after
			}
		}
		o.TillOnly = o.TillOnly && !o.Found
		for _, a := range c.Acts {
			o.Points += a.Points
			if !o.Found || a.At.Sub(c.Start) <= o.After {
				o.Lost += a.Points
			}
		}
		t.Outcomes = append(t.Outcomes, o)
	}
	t.countCases(found, right)
	return t
}

func (t *Tally) countCases(found []finding, right map[int]bool) {
	weeks, high := map[string]int{}, map[int]bool{}
	for _, f := range found {
		high[f.story] = high[f.story] || f.high
	}
	for _, f := range found {
		if !f.first {
			continue
		}
		t.Cases++
		key := fmt.Sprint(f.store, int(f.at.Sub(start)/(7*24*time.Hour)))
		weeks[key]++
		t.MaxWeek = max(t.MaxWeek, weeks[key])
		if high[f.story] {
			t.High++
		}
		if right[f.story] {
			continue
		}
		t.False++
		t.FalseKinds[f.kind]++
		if high[f.story] {
			t.HighFalse++
		}
		if f.at.Sub(start) < 28*24*time.Hour {
			t.NewFalse++
		}
	}
}

func overlap(a, b []anomaly.ID) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return true
		}
	}
	return false
}
