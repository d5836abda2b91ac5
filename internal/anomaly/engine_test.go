package anomaly

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// stream feeds an engine and keeps what it finds.
type feed struct {
	t      *testing.T
	engine *Engine
	n      int
}

const theStore, theTill = 2, 7

func newStream(t *testing.T, roles map[ID]string) *feed {
	t.Helper()
	return &feed{t: t, engine: NewEngine(Config{
		Settings: DefaultSettings(), Roles: roles,
		Stores: []Store{{ID: id(theStore), ApprovalLimit: 500}},
		Failed: func(err error) { t.Errorf("a detector failed: %v", err) },
	})}
}

func (s *feed) push(e Event) {
	s.t.Helper()
	s.n++
	e.ID, e.Store = ID{0: 1, 14: byte(s.n >> 8), 15: byte(s.n)}, id(theStore)
	if e.Till.IsZero() {
		e.Till = id(theTill)
	}
	if err := s.engine.Push(e); err != nil {
		s.t.Fatal(err)
	}
}

// check is a stranger's, or a customer's where one is named.
func (s *feed) check(at time.Time, staff byte, customer ID) {
	e := Event{Type: Order, At: at, Staff: id(staff), Customer: customer, Order: ID{0: 2, 14: byte(s.n >> 8), 15: byte(s.n)}, Amount: 2000}
	if !customer.IsZero() {
		e.Points, e.RulePoints = 20, 20
	}
	s.push(e)
}

// found lists the kinds of the cases and whom they name.
func (s *feed) found() []string {
	s.engine.Flush()
	out := []string{}
	for _, c := range s.engine.Cases() {
		out = append(out, fmt.Sprintf("%s %s", c.Kind, c.Key))
	}
	return out
}

func (s *feed) want(cases ...string) {
	s.t.Helper()
	if got := s.found(); !slices.Equal(got, cases) {
		s.t.Errorf("got cases %q, want %q", got, cases)
		for _, c := range s.engine.Cases() {
			s.t.Logf("%s: %s", c.OpenedAt, c.Description())
		}
	}
}

func person(n int) ID { return ID{0: 3, 14: byte(n >> 8), 15: byte(n)} }

// day's opening, d days after a Monday.
func morning(d int) time.Time { return time.Date(2026, 3, 2+d, 9, 0, 0, 0, time.UTC) }

// weeksOf runs a day of 40 strangers' checks by cashiers 21 to 24, and what
// else happens, every day of so many weeks.
func (s *feed) weeksOf(weeks int, busy int, also func(day int, at time.Time, k int)) {
	for d := range weeks * 7 {
		for k := range 40 * busy {
			at := morning(d).Add(time.Duration(k) * 12 * time.Minute / time.Duration(busy))
			s.check(at, byte(21+k%4), ID{})
			if also != nil {
				also(d, at.Add(time.Minute), k)
			}
		}
	}
}

// claimed puts a check on an account half an hour after it closed.
func (s *feed) claimed(at time.Time, staff byte, customer ID) {
	s.push(Event{Type: Claim, At: at, ClosedAt: at.Add(-30 * time.Minute), Staff: id(staff), Customer: customer,
		Order: ID{0: 4, 14: byte(s.n >> 8), 15: byte(s.n)}, Amount: 2000, Points: 20, RulePoints: 20})
}

func (s *feed) handed(at time.Time, staff byte, customer ID, points int64) {
	s.push(Event{Type: Award, At: at, Staff: id(staff), Customer: customer, Points: points, RulePoints: -1})
}

const cashier21 = "staff:00000000-0000-0000-0000-000000000015"

func TestPatternDeviation(t *testing.T) {
	t.Parallel()
	t.Run("a cashier who starts claiming checks for many accounts", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		s.weeksOf(14, 1, func(d int, at time.Time, k int) {
			if d%14 == 3 && k == 5 {
				s.claimed(at, byte(21+d%4), person(d))
			}
			if d > 70 && k == 7 {
				s.claimed(at, 21, person(1000+d))
			}
		})
		s.want("pattern_deviation " + cashier21)
	})
	t.Run("twice the trade with twice the claims", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		quiet := func(d int, at time.Time, k int) {
			if d%3 == 0 && k == 5 {
				s.claimed(at, byte(21+d%4), person(d))
			}
		}
		s.weeksOf(12, 2, func(d int, at time.Time, k int) {
			quiet(d, at, k)
			if d > 56 && d%3 == 1 && k == 9 {
				s.claimed(at, byte(21+d%4), person(2000+d))
			}
		})
		s.want()
	})
}

