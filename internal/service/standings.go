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

// standings is how the organization's members stand, as of at most a minute
// ago and not before the last change of what is set up.
func (s *Programs) standings(ctx context.Context, cfg *loyalty.Config) ([]loyalty.Standing, error) {
	orgID := cfg.Organization.ID
	place, _ := s.counts.LoadOrStore(orgID, &counted{})
	c := place.(*counted) //nolint:errcheck // nothing else is ever stored
	c.mu.Lock()
	defer c.mu.Unlock()
	now := s.now()
	if !c.at.IsZero() && c.cfg == cfg.Version && now.Sub(c.at) < standingsLife {
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
