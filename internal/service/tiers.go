package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/internal/loyalty"
)

// TierFields are a tier's fields, as a request gives them.
type TierFields struct {
	ID         loyalty.ID    // in a ladder: the tier that is meant; zero: the one of that name, or a new one
	Name       Field[string] // 1–255 characters
	MinPoints  Field[int64]  // 0 to loyalty.MaxPoints, unique in the program
	Multiplier Field[int64]  // percent, 100–1000
	Benefits   Field[string] // at most 1000 characters
}

// AddTier adds a tier to a program.
type AddTier struct {
	ProgramID loyalty.ID
	Fields    TierFields
	Once      loyalty.Once
}

// ChangeTier changes a tier; fields left out stay.
type ChangeTier struct {
	ID     loyalty.ID
	Fields TierFields
	Once   loyalty.Once
}

// TierChanged is a tier as it now is, or was when it is gone, and what became
// of the members.
type TierChanged struct {
	Tier  loyalty.Tier
	Moved loyalty.Moved
}

// AddTier adds a tier, and moves the members who reach it. It needs
// loyalty.ProgramWrite.
func (s *Programs) AddTier(ctx context.Context, actor loyalty.Actor, cmd AddTier) (TierChanged, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return TierChanged{}, err
	}
	if cmd.ProgramID.IsZero() {
		var p loyalty.Problems
		p.Add("programId", "is required")
		cmd.Fields.require(&p, "")
		return TierChanged{}, p.Err()
	}
	find := func(ctx context.Context, tx loyalty.Tx) (loyalty.Program, error) {
		return tx.Program(ctx, actor.OrgID, cmd.ProgramID)
	}
	return s.alter(ctx, actor, "tier.create", cmd.Once, find, func(p *loyalty.Problems, program loyalty.Program, now time.Time) (ladder, error) {
		t := loyalty.Tier{OrgID: actor.OrgID, ID: loyalty.NewID(now), ProgramID: program.ID, CreatedAt: now}
		cmd.Fields.require(p, "")
		cmd.Fields.apply(p, "", &t)
		loyalty.CheckTier(p, t, program.Tiers)
		return ladder{tiers: append(slices.Clone(program.Tiers), t), tier: t}, p.Err()
	})
}

// ChangeTier changes a tier, and moves the members who then reach another. It
// needs loyalty.ProgramWrite. The only tier at 0 points can't be raised.
func (s *Programs) ChangeTier(ctx context.Context, actor loyalty.Actor, cmd ChangeTier) (TierChanged, error) {
	find := func(ctx context.Context, tx loyalty.Tx) (loyalty.Program, error) {
		return tx.ProgramOfTier(ctx, actor.OrgID, cmd.ID)
	}
	return s.alter(ctx, actor, "tier.update", cmd.Once, find, func(p *loyalty.Problems, program loyalty.Program, _ time.Time) (ladder, error) {
		others := without(program.Tiers, cmd.ID)
		t, _ := program.Tier(cmd.ID)
		cmd.Fields.apply(p, "", &t)
		loyalty.CheckTier(p, t, others)
		return ladder{tiers: append(others, t), tier: t}, p.Err()
	})
}

// DeleteTier takes a tier out, and moves its members to the one they then
// reach. It needs loyalty.ProgramWrite. The tier at 0 points, and one that a
// reward asks for, are a Conflict.
func (s *Programs) DeleteTier(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (TierChanged, error) {
	find := func(ctx context.Context, tx loyalty.Tx) (loyalty.Program, error) {
		return tx.ProgramOfTier(ctx, actor.OrgID, id)
	}
	return s.alter(ctx, actor, "tier.delete", loyalty.Once{}, find, func(_ *loyalty.Problems, program loyalty.Program, _ time.Time) (ladder, error) {
		t, _ := program.Tier(id)
		if t.MinPoints == 0 {
			return ladder{}, loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict,
				"%s is the tier that starts at 0 points, and a program always keeps one. Let another tier start at 0 by changing the whole ladder.", t.Name)
		}
		return ladder{tiers: without(program.Tiers, id), tier: t, removed: []loyalty.ID{id}}, nil
	})
}

// ladder is what a program's tiers are to become.
type ladder struct {
	tiers   []loyalty.Tier
	tier    loyalty.Tier // the one that it is about
	removed []loyalty.ID
}

// alter changes one tier of the program that find finds, in one transaction,
// and looks after the members.
func (s *Programs) alter(
	ctx context.Context, actor loyalty.Actor, action string, o loyalty.Once,
	find func(ctx context.Context, tx loyalty.Tx) (loyalty.Program, error),
	shape func(p *loyalty.Problems, program loyalty.Program, now time.Time) (ladder, error),
) (TierChanged, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return TierChanged{}, err
	}
	reshaped := false
	done, err := once(ctx, s.Core, actor.OrgID, o, func(ctx context.Context, tx loyalty.Tx) (TierChanged, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return TierChanged{}, err
		}
		before, err := find(ctx, tx)
		if err != nil {
			return TierChanged{}, err
		}
		var p loyalty.Problems
		l, err := shape(&p, before, s.moment())
		if err != nil {
			return TierChanged{}, err
		}
		c := change{before: before, after: before, removed: l.removed}
		c.after.Tiers = l.tiers
		loyalty.SortTiers(c.after.Tiers)
		c.entry = loyalty.Audit(actor, s.moment(), action, "tier", l.tier.ID,
			map[string]any{"program_id": before.ID.String(), "min_points": l.tier.MinPoints, "multiplier": l.tier.Multiplier})
		reshaped = c.reshapes()
		saved, err := s.save(ctx, tx, c)
		return TierChanged{Tier: l.tier, Moved: saved.Moved}, err
	})
	if err == nil && reshaped {
		s.settle(ctx, actor.OrgID)
	}
	return done, err
}

