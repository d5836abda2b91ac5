package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// Delete takes the customer out with everything that belongs to the customer,
// and everybody who was merged into the customer; the audit log keeps that it
// happened. It needs loyalty.CustomersDelete and
// can't be undone.
func (s *Customers) Delete(ctx context.Context, actor loyalty.Actor, id loyalty.ID) error {
	if err := actor.Require(loyalty.CustomersDelete); err != nil {
		return err
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		m, err := tx.LockMember(ctx, actor.OrgID, id)
		if err != nil {
			return err
		}
		if err := tx.EraseCustomer(ctx, actor.OrgID, m.ID); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "customer.delete", "customer", m.ID, nil))
	})
}

// AnonymizeCustomer forgets a person.
type AnonymizeCustomer struct {
	ID   loyalty.ID
	Once loyalty.Once
}

// Anonymize takes the person out and keeps the ledger. It needs
// loyalty.CustomersUpdate and can't be undone; the second time is a Conflict.
func (s *Customers) Anonymize(ctx context.Context, actor loyalty.Actor, cmd AnonymizeCustomer) (loyalty.Member, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return loyalty.Member{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Member, error) {
		now := s.now()
		m, err := tx.LockMember(ctx, actor.OrgID, cmd.ID)
		if err != nil {
			return loyalty.Member{}, err
		}
		cmd.ID = m.ID
		done, err := tx.AnonymizeCustomer(ctx, actor.OrgID, cmd.ID, now)
		if err != nil {
			return loyalty.Member{}, err
		}
		if !done {
			return loyalty.Member{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This customer’s personal data was erased already.")
		}
		if m, _, err = tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: cmd.ID}); err != nil {
			return loyalty.Member{}, err
		}
		return m, tx.AddAudit(ctx, loyalty.Audit(actor, now, "customer.anonymize", "customer", cmd.ID, nil))
	})
}

// FreezeCustomer freezes an account, or thaws it.
type FreezeCustomer struct {
	ID     loyalty.ID
	Frozen bool
	Once   loyalty.Once
}

// Freeze keeps the account from earning and spending until it is thawed. It
// needs loyalty.CustomersUpdate. An account that is so already stays so, and
// nobody thaws their own.
func (s *Customers) Freeze(ctx context.Context, actor loyalty.Actor, cmd FreezeCustomer) (loyalty.Member, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return loyalty.Member{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Member, error) {
		m, err := tx.LockMember(ctx, actor.OrgID, cmd.ID)
		if err != nil || m.Enrollment.FrozenAt.IsZero() != cmd.Frozen {
			return m, err
		}
		if err := notOwn(actor, m.ID); err != nil && !cmd.Frozen {
			return loyalty.Member{}, err
		}
		action := "customer.unfreeze"
		m.Enrollment.FrozenAt = time.Time{}
		if cmd.Frozen {
			action, m.Enrollment.FrozenAt = "customer.freeze", s.now()
		}
		if err := tx.SetFrozen(ctx, actor.OrgID, m.ID, m.Enrollment.FrozenAt); err != nil {
			return loyalty.Member{}, err
		}
		m.Enrollment.Revision++
		return m, tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), action, "customer", m.ID, nil))
	})
}

// mergesInto are the merges by which accounts came to the customer, also those
// into an account that was merged itself; by time.
func mergesInto(ctx context.Context, tx loyalty.Tx, orgID, id loyalty.ID) ([]loyalty.Merge, error) {
	all, err := tx.Merges(ctx, orgID, id)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		earlier, err := mergesInto(ctx, tx, orgID, m.SourceID)
		if err != nil {
			return nil, err
		}
		all = append(all, earlier...)
	}
	slices.SortFunc(all, func(a, b loyalty.Merge) int { return a.At.Compare(b.At) })
	return all, nil
}
