package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type bulkRequest struct {
	CustomerIDs []bind.Ref[bind.Customer] `json:"customer_ids"`
	Segment     *segmentRequest           `json:"segment"`
	Points      *int64                    `json:"points"`
	Reason      string                    `json:"reason"`
}

type segmentRequest struct {
	Tier          string `json:"tier"`
	InactiveDays  *int64 `json:"inactive_days"`
	BirthdayMonth *int64 `json:"birthday_month"`
}

func (r bulkRequest) command() service.AwardMany {
	cmd := service.AwardMany{Reason: r.Reason}
	if r.CustomerIDs != nil {
		cmd.CustomerIDs = bind.IDs(r.CustomerIDs)
	}
	if r.Segment != nil {
		cmd.Segment = &service.Segment{Tier: r.Segment.Tier, InactiveDays: r.Segment.InactiveDays, BirthMonth: r.Segment.BirthdayMonth}
	}
	if r.Points != nil {
		cmd.Points = loyalty.Points(*r.Points)
	}
	return cmd
}

type bulkAward struct {
	ID         *string      `json:"id"`
	Status     string       `json:"status"`
	Points     int64        `json:"points"`
	Total      int          `json:"total"`
	Done       int          `json:"done"`
	Awarded    int          `json:"awarded"`
	Skipped    int          `json:"skipped"`
	Failure    *string      `json:"failure"`
	CreatedAt  respond.Time `json:"created_at"`
	FinishedAt respond.Time `json:"finished_at"`
}

func bulkAwardOf(b loyalty.BulkAward) bulkAward {
	out := bulkAward{
		ID: respond.PrefixedID(loyalty.PrefixBulkAward, b.ID), Status: string(b.State), Points: int64(b.Points), Total: b.Total, Done: b.Done(),
		Awarded: b.Awarded, Skipped: b.Skipped, CreatedAt: respond.Time(b.CreatedAt), FinishedAt: respond.Time(b.FinishedAt),
	}
	if b.Failure != "" {
		out.Failure = &b.Failure
	}
	return out
}

// EarnBulk is POST /v1/stores/:store_id/loyalty/earn/bulk.
func (h Handlers) EarnBulk(c *fiber.Ctx) error {
	var in bulkRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	actor := auth.Actor(c)
	return respond.Write(c, func(once loyalty.Once) (loyalty.BulkAward, error) {
		cmd := in.command()
		cmd.StoreID, cmd.Once = actor.StoreID, once
		return h.BulkAwards.Start(c.UserContext(), actor, cmd)
	}, func(b loyalty.BulkAward) (int, any) { return fiber.StatusAccepted, bulkAwardOf(b) })
}

// BulkAward is GET /v1/stores/:store_id/loyalty/earn/bulk/:id.
func (h Handlers) BulkAward(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixBulkAward)
	if err != nil {
		return err
	}
	actor := auth.Actor(c)
	b, err := h.BulkAwards.Get(c.UserContext(), actor, actor.StoreID, id)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, bulkAwardOf(b))
}