func without(tiers []loyalty.Tier, id loyalty.ID) []loyalty.Tier {
	return slices.DeleteFunc(slices.Clone(tiers), func(t loyalty.Tier) bool { return t.ID == id })
}

// require adds a problem for each field that a new tier needs and lacks.
func (f TierFields) require(p *loyalty.Problems, prefix string) {
	required(p, prefix+"name", f.Name)
	required(p, prefix+"minPoints", f.MinPoints)
	required(p, prefix+"multiplier", f.Multiplier)
}

const maxBenefits = 1000

// apply puts what was given into t. Ranges are left to the ladder's rules, but
// for numbers that t has no room for.
func (f TierFields) apply(p *loyalty.Problems, prefix string, t *loyalty.Tier) {
	setTitle(p, prefix+"name", f.Name, &t.Name)
	setText(p, prefix+"benefits", f.Benefits, 0, maxBenefits, &t.Benefits)
	if f.MinPoints.present(p, prefix+"minPoints") {
		t.MinPoints = loyalty.Points(f.MinPoints.Value)
	}
	if f.Multiplier.present(p, prefix+"multiplier") {
		t.Multiplier = loyalty.Multiplier(max(0, min(f.Multiplier.Value, 10_000))) //nolint:gosec // bounded right here, beyond what is allowed
	}
}

// plan works out what the program becomes, and which tiers go.
func plan(p *loyalty.Problems, before loyalty.Program, f ProgramFields, now time.Time) (after loyalty.Program, removed []loyalty.ID, err error) {
	after = before
	setTitle(p, "name", f.Name, &after.Name)
	setRate(p, "pointsPerCurrencyUnit", f.Rate, &after.Rate)
	setNumber(p, "currencyPerPoint", f.CurrencyPerPoint, 1, int64(loyalty.MaxPoints), &after.CurrencyPerPoint)
	setLimit(p, "pointsExpireAfterDays", f.ExpireAfterDays, 1, 36_500, &after.ExpireAfterDays)
	setChoice(p, "tierDowngrade", f.TierDowngrade, &after.TierDowngrade, loyalty.DowngradeNever, loyalty.DowngradeOnReversal)
	setChoice(p, "negativeBalance", f.NegativeBalance, &after.NegativeBalance, loyalty.DebtRefuse, loyalty.DebtAllow)
	setNumber(p, "claimWindowDays", f.ClaimWindowDays, 0, 365, &after.ClaimWindowDays)
	if f.Active.present(p, "isActive") {
		after.Active = f.Active.Value
	}
	if f.Tiers.present(p, "tiers") {
		after.Tiers, removed, err = match(p, before, f.Tiers.Value, now)
	}
	if err == nil {
		err = p.Err()
	}
	return after, removed, err
}

// match turns a ladder as it was sent into tiers: a tier keeps its id when it
// is named by it, or else by its name. Those of the program that nothing names
// are removed.
func match(p *loyalty.Problems, program loyalty.Program, sent []TierFields, now time.Time) (tiers []loyalty.Tier, removed []loyalty.ID, err error) {
	taken := map[loyalty.ID]bool{}
	for i, f := range sent {
		if f.ID.IsZero() {
			continue
		}
		if _, ok := program.Tier(f.ID); !ok {
			return nil, nil, loyalty.Missing("tier")
		}
		if taken[f.ID] {
			p.Add(fmt.Sprintf("tiers[%d].id", i), "names a tier that another entry names already")
		}
		taken[f.ID] = true
	}
	for i, f := range sent {
		t := meant(program, f, taken, now)
		prefix := fmt.Sprintf("tiers[%d].", i)
		f.require(p, prefix)
		f.apply(p, prefix, &t)
		tiers = append(tiers, t)
	}
	loyalty.CheckLadder(p, "tiers", tiers)
	for _, t := range program.Tiers {
		if !taken[t.ID] {
			removed = append(removed, t.ID)
		}
	}
	loyalty.SortTiers(tiers)
	return tiers, removed, nil
}

// meant is the tier that an entry of a ladder is about: the program's, or a
// new one.
func meant(program loyalty.Program, f TierFields, taken map[loyalty.ID]bool, now time.Time) loyalty.Tier {
	if t, ok := program.Tier(f.ID); ok && !f.ID.IsZero() {
		return t
	}
	for _, t := range program.Tiers {
		if f.Name.Set && t.Name == strings.TrimSpace(f.Name.Value) && !taken[t.ID] {
			taken[t.ID] = true
			return t
		}
	}
	return loyalty.Tier{OrgID: program.OrgID, ID: loyalty.NewID(now), ProgramID: program.ID, CreatedAt: now}
}
