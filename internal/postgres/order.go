package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"regulars/internal/loyalty"
)

// Rows of these tables are wide and read for display, so they come as one JSON
// document each, in the form that ledger_read gives them.

func decodeDoc[D any](raw []byte, what string) (D, error) {
	var doc D
	if err := json.Unmarshal(raw, &doc); err != nil {
		return doc, fmt.Errorf("decode %s: %w", what, err)
	}
	return doc, nil
}

func decodeDocs[D any](rows [][]byte, what string) ([]D, error) {
	docs := make([]D, len(rows))
	for i, raw := range rows {
		doc, err := decodeDoc[D](raw, what)
		if err != nil {
			return nil, err
		}
		docs[i] = doc
	}
	return docs, nil
}

// Order implements loyalty.OrderReader.
func (r reader) Order(ctx context.Context, orgID, id loyalty.ID) (loyalty.Order, error) {
	const q = `SELECT to_jsonb(o) FROM orders o WHERE o.organization_id = $1 AND o.id = $2`
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), id.String()); err != nil {
		return loyalty.Order{}, notFound("select order", "order", err)
	}
	doc, err := decodeDoc[orderDoc](raw, "order")
	return doc.domain(orgID), err
}

// Orders implements loyalty.OrderReader.
func (r reader) Orders(ctx context.Context, orgID loyalty.ID, f loyalty.OrderFilter, page loyalty.Page) ([]loyalty.Order, int, error) {
	const ids = `
		SELECT o.id FROM orders o
		WHERE o.organization_id = $1 AND ($2::uuid[] IS NULL OR o.store_id = ANY ($2)) AND ($3::uuid IS NULL OR o.customer_id = $3)
			AND ($4 = '' OR o.status = $4) AND (NOT $5 OR o.customer_id IS NULL)
			AND ($6::timestamptz IS NULL OR o.at >= $6) AND ($7::timestamptz IS NULL OR o.at < $7)
		ORDER BY o.at DESC, o.id DESC`
	const list = eachTime + `
		SELECT to_jsonb(o) FROM orders o JOIN (` + ids + ` LIMIT $8 OFFSET $9) p USING (id)
		WHERE o.organization_id = $1 ORDER BY o.at DESC, o.id DESC`
	const count = eachTime + `SELECT count(*) FROM (` + ids + ` LIMIT $8) p`
	args := []any{
		orgID.String(), nullIDs(f.StoreIDs), nullID(f.CustomerID), string(f.Status), f.Unclaimed, nullTime(f.From), nullTime(f.To),
	}
	var rows [][]byte
	var total int
	if err := r.page(ctx, &rows, &total, list, count, args, page); err != nil {
		return nil, 0, wrap("select orders", err)
	}
	docs, err := decodeDocs[orderDoc](rows, "order")
	return each(docs, func(d orderDoc) loyalty.Order { return d.domain(orgID) }), total, err
}

// page reads one page and the capped count of a filtered list; list and count
// take args and then limit and offset, or the cap. A list that ends on the page
// is counted by that.
func (r reader) page(ctx context.Context, rows any, total *int, list, count string, args []any, p loyalty.Page) error {
	n := len(args)
	if err := r.list(ctx, rows, list, append(args[:n:n], p.Size, p.Skip())...); err != nil {
		return err
	}
	if found := reflect.ValueOf(rows).Elem().Len(); found < p.Size && (found > 0 || p.Number == 1) {
		*total = min(p.Skip()+found, p.Cap())
		return nil
	}
	return r.get(ctx, total, count, append(args[:n:n], p.Cap())...)
}

// Transaction implements loyalty.OrderReader.
func (r reader) Transaction(ctx context.Context, orgID, id loyalty.ID) (loyalty.Transaction, error) {
	const q = `SELECT to_jsonb(t) FROM transactions t WHERE t.organization_id = $1 AND t.id = $2`
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), id.String()); err != nil {
		return loyalty.Transaction{}, notFound("select transaction", "transaction", err)
	}
	doc, err := decodeDoc[transactionDoc](raw, "transaction")
	return doc.domain(orgID), err
}

