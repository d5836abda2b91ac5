package storeapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type anomalyCase struct {
	ID             *string        `json:"id"`
	CustomerID     *string        `json:"customer_id"`
	Type           string         `json:"type"`
	Description    string         `json:"description"`
	PointsInvolved int64          `json:"points_involved"`
	Status         string         `json:"status"`
	FlaggedAt      respond.Time   `json:"flagged_at"`
	Severity       string         `json:"severity"`
	Score          float64        `json:"score"`
	Evidence       map[string]any `json:"evidence"`
	TransactionIDs []*string      `json:"transaction_ids"`
	Note           *string        `json:"note"`
	Action         *string        `json:"action"`
	ReviewedAt     respond.Time   `json:"reviewed_at"`
}

func caseOf(a loyalty.AnomalyRow) anomalyCase {
	out := anomalyCase{
		ID: respond.PrefixedID(loyalty.PrefixAnomaly, a.ID), CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, a.CustomerID),
		Type: a.Type, Description: a.Description, PointsInvolved: int64(a.PointsInvolved), Status: string(a.Status),
		FlaggedAt: respond.Time(a.FlaggedAt), Severity: a.Severity, Score: a.Score, Evidence: evidenceOf(a.Evidence), Note: respond.Text(a.Note),
		TransactionIDs: []*string{}, ReviewedAt: respond.Time(a.DecidedAt),
	}
	for _, id := range a.TransactionIDs {
		out.TransactionIDs = append(out.TransactionIDs, respond.PrefixedID(loyalty.PrefixTransaction, id))
	}
	if a.Status != loyalty.PendingReview {
		action := string(a.Action)
		out.Action = &action
	}
	return out
}

// evidencePrefixes are the lists of ids that evidence may hold.
var evidencePrefixes = map[string]loyalty.Prefix{
	"customers": loyalty.PrefixCustomer, "stores": loyalty.PrefixStore, "orders": loyalty.PrefixOrder, "transactions": loyalty.PrefixTransaction,
}

// evidenceOf is what a detector noted, with ids and times in this surface's form.
func evidenceOf(noted map[string]any) map[string]any {
	out := make(map[string]any, len(noted))
	for name, value := range noted {
		out[name] = value
		if text, ok := value.(string); ok && (name == "from" || name == "to") {
			if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
				out[name] = respond.Time(at)
			}
		}
		ids, ok := value.([]any)
		prefix, known := evidencePrefixes[name]
		if !ok || !known {
			continue
		}
		printed := make([]any, 0, len(ids))
		for _, v := range ids {
			text, _ := v.(string)
			if id, ok := loyalty.ParseID(text); ok {
				printed = append(printed, prefix.Format(id))
			}
		}
		out[name] = printed
	}
	return out
}

// Anomalies is GET /v1/stores/:store_id/loyalty/anomalies.
func (h Handlers) Anomalies(c *fiber.Ctx) error {
	actor, q := auth.Actor(c), bind.NewQuery(c)
	f := loyalty.AnomalyFilter{
		StoreIDs: []loyalty.ID{actor.StoreID}, CustomerID: q.ID("customer_id", loyalty.PrefixCustomer), Type: q.OneOf("type", service.AnomalyTypes()...),
		Status: loyalty.AnomalyStatus(q.OneOf("status", "pending_review", "confirmed", "dismissed")),
	}
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	rows, total, err := h.Services.Anomalies.List(c.UserContext(), actor, f, page)
	if err != nil {
		return err
	}
	out := make([]anomalyCase, len(rows))
	for i, r := range rows {
		out[i] = caseOf(r)
	}
	return respond.Data(c, fiber.StatusOK, list[anomalyCase]{out, total})
}

// Anomaly is GET /v1/stores/:store_id/loyalty/anomalies/:id.
func (h Handlers) Anomaly(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixAnomaly)
	if err != nil {
		return err
	}
	actor := auth.Actor(c)
	a, err := h.Services.Anomalies.Get(c.UserContext(), actor, id)
	if err != nil {
		return err
	}
	if a.StoreID != actor.StoreID {
		return loyalty.Missing("anomaly")
	}
	return respond.Data(c, fiber.StatusOK, caseOf(a))
}

type reviewRequest struct {
	Status string  `json:"status"`
	Note   *string `json:"note"`
	Action string  `json:"action"`
}

// ReviewAnomaly is PATCH /v1/stores/:store_id/loyalty/anomalies/:id.
func (h Handlers) ReviewAnomaly(c *fiber.Ctx) error {
	var in reviewRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixAnomaly)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	actor := auth.Actor(c)
	cmd := service.DecideAnomaly{
		AnomalyID: id, StoreID: actor.StoreID, Status: loyalty.AnomalyStatus(in.Status), Action: loyalty.AnomalyAction(in.Action),
	}
	if in.Note != nil {
		cmd.Note = *in.Note
	}
	return respond.Write(c, func(once loyalty.Once) (loyalty.AnomalyRow, error) {
		cmd.Once = once
		return h.Services.Anomalies.Decide(c.UserContext(), actor, cmd)
	}, func(a loyalty.AnomalyRow) (int, any) { return fiber.StatusOK, caseOf(a) })
}
