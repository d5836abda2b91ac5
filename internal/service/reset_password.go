package service

import (
	"context"
	"strings"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// ResetPassword sets a person's password from outside the pages.
type ResetPassword struct {
	Email    string
	Password string // 8–256 characters
}

// ResetPassword is the way back in for the only owner, whom nobody on the
// pages can help. Only whoever runs the server may. The person is signed out
// everywhere, and tries that failed before count no more.
func (a *Access) ResetPassword(ctx context.Context, actor loyalty.Actor, cmd ResetPassword) (loyalty.Staff, error) {
	if actor.Role != loyalty.System {
		return loyalty.Staff{}, loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Forgotten passwords are set on the command line.")
	}
	var p loyalty.Problems
	checkPassword(&p, "password", cmd.Password)
	if err := p.Err(); err != nil {
		return loyalty.Staff{}, err
	}
	who, err := a.withEmail(ctx, actor.OrgID, strings.ToLower(strings.TrimSpace(cmd.Email)))
	if err != nil {
		return loyalty.Staff{}, err
	}
	hash, err := secret.HashPassword(cmd.Password)
	if err != nil {
		return loyalty.Staff{}, err
	}
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if who, err = tx.LockStaff(ctx, actor.OrgID, who.ID); err != nil {
			return err
		}
		who.PasswordHash = hash
		if err := tx.UpdateStaff(ctx, who); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, who.OrgID, who.ID, nil); err != nil {
			return err
		}
		now := a.now()
		if err := tx.ForgiveSignIn(ctx, failureHash("account", who.Email), nil, now); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, now, "staff.reset_password", "staff", who.ID, nil))
	})
	return who, err
}

// withEmail is the person of the organization who signs in with the address.
func (a *Access) withEmail(ctx context.Context, orgID loyalty.ID, email string) (loyalty.Staff, error) {
	all, err := a.repo.AllStaff(ctx, orgID)
	if err != nil {
		return loyalty.Staff{}, err
	}
	for _, s := range all {
		switch {
		case s.Email != email:
		case !s.Active:
			return loyalty.Staff{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This person may not sign in. An owner can allow it again.")
		default:
			return s, nil
		}
	}
	return loyalty.Staff{}, loyalty.Errorf(loyalty.NotFound, loyalty.CodeNotFound, "Nobody signs in with %s there.", email)
}
