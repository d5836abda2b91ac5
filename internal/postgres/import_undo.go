package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// StagedVisits implements loyalty.ImportReader. The database sorts, and hands
// the rows over as they are asked for.
func (r reader) StagedVisits(ctx context.Context, orgID, importID loyalty.ID, visit func(loyalty.StagedVisit) error) error {
	const q = `
		WITH fresh AS (
			SELECT DISTINCT ON (i.store_id, i.external_id) i.* FROM import_orders i
			LEFT JOIN LATERAL (
				SELECT o.id FROM orders o
				WHERE o.organization_id = $1 AND o.store_id = i.store_id AND o.external_id = i.external_id LIMIT 1) o ON true
			WHERE i.import_id = $2 AND o.id IS NULL
		)
		SELECT f.customer_ref, f.store_id, f.total, f.at, c.id IS NOT NULL AS is_known, coalesce(e.lifetime, 0) AS lifetime, e.tier_id,
			e.frozen_at IS NOT NULL AS is_frozen
		FROM fresh f
		LEFT JOIN LATERAL (
			SELECT c.id FROM customers c WHERE c.organization_id = $1 AND c.external_id = f.customer_ref AND f.customer_ref <> '' LIMIT 1) c ON true
		LEFT JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = c.id
		ORDER BY f.customer_ref, f.at, f.line`
	rows, err := r.q.QueryxContext(ctx, q, orgID.String(), importID.String())
	if err != nil {
		return wrap("select staged visits", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below says what went wrong
	for rows.Next() {
		var row struct {
			CustomerRef string      `db:"customer_ref"`
			StoreID     loyalty.ID  `db:"store_id"`
			Total       int64       `db:"total"`
			At          time.Time   `db:"at"`
			Known       bool        `db:"is_known"`
			Lifetime    int64       `db:"lifetime"`
			TierID      *loyalty.ID `db:"tier_id"`
			Frozen      bool        `db:"is_frozen"`
		}
		if err := rows.StructScan(&row); err != nil {
			return wrap("select staged visits", err)
		}
		v := loyalty.StagedVisit{
			StagedOrder: loyalty.StagedOrder{StoreID: row.StoreID, CustomerRef: row.CustomerRef, Total: loyalty.Minor(row.Total), At: row.At},
			Known:       row.Known, Frozen: row.Frozen, Lifetime: loyalty.Points(row.Lifetime),
		}
		if row.TierID != nil {
			v.TierID = *row.TierID
		}
		if err := visit(v); err != nil {
			return err
		}
	}
	return wrap("select staged visits", rows.Err())
}

// DropStagedLines implements loyalty.ImportWriter.
func (t *tx) DropStagedLines(ctx context.Context, importID loyalty.ID, lines []int) error {
	const q = `DELETE FROM import_orders WHERE import_id = $1 AND line = ANY ($2)`
	_, err := t.exec(ctx, q, importID.String(), pq.Array(each(lines, func(n int) int64 { return int64(n) })))
	return wrap("drop staged lines", err)
}

type importItemDoc struct {
	Kind       string     `json:"kind"`
	ID         loyalty.ID `json:"object_id"`
	CustomerID loyalty.ID `json:"customer_id,omitzero"`
	Kept       string     `json:"kept,omitempty"`
}

// AddImportItems implements loyalty.ImportWriter.
func (t *tx) AddImportItems(ctx context.Context, orgID, id loyalty.ID, items []loyalty.ImportItem) error {
	const q = `
		INSERT INTO import_items (organization_id, import_id, kind, object_id, customer_id)
		SELECT $1, $2, x.kind, x.object_id, x.customer_id FROM jsonb_to_recordset($3) AS x (kind text, object_id uuid, customer_id uuid)
		ON CONFLICT DO NOTHING`
	if len(items) == 0 {
		return nil
	}
	docs, err := json.Marshal(each(items, func(i loyalty.ImportItem) importItemDoc { return importItemDoc(i) }))
	if err != nil {
		return fmt.Errorf("encode items: %w", err)
	}
	_, err = t.exec(ctx, q, orgID.String(), id.String(), string(docs))
	return wrap("insert items", err)
}

// ImportItems implements loyalty.ImportReader.
func (r reader) ImportItems(ctx context.Context, orgID, id loyalty.ID, kind string, kept bool, after loyalty.ID, limit int) ([]loyalty.ImportItem, error) {
	const q = `
		SELECT to_jsonb(i) FROM import_items i
		WHERE i.organization_id = $1 AND i.import_id = $2 AND i.kind = $3 AND (i.kept <> '') = $4 AND i.object_id > $5
		ORDER BY i.object_id LIMIT $6`
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), id.String(), kind, kept, after.String(), limit); err != nil {
		return nil, wrap("select items", err)
	}
	docs, err := decodeDocs[importItemDoc](rows, "item")
	return each(docs, func(d importItemDoc) loyalty.ImportItem { return loyalty.ImportItem(d) }), err
}

