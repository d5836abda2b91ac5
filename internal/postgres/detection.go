package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"regulars/internal/loyalty"
)

// ledgerEvents is one list of three: rows of the ledger, checks without a
// guest, events of accounts. Each is read by time from an index of its own. A
// check that was claimed later is one without a guest when it was closed. What
// a bulk award gave is nobody's habit: that one was given is in the audit log.
const ledgerEvents = `
	SELECT * FROM (
		(SELECT t.id, t.type, t.at, t.store_id, coalesce(t.staff_id, o.staff_id) AS staff_id, coalesce(o.staff_ref, '') AS staff_ref,
			t.api_key_id, t.customer_id, t.order_id, t.amount, t.points, t.balance_after, coalesce((t.explanation->>'multiplier')::bigint, 0) AS percent,
			CASE WHEN o.claimed_at = t.at THEN o.completed_at END AS closed_at, NULL::uuid AS device_id, '' AS phone, 0 AS birthday
		FROM transactions t LEFT JOIN orders o ON o.organization_id = t.organization_id AND o.id = t.order_id
		WHERE t.organization_id = $1 AND (t.at, t.id) > ($2::timestamptz, $3::uuid) AND t.at < $4 AND t.bulk_id IS NULL
			AND (t.type IN ('earn', 'redeem') OR t.type = 'reverse' AND t.points < 0 AND NOT EXISTS (
				SELECT FROM anomaly_reversals v WHERE v.organization_id = t.organization_id AND v.transaction_id = t.id))
		ORDER BY t.at, t.id LIMIT $5)
		UNION ALL
		(SELECT o.id, 'order', o.at, o.store_id, o.staff_id, o.staff_ref, NULL, NULL, o.id,
			o.total - o.tax - o.tip - o.discount, 0, 0, 0, NULL, NULL, '', 0
		FROM orders o
		WHERE o.organization_id = $1 AND (o.at, o.id) > ($2::timestamptz, $3::uuid)
			AND o.at < $4 AND o.completed_at IS NOT NULL
			AND (o.transaction_id IS NULL OR o.claimed_at > o.completed_at)
		ORDER BY o.at, o.id LIMIT $5)
		UNION ALL
		(SELECT a.id, a.type, a.at, a.store_id, a.staff_id, '', a.api_key_id, a.customer_id, a.order_id, coalesce(o.total - o.tax - o.tip - o.discount, 0),
			coalesce(o.earned, 0), 0, 0, o.completed_at, a.device_id, c.phone_digits,
			coalesce(extract(month FROM c.birth_date) * 100 + extract(day FROM c.birth_date), 0)::int
		FROM account_events a
		JOIN customers c ON c.organization_id = a.organization_id AND c.id = a.customer_id
		LEFT JOIN orders o ON o.organization_id = a.organization_id AND o.id = a.order_id
		WHERE a.organization_id = $1 AND (a.at, a.id) > ($2::timestamptz, $3::uuid) AND a.at < $4
		ORDER BY a.at, a.id LIMIT $5)
	) e ORDER BY at, id LIMIT $5`

type ledgerEventRow struct {
	ID         loyalty.ID     `db:"id"`
	Type       string         `db:"type"`
	At         time.Time      `db:"at"`
	StoreID    loyalty.ID     `db:"store_id"`
	StaffID    loyalty.ID     `db:"staff_id"`
	StaffRef   string         `db:"staff_ref"`
	KeyID      loyalty.ID     `db:"api_key_id"`
	CustomerID loyalty.ID     `db:"customer_id"`
	OrderID    loyalty.ID     `db:"order_id"`
	Amount     loyalty.Minor  `db:"amount"`
	Points     loyalty.Points `db:"points"`
	Balance    loyalty.Points `db:"balance_after"`
	Percent    int64          `db:"percent"`
	ClosedAt   sql.NullTime   `db:"closed_at"`
	DeviceID   loyalty.ID     `db:"device_id"`
	Phone      string         `db:"phone"`
	Birthday   int            `db:"birthday"`
}

