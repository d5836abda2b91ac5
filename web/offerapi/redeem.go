package offerapi

import (
	"bytes"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

// userRef is the customer that a user id means: our id, or else the
// restaurant's own, which may be a UUID too.
func userRef(userID string) service.CustomerRef {
	id, _ := loyalty.PrefixCustomer.Parse(userID)
	return service.CustomerRef{ID: id, ExternalID: userID}
}

type redeemRequest struct {
	UserID   string   `json:"userId"`
	OfferID  string   `json:"offerId"`
	Metadata bind.Any `json:"metadata"`
}

type redeemForRequest struct {
	Metadata bind.Any `json:"metadata"`
}

type redemption struct {
	RedemptionID respond.ID      `json:"redemptionId"`
	UserID       string          `json:"userId"`
	OfferID      respond.ID      `json:"offerId"`
	PointsSpent  int64           `json:"pointsSpent"`
	Balance      int64           `json:"balance"`
	Code         string          `json:"code"`
	Status       string          `json:"status"`
	Metadata     json.RawMessage `json:"metadata"`
	CreatedAt    respond.Time    `json:"createdAt"`
}

// Redeem is POST /v1/offer/redeem.
func (h Handlers) Redeem(c *fiber.Ctx) error {
	var in redeemRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	var p loyalty.Problems
	if in.UserID == "" {
		p.Add("userId", "is required")
	}
	if in.OfferID == "" {
		p.Add("offerId", "is required")
	}
	if err := p.Err(); err != nil {
		return err
	}
	return h.redeem(c, in)
}

// RedeemFor is POST /v1/user/:user_id/offer/:offer_id/redeem.
func (h Handlers) RedeemFor(c *fiber.Ctx) error {
	var in redeemForRequest
	if err := bind.OptionalJSON(c, &in); err != nil {
		return err
	}
	return h.redeem(c, redeemRequest{UserID: bind.Path(c, "user_id"), OfferID: bind.Path(c, "offer_id"), Metadata: in.Metadata})
}

func (h Handlers) redeem(c *fiber.Ctx, in redeemRequest) error {
	offerID, ok := loyalty.PrefixReward.Parse(in.OfferID)
	if !ok || offerID.IsZero() {
		return loyalty.Missing("offer")
	}
	var p loyalty.Problems
	meta := metadata(&p, in.Metadata)
	if err := p.Err(); err != nil {
		return err
	}
	actor := auth.Actor(c)
	return respond.Write(c, func(once loyalty.Once) (service.Redeemed, error) {
		return h.Ledger.Redeem(c.UserContext(), actor, service.RedeemReward{
			Customer: userRef(in.UserID), RewardID: offerID, StoreID: actor.StoreID, Metadata: meta, Once: once,
		})
	}, func(r service.Redeemed) (int, any) {
		d := r.Redemption
		return fiber.StatusCreated, redemption{
			RedemptionID: respond.ID(d.ID), UserID: in.UserID, OfferID: respond.ID(d.RewardID), PointsSpent: int64(d.Cost),
			Balance: int64(r.Balance), Code: d.Code, Status: string(d.Status), Metadata: printed(meta), CreatedAt: respond.Time(d.CreatedAt),
		}
	})
}

// metadata is the object as it was sent; nil for none.
func metadata(p *loyalty.Problems, sent bind.Any) []byte {
	raw := bytes.TrimSpace(sent)
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if raw[0] != '{' {
		p.Add("metadata", "must be an object")
		return nil
	}
	return raw
}

func printed(metadata []byte) json.RawMessage {
	if len(metadata) == 0 {
		return json.RawMessage("{}")
	}
	return metadata
}
