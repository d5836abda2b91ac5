package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/bind"
	"regulars/web/respond"
)

type transaction struct {
	ID           *string      `json:"id"`
	CustomerID   *string      `json:"customer_id"`
	Type         string       `json:"type"`
	Points       int64        `json:"points"`
	Reason       string       `json:"reason"`
	BalanceAfter int64        `json:"balance_after"`
	OrderID      *string      `json:"order_id"`
	RewardID     *string      `json:"reward_id"`
	RedemptionID *string      `json:"redemption_id"`
	ReversesID   *string      `json:"reverses_id"`
	Explanation  *explanation `json:"explanation"`
	CreatedAt    respond.Time `json:"created_at"`
}

func transactionOf(t loyalty.Transaction) transaction {
	return transaction{
		ID: respond.PrefixedID(loyalty.PrefixTransaction, t.ID), CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, t.CustomerID),
		Type: string(t.Type), Points: int64(t.Points), Reason: t.Reason, BalanceAfter: int64(t.BalanceAfter),
		OrderID:      respond.PrefixedID(loyalty.PrefixOrder, t.OrderID),
		RewardID:     respond.PrefixedID(loyalty.PrefixReward, t.RewardID),
		RedemptionID: respond.PrefixedID(loyalty.PrefixRedemption, t.RedemptionID),
		ReversesID:   respond.PrefixedID(loyalty.PrefixTransaction, t.ReversesID),
		Explanation:  explanationOf(t.Explanation), CreatedAt: respond.Time(t.At),
	}
}

// Transactions is GET /v1/stores/:store_id/loyalty/transactions.
func (h Handlers) Transactions(c *fiber.Ctx) error {
	actor, store, err := h.store(c)
	if err != nil {
		return err
	}
	q := bind.NewQuery(c)
	f := loyalty.TransactionFilter{
		StoreIDs: []loyalty.ID{actor.StoreID}, CustomerID: q.ID("customer_id", loyalty.PrefixCustomer),
		Type: loyalty.TransactionType(q.OneOf("type", "earn", "redeem", "adjust", "expire", "reverse", "refund", "transfer")),
		From: q.TimeIn(store.TimeZone, "from"), To: q.TimeIn(store.TimeZone, "to"),
	}
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	rows, total, err := h.Ledger.Transactions(c.UserContext(), actor, f, page)
	if err != nil {
		return err
	}
	out := make([]transaction, len(rows))
	for i, r := range rows {
		out[i] = transactionOf(r.Transaction)
	}
	return respond.Data(c, fiber.StatusOK, list[transaction]{out, total})
}
