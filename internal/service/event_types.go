package service

import (
	"context"
	"regexp"
	"time"

	"regulars/internal/loyalty"
)

// EventTypes sets up what guests earn points for beyond their orders.
type EventTypes struct{ *Core }

// EventTypeFields are an event type's fields, as a request gives them.
type EventTypeFields struct {
	Name            Field[string]       // 1–255 characters
	Mode            Field[string]       // "fixed" or "variable"
	Points          Field[int64]        // of a fixed one, 1 to loyalty.MaxPoints
	Rate            Field[loyalty.Rate] // of a variable one, points per unit of the amount
	MaxPerDay       Field[int64]        // 1 to 1,000,000; null for no limit
	CooldownSeconds Field[int64]        // 1 to 31,536,000; null for none
	Active          Field[bool]         // true unless said otherwise
	Unread          loyalty.Problems    // what couldn't be read: it is refused with all else that is wrong
}

// CreateEventType adds an event type.
type CreateEventType struct {
	Key    string // lower-case letters, digits, dots, dashes and underscores, at most 64; unique
	Fields EventTypeFields
	Once   loyalty.Once
}

// ChangeEventType changes an event type; fields left out stay.
type ChangeEventType struct {
	Ref    string // key or id
	Fields EventTypeFields
	Still  func(loyalty.EventType) bool // as ChangeProgram.Still
	Once   loyalty.Once
}

var eventKey = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// List is every event type, by key. It needs loyalty.LoyaltyRead.
func (s *EventTypes) List(ctx context.Context, actor loyalty.Actor) ([]loyalty.EventType, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	return s.repo.EventTypes(ctx, actor.OrgID)
}

// Get is one event type, by key or id. It needs loyalty.LoyaltyRead.
func (s *EventTypes) Get(ctx context.Context, actor loyalty.Actor, ref string) (loyalty.EventType, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return loyalty.EventType{}, err
	}
	return eventType(ctx, s.repo, actor.OrgID, ref)
}

func eventType(ctx context.Context, from loyalty.Reader, orgID loyalty.ID, ref string) (loyalty.EventType, error) {
	if id, ok := loyalty.ParseID(ref); ok {
		e, err := from.EventType(ctx, orgID, id)
		if loyalty.KindOf(err) != loyalty.NotFound {
			return e, err
		}
	}
	return from.EventTypeByKey(ctx, orgID, ref)
}

// Create adds an event type. It needs loyalty.ProgramWrite. A key that is in
// use is a Conflict.
func (s *EventTypes) Create(ctx context.Context, actor loyalty.Actor, cmd CreateEventType) (loyalty.EventType, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return loyalty.EventType{}, err
	}
	now := s.moment()
	made := loyalty.EventType{OrgID: actor.OrgID, ID: loyalty.NewID(now), Key: cmd.Key, Active: true, CreatedAt: now, UpdatedAt: now}
	p := cmd.Fields.Unread
	if !eventKey.MatchString(cmd.Key) {
		p.Add("key", "must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, the first a letter or digit")
	}
	required(&p, "name", cmd.Fields.Name)
	required(&p, "mode", cmd.Fields.Mode)
	cmd.Fields.apply(&p, &made)
	if err := p.Err(); err != nil {
		return loyalty.EventType{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.EventType, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return made, err
		}
		if err := tx.AddEventType(ctx, made); err != nil {
			return made, err
		}
		return made, recordChange(ctx, tx, loyalty.Audit(actor, now, "event_type.create", "event_type", made.ID, eventTypeDetail(made)))
	})
}

// Change changes an event type; its key stays. It needs loyalty.ProgramWrite.
func (s *EventTypes) Change(ctx context.Context, actor loyalty.Actor, cmd ChangeEventType) (loyalty.EventType, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return loyalty.EventType{}, err
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.EventType, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return loyalty.EventType{}, err
		}
		before, err := eventType(ctx, tx, actor.OrgID, cmd.Ref)
		if err != nil {
			return before, err
		}
		if cmd.Still != nil && !cmd.Still(before) {
			return before, errOvertaken()
		}
		p, after := cmd.Fields.Unread, before
		cmd.Fields.apply(&p, &after)
		if err := p.Err(); err != nil || after == before {
			return after, err
		}
		after.UpdatedAt = s.moment()
		if err := tx.SaveEventType(ctx, after); err != nil {
			return after, err
		}
		return after, recordChange(ctx, tx, loyalty.Audit(actor, after.UpdatedAt, "event_type.update", "event_type", after.ID, eventTypeDetail(after)))
	})
}

// Delete takes an event type out. One that a customer ever had stays,
// deactivated, and then deleted is false. It needs loyalty.ProgramWrite.
func (s *EventTypes) Delete(ctx context.Context, actor loyalty.Actor, ref string) (deleted bool, err error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return false, err
	}
	err = s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return err
		}
		e, err := eventType(ctx, tx, actor.OrgID, ref)
		if err != nil {
			return err
		}
		if deleted, err = tx.DeleteEventType(ctx, actor.OrgID, e.ID); err != nil {
			return err
		}
		now, action := s.moment(), "event_type.delete"
		if !deleted {
			action = "event_type.deactivate"
			e.Active, e.UpdatedAt = false, now
			if err := tx.SaveEventType(ctx, e); err != nil {
				return err
			}
		}
		return recordChange(ctx, tx, loyalty.Audit(actor, now, action, "event_type", e.ID, nil))
	})
	return deleted, err
}

// apply puts what was given into e. A fixed event type has points and no rate,
// a variable one a rate and no points.
func (f EventTypeFields) apply(p *loyalty.Problems, e *loyalty.EventType) {
	setTitle(p, "name", f.Name, &e.Name)
	setChoice(p, "mode", f.Mode, &e.Mode, loyalty.EventFixed, loyalty.EventVariable)
	switch e.Mode {
	case loyalty.EventFixed:
		e.Rate = 0
		setNumber(p, "points", f.Points, 1, int64(loyalty.MaxPoints), &e.Points)
		refuseOther(p, "pointsPerUnit", f.Rate, e.Mode)
		if e.Points == 0 && !p.Has("points") {
			p.Add("points", "is required for this kind of event")
		}
	case loyalty.EventVariable:
		e.Points = 0
		setRate(p, "pointsPerUnit", f.Rate, &e.Rate)
		refuseOther(p, "points", f.Points, e.Mode)
		if e.Rate == 0 && !p.Has("pointsPerUnit") {
			p.Add("pointsPerUnit", "is required for this kind of event")
		}
	}
	setLimit(p, "maxPerCustomerPerDay", f.MaxPerDay, 1, 1_000_000, &e.MaxPerDay)
	seconds := int64(e.Cooldown / time.Second)
	setLimit(p, "cooldownSeconds", f.CooldownSeconds, 1, 31_536_000, &seconds)
	e.Cooldown = time.Duration(seconds) * time.Second
	if f.Active.present(p, "isActive") {
		e.Active = f.Active.Value
	}
}

// refuseOther adds a problem for the field that the other mode has.
func refuseOther[T any](p *loyalty.Problems, name string, f Field[T], mode loyalty.EventMode) {
	if f.Set && !f.Null {
		p.Add(name, "must be left out when mode is %s", string(mode))
	}
}

func eventTypeDetail(e loyalty.EventType) map[string]any {
	return map[string]any{
		"key": e.Key, "mode": e.Mode, "points": e.Points, "rate": e.Rate.String(), "max_per_day": e.MaxPerDay,
		"cooldown_seconds": int64(e.Cooldown / time.Second), "is_active": e.Active,
	}
}
