package service

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"regulars/internal/loyalty"
)

// Programs sets up how points are earned: programs and their tiers. At most
// one program of an organization is active, and every change of the active
// one's tiers puts its members into the tiers they then reach.
type Programs struct {
	*Core
	counts sync.Map // loyalty.ID of the organization → *counted
}

// ProgramFields are a program's own fields, as a request gives them.
type ProgramFields struct {
	Name             Field[string] // 1–255 characters
	Rate             Field[loyalty.Rate]
	CurrencyPerPoint Field[int64] // minor units, 1 to 1,000,000,000
	Active           Field[bool]
	ExpireAfterDays  Field[int64] // 1 to 36,500; null for never
	TierDowngrade    Field[string]
	NegativeBalance  Field[string]
	ClaimWindowDays  Field[int64] // 0–365
	Tiers            Field[[]TierFields]
	Unread           loyalty.Problems // what couldn't be read: it is refused with all else that is wrong
}

// CreateProgram makes a program. Without tiers it gets the usual four.
type CreateProgram struct {
	Fields ProgramFields
	// RateRequired says that the rate has no default.
	RateRequired bool
	Once         loyalty.Once
}

// ChangeProgram changes a program; fields left out stay. Tiers, when given,
// are the whole ladder.
type ChangeProgram struct {
	ID     loyalty.ID
	Fields ProgramFields
	Moves  bool // say who moved, to who may see customers
	// Still reports whether a program is as the change was made for; nil where
	// that doesn't matter. Where it isn't, the change is a Conflict.
	Still func(loyalty.Program) bool
	Once  loyalty.Once
}

// ProgramChanged is a program as it now is, and what became of its members.
type ProgramChanged struct {
	Program loyalty.Program
	Moved   loyalty.Moved
	Moves   []loyalty.Move // the first of those who moved, by name, when asked for
}

// List is every program with its tiers, the active one first, then the newest
// first. It needs loyalty.LoyaltyRead.
func (s *Programs) List(ctx context.Context, actor loyalty.Actor) ([]loyalty.Program, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return nil, err
	}
	return s.repo.Programs(ctx, actor.OrgID)
}

// Get is one program with its tiers. It needs loyalty.LoyaltyRead.
func (s *Programs) Get(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Program, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return loyalty.Program{}, err
	}
	return s.repo.Program(ctx, actor.OrgID, id)
}

// Create makes a program, which is active unless it says otherwise, and then
// takes over the members of the one that was. It needs loyalty.ProgramWrite.
func (s *Programs) Create(ctx context.Context, actor loyalty.Actor, cmd CreateProgram) (ProgramChanged, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return ProgramChanged{}, err
	}
	program, err := newProgram(actor.OrgID, cmd, s.moment())
	if err != nil {
		return ProgramChanged{}, err
	}
	done, err := once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (ProgramChanged, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return ProgramChanged{}, err
		}
		return s.add(ctx, tx, actor, program)
	})
	if err == nil && program.Active {
		s.settle(ctx, actor.OrgID)
	}
	return done, err
}

func newProgram(orgID loyalty.ID, cmd CreateProgram, now time.Time) (loyalty.Program, error) {
	p, f := cmd.Fields.Unread, cmd.Fields
	required(&p, "name", f.Name)
	if cmd.RateRequired {
		required(&p, "pointsPerCurrencyUnit", f.Rate)
	}
	blank := loyalty.Program{
		OrgID: orgID, ID: loyalty.NewID(now), Rate: loyalty.RateScale, CurrencyPerPoint: 100, Active: true,
		TierDowngrade: loyalty.DowngradeNever, NegativeBalance: loyalty.DebtRefuse, ClaimWindowDays: 7, Version: 1,
		CreatedAt: now, UpdatedAt: now,
	}
	if !f.Tiers.Set {
		blank.Tiers = loyalty.DefaultTiers()
		for i := range blank.Tiers {
			t := &blank.Tiers[i]
			t.OrgID, t.ID, t.ProgramID, t.CreatedAt = orgID, loyalty.NewID(now), blank.ID, now
		}
	}
	program, _, err := plan(&p, blank, f, now)
	return program, err
}

func (s *Programs) add(ctx context.Context, tx loyalty.Tx, actor loyalty.Actor, program loyalty.Program) (ProgramChanged, error) {
	done := ProgramChanged{Program: program}
	if program.Active {
		if err := tx.DeactivatePrograms(ctx, program.OrgID, program.ID, program.UpdatedAt); err != nil {
			return done, err
		}
	}
	if err := tx.AddProgram(ctx, program); err != nil {
		return done, err
	}
	if err := tx.SaveTiers(ctx, program.Tiers); err != nil {
		return done, err
	}
	if program.Active {
		var err error
		if done.Moved, err = tx.Retier(ctx, program.OrgID, program.ID, nil); err != nil {
			return done, err
		}
	}
	return done, recordChange(ctx, tx, loyalty.Audit(actor, program.UpdatedAt, "program.create", "program", program.ID, programDetail(program)))
}

// errOvertaken refuses a change that was made for what isn't there any more.
func errOvertaken() error {
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Somebody else has changed this meanwhile.")
}

