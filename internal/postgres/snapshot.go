package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// snapshotQueryDoc is what ledger_read takes.
type snapshotQueryDoc struct {
	CustomerID   loyalty.ID `json:"customer_id,omitzero"`
	ExternalID   string     `json:"external_id,omitzero"`
	EnrollmentID loyalty.ID `json:"enrollment_id,omitzero"`
	Once         string     `json:"once,omitzero"`
	OrderStoreID loyalty.ID `json:"order_store_id,omitzero"`
	OrderRef     string     `json:"order_ref,omitzero"`
	OrderID      loyalty.ID `json:"order_id,omitzero"`
	RewardID     loyalty.ID `json:"reward_id,omitzero"`
	RedemptionID loyalty.ID `json:"redemption_id,omitzero"`
	ReversesID   loyalty.ID `json:"reverses_id,omitzero"`
	EventTypeID  loyalty.ID `json:"event_type_id,omitzero"`
	EventKey     string     `json:"event_key,omitzero"`
	Day          day        `json:"day"`
	Recent       int        `json:"recent,omitzero"`
	ContactSince time.Time  `json:"contact_since,omitzero"`
	StoreID      loyalty.ID `json:"store_id,omitzero"`
	Lots         bool       `json:"lots,omitzero"`
}

// snapshotDoc is what ledger_read answers.
type snapshotDoc struct {
	Config      int64           `json:"config"`
	Missing     string          `json:"missing"`
	Once        *onceDoc        `json:"once"`
	Account     *accountDoc     `json:"account"`
	Lots        []lotDoc        `json:"lots"`
	Recent      []recentDoc     `json:"recent"`
	Order       *orderDoc       `json:"order"`
	Award       *transactionDoc `json:"award"`
	Reward      *rewardDoc      `json:"reward"`
	Redeemed    int             `json:"redeemed"`
	Redemption  *redemptionDoc  `json:"redemption"`
	Reverses    *transactionDoc `json:"reverses"`
	Reversed    bool            `json:"reversed"`
	EventsToday int             `json:"events_today"`
	LastEvent   time.Time       `json:"last_event"`
	EventSeen   bool            `json:"event_seen"`
	Contact     *contactDoc     `json:"contact"`
	StoreIsNew  bool            `json:"store_is_new"`
	Takeovers   int             `json:"takeovers"`
	UnderReview loyalty.Points  `json:"under_review_points"`
	Held        bool            `json:"under_review"`
	Alias       bool            `json:"alias"`
}

type contactDoc struct {
	At      time.Time  `json:"at"`
	StoreID loyalty.ID `json:"store_id"`
	StaffID loyalty.ID `json:"staff_id"`
}

type accountDoc struct {
	CustomerID loyalty.ID     `json:"customer_id"`
	ID         loyalty.ID     `json:"id"`
	ProgramID  loyalty.ID     `json:"program_id"`
	TierID     loyalty.ID     `json:"tier_id"`
	Balance    loyalty.Points `json:"balance"`
	Lifetime   loyalty.Points `json:"lifetime"`
	Seq        int64          `json:"seq"`
	Revision   int64          `json:"revision"`
	FrozenAt   time.Time      `json:"frozen_at"`
	ActiveDay  day            `json:"active_day"`
	Since      time.Time      `json:"since"`
	MergedInto loyalty.ID     `json:"merged_into"`
	Name       string         `json:"name"`
}

type recentDoc struct {
	ID      loyalty.ID     `json:"id"`
	At      time.Time      `json:"at"`
	Points  loyalty.Points `json:"points"`
	Amount  loyalty.Minor  `json:"amount"`
	StoreID loyalty.ID     `json:"store_id"`
	StaffID loyalty.ID     `json:"staff_id"`
	OrderID loyalty.ID     `json:"order_id"`
}

