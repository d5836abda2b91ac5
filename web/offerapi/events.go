package offerapi

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type eventRequest struct {
	UserID   string       `json:"userId"`
	Event    string       `json:"event"`
	Amount   bind.Decimal `json:"amount"`
	EventID  *string      `json:"eventId"`
	Metadata bind.Any     `json:"metadata"`
}

type eventResponse struct {
	ID               respond.ID      `json:"id"`
	EventID          *string         `json:"eventId"`
	UserID           string          `json:"userId"`
	Event            string          `json:"event"`
	Amount           *string         `json:"amount"`
	PointsAwarded    int64           `json:"pointsAwarded"`
	NotAwardedReason *string         `json:"notAwardedReason"`
	TransactionID    respond.ID      `json:"transactionId"`
	Balance          int64           `json:"balance"`
	Metadata         json.RawMessage `json:"metadata"`
	CreatedAt        respond.Time    `json:"createdAt"`
}

// RecordEvent is POST /v1/events.
func (h Handlers) RecordEvent(c *fiber.Ctx) error {
	var in eventRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	var p loyalty.Problems
	meta := metadata(&p, in.Metadata)
	if in.UserID == "" {
		p.Add("userId", "is required")
	}
	if in.Event == "" {
		p.Add("event", "is required")
	}
	if err := p.Err(); err != nil {
		return err
	}
	cmd := service.RecordEvent{Customer: userRef(in.UserID), Event: in.Event, Amount: string(in.Amount), Metadata: meta}
	if in.EventID != nil {
		cmd.EventID = *in.EventID
	}
	return respond.Write(c, func(once loyalty.Once) (service.EventResult, error) {
		cmd.Once = once
		return h.Ledger.Record(c.UserContext(), auth.Actor(c), cmd)
	}, func(r service.EventResult) (int, any) { return in.answer(r, meta) })
}

func (in eventRequest) answer(r service.EventResult, meta []byte) (int, any) {
	out := eventResponse{
		ID: respond.ID(r.ID), EventID: in.EventID, UserID: in.UserID, Event: in.Event, Amount: respond.Text(string(in.Amount)),
		NotAwardedReason: respond.Text(r.NotAwarded), Balance: int64(r.Balance), Metadata: printed(meta), CreatedAt: respond.Time(r.At),
	}
	if r.Award == nil {
		return fiber.StatusOK, out
	}
	out.PointsAwarded, out.TransactionID = int64(r.Award.Transaction.Points), respond.ID(r.Award.Transaction.ID)
	if r.Repeated {
		return fiber.StatusOK, out
	}
	return fiber.StatusCreated, out
}
