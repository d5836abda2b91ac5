package service

import (
	"context"
	"slices"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// CreateStaff is a new person who signs in.
type CreateStaff struct {
	Email    string
	Name     string // 1–255 characters
	Role     loyalty.Role
	Password string       // 8–256 characters
	StoreIDs []loyalty.ID // where the person works; empty means every store
	Language string       // "en", "es", or "" for the browser's
	Once     loyalty.Once
}

// CreateStaff adds a person. It needs loyalty.Administer.
func (a *Access) CreateStaff(ctx context.Context, actor loyalty.Actor, cmd CreateStaff) (loyalty.Staff, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Staff{}, err
	}
	var p loyalty.Problems
	cmd.Email = checkEmail(&p, "email", cmd.Email)
	cmd.Name = checkName(&p, "name", cmd.Name, 255)
	checkRole(&p, cmd.Role)
	checkPassword(&p, "password", cmd.Password)
	checkLanguage(&p, cmd.Language)
	if err := p.Err(); err != nil {
		return loyalty.Staff{}, err
	}
	if err := a.checkStores(ctx, actor, cmd.StoreIDs); err != nil {
		return loyalty.Staff{}, err
	}
	hash, err := secret.HashPassword(cmd.Password)
	if err != nil {
		return loyalty.Staff{}, err
	}
	now := a.now()
	s := loyalty.Staff{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), Email: cmd.Email, Name: cmd.Name, Role: cmd.Role, PasswordHash: hash,
		StoreIDs: cmd.StoreIDs, Language: cmd.Language, Active: true, CreatedAt: now,
	}
	return once(ctx, a.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Staff, error) {
		if err := tx.AddStaff(ctx, s); err != nil {
			return loyalty.Staff{}, err
		}
		return s, tx.AddAudit(ctx, loyalty.Audit(actor, now, "staff.create", "staff", s.ID, map[string]any{"role": s.Role}))
	})
}

func checkRole(p *loyalty.Problems, role loyalty.Role) {
	switch role {
	case loyalty.Owner, loyalty.Manager, loyalty.Cashier:
	default:
		p.Add("role", "must be owner, manager or cashier")
	}
}

// UpdateStaff changes a person. What is nil stays.
type UpdateStaff struct {
	ID         loyalty.ID
	Email      *string
	Name       *string
	Role       *loyalty.Role
	Password   *string
	StoreIDs   *[]loyalty.ID
	Language   *string
	CustomerID *loyalty.ID // the person's own guest account; zero for none
	Active     *bool
	Unread     loyalty.Problems         // what couldn't be read: it is refused with all else that is wrong
	Still      func(loyalty.Staff) bool // as ChangeProgram.Still
	Once       loyalty.Once
}

// UpdateStaff changes a person. It needs loyalty.Administer. Whoever loses
// rights or gets another password is signed out everywhere, and an
// organization always keeps an owner who can sign in.
func (a *Access) UpdateStaff(ctx context.Context, actor loyalty.Actor, cmd UpdateStaff) (loyalty.Staff, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Staff{}, err
	}
	if err := cmd.check(); err != nil {
		return loyalty.Staff{}, err
	}
	if cmd.StoreIDs != nil {
		if err := a.checkStores(ctx, actor, *cmd.StoreIDs); err != nil {
			return loyalty.Staff{}, err
		}
	}
	hash, err := hashed(cmd.Password)
	if err != nil {
		return loyalty.Staff{}, err
	}
	return once(ctx, a.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (loyalty.Staff, error) {
		// The lock on all that is set up is what two owners who demote each
		// other queue for.
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return loyalty.Staff{}, err
		}
		before, err := tx.LockStaff(ctx, actor.OrgID, cmd.ID)
		if err != nil {
			return loyalty.Staff{}, err
		}
		if cmd.Still != nil && !cmd.Still(before) {
			return loyalty.Staff{}, errOvertaken()
		}
		s := cmd.applied(before, hash)
		if err := keepsOwner(ctx, tx, s); err != nil {
			return loyalty.Staff{}, err
		}
		if err := tx.UpdateStaff(ctx, s); err != nil {
			return loyalty.Staff{}, err
		}
		if hash != "" || !s.Active || s.Role != before.Role {
			if err := tx.EndSessionsOf(ctx, actor.OrgID, s.ID, nil); err != nil {
				return loyalty.Staff{}, err
			}
		}
		detail := map[string]any{"role": s.Role, "active": s.Active, "password": hash != ""}
		return s, tx.AddAudit(ctx, loyalty.Audit(actor, a.now(), "staff.update", "staff", s.ID, detail))
	})
}

