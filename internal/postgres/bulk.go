package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// bulkPart is how many accounts a step changes: enough to make what a step
// costs by itself small, few enough that nobody waits long for one of them.
const bulkPart = 500

type bulkRow struct {
	OrgID      loyalty.ID     `db:"organization_id"`
	ID         loyalty.ID     `db:"id"`
	StoreID    loyalty.ID     `db:"store_id"`
	State      string         `db:"state"`
	Points     loyalty.Points `db:"points"`
	Reason     string         `db:"reason"`
	Total      int            `db:"total"`
	Awarded    int            `db:"awarded"`
	Skipped    int            `db:"skipped"`
	Failure    string         `db:"failure"`
	StaffID    loyalty.ID     `db:"staff_id"`
	KeyID      loyalty.ID     `db:"api_key_id"`
	CreatedAt  time.Time      `db:"created_at"`
	FinishedAt sql.NullTime   `db:"finished_at"`
	UndoID     loyalty.ID     `db:"undo_id"`
	UndoReason string         `db:"undo_reason"`
	UndoTotal  int            `db:"undo_total"`
	UndoDone   int            `db:"undo_done"`
	Undone     int            `db:"undone"`
	Taken      loyalty.Points `db:"taken"`
	Spent      loyalty.Points `db:"spent"`
	UndoneBy   loyalty.ID     `db:"undone_by"`
	UndoneAt   sql.NullTime   `db:"undone_at"`
}

func (r bulkRow) domain() loyalty.BulkAward {
	return loyalty.BulkAward{
		OrgID: r.OrgID, ID: r.ID, StoreID: r.StoreID, State: loyalty.BulkState(r.State), Points: r.Points, Reason: r.Reason, Total: r.Total,
		Awarded: r.Awarded, Skipped: r.Skipped, Failure: r.Failure, StaffID: r.StaffID, KeyID: r.KeyID, CreatedAt: r.CreatedAt,
		FinishedAt: r.FinishedAt.Time,
		Undo: loyalty.BulkUndo{
			ID: r.UndoID, Reason: r.UndoReason, StaffID: r.UndoneBy, Total: r.UndoTotal, Done: r.UndoDone, Guests: r.Undone, Taken: r.Taken,
			Spent: r.Spent, EndedAt: r.UndoneAt.Time,
		},
	}
}

const bulkColumns = `
	SELECT b.organization_id, b.id, b.store_id, b.state, b.points, b.reason, b.total, b.awarded, b.skipped, b.failure, b.staff_id, b.api_key_id,
		b.created_at, b.finished_at, b.undo_id, b.undo_reason, coalesce(b.undo_total, 0) AS undo_total, b.undo_done, b.undone, b.taken, b.spent,
		b.undone_by, b.undone_at
	FROM bulk_awards b`

// BulkAward implements loyalty.BulkReader.
func (r reader) BulkAward(ctx context.Context, orgID, id loyalty.ID) (loyalty.BulkAward, error) {
	const q = bulkColumns + ` WHERE b.organization_id = $1 AND b.id = $2`
	var row bulkRow
	err := r.get(ctx, &row, q, orgID.String(), id.String())
	return row.domain(), notFound("select bulk award", loyalty.PrefixBulkAward.Noun(), err)
}

// BulkAwards implements loyalty.BulkReader.
func (r reader) BulkAwards(ctx context.Context, orgID loyalty.ID, limit int) ([]loyalty.BulkAward, error) {
	const q = bulkColumns + ` WHERE b.organization_id = $1 ORDER BY b.id DESC LIMIT $2`
	var rows []bulkRow
	err := r.list(ctx, &rows, q, orgID.String(), limit)
	return each(rows, bulkRow.domain), wrap("select bulk awards", err)
}

// DueBulkAwards implements loyalty.BulkReader.
func (r reader) DueBulkAwards(ctx context.Context, now time.Time) ([]loyalty.BulkAward, error) {
	const q = bulkColumns + ` WHERE b.state IN ('running', 'undoing') AND b.held_until < $1 ORDER BY b.held_until LIMIT 100`
	var rows []bulkRow
	err := r.list(ctx, &rows, q, now)
	return each(rows, bulkRow.domain), wrap("select due bulk awards", err)
}

// SegmentSize implements loyalty.BulkReader.
func (r reader) SegmentSize(ctx context.Context, orgID loyalty.ID, s loyalty.Segment) (int, error) {
	const q = `SELECT count(*) FROM bulk_segment($1, $2, $3::date, $4::date, $5)`
	month := sql.NullInt32{Int32: int32(s.BirthMonth), Valid: s.BirthMonth > 0} //nolint:gosec // 1 to 12
	var n int
	err := r.get(ctx, &n, q, orgID.String(), nullID(s.TierID), nullDay(s.Since), nullDay(s.Until), month)
	return n, wrap("count segment", err)
}

func nullDay(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Format(time.DateOnly)
}

// bulkDoc is what start_bulk_award takes.
type bulkDoc struct {
	ID          loyalty.ID     `json:"id"`
	StoreID     loyalty.ID     `json:"store_id,omitzero"`
	Points      loyalty.Points `json:"points"`
	Reason      string         `json:"reason"`
	StaffID     loyalty.ID     `json:"staff_id,omitzero"`
	KeyID       loyalty.ID     `json:"api_key_id,omitzero"`
	CreatedAt   time.Time      `json:"created_at"`
	CustomerIDs []loyalty.ID   `json:"customer_ids,omitzero"`
	TierID      loyalty.ID     `json:"tier_id,omitzero"`
	Since       string         `json:"since,omitempty"`
	Until       string         `json:"until,omitempty"`
	BirthMonth  int            `json:"birth_month,omitzero"`
}