type ledgerRowDoc struct {
	transactionDoc
	CustomerName   string `json:"customer_name"`
	CustomerErased bool   `json:"customer_erased"`
	StaffName      string `json:"staff_name"`
	StoreName      string `json:"store_name"`
	KeyName        string `json:"key_name"`
	Reversed       bool   `json:"is_reversed"`
}

func (d ledgerRowDoc) row(orgID loyalty.ID) loyalty.LedgerRow {
	return loyalty.LedgerRow{
		Transaction: d.domain(orgID), CustomerName: d.CustomerName, CustomerErased: d.CustomerErased, StaffName: d.StaffName, StoreName: d.StoreName,
		KeyName: d.KeyName, Reversed: d.Reversed,
	}
}

const (
	ledgerRow = `
		SELECT to_jsonb(t) || jsonb_build_object('customer_name', c.name, 'customer_erased', c.anonymized_at IS NOT NULL, 'staff_name', coalesce(s.name, k.name, ''),
			'store_name', coalesce(w.name, ''), 'key_name', coalesce(k.name, ''), 'is_reversed', (
				SELECT coalesce(sum(v.points) * sign(t.points) <= -abs(t.points), false) FROM transactions v
				WHERE v.organization_id = t.organization_id AND v.reverses_id = t.id))
		FROM transactions t`
	ledgerNames = `
		JOIN customers c ON c.organization_id = t.organization_id AND c.id = t.customer_id
		LEFT JOIN staff s ON s.organization_id = t.organization_id AND s.id = t.staff_id
		LEFT JOIN api_keys k ON k.organization_id = t.organization_id AND k.id = t.api_key_id
		LEFT JOIN stores w ON w.organization_id = t.organization_id AND w.id = t.store_id
		WHERE t.organization_id = $1 ORDER BY t.at DESC, t.id DESC`
)

// CaseTransactions implements loyalty.AnomalyReader.
func (r reader) CaseTransactions(ctx context.Context, orgID loyalty.ID, ids []loyalty.ID) ([]loyalty.LedgerRow, error) {
	const q = ledgerRow + ` JOIN unnest($2::uuid[]) AS p (id) USING (id)` + ledgerNames
	if len(ids) == 0 {
		return nil, nil
	}
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), idArray(ids)); err != nil {
		return nil, wrap("select transactions with names", err)
	}
	docs, err := decodeDocs[ledgerRowDoc](rows, "transaction")
	return each(docs, func(d ledgerRowDoc) loyalty.LedgerRow { return d.row(orgID) }), err
}

// LastReversals implements loyalty.OrderReader.
func (r reader) LastReversals(ctx context.Context, orgID loyalty.ID, awards []loyalty.ID) ([]loyalty.LedgerRow, error) {
	const q = `
		SELECT v.id FROM unnest($2::uuid[]) AS a (id) CROSS JOIN LATERAL (
			SELECT t.id FROM transactions t WHERE t.organization_id = $1 AND t.reverses_id = a.id AND t.type = 'reverse'
			ORDER BY t.at DESC, t.id DESC LIMIT 1) v`
	if len(awards) == 0 {
		return nil, nil
	}
	var found []loyalty.ID
	if err := r.list(ctx, &found, q, orgID.String(), idArray(awards)); err != nil {
		return nil, wrap("select what took awards back", err)
	}
	return r.CaseTransactions(ctx, orgID, found)
}

