package service

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/internal/loyalty"
)

// Stats tells what the program does and what it owes. It reads what is counted
// as it happens, so its cost does not grow with the number of customers.
type Stats struct{ *Core }

// NewStats returns the use cases over c.
func NewStats(c *Core) *Stats { return &Stats{c} }

// Totals are the organization's figures since it exists, and what it has set
// up. It needs loyalty.LoyaltyRead.
func (s *Stats) Totals(ctx context.Context, actor loyalty.Actor) (loyalty.Totals, *loyalty.Config, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return loyalty.Totals{}, nil, err
	}
	t, err := s.repo.AllTime(ctx, actor.OrgID)
	if err != nil {
		return loyalty.Totals{}, nil, err
	}
	cfg, err := s.config(ctx, actor.OrgID, t.Config)
	return t, cfg, err
}

// AnalyticsQuery says which figures are wanted.
type AnalyticsQuery struct {
	// From and To bound the days, in the organization's time zone: the day that
	// From lies in up to the last one that begins before To. Zero From is 30
	// days before To, zero To is now. At most 366 days.
	From, To time.Time
	StoreID  loyalty.ID // zero for all that actor may see
}

// The periods of figures, in days.
const (
	usualPeriod = 30
	maxPeriod   = 366
)

// Analytics are the figures of a period, and what is so now.
type Analytics struct {
	From, To time.Time // instants, both at the start of a day; To is not included
	Currency string    // the store's if one was asked for, else the organization's
	Period   loyalty.Figures
	Before   loyalty.Figures // of as many days right before
	// Last and LastBefore are the last day of either, to be left out where the
	// period's isn't over.
	Last, LastBefore loyalty.Figures
	Days             []loyalty.DayFigures // every day of the period, quiet ones too
	// ActiveMembers are customers whose last transaction is not before From.
	ActiveMembers int64
	// ActiveLately are those of as many days up to today: who was active in days
	// that are over isn't known once they came again.
	ActiveLately int64
	Outstanding  loyalty.Points   // what all customers hold now, at least 0
	Liability    loyalty.Minor    // what that is worth; 0 without a program
	Tiers        []TierShare      // of the active program, from the lowest
	Rewards      []loyalty.Reward // most redeemed first, ever
	Favorites    []RewardShare    // most redeemed first, in the period and the stores asked for
	Program      *loyalty.Program // the active one, if any
	LastActivity time.Time        // of the last transaction; zero before the first
}

// TierShare is how many customers hold a tier.
type TierShare struct {
	Tier    loyalty.Tier
	Members int64
}

// RewardShare is how often a reward was redeemed, less what was cancelled.
type RewardShare struct {
	Reward      loyalty.Reward
	Redemptions int64
}

// Analytics needs loyalty.LoyaltyRead. Figures by store are those of orders and
// points; active members, new customers, liability, tiers and rewards since ever are
// the organization's.
func (s *Stats) Analytics(ctx context.Context, actor loyalty.Actor, q AnalyticsQuery) (Analytics, error) {
	all, cfg, err := s.Totals(ctx, actor)
	if err != nil {
		return Analytics{}, err
	}
	stores, currency, err := s.scope(cfg, actor, q.StoreID)
	if err != nil {
		return Analytics{}, err
	}
	from, to, err := q.days(cfg.Organization.TimeZone, s.now())
	if err != nil {
		return Analytics{}, err
	}
	zone := cfg.Organization.TimeZone
	a := Analytics{
		From: loyalty.StartOfDay(zone, from), To: loyalty.StartOfDay(zone, to), Currency: currency, Program: cfg.Program,
		Outstanding: max(0, all.Balance),
	}
	// Neither waits for the other: the page is drawn when the slower is there.
	group, ctx := errgroup.WithContext(ctx)
	var redeemed map[loyalty.ID]int64
	group.Go(func() error {
		length := to.Sub(from)
		found, err := s.repo.Days(ctx, actor.OrgID, loyalty.FiguresQuery{From: from.Add(-length), To: to, StoreIDs: stores})
		if err != nil {
			return err
		}
		a.spread(found, from, to)
		redeemed, err = s.repo.RedeemedRewards(ctx, actor.OrgID, loyalty.FiguresQuery{From: from, To: to, StoreIDs: stores})
		if err != nil || len(stores) == 0 {
			return err
		}
		return s.joined(ctx, actor.OrgID, from, to, &a)
	})
	group.Go(func() error {
		lately := loyalty.DayIn(zone, s.now()).AddDate(0, 0, 1).Add(from.Sub(to))
		return s.standing(ctx, actor.OrgID, cfg.Program, from, lately, &a)
	})
	if err := group.Wait(); err != nil {
		return Analytics{}, err
	}
	a.favor(redeemed)
	return a, nil
}

// StoreDays is over how many days ByStore looks.
const StoreDays = 30