type rewardDoc struct {
	ID             loyalty.ID     `json:"id"`
	ProgramID      loyalty.ID     `json:"program_id"`
	Name           string         `json:"name"`
	Description    string         `json:"description"`
	Cost           loyalty.Points `json:"points_cost"`
	Type           string         `json:"type"`
	DiscountType   string         `json:"discount_type"`
	DiscountValue  int64          `json:"discount_value"`
	ItemName       string         `json:"item_name"`
	Stock          *int64         `json:"stock"`
	MaxPerCustomer int            `json:"max_per_customer"`
	MinTierID      loyalty.ID     `json:"min_tier_id"`
	StartsAt       time.Time      `json:"starts_at"`
	ExpiresAt      time.Time      `json:"expires_at"`
	StoreIDs       []loyalty.ID   `json:"store_ids"`
	Active         bool           `json:"is_active"`
	CreatedAt      time.Time      `json:"created_at"`
	UpdatedAt      time.Time      `json:"updated_at"`
}

// Snapshot implements loyalty.LedgerReader.
func (r reader) Snapshot(ctx context.Context, orgID loyalty.ID, q loyalty.SnapshotQuery) (loyalty.Snapshot, error) {
	const query = `SELECT ledger_read($1, $2)`
	in, err := json.Marshal(snapshotQueryDoc{
		CustomerID: q.CustomerID, ExternalID: q.ExternalID, EnrollmentID: q.EnrollmentID, Once: q.OnceKey, OrderStoreID: q.OrderStoreID, OrderRef: q.OrderRef,
		OrderID: q.OrderID, RewardID: q.RewardID, RedemptionID: q.RedemptionID, ReversesID: q.ReversesID,
		EventTypeID: q.EventTypeID, EventKey: q.EventKey, Day: day(q.Day), Recent: q.Recent, Lots: q.Lots,
		ContactSince: q.ContactSince, StoreID: q.StoreID,
	})
	if err != nil {
		return loyalty.Snapshot{}, fmt.Errorf("encode snapshot query: %w", err)
	}
	var out []byte
	if err := r.get(ctx, &out, query, orgID.String(), string(in)); err != nil {
		return loyalty.Snapshot{}, wrap("read snapshot", err)
	}
	var doc snapshotDoc
	if err := json.Unmarshal(out, &doc); err != nil {
		return loyalty.Snapshot{}, fmt.Errorf("decode snapshot: %w", err)
	}
	if doc.Missing != "" {
		return loyalty.Snapshot{}, loyalty.Missing(doc.Missing)
	}
	return doc.domain(orgID), nil
}

func (s snapshotDoc) domain(orgID loyalty.ID) loyalty.Snapshot {
	out := loyalty.Snapshot{
		Config: s.Config, Redeemed: s.Redeemed, Reversed: s.Reversed, EventsToday: s.EventsToday, LastEvent: s.LastEvent,
		EventSeen: s.EventSeen, Alias: s.Alias, UnderReview: s.UnderReview, HeldForReview: s.Held, Recent: each(s.Recent, func(r recentDoc) loyalty.Recent { return loyalty.Recent(r) }),
	}
	if s.Once != nil {
		out.Once = s.Once.domain()
	}
	if s.Contact != nil {
		out.Contact = loyalty.ContactChange{
			At: s.Contact.At, StoreID: s.Contact.StoreID, StaffID: s.Contact.StaffID, StoreIsNew: s.StoreIsNew, Takeovers: s.Takeovers,
		}
	}
	if s.Account != nil {
		a := s.Account
		out.Name = a.Name
		out.Account = &loyalty.Account{
			Enrollment: loyalty.Enrollment{
				OrgID: orgID, ID: a.ID, CustomerID: a.CustomerID, ProgramID: a.ProgramID, TierID: a.TierID, Balance: a.Balance,
				Lifetime: a.Lifetime, Seq: a.Seq, Revision: a.Revision, FrozenAt: a.FrozenAt, Since: a.Since, MergedInto: a.MergedInto,
			},
			Lots:      each(s.Lots, func(l lotDoc) loyalty.Lot { return loyalty.Lot{ExpiresOn: time.Time(l.ExpiresOn), Points: l.Points} }),
			ActiveDay: time.Time(a.ActiveDay),
		}
	}
	if s.Order != nil {
		o := s.Order.domain(orgID)
		out.Order = &o
	}
	if s.Award != nil {
		t := s.Award.domain(orgID)
		out.Award = &t
	}
	if s.Reward != nil {
		w := s.Reward.domain(orgID)
		out.Reward = &w
	}
	if s.Redemption != nil {
		d := s.Redemption.domain(orgID)
		out.Redemption = &d
	}
	if s.Reverses != nil {
		t := s.Reverses.domain(orgID)
		out.Reverses = &t
	}
	return out
}

