package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

const (
	// After so many wrong PINs a person has to give the password on the
	// device, and after so many on any device everywhere, for pinMemory.
	maxDeviceFailures = 5
	maxPINFailures    = 20
	pinMemory         = 24 * time.Hour
)

// Lock locks the till that the session with the token is open at, for
// whoever works at its store to unlock with a PIN. Somebody has to be at work
// at a store.
func (a *Access) Lock(ctx context.Context, actor loyalty.Actor, token string) error {
	if actor.Role == loyalty.Nobody || actor.StoreID.IsZero() {
		return loyalty.Missing("store")
	}
	hash := secret.Hash(token)
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		session, err := tx.LockSession(ctx, hash[:])
		if err != nil {
			return err
		}
		// Where the person was at work by having no choice, the next may have one.
		session.Remember(storeData, actor.StoreID.String())
		return lockDevice(ctx, tx, session, a.now())
	})
}

func lockDevice(ctx context.Context, tx loyalty.Tx, session loyalty.Session, now time.Time) error {
	if session.DeviceID.IsZero() {
		session.DeviceID, session.OpenedBy = loyalty.NewID(now), session.StaffID
	}
	session.LockedAt = now
	return tx.LockDevice(ctx, session)
}

// CanLock reports whether somebody could unlock the till that actor is at.
func (a *Access) CanLock(ctx context.Context, actor loyalty.Actor) (bool, error) {
	if actor.StoreID.IsZero() || actor.StaffID.IsZero() {
		return false, nil
	}
	set, err := a.repo.PINs(ctx, actor.OrgID)
	return len(set) > 0, err
}

// Locked is a locked device.
type Locked struct {
	Store  loyalty.Store
	People []loyalty.Staff // who can unlock it with a PIN, by name
}

// Locked is the device whose session has the token; a NotFound unless it is
// locked.
func (a *Access) Locked(ctx context.Context, token string) (Locked, error) {
	session, err := a.lockedSession(ctx, token)
	if err != nil {
		return Locked{}, err
	}
	return a.locked(ctx, session)
}

func (a *Access) lockedSession(ctx context.Context, token string) (loyalty.Session, error) {
	visit, err := a.Resume(ctx, token)
	if err != nil {
		return loyalty.Session{}, err
	}
	if !visit.Locked {
		return loyalty.Session{}, loyalty.Missing("session")
	}
	hash := secret.Hash(token)
	came, err := a.repo.Arrival(ctx, hash[:])
	return came.Session, err
}

func (a *Access) locked(ctx context.Context, session loyalty.Session) (Locked, error) {
	storeID, _ := loyalty.ParseID(session.Data[storeData])
	cfg, err := a.config(ctx, session.OrgID, 0)
	if err != nil {
		return Locked{}, err
	}
	store, err := cfg.Store(storeID)
	if err != nil {
		return Locked{}, err
	}
	all, err := a.repo.AllStaff(ctx, session.OrgID)
	if err != nil {
		return Locked{}, err
	}
	set, err := a.repo.PINs(ctx, session.OrgID)
	if err != nil {
		return Locked{}, err
	}
	l := Locked{Store: store}
	for _, s := range all {
		if _, ok := set[s.ID]; ok && s.Active && store.Active && s.Actor().RequireStore(storeID) == nil {
			l.People = append(l.People, s)
		}
	}
	return l, nil
}

// Unlock is a person's try to unlock a device.
type Unlock struct {
	Token   string // of the locked session, which ends
	StaffID loyalty.ID
	PIN     string
}

