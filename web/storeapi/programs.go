package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type program struct {
	ID              *string         `json:"id"`
	Name            string          `json:"name"`
	PointsPerDollar respond.Decimal `json:"points_per_dollar"`
	Tiers           []rung          `json:"tiers"`
	IsActive        bool            `json:"is_active"`
	CreatedAt       respond.Time    `json:"created_at"`
}

type rung struct {
	Name       string          `json:"name"`
	MinPoints  int64           `json:"min_points"`
	Multiplier respond.Decimal `json:"multiplier"`
}

func programOf(p loyalty.Program) program {
	out := program{
		ID: respond.PrefixedID(loyalty.PrefixProgram, p.ID), Name: p.Name, PointsPerDollar: respond.Rate(p.Rate), Tiers: make([]rung, len(p.Tiers)),
		IsActive: p.Active, CreatedAt: respond.Time(p.CreatedAt),
	}
	for i, t := range p.Tiers {
		out.Tiers[i] = rung{t.Name, int64(t.MinPoints), respond.Factor(t.Multiplier)}
	}
	return out
}

type programRequest struct {
	Name            bind.Opt[string]    `json:"name"`
	PointsPerDollar bind.Opt[bind.Rate] `json:"points_per_dollar"`
	Tiers           *[]rungRequest      `json:"tiers"`
	IsActive        bind.Opt[bool]      `json:"is_active"`
}

type rungRequest struct {
	Name       bind.Opt[string]      `json:"name"`
	MinPoints  bind.Opt[int64]       `json:"min_points"`
	Multiplier bind.Opt[bind.Factor] `json:"multiplier"`
}

func (r programRequest) fields() service.ProgramFields {
	f := service.ProgramFields{
		Name: service.Field[string](r.Name), Active: service.Field[bool](r.IsActive),
		Rate: service.Field[loyalty.Rate]{Set: r.PointsPerDollar.Set, Null: r.PointsPerDollar.Null, Value: loyalty.Rate(r.PointsPerDollar.Value)},
	}
	if r.Tiers == nil {
		return f
	}
	f.Tiers = service.Given(make([]service.TierFields, len(*r.Tiers)))
	for i, t := range *r.Tiers {
		f.Tiers.Value[i] = service.TierFields{
			Name: service.Field[string](t.Name), MinPoints: service.Field[int64](t.MinPoints),
			Multiplier: service.Field[int64]{Set: t.Multiplier.Set, Null: t.Multiplier.Null, Value: int64(t.Multiplier.Value)},
		}
	}
	return f
}

// Programs is GET /v1/stores/:store_id/loyalty-programs.
func (h Handlers) Programs(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	programs, err := h.Services.Programs.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	out := []program{}
	for _, p := range loyalty.PageOf(page, programs) {
		out = append(out, programOf(p))
	}
	return respond.Data(c, fiber.StatusOK, list[program]{out, len(programs)})
}

// Program is GET /v1/stores/:store_id/loyalty-programs/:id.
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

// CreateProgram is POST /v1/stores/:store_id/loyalty-programs. The reference
// always says what a dollar earns, so here it has no default.
func (h Handlers) CreateProgram(c *fiber.Ctx) error {
	var in programRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.CreateProgram{Fields: in.fields(), RateRequired: true}
	return respond.Write(c, func(once loyalty.Once) (service.ProgramChanged, error) {
		cmd.Once = once
		return h.Services.Programs.Create(c.UserContext(), auth.Actor(c), cmd)
	}, func(p service.ProgramChanged) (int, any) { return fiber.StatusCreated, programOf(p.Program) })
}

// UpdateProgram is PATCH /v1/stores/:store_id/loyalty-programs/:id.
func (h Handlers) UpdateProgram(c *fiber.Ctx) error {
	var in programRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixProgram)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeProgram{ID: id, Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (service.ProgramChanged, error) {
		cmd.Once = once
		return h.Services.Programs.Change(c.UserContext(), auth.Actor(c), cmd)
	}, func(p service.ProgramChanged) (int, any) { return fiber.StatusOK, programOf(p.Program) })
}