func TestStaffFavoritism(t *testing.T) {
	t.Parallel()
	t.Run("a friend fed with strangers' checks", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		s.weeksOf(4, 1, func(d int, at time.Time, k int) {
			if d%3 == 0 && k == 20 {
				s.claimed(at, 21, person(1))
			}
		})
		got := s.found()
		if !slices.ContainsFunc(got, func(c string) bool { return c == "staff_favoritism "+cashier21 }) {
			t.Fatalf("got %q, want the cashier named", got)
		}
		c := s.engine.Cases()[0]
		if !slices.Contains(c.Names, person(1)) || !strings.Contains(c.Description(), "visits on one cashier's shifts") {
			t.Errorf("got %q naming %v, want the friend named", c.Description(), c.Names)
		}
	})
	t.Run("a guest with a favourite server", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		s.weeksOf(26, 1, func(d int, at time.Time, k int) {
			if d%5 == 0 && k == 20 {
				server := byte(21)
				if d%25 == 0 {
					server = 22
				}
				s.check(at, server, person(1))
			}
		})
		s.want()
	})
}

func TestManualAwards(t *testing.T) {
	t.Parallel()
	generous := func(s *feed) {
		s.weeksOf(6, 1, func(d int, at time.Time, k int) {
			if d%4 == 0 && k == 3 {
				s.handed(at, byte(22+d/4%3), person(d), 50)
			}
			if k == 8 && d%2 == 0 {
				s.handed(at, 21, person(1000+d), 50)
			}
		})
	}
	t.Run("a cashier who gives far more than the others", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		generous(s)
		got := s.found()
		if len(got) != 1 || !strings.HasSuffix(got[0], cashier21) {
			t.Errorf("got %q, want one case on the generous cashier", got)
		}
	})
	t.Run("awards in the same proportion by all", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		s.weeksOf(6, 1, func(d int, at time.Time, k int) {
			if d%2 == 0 && k == 3 {
				s.handed(at, byte(21+d/2%4), person(d), 50)
			}
		})
		s.want()
	})
	t.Run("a lead among leads", func(t *testing.T) {
		t.Parallel()
		roles := map[ID]string{id(21): "lead", id(22): "lead"}
		s := newStream(t, roles)
		s.weeksOf(6, 1, func(d int, at time.Time, k int) {
			if k == 3 && d%3 == 0 {
				s.handed(at, byte(21+d/3%2), person(d), 50)
			}
		})
		for _, c := range s.found() {
			if strings.HasPrefix(c, "manual_awards") {
				t.Errorf("got %q, want leads compared with leads", c)
			}
		}
	})
}

func TestLimitHugging(t *testing.T) {
	t.Parallel()
	limits := func(points func(d int) int64) []*Case {
		s := newStream(t, nil)
		s.engine.cfg.Settings.UnusualAmount.Enabled, s.engine.cfg.Settings.ManualAwards.Enabled = false, false
		s.weeksOf(6, 1, func(d int, at time.Time, k int) {
			if d%3 == 0 && k == 8 {
				s.handed(at, 21, person(1000+d), points(d))
			}
		})
		s.engine.Flush()
		return s.engine.Cases()
	}
	if got := limits(func(d int) int64 { return 460 + int64(d%39) }); len(got) != 1 || got[0].Kind != LimitHugging || got[0].Key.String() != cashier21 {
		t.Errorf("just below the limit: got %v, want the cashier", got)
	}
	if got := limits(func(d int) int64 { return 405 + int64(d*37%90) }); len(got) != 0 {
		t.Errorf("spread evenly: got %v", got)
	}
}

