package orgapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type reward struct {
	ID             respond.ID   `json:"id"`
	OrganizationID respond.ID   `json:"organization_id"`
	ProgramID      respond.ID   `json:"program_id"`
	Name           string       `json:"name"`
	Description    *string      `json:"description"`
	PointsCost     int64        `json:"points_cost"`
	Type           string       `json:"type"`
	DiscountType   *string      `json:"discount_type"`
	DiscountValue  *int64       `json:"discount_value"`
	ItemName       *string      `json:"item_name"`
	StockRemaining *int64       `json:"stock_remaining"`
	MaxPerCustomer *int         `json:"max_per_customer"`
	MinTierID      respond.ID   `json:"min_tier_id"`
	StartsAt       respond.Time `json:"starts_at"`
	ExpiresAt      respond.Time `json:"expires_at"`
	StoreIDs       []respond.ID `json:"store_ids"`
	IsActive       bool         `json:"is_active"`
	TimesRedeemed  int64        `json:"times_redeemed"`
	CreatedAt      respond.Time `json:"created_at"`
	UpdatedAt      respond.Time `json:"updated_at"`
}

func rewardOf(r loyalty.Reward) reward {
	out := reward{
		ID: respond.ID(r.ID), OrganizationID: respond.ID(r.OrgID), ProgramID: respond.ID(r.ProgramID), Name: r.Name,
		Description: respond.Text(r.Description), PointsCost: int64(r.Cost), Type: string(r.Type),
		DiscountType: respond.Text(string(r.DiscountType)), ItemName: respond.Text(r.ItemName), StockRemaining: r.Stock,
		MinTierID: respond.ID(r.MinTierID), StartsAt: respond.Time(r.StartsAt), ExpiresAt: respond.Time(r.ExpiresAt), IsActive: r.Active,
		TimesRedeemed: r.Redeemed, CreatedAt: respond.Time(r.CreatedAt), UpdatedAt: respond.Time(r.UpdatedAt),
	}
	if r.DiscountValue > 0 {
		out.DiscountValue = &r.DiscountValue
	}
	if r.MaxPerCustomer > 0 {
		out.MaxPerCustomer = &r.MaxPerCustomer
	}
	for _, id := range r.StoreIDs {
		out.StoreIDs = append(out.StoreIDs, respond.ID(id))
	}
	return out
}

type rewardRequest struct {
	Name           bind.Opt[string]                 `json:"name"`
	Description    bind.Opt[string]                 `json:"description"`
	PointsCost     bind.Opt[int64]                  `json:"pointsCost"`
	Type           bind.Opt[string]                 `json:"type"`
	DiscountType   bind.Opt[string]                 `json:"discountType"`
	DiscountValue  bind.Opt[int64]                  `json:"discountValue"`
	ItemName       bind.Opt[string]                 `json:"itemName"`
	StockRemaining bind.Opt[int64]                  `json:"stockRemaining"`
	MaxPerCustomer bind.Opt[int64]                  `json:"maxPerCustomer"`
	MinTierID      bind.Opt[bind.Ref[bind.Tier]]    `json:"minTierId"`
	StartsAt       bind.Opt[bind.Time]              `json:"startsAt"`
	ExpiresAt      bind.Opt[bind.Time]              `json:"expiresAt"`
	StoreIDs       bind.Opt[[]bind.Ref[bind.Store]] `json:"storeIds"`
	IsActive       bind.Opt[bool]                   `json:"isActive"`
}

func (r rewardRequest) fields() service.RewardFields {
	return service.RewardFields{
		Name: service.Field[string](r.Name), Description: service.Field[string](r.Description),
		Cost: service.Field[int64](r.PointsCost), Type: service.Field[string](r.Type),
		DiscountType: service.Field[string](r.DiscountType), DiscountValue: service.Field[int64](r.DiscountValue),
		ItemName: service.Field[string](r.ItemName), Stock: service.Field[int64](r.StockRemaining),
		MaxPerCustomer: service.Field[int64](r.MaxPerCustomer),
		MinTierID:      service.Field[loyalty.ID]{Set: r.MinTierID.Set, Null: r.MinTierID.Null, Value: r.MinTierID.Value.ID},
		StartsAt:       instant(r.StartsAt), ExpiresAt: instant(r.ExpiresAt),
		StoreIDs: service.Field[[]loyalty.ID]{Set: r.StoreIDs.Set, Null: r.StoreIDs.Null, Value: bind.IDs(r.StoreIDs.Value)},
		Active:   service.Field[bool](r.IsActive),
	}
}

func instant(o bind.Opt[bind.Time]) service.Field[time.Time] {
	return service.Field[time.Time]{Set: o.Set, Null: o.Null, Value: o.Value.Time}
}

type rewardCreate struct {
	rewardRequest
	ProgramID bind.Ref[bind.Program] `json:"programId"`
}

// Rewards is GET /v1/loyalty/rewards.
func (h Handlers) Rewards(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	page := q.PageOrAll()
	if err := q.Err(); err != nil {
		return err
	}
	rewards, err := h.Services.Rewards.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	rewards = respond.OnPage(rewards, page)
	out := make([]reward, len(rewards))
	for i, r := range rewards {
		out[i] = rewardOf(r)
	}
	return respond.Data(c, fiber.StatusOK, out)
}

// CreateReward is POST /v1/loyalty/rewards.
func (h Handlers) CreateReward(c *fiber.Ctx) error {
	var in rewardCreate
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.CreateReward{Fields: in.fields()}
	cmd.Fields.ProgramID = in.ProgramID.ID
	return respond.Write(c, func(once loyalty.Once) (loyalty.Reward, error) {
		cmd.Once = once
		return h.Services.Rewards.Create(c.UserContext(), auth.Actor(c), cmd)
	}, func(r loyalty.Reward) (int, any) { return fiber.StatusCreated, rewardOf(r) })
}

// UpdateReward is PATCH /v1/loyalty/rewards/:id.
func (h Handlers) UpdateReward(c *fiber.Ctx) error {
	var in rewardRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixReward)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeReward{ID: id, Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (loyalty.Reward, error) {
		cmd.Once = once
		return h.Services.Rewards.Change(c.UserContext(), auth.Actor(c), cmd)
	}, func(r loyalty.Reward) (int, any) { return fiber.StatusOK, rewardOf(r) })
}

type rewardDeleted struct {
	Deleted     bool `json:"deleted"`
	Deactivated bool `json:"deactivated"`
}

// DeleteReward is DELETE /v1/loyalty/rewards/:id.
func (h Handlers) DeleteReward(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixReward)
	if err != nil {
		return err
	}
	gone, err := h.Services.Rewards.Delete(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, rewardDeleted{Deleted: gone, Deactivated: !gone})
}
