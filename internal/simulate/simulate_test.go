package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/anomaly"
)

// small is a world that takes a second.
func small(seed uint64) Config {
	c := Year(seed)
	c.Stores, c.Customers, c.Weeks = 3, 800, 13
	return c
}

func mustNew(t testing.TB, cfg Config) *World {
	t.Helper()
	w, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// digest is of all a world's events and labels, as bytes.
func digest(t *testing.T, cfg Config) (events, labels string) {
	t.Helper()
	w := mustNew(t, cfg)
	sum := sha256.New()
	line := json.NewEncoder(sum)
	if err := w.Run(func(e anomaly.Event) error { return line.Encode(e) }); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(w.Campaigns())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), fmt.Sprintf("%x", sha256.Sum256(text))
}

func TestSameSeedSameBytes(t *testing.T) {
	t.Parallel()
	events, labels := digest(t, small(7))
	for range 2 {
		if e, l := digest(t, small(7)); e != events || l != labels {
			t.Fatalf("seed 7 made %s and %s, then %s and %s", events, labels, e, l)
		}
	}
	if e, _ := digest(t, small(8)); e == events {
		t.Error("seed 8 made what seed 7 made")
	}
}

// What is told to detectors must be possible: time does not go back, nobody
// spends what they don't have, and a check earns once.
func TestEventsArePossible(t *testing.T) {
	t.Parallel()
	w := mustNew(t, small(3))
	var last time.Time
	earned := map[anomaly.ID]bool{}
	seen := map[anomaly.Type]int{}
	err := w.Run(func(e anomaly.Event) error {
		seen[e.Type]++
		switch {
		case e.At.Before(last):
			return fmt.Errorf("%s is before %s", e.At, last)
		case e.Type == anomaly.Redeem && (e.Points <= 0 || e.Balance < 0):
			return fmt.Errorf("redeemed %d down to %d", e.Points, e.Balance)
		case e.ID.IsZero() || (e.Type != anomaly.Contact && e.Store.IsZero()):
			return fmt.Errorf("%+v happened nowhere", e)
		case e.Earns() && e.Type != anomaly.Award && earned[e.Order]:
			return fmt.Errorf("check %s earned twice", e.Order)
		}
		if e.Earns() && e.Type != anomaly.Award {
			earned[e.Order] = true
		}
		last = e.At
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []anomaly.Type{anomaly.Order, anomaly.Claim, anomaly.Award, anomaly.Redeem, anomaly.Reverse, anomaly.Contact, anomaly.Enroll} {
		if seen[kind] == 0 {
			t.Errorf("no %s happened", kind)
		}
	}
}

// Labels name who did it; nothing in an event tells.
func TestLabelsStayApart(t *testing.T) {
	t.Parallel()
	w := mustNew(t, small(5))
	at := map[anomaly.ID]anomaly.Event{}
	if err := w.Run(func(e anomaly.Event) error { at[e.ID] = e; return nil }); err != nil {
		t.Fatal(err)
	}
	if len(w.Campaigns()) == 0 {
		t.Fatal("nothing was planted")
	}
	for _, c := range w.Campaigns() {
		if len(c.Guilty) == 0 || c.Start.After(c.End) {
			t.Errorf("campaign %d is not complete: %d guilty, %s to %s", c.Number, len(c.Guilty), c.Start, c.End)
		}
		for _, a := range c.Acts {
			if e, ok := at[a.Event]; !ok || !e.At.Equal(a.At) {
				t.Errorf("campaign %d: act %s is no event", c.Number, a.Event)
			}
		}
	}
	text, err := json.Marshal(at[w.Campaigns()[0].Acts[0].Event])
	if err != nil || strings.Contains(string(text), string(w.Campaigns()[0].Kind)) || strings.Contains(string(text), "guilty") {
		t.Errorf("an event tells on itself: %s, %v", text, err)
	}
}

// A planted year is found far better than by the simple rules, and honest
// traffic alone is left in peace.
func TestDetectorsAgainstBaselines(t *testing.T) {
	t.Parallel()
	tallies, err := Measure(t.Context(), small(2), anomaly.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	ours := tallies[0]
	if ours.HardFound != ours.HardActs {
		t.Errorf("%d of %d hard acts flagged at once", ours.HardFound, ours.HardActs)
	}
	for _, rule := range tallies[1:] {
		if rule.False <= ours.False && rule.Of("", "").Recall() >= ours.Of("", "").Recall() {
			t.Errorf("%q does as well: %d false, recall %.2f", rule.Method, rule.False, rule.Of("", "").Recall())
		}
	}
	honest := small(2)
	honest.Campaigns = false
	tallies, err = Measure(t.Context(), honest, anomaly.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	if perWeek := ratio(tallies[0].Cases, tallies[0].StoreWeeks, 0); perWeek > .1 {
		t.Errorf("honest traffic raised %.3f cases a store-week", perWeek)
	}
}

func TestReportShowsEveryKind(t *testing.T) {
	t.Parallel()
	tallies, err := Measure(t.Context(), small(4), anomaly.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	var r Report
	r.add(tallies, tallies[0])
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, k := range anomaly.Kinds() {
		if !strings.Contains(b.String(), "| "+string(k)+" |") {
			t.Errorf("the report leaves out %s", k)
		}
	}
}

func TestReadOrders(t *testing.T) {
	t.Parallel()
	const file = `store,order_id,customer_id,total,completed_at,items
7,b,ana,12.50,2026-03-01T12:30:00,2
7,a,ana,8.00,2026-03-01T09:00:00,
`
	events, err := ReadOrders(strings.NewReader(file))
	if err != nil || len(events) != 2 {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	if e := events[1]; e.Amount != 1250 || e.Points != 12 || e.Customer != events[0].Customer || !e.At.After(events[0].At) {
		t.Errorf("got %+v", e)
	}
	for name, bad := range map[string]string{
		"no column": "order_id,total\n1,2\n",
		"no number": strings.Replace(file, "8.00", "eight", 1),
		"no time":   strings.Replace(file, "2026-03-01T09:00:00", "yesterday", 1),
	} {
		if _, err := ReadOrders(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: read without complaint", name)
		}
	}
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*Config){
		func(c *Config) { c.Stores = 0 }, func(c *Config) { c.Customers = 1 }, func(c *Config) { c.Weeks = 0 }, func(c *Config) { c.Staff = 2 },
	} {
		c := Year(1)
		change(&c)
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// BenchmarkReplay is a million events through all detectors; the goal is
// sixty seconds.
func BenchmarkReplay(b *testing.B) {
	cfg := Year(1)
	cfg.Weeks = 13
	w := mustNew(b, cfg)
	var events []anomaly.Event
	if err := w.Run(func(e anomaly.Event) error { events = append(events, e); return nil }); err != nil {
		b.Fatal(err)
	}
	stores, roles := w.Stores(), w.Roles()
	b.ReportAllocs()
	for b.Loop() {
		engine := anomaly.NewEngine(anomaly.Config{Settings: anomaly.DefaultSettings(), Stores: stores, Roles: roles})
		for _, e := range events {
			if err := engine.Push(e); err != nil {
				b.Fatal(err)
			}
		}
		engine.Flush()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/float64(len(events))*1e6, "s/million-events")
}

// A study made in parts adds up to what it would have been at once.
func TestStudyKeepsFigures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := anomaly.DefaultSettings()
	f := figures{Seed: 3, Settings: settings, Tallies: []Tally{{Method: "kept", Cases: 7, Outcomes: []Outcome{{Kind: anomaly.OffHours, After: time.Hour, Found: true}}}}}
	study := Study{From: 3, To: 3, Settings: settings, Keep: dir}
	if err := study.keep(f); err != nil {
		t.Fatal(err)
	}
	report, err := study.Run(t.Context())
	if err != nil || len(report.Methods) != 1 || report.Methods[0].Cases != 7 || report.Methods[0].Outcomes[0].After != time.Hour {
		t.Errorf("got %+v, %v; want what was kept", report.Methods, err)
	}
	study.Settings.OffHours.GraceMinutes++
	if _, ok, err := study.kept(3); ok || err != nil {
		t.Errorf("figures of other settings were taken: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := (Study{From: 1, To: 50, Settings: settings}).Run(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a study that was stopped gives %v", err)
	}
	if _, err := (Study{From: 2, To: 1}).Run(t.Context()); err == nil {
		t.Error("a range from 2 to 1 was taken")
	}
}
