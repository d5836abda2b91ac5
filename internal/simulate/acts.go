package simulate

import (
	"math"
	"slices"
	"time"

	"regulars/internal/anomaly"
)

// do makes one act.
func (c *Campaign) do(sd *shiftDay) {
	switch c.Kind {
	case anomaly.RapidEarning:
		c.burst(sd)
	case anomaly.UnusualAmount:
		c.tooMuch(sd)
	case anomaly.PatternDeviation, anomaly.StaffFavoritism:
		c.feed(sd)
	case anomaly.ManualAwards:
		c.hand(sd, int64(2+sd.r.IntN(9))*25, c.minute(sd))
	case anomaly.LimitHugging:
		c.hand(sd, c.store.limit-1-int64(sd.r.IntN(45)), c.minute(sd))
	case anomaly.OffHours:
		c.closedDoors(sd)
	case anomaly.SplitOrders:
		c.split(sd)
	case anomaly.AccountTakeover:
		c.takeOver(sd)
	case anomaly.RefundAbuse:
		c.refund(sd)
	case anomaly.AccountRing:
		c.enrollFake(sd)
	case anomaly.DuplicateClaim:
		c.claimAgain(sd)
	default:
		c.doUnseen(sd)
	}
}

// guilty puts an intent into the book as an act.
func (c *Campaign) guilty(sd *shiftDay, i *intent, hard bool) *intent {
	i.act = &Act{campaign: c, hard: hard}
	return sd.w.book.plan(i)
}

func (c *Campaign) account(sd *shiftDay) *member { return c.accounts[sd.r.IntN(len(c.accounts))] }

// minute is a moment of the cashier's shift, the store being open.
func (c *Campaign) minute(sd *shiftDay) int {
	for range 200 {
		if m := sd.minute(0); contains(sd.crew(m), c.cashier) {
			return m
		}
	}
	o := sd.s.hours[sd.weekday]
	if c.shift(sd) == 1 {
		return o.To - 30
	}
	return o.From + 30
}

// actor is who is at the till: the cashier, or whoever the guest meets.
func (c *Campaign) actor(sd *shiftDay) (*person, int) {
	if c.guestAlone() {
		minute := min(sd.minute(0), sd.s.hours[sd.weekday].To-12)
		return sd.server(nil, minute), minute
	}
	return c.cashier, c.minute(sd)
}

func (c *Campaign) hand(sd *shiftDay, points int64, minute int) *intent {
	i := sd.event(anomaly.Award, c.account(sd), c.cashier, sd.at(minute))
	i.give = points
	return c.guilty(sd, i, false)
}

// burst is many awards in few minutes.
func (c *Campaign) burst(sd *shiftDay) {
	p, minute := c.actor(sd)
	m := c.account(sd)
	at := sd.at(minute)
	n := 3 + sd.r.IntN(3)
	if c.Variant == "awards" {
		n = 10 + sd.r.IntN(5)
	}
	for k := range n {
		i := sd.event(anomaly.Order, m, p, at.Add(time.Duration(k*(20+sd.r.IntN(70)))*time.Second))
		if c.Variant == "awards" {
			i = sd.event(anomaly.Award, m, p, at.Add(time.Duration(k*(8+sd.r.IntN(20)))*time.Second))
			i.give = int64(1+sd.r.IntN(4)) * 10
		} else {
			i.Order, i.Amount = sd.w.newID(orderID), sd.amount(1)
		}
		c.guilty(sd, i, false)
	}
}

// tooMuch is an award far beyond what is usual, or an order that earns more
// than its rule gives.
func (c *Campaign) tooMuch(sd *shiftDay) {
	if c.Variant == "award" {
		c.hand(sd, int64(1000*math.Exp(1.8*sd.r.Float64())), c.minute(sd))
		return
	}
	i := sd.event(anomaly.Order, c.account(sd), c.cashier, sd.at(c.minute(sd)))
	i.Order, i.Amount = sd.w.newID(orderID), sd.amount(1)
	i.give = pointsFor(i.Amount) * int64(4+sd.r.IntN(16))
	c.guilty(sd, i, true)
}

// feed puts a stranger's check on an account of the campaign.
func (c *Campaign) feed(sd *shiftDay) {
	if c.Variant == "cashier_awards" {
		c.hand(sd, int64(1+sd.r.IntN(8))*25, c.minute(sd))
		return
	}
	order := c.strangersCheck(sd)
	if order == nil {
		return
	}
	hard := c.Variant == "self"
	if c.Variant == "friends" && sd.r.Float64() < .25 {
		order.member = c.account(sd)
		order.act = &Act{campaign: c}
		return
	}
	i := sd.event(anomaly.Claim, c.account(sd), c.cashier, order.At.Add(time.Duration(2+sd.r.IntN(25))*time.Minute))
	if c.Variant == "till_claims" {
		p := sd.server(nil, int(order.closed().In(sd.s.zone).Hour())*60)
		i.Staff, i.Till = p.id, sd.s.tills[0]
	}
	i.of, i.Order, i.ClosedAt = order, order.Order, order.closed()
	c.guilty(sd, i, hard)
}

// strangersCheck is one of the day's checks nobody has put on an account:
// the cashier's own, or anybody's where no cashier is in it.
func (c *Campaign) strangersCheck(sd *shiftDay) *intent {
	var own []*intent
	for _, i := range sd.anonymous {
		if i.act == nil && i.member == nil && !i.Backfilled && (i.Staff == c.cashier.id || c.guestAlone()) {
			own = append(own, i)
		}
	}
	if len(own) == 0 {
		return nil
	}
	i := own[sd.r.IntN(len(own))]
	sd.anonymous = slices.DeleteFunc(sd.anonymous, func(x *intent) bool { return x == i })
	return i
}

