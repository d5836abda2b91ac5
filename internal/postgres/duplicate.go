package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type duplicateRow struct {
	First   loyalty.ID   `db:"first_id"`
	Second  loyalty.ID   `db:"second_id"`
	Why     string       `db:"why"`
	ApartAt sql.NullTime `db:"apart_at"`
}

// selectDuplicates leaves out whoever was merged or forgotten since the pair
// was found. Both are looked up pair by pair: joined, they were read whole for
// each pair where there are many new customers and no statistics yet.
const selectDuplicates = `
	SELECT d.first_id, d.second_id, d.why, d.apart_at
	FROM likely_duplicates d
	WHERE d.organization_id = $1
		AND (SELECT x.anonymized_at IS NULL FROM customers x WHERE x.organization_id = d.organization_id AND x.id = d.first_id)
		AND (SELECT y.anonymized_at IS NULL FROM customers y WHERE y.organization_id = d.organization_id AND y.id = d.second_id)
		AND NOT EXISTS (
			SELECT FROM enrollments e
			WHERE e.organization_id = d.organization_id AND e.customer_id IN (d.first_id, d.second_id) AND e.merged_into IS NOT NULL)`

// Duplicates implements loyalty.DuplicateReader.
func (r reader) Duplicates(ctx context.Context, orgID loyalty.ID, apart bool, page loyalty.Page) ([]loyalty.Duplicate, int, error) {
	const (
		open       = selectDuplicates + ` AND d.apart_at IS NULL`
		told       = selectDuplicates + ` AND d.apart_at IS NOT NULL`
		listOpen   = open + ` ORDER BY d.rank, d.second_id DESC, d.first_id LIMIT $2 OFFSET $3`
		listApart  = told + ` ORDER BY d.apart_at DESC, d.second_id DESC, d.first_id LIMIT $2 OFFSET $3`
		countOpen  = `SELECT count(*) FROM (` + open + ` LIMIT $2) p`
		countApart = `SELECT count(*) FROM (` + told + ` LIMIT $2) p`
	)
	list, count := listOpen, countOpen
	if apart {
		list, count = listApart, countApart
	}
	var rows []duplicateRow
	var total int
	if err := r.page(ctx, &rows, &total, list, count, []any{orgID.String()}, page); err != nil {
		return nil, 0, wrap("select duplicates", err)
	}
	out, err := r.duplicates(ctx, orgID, rows)
	return out, total, err
}

// CountDuplicates implements loyalty.DuplicateReader.
func (r reader) CountDuplicates(ctx context.Context, orgID loyalty.ID, most int) (int, error) {
	const q = `SELECT count(*) FROM (` + selectDuplicates + ` AND d.apart_at IS NULL LIMIT $2) p`
	var n int
	err := r.get(ctx, &n, q, orgID.String(), most)
	return n, wrap("count duplicates", err)
}

// DuplicatesOf implements loyalty.DuplicateReader.
func (r reader) DuplicatesOf(ctx context.Context, orgID, customerID loyalty.ID) ([]loyalty.Duplicate, error) {
	const q = selectDuplicates + ` AND d.apart_at IS NULL AND (d.first_id = $2 OR d.second_id = $2) ORDER BY d.rank, d.second_id DESC LIMIT 20`
	var rows []duplicateRow
	if err := r.list(ctx, &rows, q, orgID.String(), customerID.String()); err != nil {
		return nil, wrap("select duplicates of a customer", err)
	}
	return r.duplicates(ctx, orgID, rows)
}