func TestAccountRing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		enroll func(n int) Event
		want   bool
	}{
		{"one device", func(int) Event { return Event{Device: id(80)} }, true},
		{"numbers in a row", func(n int) Event { return Event{Phone: 5551000000 + uint64(3*n)} }, true},
		{"a birthday and a cashier in a week", func(int) Event { return Event{Birthday: 517, Staff: id(21)} }, true},
		{"the store's own till", func(int) Event { return Event{Device: id(theTill)} }, false},
		{"1 January", func(int) Event { return Event{Birthday: 101, Staff: id(21)} }, false},
		{"numbers far apart", func(n int) Event { return Event{Phone: 5551000000 + uint64(3000*n)} }, false},
		{"three of a household", func(n int) Event { return Event{Device: id(80 + byte(n/3))} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newStream(t, nil)
			for n := range 6 {
				e := tt.enroll(n)
				e.Type, e.At, e.Customer = Enroll, noon.Add(time.Duration(n)*time.Hour), person(n)
				s.push(e)
			}
			got := s.found()
			if (len(got) == 1) != tt.want {
				t.Errorf("got %q, want a ring: %v", got, tt.want)
			}
		})
	}
	t.Run("one device over half a year", func(t *testing.T) {
		t.Parallel()
		s := newStream(t, nil)
		for n := range 6 {
			s.push(Event{Type: Enroll, At: noon.Add(time.Duration(n) * fourWeeks), Customer: person(n), Device: id(80)})
		}
		s.want()
	})
}

// A detector must not learn from what it suspects: the same events with a
// campaign in them raise the same cases whenever they are replayed.
func TestReplayGivesTheSameCases(t *testing.T) {
	t.Parallel()
	run := func() string {
		s := newStream(t, nil)
		s.weeksOf(8, 1, func(d int, at time.Time, k int) {
			if d > 20 && k%9 == 0 {
				s.claimed(at, byte(21+k%2), person(k%5))
			}
			if d > 30 && k == 11 {
				s.handed(at, 23, person(d), 480)
			}
		})
		s.engine.Flush()
		var b strings.Builder
		for _, c := range s.engine.Cases() {
			fmt.Fprintf(&b, "%d %s %s %s %d %.9f %v\n", c.Number, c.OpenedAt, c.Key, c.Description(), c.Points, c.Rank(), c.Names)
		}
		return b.String()
	}
	first := run()
	if first == "" {
		t.Fatal("the campaign raised no case")
	}
	for range 3 {
		if again := run(); again != first {
			t.Fatalf("got\n%s\nwant\n%s", again, first)
		}
	}
}

// Whoever takes the signals keeps the cases: a second copy of them would be a
// quarter of what the engine needs at a large chain.
func TestWhoTakesTheSignalsKeepsTheCases(t *testing.T) {
	taken := 0
	for _, take := range []func(Signal){nil, func(Signal) { taken++ }} {
		e := NewEngine(Config{Settings: DefaultSettings(), Signal: take})
		for i := range 10 {
			at := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Minute)
			order := Event{ID: person(i + 1), Type: Order, At: at, Store: id(theStore), Customer: person(100), Order: person(200 + i), Amount: 2000, Points: 20}
			if err := e.Push(order); err != nil {
				t.Fatal(err)
			}
		}
		if kept, want := len(e.Cases()) > 0, take == nil; kept != want {
			t.Errorf("the engine keeps %d cases when signals are taken: %t", len(e.Cases()), take != nil)
		}
	}
	if taken == 0 {
		t.Error("no signal was taken")
	}
}

func TestPushRefusesToGoBack(t *testing.T) {
	t.Parallel()
	e := NewEngine(Config{Settings: DefaultSettings()})
	if err := e.Push(Event{At: noon}); err != nil {
		t.Fatal(err)
	}
	if err := e.Push(Event{At: noon.Add(-time.Second)}); err == nil {
		t.Error("an event before the last was taken")
	}
}

func TestTails(t *testing.T) {
	t.Parallel()
	binomial := distuv.Binomial{N: 20, P: .3}
	if got, want := binomialTail(9, 20, .3), 1-binomial.CDF(8); math.Abs(got-want) > 1e-12 {
		t.Errorf("binomial: got %v, want %v", got, want)
	}
	// Without correlation a beta-binomial is a binomial.
	if got, want := betaBinomialTail(9, 20, .3, 1e-9), 1-binomial.CDF(8); math.Abs(got-want) > 1e-6 {
		t.Errorf("beta-binomial: got %v, want %v", got, want)
	}
	if wide, narrow := betaBinomialTail(9, 20, .3, .2), binomialTail(9, 20, .3); wide <= narrow {
		t.Errorf("correlation must widen the tail: %v, %v", wide, narrow)
	}
	// With a huge shape a negative binomial is a Poisson.
	poisson := distuv.Poisson{Lambda: 2}
	if got, want := repeatTail(6, 2, 1e7), 1-poisson.CDF(5); math.Abs(got-want) > 1e-6 {
		t.Errorf("negative binomial: got %v, want %v", got, want)
	}
}
