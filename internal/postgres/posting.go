package postgres

import (
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// The documents below are what ledger_post takes; the names are its own.

type postingDoc struct {
	CustomerID     loyalty.ID       `json:"customer_id,omitzero"`
	Revision       int64            `json:"revision"`
	Config         int64            `json:"config,omitzero"`
	ProgramID      loyalty.ID       `json:"program_id,omitzero"`
	TierID         loyalty.ID       `json:"tier_id,omitzero"`
	Transactions   []transactionDoc `json:"transactions"`
	Lots           []lotDoc         `json:"lots"`
	AllowDebt      bool             `json:"allow_debt,omitzero"`
	Freeze         bool             `json:"freeze,omitzero"`
	Order          *orderDoc        `json:"order,omitzero"`
	Redemption     *redemptionDoc   `json:"redemption,omitzero"`
	RedemptionFrom string           `json:"redemption_from,omitzero"`
	StockRewardID  loyalty.ID       `json:"stock_reward_id,omitzero"`
	StockDelta     int              `json:"stock_delta,omitzero"`
	Signals        []signalDoc      `json:"anomalies,omitempty"`
	Audit          []auditDoc       `json:"audit,omitempty"`
	Once           *onceDoc         `json:"once,omitzero"`
	EventKey       string           `json:"event_key,omitzero"`
	EventTypeID    loyalty.ID       `json:"event_type_id,omitzero"`
	Day            day              `json:"day"`
	Orders         int              `json:"orders,omitzero"`
	Sales          loyalty.Minor    `json:"sales,omitzero"`
	At             time.Time        `json:"at"`
}

type transactionDoc struct {
	ID            loyalty.ID      `json:"id"`
	CustomerID    loyalty.ID      `json:"customer_id,omitzero"`
	Seq           int64           `json:"seq,omitzero"`
	Type          string          `json:"type"`
	Points        loyalty.Points  `json:"points"`
	LifetimeDelta loyalty.Points  `json:"lifetime_delta"`
	BalanceAfter  loyalty.Points  `json:"balance_after"`
	Reason        string          `json:"reason"`
	StoreID       loyalty.ID      `json:"store_id,omitzero"`
	OrderID       loyalty.ID      `json:"order_id,omitzero"`
	RedemptionID  loyalty.ID      `json:"redemption_id,omitzero"`
	RewardID      loyalty.ID      `json:"reward_id,omitzero"`
	ReversesID    loyalty.ID      `json:"reverses_id,omitzero"`
	Amount        loyalty.Minor   `json:"amount"`
	StaffID       loyalty.ID      `json:"staff_id,omitzero"`
	KeyID         loyalty.ID      `json:"api_key_id,omitzero"`
	Explanation   *explanationDoc `json:"explanation,omitzero"`
	At            time.Time       `json:"at"`
}

type explanationDoc struct {
	Amount         loyalty.Minor      `json:"amount"`
	Currency       string             `json:"currency"`
	Rate           loyalty.Rate       `json:"rate"`
	TierID         loyalty.ID         `json:"tier_id,omitzero"`
	Tier           string             `json:"tier"`
	Multiplier     loyalty.Multiplier `json:"multiplier"`
	Promotions     []promotionDoc     `json:"promotions,omitempty"`
	ProgramID      loyalty.ID         `json:"program_id,omitzero"`
	Program        string             `json:"program"`
	ProgramVersion int                `json:"program_version"`
}

type promotionDoc struct {
	ID         loyalty.ID         `json:"id"`
	Name       string             `json:"name"`
	Multiplier loyalty.Multiplier `json:"multiplier"`
	Bonus      loyalty.Points     `json:"bonus"`
}

type lotDoc struct {
	ExpiresOn day            `json:"expires_on"`
	Points    loyalty.Points `json:"points"`
}

type orderDoc struct {
	ID            loyalty.ID      `json:"id"`
	StoreID       loyalty.ID      `json:"store_id"`
	ExternalID    string          `json:"external_id"`
	CustomerID    loyalty.ID      `json:"customer_id,omitzero"`
	Total         loyalty.Minor   `json:"total"`
	Tax           loyalty.Minor   `json:"tax"`
	Tip           loyalty.Minor   `json:"tip"`
	Discount      loyalty.Minor   `json:"discount"`
	RefundedTotal loyalty.Minor   `json:"refunded_total"`
	Currency      string          `json:"currency"`
	ItemCount     int             `json:"item_count"`
	Items         json.RawMessage `json:"items,omitempty"`
	Status        string          `json:"status"`
	StaffRef      string          `json:"staff_ref"`
	StaffID       loyalty.ID      `json:"staff_id,omitzero"`
	TransactionID loyalty.ID      `json:"transaction_id,omitzero"`
	Earned        loyalty.Points  `json:"earned"`
	Reversed      loyalty.Points  `json:"reversed"`
	CompletedAt   time.Time       `json:"completed_at,omitzero"`
	Day           *day            `json:"day,omitzero"`
	ClaimedAt     time.Time       `json:"claimed_at,omitzero"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	Revision      int64           `json:"revision"`
}

type redemptionDoc struct {
	ID            loyalty.ID      `json:"id"`
	CustomerID    loyalty.ID      `json:"customer_id,omitzero"`
	RewardID      loyalty.ID      `json:"reward_id"`
	RewardName    string          `json:"reward_name"`
	RewardType    string          `json:"reward_type"`
	DiscountType  string          `json:"discount_type,omitzero"`
	DiscountValue int64           `json:"discount_value,omitzero"`
	Cost          loyalty.Points  `json:"points_cost"`
	Code          string          `json:"code"`
	Status        string          `json:"status"`
	StoreID       loyalty.ID      `json:"store_id,omitzero"`
	OrderRef      string          `json:"order_ref"`
	TransactionID loyalty.ID      `json:"transaction_id"`
	RefundID      loyalty.ID      `json:"refund_id,omitzero"`
	Lots          []lotDoc        `json:"lots"`
	Metadata      json.RawMessage `json:"metadata,omitempty"`
	StaffID       loyalty.ID      `json:"staff_id,omitzero"`
	KeyID         loyalty.ID      `json:"api_key_id,omitzero"`
	HeldUntil     time.Time       `json:"held_until,omitzero"`
	ReviewCase    loyalty.ID      `json:"review_case,omitzero"`
	FulfilledAt   time.Time       `json:"fulfilled_at,omitzero"`
	CancelledAt   time.Time       `json:"cancelled_at,omitzero"`
	CreatedAt     time.Time       `json:"created_at"`
}

type auditDoc struct {
	ID      loyalty.ID     `json:"id"`
	At      time.Time      `json:"at"`
	StaffID loyalty.ID     `json:"staff_id,omitzero"`
	KeyID   loyalty.ID     `json:"api_key_id,omitzero"`
	Role    string         `json:"role"`
	Action  string         `json:"action"`
	Subject string         `json:"subject"`
	Object  loyalty.ID     `json:"object_id,omitzero"`
	Detail  map[string]any `json:"detail,omitempty"`
}

type onceDoc struct {
	Key         string `json:"key,omitzero"`
	Fingerprint []byte `json:"fingerprint"`
	Status      int    `json:"status"`
	Body        []byte `json:"body"`
}

// day is a calendar day on the wire to PostgreSQL; the zero time is infinity.
type day time.Time

func (d day) MarshalText() ([]byte, error) {
	if time.Time(d).IsZero() {
		return []byte("infinity"), nil
	}
	return []byte(time.Time(d).Format(time.DateOnly)), nil
}

func (d *day) UnmarshalText(b []byte) error {
	if string(b) == "infinity" {
		*d = day{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(b))
	*d = day(t)
	return err
}

func encodePosting(p loyalty.Posting) ([]byte, error) {
	doc := postingDoc{
		CustomerID: p.CustomerID, Revision: p.Revision, Config: p.Config, ProgramID: p.ProgramID, TierID: p.TierID,
		AllowDebt: p.AllowDebt, Freeze: p.Freeze, RedemptionFrom: string(p.RedemptionFrom),
		StockRewardID: p.StockRewardID, StockDelta: p.StockDelta, EventKey: p.EventKey, EventTypeID: p.EventTypeID,
		Day: day(p.Day), Orders: p.Orders, Sales: p.Sales, At: p.At,
		Transactions: each(p.Transactions, transactionDocOf), Lots: each(p.Lots, lotDocOf),
		Signals: each(p.Signals, signalDocOf), Audit: each(p.Audit, auditDocOf),
	}
	if p.Order != nil {
		doc.Order = orderDocOf(*p.Order, p.Day)
	}
	if p.Redemption != nil {
		doc.Redemption = redemptionDocOf(*p.Redemption)
	}
	if p.Once != nil {
		doc.Once = &onceDoc{p.Once.Key, p.Once.Fingerprint, p.Once.Status, p.Once.Body}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("encode posting: %w", err)
	}
	return b, nil
}

func each[A, B any](in []A, f func(A) B) []B {
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}

func lotDocOf(l loyalty.Lot) lotDoc { return lotDoc{day(l.ExpiresOn), l.Points} }

func transactionDocOf(t loyalty.Transaction) transactionDoc {
	return transactionDoc{
		ID: t.ID, Type: string(t.Type), Points: t.Points, LifetimeDelta: t.LifetimeDelta, BalanceAfter: t.BalanceAfter,
		Reason: t.Reason, StoreID: t.StoreID, OrderID: t.OrderID, RedemptionID: t.RedemptionID, RewardID: t.RewardID,
		ReversesID: t.ReversesID, Amount: t.Amount, StaffID: t.StaffID, KeyID: t.KeyID, At: t.At,
		Explanation: explanationDocOf(t.Explanation),
	}
}

func explanationDocOf(e *loyalty.Explanation) *explanationDoc {
	if e == nil {
		return nil
	}
	return &explanationDoc{
		Amount: e.Amount, Currency: e.Currency, Rate: e.Rate, TierID: e.TierID, Tier: e.Tier, Multiplier: e.Multiplier,
		ProgramID: e.ProgramID, Program: e.Program, ProgramVersion: e.ProgramVersion,
		Promotions: each(e.Promotions, func(p loyalty.Promotion) promotionDoc { return promotionDoc(p) }),
	}
}

func orderDocOf(o loyalty.Order, businessDay time.Time) *orderDoc {
	doc := &orderDoc{
		ID: o.ID, StoreID: o.StoreID, ExternalID: o.ExternalID, CustomerID: o.CustomerID, Total: o.Total, Tax: o.Tax, Tip: o.Tip,
		Discount: o.Discount, RefundedTotal: o.RefundedTotal, Currency: o.Currency, ItemCount: o.Items, Items: o.ItemsJSON,
		Status: string(o.Status), StaffRef: o.StaffRef, StaffID: o.StaffID, TransactionID: o.TransactionID, Earned: o.Earned,
		Reversed: o.Reversed, CompletedAt: o.CompletedAt, ClaimedAt: o.ClaimedAt, CreatedAt: o.CreatedAt, UpdatedAt: o.UpdatedAt,
		Revision: o.Revision,
	}
	if !o.CompletedAt.IsZero() {
		d := day(o.Day)
		if o.Day.IsZero() {
			d = day(businessDay)
		}
		doc.Day = &d
	}
	return doc
}

func redemptionDocOf(r loyalty.Redemption) *redemptionDoc {
	return &redemptionDoc{
		ID: r.ID, RewardID: r.RewardID, RewardName: r.RewardName, RewardType: string(r.RewardType),
		DiscountType: string(r.DiscountType), DiscountValue: r.DiscountValue, Cost: r.Cost, Code: r.Code, Status: string(r.Status),
		StoreID: r.StoreID, OrderRef: r.OrderRef, TransactionID: r.TransactionID, RefundID: r.RefundID, Lots: each(r.Lots, lotDocOf),
		Metadata: r.Metadata, StaffID: r.StaffID, KeyID: r.KeyID, HeldUntil: r.HeldUntil, FulfilledAt: r.FulfilledAt,
		CancelledAt: r.CancelledAt, CreatedAt: r.CreatedAt,
	}
}

func auditDocOf(e loyalty.AuditEntry) auditDoc {
	return auditDoc{
		ID: e.ID, At: e.At, StaffID: e.StaffID, KeyID: e.KeyID, Role: string(e.Role), Action: e.Action, Subject: e.Subject,
		Object: e.Object, Detail: e.Detail,
	}
}
