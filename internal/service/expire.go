package service

import (
	"context"
	"errors"
	"fmt"
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
	due := func(after loyalty.ID) ([]loyalty.ID, error) {
		return s.repo.DueAccounts(ctx, actor.OrgID, today, after, batch)
	}
	return eachDue(ctx, due, func(id loyalty.ID) (bool, error) { return true, s.expireAccount(ctx, actor, id, today) })
}

// tooManyFailed is how many of what is due may fail before a round gives up:
// then it is not the accounts that are at fault.
const tooManyFailed = 100

// eachDue does the work for everything that due lists, page after page, and
// says how many it did. One that fails does not keep the others waiting; it
// is due again in the next round.
func eachDue(ctx context.Context, due func(after loyalty.ID) ([]loyalty.ID, error), do func(id loyalty.ID) (did bool, err error)) (int, error) {
	var failed []error
	done, after := 0, loyalty.ID{}
	for {
		ids, err := due(after)
		if err != nil || len(ids) == 0 {
			return done, errors.Join(append(failed, err)...)
		}
		for _, id := range ids {
			did, err := do(id)
			switch {
			case err != nil:
				failed = append(failed, fmt.Errorf("%s: %w", id, err))
			case did:
				done++
			}
			if ctx.Err() != nil || len(failed) == tooManyFailed {
				return done, errors.Join(failed...)
			}
		}
		after = ids[len(ids)-1]
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
	due := func(after loyalty.ID) ([]loyalty.ID, error) {
		return s.repo.DueHolds(ctx, actor.OrgID, s.now(), after, batch)
	}
	return eachDue(ctx, due, func(id loyalty.ID) (bool, error) {
		_, err := s.Cancel(ctx, actor, EndRedemption{RedemptionID: id})
		if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind == loyalty.Conflict {
			return false, nil // used or cancelled a moment ago
		}
		return true, err
	})
}
