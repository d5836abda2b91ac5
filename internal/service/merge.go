package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// MergeCustomers makes one customer of two who are the same person.
type MergeCustomers struct {
	ID       loyalty.ID // who stays
	SourceID loyalty.ID // who goes
	// Take names the fields of contact of which the source's count, where both
	// have one: name, email, phone, birthDate, externalId. What the one who
	// stays lacks is taken anyway.
	Take []string
	Once loyalty.Once
}

// MergeFields are the fields of contact that Take may name, as they are shown.
func MergeFields() []string { return []string{"name", "phone", "email", "birthDate", "externalId"} }

// MergePreview is what a merge would do.
type MergePreview struct {
	Survivor loyalty.Member
	Source   loyalty.Member
	After    loyalty.Member // the survivor, afterwards
	Counts   loyalty.MergeCounts
	Program  *loyalty.Program // by which the tier is worked out; nil without one
	Until    time.Time        // it could be undone before
}

// merging is a merge being worked out.
type merging struct {
	cfg      *loyalty.Config
	program  *loyalty.Program
	survivor loyalty.Member
	source   loyalty.Member
	accounts map[loyalty.ID]loyalty.Account
	now      time.Time
}

// PreviewMerge is what Merge would do; it changes nothing and refuses what
// Merge would refuse. It needs loyalty.CustomersUpdate.
func (s *Customers) PreviewMerge(ctx context.Context, actor loyalty.Actor, cmd MergeCustomers) (MergePreview, error) {
	if err := cmd.check(actor); err != nil {
		return MergePreview{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return MergePreview{}, err
	}
	accounts, err := s.repo.Accounts(ctx, actor.OrgID, cmd.ID, cmd.SourceID)
	if err != nil {
		return MergePreview{}, err
	}
	m, err := s.merging(ctx, s.repo, actor, cmd, cfg, accounts)
	if err != nil {
		return MergePreview{}, err
	}
	p := MergePreview{Survivor: m.survivor, Source: m.source, After: m.survivor, Program: m.program, Until: m.now.Add(loyalty.MergeWindow)}
	p.After.Customer, _ = contacts(m.survivor.Customer, m.source.Customer, cmd.Take, m.now)
	p.After.Enrollment.Balance += m.source.Enrollment.Balance
	p.After.Enrollment.Lifetime += m.source.Enrollment.Lifetime
	if tier := m.tier(); m.program != nil {
		p.After.Enrollment.ProgramID, p.After.Enrollment.TierID, p.After.TierName = m.program.ID, tier.ID, tier.Name
	}
	p.Counts, err = s.repo.MergeCounts(ctx, actor.OrgID, cmd.SourceID)
	return p, err
}

// Merge moves everything of the source to the one who stays: points, lifetime
// points, history, orders, rewards, cases. The source's id, external id, phone
// number and e-mail address lead there from then on. It needs
// loyalty.CustomersUpdate, and can be undone for loyalty.MergeWindow. Frozen,
// forgotten and merged customers are a Conflict, one's own account is Forbidden.
func (s *Customers) Merge(ctx context.Context, actor loyalty.Actor, cmd MergeCustomers) (loyalty.Member, error) {
	if err := cmd.check(actor); err != nil {
		return loyalty.Member{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Member, error) {
		// Whoever changes the configuration holds it before the accounts, too.
		cfg, err := s.heldConfig(ctx, tx, actor.OrgID)
		if err != nil {
			return loyalty.Member{}, err
		}
		accounts, err := tx.LockAccounts(ctx, actor.OrgID, cmd.ID, cmd.SourceID)
		if err != nil {
			return loyalty.Member{}, err
		}
		m, err := s.merging(ctx, tx, actor, cmd, cfg, accounts)
		if err != nil {
			return loyalty.Member{}, err
		}
		record, by := m.decide(actor)
		if err := tx.MergeCustomers(ctx, record, by); err != nil {
			return loyalty.Member{}, err
		}
		survivor, source := contacts(m.survivor.Customer, m.source.Customer, cmd.Take, m.now)
		if err := saveBoth(ctx, tx, survivor, source); err != nil {
			return loyalty.Member{}, err
		}
		if contactChanged(m.survivor.Customer, survivor) {
			if _, err := tx.AddAccountEvent(ctx, loyalty.NewAccountEvent(actor, m.now, loyalty.ContactChanged, cmd.ID)); err != nil {
				return loyalty.Member{}, err
			}
		}
		out, _, err := tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: cmd.ID})
		if err != nil {
			return loyalty.Member{}, err
		}
		return out, tx.AddAudit(ctx, loyalty.Audit(actor, m.now, "customer.merge", "customer", cmd.ID, map[string]any{
			"source_id": cmd.SourceID.String(), "merge_id": record.ID.String(), "points": record.Points, "lifetime": record.Lifetime,
		}))
	})
}

