package service

import (
	"context"
	"fmt"
	"strconv"

	"regulars/internal/loyalty"
)

// SaveStore is a store as it is to be.
type SaveStore struct {
	ID         loyalty.ID // zero for a new one
	Name       string     // 1–255 characters
	ExternalID string     // the name an import knows it by; at most 255 characters
	Currency   string     // ISO 4217; the organization's when ""
	TimeZone   string     // IANA name; the organization's when ""
	Active     bool
	Hours      *loyalty.OpeningHours    // nil: not told
	Unread     loyalty.Problems         // what couldn't be read: it is refused with all else that is wrong
	Still      func(loyalty.Store) bool // as ChangeProgram.Still; not asked for a new one
	Once       loyalty.Once
}

// SaveStore adds or changes a store. It needs loyalty.Administer. A store is
// never deleted, because its orders stay; it can be made inactive, unless it
// is the last that is active.
func (a *Access) SaveStore(ctx context.Context, actor loyalty.Actor, cmd SaveStore) (loyalty.Store, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Store{}, err
	}
	cfg, err := a.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Store{}, err
	}
	if err := cmd.check(cfg.Organization); err != nil {
		return loyalty.Store{}, err
	}
	return once(ctx, a.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Store, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return loyalty.Store{}, err
		}
		all, err := tx.Stores(ctx, actor.OrgID)
		if err != nil {
			return loyalty.Store{}, err
		}
		return a.saveStore(ctx, tx, actor, cmd, all)
	})
}

func (a *Access) saveStore(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, cmd SaveStore, all []loyalty.Store) (loyalty.Store, error) {
	now := a.now()
	s := loyalty.Store{OrgID: actor.OrgID, ID: cmd.ID, Name: cmd.Name, ExternalID: cmd.ExternalID, Currency: cmd.Currency, TimeZone: cmd.TimeZone, Active: cmd.Active, Hours: cmd.Hours, CreatedAt: now}
	action, write := "store.update", tx.UpdateStore
	others, found := 0, false
	var old loyalty.Store
	for _, before := range all {
		if before.ID == cmd.ID {
			s.CreatedAt, old, found = before.CreatedAt, before, true
		} else if before.Active {
			others++
		}
	}
	switch {
	case cmd.ID.IsZero():
		s.ID, s.Active, action, write = loyalty.NewID(now), true, "store.create", tx.AddStore
	case !found:
		return loyalty.Store{}, loyalty.Missing("store")
	case cmd.Still != nil && !cmd.Still(old):
		return loyalty.Store{}, errOvertaken()
	case !s.Active && others == 0:
		return loyalty.Store{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This is the last active store. Add another first.").About("active")
	}
	if err := write(ctx, s); err != nil {
		return loyalty.Store{}, err
	}
	if err := tx.BumpConfig(ctx, actor.OrgID); err != nil {
		return loyalty.Store{}, err
	}
	return s, tx.AddAudit(ctx, loyalty.Audit(actor, now, action, "store", s.ID, storeDetail(old, s)))
}

// storeDetail is what a store has now and hadn't before: hours by the number
// of the day, Sunday 0, "" for a day that it is closed.
func storeDetail(before, after loyalty.Store) map[string]any {
	detail := map[string]any{}
	for name, v := range map[string][2]string{
		"name": {before.Name, after.Name}, "time_zone": {before.TimeZone, after.TimeZone}, "currency": {before.Currency, after.Currency},
		"external_id": {before.ExternalID, after.ExternalID},
	} {
		if v[0] != v[1] {
			detail[name] = v[1]
		}
	}
	if before.Active != after.Active && !before.ID.IsZero() {
		detail["is_active"] = after.Active
	}
	switch {
	case after.Hours == nil && before.Hours != nil:
		detail["hours"] = "none"
	case after.Hours != nil:
		if days := changedDays(before.Hours, *after.Hours); len(days) > 0 {
			detail["hours"] = days
		}
	}
	return detail
}

func changedDays(before *loyalty.OpeningHours, after loyalty.OpeningHours) map[string]string {
	days := map[string]string{}
	for i, d := range after {
		if before != nil && before[i] == d {
			continue
		}
		days[strconv.Itoa(i)] = ""
		if d.From != d.To {
			days[strconv.Itoa(i)] = clock(d.From) + "–" + clock(d.To)
		}
	}
	return days
}

// clock writes minutes after midnight: 13:05.
func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60%24, minute%60) }

func (cmd *SaveStore) check(org loyalty.Organization) error {
	p := cmd.Unread
	cmd.Name = checkName(&p, "name", cmd.Name, 255)
	cmd.ExternalID = checkText(&p, "externalId", cmd.ExternalID, 0, 255)
	if cmd.Currency == "" {
		cmd.Currency = org.Currency
	}
	if cmd.TimeZone == "" {
		cmd.TimeZone = org.TimeZone
	}
	cmd.Currency = checkCurrency(&p, cmd.Currency)
	checkTimeZone(&p, cmd.TimeZone)
	if cmd.Hours != nil {
		for _, d := range cmd.Hours {
			if d.From < 0 || d.From >= 24*60 || d.To < d.From || d.To > 48*60 {
				p.Add("hours", "must be times of the day, such as 12:00 to 23:30")
				break
			}
		}
	}
	return p.Err()
}

// Stores lists the stores that actor may act at, oldest first.
func (a *Access) Stores(ctx context.Context, actor loyalty.Actor) ([]loyalty.Store, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	all, err := a.repo.Stores(ctx, actor.OrgID)
	if err != nil {
		return nil, err
	}
	own := all[:0]
	for _, s := range all {
		if actor.RequireStore(s.ID) == nil {
			own = append(own, s)
		}
	}
	return own, nil
}

// OpenTills are the tills open at each of the stores: shared devices, and
// cashiers who have signed in. It needs loyalty.Administer.
func (a *Access) OpenTills(ctx context.Context, actor loyalty.Actor, stores []loyalty.Store) (map[loyalty.ID]loyalty.Tills, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	now := a.now()
	idle, _ := loyalty.SessionLimits(loyalty.Cashier)
	found, err := a.repo.Tills(ctx, actor.OrgID, now.Add(-idle), now)
	out := make(map[loyalty.ID]loyalty.Tills, len(found))
	for _, t := range found {
		// Who works at every store of one works there.
		if t.StoreID.IsZero() && len(stores) == 1 {
			t.StoreID = stores[0].ID
		}
		before := out[t.StoreID]
		t.Open += before.Open
		if before.SeenAt.After(t.SeenAt) {
			t.SeenAt = before.SeenAt
		}
		out[t.StoreID] = t
	}
	return out, err
}
