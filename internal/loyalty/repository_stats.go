package loyalty

import (
	"context"
	"time"
)

// StatsReader reads figures that are kept up as they happen.
type StatsReader interface {
	// AllTime are the organization's figures since it exists.
	AllTime(ctx context.Context, orgID ID) (Totals, error)
	// Days are the figures of each day in order; quiet days are left out.
	Days(ctx context.Context, orgID ID, q FiguresQuery) ([]DayFigures, error)
	// StoreDays are the figures of each store, all days of q together; quiet
	// stores are left out.
	StoreDays(ctx context.Context, orgID ID, q FiguresQuery) ([]StoreFigures, error)
	// ActiveSince is how many customers had their last transaction on the day
	// or later.
	ActiveSince(ctx context.Context, orgID ID, day time.Time) (int64, error)
	// TierMembers is how many customers hold each tier; those nobody holds are
	// left out.
	TierMembers(ctx context.Context, orgID ID) (map[ID]int64, error)
	// RedeemedRewards is how often each reward was redeemed, less what was
	// cancelled; one that comes to nothing is left out.
	RedeemedRewards(ctx context.Context, orgID ID, q FiguresQuery) (map[ID]int64, error)
	// LastActivity is when the last transaction was; the zero time before the
	// first.
	LastActivity(ctx context.Context, orgID ID) (time.Time, error)
	// Present is all of ActiveSince, of two days, TierMembers and LastActivity at
	// once.
	Present(ctx context.Context, orgID ID, since, lately time.Time) (Present, error)
}

// Present is how an organization stands just now.
type Present struct {
	Active       int64 // customers whose last transaction was on the day since or later
	Lately       int64 // and on the day lately or later
	Tiers        map[ID]int64
	LastActivity time.Time
}

// StatsWriter keeps the figures small.
type StatsWriter interface {
	// CompactStats puts the counters of days before the given one together, and
	// says how many there were too many.
	CompactStats(ctx context.Context, orgID ID, before time.Time) (int, error)
}