func (cmd *UpdateStaff) check() error {
	p := cmd.Unread
	if cmd.Email != nil {
		*cmd.Email = checkEmail(&p, "email", *cmd.Email)
	}
	if cmd.Name != nil {
		*cmd.Name = checkName(&p, "name", *cmd.Name, 255)
	}
	if cmd.Role != nil {
		checkRole(&p, *cmd.Role)
	}
	if cmd.Password != nil {
		checkPassword(&p, "password", *cmd.Password)
	}
	if cmd.Language != nil {
		checkLanguage(&p, *cmd.Language)
	}
	return p.Err()
}

func (cmd *UpdateStaff) applied(s loyalty.Staff, hash string) loyalty.Staff {
	set(&s.Email, cmd.Email)
	set(&s.Name, cmd.Name)
	set(&s.Role, cmd.Role)
	set(&s.StoreIDs, cmd.StoreIDs)
	set(&s.Language, cmd.Language)
	set(&s.CustomerID, cmd.CustomerID)
	set(&s.Active, cmd.Active)
	if hash != "" {
		s.PasswordHash = hash
	}
	return s
}

// set changes to unless the change was left out.
func set[T any](to, change *T) {
	if change != nil {
		*to = *change
	}
}

// hashed is the hash of a new password; "" where there is none.
func hashed(password *string) (string, error) {
	if password == nil {
		return "", nil
	}
	return secret.HashPassword(*password)
}

// keepsOwner is a Conflict when nobody who can sign in would be an owner
// after s is saved.
func keepsOwner(ctx context.Context, tx loyalty.Tx, s loyalty.Staff) error {
	if s.Role == loyalty.Owner && s.Active {
		return nil
	}
	all, err := tx.AllStaff(ctx, s.OrgID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != s.ID && other.Role == loyalty.Owner && other.Active {
			return nil
		}
	}
	field := "role"
	if !s.Active {
		field = "active"
	}
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This is the last owner. Make someone else an owner first.").About(field)
}

// AllStaff lists the people by name, inactive ones too. It needs
// loyalty.Administer.
func (a *Access) AllStaff(ctx context.Context, actor loyalty.Actor) ([]loyalty.Staff, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	return a.repo.AllStaff(ctx, actor.OrgID)
}

// Colleagues are the people who work where the actor may look, those who have
// left too. It needs loyalty.AnomaliesRead.
func (a *Access) Colleagues(ctx context.Context, actor loyalty.Actor) ([]loyalty.Staff, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return nil, err
	}
	all, err := a.repo.AllStaff(ctx, actor.OrgID)
	return slices.DeleteFunc(all, func(s loyalty.Staff) bool {
		return len(s.StoreIDs) > 0 && !slices.ContainsFunc(s.StoreIDs, func(id loyalty.ID) bool { return actor.RequireStore(id) == nil })
	}), err
}

// StaffMember is one of the people. It needs loyalty.Administer, except for
// oneself.
func (a *Access) StaffMember(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Staff, error) {
	if id != actor.StaffID || id.IsZero() {
		if err := actor.Require(loyalty.Administer); err != nil {
			return loyalty.Staff{}, err
		}
	}
	return a.repo.StaffMember(ctx, actor.OrgID, id)
}

// ChangePassword is a person's own change of password.
type ChangePassword struct {
	Current string
	New     string // 8–256 characters
	Token   string // of the session that goes on; every other one ends
}

// ChangePassword changes the actor's own password. Too many wrong ones are a
// TooMany, as in signing in.
func (a *Access) ChangePassword(ctx context.Context, actor loyalty.Actor, cmd ChangePassword) error {
	if err := requirePassword(actor); err != nil {
		return err
	}
	who, err := a.repo.StaffMember(ctx, actor.OrgID, actor.StaffID)
	if err != nil {
		return err
	}
	var p loyalty.Problems
	checkPassword(&p, "newPassword", cmd.New)
	ok, err := a.confirms(ctx, who, cmd.Current)
	if err != nil {
		return err
	}
	if !ok {
		p.Add("currentPassword", "is not right")
	}
	if err := p.Err(); err != nil {
		return err
	}
	hash, err := secret.HashPassword(cmd.New)
	if err != nil {
		return err
	}
	kept := secret.Hash(cmd.Token)
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		s, err := tx.LockStaff(ctx, actor.OrgID, actor.StaffID)
		if err != nil {
			return err
		}
		s.PasswordHash = hash
		if err := tx.UpdateStaff(ctx, s); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, s.OrgID, s.ID, kept[:]); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, a.now(), "staff.password", "staff", s.ID, nil))
	})
}

// SetLanguage changes the language the actor reads: "en", "es", or "" for the
// browser's.
func (a *Access) SetLanguage(ctx context.Context, actor loyalty.Actor, language string) error {
	var p loyalty.Problems
	checkLanguage(&p, language)
	if err := p.Err(); err != nil {
		return err
	}
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		s, err := tx.LockStaff(ctx, actor.OrgID, actor.StaffID)
		if err != nil {
			return err
		}
		s.Language = language
		return tx.UpdateStaff(ctx, s)
	})
}
