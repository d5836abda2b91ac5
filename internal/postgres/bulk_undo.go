package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// Of those who were erased since the rows are gone, on either side.
const bulkProof = `
	WITH given AS MATERIALIZED (
		SELECT id, bulk_id, type, customer_id, points, reverses_id FROM transactions WHERE organization_id = $1 AND bulk_id IS NOT NULL
	)
	SELECT 'bulk' AS kind, t.bulk_id::text AS subject,
		format('%s rows of %s guests, %s to %s points, %s taken back in %s rows for %s; it gave %s to %s and took %s from %s', t.rows, t.guests,
			t.least, t.most, t.taken, t.backs, t.answered, b.points, b.awarded, b.taken, b.undone) AS detail
	FROM (
		SELECT bulk_id, count(*) FILTER (WHERE type = 'earn') AS rows, count(DISTINCT customer_id) FILTER (WHERE type = 'earn') AS guests,
			min(points) FILTER (WHERE type = 'earn') AS least, max(points) FILTER (WHERE type = 'earn') AS most,
			count(*) FILTER (WHERE type <> 'earn') AS backs, count(DISTINCT reverses_id) FILTER (WHERE type <> 'earn') AS answered,
			coalesce(-sum(points) FILTER (WHERE type <> 'earn'), 0) AS taken
		FROM given GROUP BY bulk_id) t
	LEFT JOIN bulk_awards b ON b.organization_id = $1 AND b.id = t.bulk_id
	WHERE b.id IS NULL OR t.rows > t.guests OR t.rows > b.awarded OR t.least <> b.points OR t.most <> b.points
		OR t.backs > t.answered OR t.backs > b.undone OR t.taken > b.taken
	UNION ALL
	SELECT 'bulk', r.bulk_id::text, format('%s of %s answers %s of %s', r.type, r.id, t.type, t.bulk_id)
	FROM given r LEFT JOIN transactions t ON t.organization_id = $1 AND t.id = r.reverses_id
	WHERE r.type <> 'earn' AND (r.type <> 'reverse' OR r.reverses_id IS NULL
		OR t.id IS NOT NULL AND (t.type <> 'earn' OR t.bulk_id IS DISTINCT FROM r.bulk_id))
	UNION ALL
	SELECT 'bulk', b.id::text, format('it took from %s, worked on %s of %s; took %s, left %s of %s times %s', b.undone, b.undo_done, b.undo_total,
		b.taken, b.spent, b.awarded, b.points)
	FROM bulk_awards b WHERE b.organization_id = $1 AND (b.undone > b.undo_done OR b.undo_done > coalesce(b.undo_total, 0)
		OR b.taken + b.spent > b.awarded * b.points)`

// BulkLeft implements loyalty.BulkReader. Once it is settled whom an undoing is
// about, only those count whom it has yet to come to.
func (r reader) BulkLeft(ctx context.Context, orgID, id loyalty.ID, day time.Time) (loyalty.BulkLeft, error) {
	const q = `
		SELECT count(DISTINCT customer_id) FILTER (WHERE points > 0) AS guests, coalesce(sum(points), 0)::bigint AS points,
			coalesce(sum(rest - points), 0)::bigint AS spent FROM bulk_left($1, $2, $3, $4, $5, $6)`
	const settled = `
		SELECT CASE WHEN b.undo_total IS NOT NULL THEN ARRAY(
			SELECT bulk_award_row(p.bulk_id, u.id) FROM bulk_award_parts p, unnest(p.customer_ids) AS u (id)
			WHERE p.organization_id = b.organization_id AND p.bulk_id = b.id)::text[] END
		FROM bulk_awards b WHERE b.organization_id = $1 AND b.id = $2`
	var row struct {
		Guests int            `db:"guests"`
		Points loyalty.Points `db:"points"`
		Spent  loyalty.Points `db:"spent"`
	}
	var rest pq.StringArray
	if err := r.get(ctx, &rest, settled, orgID.String(), id.String()); err != nil {
		return loyalty.BulkLeft{}, wrap("select whom an undoing has yet to come to", err)
	}
	first, last := bulkRows(id)
	err := r.get(ctx, &row, q, orgID.String(), id.String(), nullDay(day), rest, first.String(), last.String())
	return loyalty.BulkLeft(row), wrap("add up what is left of a bulk award", err)
}

// bulkRows are the ends of the ids that bulk_award_row can give.
func bulkRows(id loyalty.ID) (first, last loyalty.ID) {
	const shared = 6 // bytes
	copy(first[:shared], id[:])
	copy(last[:shared], id[:])
	copy(first[shared:], []byte{0x70, 0, 0xa0})
	copy(last[shared:], []byte{0x7f, 0xff, 0xaf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	return first, last
}

type bulkUndoDoc struct {
	ID      loyalty.ID `json:"id"`
	Reason  string     `json:"reason"`
	StaffID loyalty.ID `json:"staff_id,omitzero"`
	At      time.Time  `json:"at"`
}

// StartBulkUndo implements loyalty.BulkWriter.
func (t *tx) StartBulkUndo(ctx context.Context, orgID, id loyalty.ID, u loyalty.BulkUndo, at time.Time) (bool, error) {
	const q = `SELECT start_bulk_undo($1, $2, $3)`
	doc, err := json.Marshal(bulkUndoDoc{ID: u.ID, Reason: u.Reason, StaffID: u.StaffID, At: at})
	if err != nil {
		return false, fmt.Errorf("encode undoing of a bulk award: %w", err)
	}
	var ok bool
	err = t.get(ctx, &ok, q, orgID.String(), id.String(), string(doc))
	return ok, wrap("start undoing a bulk award", err)
}

// PrepareBulkUndo implements loyalty.BulkWriter.
func (t *tx) PrepareBulkUndo(ctx context.Context, orgID, id loyalty.ID) error {
	const q = `SELECT prepare_bulk_undo($1, $2, $3)`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), bulkPart)
	return wrap("prepare undoing a bulk award", err)
}

// StepBulkUndo implements loyalty.BulkWriter.
func (t *tx) StepBulkUndo(ctx context.Context, orgID, id loyalty.ID, rules loyalty.BulkRules) (loyalty.BulkStep, error) {
	const q = `SELECT coalesce(state, '') AS state, taken AS moved, idle FROM bulk_undo_step($1, $2, $3)`
	return t.stepBulk(ctx, q, orgID, id, rules)
}

// FailBulkUndo implements loyalty.BulkWriter.
func (t *tx) FailBulkUndo(ctx context.Context, orgID, id loyalty.ID, why string, at time.Time) (bool, error) {
	const q = `SELECT fail_bulk_undo($1, $2, $3, $4)`
	var ok bool
	err := t.get(ctx, &ok, q, orgID.String(), id.String(), why, at)
	return ok, wrap("fail undoing a bulk award", err)
}
