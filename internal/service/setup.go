package service

import (
	"context"

	"regulars/internal/loyalty"
)

// SetUp is all that a new server needs to be worked with.
type SetUp struct {
	CreateOrganization
	ProgramName string       // 1–255 characters; "Rewards" when ""
	Rate        loyalty.Rate // points per currency unit; 1 when 0
}

const (
	// defaultProgram is what the first program is called where nobody says.
	defaultProgram = "Rewards"
	// SuggestedRate is what a first program is suggested to give for a
	// currency unit: ten points, of which a tenth comes back.
	SuggestedRate loyalty.Rate = 10 * loyalty.RateScale
)

// setupKey is what those who set up at the same moment queue for.
const setupKey = "set up"

// NeedsSetup reports whether there is no organization yet.
func (a *Access) NeedsSetup(ctx context.Context) (bool, error) {
	if a.isSetUp.Load() {
		return false, nil
	}
	all, err := a.repo.Organizations(ctx)
	if err != nil {
		return false, err
	}
	a.isSetUp.Store(len(all) > 0)
	return len(all) == 0, nil
}

// SetUp makes the first organization, its store, its owner, and a program with
// the default tiers. Anyone may, on a server that has no organization; later
// it is a NotFound.
func (a *Access) SetUp(ctx context.Context, cmd SetUp) (Created, error) {
	if cmd.ProgramName == "" {
		cmd.ProgramName = defaultProgram
	}
	if cmd.Rate == 0 {
		cmd.Rate = loyalty.RateScale
	}
	var p loyalty.Problems
	cmd.ProgramName = checkText(&p, "programName", cmd.ProgramName, 1, 255)
	if cmd.Rate < 0 || cmd.Rate > loyalty.MaxRate {
		p.Add("pointsPerCurrencyUnit", "must be more than 0 and at most 1,000,000")
	}
	if err := p.Err(); err != nil {
		return Created{}, err
	}
	made, err := a.prepare(cmd.CreateOrganization)
	if err != nil {
		return Created{}, err
	}
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		alone, err := tx.HoldKey(ctx, loyalty.ID{}, setupKey)
		if err != nil {
			return err
		}
		all, err := tx.Organizations(ctx)
		if err != nil {
			return err
		}
		if !alone || len(all) > 0 {
			return loyalty.Missing("page")
		}
		if err := a.create(ctx, tx, made); err != nil {
			return err
		}
		return a.firstProgram(ctx, tx, made.Organization.ID, cmd)
	})
	if err != nil {
		return Created{}, err
	}
	a.isSetUp.Store(true)
	return made, nil
}

func (a *Access) firstProgram(ctx context.Context, tx loyalty.Tx, orgID loyalty.ID, cmd SetUp) error {
	now := a.now()
	program := loyalty.Program{
		// The least a point can be worth: at ten points a dollar a tenth comes back.
		OrgID: orgID, ID: loyalty.NewID(now), Name: cmd.ProgramName, Rate: cmd.Rate, CurrencyPerPoint: 1, Active: true,
		TierDowngrade: loyalty.DowngradeNever, NegativeBalance: loyalty.DebtRefuse, ClaimWindowDays: 7, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := tx.AddProgram(ctx, program); err != nil {
		return err
	}
	tiers := loyalty.DefaultTiers()
	for i := range tiers {
		tiers[i].OrgID, tiers[i].ID, tiers[i].ProgramID, tiers[i].CreatedAt = orgID, loyalty.NewID(now), program.ID, now
	}
	if err := tx.SaveTiers(ctx, tiers); err != nil {
		return err
	}
	return tx.BumpConfig(ctx, orgID)
}
