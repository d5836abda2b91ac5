package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// UnmergeCustomers parts two customers who were merged.
type UnmergeCustomers struct {
	ID       loyalty.ID // who stayed, or who went
	SourceID loyalty.ID // who went; zero for the latest merge of ID
	Once     loyalty.Once
}

// Unmerged is two customers who were parted.
type Unmerged struct {
	Survivor loyalty.Member
	Source   loyalty.Member
}

// Merges are the merges into the customer that can still be undone, the latest
// first. It needs loyalty.CustomersRead.
func (s *Customers) Merges(ctx context.Context, actor loyalty.Actor, id loyalty.ID) ([]loyalty.Merge, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return nil, err
	}
	all, err := s.repo.Merges(ctx, actor.OrgID, id)
	var open []loyalty.Merge
	for _, m := range all {
		if s.now().Before(m.Until) && !m.Survivor.ID.IsZero() {
			open = append(open, m)
		}
	}
	return open, err
}

// MergeToUndo is the merge of source into id. Where it can't be undone any more
// the Conflict says why; two who were never merged are NotFound. It needs
// loyalty.CustomersUpdate.
func (s *Customers) MergeToUndo(ctx context.Context, actor loyalty.Actor, id, source loyalty.ID) (loyalty.Merge, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return loyalty.Merge{}, err
	}
	accounts, err := s.repo.Accounts(ctx, actor.OrgID, id, source)
	if err != nil {
		return loyalty.Merge{}, err
	}
	m, err := s.repo.MergeOf(ctx, actor.OrgID, source)
	switch {
	case err == nil && m.SurvivorID == id:
		return m, undoable(m, accounts[id], s.now())
	case err != nil && loyalty.KindOf(err) != loyalty.NotFound:
		return m, err
	}
	undone, err := s.repo.MergeUndone(ctx, actor.OrgID, id, source)
	if err == nil && undone {
		err = loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This merge was undone already. Both have accounts of their own again.")
	} else if err == nil {
		err = loyalty.Missing("merge")
	}
	return loyalty.Merge{}, err
}

// undoable says why m can't be undone: nil when it can.
func undoable(m loyalty.Merge, survivor loyalty.Account, now time.Time) error {
	switch {
	case !now.Before(m.Until):
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeNotAvailable, "A merge can be undone for 30 days, and they are over.")
	case !survivor.MergedInto.IsZero():
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The customer was merged into another since. Undo that merge first.")
	case m.Survivor.ID.IsZero():
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The customer’s personal data was erased since, so nobody can be told apart any more.")
	}
	return survivor.CheckOpen()
}

// Unmerge gives the one who went what belongs to that customer: the points that
// were brought and have not expired, what was taken back of them since, orders,
// rewards, cases, contact details. What was earned and spent since the merge
// stays. It needs loyalty.CustomersUpdate. After loyalty.MergeWindow it is a
// Conflict, and so it is when the points are spent and the program allows no
// debt.
func (s *Customers) Unmerge(ctx context.Context, actor loyalty.Actor, cmd UnmergeCustomers) (Unmerged, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return Unmerged{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (Unmerged, error) {
		cfg, err := s.heldConfig(ctx, tx, actor.OrgID)
		if err != nil {
			return Unmerged{}, err
		}
		found, err := mergeNamed(ctx, tx, actor.OrgID, cmd)
		if err != nil {
			return Unmerged{}, err
		}
		accounts, err := tx.LockAccounts(ctx, actor.OrgID, found.SurvivorID, found.SourceID)
		if err != nil {
			return Unmerged{}, err
		}
		// As it is now that nothing can change any more.
		m, err := tx.MergeOf(ctx, actor.OrgID, found.SourceID)
		if err != nil || m.ID != found.ID {
			return Unmerged{}, notMerged(err)
		}
		return s.part(ctx, tx, actor, cfg, m, accounts)
	})
}

// notMerged is the refusal of what is not merged, unless err says more.
func notMerged(err error) error {
	if err != nil && loyalty.KindOf(err) != loyalty.NotFound {
		return err
	}
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "There is no merge of this customer to undo.")
}

// mergeNamed is the merge that cmd is about.
func mergeNamed(ctx context.Context, tx loyalty.Tx, orgID loyalty.ID, cmd UnmergeCustomers) (loyalty.Merge, error) {
	if _, err := tx.Accounts(ctx, orgID, cmd.ID); err != nil {
		return loyalty.Merge{}, err
	}
	if !cmd.SourceID.IsZero() && cmd.SourceID != cmd.ID {
		m, err := tx.MergeOf(ctx, orgID, cmd.SourceID)
		if err != nil || m.SurvivorID != cmd.ID {
			return m, notMerged(err)
		}
		return m, nil
	}
	m, err := tx.MergeOf(ctx, orgID, cmd.ID)
	if err == nil || loyalty.KindOf(err) != loyalty.NotFound {
		return m, err
	}
	all, err := tx.Merges(ctx, orgID, cmd.ID)
	if err != nil || len(all) == 0 {
		return m, notMerged(err)
	}
	return all[0], nil
}

