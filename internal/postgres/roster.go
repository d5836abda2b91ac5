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

// utcDay is a date as the domain has it; zero for none.
func utcDay(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

// rosterDoc is a filter as roster_list takes it.
type rosterDoc struct {
	TierID      loyalty.ID      `json:"tier_id,omitzero"`
	StoreID     loyalty.ID      `json:"store_id,omitzero"`
	Since       string          `json:"since,omitempty"`
	Until       string          `json:"until,omitempty"`
	Least       *loyalty.Points `json:"least,omitempty"`
	Most        *loyalty.Points `json:"most,omitempty"`
	Marketing   *bool           `json:"marketing,omitempty"`
	Joined      time.Time       `json:"joined,omitzero"`
	JoinedUntil time.Time       `json:"joined_until,omitzero"`
}

func rosterFilter(f loyalty.MemberFilter) (string, error) {
	doc, err := json.Marshal(rosterDoc{
		TierID: f.TierID, StoreID: f.StoreID, Since: dayOrNone(f.Since), Until: dayOrNone(f.Until), Least: f.Least, Most: f.Most,
		Marketing: f.Marketing, Joined: f.Joined, JoinedUntil: f.JoinedUntil,
	})
	if err != nil {
		return "", fmt.Errorf("encode filter: %w", err)
	}
	return string(doc), nil
}

func dayOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// FilterMembers implements loyalty.CustomerReader.
func (r reader) FilterMembers(
	ctx context.Context, orgID loyalty.ID, f loyalty.MemberFilter, sort loyalty.MemberSort, page loyalty.Page, known int,
) ([]loyalty.Member, int, error) {
	const found = `SELECT ids, total FROM roster_list($1, $2::jsonb, $3, $4, $5, $6, $7)`
	const list = `
		SELECT` + memberColumns + `
		FROM unnest($2::uuid[]) WITH ORDINALITY AS p (id, n)
		JOIN customers c ON c.organization_id = $1 AND c.id = p.id` + memberJoins + `
		ORDER BY p.n`
	doc, err := rosterFilter(f)
	if err != nil {
		return nil, 0, err
	}
	var hits struct {
		IDs   pq.StringArray `db:"ids"`
		Total int            `db:"total"`
	}
	total := sql.NullInt64{Int64: int64(known), Valid: known >= 0}
	if err := r.get(ctx, &hits, found, orgID.String(), doc, string(sort), page.Skip(), page.Size, total, loyalty.RosterCap); err != nil || len(hits.IDs) == 0 {
		return nil, hits.Total, wrap("filter customers", err)
	}
	var rows []memberRow
	err = r.list(ctx, &rows, list, orgID.String(), hits.IDs)
	return each(rows, memberRow.domain), hits.Total, wrap("select customers", err)
}

// MembersAfter implements loyalty.CustomerReader.
func (r reader) MembersAfter(ctx context.Context, orgID loyalty.ID, f loyalty.MemberFilter, after loyalty.ID, limit int) ([]loyalty.Member, error) {
	const q = `
		SELECT` + memberColumns + `
		FROM roster r
		JOIN customers c ON c.organization_id = r.organization_id AND c.id = r.customer_id` + memberJoins + `
		WHERE r.organization_id = $1 AND r.customer_id > $2
			AND (($4::jsonb->>'tier_id') IS NULL OR r.tier_id = ($4::jsonb->>'tier_id')::uuid)
			AND (($4::jsonb->>'store_id') IS NULL OR r.store_id = ($4::jsonb->>'store_id')::uuid)
			AND (($4::jsonb->>'since') IS NULL OR r.active_day >= ($4::jsonb->>'since')::date)
			AND (($4::jsonb->>'until') IS NULL OR r.active_day < ($4::jsonb->>'until')::date)
			AND (($4::jsonb->>'least') IS NULL OR r.balance >= ($4::jsonb->>'least')::bigint)
			AND (($4::jsonb->>'most') IS NULL OR r.balance <= ($4::jsonb->>'most')::bigint)
			AND (($4::jsonb->>'marketing') IS NULL OR r.marketing_opt_in = ($4::jsonb->>'marketing')::boolean)
			AND (($4::jsonb->>'joined') IS NULL OR r.created_at >= ($4::jsonb->>'joined')::timestamptz)
			AND (($4::jsonb->>'joined_until') IS NULL OR r.created_at < ($4::jsonb->>'joined_until')::timestamptz)
		ORDER BY r.customer_id LIMIT $3`
	doc, err := rosterFilter(f)
	if err != nil {
		return nil, err
	}
	var rows []memberRow
	err = r.list(ctx, &rows, q, orgID.String(), after.String(), limit, doc)
	return each(rows, memberRow.domain), wrap("select customers to export", err)
}

// FollowRoster implements loyalty.CustomerWriter.
func (t *tx) FollowRoster(ctx context.Context, orgID loyalty.ID, limit int) (int, error) {
	const q = `SELECT roster_follow($1, $2)`
	var n int
	err := t.get(ctx, &n, q, orgID.String(), limit)
	return n, wrap("follow roster", err)
}
