package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// SaveTiers implements loyalty.CatalogWriter. Thresholds and names may trade
// places: that they differ is checked when the transaction commits.
func (t *tx) SaveTiers(ctx context.Context, tiers []loyalty.Tier) error {
	const q = `
		INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, benefits, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (organization_id, id) DO UPDATE SET name = excluded.name, min_points = excluded.min_points,
			multiplier = excluded.multiplier, benefits = excluded.benefits`
	for _, x := range tiers {
		_, err := t.exec(ctx, q, x.OrgID.String(), x.ID.String(), x.ProgramID.String(), x.Name, int64(x.MinPoints), int32(x.Multiplier),
			x.Benefits, x.CreatedAt)
		if err != nil {
			return wrap("save tier", err)
		}
	}
	return nil
}

// DeleteTiers implements loyalty.CatalogWriter.
func (t *tx) DeleteTiers(ctx context.Context, orgID loyalty.ID, ids []loyalty.ID) error {
	const q = `DELETE FROM tiers WHERE organization_id = $1 AND id = ANY ($2)`
	_, err := t.exec(ctx, q, orgID.String(), idArray(ids))
	return wrap("delete tiers", err)
}

// Retier implements loyalty.CatalogWriter.
func (t *tx) Retier(ctx context.Context, orgID, programID loyalty.ID, without []loyalty.ID) (loyalty.Moved, error) {
	const q = `SELECT moved, up, down FROM retier_members($1, $2, $3)`
	var row struct {
		Moved int64 `db:"moved"`
		Up    int64 `db:"up"`
		Down  int64 `db:"down"`
	}
	err := t.get(ctx, &row, q, orgID.String(), programID.String(), idArray(without))
	return loyalty.Moved{Total: row.Moved, Up: row.Up, Down: row.Down}, wrap("put members into their tiers", err)
}

// AwaitPostings implements loyalty.CatalogWriter.
func (t *tx) AwaitPostings(ctx context.Context) (bool, error) {
	const q = `SELECT await_postings()`
	var ok bool
	err := t.get(ctx, &ok, q)
	return ok, wrap("wait for postings under way", err)
}

type standingRow struct {
	ProgramID loyalty.ID    `db:"program_id"`
	TierID    loyalty.ID    `db:"tier_id"`
	MinPoints sql.NullInt64 `db:"min_points"`
	Lifetime  int64         `db:"lifetime"`
	Members   int64         `db:"members"`
	Points    int64         `db:"points"`
	Sales     int64         `db:"sales"`
	Oldest    sql.NullTime  `db:"oldest"`
}

// Standings implements loyalty.CatalogReader. It reads every account once: no
// index may lie on what an award changes.
func (r reader) Standings(ctx context.Context, orgID loyalty.ID, since time.Time) ([]loyalty.Standing, error) {
	const query = `
		WITH recent AS (
			SELECT t.customer_id, t.amount, t.at FROM transactions t
			WHERE t.organization_id = $1 AND t.type = 'earn' AND t.amount > 0 AND t.at >= $2
			ORDER BY t.at DESC, t.id DESC LIMIT $3
		), bought AS (
			SELECT customer_id, sum(amount) AS amount, min(at) AS at FROM recent GROUP BY customer_id
		), counted AS (
			SELECT e.program_id, e.tier_id, e.lifetime, count(*) AS members, sum(greatest(e.balance, 0))::bigint AS points,
				coalesce(sum(b.amount), 0)::bigint AS sales, min(b.at) AS oldest
			FROM enrollments e LEFT JOIN bought b ON b.customer_id = e.customer_id
			WHERE e.organization_id = $1 AND e.merged_into IS NULL GROUP BY 1, 2, 3
		)
		SELECT c.*, t.min_points
		FROM counted c LEFT JOIN tiers t ON t.organization_id = $1 AND t.id = c.tier_id`
	var rows []standingRow
	if err := r.list(ctx, &rows, query, orgID.String(), since, loyalty.SalesSample); err != nil {
		return nil, wrap("count members by what they hold", err)
	}
	return each(rows, func(x standingRow) loyalty.Standing {
		return loyalty.Standing{
			ProgramID: x.ProgramID, TierID: x.TierID, MinPoints: loyalty.Points(x.MinPoints.Int64), Lifetime: loyalty.Points(x.Lifetime),
			Members: x.Members, Points: loyalty.Points(x.Points), Sales: loyalty.Minor(x.Sales), Oldest: x.Oldest.Time,
		}
	}), nil
}

// Moves implements loyalty.CatalogReader.
func (r reader) Moves(ctx context.Context, orgID loyalty.ID, q loyalty.RungsQuery, ladder []loyalty.Tier, limit int) ([]loyalty.Move, error) {
	const query = `
		SELECT e.customer_id, c.name, c.anonymized_at IS NOT NULL AS erased, t.name AS from_tier, width_bucket(e.lifetime, $4::bigint[]) - 1 AS rung
		FROM enrollments e
		JOIN customers c ON c.organization_id = e.organization_id AND c.id = e.customer_id
		JOIN tiers t ON t.organization_id = e.organization_id AND t.id = e.tier_id
		WHERE e.organization_id = $1 AND e.merged_into IS NULL AND ($3 OR e.program_id = $2)
			AND e.tier_id <> ($5::uuid[])[width_bucket(e.lifetime, $4::bigint[])]
		ORDER BY c.name_fold, c.id LIMIT $6`
	var rows []struct {
		CustomerID loyalty.ID `db:"customer_id"`
		Name       string     `db:"name"`
		Erased     bool       `db:"erased"`
		From       string     `db:"from_tier"`
		Rung       int        `db:"rung"`
	}
	ids := each(ladder, func(t loyalty.Tier) loyalty.ID { return t.ID })
	err := r.list(ctx, &rows, query, orgID.String(), q.ProgramID.String(), q.Everyone, thresholds(q.Thresholds), idArray(ids), limit)
	if err != nil {
		return nil, wrap("select members who move", err)
	}
	out := make([]loyalty.Move, len(rows))
	for i, x := range rows {
		out[i] = loyalty.Move{CustomerID: x.CustomerID, Name: x.Name, Erased: x.Erased, From: x.From, To: ladder[x.Rung].Name}
	}
	return out, nil
}

func thresholds(points []loyalty.Points) any {
	return pq.Array(each(points, func(p loyalty.Points) int64 { return int64(p) }))
}