// closedDoors is an award at night, or an old check put on an account.
func (c *Campaign) closedDoors(sd *shiftDay) {
	o := sd.s.hours[sd.weekday]
	if c.Variant == "night" {
		c.hand(sd, int64(2+sd.r.IntN(8))*25, o.To+45+sd.r.IntN(60))
		return
	}
	order := c.strangersCheck(sd)
	if order == nil {
		return
	}
	at := order.At.Add(time.Duration(24*(1+sd.r.IntN(5)))*time.Hour + time.Duration(sd.r.IntN(60))*time.Minute)
	i := sd.event(anomaly.Claim, c.account(sd), c.cashier, at)
	i.of, i.Order, i.ClosedAt = order, order.Order, order.closed()
	c.guilty(sd, i, false)
}

// split rings up one check in parts.
func (c *Campaign) split(sd *shiftDay) {
	p, minute := c.actor(sd)
	m, at := c.account(sd), sd.at(minute)
	parts := 2 + sd.r.IntN(3)
	whole := sd.amount(2)
	for k := range parts {
		i := sd.event(anomaly.Order, m, p, at.Add(time.Duration(k*(60+sd.r.IntN(100)))*time.Second))
		i.Order, i.Amount = sd.w.newID(orderID), max(100, whole/int64(parts))
		c.guilty(sd, i, false)
	}
}

// takeOver changes somebody's contact and spends what they have.
func (c *Campaign) takeOver(sd *shiftDay) {
	strange := c.Variant == "new_store" || sd.r.Float64() < .6
	for range 3000 {
		from := c.store
		if strange && len(sd.w.stores) > 1 {
			from = sd.w.stores[sd.r.IntN(len(sd.w.stores))]
		}
		m := from.members[sd.r.IntN(len(from.members))]
		if m.balance < 250 || (strange && (from == c.store || m.knows[int(c.store.id[15])])) {
			continue
		}
		minute := sd.minute(0)
		at := sd.at(minute)
		contact := sd.event(anomaly.Contact, m, nil, at.Add(-time.Duration(30+sd.r.IntN(300))*time.Minute))
		contact.Store = anomaly.ID{}
		if contact.At.Before(start) {
			return
		}
		sd.w.book.plan(contact)
		i := sd.event(anomaly.Redeem, m, sd.server(nil, minute), at)
		i.share = .6 + .4*sd.r.Float64()
		c.Guilty = append(c.Guilty, m.id)
		c.guilty(sd, i, false)
		return
	}
}

// refund earns on a large check, spends the points and refunds the check.
func (c *Campaign) refund(sd *shiftDay) {
	p, minute := c.actor(sd)
	m, at := c.account(sd), sd.at(minute)
	order := sd.event(anomaly.Order, m, p, at)
	order.Order, order.Amount = sd.w.newID(orderID), 12_000+int64(sd.r.IntN(18_000))
	sd.w.book.plan(order)
	spend := sd.event(anomaly.Redeem, m, p, at.Add(2*time.Minute))
	spend.share = 1
	sd.w.book.plan(spend)
	back := sd.event(anomaly.Reverse, m, p, at.Add(time.Duration(5+sd.r.IntN(40))*time.Minute))
	back.of = order
	c.guilty(sd, back, false)
}

// enrollFake opens one more account that is nobody.
func (c *Campaign) enrollFake(sd *shiftDay) {
	p, minute := c.actor(sd)
	m := sd.w.newMember(sd.s, sd.r, sd.day)
	m.rate = .05
	if len(c.accounts) > 0 {
		first := c.accounts[0]
		if c.Variant != "phones" {
			m.device = first.device
		}
		if c.Variant != "device" {
			m.phone = c.accounts[len(c.accounts)-1].phone + 1 + uint64(sd.r.IntN(4))
		}
	} else {
		m.device = sd.w.newID(deviceID)
	}
	if c.Variant == "mixed" && sd.r.Float64() < .3 {
		m.device = sd.w.newID(deviceID)
	}
	c.accounts = append(c.accounts, m)
	c.Guilty = append(c.Guilty, m.id)
	sd.s.members = append(sd.s.members, m)
	i := sd.event(anomaly.Enroll, m, p, sd.at(minute))
	i.Phone, i.Device, i.Birthday = m.phone, m.device, m.born
	c.guilty(sd, i, false)
	sd.check(m, p, minute+1, sd.amount(.6))
}

// claimAgain claims a receipt that is on somebody's account already.
func (c *Campaign) claimAgain(sd *shiftDay) {
	minute := sd.minute(0)
	owner := sd.s.members[sd.r.IntN(len(sd.s.members))]
	if owner == c.accounts[0] || owner == c.accounts[len(c.accounts)-1] {
		return
	}
	order := sd.check(owner, sd.server(owner, minute), minute, sd.amount(1.5))
	m := c.account(sd)
	i := sd.event(anomaly.Claim, m, nil, order.At.Add(time.Duration(20+sd.r.IntN(600))*time.Minute))
	i.of, i.Order, i.ClosedAt = order, order.Order, order.closed()
	last, again := c.claimedAt[m]
	hard := again && i.At.After(last) && i.At.Sub(last) < 28*24*time.Hour
	c.claimedAt[m] = i.At
	c.guilty(sd, i, hard)
}