func (r ledgerEventRow) domain() loyalty.LedgerEvent {
	return loyalty.LedgerEvent{
		ID: r.ID, Type: r.Type, At: r.At, StoreID: r.StoreID, StaffID: r.StaffID, StaffRef: r.StaffRef, KeyID: r.KeyID,
		CustomerID: r.CustomerID, OrderID: r.OrderID, Amount: r.Amount, Points: r.Points, Balance: r.Balance, Percent: r.Percent,
		ClosedAt: r.ClosedAt.Time, DeviceID: r.DeviceID, Phone: r.Phone, Birthday: r.Birthday,
	}
}

// LedgerEvents implements loyalty.DetectionReader.
func (r reader) LedgerEvents(ctx context.Context, orgID loyalty.ID, q loyalty.LedgerEventQuery) ([]loyalty.LedgerEvent, error) {
	var rows []ledgerEventRow
	if err := r.list(ctx, &rows, ledgerEvents, orgID.String(), q.From, q.AfterID.String(), q.To, q.Limit); err != nil {
		return nil, wrap("select ledger events", err)
	}
	return each(rows, ledgerEventRow.domain), nil
}

// EventTimes implements loyalty.DetectionReader.
func (r reader) EventTimes(ctx context.Context, orgID loyalty.ID, from, to time.Time, atMost int) (loyalty.EventTimes, error) {
	const q = `
		SELECT least((SELECT min(at) FROM transactions WHERE organization_id = $1),
				(SELECT min(at) FROM orders WHERE organization_id = $1)) AS first,
			(SELECT count(*) FROM (SELECT FROM transactions WHERE organization_id = $1 AND at >= $2 AND at < $3 AND bulk_id IS NULL LIMIT $4) n) AS count,
			(SELECT at FROM transactions WHERE organization_id = $1 AND at < $3 AND bulk_id IS NULL ORDER BY at DESC OFFSET $4 LIMIT 1) AS before`
	var row struct {
		First  sql.NullTime `db:"first"`
		Count  int          `db:"count"`
		Before sql.NullTime `db:"before"`
	}
	err := r.get(ctx, &row, q, orgID.String(), from, to, atMost)
	return loyalty.EventTimes{First: row.First.Time, Count: row.Count, Before: row.Before.Time}, wrap("select event times", err)
}

// DetectionState implements loyalty.DetectionReader.
func (r reader) DetectionState(ctx context.Context, orgID loyalty.ID) (loyalty.DetectionState, error) {
	const q = `SELECT warm_from, block_from, block_to, through, run_at, events FROM detection_state WHERE organization_id = $1`
	var row struct {
		WarmFrom  time.Time `db:"warm_from"`
		BlockFrom time.Time `db:"block_from"`
		BlockTo   time.Time `db:"block_to"`
		Through   time.Time `db:"through"`
		RunAt     time.Time `db:"run_at"`
		Events    int64     `db:"events"`
	}
	err := r.get(ctx, &row, q, orgID.String())
	if errors.Is(err, sql.ErrNoRows) {
		return loyalty.DetectionState{}, nil
	}
	return loyalty.DetectionState(row), wrap("select detection state", err)
}

// SaveDetectionState implements loyalty.DetectionWriter.
func (t *tx) SaveDetectionState(ctx context.Context, orgID loyalty.ID, s loyalty.DetectionState) error {
	const q = `
		INSERT INTO detection_state (organization_id, warm_from, block_from, block_to, through, run_at, events) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (organization_id) DO UPDATE SET warm_from = excluded.warm_from, block_from = excluded.block_from,
			block_to = excluded.block_to, through = excluded.through, run_at = excluded.run_at, events = excluded.events`
	_, err := t.exec(ctx, q, orgID.String(), s.WarmFrom, s.BlockFrom, s.BlockTo, s.Through, s.RunAt, s.Events)
	return wrap("save detection state", err)
}

