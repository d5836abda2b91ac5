package simulate

import "regulars/internal/anomaly"

// newcomers enroll with their first check.
func (sd *shiftDay) newcomers() {
	for range poisson(sd.r, float64(sd.w.cfg.Customers)/1400*sd.busy()) {
		m := sd.w.newMember(sd.s, sd.r, sd.day)
		minute := sd.minute(0)
		sd.enroll(m, sd.server(nil, minute), minute)
	}
}

// enroll opens an account: on a phone of one's own, or on the store's device.
func (sd *shiftDay) enroll(m *member, p *person, minute int) {
	sd.s.members = append(sd.s.members, m)
	i := sd.event(anomaly.Enroll, m, p, sd.at(minute))
	if m.device.IsZero() {
		m.device = sd.w.newID(deviceID)
		if sd.r.Float64() < .55 {
			m.device = i.Till
		}
	}
	i.Phone, i.Device, i.Birthday = m.phone, m.device, m.born
	sd.w.book.plan(i)
	sd.check(m, p, minute+1, sd.amount(m.spend))
	if sd.r.Float64() < .03 {
		sd.w.book.plan(sd.event(anomaly.Contact, m, p, sd.at(minute+2+sd.r.IntN(30))))
	}
}

// remoteContacts are members who change their phone or email at home.
func (sd *shiftDay) remoteContacts() {
	for range poisson(sd.r, .03/365*float64(len(sd.s.members))) {
		m := sd.s.members[sd.r.IntN(len(sd.s.members))]
		i := sd.event(anomaly.Contact, m, nil, sd.at(8*60+sd.r.IntN(14*60)))
		i.Store = anomaly.ID{}
		sd.w.book.plan(i)
	}
}
