package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// CasePoints implements loyalty.AnomalyReader.
func (r reader) CasePoints(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.ID, error) {
	const q = `
		SELECT transaction_id FROM anomaly_transactions WHERE organization_id = $1 AND anomaly_id = $2
		UNION SELECT unnest(transaction_ids) FROM anomalies WHERE organization_id = $1 AND id = $2 ORDER BY 1`
	var ids []loyalty.ID
	return ids, wrap("select a case's transactions", r.list(ctx, &ids, q, orgID.String(), id.String()))
}

// CaseReversals implements loyalty.AnomalyReader.
func (r reader) CaseReversals(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.Transaction, error) {
	const q = `
		SELECT to_jsonb(t) FROM anomaly_reversals v
		JOIN transactions t ON t.organization_id = v.organization_id AND t.id = v.transaction_id
		WHERE v.organization_id = $1 AND v.anomaly_id = $2 ORDER BY t.id`
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), id.String()); err != nil {
		return nil, wrap("select a case's reversals", err)
	}
	docs, err := decodeDocs[transactionDoc](rows, "transaction")
	return each(docs, func(d transactionDoc) loyalty.Transaction { return d.domain(orgID) }), err
}

// CasePeople implements loyalty.AnomalyReader. Whoever was merged is whom that
// has become.
func (r reader) CasePeople(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.Person, error) {
	const q = `
		SELECT DISTINCT coalesce(e.merged_into, p.person_id) AS id, p.kind FROM anomaly_people p
		LEFT JOIN enrollments e ON e.organization_id = p.organization_id AND e.customer_id = p.person_id
		WHERE p.organization_id = $1 AND p.anomaly_id = $2 ORDER BY 2, 1`
	var rows []struct {
		ID   loyalty.ID `db:"id"`
		Kind string     `db:"kind"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), id.String()); err != nil {
		return nil, wrap("select a case's people", err)
	}
	out := make([]loyalty.Person, len(rows))
	for i, p := range rows {
		out[i] = loyalty.Person(p)
	}
	return out, nil
}

// CaseFindings implements loyalty.AnomalyReader. Rows are compared as texts:
// turning one into an id is no operator that may look past the tenant wall.
func (r reader) CaseFindings(ctx context.Context, orgID, id loyalty.ID, rows []loyalty.ID) ([]loyalty.CaseFinding, error) {
	const q = `
		SELECT to_jsonb(k) FROM (
			SELECT s.type, count(*) AS count, max(s.at) AS last_at,
				(SELECT to_jsonb(b) FROM anomaly_signals b WHERE b.organization_id = $1 AND b.anomaly_id = $2 AND b.type = s.type
					ORDER BY b.is_hard DESC, b.score DESC, b.points DESC, b.at DESC, b.signal_key LIMIT 1) AS best,
				array(SELECT DISTINCT t.id FROM anomaly_signals x, jsonb_array_elements_text(coalesce(x.evidence->'transactions', '[]')) AS t (id)
					WHERE x.organization_id = $1 AND x.anomaly_id = $2 AND x.type = s.type AND t.id = ANY ($3::text[])) AS rows
			FROM anomaly_signals s WHERE s.organization_id = $1 AND s.anomaly_id = $2 GROUP BY s.type
		) k ORDER BY (best->>'is_hard')::boolean DESC, (best->>'score')::double precision DESC, type`
	var raw [][]byte
	if err := r.list(ctx, &raw, q, orgID.String(), id.String(), idArray(rows)); err != nil {
		return nil, wrap("select a case's findings", err)
	}
	docs, err := decodeDocs[caseFindingDoc](raw, "finding")
	return each(docs, func(d caseFindingDoc) loyalty.CaseFinding {
		return loyalty.CaseFinding{
			Type: d.Type, Description: d.Best.Description, Format: d.Best.Format, Args: d.Best.Args, Count: d.Count, LastAt: d.LastAt, Rows: d.Rows,
		}
	}), err
}

// CaseReceipts implements loyalty.AnomalyReader.
func (r reader) CaseReceipts(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.LedgerRow, error) {
	const named = `
		SELECT o.id FROM anomaly_signals s, jsonb_array_elements_text(coalesce(s.evidence->'orders', '[]')) AS o (id)
		WHERE s.organization_id = $1 AND s.anomaly_id = $2 AND s.type = 'duplicate_claim' ORDER BY s.at DESC LIMIT 20`
	// By their guests: the ledger has no index by order.
	const awards = `
		SELECT t.id FROM orders o
		JOIN transactions t ON t.organization_id = o.organization_id AND t.customer_id = o.customer_id AND t.order_id = o.id AND t.type = 'earn'
		WHERE o.organization_id = $1 AND o.id = ANY ($2)`
	var orders, rows []loyalty.ID
	if err := r.list(ctx, &orders, named, orgID.String(), id.String()); err != nil || len(orders) == 0 {
		return nil, wrap("select a case's receipts", err)
	}
	if err := r.list(ctx, &rows, awards, orgID.String(), idArray(orders)); err != nil {
		return nil, wrap("select awards of receipts", err)
	}
	return r.CaseTransactions(ctx, orgID, rows)
}

type caseFindingDoc struct {
	Type   string        `json:"type"`
	Count  int           `json:"count"`
	LastAt time.Time     `json:"last_at"`
	Rows   []loyalty.ID  `json:"rows"`
	Best   anomalyRowDoc `json:"best"`
}

type caseNoteRow struct {
	ID      loyalty.ID `db:"id"`
	At      time.Time  `db:"at"`
	StaffID loyalty.ID `db:"staff_id"`
	KeyID   loyalty.ID `db:"api_key_id"`
	By      string     `db:"by"`
	What    string     `db:"what"`
	Note    string     `db:"note"`
}

// CaseNotes implements loyalty.AnomalyReader.
func (r reader) CaseNotes(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.CaseNote, error) {
	const q = `
		SELECT n.id, n.at, n.staff_id, n.api_key_id, coalesce(s.name, k.name, '') AS by, n.what, n.note FROM anomaly_notes n
		LEFT JOIN staff s ON s.organization_id = n.organization_id AND s.id = n.staff_id
		LEFT JOIN api_keys k ON k.organization_id = n.organization_id AND k.id = n.api_key_id
		WHERE n.organization_id = $1 AND n.anomaly_id = $2 ORDER BY n.at, n.id`
	var rows []caseNoteRow
	if err := r.list(ctx, &rows, q, orgID.String(), id.String()); err != nil {
		return nil, wrap("select a case's notes", err)
	}
	return each(rows, func(n caseNoteRow) loyalty.CaseNote { return loyalty.CaseNote(n) }), nil
}

// AddCaseNote implements loyalty.AnomalyWriter.
func (t *tx) AddCaseNote(ctx context.Context, orgID, id loyalty.ID, n loyalty.CaseNote) error {
	const q = `
		INSERT INTO anomaly_notes (organization_id, id, anomaly_id, at, staff_id, api_key_id, what, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	_, err := t.exec(ctx, q, orgID.String(), n.ID.String(), id.String(), n.At, nullID(n.StaffID), nullID(n.KeyID), n.What, n.Note)
	return wrap("insert a case's note", err)
}

// AddCaseReversals implements loyalty.AnomalyWriter.
func (t *tx) AddCaseReversals(ctx context.Context, orgID, id loyalty.ID, rows []loyalty.ID) error {
	const q = `
		INSERT INTO anomaly_reversals (organization_id, anomaly_id, transaction_id)
		SELECT $1, $2, x FROM unnest($3::uuid[]) AS x ON CONFLICT DO NOTHING`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), idArray(rows))
	return wrap("insert a case's reversals", err)
}