// SignalKeys implements loyalty.DetectionReader.
func (r reader) SignalKeys(ctx context.Context, orgID loyalty.ID, since time.Time) ([]string, error) {
	const q = `SELECT signal_key FROM anomaly_signals WHERE organization_id = $1 AND at >= $2`
	var keys []string
	return keys, wrap("select signal keys", r.list(ctx, &keys, q, orgID.String(), since))
}

// AwardsOf implements loyalty.DetectionReader.
func (r reader) AwardsOf(ctx context.Context, orgID loyalty.ID, q loyalty.AwardsQuery) ([]loyalty.ID, error) {
	const awards = `
		SELECT t.id FROM transactions t
		WHERE t.organization_id = $1 AND t.customer_id = ANY ($2) AND t.type = 'earn' AND t.bulk_id IS NULL AND t.at >= $4 AND t.at <= $5
			AND ($3::uuid IS NULL OR t.staff_id = $3) AND ($8::uuid IS NULL OR t.store_id = $8) AND ($6 = false OR t.order_id IS NULL)
			AND ($9 = false OR EXISTS (
				SELECT FROM orders o WHERE o.organization_id = t.organization_id AND o.id = t.order_id AND o.claimed_at > o.completed_at))
		ORDER BY t.at DESC, t.id DESC LIMIT $7`
	var ids []loyalty.ID
	err := r.list(ctx, &ids, awards, orgID.String(), idArray(q.Customers), nullID(q.StaffID), q.From, q.To, q.ByHand, q.Limit,
		nullID(q.StoreID), q.Claims)
	return ids, wrap("select awards behind a finding", err)
}

// ForgetSignals implements loyalty.DetectionWriter.
func (t *tx) ForgetSignals(ctx context.Context, orgID loyalty.ID, before time.Time) (int, error) {
	const signals = `DELETE FROM anomaly_signals WHERE organization_id = $1 AND anomaly_id IS NULL AND at < $2`
	const replays = `DELETE FROM detection_replays WHERE organization_id = $1 AND started_at < $2`
	n, err := t.exec(ctx, signals, orgID.String(), before)
	if err != nil {
		return 0, wrap("delete signals", err)
	}
	_, err = t.exec(ctx, replays, orgID.String(), before)
	return int(n), wrap("delete replays", err)
}

// Replay implements loyalty.DetectionReader.
func (r reader) Replay(ctx context.Context, orgID, id loyalty.ID) (loyalty.Replay, error) {
	const q = `
		SELECT id, settings, weeks, staff_id, started_at, alive_at, done, events, result, problem
		FROM detection_replays WHERE organization_id = $1 AND id = $2`
	var row struct {
		ID        loyalty.ID `db:"id"`
		Settings  []byte     `db:"settings"`
		Weeks     int        `db:"weeks"`
		StaffID   loyalty.ID `db:"staff_id"`
		StartedAt time.Time  `db:"started_at"`
		AliveAt   time.Time  `db:"alive_at"`
		Done      float64    `db:"done"`
		Events    int64      `db:"events"`
		Result    []byte     `db:"result"`
		Problem   string     `db:"problem"`
	}
	err := r.get(ctx, &row, q, orgID.String(), id.String())
	return loyalty.Replay(row), notFound("select replay", "replay", err)
}

// SaveReplay implements loyalty.DetectionWriter.
func (t *tx) SaveReplay(ctx context.Context, orgID loyalty.ID, r loyalty.Replay) error {
	const q = `
		INSERT INTO detection_replays (organization_id, id, settings, weeks, staff_id, started_at, alive_at, done, events, result, problem)
		VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)
		ON CONFLICT (organization_id, id) DO UPDATE SET alive_at = excluded.alive_at, done = excluded.done, events = excluded.events,
			result = excluded.result, problem = excluded.problem`
	var result any
	if r.Result != nil {
		result = string(r.Result)
	}
	_, err := t.exec(ctx, q, orgID.String(), r.ID.String(), string(r.Settings), r.Weeks, nullID(r.StaffID), r.StartedAt, r.AliveAt, r.Done,
		r.Events, result, r.Problem)
	return wrap("save replay", err)
}
