package service

import (
	"context"
	"time"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// CreateCustomer is a guest to be added.
type CreateCustomer struct {
	Name           string // 1–255 characters
	Email          string // "" when none
	Phone          string // as typed, at most 20 characters; "" when none
	BirthDate      string // YYYY-MM-DD, not in the future; "" when not told
	ExternalID     string // at most 255 characters; "" when none
	MarketingOptIn bool
	ReferralCode   string // at most 64 characters; "" when none
	Once           loyalty.Once
}

// CustomerResult is a customer, and whether it was added just now.
type CustomerResult struct {
	loyalty.Member
	Created bool
}

// Create adds a customer and opens the account, in the active program at its
// first tier if there is one. A phone number that somebody has already gives
// that customer, unchanged. It needs loyalty.CustomersCreate. An external id
// that is taken is a Conflict.
func (s *Customers) Create(ctx context.Context, actor loyalty.Actor, cmd CreateCustomer) (CustomerResult, error) {
	if err := actor.Require(loyalty.CustomersCreate); err != nil {
		return CustomerResult{}, err
	}
	region, err := s.region(ctx, actor)
	if err != nil {
		return CustomerResult{}, err
	}
	return s.signUp(ctx, actor, region, cmd)
}

func (s *Customers) signUp(ctx context.Context, actor loyalty.Actor, region string, cmd CreateCustomer) (CustomerResult, error) {
	now := s.now()
	c := loyalty.Customer{OrgID: actor.OrgID, ID: loyalty.NewID(now), MarketingOptIn: cmd.MarketingOptIn, CreatedAt: now, UpdatedAt: now}
	var p loyalty.Problems
	setName(&p, &c, cmd.Name)
	setEmail(&p, &c, cmd.Email)
	setPhone(&p, &c, cmd.Phone, region)
	setBirthDate(&p, &c, cmd.BirthDate, now, nil)
	c.ExternalID = checkText(&p, "externalId", cmd.ExternalID, 0, 255)
	setReferralCode(&p, &c, cmd.ReferralCode)
	if err := p.Err(); err != nil {
		return CustomerResult{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (CustomerResult, error) {
		return s.create(ctx, tx, actor, c)
	})
}

func (s *Customers) create(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, c loyalty.Customer) (CustomerResult, error) {
	if c.PhoneDigits != "" {
		if m, _, err := tx.Member(ctx, actor.OrgID, numberOf(c)); err == nil || loyalty.KindOf(err) != loyalty.NotFound {
			return CustomerResult{Member: m}, err
		}
	}
	cfg, err := s.heldConfig(ctx, tx, actor.OrgID)
	if err != nil {
		return CustomerResult{}, err
	}
	added, err := tx.AddCustomer(ctx, newAccount(cfg, c))
	if err != nil {
		return CustomerResult{}, err
	}
	if !added {
		// Somebody was quicker by a moment.
		return taken(ctx, tx, c)
	}
	m, _, err := tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: c.ID})
	if err != nil {
		return CustomerResult{}, err
	}
	opened := loyalty.NewAccountEvent(actor, c.CreatedAt, loyalty.AccountOpened, c.ID)
	if _, err := tx.AddAccountEvent(ctx, opened); err != nil {
		return CustomerResult{}, err
	}
	return CustomerResult{Member: m, Created: true}, tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "customer.create", "customer", c.ID, nil))
}