// ClearCaseReversals implements loyalty.AnomalyWriter.
func (t *tx) ClearCaseReversals(ctx context.Context, orgID, id loyalty.ID) error {
	const q = `DELETE FROM anomaly_reversals WHERE organization_id = $1 AND anomaly_id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String())
	return wrap("delete a case's reversals", err)
}

// CaseAccounts implements loyalty.AnomalyReader.
func (r reader) CaseAccounts(ctx context.Context, orgID, id, only loyalty.ID) (all, frozen int, err error) {
	const q = `
		SELECT count(*) AS accounts, count(f.frozen_at) AS frozen FROM (
			SELECT DISTINCT e.id FROM (
				SELECT p.person_id FROM anomaly_people p
				WHERE p.organization_id = $1 AND p.anomaly_id = $2 AND p.kind = 'customer' AND $3::uuid IS NULL
				UNION SELECT $3::uuid
			) n CROSS JOIN LATERAL (
				SELECT coalesce(e.merged_into, e.customer_id) AS id FROM enrollments e
				WHERE e.organization_id = $1 AND e.customer_id = n.person_id LIMIT 1) e
		) a CROSS JOIN LATERAL (
			SELECT e.frozen_at FROM enrollments e WHERE e.organization_id = $1 AND e.customer_id = a.id LIMIT 1) f`
	var row struct {
		Accounts int `db:"accounts"`
		Frozen   int `db:"frozen"`
	}
	err = r.get(ctx, &row, q, orgID.String(), id.String(), nullID(only))
	return row.Accounts, row.Frozen, wrap("count a case's accounts", err)
}

// CaseNames implements loyalty.AnomalyReader.
func (r reader) CaseNames(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.CaseName, error) {
	const q = `
		SELECT * FROM (SELECT p.person_id AS id, p.kind, coalesce(c.name, s.name, '') AS name, c.anonymized_at IS NOT NULL AS erased, coalesce(e.balance, 0) AS balance,
			coalesce(e.since, s.created_at, 'epoch') AS since, coalesce(f.frozen_at, e.frozen_at) IS NOT NULL AS frozen
		FROM anomaly_people p
		LEFT JOIN customers c ON p.kind = 'customer' AND c.organization_id = p.organization_id AND c.id = p.person_id
		LEFT JOIN enrollments e ON p.kind = 'customer' AND e.organization_id = p.organization_id AND e.customer_id = p.person_id
		LEFT JOIN enrollments f ON f.organization_id = e.organization_id AND f.customer_id = e.merged_into
		LEFT JOIN staff s ON p.kind = 'staff' AND s.organization_id = p.organization_id AND s.id = p.person_id
		WHERE p.organization_id = $1 AND p.anomaly_id = $2 AND p.kind IN ('customer', 'staff') ORDER BY p.kind DESC, since, p.person_id LIMIT 50
		) n ORDER BY kind, since, id`
	var rows []struct {
		ID      loyalty.ID     `db:"id"`
		Kind    string         `db:"kind"`
		Name    string         `db:"name"`
		Erased  bool           `db:"erased"`
		Balance loyalty.Points `db:"balance"`
		Since   time.Time      `db:"since"`
		Frozen  bool           `db:"frozen"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), id.String()); err != nil {
		return nil, wrap("select a case's names", err)
	}
	out := make([]loyalty.CaseName, len(rows))
	for i, n := range rows {
		out[i] = loyalty.CaseName{
			Person: loyalty.Person{ID: n.ID, Kind: n.Kind}, Name: n.Name, Erased: n.Erased, Balance: n.Balance, Since: n.Since, Frozen: n.Frozen,
		}
	}
	return out, nil
}