func (s *Customers) part(
	ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, cfg *loyalty.Config, m loyalty.Merge, accounts map[loyalty.ID]loyalty.Account,
) (Unmerged, error) {
	now, survivor, source := s.moment(), accounts[m.SurvivorID], accounts[m.SourceID]
	if err := undoable(m, survivor, now); err != nil {
		return Unmerged{}, err
	}
	by, err := s.returning(ctx, tx, cfg, m, survivor, source)
	if err != nil {
		return Unmerged{}, err
	}
	by = stamped(by, cfg, actor, now)
	if err := tx.UnmergeCustomers(ctx, m, by); err != nil {
		return Unmerged{}, err
	}
	// From here on the source's id leads to the source again.
	out, err := s.giveContactsBack(ctx, tx, actor, m)
	if err != nil {
		return Unmerged{}, err
	}
	return out, tx.AddAudit(ctx, loyalty.Audit(actor, now, "customer.unmerge", "customer", m.SurvivorID, map[string]any{
		"source_id": m.SourceID.String(), "merge_id": m.ID.String(), "points": by.Points, "lifetime": by.Lifetime,
	}))
}

// returning works out what goes back, and refuses to leave either in debt that
// was not.
func (s *Customers) returning(
	ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, m loyalty.Merge, survivor, source loyalty.Account,
) (loyalty.Handover, error) {
	day := loyalty.DayIn(cfg.Organization.TimeZone, s.now())
	by := m.Return(survivor, source, day, expiry(cfg, day))
	by.From.Reason, by.To.Reason = "Merge undone", "Merge undone"
	allowed := cfg.Program != nil && cfg.Program.NegativeBalance == loyalty.DebtAllow
	left := survivor.Balance - by.Points
	if short := min(0, m.SurvivorBalance) - left; short > 0 && by.Points > 0 && !allowed {
		return by, loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints,
			"%d points would have to go back and the balance is %d: some were spent since the merge, and the program allows no debt.",
			int64(by.Points), int64(survivor.Balance))
	}
	if by.Points < min(0, m.Points) && !allowed {
		return by, loyalty.Errorf(loyalty.Conflict, loyalty.CodeInsufficientPoints,
			"More was taken back of the other customer's points since the merge than that customer had left, and the program allows no debt.")
	}
	home, err := programOf(ctx, tx, cfg, survivor)
	if err != nil {
		return by, err
	}
	by.From.ProgramID, by.From.TierID = survivor.ProgramID, survivor.TierID
	if home != nil && by.Lifetime != 0 {
		by.From.ProgramID, by.From.TierID = home.ID, restored(*home, m, m.SurvivorTierID, survivor.Lifetime-by.Lifetime)
	}
	source.ProgramID = m.SourceProgramID
	if home, err = programOf(ctx, tx, cfg, source); err != nil || home == nil {
		return by, err
	}
	by.To.ProgramID, by.To.TierID = home.ID, restored(*home, m, m.SourceTierID, by.Lifetime)
	return by, nil
}

// restored is the tier that the lifetime points reach, or the one held before
// the merge when that was higher and the program has not changed since.
func restored(p loyalty.Program, m loyalty.Merge, held loyalty.ID, lifetime loyalty.Points) loyalty.ID {
	reached := p.TierFor(lifetime)
	before, ok := p.Tier(held)
	if ok && p.ID == m.ProgramID && p.Version == m.ProgramVersion && p.TierDowngrade == loyalty.DowngradeNever {
		return p.Retier(before, lifetime, false).ID
	}
	return reached.ID
}

// giveContactsBack gives each what it had, except what was changed since.
func (s *Customers) giveContactsBack(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, m loyalty.Merge) (Unmerged, error) {
	var out Unmerged
	now, _, err := tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: m.SurvivorID})
	if err != nil {
		return out, err
	}
	survivor, source, was := now.Customer, m.Source, m.Survivor
	back := func(have, theirs string) bool { return have == theirs && theirs != "" }
	if back(survivor.Name, source.Name) {
		survivor.Name, survivor.NameFold = was.Name, was.NameFold
	}
	if back(survivor.Email, source.Email) {
		survivor.Email = was.Email
	}
	if back(survivor.PhoneDigits, source.PhoneDigits) {
		survivor.Phone, survivor.PhoneE164, survivor.PhoneDigits = was.Phone, was.PhoneE164, was.PhoneDigits
	}
	if back(survivor.BirthDate, source.BirthDate) {
		survivor.BirthDate = was.BirthDate
	}
	if back(survivor.ReferralCode, source.ReferralCode) {
		survivor.ReferralCode = was.ReferralCode
	}
	if back(survivor.ExternalID, source.ExternalID) {
		survivor.ExternalID = was.ExternalID
	}
	survivor.UpdatedAt, source.UpdatedAt = s.moment(), s.moment()
	if err := saveBoth(ctx, tx, survivor, source); err != nil {
		return out, err
	}
	if out.Survivor, _, err = tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: m.SurvivorID}); err != nil {
		return out, err
	}
	out.Source, _, err = tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: m.SourceID})
	return out, err
}

// ForgetMerges forgets what merges keep of persons once they can't be undone,
// and says of how many. It is for the program itself.
func (s *Customers) ForgetMerges(ctx context.Context) (int, error) {
	n := 0
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		n, err = tx.ForgetMerges(ctx, s.now())
		return err
	})
	return n, err
}