func (cmd MergeCustomers) check(actor loyalty.Actor) error {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return err
	}
	var p loyalty.Problems
	switch {
	case cmd.SourceID.IsZero():
		p.Add("sourceCustomerId", "is required")
	case cmd.ID == cmd.SourceID:
		p.Add("sourceCustomerId", "must be another customer")
	}
	for _, f := range cmd.Take {
		if !slices.Contains(MergeFields(), f) {
			p.Add("take", "must name fields of contact")
			break
		}
	}
	return p.Err()
}

// merging reads what a merge is decided on, and refuses what can't be merged.
func (s *Customers) merging(
	ctx context.Context, from loyalty.Reader, actor loyalty.Actor, cmd MergeCustomers, cfg *loyalty.Config, accounts map[loyalty.ID]loyalty.Account,
) (merging, error) {
	m := merging{cfg: cfg, program: cfg.Program, accounts: accounts, now: s.moment()}
	if err := notOwn(actor, cmd.ID, cmd.SourceID); err != nil {
		return m, err
	}
	for _, a := range accounts {
		if !a.MergedInto.IsZero() {
			return m, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "One of the two was merged into another customer already.")
		}
		if !a.FrozenAt.IsZero() {
			return m, loyalty.Errorf(loyalty.Conflict, loyalty.CodeAccountFrozen, "One of the two accounts is frozen. Unfreeze it before merging.")
		}
	}
	for id, to := range map[loyalty.ID]*loyalty.Member{cmd.ID: &m.survivor, cmd.SourceID: &m.source} {
		var err error
		if *to, _, err = from.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: id}); err != nil {
			return m, err
		}
		if !to.AnonymizedAt.IsZero() {
			return m, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The personal data of one of the two was erased, so they can’t be merged.")
		}
	}
	if total := accounts[cmd.ID].Balance + accounts[cmd.SourceID].Balance; total > loyalty.MaxPoints || accounts[cmd.SourceID].Lifetime > loyalty.MaxPoints {
		return m, loyalty.TooManyPoints("sourceCustomerId")
	}
	var err error
	if m.program == nil {
		m.program, err = programOf(ctx, from, cfg, accounts[cmd.ID], accounts[cmd.SourceID])
	}
	return m, err
}

// programOf is the active program, else the first that one of the accounts is
// in and that is still there; nil without one.
func programOf(ctx context.Context, from loyalty.CatalogReader, cfg *loyalty.Config, accounts ...loyalty.Account) (*loyalty.Program, error) {
	if cfg.Program != nil {
		return cfg.Program, nil
	}
	for _, a := range accounts {
		if a.ProgramID.IsZero() {
			continue
		}
		p, err := from.Program(ctx, a.OrgID, a.ProgramID)
		if err == nil {
			return &p, nil
		}
		if loyalty.KindOf(err) != loyalty.NotFound {
			return nil, err
		}
	}
	return nil, nil //nolint:nilnil // members of no program are an ordinary case
}

// tier is the survivor's afterwards: the one reached by the lifetime points of
// both, or the one held now when that is higher.
func (m merging) tier() loyalty.Tier {
	if m.program == nil {
		return loyalty.Tier{}
	}
	a, b := m.accounts[m.survivor.ID], m.accounts[m.source.ID]
	return m.program.Retier(m.program.Held(a.TierID, a.Lifetime), a.Lifetime+b.Lifetime, false)
}

