package anomaly

import (
	"math"
	"time"
)

// pair is a customer and a cashier who keep meeting.
type pair struct {
	staff    ID
	sum      float64 // the CUSUM
	share    float64 // the CUSUM of shares alone
	visits   int     // of the customer since either left zero
	hits     int
	expected float64 // hits, had cashiers been met by their share of checks
	points   int64
	since    time.Time
	alarmed  time.Time
}

const (
	// Checks put on an account after they closed are this share of visits for
	// honest guests, or what it is in the organization where that is more, and
	// this for a cashier feeding a friend. From a quarter on it is how guests
	// collect, and tells nothing.
	honestClaims = .04
	feedingClaim = .7
	customary    = .25
	// pairsKept is how many cashiers are followed for each customer.
	pairsKept = 4
)

// hourBook holds a store's checks of the running hour until it is over and
// each cashier's share of them is known.
type hourBook struct {
	start time.Time
	rows  []Event
	count map[ID]int
	total int
}

func (h *hourBook) add(e Event) {
	if h.count == nil {
		h.count = map[ID]int{}
	}
	if e.Type == Order && !e.Staff.IsZero() {
		h.count[e.Staff]++
		h.total++
	}
	if e.Earns() && !e.Staff.IsZero() {
		h.rows = append(h.rows, e)
	}
}

// turnHour judges the hour that is over, if one is.
func (g *Engine) turnHour(p *place, now time.Time) {
	hour := now.Truncate(time.Hour)
	if !hour.After(p.hour.start) {
		return
	}
	if g.cfg.Settings.StaffFavoritism.Enabled {
		for _, e := range p.hour.rows {
			g.favoritism(p, e)
		}
	}
	p.hour.start, p.hour.rows, p.hour.total = hour, p.hour.rows[:0], 0
	clear(p.hour.count)
}

// share is a cashier's share of the hour's checks without the one judged,
// shrunk to an even share among those on duty.
func (h *hourBook) share(staff ID, judged Event) float64 {
	c, n := float64(h.count[staff]), float64(h.total)
	if judged.Type == Order {
		n--
		if staff == judged.Staff {
			c--
		}
	}
	duty := float64(max(2, len(h.count)))
	return min(.98, max(.02, (c+2/duty)/(n+2)))
}

// favoritism finds cashiers whose shifts keep feeding the same accounts.
//
// For each customer and cashier a log-likelihood CUSUM (Page 1954; Moustakides
// 1986 for its optimality) adds ln(HitShare/p) when the cashier handled the
// customer's check and ln((1 − HitShare)/(1 − p)) when another did, p being
// the cashier's share of the store's checks in that hour. A check put on the
// account after it closed adds the likelihood ratio of that too, which is what
// tells a friend being fed from a guest with a favourite server. Without it the
// shares count where the account gains more than it ever did.
func (g *Engine) favoritism(p *place, e Event) {
	defer g.survive()
	s := g.cfg.Settings.StaffFavoritism
	c := g.customerOf(e)
	late := lateWeight(e, g.habits[staffClaims].all.mean(e.At, g.driftMemory()))
	met := false
	for i := range c.pairs {
		q := &c.pairs[i]
		share := .0
		if p.hour.count[q.staff] > 0 || q.staff == e.Staff {
			share = p.hour.share(q.staff, e)
		}
		q.visits++
		q.expected += share
		if q.staff == e.Staff {
			met = true
			q.sum = max(0, q.sum+(math.Log(s.HitShare/share)+late))
			q.share += math.Log(s.HitShare / share)
			q.hits++
			q.points += e.Points
		} else {
			miss := math.Log((1 - s.HitShare) / (1 - share))
			q.sum, q.share = max(0, q.sum+miss), max(0, q.share+miss)
		}
		if q.staff == e.Staff && (q.sum > s.Alarm || (q.share > s.Alarm && c.moreThanUsual(e.At, 0, growing))) {
			g.favoriteFound(p, e, q)
		}
	}
	c.pairs = living(c.pairs)
	if met {
		return
	}
	share := p.hour.share(e.Staff, e)
	if w := math.Log(s.HitShare / share); w > 0 && len(c.pairs) < pairsKept {
		c.pairs = append(c.pairs, pair{
			staff: e.Staff, sum: max(0, w+late), share: w,
			visits: 1, hits: 1, expected: share, points: e.Points, since: e.At,
		})
	}
}

// living drops pairs whose CUSUMs are back at zero.
func living(pairs []pair) []pair {
	kept := pairs[:0]
	for _, q := range pairs {
		if q.sum > 0 || q.share > 0 {
			kept = append(kept, q)
		}
	}
	return kept
}

// lateWeight is the log likelihood ratio of whether the check was put on the
// account after it closed, where that happens to a share of the organization's
// earnings.
func lateWeight(e Event, share float64) float64 {
	if e.Type == Claim && share < customary {
		return math.Log(feedingClaim / max(honestClaims, share))
	}
	return math.Log((1 - feedingClaim) / (1 - honestClaims))
}

func (g *Engine) favoriteFound(p *place, e Event, q *pair) {
	// A pair still feeding makes its case grow once a day.
	if !q.alarmed.IsZero() && e.At.Sub(q.alarmed) < day {
		return
	}
	q.alarmed = e.At
	s := staffSignal(StaffFavoritism, e)
	// The hour's end, whenever the next event shows that it is over: what is
	// found must not depend on when it is looked for.
	s.At = p.hour.start.Add(time.Hour)
	s.Score = min(MaxScore, max(q.sum, q.share)/math.Ln10)
	s.PointsInvolved = q.points
	s.Evidence.Reason, s.Evidence.Unit, s.Evidence.From = "pair", "visits", q.since
	s.Evidence.Observed, s.Evidence.Expected = float64(q.hits), q.expected
	most := 2 * g.cfg.Settings.StaffFavoritism.Alarm
	q.sum, q.share = min(q.sum, most), min(q.share, most)
	q.points = 0
	g.found(s.finish("%s of %s visits on one cashier's shifts; %s expected",
		grouped(int64(q.hits)), grouped(int64(q.visits)), decimal(q.expected)))
}
