package anomaly

import (
	"math"
	"time"
)

// fading is a count in which an occasion of τ ago weighs 1/e: an average
// over about τ that needs two numbers instead of a list.
type fading struct {
	sum  float64
	asOf time.Time
}

// at is the count as it stands at a time.
func (f fading) at(now time.Time, tau time.Duration) float64 {
	if f.sum == 0 {
		return 0
	}
	return f.sum * math.Exp(-now.Sub(f.asOf).Seconds()/tau.Seconds())
}

func (f *fading) add(x float64, now time.Time, tau time.Duration) {
	f.sum = f.at(now, tau) + x
	f.asOf = now
}

// times is a short list of moments, oldest first, at most 16.
type times []time.Time

func (t *times) add(at time.Time) {
	if len(*t) == 16 {
		copy(*t, (*t)[1:])
		*t = (*t)[:15]
	}
	*t = append(*t, at)
}

// since counts the moments no older than a window.
func (t times) since(now time.Time, window time.Duration) int {
	n := 0
	for _, at := range t {
		if now.Sub(at) <= window {
			n++
		}
	}
	return n
}

// customer is what the engine remembers of one account. There are hundreds of
// thousands, so what few of them have lies apart.
type customer struct {
	first    time.Time
	recent   []Earning // oldest first, at most MaxRecent
	earnings fading
	stores   []ID
	normed   [2]time.Time // when a check and an award by hand last counted for the norms
	pairs    []pair
	favours  [favourSorts]*favours // nil before the first
	rare     *rarities             // nil for most
}

// rarities are what happens to few accounts.
type rarities struct {
	contact Event // the last change of contact
	debts   []Reversal
	splits  times
	doubles times
}

// rarely is what rare says, to look at.
func (c *customer) rarely() rarities {
	if c.rare == nil {
		return rarities{}
	}
	return *c.rare
}

// rarer is rare to write to.
func (c *customer) rarer() *rarities {
	if c.rare == nil {
		c.rare = &rarities{}
	}
	return c.rare
}

// favoursOf is what is remembered of a sort of favours, to write to.
func (c *customer) favoursOf(sort int) *favours {
	if c.favours[sort] == nil {
		c.favours[sort] = &favours{}
	}
	return c.favours[sort]
}

// favoured is how often the account was given favours of a sort in the four
// weeks to now.
func (c *customer) favoured(sort int, now time.Time) int {
	if c.favours[sort] == nil {
		return 0
	}
	return c.favours[sort].lately.since(now, fourWeeks)
}

const customerMemory = 8 * week

// weekly is the customer's earnings a week and over how many weeks, leaving
// out the day before now.
func (c *customer) weekly(now time.Time) (mean, weeks float64) {
	age := now.Sub(c.first) - day
	if age <= 0 {
		return 0, 0
	}
	tau := customerMemory.Hours() / week.Hours()
	weeks = tau * (1 - math.Exp(-age.Hours()/customerMemory.Hours()))
	n := c.earnings.at(now, customerMemory)
	for i := len(c.recent) - 1; i >= 0 && now.Sub(c.recent[i].At) <= day; i-- {
		n--
	}
	return max(0, n) / weeks, weeks
}

// before is the customer's earnings older than a window, as far as they still
// count, and over how many weeks.
func (c *customer) before(now time.Time, window time.Duration) (n, weeks float64) {
	const tau = customerMemory
	n = c.earnings.at(now, tau)
	for i := len(c.recent) - 1; i >= 0 && now.Sub(c.recent[i].At) <= window; i-- {
		n -= math.Exp(-now.Sub(c.recent[i].At).Hours() / tau.Hours())
	}
	age := max(now.Sub(c.first), window)
	return max(0, n), tau.Hours() / week.Hours() * (math.Exp(-window.Hours()/tau.Hours()) - math.Exp(-age.Hours()/tau.Hours()))
}

func (c *customer) remember(e Event) {
	x := Earning{
		ID: e.ID, At: e.closed(), Points: e.Points, Amount: e.Amount, IsOrder: e.Type != Award,
		Till: e.Till, Staff: e.Staff, Order: e.Order, Percent: e.Percent,
	}
	if len(c.recent) == MaxRecent {
		copy(c.recent, c.recent[1:])
		c.recent = c.recent[:MaxRecent-1]
	}
	c.recent = append(c.recent, x)
	c.earnings.add(1, e.At, customerMemory)
}

// forget drops a reversed earning, so that it no longer counts as recent.
func (c *customer) forget(order ID) {
	for i, x := range c.recent {
		if x.Order == order && !order.IsZero() {
			c.recent = append(c.recent[:i], c.recent[i+1:]...)
			return
		}
	}
}

// counts reports whether an earning may count for the norms: one check of an
// account a day and one award by hand in four weeks, so that what a few
// accounts get over and over does not become the norm.
func (c *customer) counts(e Event) bool {
	last, pause := &c.normed[0], businessDay
	if e.Type == Award {
		last, pause = &c.normed[1], fourWeeks
	}
	if e.At.Sub(*last) <= pause {
		return false
	}
	*last = e.At
	return true
}

func (c *customer) knows(store ID) bool {
	for _, s := range c.stores {
		if s == store {
			return true
		}
	}
	return false
}

// sample keeps the last values and their centre, worked out anew when a
// quarter of them has changed.
type sample struct {
	values []float64
	next   int
	stale  int
	center Center
}

const sampleSize = 256

func (s *sample) add(v float64) {
	if v <= 0 {
		return
	}
	if len(s.values) < sampleSize {
		s.values = append(s.values, v)
	} else {
		s.values[s.next] = v
		s.next = (s.next + 1) % sampleSize
	}
	s.stale++
	if s.stale*4 >= len(s.values) {
		s.center, s.stale = CenterOf(s.values), 0
	}
}

// norms are the samples behind a Baseline.
type norms struct{ amount, points sample }

func (n *norms) add(e Event) {
	if e.Type == Award {
		n.points.add(float64(e.Points))
	} else {
		n.amount.add(float64(e.Amount))
	}
}

func (n *norms) baseline() Baseline {
	return Baseline{Amount: n.amount.center, Points: n.points.center}
}
