package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

const (
	// The job compares so many customers in one transaction, and so many in
	// one round.
	compareBatch = 200
	compareRound = 50_000
	// settled is how long a change may take to be seen after the instant it is
	// written with: what is younger is compared once more in the next round.
	settled = time.Minute
)

// Duplicates is a page of the pairs of customers who are likely the same
// person, the most telling first, and how many there are, up to
// loyalty.CountCap; with apart, of those whom somebody has told apart. It needs
// loyalty.CustomersUpdate, as merging does.
func (s *Customers) Duplicates(ctx context.Context, actor loyalty.Actor, apart bool, page loyalty.Page) ([]loyalty.Duplicate, int, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return nil, 0, err
	}
	return s.repo.Duplicates(ctx, actor.OrgID, apart, page)
}

// CountDuplicates is how many pairs are to be looked at, up to most; none for
// those who may not merge them.
func (s *Customers) CountDuplicates(ctx context.Context, actor loyalty.Actor, most int) (int, error) {
	if !actor.Can(loyalty.CustomersUpdate) {
		return 0, nil
	}
	return s.repo.CountDuplicates(ctx, actor.OrgID, most)
}

// DuplicatesOf are the customers who are likely the same person as this one,
// each as Other. It needs loyalty.CustomersUpdate.
func (s *Customers) DuplicatesOf(ctx context.Context, actor loyalty.Actor, id loyalty.ID) ([]loyalty.Duplicate, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return nil, err
	}
	found, err := s.repo.DuplicatesOf(ctx, actor.OrgID, id)
	for i, d := range found {
		if d.Other.ID == id {
			found[i].One, found[i].Other = d.Other, d.One
		}
	}
	return found, err
}

// TellApart says that two customers who look like one person are two, or takes
// that back.
type TellApart struct {
	ID, OtherID loyalty.ID
	Alike       bool // takes it back
	Once        loyalty.Once
}

// TellApart keeps a pair out of the likely duplicates, whatever is found later.
// It needs loyalty.CustomersUpdate.
func (s *Customers) TellApart(ctx context.Context, actor loyalty.Actor, cmd TellApart) (loyalty.ID, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return loyalty.ID{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.ID, error) {
		at, action := s.now(), "customer.apart"
		if cmd.Alike {
			at, action = time.Time{}, "customer.alike"
		}
		if err := tx.SetApart(ctx, actor.OrgID, cmd.ID, cmd.OtherID, at, actor.StaffID); err != nil {
			return loyalty.ID{}, err
		}
		return cmd.ID, tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), action, "customer", cmd.ID, map[string]any{"other_id": cmd.OtherID.String()}))
	})
}

// FindDuplicates compares the customers who were added or changed since the
// last time with those who share something with them, and says how many it
// took. It is for the program itself, now and then.
func (s *Customers) FindDuplicates(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	began, all := s.now(), 0
	for all < compareRound {
		n, err := s.compareSome(ctx, actor.OrgID, began)
		if all += n; err != nil || n < compareBatch {
			return all, err
		}
	}
	return all, nil
}

func (s *Customers) compareSome(ctx context.Context, orgID loyalty.ID, began time.Time) (n int, err error) {
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		n = 0
		mark, ok, err := tx.HoldDuplicates(ctx, orgID)
		if err != nil || !ok {
			return err
		}
		changed, pairs, err := tx.ChangedCustomers(ctx, orgID, mark, compareBatch)
		if err != nil {
			return err
		}
		if n = len(changed); n == 0 {
			return nil
		}
		ids := make([]loyalty.ID, n)
		for i, c := range changed {
			ids[i] = c.ID
		}
		if err := tx.SaveDuplicates(ctx, orgID, ids, alike(pairs), began); err != nil {
			return err
		}
		last := changed[n-1]
		next := loyalty.ChangeMark{At: last.UpdatedAt, ID: last.ID}
		if young := began.Add(-settled); n < compareBatch && young.Before(next.At) {
			next = loyalty.ChangeMark{At: young}
		}
		return tx.MoveDuplicateMark(ctx, orgID, next)
	})
	return n, err
}

// alike are the pairs of customers who are likely the same person, each once.
func alike(pairs [][2]loyalty.Customer) []loyalty.DuplicatePair {
	var out []loyalty.DuplicatePair
	seen := map[loyalty.DuplicatePair]bool{}
	for _, p := range pairs {
		why, ok := loyalty.Alike(p[0], p[1])
		if !ok {
			continue
		}
		if pair := loyalty.PairOf(p[0].ID, p[1].ID, why); !seen[pair] {
			seen[pair] = true
			out = append(out, pair)
		}
	}
	return out
}