// CaseDays implements loyalty.AnomalyReader.
func (r reader) CaseDays(ctx context.Context, orgID, id loyalty.ID, customers []loyalty.ID, from, to time.Time) ([]loyalty.CaseDay, error) {
	const q = `
		SELECT t.day, count(*) AS awards, count(l.transaction_id) AS in_case, sum(t.points) AS points
		FROM (
			SELECT id, day, points, at FROM transactions WHERE organization_id = $1 AND customer_id = ANY ($3) AND type = 'earn'
			UNION
			SELECT t.id, t.day, t.points, t.at FROM anomaly_transactions l
			JOIN transactions t ON t.organization_id = l.organization_id AND t.id = l.transaction_id
			WHERE l.organization_id = $1 AND l.anomaly_id = $2 AND t.type = 'earn'
		) t
		LEFT JOIN anomaly_transactions l ON l.organization_id = $1 AND l.anomaly_id = $2 AND l.transaction_id = t.id
		WHERE t.at >= $4 AND t.at < $5 GROUP BY t.day ORDER BY t.day`
	var rows []struct {
		Day    time.Time      `db:"day"`
		Awards int            `db:"awards"`
		InCase int            `db:"in_case"`
		Points loyalty.Points `db:"points"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), id.String(), idArray(customers), from, to); err != nil {
		return nil, wrap("select a case's days", err)
	}
	out := make([]loyalty.CaseDay, len(rows))
	for i, d := range rows {
		out[i] = loyalty.CaseDay(d)
		out[i].Day = time.Date(d.Day.Year(), d.Day.Month(), d.Day.Day(), 0, 0, 0, 0, time.UTC)
	}
	return out, nil
}

// Peers implements loyalty.AnomalyReader.
func (r reader) Peers(ctx context.Context, orgID, storeID loyalty.ID, from, to time.Time) ([]loyalty.Peer, error) {
	const q = `
		SELECT s.id AS staff_id, s.name, count(*) FILTER (WHERE t.order_id IS NULL) AS by_hand, count(t.order_id) AS checks
		FROM (
			SELECT staff_id, order_id FROM transactions
			WHERE organization_id = $1 AND store_id = $2 AND at >= $3 AND at < $4 AND type = 'earn' AND staff_id IS NOT NULL AND bulk_id IS NULL
			ORDER BY at DESC LIMIT 50000
		) t JOIN staff s ON s.organization_id = $1 AND s.id = t.staff_id
		GROUP BY s.id, s.name ORDER BY by_hand DESC, checks DESC, s.id LIMIT 12`
	var rows []struct {
		StaffID loyalty.ID `db:"staff_id"`
		Name    string     `db:"name"`
		ByHand  int        `db:"by_hand"`
		Checks  int        `db:"checks"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), storeID.String(), from, to); err != nil {
		return nil, wrap("select peers", err)
	}
	out := make([]loyalty.Peer, len(rows))
	for i, p := range rows {
		out[i] = loyalty.Peer(p)
	}
	return out, nil
}

