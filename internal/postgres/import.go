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

// HoldImports implements loyalty.ImportWriter.
func (t *tx) HoldImports(ctx context.Context, orgID loyalty.ID) error {
	const q = `SELECT pg_advisory_xact_lock(hashtextextended('import ' || $1, 0))`
	_, err := t.exec(ctx, q, orgID.String())
	return wrap("wait for other imports", err)
}

// RefreshStatistics implements loyalty.ImportWriter.
func (t *tx) RefreshStatistics(ctx context.Context) error {
	_, err := t.exec(ctx, `SELECT refresh_statistics()`)
	return wrap("refresh statistics", err)
}

// The queries below look orders and guests up one by one: the planner takes a
// young organization's tables for tiny, and would read them whole each time.

// StageOrders implements loyalty.ImportWriter.
func (t *tx) StageOrders(ctx context.Context, _, importID loyalty.ID, rows []loyalty.StagedOrder) (err error) {
	const q = `COPY import_orders (import_id, line, external_id, store_id, customer_ref, total, item_count, at) FROM STDIN`
	preparer, ok := t.q.(interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	})
	if !ok {
		return fmt.Errorf("stage orders: %T can't prepare statements", t.q)
	}
	stmt, err := preparer.PrepareContext(ctx, q)
	if err != nil {
		return wrap("stage orders", err)
	}
	defer func() { err = errors.Join(err, wrap("stage orders", stmt.Close())) }()
	id := importID.String()
	for _, r := range rows {
		if _, err := stmt.ExecContext(ctx, id, r.Line, r.Ref, r.StoreID.String(), r.CustomerRef, int64(r.Total), r.Items, r.At); err != nil {
			return wrap("stage orders", err)
		}
	}
	_, err = stmt.ExecContext(ctx)
	return wrap("stage orders", err)
}

// DropStaged implements loyalty.ImportWriter. An import's id says when it began.
func (t *tx) DropStaged(ctx context.Context, importID loyalty.ID, before time.Time) error {
	const q = `DELETE FROM import_orders WHERE import_id = $1 OR import_id < $2`
	_, err := t.exec(ctx, q, importID.String(), loyalty.NewID(before).String())
	return wrap("drop staged orders", err)
}

// StagedClashes implements loyalty.ImportReader. An order that was erased with
// its guest, or claimed since, is still the order of the file.
func (r reader) StagedClashes(ctx context.Context, orgID, importID loyalty.ID, afterLine, limit int) ([]loyalty.StagedClash, error) {
	const q = `
		WITH staged AS (
			SELECT i.*, first_value(i.line) OVER w AS first_line, first_value(i.total) OVER w AS first_total,
				first_value(i.at) OVER w AS first_at, first_value(i.customer_ref) OVER w AS first_customer,
				first_value(i.item_count) OVER w AS first_items
			FROM import_orders i WHERE i.import_id = $2
			WINDOW w AS (PARTITION BY i.store_id, i.external_id ORDER BY i.line)
		)
		SELECT s.line, s.external_id, s.first_line FROM staged s
		WHERE s.line > $3 AND (s.total, s.at, s.customer_ref, s.item_count)
			IS DISTINCT FROM (s.first_total, s.first_at, s.first_customer, s.first_items)
		UNION ALL
		SELECT s.line, s.external_id, 0 FROM import_orders s
		CROSS JOIN LATERAL (
			SELECT o.total, o.completed_at, (SELECT c.external_id FROM customers c WHERE c.organization_id = $1 AND c.id = o.customer_id)
			FROM orders o WHERE o.organization_id = $1 AND o.store_id = s.store_id AND o.external_id = s.external_id LIMIT 1) o
		WHERE s.import_id = $2 AND s.line > $3 AND (s.total <> o.total OR s.at IS DISTINCT FROM o.completed_at
			OR s.customer_ref <> '' AND s.customer_ref <> o.external_id)
		ORDER BY 1, 3 DESC LIMIT $4`
	var rows []struct {
		Line  int    `db:"line"`
		Ref   string `db:"external_id"`
		First int    `db:"first_line"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), importID.String(), afterLine, limit); err != nil {
		return nil, wrap("select clashing rows", err)
	}
	out := make([]loyalty.StagedClash, len(rows))
	for i, x := range rows {
		out[i] = loyalty.StagedClash(x)
	}
	return out, nil
}

// StagedCounts implements loyalty.ImportReader.
func (r reader) StagedCounts(ctx context.Context, orgID, importID loyalty.ID) (loyalty.StagedCounts, error) {
	const q = `
		WITH fresh AS (
			SELECT DISTINCT ON (i.store_id, i.external_id) i.customer_ref, i.total FROM import_orders i
			LEFT JOIN LATERAL (
				SELECT o.id FROM orders o
				WHERE o.organization_id = $1 AND o.store_id = i.store_id AND o.external_id = i.external_id LIMIT 1) o ON true
			WHERE i.import_id = $2 AND o.id IS NULL
		)
		SELECT (SELECT count(*) FROM import_orders i WHERE i.import_id = $2) AS row_count, count(*) AS new_count,
			coalesce(sum(f.total), 0)::bigint AS sales, (
				SELECT count(*) FROM (SELECT DISTINCT customer_ref FROM fresh WHERE customer_ref <> '') g
				LEFT JOIN LATERAL (
					SELECT c.id FROM customers c
					WHERE c.organization_id = $1 AND c.external_id = g.customer_ref LIMIT 1) c ON true
				WHERE c.id IS NULL) AS customer_count
		FROM fresh f`
	var row struct {
		Rows      int   `db:"row_count"`
		New       int   `db:"new_count"`
		Sales     int64 `db:"sales"`
		Customers int   `db:"customer_count"`
	}
	if err := r.get(ctx, &row, q, orgID.String(), importID.String()); err != nil {
		return loyalty.StagedCounts{}, wrap("count staged orders", err)
	}
	return loyalty.StagedCounts{Rows: row.Rows, New: row.New, Customers: row.Customers, Sales: loyalty.Minor(row.Sales)}, nil
}

// StagedOrders implements loyalty.ImportReader.
func (r reader) StagedOrders(ctx context.Context, orgID, importID loyalty.ID, after loyalty.StagedOrder, limit int) ([]loyalty.StagedOrder, error) {
	const q = `
		SELECT i.line, i.external_id, i.store_id, i.customer_ref, i.total, i.item_count, i.at, o.id IS NOT NULL AS is_known
		FROM (
			SELECT * FROM import_orders WHERE import_id = $2 AND (at, line) > ($3, $4) ORDER BY at, line LIMIT $5) i
		LEFT JOIN LATERAL (
			SELECT o.id FROM orders o
			WHERE o.organization_id = $1 AND o.store_id = i.store_id AND o.external_id = i.external_id LIMIT 1) o ON true
		ORDER BY i.at, i.line`
	var rows []struct {
		Line        int        `db:"line"`
		Ref         string     `db:"external_id"`
		StoreID     loyalty.ID `db:"store_id"`
		CustomerRef string     `db:"customer_ref"`
		Total       int64      `db:"total"`
		Items       int        `db:"item_count"`
		At          time.Time  `db:"at"`
		Known       bool       `db:"is_known"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), importID.String(), after.At, after.Line, limit); err != nil {
		return nil, wrap("select staged orders", err)
	}
	out := make([]loyalty.StagedOrder, len(rows))
	for i, x := range rows {
		out[i] = loyalty.StagedOrder{
			Line: x.Line, Ref: x.Ref, StoreID: x.StoreID, CustomerRef: x.CustomerRef, Total: loyalty.Minor(x.Total), Items: x.Items,
			At: x.At, Known: x.Known,
		}
	}
	return out, nil
}

