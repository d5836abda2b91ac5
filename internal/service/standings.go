package service

import (
	"context"
	"sync"
	"time"

	"regulars/internal/loyalty"
)

// manyMembers is from when on counting them is remembered. Fewer are counted
// in a moment, so they are counted anew each time.
const manyMembers = 20_000

// standingsLife is how long. Who moves a threshold about asks several times a
// second what would become of it, of the same members.
const standingsLife = time.Minute

// counted is how an organization's members stood.
type counted struct {
	mu  sync.Mutex // held while counting, so that those who ask meanwhile wait for the same count
	at  time.Time  // zero before the first, and when it isn't remembered
	cfg int64      // the version of what was set up then
	all []loyalty.Standing
}

// Quick reports whether a preview and a spread answer at once: the members were
// counted lately, or are few. It needs loyalty.LoyaltyRead.
func (s *Programs) Quick(ctx context.Context, actor loyalty.Actor) (bool, error) {
	members, err := s.Members(ctx, actor)
	if err != nil {
		return false, err
	}
	n := int64(0)
	for _, m := range members {
		n += m
	}
	if n < manyMembers {
		return true, nil
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return false, err
	}
	place, _ := s.counts.LoadOrStore(actor.OrgID, &counted{})
	c := place.(*counted) //nolint:errcheck // nothing else is ever stored
	if !c.mu.TryLock() {
		return false, nil // somebody is counting
	}
	defer c.mu.Unlock()
	return c.fresh(cfg.Version, s.now()), nil
}

// Members is how many hold each tier, of any program. It needs
// loyalty.LoyaltyRead.
func (s *Programs) Members(ctx context.Context, actor loyalty.Actor) (map[loyalty.ID]int64, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	return s.repo.TierMembers(ctx, actor.OrgID)
}

func (c *counted) fresh(cfg int64, now time.Time) bool {
	return !c.at.IsZero() && c.cfg == cfg && now.Sub(c.at) < standingsLife
}

// standings is how the organization's members stand, as of at most a minute
// ago and not before the last change of what is set up.
func (s *Programs) standings(ctx context.Context, cfg *loyalty.Config) ([]loyalty.Standing, error) {
	orgID := cfg.Organization.ID
	place, _ := s.counts.LoadOrStore(orgID, &counted{})
	c := place.(*counted) //nolint:errcheck // nothing else is ever stored
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.now()
	if c.fresh(cfg.Version, now) {
		return c.all, nil
	}
	c.at, c.all = time.Time{}, nil
	all, err := s.repo.Standings(ctx, orgID, now.Add(-loyalty.SalesWindow))
	if err != nil {
		return nil, err
	}
	members := int64(0)
	for _, x := range all {
		members += x.Members
	}
	if members >= manyMembers {
		c.at, c.cfg, c.all = now, cfg.Version, all
	}
	return all, nil
}
