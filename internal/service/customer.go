package service

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// Customers finds, adds, changes and forgets guests.
type Customers struct{ *Core }

// NewCustomers returns the use cases over c.
func NewCustomers(c *Core) *Customers { return &Customers{c} }

// MemberPage is one page of customers.
type MemberPage struct {
	Members []loyalty.Member
	Total   int
	// More is set when a search matched so many that Total stopped counting.
	More bool
}

// maxSearch is how many characters are looked for at once.
const maxSearch = 255

// List is a page of the customers: newest first, or those that search matches,
// best match first. A search matches part of a name, an e-mail address or a
// phone number, without regard to case and accents and however a number is
// written; it lists at most loyalty.SearchStarts customers, or
// loyalty.SearchInner more when few match at the start of a word. The code of a
// membership card finds its guest and nobody else. It needs
// loyalty.CustomersRead.
func (s *Customers) List(ctx context.Context, actor loyalty.Actor, search string, page loyalty.Page) (MemberPage, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return MemberPage{}, err
	}
	var p loyalty.Problems
	if utf8.RuneCountInString(search) > maxSearch {
		p.Add("search", "must have at most %d characters", maxSearch)
	}
	if err := p.Err(); err != nil {
		return MemberPage{}, err
	}
	// What a till asks all day takes one statement and no thought.
	if page.Number == 1 && contact.International(search) {
		if m, err := s.repo.SoleMember(ctx, actor.OrgID, search); err != nil {
			return MemberPage{}, err
		} else if m != nil {
			return MemberPage{Members: []loyalty.Member{*m}, Total: 1}, nil
		}
	}
	if m, ok, err := s.withCard(ctx, actor.OrgID, search); ok || err != nil {
		return m.page(page), err
	}
	region, err := s.region(ctx, actor)
	if err != nil {
		return MemberPage{}, err
	}
	look := contact.ParseSearch(search, region)
	if look.IsZero() {
		members, total, err := s.repo.Members(ctx, actor.OrgID, page)
		return MemberPage{Members: members, Total: total}, err
	}
	members, total, err := s.repo.SearchMembers(ctx, actor.OrgID, look, page)
	return MemberPage{Members: members, Total: total, More: total >= loyalty.SearchStarts}, err
}

// Get is the customer that ref names. It needs loyalty.CustomersRead.
func (s *Customers) Get(ctx context.Context, actor loyalty.Actor, ref CustomerRef) (loyalty.Member, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return loyalty.Member{}, err
	}
	m, _, err := s.member(ctx, actor.OrgID, ref)
	return m, err
}

// member finds the customer by id, else by the restaurant's own id.
func (s *Customers) member(ctx context.Context, orgID loyalty.ID, ref CustomerRef) (loyalty.Member, int64, error) {
	if !ref.ID.IsZero() {
		m, version, err := s.repo.Member(ctx, orgID, loyalty.CustomerKey{ID: ref.ID})
		if ref.ExternalID == "" || loyalty.KindOf(err) != loyalty.NotFound {
			return m, version, err
		}
	}
	return s.repo.Member(ctx, orgID, loyalty.CustomerKey{ExternalID: ref.ExternalID})
}

// ByPhone is the customer with exactly this phone number, however it is
// written. It needs loyalty.CustomersRead.
func (s *Customers) ByPhone(ctx context.Context, actor loyalty.Actor, phone string) (loyalty.Member, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return loyalty.Member{}, err
	}
	region, err := s.region(ctx, actor)
	if err != nil {
		return loyalty.Member{}, err
	}
	key := phoneKey(contact.ParsePhone(phone, region))
	if key == (loyalty.CustomerKey{}) {
		return loyalty.Member{}, loyalty.Missing("customer")
	}
	m, _, err := s.repo.Member(ctx, actor.OrgID, key)
	return m, err
}

func phoneKey(p contact.Phone) loyalty.CustomerKey {
	if p.E164 != "" {
		return loyalty.CustomerKey{PhoneE164: p.E164}
	}
	return loyalty.CustomerKey{PhoneDigits: p.Digits}
}

// RecentTransactions is how many of the latest rows Detail shows.
const RecentTransactions = 10

