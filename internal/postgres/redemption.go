package postgres

import (
	"context"
	"database/sql"
	"time"

	"regulars/internal/loyalty"
)

// reviewCase is the case that a redemption d waits for.
const reviewCase = `jsonb_build_object('review_case', CASE WHEN d.status = 'held' THEN (
			SELECT h.anomaly_id FROM review_holds h
			WHERE h.organization_id = d.organization_id AND h.object_id = d.id AND h.released_at IS NULL LIMIT 1) END)`

// Redemption implements loyalty.OrderReader.
func (r reader) Redemption(ctx context.Context, orgID, id loyalty.ID) (loyalty.Redemption, error) {
	const q = `SELECT to_jsonb(d) || ` + reviewCase + ` FROM redemptions d WHERE d.organization_id = $1 AND d.id = $2`
	return r.redemption(ctx, q, orgID, id.String())
}

// RedemptionByCode implements loyalty.OrderReader.
func (r reader) RedemptionByCode(ctx context.Context, orgID loyalty.ID, code string) (loyalty.Redemption, error) {
	const q = `SELECT to_jsonb(d) || ` + reviewCase + ` FROM redemptions d WHERE d.organization_id = $1 AND d.code = $2`
	return r.redemption(ctx, q, orgID, code)
}

func (r reader) redemption(ctx context.Context, q string, orgID loyalty.ID, by string) (loyalty.Redemption, error) {
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), by); err != nil {
		return loyalty.Redemption{}, notFound("select redemption", "redemption", err)
	}
	doc, err := decodeDoc[redemptionDoc](raw, "redemption")
	return doc.domain(orgID), err
}

type redemptionRowDoc struct {
	redemptionDoc
	CustomerName   string `json:"customer_name"`
	CustomerErased bool   `json:"customer_erased"`
	StoreName      string `json:"store_name"`
}

// Redemptions implements loyalty.OrderReader.
func (r reader) Redemptions(ctx context.Context, orgID loyalty.ID, f loyalty.RedemptionFilter, page loyalty.Page) ([]loyalty.RedemptionRow, int, error) {
	const ids = `
		SELECT d.id FROM redemptions d
		WHERE d.organization_id = $1 AND ($2::uuid[] IS NULL OR d.store_id = ANY ($2)) AND ($3::uuid IS NULL OR d.customer_id = $3)
			AND ($4::uuid IS NULL OR d.reward_id = $4) AND ($5 = '' OR d.status = $5)
		ORDER BY d.id DESC`
	const list = `
		SELECT to_jsonb(d) || jsonb_build_object('customer_name', c.name, 'customer_erased', c.anonymized_at IS NOT NULL,
			'store_name', coalesce(w.name, '')) || ` + reviewCase + `
		FROM redemptions d JOIN (` + ids + ` LIMIT $6 OFFSET $7) p USING (id)
		JOIN customers c ON c.organization_id = d.organization_id AND c.id = d.customer_id
		LEFT JOIN stores w ON w.organization_id = d.organization_id AND w.id = d.store_id
		WHERE d.organization_id = $1 ORDER BY d.id DESC`
	const count = `SELECT count(*) FROM (` + ids + ` LIMIT $6) p`
	args := []any{orgID.String(), nullIDs(f.StoreIDs), nullID(f.CustomerID), nullID(f.RewardID), string(f.Status)}
	var rows [][]byte
	var total int
	if err := r.page(ctx, &rows, &total, list, count, args, page); err != nil {
		return nil, 0, wrap("select redemptions", err)
	}
	docs, err := decodeDocs[redemptionRowDoc](rows, "redemption")
	return each(docs, func(d redemptionRowDoc) loyalty.RedemptionRow {
		return loyalty.RedemptionRow{Redemption: d.domain(orgID), CustomerName: d.CustomerName, CustomerErased: d.CustomerErased, StoreName: d.StoreName}
	}), total, err
}

type eventTypeRow struct {
	OrgID     loyalty.ID    `db:"organization_id"`
	ID        loyalty.ID    `db:"id"`
	Key       string        `db:"key"`
	Name      string        `db:"name"`
	Mode      string        `db:"mode"`
	Points    sql.NullInt64 `db:"points"`
	Rate      sql.NullInt64 `db:"rate"`
	MaxPerDay sql.NullInt64 `db:"max_per_customer_per_day"`
	Cooldown  sql.NullInt64 `db:"cooldown_seconds"`
	Active    bool          `db:"is_active"`
	CreatedAt time.Time     `db:"created_at"`
	UpdatedAt time.Time     `db:"updated_at"`
}

func (r eventTypeRow) domain() loyalty.EventType {
	return loyalty.EventType{
		OrgID: r.OrgID, ID: r.ID, Key: r.Key, Name: r.Name, Mode: loyalty.EventMode(r.Mode), Points: loyalty.Points(r.Points.Int64),
		Rate: loyalty.Rate(r.Rate.Int64), MaxPerDay: int(r.MaxPerDay.Int64), Cooldown: time.Duration(r.Cooldown.Int64) * time.Second,
		Active: r.Active, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// EventTypeByKey implements loyalty.OrderReader.
func (r reader) EventTypeByKey(ctx context.Context, orgID loyalty.ID, key string) (loyalty.EventType, error) {
	const q = `
		SELECT organization_id, id, key, name, mode, points, rate, max_per_customer_per_day, cooldown_seconds, is_active, created_at,
			updated_at
		FROM event_types WHERE organization_id = $1 AND key = $2`
	var row eventTypeRow
	if err := r.get(ctx, &row, q, orgID.String(), key); err != nil {
		return loyalty.EventType{}, notFound("select event type", "event type", err)
	}
	return row.domain(), nil
}
