package demo

import (
	"context"
	"fmt"
	"math"
	"sort"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// weekly is how much of an average day's business each weekday has, from
// Sunday.
var weekly = [7]float64{1.2, .7, .75, .85, .95, 1.2, 1.35}

// live plays the half year week by week: guests join, come, and redeem.
func (w *world) live(ctx context.Context) error {
	w.invite()
	begin := w.start
	for week := range weeks + 2 { // one more for what is left of today, one for a making that broke off
		end := min(begin.AddDate(0, 0, 7).Unix(), w.now.Unix())
		to := time.Unix(end, 0).In(w.zone)
		if !to.After(begin) {
			break
		}
		w.at(to)
		if err := w.enroll(ctx, begin, to); err != nil {
			return err
		}
		orders := w.week(begin, to)
		if err := w.serve(ctx, orders); err != nil {
			return err
		}
		if err := w.treat(ctx, orders, week); err != nil {
			return err
		}
		begin = to
	}
	return nil
}

// visit is an order with the guest who made it; nil is somebody unknown.
type visit struct {
	loyalty.StagedOrder
	by      *guest
	cashier loyalty.Actor
}

// week is what happens between from and to, in order of time.
func (w *world) week(from, to time.Time) []visit {
	all := w.mischief(from)
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		busy := weekly[day.Weekday()]
		for i := range w.guests {
			g := &w.guests[i]
			if !g.CreatedAt.Before(day) && g.CreatedAt.Before(day.AddDate(0, 0, 1)) {
				all = append(all, w.first(g))
				continue
			}
			if w.rand.Float64() < g.rate/7*busy {
				all = append(all, w.visit(g, day))
			}
		}
		for range int(busy * (6 + 4*w.rand.Float64())) {
			all = append(all, w.visit(nil, day))
		}
	}
	kept := all[:0]
	for _, v := range all {
		if v.At.Before(to) && v.At.After(w.until) && (v.by == nil || v.At.After(v.by.CreatedAt)) {
			kept = append(kept, v)
		}
	}
	sort.SliceStable(kept, func(a, b int) bool { return kept[a].At.Before(kept[b].At) })
	for i := range kept {
		w.receipt(&kept[i])
	}
	return kept
}

// first is the visit at which the guest joined: the till signs people up when
// they pay.
func (w *world) first(g *guest) visit {
	v := w.visit(g, g.CreatedAt)
	v.At = g.CreatedAt.Add(time.Minute)
	return v
}

// visit is lunch or dinner on the day.
func (w *world) visit(g *guest, day time.Time) visit {
	hour := 13.4 + .8*w.rand.NormFloat64()
	if w.rand.Float64() < .46 {
		hour = 20.3 + .7*w.rand.NormFloat64()
	}
	at := day.Add(time.Duration(max(11.5, min(hour, 22.7)) * float64(time.Hour)).Truncate(time.Second))
	v := visit{by: g, StagedOrder: loyalty.StagedOrder{At: at}}
	bill, place := 46.0, w.rand.IntN(2)
	if g != nil {
		v.CustomerRef, bill, place = g.ExternalID, g.bill, g.home
		if w.rand.Float64() < .12 {
			place = 1 - place
		}
	}
	bill *= math.Exp(.28 * w.rand.NormFloat64())
	v.Total = loyalty.Minor(math.Round(bill*10) * 10) // prices end in 10 céntimos
	v.Items = max(1, int(bill/17+w.rand.Float64()))
	v.StoreID = w.stores[place].id
	return v
}

// receipt numbers the visit and says who rang it up: one cashier has lunch,
// the other dinner, and they swap every other day.
func (w *world) receipt(v *visit) {
	at := w.storeOf(v.StoreID)
	at.receipts++
	v.Ref = fmt.Sprint(at.receipts)
	shift := v.At.In(w.zone).YearDay() / 2
	if v.At.In(w.zone).Hour() >= 17 {
		shift++
	}
	v.cashier = at.cashiers[shift%len(at.cashiers)]
	v.StaffID = v.cashier.StaffID
}

func (w *world) storeOf(id loyalty.ID) *store {
	if w.stores[1].id == id {
		return w.stores[1]
	}
	return w.stores[0]
}

// serve brings the orders in: the last days as tills do, what is before them
// at once.
func (w *world) serve(ctx context.Context, orders []visit) error {
	live := w.now.AddDate(0, 0, -liveDays)
	var past []loyalty.StagedOrder
	for _, v := range orders {
		if v.At.Before(live) {
			past = append(past, v.StagedOrder)
		}
	}
	if err := w.past.Add(ctx, past); err != nil {
		return err
	}
	for _, v := range orders[len(past):] {
		if err := w.ring(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// ring is one order at the till.
func (w *world) ring(ctx context.Context, v visit) error {
	w.at(v.At)
	_, err := w.Ledger.Submit(ctx, v.cashier, service.SubmitOrder{
		StoreID: v.StoreID, ExternalID: v.Ref, Customer: service.CustomerRef{ExternalID: v.CustomerRef}, Total: v.Total, Items: v.Items,
		Status: loyalty.OrderCompleted,
	})
	return err
}
