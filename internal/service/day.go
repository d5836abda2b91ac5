package service

import (
	"time"

	"regulars/internal/loyalty"
)

// businessDay is the day that something at the store counts in; without a
// store, the organization's.
func businessDay(cfg *loyalty.Config, storeID loyalty.ID, at time.Time) time.Time {
	if store, err := cfg.Store(storeID); err == nil {
		return store.Day(at)
	}
	return loyalty.DayIn(cfg.Organization.TimeZone, at)
}

// expiry is when points given on day stop counting; the zero time when they
// never do or no program is active.
func expiry(cfg *loyalty.Config, day time.Time) time.Time {
	if cfg.Program == nil {
		return time.Time{}
	}
	return cfg.Program.ExpiryDay(day)
}
