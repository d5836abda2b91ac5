package orgapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type program struct {
	ID                    respond.ID      `json:"id"`
	OrganizationID        respond.ID      `json:"organization_id"`
	Name                  string          `json:"name"`
	PointsPerCurrencyUnit respond.Decimal `json:"points_per_currency_unit"`
	CurrencyPerPoint      int64           `json:"currency_per_point"`
	IsActive              bool            `json:"is_active"`
	PointsExpireAfterDays *int            `json:"points_expire_after_days"`
	TierDowngrade         string          `json:"tier_downgrade"`
	NegativeBalance       string          `json:"negative_balance"`
	ClaimWindowDays       int             `json:"claim_window_days"`
	Version               int             `json:"version"`
	CreatedAt             respond.Time    `json:"created_at"`
	UpdatedAt             respond.Time    `json:"updated_at"`
	Tiers                 []tier          `json:"tiers"`
}

func programOf(p loyalty.Program) program {
	out := program{
		ID: respond.ID(p.ID), OrganizationID: respond.ID(p.OrgID), Name: p.Name, PointsPerCurrencyUnit: respond.Rate(p.Rate),
		CurrencyPerPoint: int64(p.CurrencyPerPoint), IsActive: p.Active, TierDowngrade: string(p.TierDowngrade),
		NegativeBalance: string(p.NegativeBalance), ClaimWindowDays: p.ClaimWindowDays, Version: p.Version,
		CreatedAt: respond.Time(p.CreatedAt), UpdatedAt: respond.Time(p.UpdatedAt), Tiers: tiersOf(p.Tiers),
	}
	if p.ExpireAfterDays > 0 {
		out.PointsExpireAfterDays = &p.ExpireAfterDays
	}
	return out
}

func tiersOf(tiers []loyalty.Tier) []tier {
	out := make([]tier, len(tiers))
	for i, t := range tiers {
		out[i] = tierOf(t)
	}
	return out
}

type programCreate struct {
	Name                  bind.Opt[string]    `json:"name"`
	PointsPerCurrencyUnit bind.Opt[bind.Rate] `json:"pointsPerCurrencyUnit"`
	CurrencyPerPoint      bind.Opt[int64]     `json:"currencyPerPoint"`
	IsActive              bind.Opt[bool]      `json:"isActive"`
	Tiers                 *[]tierRequest      `json:"tiers"`
}

type programUpdate struct {
	Name                  bind.Opt[string]    `json:"name"`
	PointsPerCurrencyUnit bind.Opt[bind.Rate] `json:"pointsPerCurrencyUnit"`
	CurrencyPerPoint      bind.Opt[int64]     `json:"currencyPerPoint"`
	IsActive              bind.Opt[bool]      `json:"isActive"`
	PointsExpireAfterDays bind.Opt[int64]     `json:"pointsExpireAfterDays"`
	TierDowngrade         bind.Opt[string]    `json:"tierDowngrade"`
	NegativeBalance       bind.Opt[string]    `json:"negativeBalance"`
	ClaimWindowDays       bind.Opt[int64]     `json:"claimWindowDays"`
}

func rate(o bind.Opt[bind.Rate]) service.Field[loyalty.Rate] {
	return service.Field[loyalty.Rate]{Set: o.Set, Null: o.Null, Value: loyalty.Rate(o.Value)}
}

// Programs is GET /v1/loyalty/programs.
func (h Handlers) Programs(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	page := q.PageOrAll()
	if err := q.Err(); err != nil {
		return err
	}
	programs, err := h.Services.Programs.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	programs = respond.OnPage(programs, page)
	out := make([]program, len(programs))
	for i, p := range programs {
		out[i] = programOf(p)
	}
	return respond.Data(c, fiber.StatusOK, out)
}

// Program is GET /v1/loyalty/programs/:id.
func (h Handlers) Program(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixProgram)
	if err != nil {
		return err
	}
	p, err := h.Services.Programs.Get(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, programOf(p))
}

// CreateProgram is POST /v1/loyalty/programs.
func (h Handlers) CreateProgram(c *fiber.Ctx) error {
	var in programCreate
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	f := service.ProgramFields{
		Name: service.Field[string](in.Name), Rate: rate(in.PointsPerCurrencyUnit),
		CurrencyPerPoint: service.Field[int64](in.CurrencyPerPoint), Active: service.Field[bool](in.IsActive),
	}
	if in.Tiers != nil {
		f.Tiers = service.Given(make([]service.TierFields, len(*in.Tiers)))
		for i, t := range *in.Tiers {
			f.Tiers.Value[i] = t.fields()
		}
	}
	return respond.Write(c, func(once loyalty.Once) (service.ProgramChanged, error) {
		return h.Services.Programs.Create(c.UserContext(), auth.Actor(c), service.CreateProgram{Fields: f, Once: once})
	}, func(p service.ProgramChanged) (int, any) { return fiber.StatusCreated, programOf(p.Program) })
}

// UpdateProgram is PATCH /v1/loyalty/programs/:id.
func (h Handlers) UpdateProgram(c *fiber.Ctx) error {
	var in programUpdate
	id, err := bind.PathID(c, "id", loyalty.PrefixProgram)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeProgram{ID: id, Fields: service.ProgramFields{
		Name: service.Field[string](in.Name), Rate: rate(in.PointsPerCurrencyUnit),
		CurrencyPerPoint: service.Field[int64](in.CurrencyPerPoint), Active: service.Field[bool](in.IsActive),
		ExpireAfterDays: service.Field[int64](in.PointsExpireAfterDays), TierDowngrade: service.Field[string](in.TierDowngrade),
		NegativeBalance: service.Field[string](in.NegativeBalance), ClaimWindowDays: service.Field[int64](in.ClaimWindowDays),
	}}
	return respond.Write(c, func(once loyalty.Once) (service.ProgramChanged, error) {
		cmd.Once = once
		return h.Services.Programs.Change(c.UserContext(), auth.Actor(c), cmd)
	}, func(p service.ProgramChanged) (int, any) { return fiber.StatusOK, programOf(p.Program) })
}

type deleted struct {
	Deleted bool `json:"deleted"`
}

// DeleteProgram is DELETE /v1/loyalty/programs/:id.
func (h Handlers) DeleteProgram(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixProgram)
	if err != nil {
		return err
	}
	if err := h.Services.Programs.Delete(c.UserContext(), auth.Actor(c), id); err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, deleted{true})
}
