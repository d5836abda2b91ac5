package service

import (
	"context"
	"errors"
	"time"

	"regulars/internal/loyalty"
)

// OffersQuery asks what can be had where, and by whom.
type OffersQuery struct {
	StoreID  loyalty.ID  // zero: anywhere
	Customer CustomerRef // nobody when zero
}

// Offer is a reward that is offered just now.
type Offer struct {
	loyalty.Reward
	MinTier loyalty.Tier // zero when every tier can have it
	// Affordable says whether the customer could redeem it now, and Why why
	// not; all are zero without a customer.
	Affordable bool
	Why        *loyalty.Error
	// Missing is how many points more it takes, of those that can be spent.
	Missing loyalty.Points
}

// Offers are the rewards of the active program that are active, in their
// window and at the store, the cheapest first. It needs loyalty.LoyaltyRead.
func (s *Rewards) Offers(ctx context.Context, actor loyalty.Actor, q OffersQuery) ([]Offer, error) {
	if err := s.may(actor, loyalty.LoyaltyRead, q.StoreID); err != nil {
		return nil, err
	}
	var buyer *buyer
	var version int64
	if q.Customer != (CustomerRef{}) {
		b, err := s.buyer(ctx, actor.OrgID, q.Customer)
		if err != nil {
			return nil, err
		}
		buyer, version = &b, b.config
	}
	cfg, err := s.config(ctx, actor.OrgID, version)
	if err != nil {
		return nil, err
	}
	if !q.StoreID.IsZero() {
		if _, err := cfg.Store(q.StoreID); err != nil {
			return nil, err
		}
	}
	if cfg.Program == nil {
		return nil, nil
	}
	rewards, err := s.repo.Rewards(ctx, actor.OrgID)
	if err != nil {
		return nil, err
	}
	return offered(rewards, cfg.Program, buyer, q.StoreID, s.now()), nil
}

// buyer is a customer who looks at the catalog.
type buyer struct {
	account  loyalty.Enrollment
	redeemed map[loyalty.ID]int
	config   int64 // version of the configuration, as read
}

func (s *Rewards) buyer(ctx context.Context, orgID loyalty.ID, ref CustomerRef) (buyer, error) {
	q := ref.query()
	q.Lots = true
	snap, err := s.repo.Snapshot(ctx, orgID, q)
	if err != nil {
		return buyer{}, err
	}
	snap.Account.Balance -= snap.UnderReview // can't be spent before a manager has looked
	redeemed, err := s.repo.RedeemedBy(ctx, orgID, snap.Account.CustomerID)
	return buyer{snap.Account.Enrollment, redeemed, snap.Config}, err
}

func offered(rewards []loyalty.Reward, program *loyalty.Program, b *buyer, storeID loyalty.ID, now time.Time) []Offer {
	var out []Offer
	for _, r := range rewards {
		if r.ProgramID != program.ID || !r.OfferedAt(now, storeID) {
			continue
		}
		o := Offer{Reward: r}
		o.MinTier, _ = program.Tier(r.MinTierID)
		if b != nil {
			o.Why = refusal(r, program, *b, storeID, now)
			o.Affordable = o.Why == nil
			o.Missing = max(0, r.Cost-b.account.Balance)
		}
		out = append(out, o)
	}
	return out
}

// refusal is what a redemption would be refused with now; nil when it
// wouldn't.
func refusal(r loyalty.Reward, program *loyalty.Program, b buyer, storeID loyalty.ID, now time.Time) *loyalty.Error {
	err := b.account.CheckOpen()
	if err == nil {
		err = CheckReward(r, program, b.account, b.redeemed[r.ID], storeID, now)
	}
	if why, ok := errors.AsType[*loyalty.Error](err); ok {
		return why
	}
	return nil
}