func (o onceDoc) domain() *loyalty.StoredAnswer {
	return &loyalty.StoredAnswer{Key: o.Key, Fingerprint: o.Fingerprint, Answer: loyalty.Answer{Status: o.Status, Body: o.Body}}
}

func (o orderDoc) domain(orgID loyalty.ID) loyalty.Order {
	out := loyalty.Order{
		OrgID: orgID, ID: o.ID, StoreID: o.StoreID, ExternalID: o.ExternalID, CustomerID: o.CustomerID, Total: o.Total, Tax: o.Tax,
		Tip: o.Tip, Discount: o.Discount, RefundedTotal: o.RefundedTotal, Currency: o.Currency, Items: o.ItemCount, ItemsJSON: o.Items,
		Status: loyalty.OrderStatus(o.Status), StaffRef: o.StaffRef, StaffID: o.StaffID, TransactionID: o.TransactionID,
		Earned: o.Earned, Reversed: o.Reversed, CompletedAt: o.CompletedAt, ClaimedAt: o.ClaimedAt, CreatedAt: o.CreatedAt,
		UpdatedAt: o.UpdatedAt, Revision: o.Revision,
	}
	if o.Day != nil {
		out.Day = time.Time(*o.Day)
	}
	return out
}

func (w rewardDoc) domain(orgID loyalty.ID) loyalty.Reward {
	return loyalty.Reward{
		OrgID: orgID, ID: w.ID, ProgramID: w.ProgramID, Name: w.Name, Description: w.Description, Cost: w.Cost,
		Type: loyalty.RewardType(w.Type), DiscountType: loyalty.DiscountType(w.DiscountType), DiscountValue: w.DiscountValue,
		ItemName: w.ItemName, Stock: w.Stock, MaxPerCustomer: w.MaxPerCustomer, MinTierID: w.MinTierID, StartsAt: w.StartsAt,
		ExpiresAt: w.ExpiresAt, StoreIDs: w.StoreIDs, Active: w.Active, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
	}
}

func (d redemptionDoc) domain(orgID loyalty.ID) loyalty.Redemption {
	return loyalty.Redemption{
		OrgID: orgID, ID: d.ID, CustomerID: d.CustomerID, RewardID: d.RewardID, RewardName: d.RewardName,
		RewardType: loyalty.RewardType(d.RewardType), DiscountType: loyalty.DiscountType(d.DiscountType),
		DiscountValue: d.DiscountValue, Cost: d.Cost, Code: d.Code, Status: loyalty.RedemptionStatus(d.Status), StoreID: d.StoreID,
		OrderRef: d.OrderRef, TransactionID: d.TransactionID, RefundID: d.RefundID, Metadata: d.Metadata, StaffID: d.StaffID,
		KeyID: d.KeyID, HeldUntil: d.HeldUntil, ReviewCase: d.ReviewCase, FulfilledAt: d.FulfilledAt, CancelledAt: d.CancelledAt, CreatedAt: d.CreatedAt,
		Lots: each(d.Lots, func(l lotDoc) loyalty.Lot { return loyalty.Lot{ExpiresOn: time.Time(l.ExpiresOn), Points: l.Points} }),
	}
}

