package service

import (
	"context"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// Visit is a signed-in person's session.
type Visit struct {
	Actor    loyalty.Actor
	Staff    loyalty.Staff
	Data     map[string]string // what the session remembers; change it with Keep
	TimeZone string            // of the store worked in, or the organization's
	Closed   loyalty.Store     // the store chosen last, where it is closed by now
	Config   *loyalty.Config   // what the organization has set up
	// Locked says that the device is locked: Actor is nobody until somebody
	// unlocks it.
	Locked bool
	// Shared says that the device was locked before, so it locks itself when it
	// lies about.
	Shared bool
}

// storeData is where a session remembers the store worked in.
const storeData = "store"

// seenEvery is how exactly it is known when a session was last used.
const seenEvery = time.Minute

// Resume is the session with the token. One that is unknown, has ended, was
// unused for too long, or whose person may no longer sign in is a NotFound.
func (a *Access) Resume(ctx context.Context, token string) (Visit, error) {
	return a.resume(ctx, token, true)
}

// Peek is Resume for what goes on without anybody's doing: it isn't a use of
// the session, which so ends when nobody uses it.
func (a *Access) Peek(ctx context.Context, token string) (Visit, error) {
	return a.resume(ctx, token, false)
}

func (a *Access) resume(ctx context.Context, token string, use bool) (Visit, error) {
	a.asked.Store(time.Now().UnixNano())
	hash := secret.Hash(token)
	came, err := a.repo.Arrival(ctx, hash[:])
	if err != nil {
		return Visit{}, err
	}
	session, who := came.Session, came.Staff
	now := a.now()
	idle, _ := loyalty.SessionLimits(who.Role)
	if !who.Active || !now.Before(session.ExpiresAt) || now.Sub(session.SeenAt) >= idle {
		return Visit{}, loyalty.Missing("session")
	}
	if session.LockedAt.IsZero() && !session.DeviceID.IsZero() && now.Sub(session.SeenAt) >= loyalty.DeviceIdle {
		err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return lockDevice(ctx, tx, session, now) })
		if err != nil {
			return Visit{}, err
		}
		session.LockedAt = now
	}
	if use && now.Sub(session.SeenAt) >= seenEvery {
		session.SeenAt = now
		err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.SaveSession(ctx, session) })
		if err != nil {
			return Visit{}, err
		}
	}
	visit, err := a.visit(ctx, session, who, came.Config)
	if visit.Locked = !session.LockedAt.IsZero(); visit.Locked {
		visit.Actor = loyalty.Actor{}
	}
	return visit, err
}

// visit works out where the person works just now: at the only store there is
// to choose, or at the one last chosen. config is the version of what is set
// up, or 0 to ask.
func (a *Access) visit(ctx context.Context, session loyalty.Session, who loyalty.Staff, config int64) (Visit, error) {
	cfg, err := a.config(ctx, who.OrgID, config)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Actor: who.Actor(), Staff: who, Data: session.Data, TimeZone: cfg.Organization.TimeZone, Config: cfg, Shared: !session.DeviceID.IsZero()}
	v.Actor.AtTill = session.ByPIN
	chosen, _ := loyalty.ParseID(session.Data[storeData])
	var open []loyalty.Store
	for _, s := range cfg.Stores {
		if !s.Active && s.ID == chosen {
			v.Closed = s
		}
		if !s.Active || v.Actor.RequireStore(s.ID) != nil {
			continue
		}
		open = append(open, s)
		if s.ID == chosen {
			v.Actor.StoreID, v.TimeZone = s.ID, s.TimeZone
		}
	}
	if v.Actor.StoreID.IsZero() && len(open) == 1 {
		v.Actor.StoreID, v.TimeZone = open[0].ID, open[0].TimeZone
	}
	return v, nil
}

// Keep has the session with the token remember value under name; "" forgets.
func (a *Access) Keep(ctx context.Context, token, name, value string) error {
	hash := secret.Hash(token)
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		session, err := tx.LockSession(ctx, hash[:])
		if err != nil {
			return err
		}
		session.Remember(name, value)
		return tx.SaveSession(ctx, session)
	})
}

// ChooseStore has the session's person work at the store from now on; the zero
// ID is at none. A store that isn't the person's is a NotFound. A shared
// device stays at its store: it takes a password to work elsewhere.
func (a *Access) ChooseStore(ctx context.Context, actor loyalty.Actor, token string, storeID loyalty.ID) error {
	if err := requirePassword(actor); err != nil {
		return err
	}
	if storeID.IsZero() {
		return a.Keep(ctx, token, storeData, "")
	}
	if _, err := a.AtStore(ctx, actor, storeID); err != nil {
		return err
	}
	return a.Keep(ctx, token, storeData, storeID.String())
}

// SignOut ends the session with the token. One that isn't there is no error.
func (a *Access) SignOut(ctx context.Context, token string) error {
	hash := secret.Hash(token)
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.EndSession(ctx, hash[:]) })
}

// Purge removes what nobody asks for any more: answers kept for a day, ended
// sessions, old failures. It says how many rows went.
func (a *Access) Purge(ctx context.Context) (gone int64, err error) {
	const batch = 5000
	now := a.now()
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		gone, err = tx.Purge(ctx, now.Add(-24*time.Hour), now, batch)
		return err
	})
	return gone, err
}
