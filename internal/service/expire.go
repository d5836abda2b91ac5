package service

import (
	"context"
	"errors"
	"time"

	"regulars/internal/loyalty"
)

// batch is how many accounts one step of a background job takes up.
const batch = 500

// ExpirePoints takes the points whose time is over out of every account of the
// organization, and says how many accounts it changed. Running it twice, or
// twice at once, changes nothing more. It is for the program itself.
func (s *Ledger) ExpirePoints(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return 0, err
	}
	today := loyalty.DayIn(cfg.Organization.TimeZone, s.now())
	done := 0
	for {
		due, err := s.repo.DueAccounts(ctx, actor.OrgID, today, batch)
		if err != nil || len(due) == 0 {
			return done, err
		}
		for _, id := range due {
			if err := s.expireAccount(ctx, actor, id, today); err != nil {
				return done, err
			}
			done++
		}
	}
}

func (s *Ledger) expireAccount(ctx context.Context, actor loyalty.Actor, customerID loyalty.ID, today time.Time) error {
	q := loyalty.SnapshotQuery{CustomerID: customerID, Lots: true}
	_, err := post(ctx, s.Core, actor.OrgID, q, loyalty.Once{}, func(snap loyalty.Snapshot, _ *loyalty.Config) (decision[struct{}], error) {
		now, a := s.now(), snap.Account
		posting := loyalty.Posting{CustomerID: a.CustomerID, Revision: a.Revision, Day: today, At: now}
		var total loyalty.Points
		for _, l := range a.Lots {
			if !l.ExpiresOn.IsZero() && !l.ExpiresOn.After(today) {
				total += l.Points
				posting.Lots = append(posting.Lots, loyalty.Lot{ExpiresOn: l.ExpiresOn, Points: -l.Points})
			}
		}
		if total == 0 {
			return decision[struct{}]{}, nil
		}
		row := loyalty.Transaction{ID: loyalty.NewID(now), Type: loyalty.Expire, Points: -total, Reason: "Points expired", At: now}
		return decision[struct{}]{posting: &posting}, a.Add(&posting, row)
	})
	return err
}

// ReleaseHolds cancels the organization's held redemptions whose time is over,
// giving their points back, and says how many.
func (s *Ledger) ReleaseHolds(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	done := 0
	for {
		due, err := s.repo.DueHolds(ctx, actor.OrgID, s.now(), batch)
		if err != nil || len(due) == 0 {
			return done, err
		}
		for _, id := range due {
			_, err := s.Cancel(ctx, actor, EndRedemption{RedemptionID: id})
			if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind == loyalty.Conflict {
				continue // used or cancelled a moment ago
			}
			if err != nil {
				return done, err
			}
			done++
		}
	}
}
