package loyalty

import (
	"context"
	"time"
)

// PINReader reads who may unlock a shared till.
type PINReader interface {
	// PIN is the hash of the person's PIN; a NotFound without one.
	PIN(ctx context.Context, orgID, staffID ID) (hash string, err error)
	// PINs says for everybody who has a PIN when it was set.
	PINs(ctx context.Context, orgID ID) (map[ID]time.Time, error)
	// SignInFailures counts what AddSignInFailure has counted for the hash
	// after since.
	SignInFailures(ctx context.Context, hash []byte, since time.Time) (int, error)
}

// PINWriter changes PINs and locks devices.
type PINWriter interface {
	// SetPIN gives the person a PIN, or another.
	SetPIN(ctx context.Context, orgID, staffID ID, hash string, at time.Time) error
	// RemovePIN takes the person's PIN away; without one it changes nothing.
	RemovePIN(ctx context.Context, orgID, staffID ID) error
	// LockDevice saves to which device the session belongs, what the session
	// remembers and when it was locked.
	LockDevice(ctx context.Context, s Session) error
	// LockPINSessions locks every device that the person has unlocked.
	LockPINSessions(ctx context.Context, orgID, staffID ID, at time.Time) error
}
