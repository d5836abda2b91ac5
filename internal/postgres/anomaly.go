package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// anomalyRowDoc is a case as the database tells it.
type anomalyRowDoc struct {
	ID               loyalty.ID     `json:"id"`
	CustomerID       loyalty.ID     `json:"customer_id"`
	StoreID          loyalty.ID     `json:"store_id"`
	StaffID          loyalty.ID     `json:"staff_id"`
	Type             string         `json:"type"`
	Severity         string         `json:"severity"`
	Score            float64        `json:"score"`
	Description      string         `json:"description"`
	Format           string         `json:"format"`
	Args             []any          `json:"args"`
	PointsInvolved   loyalty.Points `json:"points_involved"`
	Evidence         map[string]any `json:"evidence"`
	TransactionIDs   []loyalty.ID   `json:"transaction_ids"`
	TransactionCount int            `json:"transaction_count"`
	CaseKey          string         `json:"case_key"`
	Hard             bool           `json:"is_hard"`
	BelowLine        bool           `json:"below_line"`
	FlaggedAt        time.Time      `json:"flagged_at"`
	LastAt           time.Time      `json:"last_at"`
	Status           string         `json:"status"`
	Note             string         `json:"note"`
	Action           string         `json:"action"`
	AssignedTo       loyalty.ID     `json:"assigned_to"`
	DecidedBy        loyalty.ID     `json:"decided_by"`
	DecidedAt        time.Time      `json:"decided_at"`
	ReversedAt       time.Time      `json:"reversed_at"`
	FrozenAt         time.Time      `json:"frozen_at"`
	UpdatedAt        time.Time      `json:"updated_at"`
	CustomerName     string         `json:"customer_name"`
	CustomerErased   bool           `json:"customer_erased"`
	StoreName        string         `json:"store_name"`
	StaffName        string         `json:"staff_name"`
	DeciderName      string         `json:"decider_name"`
	AssigneeName     string         `json:"assignee_name"`
	Guests           int            `json:"guests"`
	Subject          struct {
		Kind string `json:"kind"`
		Name string `json:"name"`
	} `json:"subject"`
}

func (d anomalyRowDoc) row(orgID loyalty.ID) loyalty.AnomalyRow {
	return loyalty.AnomalyRow{
		Anomaly: loyalty.Anomaly{
			OrgID: orgID, ID: d.ID, CustomerID: d.CustomerID, StoreID: d.StoreID, StaffID: d.StaffID, Type: d.Type, Severity: d.Severity,
			Score: d.Score, Description: d.Description, Format: d.Format, Args: d.Args, PointsInvolved: d.PointsInvolved,
			Evidence: d.Evidence, TransactionIDs: d.TransactionIDs, TransactionCount: max(d.TransactionCount, len(d.TransactionIDs)),
			CaseKey: d.CaseKey, Hard: d.Hard, BelowLine: d.BelowLine, LastAt: d.LastAt, AssignedTo: d.AssignedTo,
			Status: loyalty.AnomalyStatus(d.Status), Note: d.Note, Action: loyalty.AnomalyAction(d.Action), DecidedBy: d.DecidedBy,
			DecidedAt: d.DecidedAt, ReversedAt: d.ReversedAt, FrozenAt: d.FrozenAt, FlaggedAt: d.FlaggedAt, UpdatedAt: d.UpdatedAt,
		},
		CustomerName: d.CustomerName, CustomerErased: d.CustomerErased, StoreName: d.StoreName, StaffName: d.StaffName, DeciderName: d.DeciderName,
		AssigneeName: d.AssigneeName, SubjectKind: d.Subject.Kind, SubjectName: d.Subject.Name, Guests: d.Guests,
	}
}

const anomalyDocument = `
	SELECT to_jsonb(n) || jsonb_build_object('customer_name', coalesce(c.name, ''), 'customer_erased', c.anonymized_at IS NOT NULL,
		'store_name', coalesce(w.name, ''), 'staff_name', coalesce(s.name, ''), 'decider_name', coalesce(d.name, k.name, ''), 'assignee_name', coalesce(g.name, ''),
		'guests', (SELECT count(*) FROM anomaly_people p WHERE p.organization_id = n.organization_id AND p.anomaly_id = n.id AND p.kind = 'customer'),
		'subject', (
			SELECT jsonb_build_object('kind', p.kind, 'name', b.name)
			FROM anomaly_signals x
			JOIN anomaly_people p ON p.organization_id = n.organization_id AND p.anomaly_id = n.id AND p.person_id = x.subject_id
			LEFT JOIN staff b ON b.organization_id = n.organization_id AND b.id = x.subject_id
			WHERE x.organization_id = n.organization_id AND x.signal_key = n.lead_key))
	FROM anomalies n
	LEFT JOIN customers c ON c.organization_id = n.organization_id AND c.id = n.customer_id
	LEFT JOIN stores w ON w.organization_id = n.organization_id AND w.id = n.store_id
	LEFT JOIN staff s ON s.organization_id = n.organization_id AND s.id = n.staff_id
	LEFT JOIN staff d ON d.organization_id = n.organization_id AND d.id = n.decided_by
	LEFT JOIN staff g ON g.organization_id = n.organization_id AND g.id = n.assigned_to
	LEFT JOIN api_keys k ON k.organization_id = n.organization_id AND k.id = n.decided_by`

