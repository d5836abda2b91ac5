package service

import (
	"context"
	"slices"

	"regulars/internal/loyalty"
)

const (
	// A reader waits for so many changed accounts to be sorted in, which takes
	// a few hundredths of a second; more of them are left to the job.
	followAtOnce = 300
	// The job takes this many in one transaction, and so many in one round, so
	// that it never holds up an award for long.
	followBatch = 1000
	followRound = 50_000
)

// RosterPage is one page of the customers who pass a filter.
type RosterPage struct {
	Members []loyalty.Member
	// Total is how many pass. A count that is kept as it happens is given in
	// full, any other as far as loyalty.RosterCap.
	Total int
	// Capped is set when Total stopped counting.
	Capped bool
	// Reach is how many of them can be paged through.
	Reach int
	// Behind is set when some of the latest changes are not sorted in yet.
	Behind bool
}

// Filter is a page of the customers who pass f, in the order sort. It needs
// loyalty.CustomersRead.
func (s *Customers) Filter(
	ctx context.Context, actor loyalty.Actor, f loyalty.MemberFilter, sort loyalty.MemberSort, page loyalty.Page,
) (RosterPage, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return RosterPage{}, err
	}
	var p loyalty.Problems
	if !slices.Contains(loyalty.MemberSorts(), sort) {
		p.Add("sort", "is not an order of customers")
	}
	if err := p.Err(); err != nil {
		return RosterPage{}, err
	}
	if f.IsZero() && sort == loyalty.ByNewest {
		members, total, err := s.repo.Members(ctx, actor.OrgID, page)
		return RosterPage{Members: members, Total: total, Reach: total}, err
	}
	followed, err := s.follow(ctx, actor, followAtOnce)
	if err != nil {
		return RosterPage{}, err
	}
	known, err := s.counted(ctx, actor.OrgID, f)
	if err != nil {
		return RosterPage{}, err
	}
	out := RosterPage{Behind: followed == followAtOnce, Reach: loyalty.RosterCap}
	if known >= 0 {
		out.Reach = min(known, loyalty.CountCap)
	}
	page.Size = max(0, min(page.Size, out.Reach-page.Skip()))
	if out.Members, out.Total, err = s.repo.FilterMembers(ctx, actor.OrgID, f, sort, page, known); err != nil {
		return RosterPage{}, err
	}
	out.Reach, out.Capped = min(out.Reach, out.Total), known < 0 && out.Total == loyalty.RosterCap
	return out, nil
}

func (s *Customers) follow(ctx context.Context, actor loyalty.Actor, limit int) (n int, err error) {
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		n, err = tx.FollowRoster(ctx, actor.OrgID, limit)
		return err
	})
	return n, err
}

// counted is how many pass a filter of at most one condition whose count is
// kept as it happens: the figures of the start page lead to such lists. It is
// negative for any other.
func (s *Customers) counted(ctx context.Context, orgID loyalty.ID, f loyalty.MemberFilter) (int, error) {
	switch {
	case f.IsZero():
		all, err := s.repo.AllTime(ctx, orgID)
		return int(all.Customers), err
	case f == loyalty.MemberFilter{TierID: f.TierID}:
		members, err := s.repo.TierMembers(ctx, orgID)
		return int(members[f.TierID]), err
	case f == loyalty.MemberFilter{Since: f.Since}:
		n, err := s.repo.ActiveSince(ctx, orgID, f.Since)
		return int(n), err
	}
	return -1, nil
}

// FollowRoster sorts changed accounts into what lists are filtered by, and says
// how many. It is for the program itself, now and then; readers do a little of
// it themselves.
func (s *Customers) FollowRoster(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	all := 0
	for all < followRound {
		n, err := s.follow(ctx, actor, followBatch)
		if all += n; err != nil || n < followBatch {
			return all, err
		}
	}
	return all, nil
}

// exportBatch is how many customers are read at once for a file.
const exportBatch = 2000

// OpenExport writes down that all customers who pass a filter are asked for. It
// needs loyalty.CustomersUpdate, as whoever holds the file holds everybody's
// address.
func (s *Customers) OpenExport(ctx context.Context, actor loyalty.Actor) error {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return err
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "customers.export", "customer", loyalty.ID{}, nil))
	})
}

// Each hands every customer who passes f to write, by id, until one fails. Who
// changes meanwhile may be as before or after. It needs
// loyalty.CustomersUpdate.
func (s *Customers) Each(ctx context.Context, actor loyalty.Actor, f loyalty.MemberFilter, write func(loyalty.Member) error) error {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return err
	}
	if _, err := s.follow(ctx, actor, followRound); err != nil {
		return err
	}
	for after := (loyalty.ID{}); ; {
		members, err := s.repo.MembersAfter(ctx, actor.OrgID, f, after, exportBatch)
		if err != nil {
			return err
		}
		for _, m := range members {
			if err := write(m); err != nil {
				return err
			}
			after = m.ID
		}
		if len(members) < exportBatch {
			return nil
		}
	}
}