// taken is the answer when c's phone number or external id is another's.
func taken(ctx context.Context, tx loyalty.Tx, c loyalty.Customer) (CustomerResult, error) {
	if c.PhoneDigits != "" {
		if m, _, err := tx.Member(ctx, c.OrgID, numberOf(c)); err == nil || loyalty.KindOf(err) != loyalty.NotFound {
			return CustomerResult{Member: m}, err
		}
	}
	return CustomerResult{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Another customer has this external id.").About("externalId")
}

func numberOf(c loyalty.Customer) loyalty.CustomerKey {
	return phoneKey(contact.Phone{E164: c.PhoneE164, Digits: c.PhoneDigits})
}

// heldConfig is what the organization has set up, which stays so until the
// transaction ends: a program activated meanwhile must not miss the account.
func (c *Core) heldConfig(ctx context.Context, tx loyalty.Tx, orgID loyalty.ID) (*loyalty.Config, error) {
	version, err := tx.HoldConfig(ctx, orgID)
	if err != nil {
		return nil, err
	}
	if cfg, ok := c.known(orgID); ok && cfg.Version == version {
		return cfg, nil
	}
	return tx.Config(ctx, orgID)
}

func newAccount(cfg *loyalty.Config, c loyalty.Customer) loyalty.NewAccount {
	a := loyalty.NewAccount{
		Customer: c, EnrollmentID: loyalty.NewID(c.CreatedAt), Day: loyalty.DayIn(cfg.Organization.TimeZone, c.CreatedAt),
	}
	if cfg.Program != nil {
		a.ProgramID, a.TierID = cfg.Program.ID, cfg.Program.TierFor(0).ID
	}
	return a
}

// ImportedCustomer is a guest whom another system knows by ExternalID.
type ImportedCustomer struct {
	ExternalID string // 1–255 characters
	Name       string // ExternalID when ""
	Email      string
	Phone      string // left out when it is another customer's
	CreatedAt  time.Time
}

// External gives the customers with these external ids, inside the caller's
// transaction, adding those that are not there yet; all in one go. It says how
// many it added. It needs loyalty.CustomersCreate.
func (s *Customers) External(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, guests []ImportedCustomer) (map[string]loyalty.ID, int, error) {
	ids, created, err := s.external(ctx, tx, actor, guests)
	return ids, len(created), err
}

// external is External, saying which customers it added.
func (s *Customers) external(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, guests []ImportedCustomer) (map[string]loyalty.ID, []loyalty.ID, error) {
	if err := actor.Require(loyalty.CustomersCreate); err != nil {
		return nil, nil, err
	}
	if len(guests) == 0 {
		return map[string]loyalty.ID{}, nil, nil
	}
	cfg, err := s.heldConfig(ctx, tx, actor.OrgID)
	if err != nil {
		return nil, nil, err
	}
	region := regionOf(cfg, actor.StoreID)
	accounts := make([]loyalty.NewAccount, len(guests))
	for i, g := range guests {
		c := loyalty.Customer{
			OrgID: actor.OrgID, ID: loyalty.NewID(g.CreatedAt), ExternalID: g.ExternalID, CreatedAt: g.CreatedAt, UpdatedAt: g.CreatedAt,
		}
		if g.Name == "" {
			g.Name = g.ExternalID
		}
		var p loyalty.Problems
		setName(&p, &c, g.Name)
		setEmail(&p, &c, g.Email)
		setPhone(&p, &c, g.Phone, region)
		c.ExternalID = checkText(&p, "externalId", g.ExternalID, 1, 255)
		if err := p.Err(); err != nil {
			return nil, nil, err
		}
		accounts[i] = newAccount(cfg, c)
	}
	ids, added, err := tx.AddCustomers(ctx, actor.OrgID, accounts)
	if err != nil {
		return nil, nil, err
	}
	created := make([]loyalty.ID, 0, added)
	for _, a := range accounts {
		if ids[a.ExternalID] == a.ID {
			created = append(created, a.ID)
		}
	}
	return ids, created, nil
}

// UpdateCustomer changes a customer. Fields left nil stay as they are; "" takes
// out what may be missing.
type UpdateCustomer struct {
	ID             loyalty.ID
	Name           *string
	Email          *string
	Phone          *string
	BirthDate      *string
	ExternalID     *string
	MarketingOptIn *bool
	ReferralCode   *string
	Still          func(loyalty.Customer) bool // as ChangeProgram.Still
	Once           loyalty.Once
}

// Update changes a customer. It needs loyalty.CustomersUpdate. A phone number
// or external id that is another's, and a person who was forgotten, are
// Conflicts.
func (s *Customers) Update(ctx context.Context, actor loyalty.Actor, cmd UpdateCustomer) (loyalty.Member, error) {
	if err := actor.Require(loyalty.CustomersUpdate); err != nil {
		return loyalty.Member{}, err
	}
	region, err := s.region(ctx, actor)
	if err != nil {
		return loyalty.Member{}, err
	}
	// The mistakes first, whoever it is about.
	if err := cmd.apply(&loyalty.Customer{}, region, s.now()); err != nil {
		return loyalty.Member{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Member, error) {
		m, err := tx.LockMember(ctx, actor.OrgID, cmd.ID)
		if err != nil {
			return loyalty.Member{}, err
		}
		if err := m.CheckNamed(); err != nil {
			return loyalty.Member{}, err
		}
		before := m.Customer
		if cmd.Still != nil && !cmd.Still(before) {
			return loyalty.Member{}, errOvertaken()
		}
		if err := cmd.apply(&m.Customer, region, s.now()); err != nil {
			return loyalty.Member{}, err
		}
		if err := tx.SaveCustomer(ctx, m.Customer); err != nil {
			return loyalty.Member{}, err
		}
		if contactChanged(before, m.Customer) {
			if _, err := tx.AddAccountEvent(ctx, loyalty.NewAccountEvent(actor, s.now(), loyalty.ContactChanged, m.ID)); err != nil {
				return loyalty.Member{}, err
			}
		}
		return m, tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "customer.update", "customer", m.ID, nil))
	})
}

// contactChanged reports whether a phone number or e-mail address that there
// was is another now, or gone.
func contactChanged(before, after loyalty.Customer) bool {
	phone := before.PhoneDigits != "" && before.PhoneDigits != after.PhoneDigits
	return phone || before.Email != "" && before.Email != after.Email
}

// apply puts the change into c, and says what can't be.
func (cmd UpdateCustomer) apply(c *loyalty.Customer, region string, now time.Time) error {
	var p loyalty.Problems
	if cmd.Name != nil {
		setName(&p, c, *cmd.Name)
	}
	if cmd.Email != nil {
		setEmail(&p, c, *cmd.Email)
	}
	if cmd.Phone != nil {
		setPhone(&p, c, *cmd.Phone, region)
	}
	if cmd.BirthDate != nil {
		setBirthDate(&p, c, *cmd.BirthDate, now, nil)
	}
	if cmd.ExternalID != nil {
		c.ExternalID = checkText(&p, "externalId", *cmd.ExternalID, 0, 255)
	}
	if cmd.MarketingOptIn != nil {
		c.MarketingOptIn = *cmd.MarketingOptIn
	}
	if cmd.ReferralCode != nil {
		setReferralCode(&p, c, *cmd.ReferralCode)
	}
	c.UpdatedAt = now
	return p.Err()
}
