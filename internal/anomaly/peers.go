package anomaly

import (
	"bytes"
	"slices"
	"time"
)

// monthly counts awards by hand and all that was handled over 28 days.
type monthly struct {
	hand, all [28]int
	points    [28]int64
	at        int // today's place in the rings
	active    bool
}

func (m *monthly) totals(days int) (hand, all int, points int64) {
	for i := range days {
		j := (m.at - i + 28) % 28
		hand, all, points = hand+m.hand[j], all+m.all[j], points+m.points[j]
	}
	return hand, all, points
}

func (m *monthly) endDay() {
	m.at = (m.at + 1) % 28
	m.hand[m.at], m.all[m.at], m.points[m.at] = 0, 0, 0
	m.active = false
}

// fadingPair counts awards just below an approval limit and just below those.
type fadingPair struct {
	upper, lower times
	points       int64
	active       bool
}

// peerGroup is the cashiers of one role.
type peerGroup struct{ members []*cashier }

// priorHand is the share of awards by hand among all, where a role has no
// history: one in a hundred, as of priorChecks.
const (
	priorHand   = .01
	priorChecks = 500
	limitMemory = 8 * week
	latelyKept  = 8
	// Who rings up nothing gives ten awards by hand in four weeks, as of two
	// peers, until there is history; such hands differ by .7 of their mean.
	priorNumber = 10
	priorPeers  = 2
	numberShape = 2
)

// peerSums is what the cashiers of a role gave by hand in four weeks, and handled
// in all; those who rang up nothing are counted apart.
type peerSums struct{ hand, all, idle, idleHand int }

// share is the share of awards by hand among what a cashier's peers handled.
func (v peerSums) share(own, handled int) float64 {
	return (float64(v.hand-own) + priorHand*priorChecks) / (float64(v.all-handled) + priorChecks)
}

// number is how many awards a cashier's peers gave who rang up nothing either.
func (v peerSums) number(own int) float64 {
	return (float64(v.idleHand-own) + priorNumber*priorPeers) / float64(v.idle-1+priorPeers)
}

func (g *Engine) rememberStaff(p *place, e Event) {
	if e.Type != Order && e.Type != Award {
		return
	}
	c := g.cashierOf(e)
	if len(c.hand.hand) > 0 && c.hand.all == [28]int{} {
		g.join(c)
	}
	c.hand.all[c.hand.at]++
	if e.Type != Award {
		return
	}
	c.hand.hand[c.hand.at]++
	c.hand.points[c.hand.at] += e.Points
	c.hand.active = true
	if !slices.Contains(c.lately, e.Customer) {
		if len(c.lately) == latelyKept {
			c.lately = c.lately[1:]
		}
		c.lately = append(c.lately, e.Customer)
	}
	switch limit := p.ApprovalLimit; {
	case limit <= 0 || e.Points >= limit || 10*e.Points < 8*limit:
	case 10*e.Points >= 9*limit:
		c.limits.upper.add(e.At)
		c.limits.points += e.Points
		c.limits.active = true
	default:
		c.limits.lower.add(e.At)
	}
}

// join puts a cashier among their peers.
func (g *Engine) join(c *cashier) {
	group := g.peers[c.role]
	if group == nil {
		group = &peerGroup{}
		g.peers[c.role] = group
	}
	if !slices.Contains(group.members, c) {
		group.members = append(group.members, c)
	}
}

// endDay judges cashiers and drift by the days up to now.
func (g *Engine) endDay(now time.Time) {
	defer g.survive()
	for _, id := range g.storesInOrder() {
		g.turnHour(g.stores[id], now.Add(time.Hour))
	}
	if g.today.IsZero() {
		g.today = now
		return
	}
	for g.today.Before(now) {
		g.today = g.today.Add(day)
		g.drift.endDay(g.cfg.Settings, g.today, g.found)
		g.judgeCashiers(g.today)
	}
}

