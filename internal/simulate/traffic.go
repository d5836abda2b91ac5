package simulate

import (
	"math"
	"math/rand/v2"
	"time"

	"regulars/internal/anomaly"
)

// shiftDay is one store's day while it is being made.
type shiftDay struct {
	w         *World
	s         *store
	day       int
	weekday   int
	r         *rand.Rand
	shifts    [2][]*person
	anonymous []*intent
}

// Run makes every event of the world, in order of time.
func (w *World) Run(emit func(anomaly.Event) error) error {
	for d := range w.cfg.Weeks * 7 {
		for _, s := range w.stores {
			w.makeDay(s, d)
		}
		// Nothing a later day makes happens before this day's morning.
		if err := w.book.settle(d-1, emit); err != nil {
			return err
		}
	}
	return w.book.settle(w.cfg.Weeks*7-1, emit)
}

func (w *World) makeDay(s *store, d int) {
	w.turnover(s, d)
	sd := &shiftDay{w: w, s: s, day: d, weekday: (d + 1) % 7, r: w.chance(forTraffic, s.index, d)}
	sd.shifts = w.onDuty(s, d)
	if o := s.hours[sd.weekday]; o.From != o.To {
		sd.guests()
		sd.strangers()
		sd.newcomers()
		sd.r = w.chance(forLookalikes, s.index, d)
		sd.lookalikes()
	}
	sd.remoteContacts()
	sd.r = w.chance(forActs, s.index, d)
	w.commit(sd)
}

// turnover replaces those who leave, about one in a hundred a week.
func (w *World) turnover(s *store, d int) {
	r := w.chance(forRoster, s.index, d)
	for pos, p := range s.staff {
		if r.Float64() < .01/7 && d > p.pinned {
			s.staff[pos] = w.hire(s, r, pos)
		}
	}
}

// onDuty is who works the day's two shifts; one in ten swaps with somebody.
func (w *World) onDuty(s *store, d int) (shifts [2][]*person) {
	r := w.chance(forRoster, s.index+1000, d)
	for shift := range shifts {
		for _, pos := range s.roster[2*((d+1)%7)+shift] {
			if r.Float64() < .1 {
				pos = r.IntN(len(s.staff))
			}
			p := s.staff[pos]
			if !contains(shifts[shift], p) {
				shifts[shift] = append(shifts[shift], p)
			}
		}
	}
	return shifts
}

func contains(list []*person, p *person) bool {
	for _, x := range list {
		if x == p {
			return true
		}
	}
	return false
}

// at is the moment some minutes after local midnight.
func (sd *shiftDay) at(minute int) time.Time {
	d := start.AddDate(0, 0, sd.day)
	return time.Date(d.Year(), d.Month(), d.Day(), 0, minute, sd.r.IntN(60), 0, sd.s.zone).UTC()
}

// minute is a moment the store is busy at, near a guest's own hour if any.
func (sd *shiftDay) minute(like float64) int {
	o := sd.s.hours[sd.weekday]
	if like > 0 && sd.r.Float64() < .7 {
		if m := int(60*like + 40*sd.r.NormFloat64()); m >= o.From && m < o.To-5 {
			return m
		}
	}
	total := 0.0
	for _, x := range sd.s.weight {
		total += x
	}
	u := sd.r.Float64() * total
	for h, x := range sd.s.weight {
		if u -= x; u < 0 {
			return min(max(60*h+sd.r.IntN(60), o.From), o.To-1)
		}
	}
	return o.From
}

// crew is who is on duty at a minute; never empty.
func (sd *shiftDay) crew(minute int) []*person {
	if minute < sd.s.turn*60 {
		return sd.shifts[0]
	}
	return sd.shifts[1]
}

// server is who handles a guest's check.
func (sd *shiftDay) server(m *member, minute int) *person {
	crew := sd.crew(minute)
	if m != nil && m.favorite >= 0 && m.home == sd.s && sd.r.Float64() < m.loyal {
		if p := sd.s.staff[m.favorite]; contains(crew, p) {
			return p
		}
	}
	p := crew[sd.r.IntN(len(crew))]
	// Nobody honest rings up their own dinner.
	for k := 0; m != nil && m.linked == p.id && k < 20; k++ {
		p = crew[sd.r.IntN(len(crew))]
	}
	return p
}