func (m merging) decide(actor loyalty.Actor) (loyalty.Merge, loyalty.Handover) {
	a, b := m.accounts[m.survivor.ID], m.accounts[m.source.ID]
	record := loyalty.Merge{
		OrgID: actor.OrgID, ID: loyalty.NewID(m.now), SurvivorID: m.survivor.ID, SourceID: m.source.ID, Until: m.now.Add(loyalty.MergeWindow),
		Points: b.Balance, Lifetime: b.Lifetime, Lots: b.Lots, SurvivorBalance: a.Balance, SurvivorTierID: a.TierID,
		SourceProgramID: b.ProgramID, SourceTierID: b.TierID, Survivor: m.survivor.Customer, Source: m.source.Customer,
	}
	by := loyalty.NewHandover(a, b)
	by.From.Reason, by.To.Reason = "Merged into another account", "Merged from another account"
	by.To.ProgramID, by.To.TierID = a.ProgramID, a.TierID
	if m.program != nil {
		record.ProgramID, record.ProgramVersion = m.program.ID, m.program.Version
		by.To.ProgramID, by.To.TierID = m.program.ID, m.tier().ID
	}
	return record, stamped(by, m.cfg, actor, m.now)
}

func stamped(by loyalty.Handover, cfg *loyalty.Config, actor loyalty.Actor, now time.Time) loyalty.Handover {
	by.Config, by.StaffID, by.KeyID, by.At = cfg.Version, actor.StaffID, actor.KeyID, now
	by.Day = loyalty.DayIn(cfg.Organization.TimeZone, now)
	by.From.RowID, by.To.RowID = loyalty.NewID(now), loyalty.NewID(now)
	return by
}

// contacts is what becomes of the two persons' own fields. Those that the one
// who stays takes are swapped, so that none is lost and each still leads to
// somebody.
func contacts(survivor, source loyalty.Customer, take []string, now time.Time) (loyalty.Customer, loyalty.Customer) {
	wants := func(field, mine, theirs string) bool {
		return theirs != "" && (mine == "" || slices.Contains(take, field))
	}
	if wants("name", survivor.Name, source.Name) {
		survivor.Name, source.Name = source.Name, survivor.Name
		survivor.NameFold, source.NameFold = source.NameFold, survivor.NameFold
	}
	if wants("email", survivor.Email, source.Email) {
		survivor.Email, source.Email = source.Email, survivor.Email
	}
	if wants("phone", survivor.Phone, source.Phone) {
		swapPhones(&survivor, &source)
	}
	if wants("birthDate", survivor.BirthDate, source.BirthDate) {
		survivor.BirthDate, source.BirthDate = source.BirthDate, survivor.BirthDate
	}
	if wants("externalId", survivor.ExternalID, source.ExternalID) {
		survivor.ExternalID, source.ExternalID = source.ExternalID, survivor.ExternalID
	}
	if wants("referralCode", survivor.ReferralCode, source.ReferralCode) {
		survivor.ReferralCode, source.ReferralCode = source.ReferralCode, survivor.ReferralCode
	}
	survivor.UpdatedAt, source.UpdatedAt = now, now
	return survivor, source
}

func swapPhones(a, b *loyalty.Customer) {
	a.Phone, b.Phone = b.Phone, a.Phone
	a.PhoneE164, b.PhoneE164 = b.PhoneE164, a.PhoneE164
	a.PhoneDigits, b.PhoneDigits = b.PhoneDigits, a.PhoneDigits
}

// saveBoth writes two customers who may swap what only one can have.
func saveBoth(ctx context.Context, tx loyalty.Tx, survivor, source loyalty.Customer) error {
	blank := source
	blank.ExternalID, blank.Phone, blank.PhoneE164, blank.PhoneDigits = "", "", "", ""
	for _, c := range []loyalty.Customer{blank, survivor, source} {
		if err := tx.SaveCustomer(ctx, c); err != nil {
			return err
		}
	}
	return nil
}