// ByStore are the figures of the last StoreDays days of each of the stores
// that actor may see; quiet ones are left out. It needs loyalty.LoyaltyRead.
func (s *Stats) ByStore(ctx context.Context, actor loyalty.Actor, stores []loyalty.Store) (map[loyalty.ID]loyalty.StoreFigures, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	to := loyalty.DayIn("UTC", s.now()).AddDate(0, 0, 2) // whose day is furthest on
	q := loyalty.FiguresQuery{From: to.AddDate(0, 0, -StoreDays-1), To: to}
	for _, one := range stores {
		if actor.RequireStore(one.ID) == nil {
			q.StoreIDs = append(q.StoreIDs, one.ID)
		}
	}
	found, err := s.repo.StoreDays(ctx, actor.OrgID, q)
	out := make(map[loyalty.ID]loyalty.StoreFigures, len(found))
	for _, f := range found {
		out[f.StoreID] = f
	}
	return out, err
}

// favor ranks what was redeemed. What more was cancelled of than redeemed,
// because that was before, is none.
func (a *Analytics) favor(redeemed map[loyalty.ID]int64) {
	for _, r := range a.Rewards {
		if n := redeemed[r.ID]; n > 0 {
			a.Favorites = append(a.Favorites, RewardShare{r, n})
		}
	}
	slices.SortStableFunc(a.Favorites, func(x, y RewardShare) int { return cmp.Compare(y.Redemptions, x.Redemptions) })
}

// joined counts the new customers of stores: guests join the organization, and
// are counted at no store.
func (s *Stats) joined(ctx context.Context, orgID loyalty.ID, from, to time.Time, a *Analytics) error {
	found, err := s.repo.Days(ctx, orgID, loyalty.FiguresQuery{From: from.Add(-to.Sub(from)), To: to, StoreIDs: []loyalty.ID{{}}})
	for _, f := range found {
		if f.Day.Before(from) {
			a.Before.Customers += f.Customers
			if f.Day.Equal(from.AddDate(0, 0, -1)) {
				a.LastBefore.Customers += f.Customers
			}
		} else {
			a.Period.Customers += f.Customers
			if f.Day.Equal(to.AddDate(0, 0, -1)) {
				a.Last.Customers += f.Customers
			}
		}
	}
	return err
}

// scope is which stores are meant, and in which currency they sell.
func (s *Stats) scope(cfg *loyalty.Config, actor loyalty.Actor, storeID loyalty.ID) ([]loyalty.ID, string, error) {
	if storeID.IsZero() {
		return actor.StoreIDs, cfg.Organization.Currency, nil
	}
	if err := actor.RequireStore(storeID); err != nil {
		return nil, "", err
	}
	store, err := cfg.Store(storeID)
	return []loyalty.ID{storeID}, store.Currency, err
}

// days are the period's first day and the one after its last.
func (q AnalyticsQuery) days(zone string, now time.Time) (from, to time.Time, err error) {
	if to = loyalty.DayIn(zone, now).AddDate(0, 0, 1); !q.To.IsZero() {
		to = loyalty.DayIn(zone, q.To)
		if q.To.After(loyalty.StartOfDay(zone, to)) {
			to = to.AddDate(0, 0, 1)
		}
	}
	if from = to.AddDate(0, 0, -usualPeriod); !q.From.IsZero() {
		from = loyalty.DayIn(zone, q.From)
	}
	var p loyalty.Problems
	switch {
	case !from.Before(to):
		p.Add("from", "must be before to")
	case to.Sub(from) > maxPeriod*24*time.Hour:
		p.Add("from", "must be at most %d days before to", maxPeriod)
	}
	return from, to, p.Err()
}

// spread sorts the figures found into the days of the period and the sum of
// the days before it.
func (a *Analytics) spread(found []loyalty.DayFigures, from, to time.Time) {
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		a.Days = append(a.Days, loyalty.DayFigures{Day: day})
	}
	for _, f := range found {
		if f.Day.Before(from) {
			a.Before.Add(f.Figures)
			if f.Day.Equal(from.AddDate(0, 0, -1)) {
				a.LastBefore.Add(f.Figures)
			}
			continue
		}
		a.Period.Add(f.Figures)
		if f.Day.Equal(to.AddDate(0, 0, -1)) {
			a.Last.Add(f.Figures)
		}
		a.Days[int(f.Day.Sub(from)/(24*time.Hour))].Add(f.Figures)
	}
}

// standing fills in what is so now.
func (s *Stats) standing(ctx context.Context, orgID loyalty.ID, program *loyalty.Program, from, lately time.Time, a *Analytics) error {
	now, err := s.repo.Present(ctx, orgID, from, lately)
	if err != nil {
		return err
	}
	a.ActiveMembers, a.ActiveLately, a.LastActivity = now.Active, now.Lately, now.LastActivity
	if a.Rewards, err = s.repo.Rewards(ctx, orgID); err != nil {
		return err
	}
	slices.SortStableFunc(a.Rewards, func(x, y loyalty.Reward) int { return cmp.Compare(y.Redeemed, x.Redeemed) })
	if program == nil {
		return nil
	}
	a.Liability = loyalty.Minor(a.Outstanding) * program.CurrencyPerPoint
	for _, t := range program.Tiers {
		a.Tiers = append(a.Tiers, TierShare{t, now.Tiers[t.ID]})
	}
	return nil
}

// Compact keeps adding up a long history quick, and says how many counters it
// put together. It is for the program itself, now and then.
func (s *Stats) Compact(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return 0, err
	}
	// Yesterday may still go on somewhere.
	before := s.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	n := 0
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		n, err = tx.CompactStats(ctx, actor.OrgID, before)
		return err
	})
	return n, err
}