// ImportPointsOf implements loyalty.ImportReader.
func (r reader) ImportPointsOf(ctx context.Context, orgID, id, customerID loyalty.ID) ([]loyalty.ID, error) {
	const q = `
		SELECT object_id FROM import_items
		WHERE organization_id = $1 AND import_id = $2 AND kind = 'points' AND customer_id = $3 AND kept = '' ORDER BY object_id`
	var ids []loyalty.ID
	err := r.list(ctx, &ids, q, orgID.String(), id.String(), customerID.String())
	return ids, wrap("select points of a guest", err)
}

// ImportMade implements loyalty.ImportReader. OFFSET 0 has each finding's row
// looked up: on tables that the planner knows little about it compared all with
// all.
func (r reader) ImportMade(ctx context.Context, orgID, id loyalty.ID) (loyalty.ImportMade, error) {
	const q = `
		SELECT count(*) FILTER (WHERE i.kind = 'customer') AS guests, count(*) FILTER (WHERE i.kind = 'order') AS orders,
			count(*) FILTER (WHERE i.kind = 'store') AS stores, coalesce(sum(o.total), 0)::bigint AS sales,
			(coalesce(sum(o.earned), 0) + coalesce(sum(t.points), 0))::bigint AS points, count(*) FILTER (WHERE i.kept <> '') AS kept,
			(SELECT count(*) FROM
				(SELECT DISTINCT unnest(n.transaction_ids) AS id FROM anomalies n WHERE n.organization_id = $1) x
				CROSS JOIN LATERAL (SELECT a.order_id FROM transactions a WHERE a.organization_id = $1 AND a.id = x.id OFFSET 0) a
				CROSS JOIN LATERAL (SELECT FROM import_items j
					WHERE j.organization_id = $1 AND j.import_id = $2 AND j.kind = 'order' AND j.object_id = a.order_id OFFSET 0) j) AS flagged
		FROM import_items i
		LEFT JOIN orders o ON i.kind = 'order' AND o.organization_id = $1 AND o.id = i.object_id
		LEFT JOIN transactions t ON i.kind = 'points' AND t.organization_id = $1 AND t.id = i.object_id
		WHERE i.organization_id = $1 AND i.import_id = $2`
	var row struct {
		Guests  int   `db:"guests"`
		Orders  int   `db:"orders"`
		Stores  int   `db:"stores"`
		Sales   int64 `db:"sales"`
		Points  int64 `db:"points"`
		Kept    int   `db:"kept"`
		Flagged int   `db:"flagged"`
	}
	if err := r.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.ImportMade{}, wrap("add an import up", err)
	}
	return loyalty.ImportMade{
		Guests: row.Guests, Orders: row.Orders, Stores: row.Stores, Sales: loyalty.Minor(row.Sales), Points: loyalty.Points(row.Points),
		Flagged: row.Flagged, Kept: row.Kept,
	}, nil
}

// EndImportItems implements loyalty.ImportWriter.
func (t *tx) EndImportItems(ctx context.Context, orgID, id loyalty.ID, kind string, objects []loyalty.ID) error {
	const q = `DELETE FROM import_items WHERE organization_id = $1 AND import_id = $2 AND kind = $3 AND object_id = ANY ($4)`
	if len(objects) == 0 {
		return nil
	}
	_, err := t.exec(ctx, q, orgID.String(), id.String(), kind, idArray(objects))
	return wrap("end items", err)
}

