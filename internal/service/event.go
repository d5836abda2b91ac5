package service

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"regulars/internal/loyalty"
)

// RecordEvent reports that a customer did something that may earn points.
type RecordEvent struct {
	Customer CustomerRef
	Event    string // the event type's key
	Amount   string // decimal, required when the type is variable
	EventID  string // makes it once-only in the organization; "" for none
	Metadata []byte // a JSON object of at most 4 KiB
	Once     loyalty.Once
}

// Why an event gave no points.
const (
	EventInactive   = "inactive"
	EventDailyLimit = "daily_limit"
	EventCooldown   = "cooldown"
	EventZeroPoints = "zero_points"
	EventRepeated   = "repeated"
)

// EventResult is what an event earned.
type EventResult struct {
	ID         loyalty.ID
	Award      *Awarded // nil when it gave no points
	NotAwarded string   // why, when Award is nil
	Repeated   bool     // EventID was counted before
	Balance    loyalty.Points
	At         time.Time
}

// Record gives the points of a custom event, or says why it gives none. It
// needs loyalty.LoyaltyCreate. An unknown event type is NotFound.
func (s *Ledger) Record(ctx context.Context, actor loyalty.Actor, cmd RecordEvent) (EventResult, error) {
	if err := actor.Require(loyalty.LoyaltyCreate); err != nil {
		return EventResult{}, err
	}
	var p loyalty.Problems
	cmd.EventID = checkText(&p, "eventId", cmd.EventID, 0, 255)
	if len(cmd.Metadata) > 4096 {
		p.Add("metadata", "must be at most 4 KiB")
	}
	kind, err := s.repo.EventTypeByKey(ctx, actor.OrgID, cmd.Event)
	if err != nil {
		return EventResult{}, s.answered(ctx, actor.OrgID, cmd.Once, err)
	}
	points := eventPoints(&p, kind, cmd.Amount)
	if err := p.Err(); err != nil {
		return EventResult{}, s.answered(ctx, actor.OrgID, cmd.Once, err)
	}
	q := cmd.Customer.query()
	q.EventTypeID, q.Recent = kind.ID, recentAwards
	if cmd.EventID != "" {
		q.EventKey = cmd.EventID
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return EventResult{}, err
	}
	q.Day = loyalty.DayIn(cfg.Organization.TimeZone, s.now())
	return post(ctx, s.Core, actor.OrgID, q, cmd.Once, func(snap loyalty.Snapshot, cfg *loyalty.Config) (decision[EventResult], error) {
		return s.decideEvent(ctx, snap, cfg, actor, kind, cmd, points)
	})
}

// eventPoints is what one event of the kind gives.
func eventPoints(p *loyalty.Problems, kind loyalty.EventType, amount string) loyalty.Points {
	if kind.Mode == loyalty.EventFixed {
		return kind.Points
	}
	const exponent = 4
	n, ok := loyalty.ParseDecimal(amount, exponent)
	if !ok || n < 0 {
		p.Add("amount", "is required for this event: a number from 0 with at most 4 decimals")
		return 0
	}
	points, err := loyalty.Earned(loyalty.Minor(n), exponent, kind.Rate, 100, 100, 0)
	if err != nil || n > int64(loyalty.MaxAmount) {
		p.Add("amount", "is too large: one operation can move at most 1,000,000,000 points")
	}
	return points
}

func (s *Ledger) decideEvent(
	ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, kind loyalty.EventType, cmd RecordEvent,
	points loyalty.Points,
) (decision[EventResult], error) {
	now := s.now()
	e, err := newEarning(snap, cfg, actor, loyalty.ID{}, now)
	if err != nil {
		return decision[EventResult]{}, err
	}
	result := EventResult{ID: eventID(actor.OrgID, cmd.EventID, now), Balance: snap.Account.Balance, At: now, Repeated: snap.EventSeen}
	switch {
	case snap.EventSeen:
		result.NotAwarded = EventRepeated
	case !kind.Active:
		result.NotAwarded = EventInactive
	case kind.MaxPerDay > 0 && snap.EventsToday >= kind.MaxPerDay:
		result.NotAwarded = EventDailyLimit
	case kind.Cooldown > 0 && now.Sub(snap.LastEvent) < kind.Cooldown:
		result.NotAwarded = EventCooldown
	case points == 0:
		result.NotAwarded = EventZeroPoints
	}
	if result.NotAwarded != "" {
		return decision[EventResult]{result: result}, nil
	}
	if err := e.award(points, loyalty.Transaction{Reason: kind.Name}); err != nil {
		return decision[EventResult]{}, err
	}
	e.posting.EventTypeID, e.posting.EventKey = kind.ID, cmd.EventID
	e.posting.Signals = s.watch.award(ctx, snap, cfg, actor, e.row, nil)
	award := e.result(snap.Name)
	result.Award, result.Balance = &award, award.Balance
	return decision[EventResult]{&e.posting, result}, nil
}

// eventID is the same for every repeat of an event that carries its own id.
func eventID(orgID loyalty.ID, key string, now time.Time) loyalty.ID {
	if key == "" {
		return loyalty.NewID(now)
	}
	var id loyalty.ID
	sum := sha256.Sum256([]byte(orgID.String() + hex.EncodeToString([]byte(key))))
	copy(id[:], sum[:])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // RFC 9562, section 5.8
	return id
}
