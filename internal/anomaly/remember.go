package anomaly

const (
	fourWeeks = 4 * week
	debtsKept = 8
	newStores = 12
)

// recent is what was true just before an event, from the engine's memory.
func (g *Engine) recent(p *place, e Event) Recent {
	r := Recent{Hours: p.Hours, Zone: p.Zone, PointsFor: p.PointsFor, OneCheck: p.OneCheck}
	if e.Customer.IsZero() {
		return r
	}
	c := g.customerOf(e)
	rare := c.rarely()
	if e.Earns() {
		r.Earnings = c.recent
		r.WeeklyMean, r.HistoryWeeks = c.weekly(e.At)
		r.Daypart, r.Organization = p.daypart(e.closed()).baseline(), g.org.baseline()
		r.SplitOccasions = rare.splits.since(e.At, fourWeeks)
	}
	r.ContactChangedAt, r.StoreIsNew = rare.contact.At, !c.knows(e.Store)
	r.ContactInPerson = !rare.contact.Staff.IsZero() && rare.contact.Store == e.Store
	r.Debts = rare.debts
	r.Takeovers = p.takeovers.since(e.At, fourWeeks)
	if e.Type == Claim || e.Type == Order {
		r.Claimants = g.claims.of(e.Order)
		r.DuplicateClaims = rare.doubles.since(e.At, fourWeeks)
	}
	if !e.Staff.IsZero() {
		s := g.cashierOf(e)
		r.LateAttaches = s.late.since(e.At, fourWeeks)
		r.OffHours = s.offHours.since(e.At, fourWeeks)
	}
	return r
}

// count remembers the occasions that make the next of their sort less likely
// to be chance.
func (g *Engine) count(p *place, e Event, s Signal) {
	switch s.Kind {
	case SplitOrders:
		g.customerOf(e).rarer().splits.add(e.At)
	case DuplicateClaim:
		g.customerOf(e).rarer().doubles.add(e.At)
	case AccountTakeover:
		p.takeovers.add(e.At)
	case OffHours:
		if s.Evidence.Reason == "late_attach" {
			g.cashierOf(e).late.add(e.At)
		} else {
			g.cashierOf(e).offHours.add(e.At)
		}
	}
}

// remember takes an event into memory once it has been judged.
func (g *Engine) remember(p *place, e Event, suspect bool) {
	defer g.survive()
	g.drift.count(e)
	if !e.Staff.IsZero() {
		g.rememberStaff(p, e)
	}
	if e.Type == Order || e.Type == Claim {
		p.hour.add(e)
	}
	if e.Customer.IsZero() {
		return
	}
	c := g.customerOf(e)
	switch e.Type {
	case Contact:
		c.rarer().contact = e
	case Enroll:
		g.enrolled(e)
	case Reverse:
		g.reversed(c, e)
	case Order, Claim:
		g.claims.add(e)
	}
	if e.Earns() {
		g.seen(e)
		c.remember(e)
		if !suspect && c.counts(e) {
			p.daypart(e.closed()).add(e)
			g.org.add(e)
		}
	}
	if (e.Earns() || e.Type == Redeem) && !c.knows(e.Store) && len(c.stores) < newStores {
		c.stores = append(c.stores, e.Store)
	}
}

func (g *Engine) reversed(c *customer, e Event) {
	c.forget(e.Order)
	if e.Balance >= 0 {
		return
	}
	rare := c.rarer()
	if len(rare.debts) == debtsKept {
		rare.debts = rare.debts[1:]
	}
	rare.debts = append(rare.debts, Reversal{ID: e.ID, At: e.At, Staff: e.Staff, Points: min(e.Points, -e.Balance)})
}

// claims remembers whose check is whose: the last hundred thousand and more.
type claims struct{ now, before map[ID]claimants }

// claimants are the accounts that claimed one check, nearly always one.
type claimants struct {
	first ID
	more  []ID
}

const claimsKept = 100_000

func newClaims() claims { return claims{now: map[ID]claimants{}, before: map[ID]claimants{}} }

func (c *claims) get(order ID) claimants {
	if a, ok := c.now[order]; ok {
		return a
	}
	return c.before[order]
}

func (c *claims) of(order ID) []ID {
	a := c.get(order)
	if a.first.IsZero() {
		return nil
	}
	return append([]ID{a.first}, a.more...)
}

func (c *claims) add(e Event) {
	if len(c.now) >= claimsKept {
		c.before, c.now = c.now, map[ID]claimants{}
	}
	a := c.get(e.Order)
	if a.first.IsZero() {
		a.first = e.Customer
	} else {
		a.more = append(a.more, e.Customer)
	}
	c.now[e.Order] = a
}