// KeepImportItem implements loyalty.ImportWriter.
func (t *tx) KeepImportItem(ctx context.Context, orgID, id loyalty.ID, kind string, object loyalty.ID, why string) error {
	const q = `UPDATE import_items SET kept = $5 WHERE organization_id = $1 AND import_id = $2 AND kind = $3 AND object_id = $4`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), kind, object.String(), why)
	return wrap("keep item", err)
}

// OpeningsOf implements loyalty.ImportReader. What somebody got who was merged
// since, whom that has become has got.
func (r reader) OpeningsOf(ctx context.Context, orgID loyalty.ID, fileHash []byte, customers []loyalty.ID) (map[loyalty.ID]bool, error) {
	const q = `
		WITH asked AS (
			SELECT id, id AS part FROM unnest($3::uuid[]) AS x (id)
			UNION SELECT e.merged_into, e.customer_id FROM enrollments e WHERE e.organization_id = $1 AND e.merged_into = ANY ($3)
		)
		SELECT DISTINCT a.id FROM asked a
		JOIN imports m ON m.organization_id = $1 AND m.kind = 'balances' AND m.file_hash = $2
		JOIN import_items i ON i.organization_id = $1 AND i.import_id = m.id AND i.kind = 'points' AND i.customer_id = a.part`
	var ids []loyalty.ID
	if err := r.list(ctx, &ids, q, orgID.String(), fileHash, idArray(customers)); err != nil {
		return nil, wrap("select opening balances", err)
	}
	given := make(map[loyalty.ID]bool, len(ids))
	for _, id := range ids {
		given[id] = true
	}
	return given, nil
}

// UndoGuest implements loyalty.ImportWriter.
func (t *tx) UndoGuest(ctx context.Context, orgID, importID, customerID loyalty.ID) (bool, error) {
	const q = `SELECT undo_import_guest($1, $2, $3)`
	var said string
	err := t.get(ctx, &said, q, orgID.String(), importID.String(), customerID.String())
	return said == "gone", wrap("undo a guest", err)
}

// UndoOrders implements loyalty.ImportWriter.
func (t *tx) UndoOrders(ctx context.Context, orgID, importID loyalty.ID, orders []loyalty.ID) ([]loyalty.ID, error) {
	const q = `SELECT undo_import_orders($1, $2, $3)`
	var gone []loyalty.ID
	err := t.list(ctx, &gone, q, orgID.String(), importID.String(), idArray(orders))
	return gone, wrap("undo orders", err)
}

// UndoStore implements loyalty.ImportWriter. Orders are kept from being added
// meanwhile by their key.
func (t *tx) UndoStore(ctx context.Context, orgID, storeID loyalty.ID) (bool, error) {
	const q = `
		DELETE FROM stores s WHERE s.organization_id = $1 AND s.id = $2
			AND NOT EXISTS (SELECT FROM orders o WHERE o.organization_id = $1 AND o.store_id = $2)
			AND NOT EXISTS (SELECT FROM transactions t WHERE t.organization_id = $1 AND t.store_id = $2)
			AND NOT EXISTS (SELECT FROM redemptions d WHERE d.organization_id = $1 AND d.store_id = $2)
			AND NOT EXISTS (SELECT FROM staff p WHERE p.organization_id = $1 AND $2 = ANY (p.store_ids))
			AND NOT EXISTS (SELECT FROM api_keys k WHERE k.organization_id = $1 AND $2 = ANY (k.store_ids))
			AND NOT EXISTS (SELECT FROM rewards w WHERE w.organization_id = $1 AND $2 = ANY (w.store_ids))`
	n, err := t.exec(ctx, q, orgID.String(), storeID.String())
	if err != nil || n == 0 {
		return false, wrap("undo a store", err)
	}
	_, err = t.exec(ctx, `UPDATE organizations SET config_version = config_version + 1 WHERE id = $1`, orgID.String())
	return true, wrap("raise configuration version", err)
}
