package service

import (
	"context"
	"strings"

	"regulars/internal/loyalty"
)

// SetUp is all that a new server needs to be worked with.
type SetUp struct {
	CreateOrganization
	ProgramName string           // 1–255 characters; "Rewards" when ""
	Rate        loyalty.Rate     // points per currency unit; at most 1 when 0
	TierNames   []string         // of the usual tiers, from the lowest; in English where there is none
	Unread      loyalty.Problems // what couldn't be read: it is refused with all else that is wrong
}

const (
	// defaultProgram is what the first program is called where nobody says.
	defaultProgram = "Rewards"
	// SuggestedRate is what a first program is suggested to give for a
	// currency unit: ten points, of which a tenth comes back.
	SuggestedRate loyalty.Rate = 10 * loyalty.RateScale
)

// suggestedRate is the rate at which a tenth of a bill comes back, a point
// being worth the least that the currency has.
func suggestedRate(currency string) loyalty.Rate {
	rate := loyalty.Rate(loyalty.RateScale)
	for range loyalty.Exponent(currency) {
		rate *= 10
	}
	return rate / 10
}

// checkRate refuses a rate that gives away more than half of what guests pay:
// ten points a yen would be ten yen.
func checkRate(p *loyalty.Problems, rate loyalty.Rate, currency string) {
	suggested := suggestedRate(currency)
	switch {
	case rate < 0 || rate > loyalty.MaxRate:
		p.Add("pointsPerCurrencyUnit", "must be more than 0 and at most 1,000,000")
	case loyalty.ValidCurrency(currency) && rate > 5*suggested:
		p.Add("pointsPerCurrencyUnit", "gives more than half of every bill back; with %s a tenth comes back", suggested.String())
	}
}

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
	// Nobody has a password hashed, which is slow, for a page that isn't there.
	needed, err := a.NeedsSetup(ctx)
	if err != nil {
		return Created{}, err
	}
	if !needed {
		return Created{}, loyalty.Missing("page")
	}
	if cmd.ProgramName == "" {
		cmd.ProgramName = defaultProgram
	}
	currency := strings.ToUpper(strings.TrimSpace(cmd.Currency))
	if cmd.Rate == 0 {
		cmd.Rate = min(loyalty.RateScale, suggestedRate(currency))
	}
	p := cmd.Unread
	cmd.ProgramName = checkName(&p, "programName", cmd.ProgramName, 255)
	checkRate(&p, cmd.Rate, currency)
	made, err := a.prepare(cmd.CreateOrganization, p)
	if err != nil {
		return Created{}, err
	}
	if err := a.found(ctx, made, cmd); err != nil {
		return Created{}, err
	}
	a.isSetUp.Store(true)
	return made, nil
}

// found writes what was prepared, unless somebody else was first.
func (a *Access) found(ctx context.Context, made Created, cmd SetUp) error {
	return a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
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
}

func (a *Access) firstProgram(ctx context.Context, tx loyalty.Tx, orgID loyalty.ID, cmd SetUp) error {
	now := a.now()
	program := loyalty.Program{
		// The least a point can be worth; suggestedRate goes by it.
		OrgID: orgID, ID: loyalty.NewID(now), Name: cmd.ProgramName, Rate: cmd.Rate, CurrencyPerPoint: 1, Active: true,
		TierDowngrade: loyalty.DowngradeNever, NegativeBalance: loyalty.DebtRefuse, ClaimWindowDays: 7, Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := tx.AddProgram(ctx, program); err != nil {
		return err
	}
	tiers := loyalty.DefaultTiers()
	for i := range tiers {
		if i < len(cmd.TierNames) {
			tiers[i].Name = cmd.TierNames[i]
		}
		tiers[i].OrgID, tiers[i].ID, tiers[i].ProgramID, tiers[i].CreatedAt = orgID, loyalty.NewID(now), program.ID, now
	}
	if err := tx.SaveTiers(ctx, tiers); err != nil {
		return err
	}
	return tx.BumpConfig(ctx, orgID)
}
