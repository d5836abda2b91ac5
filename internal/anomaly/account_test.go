package anomaly

import (
	"strings"
	"testing"
	"time"
)

// scans is half a year in which a guest comes every third day and, from some
// days on, scans the receipt at home; extra is receipts of others a week from
// day 126 on.
func scans(t *testing.T, from, extra int) []*Case {
	t.Helper()
	s := newStream(t, nil)
	receipt := func(at time.Time, customer ID) {
		s.claimed(at, 0, customer)
	}
	s.weeksOf(26, 1, func(d int, at time.Time, k int) {
		if k%4 == 1 {
			s.check(at, 22, person(2000+d%100*10+k/4))
		}
		if d%5 == 0 && k == 30 {
			receipt(at, person(1000+d))
		}
		if d%3 == 0 && k == 20 && d >= from {
			receipt(at, person(1))
		} else if d%3 == 0 && k == 20 {
			s.check(at, byte(21+d/3%4), person(1))
		}
		if d >= 126 && d%7 < extra && k == 2 {
			receipt(at, person(1))
		}
	})
	s.engine.Flush()
	return s.engine.Cases()
}

func TestAccountDrift(t *testing.T) {
	t.Parallel()
	const never = 1000
	for name, from := range map[string]int{"scans always": 0, "begins to scan": 90, "never scans": never} {
		if got := scans(t, from, 0); len(got) != 0 {
			t.Errorf("a guest who %s: got %q", name, got[0].Description())
		}
	}
	got := scans(t, never, 5)
	if len(got) != 1 || got[0].Kind != PatternDeviation || got[0].Key.ID != person(1) {
		t.Fatalf("a guest who claims others' receipts: got %v, want a case on the account", got)
	}
	if !strings.Contains(got[0].Description(), "for one account in 28 days") {
		t.Errorf("got %q", got[0].Description())
	}
}

func TestFavourTail(t *testing.T) {
	t.Parallel()
	tail := func(k, n int, weeks float64, share, again float64) float64 {
		p, _ := favourTail(k, n, time.Duration(weeks*float64(week)), share, again)
		return p
	}
	base := tail(5, 0, 20, .02, .3)
	for name, p := range map[string]float64{
		"a habit of the account": tail(5, 10, 20, .02, .3),
		"no history":             tail(5, 0, 0, .02, .3),
		"a smaller count":        tail(4, 0, 20, .02, .3),
	} {
		if p <= base {
			t.Errorf("%s must make it likelier: %v, %v", name, p, base)
		}
	}
	if often, seldom := tail(5, 0, 0, .02, .9), tail(5, 0, 0, .02, .3); often <= seldom {
		t.Errorf("where guests keep scanning, as many by a newcomer are likelier: %v, %v", often, seldom)
	}
	if base > 1e-5 {
		t.Errorf("five in four weeks after none in twenty have a chance of %v", base)
	}
}

// A friend on whose account a cashier rings up strangers' checks, as they
// close, comes more often than ever and meets nobody else.
func TestFavoritismWithoutClaims(t *testing.T) {
	t.Parallel()
	s := newStream(t, nil)
	s.weeksOf(30, 1, func(d int, at time.Time, k int) {
		switch {
		case d < 140 && d%20 == 0 && k == 20:
			s.check(at, byte(21+d/20%4), person(1))
		case d >= 140 && d%2 == 0 && k == 20:
			s.check(at, 21, person(1))
		}
	})
	s.want("staff_favoritism " + cashier21)
}

// Whoever's only check was taken back has nothing to be compared.
func TestNothingIsNotMoreThanUsual(t *testing.T) {
	t.Parallel()
	if c := (&customer{first: noon}); c.moreThanUsual(noon.Add(week), 0, growing) {
		t.Error("no earnings are more than usual")
	}
}
