package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type offer struct {
	ID         *string `json:"id"`
	Name       string  `json:"name"`
	PointsCost int64   `json:"points_cost"`
	Type       string  `json:"type"`
}

// offerFor is an offer as one customer sees it.
type offerFor struct {
	offer
	Affordable        bool    `json:"affordable"`
	UnavailableReason *string `json:"unavailable_reason"`
}

func offerOf(r loyalty.Reward) offer {
	return offer{respond.PrefixedID(loyalty.PrefixReward, r.ID), r.Name, int64(r.Cost), string(r.Type)}
}

// Rewards is GET /v1/stores/:store_id/loyalty/rewards.
func (h Handlers) Rewards(c *fiber.Ctx) error {
	actor, q := auth.Actor(c), bind.NewQuery(c)
	who := q.ID("customer_id", loyalty.PrefixCustomer)
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	offers, err := h.Services.Rewards.Offers(c.UserContext(), actor, service.OffersQuery{
		StoreID: actor.StoreID, Customer: service.CustomerRef{ID: who},
	})
	if err != nil {
		return err
	}
	out := []any{}
	for _, o := range loyalty.PageOf(page, offers) {
		if who.IsZero() {
			out = append(out, offerOf(o.Reward))
			continue
		}
		r := offerFor{offer: offerOf(o.Reward), Affordable: o.Affordable}
		if o.Why != nil {
			r.UnavailableReason = &o.Why.Code
		}
		out = append(out, r)
	}
	return respond.Data(c, fiber.StatusOK, list[any]{out, len(offers)})
}
