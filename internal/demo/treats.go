package demo

import (
	"context"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// treat lets some of the week's guests redeem a reward after their last visit
// in it, and now and then the staff give points by hand.
func (w *world) treat(ctx context.Context, orders []visit, week int) error {
	last := map[string]visit{}
	for _, v := range orders {
		if v.by != nil {
			last[v.CustomerRef] = v
		}
	}
	treats := 0
	for _, v := range orders {
		if v.by == nil || last[v.CustomerRef].Ref != v.Ref || last[v.CustomerRef].StoreID != v.StoreID {
			continue
		}
		chance := .07
		if v.CustomerRef == "C0001" {
			chance = .25
		}
		switch x := w.rand.Float64(); {
		case week >= 3 && x < chance:
			if err := w.redeem(ctx, v); err != nil {
				return err
			}
		case x > .997 && treats < 2:
			treats++
			if err := w.give(ctx, v); err != nil {
				return err
			}
		}
	}
	return nil
}

var gifts = []string{"Birthday", "Apology for the wait", "Brought a friend"}

func (w *world) give(ctx context.Context, v visit) error {
	w.at(v.At.Add(5 * time.Minute))
	_, err := w.Ledger.Award(ctx, v.cashier, service.AwardPoints{
		Customer: service.CustomerRef{ExternalID: v.CustomerRef}, Points: loyalty.Points(20 + 10*w.rand.IntN(4)),
		Reason: w.pick(gifts), StoreID: v.StoreID,
	})
	return err
}

// redeem buys a reward that the guest can have, if there is one.
func (w *world) redeem(ctx context.Context, v visit) error {
	at := v.At.Add(3 * time.Minute)
	if at.After(w.now) {
		return nil
	}
	w.at(at)
	who := service.CustomerRef{ExternalID: v.CustomerRef}
	for range 3 {
		reward := w.rewards[w.rand.IntN(len(w.rewards))]
		done, err := w.Ledger.Redeem(ctx, v.cashier, service.RedeemReward{
			Customer: who, RewardID: reward.ID, StoreID: v.StoreID, OrderRef: v.Ref, Hold: w.now.Sub(at) < 25*time.Minute,
		})
		if loyalty.KindOf(err) == loyalty.Conflict && err != nil {
			continue // too dear, sold out, not here, not for this tier
		}
		if err != nil {
			return err
		}
		return w.finish(ctx, v, done.Redemption, at)
	}
	return nil
}

// finish uses most redemptions and cancels a few; some of the latest are still
// in their owners' pockets.
func (w *world) finish(ctx context.Context, v visit, r loyalty.Redemption, at time.Time) error {
	x := w.rand.Float64()
	if r.Status == loyalty.Held || w.now.Sub(at) < 4*24*time.Hour && x < .5 {
		return nil
	}
	w.at(at.Add(2 * time.Minute))
	end := service.EndRedemption{RedemptionID: r.ID}
	var err error
	if x > .94 {
		_, err = w.Ledger.Cancel(ctx, v.cashier, end)
	} else {
		_, err = w.Ledger.Fulfill(ctx, v.cashier, end)
	}
	return err
}

// trouble is what the manager will find in the queue: two bursts of orders and
// two bills far above the norm.
func (w *world) trouble(ctx context.Context) error {
	if err := w.settleOld(ctx); err != nil {
		return err
	}
	burst := w.lastEvening(1)
	for i := range 5 {
		if err := w.odd(ctx, 7, 1, burst.Add(time.Duration(90*i)*time.Second), 3890+loyalty.Minor(470*i)); err != nil {
			return err
		}
	}
	burst = w.lastEvening(3).Add(-7 * time.Hour)
	for i := range 3 {
		if err := w.odd(ctx, 40, 0, burst.Add(time.Duration(3*i)*time.Minute), 1990+loyalty.Minor(300*i)); err != nil {
			return err
		}
	}
	if err := w.odd(ctx, 21, 0, w.lastEvening(2), 142_000); err != nil {
		return err
	}
	if err := w.odd(ctx, 63, 1, w.lastEvening(1).Add(-50*time.Minute), 131_500); err != nil {
		return err
	}
	w.at(w.now)
	return nil
}

// mischief is what the manager has looked into already.
func (w *world) mischief(from time.Time) []visit {
	var all []visit
	add := func(who, place int, at time.Time, total loyalty.Minor) {
		g := w.early(who)
		all = append(all, visit{by: g, StagedOrder: loyalty.StagedOrder{
			At: at, CustomerRef: g.ExternalID, StoreID: w.stores[place].id, Total: total, Items: 2,
		}})
	}
	evening := from.Add(5*24*time.Hour + 20*time.Hour)
	switch {
	case from.Equal(w.start.AddDate(0, 0, 7*(weeks-10))):
		for i := range 4 {
			add(30, 1, evening.Add(time.Duration(2*i)*time.Minute), 2990)
		}
	case from.Equal(w.start.AddDate(0, 0, 7*(weeks-5))):
		add(55, 0, evening, 156_000)
	}
	return all
}

// lastEvening is nine in the evening so many days ago.
func (w *world) lastEvening(daysAgo int) time.Time {
	d := w.now.In(w.zone).AddDate(0, 0, -daysAgo)
	return time.Date(d.Year(), d.Month(), d.Day(), 21, 0, 0, 0, w.zone)
}

// odd is an order that somebody should look at.
func (w *world) odd(ctx context.Context, who, place int, at time.Time, total loyalty.Minor) error {
	g := w.early(who)
	v := visit{by: g, StagedOrder: loyalty.StagedOrder{
		At: at, CustomerRef: g.ExternalID, StoreID: w.stores[place].id, Total: total, Items: 2,
	}}
	w.receipt(&v)
	return w.ring(ctx, v)
}

// early is one of the first guests, and not the one whom visitors look up.
func (w *world) early(n int) *guest {
	if w.guests[n].ExternalID == "C0001" {
		n++
	}
	return &w.guests[n]
}

// settleOld has the manager decide what the detectors found in the months
// before the last two weeks.
func (w *world) settleOld(ctx context.Context) error {
	w.at(w.now.AddDate(0, 0, -3))
	open, _, err := w.Anomalies.List(ctx, w.manager, loyalty.AnomalyFilter{Status: loyalty.PendingReview}, loyalty.Page{Number: 1, Size: 100})
	if err != nil {
		return err
	}
	for i, a := range open {
		if w.now.Sub(a.FlaggedAt) < 14*24*time.Hour {
			continue
		}
		decision := service.DecideAnomaly{AnomalyID: a.ID, Status: loyalty.Dismissed, Note: "A party of friends; the bills are right."}
		if i%4 == 3 {
			decision.Status, decision.Note = loyalty.Confirmed, "Spoke to the cashier."
		}
		if _, err := w.Anomalies.Decide(ctx, w.manager, decision); err != nil {
			return err
		}
	}
	return nil
}