// Change changes a program and, where its tiers changed or it became active,
// puts members into the tiers they reach. Nothing given, or nothing that
// differs, changes nothing. It needs loyalty.ProgramWrite. A tier left out
// that a reward asks for is a Conflict.
func (s *Programs) Change(ctx context.Context, actor loyalty.Actor, cmd ChangeProgram) (ProgramChanged, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return ProgramChanged{}, err
	}
	reshaped := false
	done, err := once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) (ProgramChanged, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return ProgramChanged{}, err
		}
		before, err := tx.Program(ctx, actor.OrgID, cmd.ID)
		if err != nil {
			return ProgramChanged{}, err
		}
		if cmd.Still != nil && !cmd.Still(before) {
			return ProgramChanged{}, errOvertaken()
		}
		p := cmd.Fields.Unread
		after, removed, err := plan(&p, before, cmd.Fields, s.moment())
		if err != nil {
			return ProgramChanged{}, err
		}
		c := change{before: before, after: after, removed: removed, moves: cmd.Moves && actor.Can(loyalty.CustomersRead)}
		c.entry = loyalty.Audit(actor, s.moment(), "program.update", "program", before.ID, programDetail(after))
		reshaped = c.reshapes()
		return s.save(ctx, tx, c)
	})
	if err == nil && reshaped {
		s.settle(ctx, actor.OrgID)
	}
	return done, err
}

// Delete takes out a program that has no members, with its tiers and its
// rewards. It needs loyalty.ProgramWrite. One with members, or with a reward
// that was ever redeemed, is a Conflict.
func (s *Programs) Delete(ctx context.Context, actor loyalty.Actor, id loyalty.ID) error {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return err
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return err
		}
		if _, err := tx.Program(ctx, actor.OrgID, id); err != nil {
			return err
		}
		if err := tx.DeleteProgram(ctx, actor.OrgID, id); err != nil {
			return err
		}
		return recordChange(ctx, tx, loyalty.Audit(actor, s.moment(), "program.delete", "program", id, nil))
	})
}

// change is a change of a program that is to be written.
type change struct {
	before, after loyalty.Program
	removed       []loyalty.ID // tiers
	moves         bool         // whether to find out who moves
	entry         loyalty.AuditEntry
}

// reshapes reports whether members may have to move.
func (c change) reshapes() bool {
	return c.after.Active && !c.before.Active || !reflect.DeepEqual(c.before.Tiers, c.after.Tiers)
}

// save writes what changed. Members leave a tier before it goes.
func (s *Programs) save(ctx context.Context, tx loyalty.Tx, c change) (ProgramChanged, error) {
	if reflect.DeepEqual(c.before, c.after) {
		return ProgramChanged{Program: c.before}, nil
	}
	c.after.Version, c.after.UpdatedAt = c.before.Version+1, c.entry.At
	done := ProgramChanged{Program: c.after}
	if c.after.Active {
		if err := tx.DeactivatePrograms(ctx, c.after.OrgID, c.after.ID, c.entry.At); err != nil {
			return done, err
		}
	}
	if err := tx.SaveProgram(ctx, c.after); err != nil {
		return done, err
	}
	if c.reshapes() {
		var err error
		if done.Moved, done.Moves, err = reshape(ctx, tx, c); err != nil {
			return done, err
		}
	}
	return done, recordChange(ctx, tx, c.entry)
}

func reshape(ctx context.Context, tx loyalty.Tx, c change) (moved loyalty.Moved, moves []loyalty.Move, err error) {
	if c.moves {
		if moves, err = tx.Moves(ctx, c.after.OrgID, rungsOf(c.after), c.after.Tiers, maxMoves); err != nil {
			return moved, nil, err
		}
	}
	// What stays as it is isn't written: that would lock the tier against every
	// award that moves a member into it.
	touched := slices.DeleteFunc(slices.Clone(c.after.Tiers), func(t loyalty.Tier) bool { return slices.Contains(c.before.Tiers, t) })
	if err = tx.SaveTiers(ctx, touched); err != nil {
		return moved, nil, err
	}
	if moved, err = tx.Retier(ctx, c.after.OrgID, c.after.ID, c.removed); err != nil {
		return moved, nil, err
	}
	if len(c.removed) > 0 {
		err = tx.DeleteTiers(ctx, c.after.OrgID, c.removed)
	}
	return moved, moves, err
}

// recordChange makes everything decided on what was set up before stale, and
// adds the entry to the audit log.
func recordChange(ctx context.Context, tx loyalty.Tx, e loyalty.AuditEntry) error {
	if err := tx.BumpConfig(ctx, e.OrgID); err != nil {
		return err
	}
	return tx.AddAudit(ctx, e)
}

func programDetail(p loyalty.Program) map[string]any {
	ladder := make([]map[string]any, len(p.Tiers))
	for i, t := range p.Tiers {
		ladder[i] = map[string]any{"id": t.ID.String(), "min_points": t.MinPoints, "multiplier": t.Multiplier}
	}
	return map[string]any{
		"rate": p.Rate.String(), "currency_per_point": p.CurrencyPerPoint, "is_active": p.Active,
		"expire_after_days": p.ExpireAfterDays, "tier_downgrade": p.TierDowngrade, "negative_balance": p.NegativeBalance,
		"claim_window_days": p.ClaimWindowDays, "tiers": ladder,
	}
}