// StartBulkAward implements loyalty.BulkWriter.
func (t *tx) StartBulkAward(ctx context.Context, b loyalty.BulkAward, ids []loyalty.ID, s loyalty.Segment) (int, []int64, error) {
	const q = `SELECT coalesce(total, 0) AS total, missing FROM start_bulk_award($1, $2, $3)`
	doc, err := json.Marshal(bulkDoc{
		ID: b.ID, StoreID: b.StoreID, Points: b.Points, Reason: b.Reason, StaffID: b.StaffID, KeyID: b.KeyID, CreatedAt: b.CreatedAt,
		CustomerIDs: ids, TierID: s.TierID, Since: dayOrNone(s.Since), Until: dayOrNone(s.Until), BirthMonth: s.BirthMonth,
	})
	if err != nil {
		return 0, nil, fmt.Errorf("encode bulk award: %w", err)
	}
	var row struct {
		Total   int           `db:"total"`
		Missing pq.Int64Array `db:"missing"`
	}
	err = t.get(ctx, &row, q, b.OrgID.String(), string(doc), bulkPart)
	return row.Total, row.Missing, wrap("start bulk award", err)
}

// HoldBulkAward implements loyalty.BulkWriter.
func (t *tx) HoldBulkAward(ctx context.Context, orgID, id loyalty.ID, now, until time.Time) (bool, error) {
	const q = `UPDATE bulk_awards SET held_until = $4 WHERE organization_id = $1 AND id = $2 AND state IN ('running', 'undoing') AND held_until < $3`
	n, err := t.exec(ctx, q, orgID.String(), id.String(), now, until)
	return n == 1, wrap("hold bulk award", err)
}

// LetGoOfBulkAward implements loyalty.BulkWriter.
func (t *tx) LetGoOfBulkAward(ctx context.Context, orgID, id loyalty.ID) error {
	const q = `UPDATE bulk_awards SET held_until = '-infinity' WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String())
	return wrap("let go of bulk award", err)
}

// bulkRulesDoc is what bulk_award_step and bulk_undo_step take.
type bulkRulesDoc struct {
	ProgramID       loyalty.ID       `json:"program_id,omitzero"`
	TierIDs         []loyalty.ID     `json:"tier_ids"`
	TierPoints      []loyalty.Points `json:"tier_points"`
	TiersFall       bool             `json:"tiers_fall"`
	ExpireAfterDays int              `json:"expire_after_days"`
	Day             day              `json:"day"`
	ExpiresOn       day              `json:"expires_on"`
	At              time.Time        `json:"at"`
	HeldUntil       time.Time        `json:"held_until"`
}

func bulkRulesDocOf(rules loyalty.BulkRules) bulkRulesDoc {
	doc := bulkRulesDoc{
		TierIDs: []loyalty.ID{}, TierPoints: []loyalty.Points{}, Day: day(rules.Day), ExpiresOn: day(rules.ExpiresOn), At: rules.At,
		HeldUntil: rules.HeldUntil,
	}
	if p := rules.Program; p != nil {
		doc.ProgramID, doc.ExpireAfterDays, doc.TiersFall = p.ID, p.ExpireAfterDays, p.TierDowngrade == loyalty.DowngradeOnReversal
		doc.TierIDs = each(p.Tiers, func(t loyalty.Tier) loyalty.ID { return t.ID })
		doc.TierPoints = each(p.Tiers, func(t loyalty.Tier) loyalty.Points { return t.MinPoints })
	}
	return doc
}

// StepBulkAward implements loyalty.BulkWriter.
func (t *tx) StepBulkAward(ctx context.Context, orgID, id loyalty.ID, rules loyalty.BulkRules) (loyalty.BulkStep, error) {
	const (
		q    = `SELECT coalesce(state, '') AS state, given AS moved, idle FROM bulk_award_step($1, $2, $3)`
		note = `SELECT note_bulk_lasts($1, $2, $3)` // of the award's own row, which comes last
	)
	step, err := t.stepBulk(ctx, q, orgID, id, rules)
	if err != nil || step.Moved == 0 {
		return step, err
	}
	doc, err := json.Marshal(bulkRulesDocOf(rules))
	if err != nil {
		return step, fmt.Errorf("encode rules of a bulk award: %w", err)
	}
	_, err = t.exec(ctx, note, orgID.String(), id.String(), string(doc))
	return step, wrap("note how long a bulk award lasts", err)
}

func (t *tx) stepBulk(ctx context.Context, q string, orgID, id loyalty.ID, rules loyalty.BulkRules) (loyalty.BulkStep, error) {
	doc, err := json.Marshal(bulkRulesDocOf(rules))
	if err != nil {
		return loyalty.BulkStep{}, fmt.Errorf("encode rules of a bulk award: %w", err)
	}
	var row struct {
		State string `db:"state"`
		Moved int    `db:"moved"`
		Idle  bool   `db:"idle"`
	}
	err = t.get(ctx, &row, q, orgID.String(), id.String(), string(doc))
	return loyalty.BulkStep{State: loyalty.BulkState(row.State), Moved: row.Moved, Idle: row.Idle}, wrap("step bulk award", err)
}

// FailBulkAward implements loyalty.BulkWriter.
func (t *tx) FailBulkAward(ctx context.Context, orgID, id loyalty.ID, why string, at time.Time) (bool, error) {
	const q = `SELECT fail_bulk_award($1, $2, $3, $4)`
	var ok bool
	err := t.get(ctx, &ok, q, orgID.String(), id.String(), why, at)
	return ok, wrap("fail bulk award", err)
}
