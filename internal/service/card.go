package service

import (
	"bytes"
	"context"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// Cards issues membership cards and shows them to their guests.
type Cards struct {
	*Core
	customers *Customers
	rewards   *Rewards
}

// NewCards returns the use cases over c.
func NewCards(c *Core) *Cards {
	return &Cards{Core: c, customers: NewCustomers(c), rewards: &Rewards{Core: c}}
}

// Issued is a card with the token of its link. Token is "" where the server's
// key is another than when the card was issued: the link still works, but it
// can't be shown again.
type Issued struct {
	loyalty.Card
	Token string
}

func issued(card loyalty.Card, key []byte) Issued {
	token := secret.CardToken(key, card.Seed)
	if hash := secret.Hash(token); !bytes.Equal(hash[:], card.TokenHash) {
		token = ""
	}
	return Issued{Card: card, Token: token}
}

// Of is the customer's card; a NotFound when there is none. key is the
// server's, which tokens are made with. It needs loyalty.CustomersRead.
func (s *Cards) Of(ctx context.Context, actor loyalty.Actor, customerID loyalty.ID, key []byte) (Issued, error) {
	if err := actor.Require(loyalty.CustomersRead); err != nil {
		return Issued{}, err
	}
	m, _, err := s.repo.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: customerID})
	if err != nil {
		return Issued{}, err
	}
	card, err := s.repo.CardOf(ctx, actor.OrgID, m.ID)
	if err != nil {
		return Issued{}, err
	}
	return issued(card, key), nil
}

// IssueCard gives a guest a card.
type IssueCard struct {
	CustomerID loyalty.ID
	Key        []byte // the server's, which tokens are made with
	Once       loyalty.Once
}

// Issue gives the guest a new card; one the guest had before opens nothing any
// more. It needs loyalty.CustomersCreate.
func (s *Cards) Issue(ctx context.Context, actor loyalty.Actor, cmd IssueCard) (Issued, error) {
	if err := actor.Require(loyalty.CustomersCreate); err != nil {
		return Issued{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (Issued, error) {
		m, err := tx.LockMember(ctx, actor.OrgID, cmd.CustomerID)
		if err != nil {
			return Issued{}, err
		}
		seed := secret.NewSeed()
		token := secret.CardToken(cmd.Key, seed)
		hash := secret.Hash(token)
		card := loyalty.Card{
			OrgID: actor.OrgID, CustomerID: m.ID, Code: loyalty.NewCardCode(), Seed: seed, TokenHash: hash[:], IssuedAt: s.now(),
		}
		before, err := tx.RevokeCards(ctx, actor.OrgID, m.ID)
		if err != nil {
			return Issued{}, err
		}
		if err := tx.AddCard(ctx, card); err != nil {
			return Issued{}, err
		}
		return Issued{Card: card, Token: token}, tx.AddAudit(ctx, loyalty.Audit(
			actor, card.IssuedAt, "card.issue", "customer", m.ID, map[string]any{"replaced": before > 0}))
	})
}

// RevokeCard takes a guest's card away.
type RevokeCard struct {
	CustomerID loyalty.ID
	Once       loyalty.Once
}

// Revoke ends the guest's card: neither its link nor its code work any more.
// Without a card it is a NotFound. It needs loyalty.CustomersCreate. The
// result is the customer.
func (s *Cards) Revoke(ctx context.Context, actor loyalty.Actor, cmd RevokeCard) (loyalty.ID, error) {
	if err := actor.Require(loyalty.CustomersCreate); err != nil {
		return loyalty.ID{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.ID, error) {
		m, err := tx.LockMember(ctx, actor.OrgID, cmd.CustomerID)
		if err != nil {
			return loyalty.ID{}, err
		}
		n, err := tx.RevokeCards(ctx, actor.OrgID, m.ID)
		if err != nil {
			return loyalty.ID{}, err
		}
		if n == 0 {
			return loyalty.ID{}, loyalty.Missing("card")
		}
		return m.ID, tx.AddAudit(ctx, loyalty.Audit(actor, s.now(), "card.revoke", "customer", m.ID, nil))
	})
}

// CardFace is what a membership card shows, and all that its link tells.
type CardFace struct {
	Restaurant string
	FirstName  string
	Code       string
	Balance    loyalty.Points
	Held       loyalty.Points // of the balance, until a manager has decided
	Frozen     bool
	Lifetime   loyalty.Points
	Program    *loyalty.Program // nil without one
	Tier       loyalty.Tier     // zero without a program
	Next       loyalty.Tier     // zero at the top
	Missing    loyalty.Points   // lifetime points to Next
	Offers     []Offer          // cheapest first
}

// Face is the card that the link with the token shows, whoever asks. A token
// that is unknown, revoked or no token at all is a NotFound.
func (s *Cards) Face(ctx context.Context, token string) (CardFace, error) {
	if !secret.IsCardToken(token) {
		return CardFace{}, loyalty.Missing("card")
	}
	hash := secret.Hash(token)
	card, err := s.repo.CardByToken(ctx, hash[:])
	if err != nil {
		return CardFace{}, err
	}
	m, version, err := s.repo.Member(ctx, card.OrgID, loyalty.CustomerKey{ID: card.CustomerID})
	if err != nil {
		return CardFace{}, err
	}
	p := Profile{Member: m}
	if err := s.customers.standing(ctx, &p, version); err != nil {
		return CardFace{}, err
	}
	cfg, err := s.config(ctx, card.OrgID, version)
	if err != nil {
		return CardFace{}, err
	}
	// The guest asks, and may know no more than what is on the card.
	guest := loyalty.Actor{Role: loyalty.System, OrgID: card.OrgID}
	offers, err := s.rewards.Offers(ctx, guest, OffersQuery{Customer: CustomerRef{ID: card.CustomerID}})
	if err != nil {
		return CardFace{}, err
	}
	held, err := s.repo.UnderReview(ctx, card.OrgID, m.ID)
	if err != nil {
		return CardFace{}, err
	}
	first, _ := loyalty.FirstName(m.Name)
	return CardFace{
		Restaurant: cfg.Organization.Name, FirstName: first, Code: card.Code, Balance: m.Enrollment.Balance, Lifetime: m.Enrollment.Lifetime,
		Program: p.Program, Tier: p.Tier, Next: p.Next, Missing: p.Missing, Offers: offers,
		Held: held, Frozen: !m.Enrollment.FrozenAt.IsZero(),
	}, nil
}

// cardHolder is the one guest that a card's code finds.
type cardHolder loyalty.Member

// page is the holder as a page of a list.
func (m cardHolder) page(page loyalty.Page) MemberPage {
	p := MemberPage{Total: 1}
	if page.Skip() == 0 {
		p.Members = []loyalty.Member{loyalty.Member(m)}
	}
	return p
}

// withCard is the guest whose card's code was typed; not ok when it is no code
// of a card.
func (s *Customers) withCard(ctx context.Context, orgID loyalty.ID, typed string) (cardHolder, bool, error) {
	code, ok := loyalty.ParseCardCode(typed)
	if !ok {
		return cardHolder{}, false, nil
	}
	card, err := s.repo.CardByCode(ctx, orgID, code)
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return cardHolder{}, false, nil
	}
	if err != nil {
		return cardHolder{}, false, err
	}
	m, _, err := s.repo.Member(ctx, orgID, loyalty.CustomerKey{ID: card.CustomerID})
	return cardHolder(m), err == nil, err
}
