package service

import (
	"context"
	"strconv"
	"strings"

	"regulars/internal/loyalty"
)

// MaxBulkCustomers is how many customers a bulk award may name one by one.
const MaxBulkCustomers = 10_000

// maxInactiveDays is ten years.
const maxInactiveDays = 3650

// BulkAwards gives many customers the same points, and takes them back, in the
// background.
type BulkAwards struct {
	*Core
	// Queue has Work called soon, on this server or another. Without it work is
	// found when it is due.
	Queue func(ctx context.Context, orgID, id loyalty.ID) error
}

// Segment is customers by what they have in common. What is left out asks
// nothing, and something must be asked.
type Segment struct {
	Tier         string // id or name of a tier of the active program
	InactiveDays *int64 // nothing has moved on the account for so many days, or ever
	ActiveDays   *int64 // something has moved in the last so many days
	BirthMonth   *int64
}

// AwardMany gives each customer named, or each of a segment, a number of
// points.
type AwardMany struct {
	CustomerIDs []loyalty.ID // nil: those of Segment
	Segment     *Segment
	Points      loyalty.Points
	Reason      string // 1–500 characters
	StoreID     loyalty.ID
	Once        loyalty.Once
}

// Start has the points given in the background, to each customer once: those
// who are meant are settled now. It needs loyalty.LoyaltyCreate. Customers who
// are frozen or gone by then get nothing, and neither does the account of
// whoever asks. One operation gives no more than loyalty.MaxPoints in all.
func (s *BulkAwards) Start(ctx context.Context, actor loyalty.Actor, cmd AwardMany) (loyalty.BulkAward, error) {
	cfg, err := s.allowed(ctx, actor, cmd.StoreID)
	if err != nil {
		return loyalty.BulkAward{}, err
	}
	var p loyalty.Problems
	checkPoints(&p, "points", cmd.Points)
	cmd.Reason = checkReason(&p, "reason", cmd.Reason, 500)
	segment := s.who(&p, cfg, cmd)
	if err := p.Err(); err != nil {
		return loyalty.BulkAward{}, err
	}
	now := s.now()
	b := loyalty.BulkAward{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), StoreID: cmd.StoreID, State: loyalty.BulkRunning, Points: cmd.Points, Reason: cmd.Reason,
		StaffID: actor.StaffID, KeyID: actor.KeyID, CreatedAt: now,
	}
	b, err = once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.BulkAward, error) {
		var missing []int64
		if b.Total, missing, err = tx.StartBulkAward(ctx, b, cmd.CustomerIDs, segment); err != nil {
			return b, err
		}
		if err := refuseBulk(b, missing); err != nil {
			return b, err
		}
		return b, tx.AddAudit(ctx, loyalty.Audit(actor, now, "points.award_many", "bulk_award", b.ID, map[string]any{
			"points": b.Points, "customers": b.Total,
		}))
	})
	if err == nil {
		s.queueSoon(ctx, b)
	}
	return b, err
}

// queueSoon has the award worked on soon.
func (s *BulkAwards) queueSoon(ctx context.Context, b loyalty.BulkAward) {
	if s.Queue == nil {
		return
	}
	if err := s.Queue(ctx, b.OrgID, b.ID); err != nil {
		// It is found when somebody looks for what is due.
		s.log.WarnContext(ctx, "queue a bulk award", "err", err)
	}
}

// BulkPreview is what a bulk award to a segment would do.
type BulkPreview struct {
	Customers int
	Currency  string
	program   *loyalty.Program
}

// Liability is what so many points for each would add to what the restaurant
// owes, in the currency's minor unit.
func (p BulkPreview) Liability(each loyalty.Points) loyalty.Minor {
	return p.program.Liability(each * loyalty.Points(p.Customers))
}

// Preview counts the customers of a segment. It needs loyalty.LoyaltyCreate.
func (s *BulkAwards) Preview(ctx context.Context, actor loyalty.Actor, of Segment) (BulkPreview, error) {
	cfg, err := s.allowed(ctx, actor, loyalty.ID{})
	if err != nil {
		return BulkPreview{}, err
	}
	var p loyalty.Problems
	segment := s.segment(&p, cfg, of)
	if err := p.Err(); err != nil {
		return BulkPreview{}, err
	}
	n, err := s.repo.SegmentSize(ctx, actor.OrgID, segment)
	return BulkPreview{Customers: n, Currency: cfg.Organization.Currency, program: cfg.Program}, err
}

