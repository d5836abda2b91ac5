package service

import (
	"math"
	"slices"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// signalOf is a detector's finding as it is kept.
func signalOf(sig anomaly.Signal, orgID loyalty.ID, s DetectorChoice) loyalty.Signal {
	out := loyalty.Signal{
		Key: signalKey(sig), Family: sig.Kind.Family(), Opens: sig.Opens(s.Cases), Names: namesOf(sig),
		MuteDays: int(s.Cases.MuteDays), Budget: s.Cases.BudgetPerStoreWeek,
	}
	out.Anomaly = loyalty.Anomaly{
		OrgID: orgID, ID: loyalty.NewID(sig.At), StoreID: loyalty.ID(sig.Store), Type: string(sig.Kind), Severity: string(sig.Severity),
		Score: math.Round(sig.Score*100) / 100, Hard: sig.Hard, Description: sig.Description, Format: sig.Format, Args: sig.Args,
		PointsInvolved: loyalty.Points(sig.PointsInvolved), Evidence: evidence(sig), CaseKey: sig.Key.String(),
		Status: loyalty.PendingReview, FlaggedAt: sig.At, UpdatedAt: sig.At,
	}
	for _, id := range sig.Evidence.Transactions {
		out.TransactionIDs = append(out.TransactionIDs, loyalty.ID(id))
	}
	for _, p := range out.Names {
		switch {
		case p.Kind == loyalty.PersonCustomer && out.CustomerID.IsZero():
			out.CustomerID = p.ID
		case p.Kind == loyalty.PersonStaff && out.StaffID.IsZero():
			out.StaffID = p.ID
		}
	}
	if out.StaffID.IsZero() && len(sig.Evidence.Staff) > 0 {
		out.StaffID = loyalty.ID(sig.Evidence.Staff[0])
	}
	return out
}

// signalKey tells findings apart, however often and by whom they are made: by
// the event where one is behind it, else by whom it is about and when.
func signalKey(sig anomaly.Signal) string {
	if len(sig.Evidence.Transactions) > 0 {
		return string(sig.Kind) + ":" + sig.Evidence.Transactions[0].String()
	}
	return string(sig.Kind) + ":" + sig.Key.String() + ":" + sig.At.UTC().Format("2006-01-02T15:04")
}

// namesOf is whom a finding points at, what it is about first.
func namesOf(sig anomaly.Signal) []loyalty.Person {
	kinds := map[anomaly.SubjectKind]string{
		anomaly.OfCustomer: loyalty.PersonCustomer, anomaly.OfRing: loyalty.PersonCustomer, anomaly.OfStaff: loyalty.PersonStaff,
		anomaly.OfTill: loyalty.PersonTill, anomaly.OfStore: loyalty.PersonStore,
	}
	out := []loyalty.Person{{ID: loyalty.ID(sig.Key.ID), Kind: kinds[sig.Key.Of]}}
	for _, id := range sig.Names {
		if id == sig.Key.ID {
			continue
		}
		kind := loyalty.PersonCustomer
		switch {
		case slices.Contains(sig.Evidence.Staff, id):
			kind = loyalty.PersonStaff
		case slices.Contains(sig.Evidence.Tills, id):
			kind = loyalty.PersonTill
		}
		out = append(out, loyalty.Person{ID: loyalty.ID(id), Kind: kind})
	}
	return out
}
