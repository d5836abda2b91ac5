package postgres

import (
	"context"
	"errors"
	"time"

	"regulars/internal/loyalty"
)

type accountEventRow struct {
	ID      loyalty.ID `db:"id"`
	At      time.Time  `db:"at"`
	Type    string     `db:"type"`
	StoreID loyalty.ID `db:"store_id"`
}

const (
	cardsIssued   = `SELECT c.issued_at FROM cards c WHERE c.organization_id = $1 AND c.customer_id = $2 ORDER BY c.issued_at`
	accountEvents = `
		SELECT a.id, a.at, a.type, a.store_id FROM account_events a
		WHERE a.organization_id = $1 AND a.customer_id IN ` + ownAccounts + ` ORDER BY a.at, a.id`
)

// History implements loyalty.CustomerReader.
func (r reader) History(ctx context.Context, orgID, customerID loyalty.ID) (loyalty.History, error) {
	const (
		transactions = `
			SELECT to_jsonb(t) FROM transactions t WHERE t.organization_id = $1 AND t.customer_id IN ` + ownAccounts + `
			ORDER BY t.recorded_at, t.customer_id = $2, t.seq`
		redemptions = `SELECT to_jsonb(d) FROM redemptions d WHERE d.organization_id = $1 AND d.customer_id = $2 ORDER BY d.id`
		orders      = `SELECT to_jsonb(o) FROM orders o WHERE o.organization_id = $1 AND o.customer_id = $2 ORDER BY o.created_at, o.id`
		anomalies   = `SELECT to_jsonb(a) FROM anomalies a WHERE a.organization_id = $1 AND a.customer_id = $2 ORDER BY a.flagged_at, a.id`
	)
	var (
		h      loyalty.History
		events []accountEventRow
	)
	org, id := orgID.String(), customerID.String()
	ts, err := readDocs[transactionDoc](ctx, r, transactions, org, id)
	h.Transactions = each(ts, func(d transactionDoc) loyalty.Transaction { return d.domain(orgID) })
	ds, err2 := readDocs[redemptionDoc](ctx, r, redemptions, org, id)
	h.Redemptions = each(ds, func(d redemptionDoc) loyalty.Redemption { return d.domain(orgID) })
	os, err3 := readDocs[orderDoc](ctx, r, orders, org, id)
	h.Orders = each(os, func(d orderDoc) loyalty.Order { return d.domain(orgID) })
	as, err4 := readDocs[anomalyRowDoc](ctx, r, anomalies, org, id)
	h.Anomalies = each(as, func(d anomalyRowDoc) loyalty.Anomaly { return d.row(orgID).Anomaly })
	err5, err6 := r.list(ctx, &h.Cards, cardsIssued, org, id), r.list(ctx, &events, accountEvents, org, id)
	h.Events = each(events, func(e accountEventRow) loyalty.AccountEvent {
		return loyalty.AccountEvent{OrgID: orgID, ID: e.ID, At: e.At, Type: loyalty.AccountEventType(e.Type), CustomerID: customerID, StoreID: e.StoreID}
	})
	return h, wrap("select history", errors.Join(err, err2, err3, err4, err5, err6))
}

func readDocs[D any](ctx context.Context, r reader, query string, args ...any) ([]D, error) {
	var raw [][]byte
	if err := r.list(ctx, &raw, query, args...); err != nil {
		return nil, err
	}
	return decodeDocs[D](raw, "history")
}