// till is where a member of staff works that day.
func (sd *shiftDay) till(p *person) anomaly.ID {
	return sd.s.tills[(int(p.id[15])+sd.day)%len(sd.s.tills)]
}

func (sd *shiftDay) amount(spend float64) int64 {
	guests := 1.0
	if u := sd.r.Float64(); u > .9 {
		guests = 3
	} else if u > .65 {
		guests = 2
	}
	x := sd.s.check * spend * math.Pow(guests, .8) * math.Exp(.35*sd.r.NormFloat64())
	return max(150, int64(x/5)*5)
}

// busy is how much more than usual goes on.
func (sd *shiftDay) busy() float64 {
	b := sd.s.days[sd.weekday] * (1 + .15*math.Sin(2*math.Pi*float64(sd.day-100)/364))
	if sd.w.doubles[sd.day] {
		b *= 1.4
	}
	return b
}

// check is a completed order of a member, or of a stranger where m is nil.
// During an outage it is entered when the outage is over.
func (sd *shiftDay) check(m *member, p *person, minute int, amount int64) *intent {
	i := &intent{member: m, Event: anomaly.Event{
		Type: anomaly.Order, At: sd.at(minute), Store: sd.s.id, Till: sd.till(p), Staff: p.id,
		Order: sd.w.newID(orderID), Amount: amount,
	}}
	if o, ok := sd.s.outages[sd.day]; ok && minute >= o.from && minute < o.to {
		i.ClosedAt, i.Backfilled = i.At, true
		i.At = sd.at(o.to + 2 + sd.r.IntN(15))
	}
	return sd.w.book.plan(i)
}

// later is an event at the same store some minutes after another.
func (sd *shiftDay) event(kind anomaly.Type, m *member, p *person, at time.Time) *intent {
	i := &intent{member: m, Event: anomaly.Event{Type: kind, At: at, Store: sd.s.id}}
	if p != nil {
		i.Staff, i.Till = p.id, sd.till(p)
	}
	return i
}

// guests are the visits of members.
func (sd *shiftDay) guests() {
	busy := sd.busy() / 7
	for k := 0; k < len(sd.s.members); k++ {
		m := sd.s.members[k]
		rate := m.rate * busy
		if m.runner {
			rate = m.rate / 5
			if sd.weekday == 0 || sd.weekday == 6 {
				continue
			}
		}
		n := 0
		switch u := sd.r.Float64(); {
		case rate > .3:
			n = poisson(sd.r, rate)
		case u < rate:
			n = 1
		}
		sd.visits(m, n)
	}
}

// visits are a member's of one day. One person eats no more than three times
// a day and not twice within the hour; a family on one account may.
func (sd *shiftDay) visits(m *member, n int) {
	if !m.family {
		n = min(n, 3)
	}
	last := -1000
	for range n {
		minute := sd.minute(m.hour)
		if !m.family && minute-last < 75 && last-minute < 75 {
			continue
		}
		sd.visit(m, minute)
		last = minute
	}
}

// visit is one visit of a member, at home or, one time in 25, elsewhere.
func (sd *shiftDay) visit(m *member, minute int) {
	at := sd
	if sd.r.Float64() < .04 && len(sd.w.stores) > 1 {
		other := sd.w.stores[sd.r.IntN(len(sd.w.stores))]
		if o := other.hours[sd.weekday]; o.From != o.To {
			at = &shiftDay{w: sd.w, s: other, day: sd.day, weekday: sd.weekday, r: sd.r, shifts: sd.w.onDuty(other, sd.day)}
			minute = at.minute(m.hour)
		}
	}
	p := at.server(m, minute)
	at.ring(m, p, minute, at.amount(m.spend))
	at.again(m, p, minute)
}

