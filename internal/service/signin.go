package service

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

const (
	// After so many failures within lockTime an account or an address has to
	// wait, whether there is such an account or not.
	maxFailures = 10
	lockTime    = 15 * time.Minute
)

// SignIn is a person's try to sign in.
type SignIn struct {
	Email    string
	Password string
	Address  string // the caller's network address
	// KnownBy is who signed in last at the device, as far as it can prove that;
	// zero for none. Its wrong passwords are then that person's, not those of
	// everybody at the address: a restaurant's tills share one.
	KnownBy loyalty.ID
	Token   string // the session before, which ends; "" for none
	Agent   string // the browser in a word or two, for the person to know it by
}

// countedAt is where the try counts beside the account. Tries at a known device
// are counted by person and not by device, so that one known password buys ten
// guesses at others and not ten with every sign-in.
func (cmd *SignIn) countedAt() []byte {
	if !cmd.KnownBy.IsZero() {
		return failureHash("device", cmd.KnownBy.String())
	}
	return failureHash("address", cmd.Address)
}

// SignedIn is a session that has just begun.
type SignedIn struct {
	Token string // for the cookie; it is kept nowhere
	Visit Visit
}

// SignIn begins a session under a new token. Every failure is the same
// Unauthorized, after the same time: it doesn't say whether there is such a
// person. After too many failures it is a TooMany.
func (a *Access) SignIn(ctx context.Context, cmd SignIn) (SignedIn, error) {
	email := strings.ToLower(strings.TrimSpace(cmd.Email))
	if len(email) > 254 || len(cmd.Password) > 4*256 || strings.ContainsRune(email, 0) {
		return SignedIn{}, wrongPassword()
	}
	begun := a.now().Truncate(time.Microsecond) // as exact as the database
	account, address := failureHash("account", email), cmd.countedAt()
	if err := a.countTry(ctx, begun, account, address); err != nil {
		return SignedIn{}, err
	}
	who, alone, err := a.whoHas(ctx, email, cmd.Password)
	if err != nil {
		return SignedIn{}, err
	}
	token := secret.NewToken()
	hash := secret.Hash(token)
	_, absolute := loyalty.SessionLimits(who.Role)
	session := loyalty.Session{
		Hash: hash[:], OrgID: who.OrgID, StaffID: who.ID, Data: map[string]string{agentData: cmd.Agent}, CreatedAt: begun, SeenAt: begun, ExpiresAt: begun.Add(absolute),
	}
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		// The try was no failure after all. What the address failed at before
		// stays, or one known password would buy guesses at all others.
		if err := tx.ForgiveSignIn(ctx, nil, address, begun); err != nil {
			return err
		}
		if err := forgiveAccount(ctx, tx, account, alone, begun); err != nil {
			return err
		}
		if cmd.Token != "" {
			before := secret.Hash(cmd.Token)
			if err := tx.EndSession(ctx, before[:]); err != nil {
				return err
			}
		}
		if err := tx.AddSession(ctx, session); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(who.Actor(), begun, "session.begin", "staff", who.ID, nil))
	})
	if err != nil {
		return SignedIn{}, err
	}
	visit, err := a.visit(ctx, session, who, 0)
	return SignedIn{Token: token, Visit: visit}, err
}

// forgiveAccount forgets all failures of the account of somebody who is alone
// with their e-mail address. Where the address signs in elsewhere too, whoever
// knows one of the passwords may have guessed at the other: only this try was
// none.
func forgiveAccount(ctx context.Context, tx loyalty.Tx, account []byte, alone bool, at time.Time) error {
	if alone {
		return tx.ForgiveSignIn(ctx, account, nil, at)
	}
	return tx.ForgiveSignIn(ctx, nil, account, at)
}

// countTry counts the try as a failure before it is known to be one, so that
// many tries at once can't all slip in under the limit.
func (a *Access) countTry(ctx context.Context, now time.Time, of ...[]byte) error {
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		var wait time.Duration
		for _, hash := range of {
			w, err := tx.AddSignInFailure(ctx, hash, now, lockTime, maxFailures)
			if err != nil {
				return err
			}
			wait = max(wait, w)
		}
		if wait > 0 {
			return lockedOut(wait)
		}
		return nil
	})
}

// lockedOut says how long to wait, in whole minutes: after so many it works.
func lockedOut(wait time.Duration) error {
	if wait <= time.Minute {
		return loyalty.Errorf(loyalty.TooMany, loyalty.CodeRateLimited, "Too many tries. Wait a minute, then try again.").After(wait)
	}
	minutes := int((wait + time.Minute - 1) / time.Minute)
	return loyalty.Errorf(loyalty.TooMany, loyalty.CodeRateLimited, "Too many tries. Wait %d minutes, then try again.", minutes).After(wait)
}

// whoHas finds the active person with the address and the password, and whether
// nobody else has the address. Where there is no such person it takes as long
// as where there is one.
func (a *Access) whoHas(ctx context.Context, email, password string) (who loyalty.Staff, alone bool, err error) {
	all, err := a.repo.StaffByEmail(ctx, email)
	if err != nil {
		return loyalty.Staff{}, false, err
	}
	checked := false
	for _, s := range all {
		if !s.Active {
			continue
		}
		checked = true
		ok, err := secret.CheckPassword(password, s.PasswordHash)
		if err != nil {
			return loyalty.Staff{}, false, err
		}
		if ok {
			return s, len(all) == 1, nil
		}
	}
	if !checked {
		if _, err := secret.CheckPassword(password, ""); err != nil {
			return loyalty.Staff{}, false, err
		}
	}
	return loyalty.Staff{}, false, wrongPassword()
}

// confirms reports whether the password is the person's own, which is asked for
// once more before something that matters. Wrong ones count as if somebody
// tried to sign in: a session that was left open is no way to guess. The right
// one takes none of them back, as it may be that of an account elsewhere.
func (a *Access) confirms(ctx context.Context, who loyalty.Staff, password string) (bool, error) {
	now, account := a.now().Truncate(time.Microsecond), failureHash("account", who.Email)
	if err := a.countTry(ctx, now, account); err != nil {
		return false, err
	}
	ok, err := secret.CheckPassword(password, who.PasswordHash)
	if err != nil || !ok {
		return false, err
	}
	return true, a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return forgiveAccount(ctx, tx, account, false, now) })
}

func wrongPassword() error {
	return loyalty.Errorf(loyalty.Unauthorized, loyalty.CodeUnauthorized, "The e-mail address or the password isn’t right.")
}

func failureHash(kind, of string) []byte {
	sum := sha256.Sum256([]byte(kind + " " + of))
	return sum[:]
}
