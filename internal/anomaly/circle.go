package anomaly

import (
	"slices"
	"time"
)

// occasion is points from one hand to one account on one day.
type occasion struct {
	at       time.Time
	customer ID
	staff    ID
	points   int64
}

// circle is whom a cashier or till gave points to in the last four weeks,
// oldest first.
type circle struct{ rows []occasion }

const (
	// circleKept is how many occasions are remembered of each hand.
	circleKept = 96
	// circleRepeats is how many repeats of one account count, so that a single
	// difficult guest is no circle.
	circleRepeats = 2
	// Two occasions in five hundred pairs are of one account until there is
	// history: about what four hundred regulars show.
	priorSame  = 1
	priorPairs = 500
	// collisionMemory is how long the organization's collisions count.
	collisionMemory = 26 * week
	// manyShape says how much honest hands differ: by half of their mean.
	manyShape = 4
)

// add takes an occasion in and says with how many it could have coincided and
// with how many it did. More on the same day is the same occasion.
func (c *circle) add(e Event) (pairs, same int) {
	c.expire(e.At)
	for i, x := range c.rows {
		if x.customer != e.Customer {
			continue
		}
		if e.At.Sub(x.at) < businessDay {
			c.rows[i].points += e.Points
			return 0, 0
		}
		same++
	}
	if len(c.rows) == circleKept {
		c.rows = slices.Delete(c.rows, 0, 1)
	}
	c.rows = append(c.rows, occasion{e.At, e.Customer, e.Staff, e.Points})
	return len(c.rows) - 1, same
}

func (c *circle) expire(now time.Time) {
	i := 0
	for i < len(c.rows) && now.Sub(c.rows[i].at) > fourWeeks {
		i++
	}
	c.rows = slices.Delete(c.rows, 0, i)
}

// own reports whether an account given to n times by one hand, of all times in
// four weeks, is that hand's: a difficult guest is appeased by whoever is there.
func own(n, all int) bool { return 3*n > 2*all }

// repeats counts the occasions whose account had an earlier one, at most
// circleRepeats for each account, and says which accounts and points they are.
// Accounts that others give to as well do not count.
func (c *circle) repeats(given func(ID) int) (n int, who []ID, points int64) {
	seen := make(map[ID]int, len(c.rows))
	for _, x := range c.rows {
		seen[x.customer]++
	}
	for _, x := range c.rows {
		if k := seen[x.customer]; k > 1 && own(k, given(x.customer)) {
			points += x.points
			if !slices.Contains(who, x.customer) {
				who = append(who, x.customer)
				n += min(k-1, circleRepeats)
			}
		}
	}
	return n, who, points
}

// collisions is how often two occasions of one hand within four weeks were of
// the same account, across the organization.
type collisions struct{ same, pairs fading }

// learn takes an occasion in that came after so many of its hand, of which
// same were its account's, given to as often in all.
func (c *collisions) learn(pairs, same, given int, now time.Time) {
	c.pairs.add(float64(pairs), now, collisionMemory)
	if same > 0 && same <= circleRepeats && own(same+1, given) {
		c.same.add(1, now, collisionMemory)
	}
}

// apart is the chance of a collision without those of one hand, which must not
// be its own norm.
func (c *collisions) apart(hand *collisions, now time.Time) float64 {
	same := c.same.at(now, collisionMemory) - hand.same.at(now, collisionMemory)
	pairs := c.pairs.at(now, collisionMemory) - hand.pairs.at(now, collisionMemory)
	return (max(0, same) + priorSame) / (max(0, pairs) + priorPairs)
}

// inCircle finds points that keep going back to the same few accounts.
//
// Honest guests who need a favour at the till are others each time, so repeats
// among k occasions are as rare as shared birthdays: about Poisson with mean
// c·k(k − 1)/2 (Arratia, Goldstein and Gordon 1990), c being how often two
// occasions of the organization's other hands coincide; hands differ, so the tail is
// negative binomial. It is joined, by Fisher's method (1925), with the chance
// of as many occasions at the rate of this hand four weeks ago and earlier.
// Given their number, who they are for is independent of it.
func (w *watch) inCircle(chance, expected float64, given func(ID) int) (p, repeats, mean float64, who []ID, points int64) {
	n, who, points := w.circle.repeats(given)
	k := float64(len(w.circle.rows))
	mean = chance * k * (k - 1) / 2
	p = fisher(repeatTail(n, mean, 1), repeatTail(len(w.circle.rows), expected, manyShape))
	return p, float64(n), mean, who, points
}

// judgeCircle signals a hand whose points go in circles.
func (w *watch) judgeCircle(s Settings, chance, expected float64, now time.Time, given func(ID) int, found func(Signal)) {
	kind, limit, on := StaffFavoritism, s.StaffFavoritism.CircleChance, s.StaffFavoritism.Enabled
	if !w.claim {
		kind, limit, on = ManualAwards, s.ManualAwards.Chance, s.ManualAwards.Enabled
	}
	if !on || (!w.claim && w.of == OfTill) {
		return
	}
	p, repeats, mean, who, points := w.inCircle(chance, expected, given)
	if repeats < 2 || p >= limit {
		return
	}
	sig := w.about(kind, now, w.circle.by(who))
	sig.Names = append(sig.Names, who...)
	sig.PointsInvolved, sig.Score = points, Score(p)
	sig.Evidence.P, sig.Evidence.Reason, sig.Evidence.Customers = p, "circle", who
	sig.Evidence.From, sig.Evidence.Observed, sig.Evidence.Expected = now.Add(-fourWeeks), repeats, mean
	found(sig.finish("%s of %s %s in %s went back to the same accounts; %s expected",
		grouped(int64(repeats)), grouped(int64(len(w.circle.rows))), sig.Evidence.Unit, counted(28, "day"), decimal(mean)))
	w.circle.counted(who)
}

// by counts who entered what these accounts got.
func (c *circle) by(who []ID) map[ID]int {
	by := map[ID]int{}
	for _, x := range c.rows {
		if slices.Contains(who, x.customer) {
			by[x.staff]++
		}
	}
	return by
}

// counted keeps points from being at risk twice.
func (c *circle) counted(who []ID) {
	for i, x := range c.rows {
		if slices.Contains(who, x.customer) {
			c.rows[i].points = 0
		}
	}
}
