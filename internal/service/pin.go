package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// PINHolder is a person who works at a till, and since when with a PIN.
type PINHolder struct {
	loyalty.Staff
	SetAt time.Time // zero without a PIN
}

// PINs lists the active people whose PINs the actor may set, by name: an owner
// everybody's, a manager those of the cashiers of the manager's stores, and
// everybody their own. A session that was unlocked with a PIN may set none.
func (a *Access) PINs(ctx context.Context, actor loyalty.Actor) ([]PINHolder, error) {
	if err := requirePassword(actor); err != nil {
		return nil, err
	}
	all, err := a.repo.AllStaff(ctx, actor.OrgID)
	if err != nil {
		return nil, err
	}
	set, err := a.repo.PINs(ctx, actor.OrgID)
	if err != nil {
		return nil, err
	}
	var out []PINHolder
	for _, s := range all {
		if s.Active && setsPINOf(actor, s) {
			out = append(out, PINHolder{Staff: s, SetAt: set[s.ID]})
		}
	}
	return out, nil
}

func requirePassword(actor loyalty.Actor) error {
	if actor.AtTill {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Sign in with your password for this.")
	}
	return nil
}

func setsPINOf(actor loyalty.Actor, s loyalty.Staff) bool {
	switch {
	case s.ID == actor.StaffID || actor.Role == loyalty.Owner:
		return true
	case actor.Role != loyalty.Manager || s.Role != loyalty.Cashier:
		return false
	case len(actor.StoreIDs) == 0:
		return true
	}
	elsewhere := func(id loyalty.ID) bool { return !slices.Contains(actor.StoreIDs, id) }
	return len(s.StoreIDs) > 0 && !slices.ContainsFunc(s.StoreIDs, elsewhere)
}

// SetPIN gives a person a PIN.
type SetPIN struct {
	StaffID  loyalty.ID
	PIN      string // 4–6 digits; "" takes the PIN away
	Password string // the actor's own, asked for when it is the actor's own PIN
}

// SetPIN gives a person a PIN, another PIN, or none. Devices that the person
// has unlocked lock, and wrong tries on many devices are forgotten. Who may is
// as with PINs; anybody else is a NotFound. The command carries no key: setting
// the same again changes nothing, and a key's fingerprint of four digits would
// give them away.
func (a *Access) SetPIN(ctx context.Context, actor loyalty.Actor, cmd SetPIN) error {
	who, err := a.pinOf(ctx, actor, cmd.StaffID)
	if err != nil {
		return err
	}
	var p loyalty.Problems
	hash := ""
	if cmd.PIN != "" {
		checkPIN(&p, cmd.PIN)
	}
	if who.ID == actor.StaffID {
		ok, err := a.confirms(ctx, who, cmd.Password)
		if err != nil {
			return err
		}
		if !ok {
			p.Add("password", "is not right")
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	if cmd.PIN != "" {
		if hash, err = secret.HashPassword(cmd.PIN); err != nil {
			return err
		}
	}
	now := a.now()
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		action := "pin.set"
		change := func() error { return tx.SetPIN(ctx, actor.OrgID, who.ID, hash, now) }
		if hash == "" {
			action = "pin.remove"
			change = func() error { return tx.RemovePIN(ctx, actor.OrgID, who.ID) }
		}
		if err := change(); err != nil {
			return err
		}
		if err := tx.LockPINSessions(ctx, actor.OrgID, who.ID, now); err != nil {
			return err
		}
		// The tries were at a PIN that is no more.
		if err := tx.ForgiveSignIn(ctx, triesAnywhere(who.ID), nil, now); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, now, action, "staff", who.ID, nil))
	})
}

// pinOf is the active person, if the actor may set the person's PIN.
func (a *Access) pinOf(ctx context.Context, actor loyalty.Actor, staffID loyalty.ID) (loyalty.Staff, error) {
	if err := requirePassword(actor); err != nil {
		return loyalty.Staff{}, err
	}
	who, err := a.repo.StaffMember(ctx, actor.OrgID, staffID)
	if err != nil {
		return loyalty.Staff{}, err
	}
	if !who.Active || !setsPINOf(actor, who) {
		return loyalty.Staff{}, loyalty.Missing("member of staff")
	}
	return who, nil
}

// checkPIN refuses what is no PIN, and what is tried first.
func checkPIN(p *loyalty.Problems, pin string) {
	if len(pin) < 4 || len(pin) > 6 || strings.Trim(pin, "0123456789") != "" {
		p.Add("pin", "must be 4 to 6 digits")
		return
	}
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		same = same && pin[i] == pin[i-1]
		up = up && pin[i] == pin[i-1]+1
		down = down && pin[i] == pin[i-1]-1
	}
	if same || up || down {
		p.Add("pin", "is too easy to guess")
	}
}
