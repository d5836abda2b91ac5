package anomaly

// duplicateClaim finds the same receipt claimed by several accounts. The
// second claim of a receipt counts even where it was refused and gave no
// points; the same account asking again is a retry and does not.
//
// One such receipt is often a family not talking to each other; a second
// within 28 days by the same account is a broken rule. There is no statistic in
// it: the score is a scale, half a point for each account.
func duplicateClaim(s DuplicateClaimSettings, e Event, r Recent) (Signal, bool) {
	if !s.Enabled || e.Customer.IsZero() || (e.Type != Claim && e.Type != Order) || len(r.Claimants) == 0 {
		return Signal{}, false
	}
	others := make([]ID, 0, len(r.Claimants))
	for _, c := range r.Claimants {
		if c != e.Customer {
			others = append(others, c)
		}
	}
	if len(others) == 0 {
		return Signal{}, false
	}
	sig := customerSignal(DuplicateClaim, e)
	sig.PointsInvolved = max(e.Points, e.RulePoints, 0)
	sig.Evidence.Customers = append(sig.Evidence.Customers, others...)
	sig.Evidence.Reason, sig.Evidence.Unit = "receipt", "accounts"
	sig.Evidence.Observed, sig.Evidence.Expected = float64(len(others)+1), 1
	sig.Hard = r.DuplicateClaims > 0
	sig.Score = min(MaxScore, 1.5+float64(len(others))/2)
	if sig.Hard {
		return sig.finish("A receipt already claimed by another account; %s such in 28 days", grouped(int64(r.DuplicateClaims+1))), true
	}
	return sig.finish("One receipt claimed by %s accounts", grouped(int64(len(others)+1))), true
}

// selfAward finds a member of staff putting points on their own account.
// That is a broken rule, and the award should be held for a manager.
func selfAward(s StaffFavoritismSettings, e Event, _ Recent) (Signal, bool) {
	if !s.Enabled || !e.Earns() || e.Staff.IsZero() || e.LinkedStaff != e.Staff {
		return Signal{}, false
	}
	sig := staffSignal(StaffFavoritism, e)
	sig.Hard = true
	sig.Evidence.Reason, sig.Evidence.Observed = "self", float64(e.Points)
	return sig.finish("A cashier put %s points on their own account", grouped(e.Points)), true
}
