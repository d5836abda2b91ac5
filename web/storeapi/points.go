package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type earnRequest struct {
	CustomerID bind.Ref[bind.Customer] `json:"customer_id"`
	Points     *int64                  `json:"points"`
	Reason     *string                 `json:"reason"`
	Order      *earnedOrder            `json:"order"`
}

type award struct {
	ID           *string      `json:"id"`
	CustomerID   *string      `json:"customer_id"`
	Type         string       `json:"type"`
	Points       int64        `json:"points"`
	Reason       string       `json:"reason"`
	BalanceAfter int64        `json:"balance_after"`
	CreatedAt    respond.Time `json:"created_at"`
}

func awardOf(t loyalty.Transaction) award {
	return award{
		ID: respond.PrefixedID(loyalty.PrefixTransaction, t.ID), CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, t.CustomerID),
		Type: string(loyalty.Earn), Points: int64(t.Points), Reason: t.Reason, BalanceAfter: int64(t.BalanceAfter), CreatedAt: respond.Time(t.At),
	}
}

func (r earnRequest) check() error {
	var p loyalty.Problems
	if r.CustomerID.ID.IsZero() {
		p.Add("customerId", "is required")
	}
	switch {
	case r.Order != nil && (r.Points != nil || r.Reason != nil):
		p.Add("order", "send either order, or points and reason")
	case r.Order == nil && r.Points == nil:
		p.Add("points", "must be a whole number from 1 to 1,000,000,000")
	}
	if r.Order != nil && r.Order.Status != nil && *r.Order.Status != string(loyalty.OrderCompleted) {
		p.Add("order.status", "must be completed, for no other order earns")
	}
	if r.Order == nil && r.Reason == nil {
		p.Add("reason", "is required")
	}
	return p.Err()
}

// Earn is POST /v1/stores/:store_id/loyalty/earn.
func (h Handlers) Earn(c *fiber.Ctx) error {
	var in earnRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	if in.Order != nil {
		return h.earnOrder(c, in)
	}
	actor := auth.Actor(c)
	return respond.Write(c, func(once loyalty.Once) (service.Awarded, error) {
		return h.Ledger.Award(c.UserContext(), actor, service.AwardPoints{
			Customer: service.CustomerRef{ID: in.CustomerID.ID}, Points: loyalty.Points(*in.Points), Reason: *in.Reason,
			StoreID: actor.StoreID, Once: once,
		})
	}, func(a service.Awarded) (int, any) { return fiber.StatusCreated, awardOf(a.Transaction) })
}

type redeemRequest struct {
	CustomerID bind.Ref[bind.Customer] `json:"customer_id"`
	RewardID   bind.Ref[bind.Reward]   `json:"reward_id"`
	Hold       bool                    `json:"hold"`
}

type redeemed struct {
	ID           *string      `json:"id"`
	CustomerID   *string      `json:"customer_id"`
	Type         string       `json:"type"`
	Points       int64        `json:"points"`
	Reward       reward       `json:"reward"`
	BalanceAfter int64        `json:"balance_after"`
	CreatedAt    respond.Time `json:"created_at"`
	Redemption   redemption   `json:"redemption"`
}

type reward struct {
	ID   *string `json:"id"`
	Name string  `json:"name"`
}

type redemption struct {
	ID       *string   `json:"id"`
	Status   string    `json:"status"`
	Code     string    `json:"code"`
	Discount *discount `json:"discount"`
}

type discount struct {
	Type  string `json:"type"`
	Value int64  `json:"value"`
}

func redeemedOf(r service.Redeemed) redeemed {
	d := r.Redemption
	out := redeemed{
		ID:         respond.PrefixedID(loyalty.PrefixTransaction, d.TransactionID),
		CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, d.CustomerID), Type: string(loyalty.Redeem), Points: -int64(d.Cost),
		Reward: reward{respond.PrefixedID(loyalty.PrefixReward, d.RewardID), d.RewardName}, BalanceAfter: int64(r.Balance),
		CreatedAt:  respond.Time(d.CreatedAt),
		Redemption: redemption{ID: respond.PrefixedID(loyalty.PrefixRedemption, d.ID), Status: string(d.Status), Code: d.Code},
	}
	if d.DiscountType != "" {
		out.Redemption.Discount = &discount{string(d.DiscountType), d.DiscountValue}
	}
	return out
}

// Redeem is POST /v1/stores/:store_id/loyalty/redeem.
func (h Handlers) Redeem(c *fiber.Ctx) error {
	var in redeemRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	var p loyalty.Problems
	if in.CustomerID.ID.IsZero() {
		p.Add("customerId", "is required")
	}
	if in.RewardID.ID.IsZero() {
		p.Add("rewardId", "is required")
	}
	if err := p.Err(); err != nil {
		return err
	}
	actor := auth.Actor(c)
	return respond.Write(c, func(once loyalty.Once) (service.Redeemed, error) {
		return h.Ledger.Redeem(c.UserContext(), actor, service.RedeemReward{
			Customer: service.CustomerRef{ID: in.CustomerID.ID}, RewardID: in.RewardID.ID, StoreID: actor.StoreID, Hold: in.Hold, Once: once,
		})
	}, func(r service.Redeemed) (int, any) { return fiber.StatusCreated, redeemedOf(r) })
}