func (t transactionDoc) domain(orgID loyalty.ID) loyalty.Transaction {
	return loyalty.Transaction{
		OrgID: orgID, ID: t.ID, CustomerID: t.CustomerID, Seq: t.Seq, Type: loyalty.TransactionType(t.Type), Points: t.Points,
		LifetimeDelta: t.LifetimeDelta, BalanceAfter: t.BalanceAfter, Reason: t.Reason, StoreID: t.StoreID, OrderID: t.OrderID,
		RedemptionID: t.RedemptionID, RewardID: t.RewardID, ReversesID: t.ReversesID, Amount: t.Amount, StaffID: t.StaffID,
		KeyID: t.KeyID, At: t.At, Explanation: t.Explanation.domain(),
	}
}

func (e *explanationDoc) domain() *loyalty.Explanation {
	if e == nil {
		return nil
	}
	return &loyalty.Explanation{
		Amount: e.Amount, Currency: e.Currency, Rate: e.Rate, TierID: e.TierID, Tier: e.Tier, Multiplier: e.Multiplier,
		ProgramID: e.ProgramID, Program: e.Program, ProgramVersion: e.ProgramVersion,
		Promotions: each(e.Promotions, func(p promotionDoc) loyalty.Promotion { return loyalty.Promotion(p) }),
	}
}

// StoredAnswer implements loyalty.LedgerReader.
func (r reader) StoredAnswer(ctx context.Context, orgID loyalty.ID, key string) (*loyalty.StoredAnswer, error) {
	const q = `
		SELECT fingerprint, status, body FROM idempotency_keys
		WHERE organization_id = $1 AND key = $2 AND created_at > now() - interval '24 hours'`
	var row struct {
		Fingerprint []byte `db:"fingerprint"`
		Status      int    `db:"status"`
		Body        []byte `db:"body"`
	}
	err := r.get(ctx, &row, q, orgID.String(), key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no answer yet is the ordinary case
	}
	if err != nil {
		return nil, wrap("select stored answer", err)
	}
	return &loyalty.StoredAnswer{Key: key, Fingerprint: row.Fingerprint, Answer: loyalty.Answer{Status: row.Status, Body: row.Body}}, nil
}

// SaveAnswer implements loyalty.Tx.
func (t *tx) SaveAnswer(ctx context.Context, orgID loyalty.ID, a loyalty.StoredAnswer) error {
	const q = `SELECT save_answer($1, $2, $3, $4, $5)`
	_, err := t.exec(ctx, q, orgID.String(), a.Key, a.Fingerprint, a.Status, a.Body)
	return postError(err)
}

// HoldKey implements loyalty.Tx.
func (t *tx) HoldKey(ctx context.Context, orgID loyalty.ID, key string) (bool, error) {
	const q = `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`
	var ok bool
	err := t.get(ctx, &ok, q, orgID.String(), key)
	return ok, wrap("hold key", err)
}

// LockAccount implements loyalty.LedgerWriter.
func (t *tx) LockAccount(ctx context.Context, orgID, customerID loyalty.ID) error {
	const q = `SELECT revision FROM enrollments WHERE organization_id = $1 AND customer_id = $2 FOR NO KEY UPDATE`
	var revision int64
	return notFound("lock account", "customer", t.get(ctx, &revision, q, orgID.String(), customerID.String()))
}

// AddAudit implements loyalty.Tx.
func (t *tx) AddAudit(ctx context.Context, e loyalty.AuditEntry) error {
	const q = `
		INSERT INTO audit_log (organization_id, id, at, staff_id, api_key_id, role, action, subject, object_id, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	detail, err := json.Marshal(e.Detail)
	if err != nil || e.Detail == nil {
		detail = []byte("{}")
	}
	_, err = t.exec(ctx, q, e.OrgID.String(), e.ID.String(), e.At, nullID(e.StaffID), nullID(e.KeyID), string(e.Role),
		e.Action, e.Subject, nullID(e.Object), string(detail))
	return wrap("insert audit entry", err)
}
