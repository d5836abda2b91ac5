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

// CasePeople implements loyalty.AnomalyReader.
func (r reader) CasePeople(ctx context.Context, orgID, id loyalty.ID) ([]loyalty.Person, error) {
	const q = `SELECT person_id AS id, kind FROM anomaly_people WHERE organization_id = $1 AND anomaly_id = $2 ORDER BY kind, person_id`
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
