package service

import (
	"context"
	"slices"

	"regulars/internal/loyalty"
)

// Case is a case with all that a manager decides it by.
type Case struct {
	loyalty.AnomalyRow
	Transactions []loyalty.LedgerRow  // newest first
	Earlier      []loyalty.AnomalyRow // of the same customer, newest first, at most ten
	Own          bool                 // it names the actor, who may not decide it
	Frozen       bool                 // the customer's account is, by now
	AtRisk       loyalty.Minor        // what the points involved are worth when redeemed
	Currency     string
}

const earlierCases = 10

// Case is one case with its transactions and the customer's earlier cases. It
// needs loyalty.AnomaliesRead.
func (s *Anomalies) Case(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (Case, error) {
	row, err := s.Get(ctx, actor, id)
	if err != nil {
		return Case{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return Case{}, err
	}
	c := Case{AnomalyRow: row, Currency: cfg.Organization.Currency}
	if cfg.Program != nil {
		c.AtRisk = cfg.Program.Liability(row.PointsInvolved)
	}
	if c.Transactions, err = s.repo.CaseTransactions(ctx, actor.OrgID, row.TransactionIDs); err != nil {
		return Case{}, err
	}
	if c.Own, err = ownCase(ctx, s.repo, actor, row.Anomaly); err != nil {
		return Case{}, err
	}
	return c, s.about(ctx, actor, &c)
}

// about adds what is known of the customer whom the case names.
func (s *Anomalies) about(ctx context.Context, actor loyalty.Actor, c *Case) error {
	if c.CustomerID.IsZero() {
		return nil
	}
	snap, err := s.repo.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{CustomerID: c.CustomerID})
	if err != nil {
		return err
	}
	c.Frozen = snap.Account != nil && !snap.Account.FrozenAt.IsZero()
	all, _, err := s.repo.Anomalies(ctx, actor.OrgID,
		loyalty.AnomalyFilter{StoreIDs: actor.StoreIDs, CustomerID: c.CustomerID}, loyalty.Page{Number: 1, Size: earlierCases + 1})
	for _, other := range all {
		if other.ID != c.ID && len(c.Earlier) < earlierCases {
			c.Earlier = append(c.Earlier, other)
		}
	}
	return err
}

// ownCase reports whether the case names the actor, as cashier or as guest.
func ownCase(ctx context.Context, from loyalty.Reader, actor loyalty.Actor, a loyalty.Anomaly) (bool, error) {
	if actor.StaffID.IsZero() || a.StaffID == actor.StaffID {
		return !actor.StaffID.IsZero(), nil
	}
	linked, err := from.LinkedCustomer(ctx, actor.OrgID, actor.StaffID)
	if err != nil || !linked.IsZero() && linked == a.CustomerID {
		return err == nil, err
	}
	people, err := from.CasePeople(ctx, actor.OrgID, a.ID)
	return slices.ContainsFunc(people, func(p loyalty.Person) bool {
		return p.ID == actor.StaffID || !linked.IsZero() && p.ID == linked
	}), err
}