// Get is a bulk award of the store, or with the zero store of any where actor
// may act. It needs loyalty.LoyaltyCreate.
func (s *BulkAwards) Get(ctx context.Context, actor loyalty.Actor, storeID, id loyalty.ID) (loyalty.BulkAward, error) {
	if err := actor.Require(loyalty.LoyaltyCreate); err != nil {
		return loyalty.BulkAward{}, err
	}
	b, err := s.repo.BulkAward(ctx, actor.OrgID, id)
	if err != nil {
		return b, err
	}
	if actor.RequireStore(b.StoreID) != nil || !storeID.IsZero() && b.StoreID != storeID {
		return loyalty.BulkAward{}, loyalty.Missing(loyalty.PrefixBulkAward.Noun())
	}
	return b, nil
}

func (s *BulkAwards) allowed(ctx context.Context, actor loyalty.Actor, storeID loyalty.ID) (*loyalty.Config, error) {
	if err := s.may(actor, loyalty.LoyaltyCreate, storeID); err != nil {
		return nil, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return nil, err
	}
	_, err = cfg.ActiveProgram()
	return cfg, err
}

// refuseBulk refuses customers who aren't there, and too much in all.
func refuseBulk(b loyalty.BulkAward, missing []int64) error {
	const named = 10
	if n := len(missing); n > 0 {
		var places []string
		for _, place := range missing[:min(n, named)] {
			places = append(places, strconv.FormatInt(place, 10))
		}
		if n > named {
			places = append(places, "…")
		}
		return loyalty.Errorf(loyalty.NotFound, loyalty.CodeNotFound,
			"%d of the customers named are no customers here, counted from 1: %s. Nobody was given anything; take them out and send it again.", n, strings.Join(places, ", "))
	}
	if b.Total > 0 && b.Points > loyalty.MaxPoints/loyalty.Points(b.Total) {
		var p loyalty.Problems
		p.Add("points", "must be at most %d for %d customers: one operation gives no more than 1,000,000,000 points in all",
			int64(loyalty.MaxPoints)/int64(b.Total), b.Total)
		return p.Err()
	}
	return nil
}

// who checks whom the award is for.
func (s *BulkAwards) who(p *loyalty.Problems, cfg *loyalty.Config, cmd AwardMany) loyalty.Segment {
	switch {
	case cmd.Segment != nil && cmd.CustomerIDs != nil:
		p.Add("segment", "must not come with customer ids: name customers one by one, or a segment")
	case cmd.Segment != nil:
		return s.segment(p, cfg, *cmd.Segment)
	case len(cmd.CustomerIDs) == 0:
		p.Add("customerIds", "must name at least one customer; or send a segment")
	case len(cmd.CustomerIDs) > MaxBulkCustomers:
		p.Add("customerIds", "must name at most %d customers; send the rest in another request, or a segment", MaxBulkCustomers)
	}
	return loyalty.Segment{}
}

func (s *BulkAwards) segment(p *loyalty.Problems, cfg *loyalty.Config, of Segment) loyalty.Segment {
	var out loyalty.Segment
	if of == (Segment{}) {
		p.Add("segment", "must ask for something: a tier, inactive days (0 for everybody) or a month of birth")
	}
	if of.Tier != "" {
		out.TierID = tierNamed(cfg.Program, of.Tier)
		if out.TierID.IsZero() {
			p.Add("segment.tier", "must be the id or the name of a tier of the active program")
		}
	}
	today := loyalty.DayIn(cfg.Organization.TimeZone, s.now())
	if n := of.InactiveDays; n != nil && days(p, "segment.inactiveDays", *n, 0) {
		out.Until = today.AddDate(0, 0, 1-int(*n))
	}
	if n := of.ActiveDays; n != nil && days(p, "segment.activeDays", *n, 1) {
		out.Since = today.AddDate(0, 0, 1-int(*n))
	}
	if n := of.BirthMonth; n != nil {
		if *n < 1 || *n > 12 {
			p.Add("segment.birthdayMonth", "must be a month from 1 to 12")
		} else {
			out.BirthMonth = int(*n)
		}
	}
	return out
}

func days(p *loyalty.Problems, field string, n, least int64) bool {
	if n < least || n > maxInactiveDays {
		p.Add(field, "must be a whole number of days from %d to %d", least, maxInactiveDays)
		return false
	}
	return true
}

func tierNamed(program *loyalty.Program, text string) loyalty.ID {
	id, isID := loyalty.PrefixTier.Parse(text)
	for _, t := range program.Tiers {
		if isID && t.ID == id || strings.EqualFold(t.Name, strings.TrimSpace(text)) {
			return t.ID
		}
	}
	return loyalty.ID{}
}
