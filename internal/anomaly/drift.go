package anomaly

import (
	"bytes"
	"math"
	"slices"
	"time"
)

// stream is what is counted for drift: claims and awards by hand, which no
// guest's own check stands behind, of a cashier, a till or a store, as far as
// staff entered them. What guests claim by themselves is the account's drift.
type stream struct {
	of    SubjectKind
	id    ID
	claim bool
}

// watch is the CUSUM of one stream. Its rate is for each check the cashier,
// till or store handled, so that rosters, weekdays and seasons cancel out.
type watch struct {
	stream
	store    ID
	count    fading
	checks   fading
	today    []ID // accounts that gained today, each once
	points   int64
	who      []ID // accounts that gained since the sum left zero, at most 8
	by       map[ID]int
	sum      float64
	since    time.Time
	observed int
	expected float64
	circle   circle
	same     collisions
	first    time.Time // occasion
	rings    bool      // it has handled a check
	alone    bool      // it is a store, or the only till of one
	alarmed  time.Time // first and last of a row of alarms
	alarm    time.Time
	past     rate // as it was four weeks ago
	month    [28]daily
	at       int     // today's place in the month
	x        int     // today's occasions
	lambda   float64 // and how many there should be
}

// daily is a day's occasions and checks.
type daily struct{ count, checks int }

type drift struct {
	watches map[stream]*watch
	order   []*watch // sorted for determinism
	sorted  bool
	handled map[ID]int // checks today of a cashier, till or store
	claims  rate
	awards  rate
	same    [2]collisions // of claims and of awards by hand, by cashier
	given   func(account ID, claim bool, now time.Time) int
}

// rate is the organization's occasions and checks.
type rate struct{ count, checks fading }

func (r *rate) mean(now time.Time, tau time.Duration) float64 {
	// .5 % of 400 checks stand in until there is history.
	return (r.count.at(now, tau) + 2) / (r.checks.at(now, tau) + 400)
}

// newDrift is a drift without history; given says how often an account was
// given points, by anybody, in the four weeks before a time.
func newDrift(given func(account ID, claim bool, now time.Time) int) *drift {
	return &drift{watches: map[stream]*watch{}, handled: map[ID]int{}, given: given}
}

// count takes an event into the day's counts.
func (d *drift) count(e Event) {
	if e.Type == Order && !e.Backfilled {
		d.handled[e.Store]++
		d.handled[e.Till]++
		d.handled[e.Staff]++
		return
	}
	if !e.Earns() || e.Backfilled || (e.Type != Award && e.Type != Claim) || e.Staff.IsZero() {
		return
	}
	d.bump(stream{OfStaff, e.Staff, e.Type == Claim}, e)
	d.bump(stream{OfTill, e.Till, e.Type == Claim}, e)
	d.bump(stream{OfStore, e.Store, e.Type == Claim}, e)
}

func (d *drift) bump(s stream, e Event) {
	if s.id.IsZero() {
		return
	}
	w := d.watches[s]
	if w == nil {
		w = &watch{stream: s, store: e.Store, first: e.At, by: map[ID]int{}}
		d.watches[s] = w
		d.order, d.sorted = append(d.order, w), false
	}
	w.points += e.Points
	if s.of != OfStore {
		d.goRound(w, e)
	}
	if slices.Contains(w.today, e.Customer) {
		return
	}
	w.today = append(w.today, e.Customer)
	w.by[e.Staff]++
	if len(w.who) < 8 && !slices.Contains(w.who, e.Customer) {
		w.who = append(w.who, e.Customer)
	}
}

// goRound takes an occasion into the circle of a hand or till.
func (d *drift) goRound(w *watch, e Event) {
	pairs, same := w.circle.add(e)
	if pairs == 0 {
		return
	}
	given := d.given(e.Customer, w.claim, e.At)
	w.same.learn(pairs, same, given, e.At)
	if w.of == OfStaff {
		d.sameOf(w.claim).learn(pairs, same, given, e.At)
	}
}

func (d *drift) sameOf(claim bool) *collisions {
	if claim {
		return &d.same[0]
	}
	return &d.same[1]
}

func (d *drift) sort() {
	if d.sorted {
		return
	}
	slices.SortFunc(d.order, func(a, b *watch) int {
		if c := bytes.Compare(a.id[:], b.id[:]); c != 0 || a.claim == b.claim {
			return c
		}
		if a.claim {
			return -1
		}
		return 1
	})
	d.sorted = true
}

// mostly is the cashier behind two in five or more of so many occasions, the
// busiest of such; none if nobody is.
func mostly(by map[ID]int) ID {
	total, most := 0, 0
	var hand ID
	for id, n := range by {
		total += n
		if n > most || (n == most && bytes.Compare(id[:], hand[:]) < 0) {
			most, hand = n, id
		}
	}
	if 5*most < 2*total {
		return ID{}
	}
	return hand
}

// about is the beginning of a signal about whoever is behind a stream; by says
// who entered what is signalled, where that is a till's or store's.
func (w *watch) about(kind Kind, now time.Time, by map[ID]int) Signal {
	s := Signal{
		Kind: kind, At: now, Store: w.store, Key: Key{Of: w.of, ID: w.id}, Names: []ID{w.id},
		Evidence: Evidence{Unit: UnitAwards, To: now, Stores: known(w.store)},
	}
	if w.claim {
		s.Evidence.Unit = UnitClaims
	}
	if w.of == OfStaff {
		s.Evidence.Staff = []ID{w.id}
		return s
	}
	others := []ID{}
	if w.of == OfTill {
		s.Evidence.Tills, others = []ID{w.id}, []ID{w.id}
	}
	if hand := mostly(by); !hand.IsZero() {
		s.Key, s.Names = Key{Of: OfStaff, ID: hand}, append([]ID{hand}, others...)
		s.Evidence.Staff = []ID{hand}
	}
	return s
}

func (w *watch) signal(now time.Time) Signal {
	s := w.about(PatternDeviation, now, w.by)
	s.PointsInvolved, s.Score = w.points, min(MaxScore, w.sum/math.Ln10)
	s.Evidence.Observed, s.Evidence.Expected, s.Evidence.From = float64(w.observed), w.expected, w.since
	s.Evidence.Customers, s.Evidence.Reason = slices.Clone(w.who), "drift"
	who := map[SubjectKind]string{OfStaff: "a cashier", OfTill: "a till", OfStore: "a store"}[w.of]
	w.points = 0
	return s.finish("%s %s by %s in %s; %s expected", grouped(int64(w.observed)), s.Evidence.Unit, who, span(now.Sub(w.since)), decimal(w.expected))
}
