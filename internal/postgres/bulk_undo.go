package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

// Of those who were erased since the rows are gone, on either side.
const bulkProof = `
	SELECT 'bulk' AS kind, t.bulk_id::text AS subject,
		format('%s rows of %s guests, %s to %s points, %s taken back in %s rows for %s; it gave %s to %s and took %s from %s', t.rows, t.guests,
			t.least, t.most, t.taken, t.backs, t.answered, b.points, b.awarded, b.taken, b.undone) AS detail
	FROM (
		SELECT bulk_id, count(*) FILTER (WHERE type = 'earn') AS rows, count(DISTINCT customer_id) FILTER (WHERE type = 'earn') AS guests,
			min(points) FILTER (WHERE type = 'earn') AS least, max(points) FILTER (WHERE type = 'earn') AS most,
			count(*) FILTER (WHERE type <> 'earn') AS backs, count(DISTINCT reverses_id) FILTER (WHERE type <> 'earn') AS answered,
			coalesce(-sum(points) FILTER (WHERE type <> 'earn'), 0) AS taken
		FROM transactions WHERE organization_id = $1 AND bulk_id IS NOT NULL GROUP BY bulk_id) t
	LEFT JOIN bulk_awards b ON b.organization_id = $1 AND b.id = t.bulk_id
	WHERE b.id IS NULL OR t.rows > t.guests OR t.rows > b.awarded OR t.least <> b.points OR t.most <> b.points
		OR t.backs > t.answered OR t.backs > b.undone OR t.taken > b.taken`

// BulkLeft implements loyalty.BulkReader.
func (r reader) BulkLeft(ctx context.Context, orgID, id loyalty.ID) (loyalty.BulkLeft, error) {
	const q = `
		WITH given AS MATERIALIZED (
			SELECT t.id, coalesce(e.merged_into, e.customer_id) AS customer_id, t.points + coalesce((
				SELECT sum(b.points) FROM transactions b WHERE b.organization_id = $1 AND b.reverses_id = t.id), 0)::bigint AS rest
			FROM transactions t JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = t.customer_id
			WHERE t.organization_id = $1 AND t.id BETWEEN $3 AND $4 AND t.bulk_id = $2 AND t.type = 'earn'
		), account AS (
			SELECT customer_id, sum(rest) AS rest FROM given WHERE rest > 0 GROUP BY customer_id
		), held AS (
			SELECT h.customer_id, sum(h.points) AS points FROM review_holds h
			WHERE h.organization_id = $1 AND h.released_at IS NULL AND h.kind = 'points'
				AND NOT EXISTS (SELECT FROM given g WHERE g.id = h.object_id)
			GROUP BY h.customer_id
		), taken AS (
			SELECT a.rest, least(a.rest, greatest(0, e.balance - coalesce(h.points, 0))) AS points
			FROM account a JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = a.customer_id
			LEFT JOIN held h ON h.customer_id = a.customer_id
		)
		SELECT count(*) FILTER (WHERE points > 0) AS guests, coalesce(sum(points), 0)::bigint AS points,
			coalesce(sum(rest - points), 0)::bigint AS spent FROM taken`
	var row struct {
		Guests int            `db:"guests"`
		Points loyalty.Points `db:"points"`
		Spent  loyalty.Points `db:"spent"`
	}
	first, last := bulkRows(id)
	err := r.get(ctx, &row, q, orgID.String(), id.String(), first.String(), last.String())
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
