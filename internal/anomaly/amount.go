package anomaly

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

const (
	// leastHistory is how many values must be known, of the customer, the
	// store or the organization, before an amount can be called unusual.
	leastHistory = 3
	// daypartWeight is the number of checks after which a store's daypart
	// counts half against its organization.
	daypartWeight = 30
	// handMAD is the most scatter taken for granted in awards by hand: they
	// are few and round, so a handful can look as if anything went.
	handMAD = .5
)

// unusualAmount finds one award far above the norm.
//
// An order that earned other than its rule gives is a broken rule. Otherwise
// the robust z-score of Iglewicz and Hoaglin (How to Detect and Handle
// Outliers, 1993) on the logarithm, .6745 (ln x − median) / max(MAD, .15),
// must exceed AwardZ for an award by hand, compared with other awards by
// hand, and OrderZ for a check, compared with other checks; a check that
// earned by the rule must also be OrderTimes the norm, or LargeTimes where it
// gave LargePoints, because guests do treat their friends. The centre is
// w·customer + (1 − w)·store daypart with w = n/(n + CustomerWeight); the
// scatter is the daypart's, itself shrunk to the organization's.
func unusualAmount(s UnusualAmountSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || !e.Earns() {
		return Signal{}, false
	}
	if e.Type != Award && e.RulePoints >= 0 && e.Points != e.RulePoints {
		sig := amountSignal(e)
		sig.Hard, sig.Evidence.Reason, sig.Evidence.Unit = true, "rule", "points"
		sig.Evidence.Observed, sig.Evidence.Expected = float64(e.Points), float64(e.RulePoints)
		sig.PointsInvolved = max(e.Points-e.RulePoints, 0)
		return sig.finish("Order earned %s points; the rule gives %s", grouped(e.Points), grouped(e.RulePoints)), true
	}
	value, threshold := float64(e.Amount), s.OrderZ
	if e.Type == Award {
		value, threshold = float64(e.Points), s.AwardZ
	}
	if value <= 0 || s.plainly(value, e, r) {
		return Signal{}, false
	}
	norm := normFor(s, e, r)
	if norm.N < leastHistory {
		return Signal{}, false
	}
	above := math.Log(value) - norm.Median
	z := .6745 * above / max(norm.MAD, s.MinMAD)
	if z <= threshold || (e.Type != Award && math.Exp(above) < s.times(e)) {
		return Signal{}, false
	}
	sig := amountSignal(e)
	sig.Evidence.Reason = "norm"
	sig.Evidence.Observed, sig.Evidence.Expected = value, math.Exp(norm.Median)
	sig.Evidence.P = distuv.UnitNormal.Survival(z)
	sig.Score = Score(sig.Evidence.P)
	sig.PointsInvolved = e.Points
	return sig.finish("Single earning of %s points (%sx normal)", grouped(e.Points), decimal(math.Exp(above))), true
}

// plainly reports, without taking a logarithm for each earlier check, that an
// order is no further above the least it could be compared with than it must
// be above the norm. Nearly all orders end here.
func (s UnusualAmountSettings) plainly(value float64, e Event, r Recent) bool {
	if e.Type == Award {
		return false
	}
	least := math.Inf(1)
	if place := r.Daypart.Amount.ShrunkTo(r.Organization.Amount, daypartWeight); place.N > 0 {
		least = math.Exp(place.Median)
	}
	for _, x := range r.Earnings {
		if x.IsOrder && x.Amount > 0 {
			least = min(least, float64(x.Amount))
		}
	}
	return value < s.times(e)*least
}

// times is how many times the norm an order by the rule must reach.
func (s UnusualAmountSettings) times(e Event) float64 {
	if float64(e.Points) >= s.LargePoints {
		return s.LargeTimes
	}
	return s.OrderTimes
}

// normFor is what is normal for this customer, here, at this hour.
func normFor(s UnusualAmountSettings, e Event, r Recent) Center {
	own := make([]float64, 0, len(r.Earnings))
	for _, x := range r.Earnings {
		switch {
		case e.Type == Award && !x.IsOrder:
			own = append(own, float64(x.Points))
		case e.Type != Award && x.IsOrder:
			own = append(own, float64(x.Amount))
		}
	}
	customer := CenterOf(own)
	place := r.Daypart.Amount.ShrunkTo(r.Organization.Amount, daypartWeight)
	if e.Type == Award {
		place = r.Daypart.Points.ShrunkTo(r.Organization.Points, daypartWeight)
	}
	norm := customer.ShrunkTo(place, s.CustomerWeight)
	prior := Center{Median: norm.Median, MAD: defaultMAD, N: daypartWeight}
	if place.N > 0 {
		norm.MAD = place.ShrunkTo(prior, daypartWeight).MAD
	} else {
		norm.MAD = customer.ShrunkTo(prior, daypartWeight).MAD
	}
	if e.Type == Award {
		norm.MAD = min(norm.MAD, handMAD)
	}
	return norm
}

// amountSignal names the cashier as well where the award was by hand.
func amountSignal(e Event) Signal {
	sig := customerSignal(UnusualAmount, e)
	if e.Type != Award {
		sig.Evidence.Unit = "minor units"
	}
	if !e.Staff.IsZero() && (e.Type == Award || e.Points != e.RulePoints && e.RulePoints >= 0) {
		sig.Names = []ID{e.Customer, e.Staff}
	}
	return sig
}
