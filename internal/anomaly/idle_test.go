package anomaly

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// desk is ten weeks at a store whose tills don't say who rang up a check, and
// whose staff give points by hand at a desk: so many each a day, to others each
// time.
func desk(t *testing.T, gives func(d int, staff byte) int) *feed {
	t.Helper()
	s := newStream(t, nil)
	n := 0
	for d := range 70 {
		for k := range 80 {
			at := morning(d).Add(time.Duration(k) * 8 * time.Minute)
			s.check(at, 0, ID{})
			if k < 40 || k > 43 {
				continue
			}
			staff := byte(k - 19) // 21 to 24
			for j := range gives(d, staff) {
				n++
				s.push(Event{Type: Award, At: at.Add(time.Duration(j) * time.Minute), Staff: id(staff), Till: id(8), Customer: person(n), Points: 50, RulePoints: -1})
			}
		}
	}
	return s
}

func TestHandsThatRingUpNothing(t *testing.T) {
	t.Parallel()
	t.Run("all make amends now and then", func(t *testing.T) {
		t.Parallel()
		desk(t, func(d int, staff byte) int { return (d + int(staff)) % 2 }).want()
	})
	t.Run("a manager alone gives a point a day", func(t *testing.T) {
		t.Parallel()
		desk(t, func(d int, staff byte) int { return int(staff) / 24 }).want()
	})
	t.Run("one begins to give three times as much", func(t *testing.T) {
		t.Parallel()
		got := desk(t, func(d int, staff byte) int {
			if staff == 21 && d > 40 {
				return 3
			}
			return (d + int(staff)) % 2
		}).found()
		if !slices.ContainsFunc(got, func(c string) bool { return strings.HasSuffix(c, cashier21) }) {
			t.Errorf("got %q, want the cashier", got)
		}
	})
}

// One who gives far more than the others who ring up nothing either.
func TestManualAwardsByNumber(t *testing.T) {
	t.Parallel()
	s := desk(t, func(d int, staff byte) int {
		if staff == 21 {
			return 3
		}
		return (d + int(staff)) % 4 / 3
	})
	s.engine.Flush()
	for _, c := range s.engine.Cases() {
		if best := c.Best[ManualAwards.Family()]; best.Kind == ManualAwards && best.Key.String() == cashier21 && best.Evidence.Reason == "peers" {
			return
		}
	}
	t.Errorf("got %q, want the cashier held against peers", s.found())
}

// A store where all four hands put three times as many checks on accounts as
// ever before: nobody's doing, and still not what the store is used to.
func TestStoreDrifts(t *testing.T) {
	t.Parallel()
	claims := func(busy func(d int) int) []string {
		s := newStream(t, nil)
		n := 0
		s.weeksOf(14, 2, func(d int, at time.Time, k int) {
			if k%20 == 3 && k/20 < busy(d) {
				n++
				s.claimed(at, byte(21+n%4), person(n))
			}
		})
		return s.found()
	}
	const theirs = "pattern_deviation store:00000000-0000-0000-0000-000000000002"
	if got := claims(func(d int) int { return 1 + d/70*3 }); !slices.Contains(got, theirs) {
		t.Errorf("four times as many: got %q, want the store", got)
	}
	if got := claims(func(int) int { return 4 }); len(got) != 0 {
		t.Errorf("as many as ever: got %q", got)
	}
}

// Where guests collect by asking for it after they have paid, that tells
// nothing of friends: a guest with a favourite server is in peace there too.
func TestClaimsAsTheCustom(t *testing.T) {
	t.Parallel()
	s := newStream(t, nil)
	s.weeksOf(16, 1, func(d int, at time.Time, k int) {
		switch {
		case k == 20 && d%4 == 0:
			s.claimed(at, byte(21+d/4%5/4), person(1))
		case k%2 == 1:
			s.claimed(at, byte(21+(d+k/2)%4), person(10+(k*7+d)%400))
		}
	})
	for _, c := range s.found() {
		if strings.HasPrefix(c, "staff_favoritism") {
			t.Errorf("got %q", c)
		}
	}
}

// What goes on for good becomes the norm once a manager has had a case about
// it for four weeks.
func TestNormFollowsWhatGoesOn(t *testing.T) {
	t.Parallel()
	s := newStream(t, nil)
	var last time.Time
	alarms := 0
	s.engine.cfg.Signal = func(sig Signal) {
		if sig.Kind == PatternDeviation && sig.Key.String() == cashier21 {
			last, alarms = sig.At, alarms+1
		}
	}
	n := 0
	s.weeksOf(50, 2, func(d int, at time.Time, k int) {
		if k == 5 && d%6 == 0 || d >= 70 && k < 9 {
			n++
			s.claimed(at, 21, person(n))
		}
		if k == 9 && d%6 == 3 {
			n++
			s.claimed(at, 22, person(n))
		}
	})
	s.engine.Flush()
	if alarms == 0 || last.Before(morning(70)) {
		t.Fatalf("%d alarms, the last on %s", alarms, last)
	}
	if last.After(morning(70 + 20*7)) {
		t.Errorf("still alarmed on %s, half a year later", last)
	}
}