// Anomaly implements loyalty.AnomalyReader.
func (r reader) Anomaly(ctx context.Context, orgID, id loyalty.ID) (loyalty.AnomalyRow, error) {
	const q = anomalyDocument + ` WHERE n.organization_id = $1 AND n.id = $2`
	var raw []byte
	if err := r.get(ctx, &raw, q, orgID.String(), id.String()); err != nil {
		return loyalty.AnomalyRow{}, notFound("select anomaly", "anomaly", err)
	}
	doc, err := decodeDoc[anomalyRowDoc](raw, "anomaly")
	return doc.row(orgID), err
}

// anomalyWhere and the orders are of the list of cases, whose parameters
// anomalyArgs gives.
const (
	anomalyWhere = ` WHERE n.organization_id = $1 AND ($2::uuid[] IS NULL OR n.store_id = ANY ($2)) AND ($3::uuid IS NULL OR n.customer_id = $3
				OR n.id IN (SELECT p.anomaly_id FROM anomaly_people p WHERE p.organization_id = $1 AND p.person_id = $3))
			AND ($4 = '' OR n.status = $4) AND ($5 = '' OR n.type = $5) AND ($6 = '' OR n.severity = $6)
			AND ($7 = '' OR n.below_line = ($7 = 'below')) AND ($8::uuid IS NULL OR n.assigned_to = $8)`
	// Rank: ANOMALIES.md's score × ln(1 + points at risk).
	anomalyRank = `n.score * ln(1 + greatest(n.points_involved, 0))`
)

func anomalyArgs(orgID loyalty.ID, f loyalty.AnomalyFilter) []any {
	return []any{orgID.String(), nullIDs(f.StoreIDs), nullID(f.CustomerID), string(f.Status), f.Type, f.Severity, string(f.Line), nullID(f.AssignedTo)}
}

// Anomalies implements loyalty.AnomalyReader.
func (r reader) Anomalies(ctx context.Context, orgID loyalty.ID, f loyalty.AnomalyFilter, page loyalty.Page) ([]loyalty.AnomalyRow, int, error) {
	const newest = anomalyDocument + anomalyWhere + ` ORDER BY n.flagged_at DESC, n.id DESC LIMIT $9 OFFSET $10`
	const ranked = anomalyDocument + anomalyWhere + ` ORDER BY ` + anomalyRank + ` DESC, n.id DESC LIMIT $9 OFFSET $10`
	const count = `SELECT count(*) FROM (SELECT FROM anomalies n` + anomalyWhere + ` LIMIT $9) p`
	list := newest
	if f.Ranked {
		list = ranked
	}
	var rows [][]byte
	var total int
	if err := r.page(ctx, &rows, &total, list, count, anomalyArgs(orgID, f), page); err != nil {
		return nil, 0, wrap("select anomalies", err)
	}
	docs, err := decodeDocs[anomalyRowDoc](rows, "anomaly")
	return each(docs, func(d anomalyRowDoc) loyalty.AnomalyRow { return d.row(orgID) }), total, err
}

// AnomalyPlace implements loyalty.AnomalyReader.
func (r reader) AnomalyPlace(ctx context.Context, orgID loyalty.ID, f loyalty.AnomalyFilter, id loyalty.ID) (int, error) {
	const newest = `SELECT p.place FROM (
		SELECT n.id, row_number() OVER (ORDER BY n.flagged_at DESC, n.id DESC) - 1 AS place FROM anomalies n` + anomalyWhere + `) p WHERE p.id = $9`
	const ranked = `SELECT p.place FROM (
		SELECT n.id, row_number() OVER (ORDER BY ` + anomalyRank + ` DESC, n.id DESC) - 1 AS place FROM anomalies n` + anomalyWhere + `) p WHERE p.id = $9`
	q := newest
	if f.Ranked {
		q = ranked
	}
	var place int
	err := r.get(ctx, &place, q, append(anomalyArgs(orgID, f), id.String())...)
	return place, notFound("select a case's place", "anomaly", err)
}

// OpenAnomalies implements loyalty.AnomalyReader.
func (r reader) OpenAnomalies(ctx context.Context, orgID loyalty.ID, storeIDs []loyalty.ID) (int, error) {
	const q = `
		SELECT count(*) FROM anomalies
		WHERE organization_id = $1 AND status = 'pending_review' AND NOT below_line AND ($2::uuid[] IS NULL OR store_id = ANY ($2))`
	var n int
	err := r.get(ctx, &n, q, orgID.String(), nullIDs(storeIDs))
	return n, wrap("count open anomalies", err)
}

