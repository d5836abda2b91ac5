package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// signalDoc is one of what place_signals takes.
type signalDoc struct {
	ID             loyalty.ID     `json:"id"`
	Key            string         `json:"signal_key"`
	CustomerID     loyalty.ID     `json:"customer_id,omitzero"`
	StoreID        loyalty.ID     `json:"store_id,omitzero"`
	StaffID        loyalty.ID     `json:"staff_id,omitzero"`
	Type           string         `json:"type"`
	Family         int            `json:"family"`
	Severity       string         `json:"severity"`
	Score          float64        `json:"score"`
	Hard           bool           `json:"hard"`
	Opens          bool           `json:"opens"`
	Description    string         `json:"description"`
	Format         string         `json:"format"`
	Args           []any          `json:"args"`
	PointsInvolved loyalty.Points `json:"points_involved"`
	Evidence       map[string]any `json:"evidence"`
	TransactionIDs []loyalty.ID   `json:"transaction_ids"`
	CaseKey        string         `json:"case_key"`
	FlaggedAt      time.Time      `json:"flagged_at"`
	MutedSince     time.Time      `json:"muted_since"` // whoever was dismissed after this keeps quiet
	Budget         float64        `json:"budget"`
	Names          []personDoc    `json:"names"`
	Hold           *holdDoc       `json:"hold,omitzero"`
}

type personDoc struct {
	ID   loyalty.ID `json:"id"`
	Kind string     `json:"kind"`
}

type holdDoc struct {
	Kind     string         `json:"kind"`
	ObjectID loyalty.ID     `json:"object_id"`
	Points   loyalty.Points `json:"points"`
}

func signalDocOf(s loyalty.Signal) signalDoc {
	doc := signalDoc{
		ID: s.ID, Key: s.Key, CustomerID: s.CustomerID, StoreID: s.StoreID, StaffID: s.StaffID, Type: s.Type, Family: s.Family,
		Severity: s.Severity, Score: s.Score, Hard: s.Hard, Opens: s.Opens, Description: s.Description, Format: s.Format, Args: s.Args,
		PointsInvolved: s.PointsInvolved, Evidence: s.Evidence, TransactionIDs: s.TransactionIDs, CaseKey: s.CaseKey,
		FlaggedAt: s.FlaggedAt, MutedSince: s.FlaggedAt.AddDate(0, 0, -s.MuteDays), Budget: s.Budget,
		Names: each(s.Names, func(p loyalty.Person) personDoc { return personDoc(p) }),
	}
	if doc.Args == nil {
		doc.Args = []any{}
	}
	if doc.Evidence == nil {
		doc.Evidence = map[string]any{}
	}
	if doc.TransactionIDs == nil {
		doc.TransactionIDs = []loyalty.ID{}
	}
	if s.Hold != nil {
		doc.Hold = &holdDoc{Kind: s.Hold.Kind, ObjectID: s.Hold.ObjectID, Points: s.Hold.Points}
	}
	return doc
}

// PlaceSignals implements loyalty.AnomalyWriter.
func (t *tx) PlaceSignals(ctx context.Context, orgID loyalty.ID, signals []loyalty.Signal) error {
	const q = `SELECT place_signals($1, $2)`
	if len(signals) == 0 {
		return nil
	}
	docs, err := json.Marshal(each(signals, signalDocOf))
	if err != nil {
		return fmt.Errorf("encode signals: %w", err)
	}
	_, err = t.exec(ctx, q, orgID.String(), string(docs))
	return wrap("place signals", err)
}

