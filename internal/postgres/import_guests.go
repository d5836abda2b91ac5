package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// guestRow is an account as LockGuests reads it. Of a thousand guests with ten
// awards each, documents would take longer to make and to read than all else.
type guestRow struct {
	CustomerID loyalty.ID   `db:"customer_id"`
	ID         loyalty.ID   `db:"id"`
	ProgramID  loyalty.ID   `db:"program_id"`
	TierID     loyalty.ID   `db:"tier_id"`
	Balance    int64        `db:"balance"`
	Lifetime   int64        `db:"lifetime"`
	Seq        int64        `db:"seq"`
	Revision   int64        `db:"revision"`
	FrozenAt   sql.NullTime `db:"frozen_at"`
	ActiveDay  sql.NullTime `db:"active_day"`
	Since      time.Time    `db:"since"`
	MergedInto loyalty.ID   `db:"merged_into"`
	Config     int64        `db:"config"`
	Recent     []byte       `db:"recent"`
}

func (r guestRow) domain(orgID loyalty.ID) (loyalty.Snapshot, error) {
	recent, err := recentRows(r.Recent)
	return loyalty.Snapshot{
		Config: r.Config, Recent: recent,
		Account: &loyalty.Account{
			Enrollment: loyalty.Enrollment{
				OrgID: orgID, ID: r.ID, CustomerID: r.CustomerID, ProgramID: r.ProgramID, TierID: r.TierID, Balance: loyalty.Points(r.Balance),
				Lifetime: loyalty.Points(r.Lifetime), Seq: r.Seq, Revision: r.Revision, FrozenAt: r.FrozenAt.Time.UTC(), Since: r.Since.UTC(),
				MergedInto: r.MergedInto,
			},
			ActiveDay: r.ActiveDay.Time.UTC(),
		},
	}, err
}

// LockGuests implements loyalty.ImportWriter. Each guest is looked up alone:
// of several the planner would rather read and sort all that they ever did.
func (t *tx) LockGuests(ctx context.Context, orgID loyalty.ID, externalIDs []string, until time.Time, recent int) (map[string]loyalty.Snapshot, error) {
	const lock = `
		WITH held AS (
			SELECT e.* FROM enrollments e
			WHERE e.organization_id = $1 AND e.customer_id = ANY ($2) ORDER BY e.customer_id FOR NO KEY UPDATE
		)
		SELECT h.customer_id, h.id, h.program_id, h.tier_id, h.balance, h.lifetime, h.seq, h.revision, h.frozen_at, h.active_day, h.since,
			h.merged_into, (SELECT g.config_version FROM organizations g WHERE g.id = $1) AS config, (
				SELECT string_agg(t.line, E'\n') FROM (
					SELECT ROW(t.id, t.at, t.points, t.amount, t.store_id, t.staff_id, t.order_id)::text AS line FROM transactions t
					WHERE t.organization_id = $1 AND t.customer_id = h.customer_id AND t.type = 'earn' AND t.bulk_id IS NULL AND t.at <= $3
					ORDER BY t.seq DESC LIMIT $4) t) AS recent
		FROM held h`
	var found []struct {
		ExternalID string     `db:"external_id"`
		ID         loyalty.ID `db:"id"`
	}
	if err := t.list(ctx, &found, byExternalIDs, orgID.String(), pq.Array(externalIDs)); err != nil {
		return nil, wrap("find guests", err)
	}
	ids, refs := make([]loyalty.ID, len(found)), make(map[loyalty.ID][]string, len(found))
	for i, f := range found {
		ids[i], refs[f.ID] = f.ID, append(refs[f.ID], f.ExternalID)
	}
	var rows []guestRow
	if err := t.list(ctx, &rows, lock, orgID.String(), idArray(ids), until, recent); err != nil {
		return nil, wrap("lock guests", err)
	}
	out := make(map[string]loyalty.Snapshot, len(rows))
	for _, row := range rows {
		// Two ids of one guest share the account, which moves on in memory.
		snap, err := row.domain(orgID)
		if err != nil {
			return nil, err
		}
		for _, ref := range refs[row.CustomerID] {
			out[ref] = snap
		}
	}
	return out, nil
}

// recentRows reads awards from rows as PostgreSQL writes them, one a line:
// (id,"at",points,amount,store_id,staff_id,order_id).
func recentRows(text []byte) ([]loyalty.Recent, error) {
	if len(text) == 0 {
		return nil, nil
	}
	out := make([]loyalty.Recent, 0, bytes.Count(text, []byte{'\n'})+1)
	for line := range bytes.SplitSeq(text, []byte{'\n'}) {
		r, err := recentRow(bytes.Split(bytes.Trim(line, "()"), []byte{','}))
		if err != nil {
			return nil, fmt.Errorf("read award %q: %w", line, err)
		}
		out = append(out, r)
	}
	return out, nil
}

func recentRow(f [][]byte) (r loyalty.Recent, err error) {
	const fields = 7
	if len(f) != fields {
		return r, fmt.Errorf("%d fields", len(f))
	}
	for _, id := range [...]struct {
		to   *loyalty.ID
		text []byte
	}{{&r.ID, f[0]}, {&r.StoreID, f[4]}, {&r.StaffID, f[5]}, {&r.OrderID, f[6]}} {
		if len(id.text) > 0 {
			if err := id.to.UnmarshalText(id.text); err != nil {
				return r, err
			}
		}
	}
	if r.At, err = pq.ParseTimestamp(time.UTC, string(bytes.Trim(f[1], `"`))); err != nil {
		return r, err
	}
	points, err := strconv.ParseInt(string(f[2]), 10, 64)
	if err != nil {
		return r, err
	}
	amount, err := strconv.ParseInt(string(f[3]), 10, 64)
	r.Points, r.Amount = loyalty.Points(points), loyalty.Minor(amount)
	return r, err
}