// Unlock opens a locked device for one of the people of its store: as a new
// session under a new token, which lasts no longer than the device's and is
// good for the till alone. A wrong PIN is an Unauthorized, too many of them a
// TooMany, and a device that isn't locked a NotFound.
func (a *Access) Unlock(ctx context.Context, cmd Unlock) (SignedIn, error) {
	device, err := a.lockedSession(ctx, cmd.Token)
	if err != nil {
		return SignedIn{}, err
	}
	l, err := a.locked(ctx, device)
	if err != nil {
		return SignedIn{}, err
	}
	at := slices.IndexFunc(l.People, func(s loyalty.Staff) bool { return s.ID == cmd.StaffID })
	if at < 0 {
		return SignedIn{}, wrongPIN()
	}
	who, begun := l.People[at], a.now().Truncate(time.Microsecond) // as exact as the database
	here, anywhere := failureHash("PIN", who.ID.String()+" "+device.DeviceID.String()), triesAnywhere(who.ID)
	if err := a.checkPIN(ctx, who, cmd.PIN, here, anywhere, begun); err != nil {
		return SignedIn{}, err
	}
	token := secret.NewToken()
	hash := secret.Hash(token)
	session := loyalty.Session{
		Hash: hash[:], OrgID: who.OrgID, StaffID: who.ID, Data: map[string]string{storeData: l.Store.ID.String()},
		CreatedAt: begun, SeenAt: begun, ExpiresAt: device.ExpiresAt, DeviceID: device.DeviceID, OpenedBy: device.OpenedBy, ByPIN: true,
	}
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.ForgiveSignIn(ctx, here, anywhere, begun); err != nil {
			return err
		}
		// Whoever comes second finds that the device isn't there any more.
		if _, err := tx.LockSession(ctx, device.Hash); err != nil {
			return err
		}
		if err := tx.EndSession(ctx, device.Hash); err != nil {
			return err
		}
		if err := tx.AddSession(ctx, session); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(who.Actor(), begun, "session.unlock", "staff", who.ID, nil))
	})
	if err != nil {
		return SignedIn{}, err
	}
	visit, err := a.visit(ctx, session, who, 0)
	return SignedIn{Token: token, Visit: visit}, err
}

// checkPIN counts the try as a failure before it is known to be one, as
// signing in does.
func (a *Access) checkPIN(ctx context.Context, who loyalty.Staff, pin string, here, anywhere []byte, now time.Time) error {
	since := now.Add(-pinMemory)
	err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		for _, limit := range []struct {
			hash []byte
			max  int
		}{{here, maxDeviceFailures}, {anywhere, maxPINFailures}} {
			wait, err := tx.AddSignInFailure(ctx, limit.hash, now, pinMemory, limit.max)
			if err != nil {
				return err
			}
			if wait > 0 {
				return loyalty.Errorf(loyalty.TooMany, loyalty.CodeRateLimited, "Too many wrong PINs. Sign in with your password.").After(wait)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	hash, err := a.repo.PIN(ctx, who.OrgID, who.ID)
	if err != nil {
		return err
	}
	ok, err := secret.CheckPassword(pin, hash)
	if err != nil || ok {
		return err
	}
	return a.refusePIN(ctx, who, here, since, now)
}

// triesAnywhere is what a person's wrong PINs on all devices are counted under.
func triesAnywhere(staffID loyalty.ID) []byte { return failureHash("PIN", staffID.String()) }

// refusePIN says that the PIN was wrong, and writes down when it was the last
// try.
func (a *Access) refusePIN(ctx context.Context, who loyalty.Staff, here []byte, since, now time.Time) error {
	n, err := a.repo.SignInFailures(ctx, here, since)
	if err != nil {
		return err
	}
	if n >= maxDeviceFailures {
		program := loyalty.Actor{Role: loyalty.System, OrgID: who.OrgID}
		err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			return tx.AddAudit(ctx, loyalty.Audit(program, now, "pin.lockout", "staff", who.ID, map[string]any{"tries": n}))
		})
		if err != nil {
			return err
		}
	}
	return wrongPIN()
}

func wrongPIN() error {
	return loyalty.Errorf(loyalty.Unauthorized, loyalty.CodeUnauthorized, "This PIN isn’t right.")
}
