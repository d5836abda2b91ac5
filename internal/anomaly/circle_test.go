package anomaly

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// gifts is eight weeks in which all four cashiers give a little by hand, and
// cashier 21 twice a week more from the fourth on, to whom says.
func gifts(t *testing.T, to func(n int) ID, also func(s *feed, d int, at time.Time, k int)) []*Case {
	t.Helper()
	s := newStream(t, nil)
	n := 0
	s.weeksOf(8, 2, func(d int, at time.Time, k int) {
		if d%2 == 0 && k == 3 {
			s.handed(at, byte(21+d/2%4), person(d), 50)
		}
		if d > 28 && d%4 == 1 && k == 8 {
			s.handed(at, 21, to(n), 50)
			n++
		}
		if also != nil {
			also(s, d, at, k)
		}
	})
	s.engine.Flush()
	return s.engine.Cases()
}

func TestAwardsInACircle(t *testing.T) {
	t.Parallel()
	mules := func(n int) ID { return person(1000 + n%3) }
	t.Run("back to the same three accounts", func(t *testing.T) {
		t.Parallel()
		got := gifts(t, mules, nil)
		if len(got) != 1 || got[0].Kind != ManualAwards || got[0].Key.String() != cashier21 {
			t.Fatalf("got %d cases, want one of awards by hand on the cashier", len(got))
		}
		if !slices.Contains(got[0].Names, person(1000)) || !strings.Contains(got[0].Description(), "went back to the same accounts") {
			t.Errorf("got %q naming %v", got[0].Description(), got[0].Names)
		}
		if total := int64(50 * 7); got[0].Points > total {
			t.Errorf("%d points at risk of %d given: some count twice", got[0].Points, total)
		}
	})
	t.Run("as many to others each time", func(t *testing.T) {
		t.Parallel()
		if got := gifts(t, func(n int) ID { return person(1000 + n) }, nil); len(got) != 0 {
			t.Errorf("got %q", got[0].Description())
		}
	})
	t.Run("guests everybody has to appease", func(t *testing.T) {
		t.Parallel()
		got := gifts(t, mules, func(s *feed, d int, at time.Time, k int) {
			if d%2 == 1 && k == 11 {
				s.handed(at, byte(22+d/2%3), mules(d/2), 50)
			}
		})
		for _, c := range got {
			if c.Key.Of == OfStaff {
				t.Errorf("got %q on %s", c.Description(), c.Key)
			}
		}
	})
}

func TestClaimsInACircleAtATill(t *testing.T) {
	t.Parallel()
	claims := func(to func(n int) ID) []*Case {
		s := newStream(t, nil)
		n := 0
		s.weeksOf(8, 2, func(d int, at time.Time, k int) {
			if d%4 == 0 && k == 3 {
				s.claimed(at, byte(21+d/4%4), person(d))
			}
			if d > 28 && d%2 == 1 && k == 8 {
				s.claimed(at, byte(21+n%4), to(n))
				n++
			}
		})
		s.engine.Flush()
		return s.engine.Cases()
	}
	got := claims(func(n int) ID { return person(1000 + n%6) })
	if len(got) != 1 || got[0].Kind != StaffFavoritism || got[0].Key.Of != OfTill {
		t.Fatalf("got %v, want one case on the till, nobody's hand being behind it", got)
	}
	if !slices.Contains(got[0].Names, person(1001)) {
		t.Errorf("%v are named, want the accounts", got[0].Names)
	}
	if got := claims(func(n int) ID { return person(1000 + n) }); len(got) != 0 {
		t.Errorf("others each time: got %q", got[0].Description())
	}
}

func TestCircleRemembersFourWeeks(t *testing.T) {
	t.Parallel()
	var c circle
	for d := range 200 {
		c.add(Event{At: morning(d), Customer: person(d % 7), Points: 10})
	}
	if len(c.rows) != 29 {
		t.Errorf("%d occasions are remembered, want those of four weeks", len(c.rows))
	}
	for n := range 300 {
		c.add(Event{At: morning(200).Add(time.Duration(n) * time.Minute), Customer: person(n), Points: 10})
	}
	if len(c.rows) != circleKept {
		t.Errorf("%d occasions are remembered, want at most %d", len(c.rows), circleKept)
	}
}

func TestFisher(t *testing.T) {
	t.Parallel()
	chi := distuv.ChiSquared{K: 4}
	for _, p := range [][2]float64{{.03, .2}, {1, 1e-4}, {1e-9, .5}} {
		want := chi.Survival(-2 * (math.Log(p[0]) + math.Log(p[1])))
		if got := fisher(p[0], p[1]); math.Abs(got-want) > 1e-9 {
			t.Errorf("fisher(%v, %v) = %v, want %v", p[0], p[1], got, want)
		}
	}
	if got := fisher(0, .5); got != 0 {
		t.Errorf("fisher(0, .5) = %v", got)
	}
}

// A broken oven is nobody's fraud, though each cashier gives in three evenings
// what is usual in a month.
func TestEverybodyMakesAmends(t *testing.T) {
	t.Parallel()
	evenings := func(generous int) (staff []string) {
		s := newStream(t, nil)
		s.engine.cfg.Settings.ManualAwards.Enabled = false
		s.weeksOf(10, 2, func(d int, at time.Time, k int) {
			if d%2 == 0 && k == 3 {
				s.handed(at, byte(21+d/2%4), person(d), 50)
			}
			if d/3 == 20 && k < 12 && k%4 < generous {
				s.handed(at, byte(21+k%4), person(1000+k), 50)
			}
		})
		for _, c := range s.found() {
			if strings.Contains(c, "staff:") {
				staff = append(staff, c)
			}
		}
		return staff
	}
	if got := evenings(4); len(got) != 0 {
		t.Errorf("all at once: got %q", got)
	}
	if got := evenings(1); len(got) == 0 {
		t.Error("one alone: got nothing")
	}
}

// What goes wrong behind an event is told, and the next event is judged.
func TestBackgroundDetectorsSurvive(t *testing.T) {
	t.Parallel()
	failed := 0
	s := newStream(t, nil)
	s.engine.cfg.Failed = func(error) { failed++ }
	s.engine.drift.given = func(ID, bool, time.Time) int { panic("lost") }
	s.handed(morning(0), 21, person(1), 50)
	s.handed(morning(1), 21, person(2), 50)
	s.push(Event{Type: Award, At: morning(1).Add(time.Minute), Staff: id(21), Customer: person(2), LinkedStaff: id(21), Points: 50, RulePoints: -1})
	if failed == 0 {
		t.Error("nothing was told")
	}
	s.want("staff_favoritism " + cashier21)
}