// ring is a member's check and what often comes with it.
func (sd *shiftDay) ring(m *member, p *person, minute int, amount int64) {
	switch u := sd.r.Float64(); {
	case m.scanner && u < .7 && sd.day >= m.scanFrom:
		sd.scanned(m, p, minute, amount)
		return
	case u < .02:
		sd.forgotten(m, p, minute, amount)
		return
	case m.grumbler && u < .17:
		sd.goodwill(m, p, minute)
	}
	i := sd.check(m, p, minute, amount)
	if sd.r.Float64() < .2 {
		sd.w.book.plan(sd.event(anomaly.Redeem, m, p, i.At.Add(time.Duration(1+sd.r.IntN(3))*time.Minute)))
	}
	switch u := sd.r.Float64(); {
	case u < .004:
		back := sd.event(anomaly.Reverse, m, p, i.At.Add(time.Duration(5+sd.r.IntN(90))*time.Minute))
		back.of = i
		sd.w.book.plan(back)
	case u < .010:
		sd.goodwill(m, p, minute)
	case u < .0106:
		sd.w.book.plan(sd.event(anomaly.Contact, m, p, i.At.Add(-2*time.Minute)))
	}
}

// goodwill is points for a cold soup. Leads give most of them.
func (sd *shiftDay) goodwill(m *member, p *person, minute int) {
	for _, x := range sd.crew(minute) {
		if x.role == "lead" && x.id != m.linked && sd.r.Float64() < .6 {
			p = x
		}
	}
	usual := []int64{25, 50, 50, 50, 75, 100, 100, 100, 150, 200, 200, 250, 300}
	i := sd.event(anomaly.Award, m, p, sd.at(minute+5+sd.r.IntN(20)))
	i.give = usual[sd.r.IntN(len(usual))]
	sd.w.book.plan(i)
}

// forgotten is a check a member claims afterwards: three in four the same
// day, half of them at the till, the others mostly by themselves.
func (sd *shiftDay) forgotten(m *member, p *person, minute int, amount int64) {
	order := sd.check(nil, p, minute, amount)
	who, wait := (*person)(nil), time.Duration(10+sd.r.IntN(110))*time.Minute
	if sd.r.Float64() < .25 {
		wait = time.Duration(18+sd.r.IntN(120)) * time.Hour
		if sd.r.Float64() < .1 {
			who, wait = p, time.Duration(24*sd.openIn(1+sd.r.IntN(4)))*time.Hour
		}
	} else if sd.r.Float64() < .5 {
		wait = time.Duration(2+sd.r.IntN(20)) * time.Minute
		who = sd.server(m, minute)
		if sd.r.Float64() < .6 {
			who = p
		}
	}
	claim := sd.event(anomaly.Claim, m, who, order.At.Add(wait))
	claim.of, claim.Order, claim.ClosedAt = order, order.Order, order.closed()
	sd.w.book.plan(claim)
}

// scanned is the receipt of a guest who likes to claim it at home.
func (sd *shiftDay) scanned(m *member, p *person, minute int, amount int64) {
	order := sd.check(nil, p, minute, amount)
	claim := sd.event(anomaly.Claim, m, nil, order.At.Add(time.Duration(30+sd.r.IntN(600))*time.Minute))
	claim.of, claim.Order, claim.ClosedAt = order, order.Order, order.closed()
	sd.w.book.plan(claim)
}

// openIn is the first day, that many from now or later, the store is open on.
func (sd *shiftDay) openIn(days int) int {
	for o := sd.s.hours; o[(sd.weekday+days)%7].From == o[(sd.weekday+days)%7].To; {
		days++
	}
	return days
}

// strangers are the checks nobody puts on an account; as many as members'.
func (sd *shiftDay) strangers() {
	mean := .3 * float64(sd.w.cfg.Customers) * sd.busy() / 7
	for range int(mean + math.Sqrt(mean)*sd.r.NormFloat64()) {
		minute := sd.minute(0)
		i := sd.check(nil, sd.server(nil, minute), minute, sd.amount(1))
		sd.anonymous = append(sd.anonymous, i)
	}
}