// Profile is all that a customer's page shows first.
type Profile struct {
	loyalty.Member
	Program *loyalty.Program // the account's; nil without one
	Tier    loyalty.Tier     // held; zero without a program
	Next    loyalty.Tier     // the tier above; zero at the top
	Missing loyalty.Points   // lifetime points to Next
	Recent  []loyalty.Transaction
	Lots    []loyalty.Lot // by the day they stop counting, soonest first
	// UnderReview is how many points of the balance can't be spent before a
	// manager has looked at them.
	UnderReview loyalty.Points
	Zone        string // the organization's time zone, in which those days begin
}

// Detail is the customer that ref names, with the account's standing and the
// latest transactions, newest first. It needs loyalty.CustomersRead.
func (s *Customers) Detail(ctx context.Context, actor loyalty.Actor, ref CustomerRef) (Profile, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return Profile{}, err
	}
	m, version, err := s.member(ctx, actor.OrgID, ref)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Member: m}
	if err := s.standing(ctx, &p, version); err != nil {
		return Profile{}, err
	}
	first := loyalty.Page{Number: 1, Size: RecentTransactions}
	if p.Recent, _, err = s.repo.CustomerTransactions(ctx, actor.OrgID, m.ID, "", first); err != nil {
		return Profile{}, err
	}
	if p.UnderReview, err = s.repo.UnderReview(ctx, actor.OrgID, m.ID); err != nil {
		return Profile{}, err
	}
	p.Lots, err = s.repo.Lots(ctx, actor.OrgID, m.ID)
	return p, err
}

// standing fills in the account's program and tiers, and the time zone.
func (s *Customers) standing(ctx context.Context, p *Profile, version int64) error {
	cfg, err := s.config(ctx, p.OrgID, version)
	if err != nil {
		return err
	}
	e := p.Enrollment
	p.Zone = cfg.Organization.TimeZone
	if e.ProgramID.IsZero() {
		return nil
	}
	if p.Program = cfg.Program; p.Program == nil || p.Program.ID != e.ProgramID {
		old, err := s.repo.Program(ctx, p.OrgID, e.ProgramID)
		if err != nil {
			return err
		}
		p.Program = &old
	}
	p.Tier = p.Program.Held(e.TierID, e.Lifetime)
	p.Next, p.Missing, _ = p.Program.NextTier(p.Tier, e.Lifetime)
	return nil
}

// Transactions is a page of the customer's ledger, newest first, and how many
// rows there are; an empty type means all. It needs loyalty.CustomersRead.
func (s *Customers) Transactions(ctx context.Context, actor loyalty.Actor, ref CustomerRef, typ loyalty.TransactionType, page loyalty.Page) ([]loyalty.Transaction, int, error) {
	m, err := s.Get(ctx, actor, ref)
	if err != nil {
		return nil, 0, err
	}
	return s.repo.CustomerTransactions(ctx, actor.OrgID, m.ID, typ, page)
}

// region is the country in which phone numbers are dialled: that of the store
// where actor works, else the organization's.
func (s *Customers) region(ctx context.Context, actor loyalty.Actor) (string, error) {
	// What is known from before will do: a restaurant doesn't move abroad.
	cfg, ok := s.known(actor.OrgID)
	if !ok {
		var err error
		if cfg, err = s.config(ctx, actor.OrgID, 0); err != nil {
			return "", err
		}
	}
	return regionOf(cfg, actor.StoreID), nil
}

func regionOf(cfg *loyalty.Config, storeID loyalty.ID) string {
	if store, err := cfg.Store(storeID); err == nil {
		return contact.Region(store.TimeZone, store.Currency)
	}
	return contact.Region(cfg.Organization.TimeZone, cfg.Organization.Currency)
}

// Export is everything held on a person.
type Export struct {
	loyalty.Member
	loyalty.History
	Merges []loyalty.Merge // of all accounts that are the customer's now, by time
	At     time.Time
}

// Export is everything held on the customer; that it was asked for is written
// down. It needs loyalty.CustomersRead.
func (s *Customers) Export(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (Export, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return Export{}, err
	}
	out := Export{At: s.now()}
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		var err, err2 error
		if out.Member, _, err = tx.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: id}); err != nil {
			return err
		}
		if out.Merges, err = mergesInto(ctx, tx, actor.OrgID, out.ID); err != nil {
			return err
		}
		out.History, err = tx.History(ctx, actor.OrgID, out.ID)
		err2 = tx.AddAudit(ctx, loyalty.Audit(actor, out.At, "customer.export", "customer", out.ID, nil))
		return errors.Join(err, err2)
	})
	return out, err
}
