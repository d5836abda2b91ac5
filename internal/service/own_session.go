package service

import (
	"bytes"
	"context"
	"encoding/hex"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// agentData is where a session remembers the browser it began in.
const agentData = "agent"

// OwnSession is one of the places where a person is signed in.
type OwnSession struct {
	ID        string // names it to its own person; nobody can sign in with it
	Agent     string // "Chrome, Windows"; "" when not known
	Current   bool   // the one that asks
	Shared    bool   // on a till that several people unlock
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
}

// SignInRules are how signing in is guarded, for people to read.
type SignInRules struct {
	Failures, LockMinutes        int
	ManagerIdle, ManagerAbsolute time.Duration // for owners too
	CashierIdle                  time.Duration
	DeviceIdle                   time.Duration
	PasswordLength               int
}

// Rules are how signing in is guarded.
func (a *Access) Rules() SignInRules {
	idle, absolute := loyalty.SessionLimits(loyalty.Owner)
	cashier, _ := loyalty.SessionLimits(loyalty.Cashier)
	return SignInRules{
		Failures: maxFailures, LockMinutes: int(lockTime / time.Minute), ManagerIdle: idle, ManagerAbsolute: absolute,
		CashierIdle: cashier, DeviceIdle: loyalty.DeviceIdle, PasswordLength: minPassword,
	}
}

// OwnSessions are the places where actor is signed in just now, the one with
// the token first, then the last used.
func (a *Access) OwnSessions(ctx context.Context, actor loyalty.Actor, token string) ([]OwnSession, error) {
	all, err := a.ownSessions(ctx, actor)
	if err != nil {
		return nil, err
	}
	current := secret.Hash(token)
	idle, _ := loyalty.SessionLimits(actor.Role)
	var out []OwnSession
	for _, s := range all {
		now := a.now()
		if !now.Before(s.ExpiresAt) || now.Sub(s.SeenAt) >= idle {
			continue
		}
		own := OwnSession{
			ID: hex.EncodeToString(s.Hash), Agent: s.Data[agentData], Current: bytes.Equal(s.Hash, current[:]),
			Shared: !s.DeviceID.IsZero(), CreatedAt: s.CreatedAt, SeenAt: s.SeenAt,
		}
		if own.Current {
			out = append([]OwnSession{own}, out...)
		} else {
			out = append(out, own)
		}
	}
	return out, nil
}

// ownSessions needs the password: a PIN opens the till and nothing else.
func (a *Access) ownSessions(ctx context.Context, actor loyalty.Actor) ([]loyalty.Session, error) {
	if actor.StaffID.IsZero() || actor.AtTill {
		return nil, loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Sign in with your password to see this.")
	}
	return a.repo.SessionsOf(ctx, actor.OrgID, actor.StaffID)
}

// EndOwnSession signs actor out in one place; NotFound where actor isn't
// signed in.
func (a *Access) EndOwnSession(ctx context.Context, actor loyalty.Actor, id string) error {
	all, err := a.ownSessions(ctx, actor)
	if err != nil {
		return err
	}
	for _, s := range all {
		if hex.EncodeToString(s.Hash) == id {
			return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
				if err := tx.EndSession(ctx, s.Hash); err != nil {
					return err
				}
				return tx.AddAudit(ctx, loyalty.Audit(actor, a.now(), "session.end", "staff", actor.StaffID, nil))
			})
		}
	}
	return loyalty.Missing("session")
}

// EndOtherSessions signs actor out everywhere but in the session with the
// token.
func (a *Access) EndOtherSessions(ctx context.Context, actor loyalty.Actor, token string) error {
	if _, err := a.ownSessions(ctx, actor); err != nil {
		return err
	}
	kept := secret.Hash(token)
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.EndSessionsOf(ctx, actor.OrgID, actor.StaffID, kept[:]); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, a.now(), "session.end_others", "staff", actor.StaffID, nil))
	})
}
