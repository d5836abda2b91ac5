package simulate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"regulars/internal/anomaly"
)

// thin is a whole year of all six stores with fewer guests.
func thin(seed uint64) Config {
	c := Year(seed)
	c.Customers = 600
	return c
}

// tell runs a world and hands every event to each of some readers.
func tell(t *testing.T, w *World, readers ...func(anomaly.Event)) {
	t.Helper()
	err := w.Run(func(e anomaly.Event) error {
		for _, read := range readers {
			read(e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The tables of the anomaly package's README are made of these bytes. Whoever
// changes them on purpose makes all tables anew. Other processors round
// differently.
func TestSeedIsKnownByItsBytes(t *testing.T) {
	t.Parallel()
	if runtime.GOARCH != "amd64" {
		t.Skip("floating point is that of amd64")
	}
	const want = "910689a983d8102c6e33b5f9d41cda6be657417c88829e11d02dd0a9bd4712af"
	if events, _ := digest(t, small(7)); events != want {
		t.Errorf("seed 7 makes %s, want %s", events, want)
	}
}

// Restaurants are open by their own clocks, winter and summer.
func TestStoresKeepTheirHours(t *testing.T) {
	t.Parallel()
	w := mustNew(t, thin(11))
	planted := map[*store]int{}
	late, checks := 0, 0
	first := map[time.Month]int{} // what seven o'clock in New York is by UTC
	tell(t, w, func(e anomaly.Event) {
		if e.Type != anomaly.Order {
			return
		}
		s := w.storeOf(e.Store)
		at := e.At
		if e.Backfilled {
			at = e.ClosedAt
		}
		checks++
		local := at.In(s.zone)
		if !s.hours.Contains(local, 0) {
			late++
		}
		if !s.hours.Contains(local, time.Hour) {
			planted[s]++
		}
		if s.index == 0 && local.Hour() == 7 {
			first[at.Month()] = at.Hour()
		}
	})
	for s, n := range planted {
		t.Errorf("%s %d rang up %d checks more than an hour from its opening", s.name, s.index, n)
	}
	if share := float64(late) / float64(checks); share == 0 || share > .005 {
		t.Errorf("%.4f of checks are late, want a few", share)
	}
	if first[time.January] != 12 || first[time.July] != 11 {
		t.Errorf("seven in New York is %d in January and %d in July by UTC", first[time.January], first[time.July])
	}
	if got := w.stores[2].hours[time.Monday]; got.From != got.To {
		t.Error("the full service restaurant is open on Mondays")
	}
}

func (w *World) storeOf(id anomaly.ID) *store {
	return w.stores[slices.IndexFunc(w.stores, func(s *store) bool { return s.id == id })]
}

// Trade follows weekday and season, guests come as differently as a gamma
// distribution has it, and checks are log-normal.
func TestTradeIsLikeTrade(t *testing.T) {
	t.Parallel()
	w := mustNew(t, thin(12))
	weekday, quarter := [7]int{}, map[string]int{}
	visits := map[anomaly.ID]int{}
	var logs []float64
	tell(t, w, func(e anomaly.Event) {
		if e.Type != anomaly.Order {
			return
		}
		if e.Store == w.stores[5].id {
			weekday[e.At.Add(-6*time.Hour).In(w.stores[5].zone).Weekday()]++
		}
		switch d := dayOf(e.At); {
		case d >= 175 && d < 203:
			quarter["summer"]++
		case d >= 336:
			quarter["winter"]++
		}
		visits[e.Customer]++
		if e.Store == w.stores[0].id && e.Customer.IsZero() {
			logs = append(logs, math.Log(float64(e.Amount)))
		}
	})
	if weekend, week := weekday[time.Friday]+weekday[time.Saturday], weekday[time.Monday]+weekday[time.Tuesday]; weekend < 2*week {
		t.Errorf("a bar sells %d checks at weekends and %d on Mondays and Tuesdays", weekend, week)
	}
	if float64(quarter["summer"]) < 1.05*float64(quarter["winter"]) {
		t.Errorf("%d checks in four weeks of summer, %d of winter", quarter["summer"], quarter["winter"])
	}
	var rates []float64
	for _, m := range w.stores[0].members {
		rates = append(rates, float64(visits[m.id]))
	}
	if mean, variance, _ := moments(rates); variance < 5*mean {
		t.Errorf("guests come %.1f times a year with variance %.1f: all alike", mean, variance)
	}
	if _, variance, skew := moments(logs); variance < .1 || variance > .6 || math.Abs(skew) > .5 {
		t.Errorf("logarithms of checks have variance %.2f and skewness %.2f", variance, skew)
	}
}

func moments(x []float64) (mean, variance, skew float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	third := 0.0
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
		third += math.Pow(v-mean, 3) / n
	}
	return mean, variance, third / math.Pow(variance, 1.5)
}

// Twelve work at each store by a roster, swap shifts, leave and are replaced.
func TestStaffComeAndGo(t *testing.T) {
	t.Parallel()
	w := mustNew(t, thin(13))
	names := map[anomaly.ID]map[anomaly.ID]bool{}
	swapped, slots := 0, 0
	tell(t, w, func(e anomaly.Event) {
		if e.Staff.IsZero() {
			return
		}
		if names[e.Store] == nil {
			names[e.Store] = map[anomaly.ID]bool{}
		}
		names[e.Store][e.Staff] = true
	})
	for _, s := range w.stores {
		if n := len(names[s.id]); n < 14 || n > 27 {
			t.Errorf("%d people worked at a store of 12 in a year", n)
		}
		for d := range 364 {
			for shift, crew := range w.onDuty(s, d) {
				for _, pos := range s.roster[2*((d+1)%7)+shift] {
					if slots++; !contains(crew, s.staff[pos]) {
						swapped++
					}
				}
			}
		}
	}
	if share := float64(swapped) / float64(slots); share < .03 || share > .15 {
		t.Errorf("%.3f of shifts are swapped", share)
	}
}

// What is honest and looks odd is there: each of the plan's look-alikes.
func TestLookalikesAreThere(t *testing.T) {
	t.Parallel()
	cfg := thin(14)
	cfg.Campaigns = false
	w := mustNew(t, cfg)
	seen := map[string]int{}
	type table struct {
		staff anomaly.ID
		at    time.Time
	}
	last := table{}
	tell(t, w, func(e anomaly.Event) {
		s := (*store)(nil)
		if !e.Store.IsZero() {
			s = w.storeOf(e.Store)
		}
		switch {
		case e.Type == anomaly.Order && e.Backfilled:
			seen["outage entered in a batch"]++
		case e.Type == anomaly.Order && !e.Customer.IsZero():
			if e.RulePoints == 2*pointsFor(e.Amount) {
				seen["double points"]++
			}
			if float64(e.Amount) > 12*s.check {
				seen["catering"]++
			}
			if s.name == "full service" && e.Staff == last.staff && e.At.Sub(last.at) <= 90*time.Second {
				seen["table paying apart"]++
			}
			last = table{e.Staff, e.At}
		case e.Type == anomaly.Contact && e.Staff.IsZero():
			seen["number changed at home"]++
		case e.Type == anomaly.Contact:
			seen["number mended at the till"]++
		case e.Type == anomaly.Enroll && e.Birthday == 101:
			seen["born on 1 January"]++
		case e.Type == anomaly.Award && e.Points >= 300:
			seen["spoilt evening made good"]++
		}
	})
	for _, s := range w.stores {
		for _, m := range s.members {
			for name, is := range map[string]bool{"favourite server": m.favorite >= 0, "family": m.family, "pays each round": m.rounds, "scans at home": m.scanner, "hard to please": m.grumbler} {
				if is {
					seen[name]++
				}
			}
		}
	}
	for _, what := range []string{"outage entered in a batch", "double points", "catering", "table paying apart", "number changed at home",
		"number mended at the till", "born on 1 January", "spoilt evening made good", "favourite server", "family", "pays each round",
		"scans at home", "hard to please"} {
		if seen[what] == 0 {
			t.Errorf("nothing of the sort %q happened in a year", what)
		}
	}
	for _, s := range mustNew(t, Year(14)).stores { // offices are few: one for a thousand guests
		if runs := slices.ContainsFunc(s.members, func(m *member) bool { return m.runner }); runs != (s.name == "quick service") {
			t.Errorf("somebody fetches an office's coffee at a %s: %v", s.name, runs)
		}
	}
}

// One campaign a store a quarter, every kind equally often, for two to twelve
// weeks, of about 2, 5 or 15 acts a week.
func TestCampaignsFollowThePlan(t *testing.T) {
	t.Parallel()
	acts, weeks := map[Intensity]float64{}, map[Intensity]float64{}
	for seed := range uint64(3) {
		cfg := thin(15 + seed)
		cfg.Customers = 2000
		w := mustNew(t, cfg)
		kinds, quarters := map[anomaly.Kind]int{}, map[string]int{}
		for _, c := range w.campaigns {
			kinds[c.Kind]++
			quarters[fmt.Sprint(c.store.index, c.firstDay/91)]++
			if days := c.lastDay - c.firstDay + 1; days < 14 || days > 84 {
				t.Errorf("a campaign lasts %d days", days)
			}
		}
		for _, k := range anomaly.Kinds() {
			if kinds[k] != 2 {
				t.Errorf("%d campaigns of %s in a year of 24", kinds[k], k)
			}
		}
		if len(quarters) != 24 {
			t.Errorf("campaigns begin in %d quarters of stores, want 24", len(quarters))
		}
		tell(t, w)
		for _, c := range w.campaigns {
			acts[c.Intensity] += float64(c.acted)
			weeks[c.Intensity] += float64(c.lastDay-c.firstDay+1) / 7
		}
	}
	for intensity, want := range map[Intensity]float64{LowIntensity: 2, MediumIntensity: 5, HighIntensity: 15} {
		if got := acts[intensity] / weeks[intensity]; math.Abs(got-want) > .25*want {
			t.Errorf("%s: %.1f acts a week, want about %.0f", intensity, got, want)
		}
	}
}

// Detectors learn who is the same as whom, and nothing from how anybody is
// called: a world under other names raises the same findings.
func TestNamesTellNothing(t *testing.T) {
	t.Parallel()
	run := func(rename func(anomaly.ID) anomaly.ID) map[string]int {
		w := mustNew(t, small(6))
		found := map[string]int{}
		stores, roles := w.Stores(), map[anomaly.ID]string{}
		for i := range stores {
			stores[i].ID = rename(stores[i].ID)
		}
		engine := anomaly.NewEngine(anomaly.Config{
			Settings: anomaly.DefaultSettings(), Stores: stores, Roles: roles,
			Signal: func(s anomaly.Signal) { found[fmt.Sprint(s.Kind, s.At, s.Description, s.PointsInvolved)]++ },
		})
		tell(t, w, func(e anomaly.Event) {
			for _, id := range []*anomaly.ID{&e.ID, &e.Store, &e.Till, &e.Staff, &e.Customer, &e.Order, &e.LinkedStaff, &e.Device} {
				*id = rename(*id)
			}
			roles[e.Staff] = "cashier"
			if err := engine.Push(e); err != nil {
				t.Fatal(err)
			}
		})
		engine.Flush()
		return found
	}
	plain := run(func(id anomaly.ID) anomaly.ID { return id })
	hidden := run(func(id anomaly.ID) (other anomaly.ID) {
		if !id.IsZero() {
			sum := sha256.Sum256(id[:])
			copy(other[:], sum[:])
		}
		return other
	})
	if len(plain) < 10 {
		t.Fatalf("only %d findings", len(plain))
	}
	for finding, n := range plain {
		if hidden[finding] != n {
			t.Errorf("%q %d times, under other names %d times", finding, n, hidden[finding])
		}
	}
	if len(hidden) != len(plain) {
		t.Errorf("%d findings, under other names %d", len(plain), len(hidden))
	}
}

// shape is what decides which fields of an event are written.
type shape struct {
	act      bool
	sort     anomaly.Type
	zero     [32]bool
	unclosed bool
}

func shapeOf(e anomaly.Event, act bool) shape {
	v, s := reflect.ValueOf(e), shape{act: act, sort: e.Type, unclosed: e.ClosedAt.IsZero()}
	for i := range v.NumField() {
		s.zero[i] = v.Field(i).IsZero()
	}
	return s
}

// An act is written as any event is: nothing has a field, or a text in a
// field, that honest events have not.
func TestActsLookLikeEvents(t *testing.T) {
	t.Parallel()
	w := mustNew(t, small(5))
	at := map[anomaly.ID]anomaly.Event{}
	tell(t, w, func(e anomaly.Event) { at[e.ID] = e })
	acts := map[anomaly.ID]bool{}
	for _, c := range w.Campaigns() {
		for _, a := range c.Acts {
			acts[a.Event] = true
		}
	}
	fields := map[bool]map[string]bool{true: {}, false: {}}
	seen := map[shape]bool{}
	for id, e := range at {
		is := shapeOf(e, acts[id])
		if seen[is] {
			continue
		}
		seen[is] = true
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		if err := json.Unmarshal(text, &row); err != nil {
			t.Fatal(err)
		}
		for name := range row {
			fields[acts[id]][fmt.Sprint(e.Type, " ", name)] = true
		}
	}
	for name := range fields[true] {
		if !fields[false][name] {
			t.Errorf("only acts have %s", name)
		}
	}
	if len(acts) == 0 || len(fields[false]) == 0 {
		t.Fatal("nothing to compare")
	}
}