// LinkedCustomer implements loyalty.AnomalyReader.
func (r reader) LinkedCustomer(ctx context.Context, orgID, staffID loyalty.ID) (loyalty.ID, error) {
	const q = `SELECT max(customer_id::text) FROM staff WHERE organization_id = $1 AND id = $2`
	var id loyalty.ID
	err := r.get(ctx, &id, q, orgID.String(), staffID.String())
	return id, wrap("select linked customer", err)
}

// LockAnomaly implements loyalty.AnomalyWriter.
func (t *tx) LockAnomaly(ctx context.Context, orgID, id loyalty.ID) (loyalty.Anomaly, error) {
	const q = `SELECT to_jsonb(n) FROM anomalies n WHERE n.organization_id = $1 AND n.id = $2 FOR NO KEY UPDATE`
	var raw []byte
	if err := t.get(ctx, &raw, q, orgID.String(), id.String()); err != nil {
		return loyalty.Anomaly{}, notFound("lock anomaly", "anomaly", err)
	}
	doc, err := decodeDoc[anomalyRowDoc](raw, "anomaly")
	return doc.row(orgID).Anomaly, err
}

// SaveDecision implements loyalty.AnomalyWriter.
func (t *tx) SaveDecision(ctx context.Context, a loyalty.Anomaly) error {
	const q = `
		UPDATE anomalies SET status = $3, note = $4, action = $5, decided_by = $6, decided_at = $7, updated_at = $8, reversed_at = $9,
			frozen_at = $10, assigned_to = $11
		WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, a.OrgID.String(), a.ID.String(), string(a.Status), a.Note, string(a.Action), nullID(a.DecidedBy),
		nullTime(a.DecidedAt), a.UpdatedAt, nullTime(a.ReversedAt), nullTime(a.FrozenAt), nullID(a.AssignedTo))
	return wrap("update anomaly", err)
}

// SetFrozen implements loyalty.AnomalyWriter. Habits are found on the ledger,
// whose rows stay with whoever was merged.
func (t *tx) SetFrozen(ctx context.Context, orgID, customerID loyalty.ID, at time.Time) error {
	const q = `
		UPDATE enrollments SET frozen_at = $3, revision = revision + 1
		WHERE organization_id = $1 AND customer_id = (
			SELECT coalesce(e.merged_into, e.customer_id) FROM enrollments e WHERE e.organization_id = $1 AND e.customer_id = $2)`
	n, err := t.exec(ctx, q, orgID.String(), customerID.String(), nullTime(at))
	if err == nil && n == 0 {
		return loyalty.Missing("customer")
	}
	return wrap("freeze account", err)
}

// caseAccounts are the accounts that a case names, or what they were merged
// into, locked in the order that everybody locks them in.
const caseAccounts = `
		WITH named AS (
			SELECT DISTINCT coalesce(e.merged_into, e.customer_id) AS id FROM anomaly_people p
			JOIN enrollments e ON e.organization_id = p.organization_id AND e.customer_id = p.person_id
			WHERE p.organization_id = $1 AND p.anomaly_id = $2 AND p.kind = 'customer'
		), locked AS (
			SELECT e.customer_id AS id FROM enrollments e JOIN named n ON n.id = e.customer_id
			WHERE e.organization_id = $1 ORDER BY e.customer_id FOR UPDATE OF e
		)`

// FreezeCase implements loyalty.AnomalyWriter.
func (t *tx) FreezeCase(ctx context.Context, orgID, id loyalty.ID, at time.Time) error {
	const q = caseAccounts + `
		UPDATE enrollments e SET frozen_at = $3, revision = revision + 1 FROM locked l
		WHERE e.organization_id = $1 AND e.customer_id = l.id AND e.frozen_at IS NULL`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), at)
	return wrap("freeze a case's accounts", err)
}

// ThawCase implements loyalty.AnomalyWriter.
func (t *tx) ThawCase(ctx context.Context, orgID, id loyalty.ID, since time.Time) error {
	const q = caseAccounts + `
		UPDATE enrollments e SET frozen_at = NULL, revision = revision + 1 FROM locked l
		WHERE e.organization_id = $1 AND e.customer_id = l.id AND e.frozen_at >= $3`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), since)
	return wrap("unfreeze a case's accounts", err)
}

// SaveDetectors implements loyalty.AnomalyWriter.
func (t *tx) SaveDetectors(ctx context.Context, orgID, programID loyalty.ID, settings []byte) error {
	const q = `UPDATE programs SET anomaly_settings = $3::jsonb WHERE organization_id = $1 AND id = $2`
	n, err := t.exec(ctx, q, orgID.String(), programID.String(), string(settings))
	if err == nil && n == 0 {
		return loyalty.Missing("program")
	}
	return wrap("update detector settings", err)
}
