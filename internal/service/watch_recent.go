package service

import (
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// desk is what stands for the till of everything entered at a store by people:
// sessions are no devices. Its first bit keeps it apart from the store.
func desk(storeID loyalty.ID) anomaly.ID {
	id := anomaly.ID(storeID)
	if !storeID.IsZero() {
		id[0] ^= 0x80
	}
	return id
}

// awardEvent is an award as the detectors see it. o is its order, if any.
func awardEvent(row loyalty.Transaction, o *loyalty.Order, actor loyalty.Actor) anomaly.Event {
	e := anomaly.Event{
		ID: anomaly.ID(row.ID), Type: anomaly.Award, At: row.At, Store: anomaly.ID(row.StoreID), Till: desk(row.StoreID),
		Staff: anomaly.ID(row.StaffID), Customer: anomaly.ID(row.CustomerID), Order: anomaly.ID(row.OrderID), Amount: int64(row.Amount),
		Points: int64(row.Points), RulePoints: -1, Balance: int64(row.BalanceAfter),
	}
	if row.Explanation != nil {
		e.Percent = int64(row.Explanation.Multiplier)
	}
	if actor.AccountID == row.CustomerID && !row.StaffID.IsZero() {
		e.LinkedStaff = anomaly.ID(row.StaffID)
	}
	if o == nil {
		return e
	}
	if row.StaffID.IsZero() && o.StaffRef != "" {
		e.Staff = refStaff(o.StoreID, o.StaffRef)
	}
	e.Type, e.RulePoints = anomaly.Order, int64(row.Points)
	if !o.ClaimedAt.IsZero() && o.CompletedAt.Before(row.At) {
		e.Type, e.ClosedAt = anomaly.Claim, o.CompletedAt
	}
	return e
}

// reverseEvent is a taking-back as the detectors see it.
func reverseEvent(row loyalty.Transaction) anomaly.Event {
	return anomaly.Event{
		ID: anomaly.ID(row.ID), Type: anomaly.Reverse, At: row.At, Store: anomaly.ID(row.StoreID), Till: desk(row.StoreID),
		Staff: anomaly.ID(row.StaffID), Customer: anomaly.ID(row.CustomerID), Order: anomaly.ID(row.OrderID), Points: int64(-row.Points),
		Balance: int64(row.BalanceAfter),
	}
}

// recentOf is the customer's latest awards, and how often one came a week over
// the time they span. The last day is left out of the rate, so that a burst
// does not make itself normal.
func recentOf(snap loyalty.Snapshot, at time.Time) anomaly.Recent {
	var r anomaly.Recent
	since, older := at, 0
	for _, x := range snap.Recent {
		r.Earnings = append(r.Earnings, anomaly.Earning{
			ID: anomaly.ID(x.ID), At: x.At, Points: int64(x.Points), Amount: int64(x.Amount), IsOrder: !x.OrderID.IsZero(),
			Till: desk(x.StoreID), Staff: anomaly.ID(x.StaffID), Order: anomaly.ID(x.OrderID),
		})
		if at.Sub(x.At) > 24*time.Hour {
			since, older = x.At, older+1
		}
	}
	if len(snap.Recent) < recentAwards && snap.Account != nil && snap.Account.Since.Before(since) {
		since = snap.Account.Since
	}
	if weeks := at.Sub(since).Hours()/(24*7) - 1.0/7; weeks > 0 {
		r.HistoryWeeks, r.WeeklyMean = weeks, float64(older)/weeks
	}
	return r
}

// atStore adds what the organization has set up to r: opening hours, clock and
// the rule.
func atStore(r *anomaly.Recent, cfg *loyalty.Config, storeID loyalty.ID) {
	place := placeOf(cfg, storeID)
	r.Hours, r.Zone, r.OneCheck = place.Hours, place.Zone, place.OneCheck
}

// placeOf is a store as the detectors see it.
func placeOf(cfg *loyalty.Config, storeID loyalty.ID) anomaly.Store {
	out := anomaly.Store{ID: anomaly.ID(storeID), Zone: loyalty.ZoneOf(cfg.Organization.TimeZone)}
	currency := cfg.Organization.Currency
	if store, err := cfg.Store(storeID); err == nil {
		out.Zone, currency = loyalty.ZoneOf(store.TimeZone), store.Currency
		if store.Hours != nil {
			var h anomaly.Hours
			for i, d := range store.Hours {
				h[i] = anomaly.Opening(d)
			}
			out.Hours = &h
		}
	}
	if cfg.Program == nil {
		return out
	}
	rate, exponent := cfg.Program.Rate, loyalty.Exponent(currency)
	out.OneCheck = func(first anomaly.Earning, amount int64) int64 {
		points, err := loyalty.Earned(loyalty.Minor(amount), exponent, rate, loyalty.Multiplier(max(100, first.Percent)), 100, 0)
		if err != nil {
			return 0
		}
		return int64(points)
	}
	return out
}

// withTiers fills in the tier that each of the customer's latest awards was
// given at, going back from the lifetime points after the last.
func withTiers(earnings []anomaly.Earning, program *loyalty.Program, lifetime loyalty.Points) {
	if program == nil {
		return
	}
	for i := range earnings {
		lifetime -= loyalty.Points(earnings[i].Points)
		earnings[i].Percent = int64(program.TierFor(max(0, lifetime)).Multiplier)
	}
}