// Transactions implements loyalty.OrderReader. Which rows are on the page is a
// question to one table, which PostgreSQL plans anew for the filters that are
// set; what is shown of them comes by their ids, by a plan that is kept.
func (r reader) Transactions(ctx context.Context, orgID loyalty.ID, f loyalty.TransactionFilter, page loyalty.Page) ([]loyalty.LedgerRow, int, error) {
	const ids = `
		SELECT t.id FROM transactions t
		WHERE t.organization_id = $1 AND ($2::uuid[] IS NULL OR t.store_id = ANY ($2)) AND ($3::uuid[] IS NULL OR t.customer_id = ANY ($3))
			AND ($4::uuid IS NULL OR t.staff_id = $4) AND ($5 = '' OR t.type = $5) AND ($8::uuid IS NULL OR t.reward_id = $8)
			AND ($6::timestamptz IS NULL OR t.at >= $6) AND ($7::timestamptz IS NULL OR t.at < $7)
		ORDER BY t.at DESC, t.id DESC`
	const list = eachTime + ids + ` LIMIT $9 OFFSET $10`
	const count = eachTime + `SELECT count(*) FROM (` + ids + ` LIMIT $9) p`
	const own = `SELECT x.id FROM ` + ownAccounts + ` x (id)`
	var customers []loyalty.ID
	if !f.CustomerID.IsZero() {
		if err := r.list(ctx, &customers, own, orgID.String(), f.CustomerID.String()); err != nil {
			return nil, 0, wrap("select accounts", err)
		}
	}
	args := []any{
		orgID.String(), nullIDs(f.StoreIDs), nullIDs(customers), nullID(f.StaffID), string(f.Type), nullTime(f.From), nullTime(f.To),
		nullID(f.RewardID),
	}
	var found []loyalty.ID
	var total int
	if err := r.page(ctx, &found, &total, list, count, args, page); err != nil {
		return nil, 0, wrap("select transactions", err)
	}
	rows, err := r.CaseTransactions(ctx, orgID, found)
	return rows, total, err
}

// nullTime is the time as a parameter: NULL for the zero time.
func nullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// nullIDs is ids as a parameter of type uuid[]: NULL for none.
func nullIDs(ids []loyalty.ID) any {
	if len(ids) == 0 {
		return nil
	}
	return idArray(ids)
}

// OrganizationIDs implements loyalty.OrderReader.
func (r reader) OrganizationIDs(ctx context.Context) ([]loyalty.ID, error) {
	const q = `SELECT id FROM organizations ORDER BY id`
	var ids []loyalty.ID
	return ids, wrap("select organizations", r.list(ctx, &ids, q))
}

// DueAccounts implements loyalty.OrderReader.
func (r reader) DueAccounts(ctx context.Context, orgID loyalty.ID, day time.Time, after loyalty.ID, limit int) ([]loyalty.ID, error) {
	const q = `
		SELECT DISTINCT customer_id FROM lots
		WHERE organization_id = $1 AND expires_on <= $2::date AND expires_on < 'infinity' AND remaining > 0
			AND customer_id > $3
		ORDER BY customer_id LIMIT $4`
	var ids []loyalty.ID
	err := r.list(ctx, &ids, q, orgID.String(), day.Format(time.DateOnly), after.String(), limit)
	return ids, wrap("select due accounts", err)
}

// DueHolds implements loyalty.OrderReader.
func (r reader) DueHolds(ctx context.Context, orgID loyalty.ID, now time.Time, after loyalty.ID, limit int) ([]loyalty.ID, error) {
	const q = `
		SELECT id FROM redemptions
		WHERE organization_id = $1 AND status = 'held' AND held_until <= $2 AND id > $3 ORDER BY id LIMIT $4`
	var ids []loyalty.ID
	err := r.list(ctx, &ids, q, orgID.String(), now, after.String(), limit)
	return ids, wrap("select due holds", err)
}

// Amounts implements loyalty.OrderReader.
func (r reader) Amounts(ctx context.Context, orgID, storeID loyalty.ID, limit int) ([]loyalty.AwardSample, error) {
	const store = `
		SELECT at, amount, points FROM transactions
		WHERE organization_id = $1 AND store_id = $2 AND type = 'earn' AND bulk_id IS NULL ORDER BY at DESC, id DESC LIMIT $3`
	const organization = `
		SELECT at, amount, points FROM transactions WHERE organization_id = $1 AND type = 'earn' AND bulk_id IS NULL ORDER BY at DESC, id DESC LIMIT $2`
	if storeID.IsZero() {
		return r.awardSamples(ctx, organization, orgID.String(), limit)
	}
	return r.awardSamples(ctx, store, orgID.String(), storeID.String(), limit)
}
