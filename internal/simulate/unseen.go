package simulate

import (
	"time"

	"regulars/internal/anomaly"
)

// Frauds no detector was made for. Settings are never tuned on them; they
// show what is caught by accident.
const (
	borrowedLogin  anomaly.Kind = "unseen_borrowed_login"  // one till, colleagues' logins, friends' accounts
	buddies        anomaly.Kind = "unseen_buddies"         // two cashiers feed each other's accounts
	dormant        anomaly.Kind = "unseen_dormant"         // points given to sleeping accounts, then spent
	receiptHarvest anomaly.Kind = "unseen_receipt_harvest" // a guest claims receipts others left behind
	skimming       anomaly.Kind = "unseen_skimming"        // a cashier spends the points of guests who seldom come
	giftedChecks   anomaly.Kind = "unseen_gifted_checks"   // strangers' checks are rung up on friends' accounts
)

func unseenKinds() []anomaly.Kind {
	return []anomaly.Kind{borrowedLogin, buddies, dormant, receiptHarvest, skimming, giftedChecks}
}

// beginUnseen chooses how many accounts a campaign has.
func (c *Campaign) beginUnseen(sd *shiftDay, n *int) {
	switch c.Kind {
	case borrowedLogin:
		*n = 2 + sd.r.IntN(3)
	case buddies:
		other := c.store.staff[sd.r.IntN(len(c.store.staff))]
		for other == c.cashier {
			other = c.store.staff[sd.r.IntN(len(c.store.staff))]
		}
		other.pinned = c.lastDay
		if other.own == nil {
			other.own = sd.w.newMember(sd.s, sd.r, -1)
			other.own.linked = other.id
			sd.s.members = append(sd.s.members, other.own)
		}
		c.accounts = []*member{other.own}
		c.Guilty = []anomaly.ID{other.own.id, other.id}
		*n = 1
	case dormant:
		*n = 4 + sd.r.IntN(6)
	case receiptHarvest:
		*n = 1 + sd.r.IntN(2)
	case giftedChecks:
		*n = 3 + sd.r.IntN(4)
	}
}

func (c *Campaign) doUnseen(sd *shiftDay) {
	switch c.Kind {
	case borrowedLogin, buddies, receiptHarvest:
		c.claimStrangers(sd)
	case dormant:
		given := c.hand(sd, int64(4+sd.r.IntN(9))*25, c.minute(sd))
		spend := sd.event(anomaly.Redeem, given.member, c.cashier, given.At.Add(time.Duration(5+sd.r.IntN(60))*time.Minute))
		spend.share = 1
		sd.w.book.plan(spend)
	case skimming:
		c.skim(sd)
	case giftedChecks:
		if order := c.strangersCheck(sd); order != nil {
			order.member, order.act = c.account(sd), &Act{campaign: c}
		}
	}
}

// skim spends what a guest who seldom comes has saved.
func (c *Campaign) skim(sd *shiftDay) {
	for range 500 {
		m := sd.s.members[sd.r.IntN(len(sd.s.members))]
		if m.rate > .3 || m.balance < 150 || !m.linked.IsZero() {
			continue
		}
		i := sd.event(anomaly.Redeem, m, c.cashier, sd.at(c.minute(sd)))
		i.share = .7 + .3*sd.r.Float64()
		c.Guilty = append(c.Guilty, m.id)
		c.guilty(sd, i, false)
		return
	}
}

func (c *Campaign) claimStrangers(sd *shiftDay) {
	order := c.strangersCheck(sd)
	if order == nil {
		return
	}
	p, wait := c.cashier, time.Duration(2+sd.r.IntN(25))*time.Minute
	switch c.Kind {
	case borrowedLogin:
		crew := sd.crew(int(order.closed().In(sd.s.zone).Hour()) * 60)
		p = crew[sd.r.IntN(len(crew))]
	case receiptHarvest:
		p, wait = nil, time.Duration(1+sd.r.IntN(40))*time.Hour
	}
	i := sd.event(anomaly.Claim, c.account(sd), p, order.At.Add(wait))
	i.of, i.Order, i.ClosedAt = order, order.Order, order.closed()
	c.guilty(sd, i, false)
}
