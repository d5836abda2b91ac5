package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

type auditRowDoc struct {
	ID           loyalty.ID     `json:"id"`
	At           time.Time      `json:"at"`
	StaffID      loyalty.ID     `json:"staff_id"`
	KeyID        loyalty.ID     `json:"api_key_id"`
	Role         string         `json:"role"`
	Action       string         `json:"action"`
	Subject      string         `json:"subject"`
	Object       loyalty.ID     `json:"object_id"`
	Detail       map[string]any `json:"detail"`
	ActorName    string         `json:"actor_name"`
	ObjectName   string         `json:"object_name"`
	ObjectErased bool           `json:"object_erased"`
	CustomerID   loyalty.ID     `json:"customer_id"`
	Reason       string         `json:"reason"`
}

// AuditLog implements loyalty.AccessReader.
func (r reader) AuditLog(ctx context.Context, orgID loyalty.ID, f loyalty.AuditFilter, page loyalty.Page) ([]loyalty.AuditRow, int, error) {
	const where = `
		FROM audit_log a WHERE a.organization_id = $1 AND ($2::uuid IS NULL OR a.staff_id = $2) AND ($3 = '' OR a.subject = $3)
			AND ($4::uuid IS NULL OR a.object_id = $4) AND ($5::timestamptz IS NULL OR a.at >= $5) AND ($6::timestamptz IS NULL OR a.at < $6)`
	// Ids rise with time, so the primary key gives the order. CASE where coalesce
	// would do as well: see selectMember. The row of the ledger that an entry
	// names is told within, since text turned into an id in a join reads all.
	const list = `
		SELECT to_jsonb(a) || jsonb_build_object('actor_name', coalesce(s.name, k.name, ''), 'customer_id', t.customer_id, 'reason', w.reason, 'object_erased',
			CASE WHEN a.subject IN ('customer', 'transaction') THEN (SELECT anonymized_at IS NOT NULL FROM customers WHERE organization_id = a.organization_id AND id = CASE WHEN t.customer_id IS NULL THEN a.object_id ELSE t.customer_id END) END, 'object_name', (
			SELECT coalesce(
				CASE WHEN a.subject IN ('customer', 'transaction') THEN (SELECT name FROM customers WHERE organization_id = a.organization_id AND id = CASE WHEN t.customer_id IS NULL THEN a.object_id ELSE t.customer_id END) END,
				CASE a.subject WHEN 'reward' THEN (SELECT name FROM rewards WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'staff' THEN (SELECT name FROM staff WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'store' THEN (SELECT name FROM stores WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'program' THEN (SELECT name FROM programs WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'tier' THEN (SELECT name FROM tiers WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'event_type' THEN (SELECT name FROM event_types WHERE organization_id = a.organization_id AND id = a.object_id)
					WHEN 'api_key' THEN (SELECT name FROM api_keys WHERE organization_id = a.organization_id AND id = a.object_id) END, '')))
		FROM (SELECT a.*, (a.detail->>'transaction_id')::uuid AS row_id` + where + ` ORDER BY a.id DESC LIMIT $7 OFFSET $8) a
		LEFT JOIN transactions w ON w.organization_id = a.organization_id AND w.id = a.row_id
		LEFT JOIN transactions t ON t.organization_id = a.organization_id AND a.subject = 'transaction' AND t.id = a.object_id
		LEFT JOIN staff s ON s.organization_id = a.organization_id AND s.id = a.staff_id
		LEFT JOIN api_keys k ON k.organization_id = a.organization_id AND k.id = a.api_key_id
		ORDER BY a.id DESC`
	const count = `SELECT count(*) FROM (SELECT` + where + ` LIMIT $7) p`
	args := []any{orgID.String(), nullID(f.StaffID), f.Subject, nullID(f.Object), nullTime(f.From), nullTime(f.To)}
	var rows [][]byte
	var total int
	if err := r.page(ctx, &rows, &total, list, count, args, page); err != nil {
		return nil, 0, wrap("select audit log", err)
	}
	docs, err := decodeDocs[auditRowDoc](rows, "audit entry")
	return each(docs, func(d auditRowDoc) loyalty.AuditRow {
		return loyalty.AuditRow{ActorName: d.ActorName, ObjectName: d.ObjectName, ObjectErased: d.ObjectErased, CustomerID: d.CustomerID, Reason: d.Reason, AuditEntry: loyalty.AuditEntry{
			OrgID: orgID, ID: d.ID, At: d.At, StaffID: d.StaffID, KeyID: d.KeyID, Role: loyalty.Role(d.Role),
			Action: d.Action, Subject: d.Subject, Object: d.Object, Detail: d.Detail,
		}}
	}), total, err
}

// SealAudit implements loyalty.AccessWriter.
func (t *tx) SealAudit(ctx context.Context, orgID loyalty.ID, limit int) (loyalty.AuditSeal, error) {
	const q = `SELECT sealed, coalesce(head_position, 0) AS position, head_seal FROM seal_audit($1, $2)`
	var row struct {
		Sealed   int    `db:"sealed"`
		Position int64  `db:"position"`
		Seal     []byte `db:"head_seal"`
	}
	err := t.get(ctx, &row, q, orgID.String(), limit)
	return loyalty.AuditSeal{Sealed: row.Sealed, Position: row.Position, Hash: row.Seal}, wrap("seal audit log", err)
}