// duplicates adds the customers to their pairs.
func (r reader) duplicates(ctx context.Context, orgID loyalty.ID, rows []duplicateRow) ([]loyalty.Duplicate, error) {
	const q = `SELECT` + memberColumns + ` FROM customers c` + memberJoins + ` WHERE c.organization_id = $1 AND c.id = ANY ($2)`
	ids := make([]loyalty.ID, 0, 2*len(rows))
	for _, row := range rows {
		ids = append(ids, row.First, row.Second)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var members []memberRow
	if err := r.list(ctx, &members, q, orgID.String(), idArray(ids)); err != nil {
		return nil, wrap("select duplicates' customers", err)
	}
	byID := make(map[loyalty.ID]loyalty.Member, len(members))
	for _, m := range members {
		byID[m.ID] = m.domain()
	}
	out := make([]loyalty.Duplicate, 0, len(rows))
	for _, row := range rows {
		one, here := byID[row.First]
		other, there := byID[row.Second]
		if here && there { // nobody was deleted between the statements
			out = append(out, loyalty.Duplicate{One: one, Other: other, Why: loyalty.Likeness(row.Why), ApartAt: row.ApartAt.Time})
		}
	}
	return out, nil
}

// HoldDuplicates implements loyalty.DuplicateWriter.
func (t *tx) HoldDuplicates(ctx context.Context, orgID loyalty.ID) (loyalty.ChangeMark, bool, error) {
	const (
		begin = `INSERT INTO duplicate_marks (organization_id) VALUES ($1) ON CONFLICT DO NOTHING`
		hold  = `SELECT changed_at, customer_id FROM duplicate_marks WHERE organization_id = $1 FOR UPDATE SKIP LOCKED`
	)
	if _, err := t.exec(ctx, begin, orgID.String()); err != nil {
		return loyalty.ChangeMark{}, false, wrap("begin to look for duplicates", err)
	}
	var rows []struct {
		At time.Time  `db:"changed_at"`
		ID loyalty.ID `db:"customer_id"`
	}
	if err := t.list(ctx, &rows, hold, orgID.String()); err != nil || len(rows) == 0 {
		return loyalty.ChangeMark{}, false, wrap("hold the mark of duplicates", err)
	}
	return loyalty.ChangeMark{At: rows[0].At, ID: rows[0].ID}, true, nil
}

const selectCustomers = `
	SELECT c.organization_id, c.id, c.external_id, c.name, c.name_fold, c.email, c.phone, c.phone_e164, c.phone_digits, c.birth_date,
		c.marketing_opt_in, c.referral_code, c.anonymized_at, c.created_at, c.updated_at
	FROM customers c WHERE c.organization_id = $1`

// ChangedCustomers implements loyalty.DuplicateWriter.
func (t *tx) ChangedCustomers(
	ctx context.Context, orgID loyalty.ID, mark loyalty.ChangeMark, limit int,
) ([]loyalty.Customer, [][2]loyalty.Customer, error) {
	const (
		changed    = selectCustomers + ` AND (c.updated_at, c.id) > ($2, $3) ORDER BY c.updated_at, c.id LIMIT $4`
		byID       = selectCustomers + ` AND c.id = ANY ($2)`
		candidates = `SELECT customer_id, other_id FROM duplicate_candidates($1, $2)`
	)
	var rows []memberRow
	if err := t.list(ctx, &rows, changed, orgID.String(), mark.At, mark.ID.String(), limit); err != nil || len(rows) == 0 {
		return nil, nil, wrap("select changed customers", err)
	}
	customers := make([]loyalty.Customer, len(rows))
	known := map[loyalty.ID]loyalty.Customer{}
	ids := make([]loyalty.ID, len(rows))
	for i, row := range rows {
		customers[i], ids[i] = row.domain().Customer, row.ID
		known[row.ID] = customers[i]
	}
	var found []struct {
		ID    loyalty.ID `db:"customer_id"`
		Other loyalty.ID `db:"other_id"`
	}
	if err := t.list(ctx, &found, candidates, orgID.String(), idArray(ids)); err != nil {
		return nil, nil, wrap("select candidates for duplicates", err)
	}
	var missing []loyalty.ID
	for _, f := range found {
		if _, ok := known[f.Other]; !ok {
			known[f.Other] = loyalty.Customer{}
			missing = append(missing, f.Other)
		}
	}
	var others []memberRow
	if err := t.list(ctx, &others, byID, orgID.String(), idArray(missing)); err != nil {
		return nil, nil, wrap("select candidates' customers", err)
	}
	for _, row := range others {
		known[row.ID] = row.domain().Customer
	}
	pairs := make([][2]loyalty.Customer, len(found))
	for i, f := range found {
		pairs[i] = [2]loyalty.Customer{known[f.ID], known[f.Other]}
	}
	return customers, pairs, nil
}

// ranks are the likenesses' places.
func ranks() map[loyalty.Likeness]int64 {
	out := map[loyalty.Likeness]int64{}
	for i, why := range loyalty.Likenesses() {
		out[why] = int64(i + 1)
	}
	return out
}

// SaveDuplicates implements loyalty.DuplicateWriter.
func (t *tx) SaveDuplicates(ctx context.Context, orgID loyalty.ID, of []loyalty.ID, found []loyalty.DuplicatePair, at time.Time) error {
	const (
		gone = `
			DELETE FROM likely_duplicates d
			WHERE d.organization_id = $1 AND (d.first_id = ANY ($2) OR d.second_id = ANY ($2)) AND d.apart_at IS NULL
				AND NOT EXISTS (SELECT FROM unnest($3::uuid[], $4::uuid[]) AS p (a, b) WHERE p.a = d.first_id AND p.b = d.second_id)`
		add = `
			INSERT INTO likely_duplicates AS d (organization_id, first_id, second_id, why, rank, found_at)
			SELECT $1, p.a, p.b, p.why, p.rank, $6
			FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::smallint[]) AS p (a, b, why, rank)
			ORDER BY p.a, p.b
			ON CONFLICT (organization_id, first_id, second_id) DO UPDATE SET why = excluded.why, rank = excluded.rank
			WHERE d.why <> excluded.why`
	)
	rank := ranks()
	first := idArray(each(found, func(p loyalty.DuplicatePair) loyalty.ID { return p.First }))
	second := idArray(each(found, func(p loyalty.DuplicatePair) loyalty.ID { return p.Second }))
	if _, err := t.exec(ctx, gone, orgID.String(), idArray(of), first, second); err != nil {
		return wrap("delete duplicates", err)
	}
	if len(found) == 0 {
		return nil
	}
	why := pq.Array(each(found, func(p loyalty.DuplicatePair) string { return string(p.Why) }))
	places := pq.Array(each(found, func(p loyalty.DuplicatePair) int64 { return rank[p.Why] }))
	_, err := t.exec(ctx, add, orgID.String(), first, second, why, places, at)
	return wrap("insert duplicates", err)
}

// MoveDuplicateMark implements loyalty.DuplicateWriter.
func (t *tx) MoveDuplicateMark(ctx context.Context, orgID loyalty.ID, mark loyalty.ChangeMark) error {
	const q = `UPDATE duplicate_marks SET changed_at = $2, customer_id = $3 WHERE organization_id = $1`
	_, err := t.exec(ctx, q, orgID.String(), mark.At, mark.ID.String())
	return wrap("move the mark of duplicates", err)
}

// SetApart implements loyalty.DuplicateWriter.
func (t *tx) SetApart(ctx context.Context, orgID, one, other loyalty.ID, at time.Time, by loyalty.ID) error {
	const q = `
		UPDATE likely_duplicates SET apart_at = $4, apart_by = $5
		WHERE organization_id = $1 AND first_id = $2 AND second_id = $3`
	pair := loyalty.PairOf(one, other, "")
	n, err := t.exec(ctx, q, orgID.String(), pair.First.String(), pair.Second.String(), sql.NullTime{Time: at, Valid: !at.IsZero()}, nullID(by))
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return notFound("tell duplicates apart", "duplicate", err)
}

// MergeUndone implements loyalty.MergeReader.
func (r reader) MergeUndone(ctx context.Context, orgID, survivorID, sourceID loyalty.ID) (bool, error) {
	const q = `
		SELECT EXISTS (
			SELECT FROM merges m
			WHERE m.organization_id = $1 AND m.source_id = $3 AND m.survivor_id = $2 AND m.undone_at IS NOT NULL)`
	var undone bool
	err := r.get(ctx, &undone, q, orgID.String(), survivorID.String(), sourceID.String())
	return undone, wrap("select merge that was undone", err)
}
