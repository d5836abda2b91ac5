package orgapi

import (
	"context"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type redeemRequest struct {
	CustomerID        bind.Ref[bind.Customer] `json:"customerId"`
	CustomerLoyaltyID string                  `json:"customerLoyaltyId"`
	OrderID           *string                 `json:"orderId"`
	Hold              bool                    `json:"hold"`
}

// customer is the one customer that the request names.
func (r redeemRequest) customer() (service.CustomerRef, error) {
	if r.CustomerID.ID.IsZero() == (r.CustomerLoyaltyID == "") {
		var p loyalty.Problems
		p.Add("customerId", "send exactly one of customerId and customerLoyaltyId")
		return service.CustomerRef{}, p.Err()
	}
	if r.CustomerLoyaltyID == "" {
		return service.CustomerRef{ID: r.CustomerID.ID}, nil
	}
	id, ok := loyalty.ParseID(r.CustomerLoyaltyID)
	if !ok || id.IsZero() {
		return service.CustomerRef{}, loyalty.Missing("customer")
	}
	return service.CustomerRef{EnrollmentID: id}, nil
}

type redemption struct {
	ID            respond.ID      `json:"id"`
	CustomerID    respond.ID      `json:"customer_id"`
	RewardID      respond.ID      `json:"reward_id"`
	RewardName    string          `json:"reward_name"`
	Type          string          `json:"type"`
	DiscountType  *string         `json:"discount_type"`
	DiscountValue *int64          `json:"discount_value"`
	PointsSpent   int64           `json:"points_spent"`
	Code          string          `json:"code"`
	Status        string          `json:"status"`
	StoreID       respond.ID      `json:"store_id"`
	OrderID       *string         `json:"order_id"`
	TransactionID respond.ID      `json:"transaction_id"`
	Metadata      json.RawMessage `json:"metadata"`
	HeldUntil     respond.Time    `json:"held_until"`
	FulfilledAt   respond.Time    `json:"fulfilled_at"`
	CancelledAt   respond.Time    `json:"cancelled_at"`
	CreatedAt     respond.Time    `json:"created_at"`
}

func redemptionOf(d loyalty.Redemption) redemption {
	out := redemption{
		ID: respond.ID(d.ID), CustomerID: respond.ID(d.CustomerID), RewardID: respond.ID(d.RewardID), RewardName: d.RewardName,
		Type: string(d.RewardType), DiscountType: respond.Text(string(d.DiscountType)), PointsSpent: int64(d.Cost), Code: d.Code,
		Status: string(d.Status), StoreID: respond.ID(d.StoreID), OrderID: respond.Text(d.OrderRef),
		TransactionID: respond.ID(d.TransactionID), Metadata: d.Metadata, HeldUntil: respond.Time(d.HeldUntil),
		FulfilledAt: respond.Time(d.FulfilledAt), CancelledAt: respond.Time(d.CancelledAt), CreatedAt: respond.Time(d.CreatedAt),
	}
	if d.DiscountType != "" {
		out.DiscountValue = &d.DiscountValue
	}
	if len(d.Metadata) == 0 {
		out.Metadata = json.RawMessage("null")
	}
	return out
}

type discount struct {
	Type  string `json:"type"`
	Value int64  `json:"value"`
}

func discountOf(d loyalty.Redemption) *discount {
	if d.DiscountType == "" {
		return nil
	}
	return &discount{string(d.DiscountType), d.DiscountValue}
}

// Redeem is POST /v1/loyalty/rewards/:id/redeem.
func (h Handlers) Redeem(c *fiber.Ctx) error {
	var in redeemRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixReward)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	who, err := in.customer()
	if err != nil {
		return err
	}
	cmd := service.RedeemReward{Customer: who, RewardID: id, StoreID: auth.Actor(c).StoreID, Hold: in.Hold}
	if in.OrderID != nil {
		cmd.OrderRef = *in.OrderID
	}
	return respond.Write(c, func(once loyalty.Once) (service.Redeemed, error) {
		cmd.Once = once
		return h.Ledger.Redeem(c.UserContext(), auth.Actor(c), cmd)
	}, func(r service.Redeemed) (int, any) {
		return fiber.StatusCreated, fiber.Map{
			"redemption": redemptionOf(r.Redemption), "discount": discountOf(r.Redemption), "pointsDeducted": r.Redemption.Cost,
			"newBalance": r.Balance,
		}
	})
}

// Fulfill is POST /v1/loyalty/redemptions/:id/fulfill.
func (h Handlers) Fulfill(c *fiber.Ctx) error {
	return endRedemption(c, h.Ledger.Fulfill, func(r service.Redeemed) (int, any) {
		return fiber.StatusOK, fiber.Map{"redemption": redemptionOf(r.Redemption)}
	})
}

// Cancel is POST /v1/loyalty/redemptions/:id/cancel.
func (h Handlers) Cancel(c *fiber.Ctx) error {
	return endRedemption(c, h.Ledger.Cancel, func(r service.Redeemed) (int, any) {
		return fiber.StatusOK, fiber.Map{
			"redemption": redemptionOf(r.Redemption), "transaction": transactionOf(r.Transaction), "pointsReturned": r.Redemption.Cost,
			"newBalance": r.Balance,
		}
	})
}

func endRedemption(
	c *fiber.Ctx, end func(context.Context, loyalty.Actor, service.EndRedemption) (service.Redeemed, error),
	answer func(service.Redeemed) (int, any),
) error {
	var in struct{}
	id, err := bind.PathID(c, "id", loyalty.PrefixRedemption)
	if err != nil {
		return err
	}
	if err := bind.OptionalJSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (service.Redeemed, error) {
		return end(c.UserContext(), auth.Actor(c), service.EndRedemption{RedemptionID: id, Once: once})
	}, answer)
}
