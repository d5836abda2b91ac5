package simulate

import (
	"math/rand/v2"
	"time"

	"regulars/internal/anomaly"
)

// baseline is one of the simple rules others use, for comparison.
type baseline struct {
	name  string
	found []finding
	see   func(anomaly.Event)
	last  map[anomaly.ID]time.Time
	story map[anomaly.ID]int
}

// flag opens a case on a customer, or makes the one of the last 28 days grow.
func (b *baseline) flag(e anomaly.Event) {
	first := e.At.Sub(b.last[e.Customer]) > anomaly.StoryWindow
	if first {
		b.story[e.Customer] = len(b.found) + 1
	}
	b.last[e.Customer] = e.At
	b.found = append(b.found, finding{story: b.story[e.Customer], store: e.Store, at: e.At, names: []anomaly.ID{e.Customer}, first: first})
}

func newBaselines(w *World) []*baseline {
	r := rand.New(rand.NewPCG(w.cfg.Seed, 99))
	var list []*baseline
	add := func(name string, see func(*baseline, anomaly.Event)) {
		b := &baseline{name: name, last: map[anomaly.ID]time.Time{}, story: map[anomaly.ID]int{}}
		b.see = func(e anomaly.Event) {
			if e.Earns() {
				see(b, e)
			}
		}
		list = append(list, b)
	}
	add("> 3 awards a day", daily(4))
	add(">= 5 awards a day", daily(5))
	add("same cashier >= 6 in 30 days", sameCashier(6))
	// As many flags as a manager would read: one in 8,000 earnings.
	add("random", func(b *baseline, e anomaly.Event) {
		if r.IntN(8000) == 0 {
			b.flag(e)
		}
	})
	return list
}

// daily flags a customer's nth earning of a day.
func daily(n int) func(*baseline, anomaly.Event) {
	type dayCount struct{ day, n int }
	seen := map[anomaly.ID]dayCount{}
	return func(b *baseline, e anomaly.Event) {
		c := seen[e.Customer]
		if d := dayOf(e.At); c.day != d {
			c = dayCount{day: d}
		}
		c.n++
		seen[e.Customer] = c
		if c.n >= n {
			b.flag(e)
		}
	}
}

// sameCashier flags a customer's nth earning with one cashier in 30 days.
func sameCashier(n int) func(*baseline, anomaly.Event) {
	type pair struct{ customer, staff anomaly.ID }
	seen := map[pair][]time.Time{}
	return func(b *baseline, e anomaly.Event) {
		if e.Staff.IsZero() {
			return
		}
		p := pair{e.Customer, e.Staff}
		list := append(seen[p], e.At)
		for e.At.Sub(list[0]) > 30*24*time.Hour {
			list = list[1:]
		}
		seen[p] = list
		if len(list) >= n {
			b.flag(e)
		}
	}
}