func (g *Engine) storesInOrder() []ID {
	ids := make([]ID, 0, len(g.stores))
	for id := range g.stores {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
	return ids
}

func (g *Engine) judgeCashiers(now time.Time) {
	roles := make([]string, 0, len(g.peers))
	for role := range g.peers {
		roles = append(roles, role)
	}
	slices.Sort(roles)
	for _, role := range roles {
		members := g.peers[role].members
		var peers peerSums
		for _, c := range members {
			h, n, _ := c.hand.totals(28)
			if h == n && h > 0 {
				peers.idle, peers.idleHand = peers.idle+1, peers.idleHand+h
			} else {
				peers.hand, peers.all = peers.hand+h, peers.all+n
			}
		}
		for _, c := range members {
			if c.hand.active {
				g.judgeHand(c, peers, now)
			}
			if c.limits.active {
				g.judgeLimit(c, now)
			}
			c.hand.endDay()
			c.limits.active = false
		}
	}
}

// judgeHand finds a cashier whose share of awards by hand is far above their
// peers', by the beta-binomial tail against the peers of the same role over
// one and four weeks: the mean is the peers' share, shrunk to one in a
// hundred, and rho how much honest cashiers differ (Griffiths 1973).
//
// Who rings up no checks has no share: a manager at a desk, or anybody where
// tills don't say who is at them. Their number of awards is held against that
// of peers who ring up none either, by the negative binomial tail (Greenwood
// and Yule 1920).
func (g *Engine) judgeHand(c *cashier, peers peerSums, now time.Time) {
	s := g.cfg.Settings.ManualAwards
	if !s.Enabled {
		return
	}
	own, handled, _ := c.hand.totals(28)
	for _, days := range []int{28, 7} {
		k, n, points := c.hand.totals(days)
		if float64(k) < s.MinAwards {
			continue
		}
		var p, expected float64
		if own == handled {
			expected = peers.number(own) * float64(days) / 28
			p = repeatTail(k, expected, numberShape)
		} else {
			mean := peers.share(own, handled)
			p, expected = betaBinomialTail(k, n, mean, s.Rho), mean*float64(n)
		}
		if p >= s.Chance {
			continue
		}
		sig := g.cashierSignal(ManualAwards, c, now, time.Duration(days)*day)
		sig.PointsInvolved, sig.Score = points, Score(p)
		sig.Evidence.P, sig.Evidence.Reason, sig.Evidence.Unit = p, "peers", UnitAwards
		sig.Evidence.Observed, sig.Evidence.Expected = float64(k), expected
		g.found(sig.finish("%s awards by hand in %s; %s expected from peers", grouped(int64(k)), counted(int64(days), "day"), decimal(expected)))
		return
	}
}

// judgeLimit finds a cashier whose awards by hand keep just below the approval
// limit L: the exact binomial tail of those in [.9 L, L) among those in [.8 L, L),
// at one half each. Comparing neighbouring intervals is how figures managed to
// meet a threshold are found elsewhere (Burgstahler and Dichev 1997).
func (g *Engine) judgeLimit(c *cashier, now time.Time) {
	s := g.cfg.Settings.LimitHugging
	upper, lower := c.limits.upper.since(now, limitMemory), c.limits.lower.since(now, limitMemory)
	if !s.Enabled || float64(upper+lower) < s.MinAwards {
		return
	}
	p := binomialTail(upper, upper+lower, .5)
	if p >= s.Chance {
		return
	}
	sig := g.cashierSignal(LimitHugging, c, now, limitMemory)
	sig.PointsInvolved, sig.Score = c.limits.points, Score(p)
	sig.Evidence.P, sig.Evidence.Reason, sig.Evidence.Unit = p, "limit", UnitAwards
	sig.Evidence.Observed, sig.Evidence.Expected = float64(upper), float64(upper+lower)/2
	g.found(sig.finish("%s of %s large awards by hand just below the approval limit; %s expected",
		grouped(int64(upper)), grouped(int64(upper+lower)), decimal(float64(upper+lower)/2)))
}

func (g *Engine) cashierSignal(kind Kind, c *cashier, now time.Time, window time.Duration) Signal {
	return Signal{
		Kind: kind, At: now, Store: c.store,
		Key: Key{Of: OfStaff, ID: c.id},
		Evidence: Evidence{
			From: now.Add(-window), To: now, Stores: known(c.store),
			Staff: []ID{c.id}, Customers: slices.Clone(c.lately),
		},
	}
}
