package orgapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type tierRequest struct {
	Name       bind.Opt[string] `json:"name"`
	MinPoints  bind.Opt[int64]  `json:"minPoints"`
	Multiplier bind.Opt[int64]  `json:"multiplier"`
	Benefits   bind.Opt[string] `json:"benefits"`
}

func (r tierRequest) fields() service.TierFields {
	return service.TierFields{
		Name: service.Field[string](r.Name), MinPoints: service.Field[int64](r.MinPoints),
		Multiplier: service.Field[int64](r.Multiplier), Benefits: service.Field[string](r.Benefits),
	}
}

type tierCreate struct {
	tierRequest
	ProgramID bind.Ref[bind.Program] `json:"programId"`
}

type ladderEntry struct {
	tierRequest
	ID bind.Ref[bind.Tier] `json:"id"`
}

type ladderRequest struct {
	Tiers *[]ladderEntry `json:"tiers"`
}

type moved struct {
	Total int64 `json:"total"`
	Up    int64 `json:"up"`
	Down  int64 `json:"down"`
}

type tierChanged struct {
	tier
	MembersMoved moved `json:"membersMoved"`
}

type tierDeleted struct {
	Deleted      bool  `json:"deleted"`
	MembersMoved moved `json:"membersMoved"`
}

type ladder struct {
	DryRun       bool   `json:"dryRun"`
	Tiers        []tier `json:"tiers"`
	MembersMoved moved  `json:"membersMoved"`
	Moves        []move `json:"moves"`
}

type move struct {
	CustomerID respond.ID `json:"customer_id"`
	Name       string     `json:"name"`
	FromTier   *string    `json:"from_tier"`
	ToTier     string     `json:"to_tier"`
}

func ladderOf(dryRun bool, tiers []loyalty.Tier, m loyalty.Moved, moves []loyalty.Move) ladder {
	out := ladder{DryRun: dryRun, Tiers: tiersOf(tiers), MembersMoved: moved(m), Moves: make([]move, len(moves))}
	for i, x := range moves {
		out.Moves[i] = move{respond.ID(x.CustomerID), x.Name, respond.Text(x.From), x.To}
	}
	return out
}

// PutLadder is PUT /v1/loyalty/programs/:id/tiers.
func (h Handlers) PutLadder(c *fiber.Ctx) error {
	var in ladderRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixProgram)
	if err != nil {
		return err
	}
	q := bind.NewQuery(c)
	dryRun := q.Bool("dryRun")
	if err := q.Err(); err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeProgram{ID: id, Moves: true, Fields: service.ProgramFields{Tiers: service.Given([]service.TierFields{})}}
	if in.Tiers != nil {
		for _, t := range *in.Tiers {
			f := t.fields()
			f.ID = t.ID.ID
			cmd.Fields.Tiers.Value = append(cmd.Fields.Tiers.Value, f)
		}
	}
	if dryRun {
		v, err := h.Services.Programs.Preview(c.UserContext(), auth.Actor(c), cmd)
		if err != nil {
			return err
		}
		return respond.Data(c, fiber.StatusOK, ladderOf(true, v.Program.Tiers, v.Moved, v.Moves))
	}
	p, err := h.Services.Programs.Change(c.UserContext(), auth.Actor(c), cmd)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, ladderOf(false, p.Program.Tiers, p.Moved, p.Moves))
}

// CreateTier is POST /v1/loyalty/tiers.
func (h Handlers) CreateTier(c *fiber.Ctx) error {
	var in tierCreate
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.AddTier{ProgramID: in.ProgramID.ID, Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (service.TierChanged, error) {
		cmd.Once = once
		return h.Services.Programs.AddTier(c.UserContext(), auth.Actor(c), cmd)
	}, func(t service.TierChanged) (int, any) {
		return fiber.StatusCreated, tierChanged{tierOf(t.Tier), moved(t.Moved)}
	})
}

// UpdateTier is PATCH /v1/loyalty/tiers/:id.
func (h Handlers) UpdateTier(c *fiber.Ctx) error {
	var in tierRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixTier)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeTier{ID: id, Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (service.TierChanged, error) {
		cmd.Once = once
		return h.Services.Programs.ChangeTier(c.UserContext(), auth.Actor(c), cmd)
	}, func(t service.TierChanged) (int, any) {
		return fiber.StatusOK, tierChanged{tierOf(t.Tier), moved(t.Moved)}
	})
}

// DeleteTier is DELETE /v1/loyalty/tiers/:id.
func (h Handlers) DeleteTier(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixTier)
	if err != nil {
		return err
	}
	t, err := h.Services.Programs.DeleteTier(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, tierDeleted{true, moved(t.Moved)})
}