// SignalCounts implements loyalty.AnomalyReader.
func (r reader) SignalCounts(ctx context.Context, orgID loyalty.ID, q loyalty.SignalQuery) (loyalty.SignalCounts, error) {
	const counts = `
		SELECT count(*) FILTER (WHERE type = 'off_hours' AND reason = 'late_attach' AND subject_id = $2) AS late_attaches,
			count(*) FILTER (WHERE type = 'off_hours' AND reason <> 'late_attach' AND subject_id = $2) AS off_hours,
			count(*) FILTER (WHERE type = 'split_orders') AS splits, count(*) FILTER (WHERE type = 'duplicate_claim') AS duplicate_claims
		FROM anomaly_signals
		WHERE organization_id = $1 AND at > $4 AND at <= $5 AND signal_key <> ALL (ARRAY['off_hours:' || $6, 'split_orders:' || $6, 'duplicate_claim:' || $6])
			AND (type = 'off_hours' AND subject_id = $2 OR type = 'split_orders' AND subject_id = $3 OR type = 'duplicate_claim' AND subject_id = $3)`
	var row struct {
		LateAttaches    int `db:"late_attaches"`
		OffHours        int `db:"off_hours"`
		Splits          int `db:"splits"`
		DuplicateClaims int `db:"duplicate_claims"`
	}
	err := r.get(ctx, &row, counts, orgID.String(), nullID(q.StaffID), nullID(q.CustomerID), q.Since, q.Until, q.EventID.String())
	return loyalty.SignalCounts(row), wrap("count signals", err)
}

// Debts implements loyalty.AnomalyReader.
func (r reader) Debts(ctx context.Context, orgID, customerID loyalty.ID, from, to time.Time) ([]loyalty.Transaction, error) {
	const q = `
		SELECT to_jsonb(t) FROM transactions t
		WHERE t.organization_id = $1 AND t.customer_id = $2 AND t.type = 'reverse' AND t.points < 0 AND t.balance_after < 0
			AND t.at >= $3 AND t.at < $4
		ORDER BY t.seq DESC LIMIT 8`
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), customerID.String(), from, to); err != nil {
		return nil, wrap("select debts", err)
	}
	docs, err := decodeDocs[transactionDoc](rows, "transaction")
	return each(docs, func(d transactionDoc) loyalty.Transaction { return d.domain(orgID) }), err
}

// Claimants implements loyalty.AnomalyReader.
func (r reader) Claimants(ctx context.Context, orgID, orderID loyalty.ID, before time.Time) ([]loyalty.ID, error) {
	const q = `
		SELECT customer_id FROM orders WHERE organization_id = $1 AND id = $2 AND customer_id IS NOT NULL
		UNION
		SELECT customer_id FROM account_events WHERE organization_id = $1 AND order_id = $2 AND type = 'claim' AND at < $3`
	var ids []loyalty.ID
	return ids, wrap("select claimants", r.list(ctx, &ids, q, orgID.String(), orderID.String(), before))
}

// AddAccountEvent implements loyalty.AnomalyWriter.
func (t *tx) AddAccountEvent(ctx context.Context, e loyalty.AccountEvent) (bool, error) {
	const q = `
		INSERT INTO account_events (organization_id, id, at, type, customer_id, store_id, staff_id, api_key_id, device_id, order_id)
		SELECT $1, $2, $3, $4, c.id, $6, $7, $8, $9, $10 FROM customers c WHERE c.organization_id = $1 AND c.id = $5
		ON CONFLICT DO NOTHING`
	n, err := t.exec(ctx, q, e.OrgID.String(), e.ID.String(), e.At, string(e.Type), e.CustomerID.String(), nullID(e.StoreID),
		nullID(e.StaffID), nullID(e.KeyID), nullID(e.DeviceID), nullID(e.OrderID))
	return n == 1, wrap("insert account event", err)
}

// ReleaseReview implements loyalty.AnomalyWriter.
func (t *tx) ReleaseReview(ctx context.Context, orgID, id loyalty.ID, at time.Time) error {
	const q = `SELECT release_review($1, $2, $3)`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), at)
	return wrap("release what was held for review", err)
}

// HoldReview implements loyalty.AnomalyWriter.
func (t *tx) HoldReview(ctx context.Context, orgID, id loyalty.ID, until time.Time) (loyalty.CaseHold, error) {
	const q = `SELECT held, spent FROM hold_review($1, $2, $3)`
	var row holdRow
	err := t.get(ctx, &row, q, orgID.String(), id.String(), until)
	return loyalty.CaseHold(row), wrap("hold again what was held for review", err)
}

type holdRow struct {
	Held  loyalty.Points `db:"held"`
	Spent loyalty.Points `db:"spent"`
}
