package simulate

import (
	"time"

	"regulars/internal/anomaly"
)

// lookalikes are honest things that look like fraud.
func (sd *shiftDay) lookalikes() {
	if sd.s.name == "full service" {
		for range poisson(sd.r, 3) {
			sd.splitTable()
		}
	}
	if sd.r.Float64() < 1.0/30 {
		sd.catering()
	}
	if sd.r.Float64() < 3.0/7 {
		sd.complaint()
	}
	if sd.s.name != "quick service" && sd.r.Float64() < 2.0/30 {
		sd.lateTable()
	}
	if sd.r.Float64() < 1.0/60 {
		sd.household()
	}
	if sd.r.Float64() < 1.0/90 {
		sd.sameReceipt()
	}
}

// again is what some guests do after a first check: the office's runner comes
// back for what was forgotten, a family on one account pays apart, a guest of
// a bar pays each round.
func (sd *shiftDay) again(m *member, p *person, minute int) {
	more, gap, spread, spend := 0, 0, 1, m.spend
	switch u := sd.r.Float64(); {
	case m.runner && u < .1:
		more, gap, spread, spend = 1, 4, 10, 1
	case m.family && u < .05:
		more, gap, spread = 1, 3, 40
	case m.rounds && u < .6:
		more, gap, spread, spend = 1+sd.r.IntN(2), 20, 50, .6
	}
	for range more {
		minute += gap + sd.r.IntN(spread)
		if minute < sd.s.hours[sd.weekday].To && len(sd.crew(minute)) > 0 {
			sd.check(m, p, minute, sd.amount(spend))
		}
	}
}

// splitTable is a table of members who pay apart, one sometimes for two.
func (sd *shiftDay) splitTable() {
	minute := sd.minute(0)
	p := sd.server(nil, minute)
	for range 2 + sd.r.IntN(3) {
		m := sd.s.members[sd.r.IntN(len(sd.s.members))]
		if m.linked == p.id {
			continue
		}
		sd.check(m, p, minute, sd.amount(m.spend))
		if sd.r.Float64() < .08 {
			sd.check(m, p, minute+1, sd.amount(m.spend))
		}
		minute = min(minute+1, sd.s.hours[sd.weekday].To-1)
	}
}

// catering is one check for a whole office.
func (sd *shiftDay) catering() {
	m := sd.s.members[sd.r.IntN(len(sd.s.members))]
	minute := sd.minute(0)
	sd.check(m, sd.server(m, minute), minute, int64(sd.s.check*m.spend*(5+12*sd.r.Float64())))
}

// complaint is a spoilt evening, made good with a larger award by hand.
func (sd *shiftDay) complaint() {
	m := sd.s.members[sd.r.IntN(len(sd.s.members))]
	minute := sd.minute(0)
	p := sd.server(m, minute)
	for _, x := range sd.crew(minute) {
		if x.role == "lead" && x.id != m.linked && sd.r.Float64() < .8 {
			p = x
		}
	}
	sd.check(m, p, minute, sd.amount(m.spend))
	i := sd.event(anomaly.Award, m, p, sd.at(minute+10))
	i.give = []int64{150, 200, 250, 300, 300, 400, 450}[sd.r.IntN(7)]
	sd.w.book.plan(i)
}

// lateTable pays when the doors have been closed for a while.
func (sd *shiftDay) lateTable() {
	m := sd.s.members[sd.r.IntN(len(sd.s.members))]
	minute := sd.s.hours[sd.weekday].To + 20 + sd.r.IntN(40)
	sd.check(m, sd.server(m, minute), minute, sd.amount(m.spend))
}

// household is two or three people who enroll on one device.
func (sd *shiftDay) household() {
	minute := sd.minute(0)
	p := sd.server(nil, minute)
	device := sd.w.newID(deviceID)
	first := sd.w.newMember(sd.s, sd.r, sd.day)
	for k := range 2 + sd.r.IntN(2) {
		m := first
		if k > 0 {
			m = sd.w.newMember(sd.s, sd.r, sd.day)
			m.phone = first.phone + uint64(sd.r.IntN(400))
		}
		m.device = device
		sd.enroll(m, p, min(minute+2*k, sd.s.hours[sd.weekday].To-2))
	}
}

// sameReceipt is a couple who both claim their dinner.
func (sd *shiftDay) sameReceipt() {
	minute := sd.minute(0)
	order := sd.check(nil, sd.server(nil, minute), minute, sd.amount(1))
	for k := range 2 {
		m := sd.s.members[sd.r.IntN(len(sd.s.members))]
		claim := sd.event(anomaly.Claim, m, nil, order.At.Add(time.Duration(1+k+sd.r.IntN(9))*time.Hour))
		claim.of, claim.Order, claim.ClosedAt = order, order.Order, order.closed()
		sd.w.book.plan(claim)
	}
}