// RelatedCases implements loyalty.AnomalyReader.
func (r reader) RelatedCases(ctx context.Context, orgID, id loyalty.ID, storeIDs []loyalty.ID, limit int) ([]loyalty.AnomalyRow, error) {
	const q = anomalyDocument + `
		WHERE n.organization_id = $1 AND n.id <> $2 AND ($3::uuid[] IS NULL OR n.store_id = ANY ($3)) AND n.id IN (
			SELECT o.anomaly_id FROM anomaly_people p
			JOIN anomaly_people o ON o.organization_id = p.organization_id AND o.person_id = p.person_id
			WHERE p.organization_id = $1 AND p.anomaly_id = $2 AND p.kind IN ('customer', 'staff'))
		ORDER BY n.flagged_at DESC, n.id DESC LIMIT $4`
	var rows [][]byte
	if err := r.list(ctx, &rows, q, orgID.String(), id.String(), nullIDs(storeIDs), limit); err != nil {
		return nil, wrap("select related cases", err)
	}
	docs, err := decodeDocs[anomalyRowDoc](rows, "anomaly")
	return each(docs, func(d anomalyRowDoc) loyalty.AnomalyRow { return d.row(orgID) }), err
}

// IsHeld implements loyalty.AnomalyReader.
func (r reader) IsHeld(ctx context.Context, orgID, objectID loyalty.ID) (bool, error) {
	const q = `SELECT EXISTS (SELECT FROM review_holds WHERE organization_id = $1 AND object_id = $2 AND released_at IS NULL)`
	var held bool
	return held, wrap("look for a hold", r.get(ctx, &held, q, orgID.String(), objectID.String()))
}

// HeldAwards implements loyalty.AnomalyReader.
func (r reader) HeldAwards(ctx context.Context, orgID, customerID loyalty.ID) ([]loyalty.ID, error) {
	const q = `
		SELECT object_id FROM review_holds
		WHERE organization_id = $1 AND customer_id = $2 AND released_at IS NULL AND kind = 'points'`
	var ids []loyalty.ID
	return ids, wrap("select the held awards", r.list(ctx, &ids, q, orgID.String(), customerID.String()))
}

// UnderReview implements loyalty.AnomalyReader.
func (r reader) UnderReview(ctx context.Context, orgID, customerID loyalty.ID) (loyalty.Points, error) {
	const q = `
		SELECT coalesce(sum(points), 0) FROM review_holds
		WHERE organization_id = $1 AND customer_id = $2 AND released_at IS NULL AND kind = 'points'`
	var held loyalty.Points
	return held, wrap("sum the points under review", r.get(ctx, &held, q, orgID.String(), customerID.String()))
}

// CaseHolds implements loyalty.AnomalyReader. A reward that was cancelled
// meanwhile, which gives its points back, is not held.
func (r reader) CaseHolds(ctx context.Context, orgID, id loyalty.ID) (loyalty.CaseHold, error) {
	const q = `
		SELECT coalesce(sum(h.points) FILTER (WHERE h.released_at IS NULL AND (d.status IS NULL OR d.status = 'held')), 0) AS held,
			coalesce(sum(h.spent), 0) AS spent
		FROM review_holds h
		LEFT JOIN redemptions d ON h.kind = 'reward' AND d.organization_id = h.organization_id AND d.id = h.object_id
		WHERE h.organization_id = $1 AND h.anomaly_id = $2`
	var row holdRow
	err := r.get(ctx, &row, q, orgID.String(), id.String())
	return loyalty.CaseHold(row), wrap("sum what is held", err)
}