// AmountsBefore implements loyalty.ImportReader.
func (r reader) AmountsBefore(ctx context.Context, orgID, storeID loyalty.ID, before time.Time, limit int) ([]loyalty.AwardSample, error) {
	const store = `
		SELECT at, amount, points FROM transactions
		WHERE organization_id = $1 AND store_id = $2 AND at < $3 AND type = 'earn' AND bulk_id IS NULL ORDER BY at DESC, id DESC LIMIT $4`
	const organization = `
		SELECT at, amount, points FROM transactions
		WHERE organization_id = $1 AND at < $2 AND type = 'earn' AND bulk_id IS NULL ORDER BY at DESC, id DESC LIMIT $3`
	if storeID.IsZero() {
		return r.awardSamples(ctx, organization, orgID.String(), before, limit)
	}
	return r.awardSamples(ctx, store, orgID.String(), storeID.String(), before, limit)
}

func (r reader) awardSamples(ctx context.Context, q string, args ...any) ([]loyalty.AwardSample, error) {
	var rows []struct {
		At     time.Time `db:"at"`
		Amount int64     `db:"amount"`
		Points int64     `db:"points"`
	}
	if err := r.list(ctx, &rows, q, args...); err != nil {
		return nil, wrap("select amounts", err)
	}
	out := make([]loyalty.AwardSample, len(rows))
	for i, s := range rows {
		out[i] = loyalty.AwardSample{At: s.At, Amount: loyalty.Minor(s.Amount), Points: loyalty.Points(s.Points)}
	}
	return out, nil
}

type importedStoreDoc struct {
	ID         loyalty.ID `json:"id"`
	Name       string     `json:"name"`
	ExternalID string     `json:"external_id"`
	Currency   string     `json:"currency"`
	TimeZone   string     `json:"time_zone"`
	CreatedAt  time.Time  `json:"created_at"`
}

// AddImportedStores implements loyalty.ImportWriter.
func (t *tx) AddImportedStores(ctx context.Context, orgID, importID loyalty.ID, stores []loyalty.Store) error {
	const insert = `
		INSERT INTO stores (organization_id, id, name, external_id, currency, time_zone, created_at)
		SELECT $1, x.id, x.name, x.external_id, x.currency, x.time_zone, x.created_at
		FROM jsonb_to_recordset($2) AS x (id uuid, name text, external_id text, currency text, time_zone text, created_at timestamptz)
		ON CONFLICT (organization_id, external_id) DO NOTHING`
	const changed = `UPDATE organizations SET config_version = config_version + 1 WHERE id = $1`
	const point = `
		UPDATE import_orders i SET store_id = s.id
		FROM jsonb_to_recordset($3) AS x (id uuid, external_id text)
		JOIN stores s ON s.organization_id = $1 AND s.external_id = x.external_id AND s.id <> x.id
		WHERE i.import_id = $2 AND i.store_id = x.id`
	docs, err := json.Marshal(each(stores, func(s loyalty.Store) importedStoreDoc {
		return importedStoreDoc{s.ID, s.Name, s.ExternalID, s.Currency, s.TimeZone, s.CreatedAt}
	}))
	if err != nil {
		return fmt.Errorf("encode stores: %w", err)
	}
	added, err := t.exec(ctx, insert, orgID.String(), string(docs))
	if err != nil {
		return wrap("insert stores", err)
	}
	if added > 0 {
		if _, err := t.exec(ctx, changed, orgID.String()); err != nil {
			return wrap("raise configuration version", err)
		}
	}
	if int(added) == len(stores) {
		return nil
	}
	_, err = t.exec(ctx, point, orgID.String(), importID.String(), string(docs))
	return wrap("point staged orders at stores", err)
}
