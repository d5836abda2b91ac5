package offerapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

// list is how this surface gives lists.
type list[T any] struct {
	Data       []T          `json:"data"`
	Pagination respond.Page `json:"pagination"`
}

type offer struct {
	ID                respond.ID   `json:"id"`
	Name              string       `json:"name"`
	Description       *string      `json:"description"`
	PointsCost        int64        `json:"pointsCost"`
	Type              string       `json:"type"`
	DiscountType      *string      `json:"discountType"`
	DiscountValue     *int64       `json:"discountValue"`
	ItemName          *string      `json:"itemName"`
	MinTier           *string      `json:"minTier"`
	StockRemaining    *int64       `json:"stockRemaining"`
	StartsAt          respond.Time `json:"startsAt"`
	ExpiresAt         respond.Time `json:"expiresAt"`
	Affordable        *bool        `json:"affordable"`
	UnavailableReason *string      `json:"unavailableReason"`
}

func offerOf(o service.Offer, forUser bool) offer {
	r := o.Reward
	out := offer{
		ID: respond.ID(r.ID), Name: r.Name, Description: respond.Text(r.Description), PointsCost: int64(r.Cost), Type: string(r.Type),
		DiscountType: respond.Text(string(r.DiscountType)), ItemName: respond.Text(r.ItemName), MinTier: respond.Text(o.MinTier.Name),
		StockRemaining: r.Stock, StartsAt: respond.Time(r.StartsAt), ExpiresAt: respond.Time(r.ExpiresAt),
	}
	if r.DiscountValue > 0 {
		out.DiscountValue = &r.DiscountValue
	}
	if forUser {
		out.Affordable = &o.Affordable
	}
	if o.Why != nil {
		out.UnavailableReason = &o.Why.Code
	}
	return out
}

// Offers is GET /v1/offers.
func (h Handlers) Offers(c *fiber.Ctx) error {
	actor, q := auth.Actor(c), bind.NewQuery(c)
	user := q.Text("userId")
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	asked := service.OffersQuery{StoreID: actor.StoreID}
	if user != "" {
		asked.Customer = userRef(user)
	}
	offers, err := h.Rewards.Offers(c.UserContext(), actor, asked)
	if err != nil {
		return err
	}
	out := list[offer]{Data: []offer{}, Pagination: respond.NewPage(page, len(offers))}
	for _, o := range loyalty.PageOf(page, offers) {
		out.Data = append(out.Data, offerOf(o, user != ""))
	}
	return respond.Data(c, fiber.StatusOK, out)
}
