package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// forecast works out what the staged orders would earn, by the rule they will
// earn by. It takes the guests one after the other, so that it needs no more
// memory for many than for few.
func (r *orderImport) forecast(ctx context.Context) error {
	today := loyalty.DayIn(r.cfg.Organization.TimeZone, r.started)
	var guest string
	var lifetime loyalty.Points
	var tier loyalty.Tier
	done := 0
	return r.core.repo.StagedVisits(ctx, r.actor.OrgID, r.id, func(v loyalty.StagedVisit) error {
		if done++; done%(10*importStep) == 0 {
			r.progress(true, done, r.result.Orders)
		}
		if v.CustomerRef == "" {
			return nil
		}
		if v.CustomerRef != guest {
			guest, lifetime, tier = v.CustomerRef, v.Lifetime, loyalty.Tier{ID: v.TierID}
			if r.cfg.Program != nil {
				tier = r.cfg.Program.Held(v.TierID, v.Lifetime)
			}
			if v.Known {
				r.result.Matched++
			}
		}
		if r.cfg.Program == nil || v.Frozen {
			r.result.Unawarded++
			return nil
		}
		store := r.place(v.StoreID)
		points, err := loyalty.Earned(v.Total, loyalty.Exponent(store.currency), r.cfg.Program.Rate, tier.Multiplier, 100, 0)
		if err != nil {
			return err
		}
		lifetime += points
		tier = r.cfg.Program.Retier(tier, lifetime, false)
		r.result.Points += points
		day := loyalty.DayIn(store.zone.String(), v.At)
		if ends := r.cfg.Program.ExpiryDay(day); over(ends, today) {
			r.result.Expired += points
		}
		return nil
	})
}

// place is the store with the id, there already or to be created.
func (r *orderImport) place(id loyalty.ID) importedStore {
	if s, ok := r.known[id]; ok {
		return s
	}
	return importedStore{id, r.cfg.Organization.Currency, r.zone}
}

// over reports whether points that stop counting on the day ends have stopped
// by today; never for the zero day.
func over(ends, today time.Time) bool { return !ends.IsZero() && !ends.After(today) }
