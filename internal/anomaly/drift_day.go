package anomaly

import (
	"math"
	"time"
)

// ownWeight is the checks after which a stream's own rate counts half.
const ownWeight = 400

// calm is the occasions that must be out of the ordinary for a whole store's
// day to count as such.
const calm = 2

// leastExposure is the checks a day that stand in where a store has none: some
// give all points by hand.
const leastExposure = 20

// group is the streams of one sort at a store.
type group struct {
	store ID
	of    SubjectKind
	claim bool
}

// level is what a group's day had, and should have had, and how many it is of.
type level struct {
	x, lambda float64
	n         int
}

// endDay runs the CUSUMs over the day that is over.
//
// It is the Poisson CUSUM of Lucas (1985): S = max(0, S + x·ln Ratio −
// (Ratio − 1)·λ), alarm above Alarm. λ is the stream's own rate, an
// exponentially weighted average over HistoryWeeks, shrunk to the
// organization's, times the checks handled that day, and more where the
// store's other cashiers or tills had more as well: an evening on which
// everybody made amends is nobody's doing. A store or a lone till, which has no
// others of its sort, and hands and tills that never rang up a check are judged
// when they have four weeks of history to differ from.
func (d *drift) endDay(s Settings, now time.Time, found func(Signal)) {
	tau := time.Duration(s.PatternDeviation.HistoryWeeks * float64(week))
	d.sort()
	levels, idle := map[group]level{}, d.idle()
	claims, awards := d.claims.mean(now, tau), d.awards.mean(now, tau)
	for _, w := range d.order {
		mean := awards
		if w.claim {
			mean = claims
		}
		w.x, w.today = len(w.today), w.today[:0]
		handled := d.exposure(w, idle)
		w.lambda = w.rate(mean, now, tau) * float64(max(handled, 1))
		l := levels[w.group()]
		levels[w.group()] = level{l.x + float64(w.x), l.lambda + w.lambda, l.n + 1}
		expected := w.turn(mean, handled, now, tau)
		if w.x > 0 && w.of != OfStore {
			given := func(account ID) int { return d.given(account, w.claim, now) }
			w.judgeCircle(s, d.sameOf(w.claim).apart(&w.same, now), expected, now, given, found)
		}
	}
	for _, w := range d.order {
		if !s.PatternDeviation.Enabled {
			break
		}
		l := levels[w.group()]
		w.lambda *= max(1, (l.x-float64(w.x)+calm)/(l.lambda-w.lambda+calm))
		w.alone = w.of != OfStaff && l.n == 1
		w.step(s.PatternDeviation, d.exposure(w, idle), now, tau, found)
	}
	d.learn(now, tau)
}

// idle counts the streams of each group that never rang up a check.
func (d *drift) idle() map[group]int {
	idle := map[group]int{}
	for _, w := range d.order {
		if w.rings = w.rings || d.handled[w.id] > 0; !w.rings {
			idle[w.group()]++
		}
	}
	return idle
}

// exposure is the checks of the day that a stream's occasions are held against:
// those it handled, or an even share of the store's where it never handles any.
// Managers make amends at a desk, and not every till says who rang up a check.
func (d *drift) exposure(w *watch, idle map[group]int) int {
	if w.rings {
		return d.handled[w.id]
	}
	return max(d.handled[w.store]/max(1, idle[w.group()]), leastExposure)
}

func (w *watch) group() group { return group{w.store, w.of, w.claim} }

// learn takes the day into the organization's rates.
func (d *drift) learn(now time.Time, tau time.Duration) {
	checks, claims, awards := 0.0, 0, 0
	for _, n := range d.handled {
		checks += float64(n) / 3 // each check is one store's, one till's, one cashier's
	}
	for _, w := range d.order {
		if w.of == OfStaff && w.claim {
			claims += w.x
		} else if w.of == OfStaff {
			awards += w.x
		}
	}
	d.claims.count.add(float64(claims), now, tau)
	d.claims.checks.add(checks, now, tau)
	d.awards.count.add(float64(awards), now, tau)
	d.awards.checks.add(checks, now, tau)
	clear(d.handled)
}

// rate is the stream's own for each check, shrunk to the organization's.
func (w *watch) rate(org float64, now time.Time, tau time.Duration) float64 {
	return (w.count.at(now, tau) + ownWeight*org) / (w.checks.at(now, tau) + ownWeight)
}

// turn takes the day into the month and says how many occasions the month
// should have, at the rate of four weeks ago and earlier.
func (w *watch) turn(org float64, handled int, now time.Time, tau time.Duration) float64 {
	w.at = (w.at + 1) % len(w.month)
	old := w.month[w.at]
	w.past.count.add(float64(old.count), now, tau)
	w.past.checks.add(float64(old.checks), now, tau)
	w.month[w.at] = daily{w.x, handled}
	all := 0
	for _, d := range w.month {
		all += d.checks
	}
	return (w.past.count.at(now, tau) + ownWeight*org) / (w.past.checks.at(now, tau) + ownWeight) * float64(max(all, 1))
}

func (w *watch) step(s PatternDeviationSettings, handled int, now time.Time, tau time.Duration, found func(Signal)) {
	if young := now.Sub(w.first) < fourWeeks; !young || w.rings && !w.alone {
		w.sum = max(0, w.sum+float64(w.x)*math.Log(s.Ratio)-(s.Ratio-1)*w.lambda)
	}
	w.observed += w.x
	w.expected += w.lambda
	if w.sum > 0 && w.since.IsZero() {
		w.since = now.Add(-day)
	}
	alarm := w.sum > s.Alarm && w.x > 0
	if w.known(now) || !alarm && w.sum < s.Alarm/2 {
		w.count.add(float64(w.x), now, tau)
		w.checks.add(float64(handled), now, tau)
	}
	if alarm {
		if now.Sub(w.alarm) > StoryWindow {
			w.alarmed = now
		}
		w.alarm = now
		found(w.signal(now))
		w.sum = 0
	}
	if w.sum == 0 {
		w.since, w.observed, w.expected, w.points, w.who = time.Time{}, 0, 0, 0, w.who[:0]
		clear(w.by)
	}
}

// known reports whether a row of alarms is four weeks old. What is under
// suspicion must not become the norm, but a manager has had a case about this
// for so long, and what goes on for good is what this stream does.
func (w *watch) known(now time.Time) bool {
	return now.Sub(w.alarmed) > StoryWindow && now.Sub(w.alarm) <= StoryWindow
}
