package anomaly

import (
	"time"

	"gonum.org/v1/gonum/mathext"
)

const (
	week = 7 * 24 * time.Hour
	day  = 24 * time.Hour

	// priorWeekly is the earnings a week of a restaurant's average member,
	// used until a store or organization has its own.
	priorWeekly = 0.5
	// leastDaily is how many earnings in a day are never remarkable: two
	// meals and a coffee.
	leastDaily = 4
	// businessDay keeps one evening apart from the next.
	businessDay = 12 * time.Hour
)

// rapidEarning finds many awards to one customer in a short time.
//
// It fires on Orders orders or Transactions transactions within
// WindowMinutes, and on a day whose count is improbable for this customer:
// earnings a week are gamma-distributed among customers with shape a = .25
// (most come rarely, some daily), so after n earnings in w weeks a day's
// count is negative binomial with shape a + n and rate a/μ + w, μ being the
// mean of the store's customers (Gelman et al., Bayesian Data Analysis, §2.6:
// gamma–Poisson). Someone who comes daily has a high n and stays silent.
func rapidEarning(s RapidEarningSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || !e.Earns() {
		return Signal{}, false
	}
	today := r.within(e.closed(), businessDay, nil)
	if len(today) == 0 {
		return Signal{}, false
	}
	window := time.Duration(s.WindowMinutes * float64(time.Minute))
	all := r.within(e.closed(), window, nil)
	orders := r.within(e.closed(), window, func(x Earning) bool { return x.IsOrder })
	switch {
	case float64(len(all)+1) >= s.Transactions:
		return burst(e, all, MaxScore, "%s point transactions in %s", "transactions"), true
	case e.Type != Award && float64(len(orders)+1) >= s.Orders:
		score := min(MaxScore, 4+(float64(len(orders)+1)-s.Orders)/2)
		if !oneHand(e, orders) {
			// A family on one account, each at another till.
			score -= 1.5
		}
		return burst(e, orders, score, "%s orders in %s", "orders"), true
	}
	k := len(today) + 1
	if k < leastDaily {
		return Signal{}, false
	}
	p, expected := dayTail(k, r)
	if p >= s.DayChance {
		return Signal{}, false
	}
	sig := rapidSignal(e, today)
	sig.Score = Score(p)
	sig.Evidence.Expected, sig.Evidence.P, sig.Evidence.Reason = expected, p, "day"
	return sig.finish("%s point transactions in one day; %s expected", grouped(int64(k)), decimal(expected)), true
}

// dayTail is the chance that a customer with this history earns k times or
// more in a day, and how often is expected.
func dayTail(k int, r Recent) (p, expected float64) {
	mu := r.PriorWeeklyMean
	if mu <= 0 {
		mu = priorWeekly
	}
	shape := .25 + r.WeeklyMean*r.HistoryWeeks
	rate := .25/mu + r.HistoryWeeks
	const exposure = 1.0 / 7
	// NB tail as a regularized incomplete beta function.
	return mathext.RegIncBeta(float64(k), shape, exposure/(rate+exposure)), shape / rate * exposure
}

func burst(e Event, earlier []Earning, score float64, format, reason string) Signal {
	sig := rapidSignal(e, earlier)
	sig.Score = score
	sig.Evidence.Reason = reason
	return sig.finish(format, grouped(int64(len(earlier)+1)), span(sig.Evidence.To.Sub(sig.Evidence.From)))
}

func rapidSignal(e Event, earlier []Earning) Signal {
	sig := customerSignal(RapidEarning, e)
	sig.Evidence.From, sig.Evidence.To = e.closed(), e.closed()
	sig.Evidence.Observed, sig.Evidence.Unit = float64(len(earlier)+1), "transactions"
	for _, x := range earlier {
		sig.PointsInvolved += x.Points
		sig.Evidence.Transactions = append(sig.Evidence.Transactions, x.ID)
		sig.Evidence.From = earliest(sig.Evidence.From, x.At)
	}
	if !e.Staff.IsZero() && oneHand(e, earlier) {
		sig.Names = []ID{e.Customer, e.Staff}
	}
	return sig
}

// oneHand reports whether one cashier, or nobody known, entered it all.
func oneHand(e Event, earlier []Earning) bool {
	for _, x := range earlier {
		if x.Staff != e.Staff {
			return false
		}
	}
	return true
}
