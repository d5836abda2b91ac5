package anomaly

import "time"

// Reversal is an earlier taking-back that left its customer in debt.
type Reversal struct {
	ID     ID
	At     time.Time
	Staff  ID
	Points int64
}

// refundAbuse finds customers who redeem and then refund what earned the
// points: Times reversals within WindowDays that leave a debt. One cashier
// doing them all is a broken rule. Counting is all there is to it: no statistic
// stands behind this one, and its score is a scale, a point for each.
func refundAbuse(s RefundAbuseSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || e.Type != Reverse || e.Balance >= 0 || e.Customer.IsZero() {
		return Signal{}, false
	}
	window := time.Duration(s.WindowDays * float64(day))
	sig := customerSignal(RefundAbuse, e)
	sig.PointsInvolved = min(e.Points, -e.Balance)
	n, same := 1, 1
	for _, d := range r.Debts {
		if e.At.Sub(d.At) > window {
			continue
		}
		n++
		if d.Staff == e.Staff {
			same++
		}
		sig.PointsInvolved += d.Points
		sig.Evidence.Transactions = append(sig.Evidence.Transactions, d.ID)
		sig.Evidence.From = earliest(sig.Evidence.From, d.At)
	}
	if float64(n) < s.Times {
		return Signal{}, false
	}
	sig.Evidence.Reason, sig.Evidence.Observed, sig.Evidence.Unit = "debts", float64(n), "reversals"
	if same > 1 && float64(same) >= s.Times && !e.Staff.IsZero() {
		sig.Hard = true
		sig.Evidence.Reason = "same_cashier"
		sig.Names = []ID{e.Customer, e.Staff}
		return sig.finish("%s refunds by one cashier left a debt, in %s", grouped(int64(same)), span(e.At.Sub(sig.Evidence.From))), true
	}
	sig.Score = min(MaxScore, 2+float64(n))
	return sig.finish("%s refunds left a debt, in %s", grouped(int64(n)), span(e.At.Sub(sig.Evidence.From))), true
}
