package storeapi

import (
	"encoding/json"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/respond"
)

// list is how this surface gives lists.
type list[T any] struct {
	Data  []T `json:"data"`
	Total int `json:"total"`
}

type order struct {
	ID            *string         `json:"id"`
	ExternalID    string          `json:"external_id"`
	StoreID       *string         `json:"store_id"`
	CustomerID    *string         `json:"customer_id"`
	Status        string          `json:"status"`
	Total         string          `json:"total"`
	Tax           string          `json:"tax"`
	Tip           string          `json:"tip"`
	Discount      string          `json:"discount"`
	RefundedTotal string          `json:"refunded_total"`
	Currency      string          `json:"currency"`
	Items         json.RawMessage `json:"items"`
	StaffID       *string         `json:"staff_id"`
	CompletedAt   respond.Time    `json:"completed_at"`
	CreatedAt     respond.Time    `json:"created_at"`
	UpdatedAt     respond.Time    `json:"updated_at"`
	Loyalty       *orderLoyalty   `json:"loyalty"`
}

type orderLoyalty struct {
	PointsEarned   int64        `json:"points_earned"`
	PointsReversed int64        `json:"points_reversed"`
	TransactionID  *string      `json:"transaction_id"`
	BalanceAfter   int64        `json:"balance_after"`
	Tier           *tier        `json:"tier"`
	Explanation    *explanation `json:"explanation"`
}

type tier struct {
	Name       string          `json:"name"`
	Multiplier respond.Decimal `json:"multiplier"`
	NextTier   *nextTier       `json:"next_tier"`
}

type nextTier struct {
	Name         string `json:"name"`
	PointsNeeded int64  `json:"points_needed"`
}

type explanation struct {
	Amount         string          `json:"amount"`
	Currency       string          `json:"currency"`
	Rate           respond.Decimal `json:"rate"`
	Multiplier     respond.Decimal `json:"multiplier"`
	Tier           string          `json:"tier"`
	Promotions     []promotion     `json:"promotions"`
	Program        string          `json:"program"`
	ProgramVersion int             `json:"program_version"`
}

type promotion struct {
	Name       string          `json:"name"`
	Multiplier respond.Decimal `json:"multiplier"`
	Bonus      int64           `json:"bonus"`
}

func explanationOf(e *loyalty.Explanation) *explanation {
	if e == nil {
		return nil
	}
	out := &explanation{
		Amount: amount(e.Amount, e.Currency), Currency: e.Currency, Rate: respond.Rate(e.Rate), Multiplier: respond.Factor(e.Multiplier),
		Tier: e.Tier, Program: e.Program, ProgramVersion: e.ProgramVersion, Promotions: []promotion{},
	}
	for _, p := range e.Promotions {
		out.Promotions = append(out.Promotions, promotion{p.Name, respond.Factor(p.Multiplier), int64(p.Bonus)})
	}
	return out
}

// amount is money in the major unit, with the currency's decimals.
func amount(m loyalty.Minor, currency string) string {
	return loyalty.FormatDecimal(int64(m), loyalty.Exponent(currency))
}

func orderOf(r service.OrderResult) order {
	o := r.Order
	out := order{
		ID: respond.PrefixedID(loyalty.PrefixOrder, o.ID), ExternalID: o.ExternalID,
		StoreID: respond.PrefixedID(loyalty.PrefixStore, o.StoreID), CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, o.CustomerID),
		Status: string(o.Status), Total: amount(o.Total, o.Currency), Tax: amount(o.Tax, o.Currency), Tip: amount(o.Tip, o.Currency),
		Discount: amount(o.Discount, o.Currency), RefundedTotal: amount(o.RefundedTotal, o.Currency), Currency: o.Currency,
		Items: o.ItemsJSON, StaffID: respond.Text(o.StaffRef), CompletedAt: respond.Time(o.CompletedAt),
		CreatedAt: respond.Time(o.CreatedAt), UpdatedAt: respond.Time(o.UpdatedAt),
	}
	if len(o.ItemsJSON) == 0 {
		out.Items = json.RawMessage("null")
	}
	if a := r.Award; a != nil {
		out.Loyalty = &orderLoyalty{
			PointsEarned: int64(o.Earned), PointsReversed: int64(o.Reversed),
			TransactionID: respond.PrefixedID(loyalty.PrefixTransaction, o.TransactionID), BalanceAfter: int64(a.Balance),
			Tier: tierOf(*a), Explanation: explanationOf(a.Transaction.Explanation),
		}
	}
	return out
}

func tierOf(a service.Awarded) *tier {
	out := &tier{Name: a.Tier.Name, Multiplier: respond.Factor(a.Tier.Multiplier)}
	if a.Missing > 0 {
		out.NextTier = &nextTier{a.Next.Name, int64(a.Missing)}
	}
	return out
}
