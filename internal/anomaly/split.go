package anomaly

import "time"

// splitOrders finds one check rung up in parts: Orders or more orders of a
// customer at one till within WindowMinutes that earn more than one check of
// their sum would.
//
// People do come back for a forgotten muffin, so an occasion counts by the
// negative binomial chance of as many in 28 days (Greenwood and Yule 1920)
// among guests of whom one visit in twenty is such; every part beyond the first
// counts as an occasion.
func splitOrders(s SplitOrdersSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || e.Type == Award || !e.Earns() || r.PointsFor == nil && r.OneCheck == nil || e.Till.IsZero() {
		return Signal{}, false
	}
	window := time.Duration(s.WindowMinutes * float64(time.Minute))
	parts := r.within(e.closed(), window, func(x Earning) bool { return x.IsOrder && x.Till == e.Till })
	if float64(len(parts)+1) < s.Orders || len(parts) == 0 {
		return Signal{}, false
	}
	gain := r.splitGain(e, parts)
	if gain <= 0 {
		return Signal{}, false
	}
	sig := customerSignal(SplitOrders, e)
	sig.PointsInvolved = gain
	sig.Evidence.Reason, sig.Evidence.Expected = "split", 1
	sig.Evidence.Observed, sig.Evidence.Unit = float64(len(parts)+1), "orders"
	for _, x := range parts {
		sig.Evidence.Transactions = append(sig.Evidence.Transactions, x.ID)
		sig.Evidence.Orders = append(sig.Evidence.Orders, x.Order)
		sig.Evidence.From = earliest(sig.Evidence.From, x.At)
	}
	k := r.SplitOccasions + 1
	// Whoever comes more often comes back more often.
	sig.Evidence.P = repeatTail(k, .1+.05*4*r.WeeklyMean, .4)
	sig.Score = Score(sig.Evidence.P)
	return sig.finish("%s orders at one till in %s earned %s more than one would; %s in 28 days",
		grouped(int64(len(parts)+1)), span(e.closed().Sub(sig.Evidence.From)), counted(gain, "point"), counted(int64(k), "part")), true
}

// splitGain is how many points more the parts and the event gave than one
// check of their sum would have.
func (r Recent) splitGain(e Event, parts []Earning) int64 {
	if r.OneCheck != nil {
		apart, first, sum := e.Points, parts[0], e.Amount
		for _, x := range parts {
			apart += x.Points
			sum += x.Amount
			if x.At.Before(first.At) {
				first = x
			}
		}
		return apart - r.OneCheck(first, sum)
	}
	sum, apart := e.Amount, r.PointsFor(e.Amount)
	for _, x := range parts {
		sum += x.Amount
		apart += r.PointsFor(x.Amount)
	}
	return apart - r.PointsFor(sum)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
