package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"regulars/internal/loyalty"
)

type figuresRow struct {
	Day           sql.NullTime `db:"day"`
	Issued        int64        `db:"issued"`
	Redeemed      int64        `db:"redeemed"`
	Refunded      int64        `db:"refunded"`
	Reversed      int64        `db:"reversed"`
	Expired       int64        `db:"expired"`
	Adjusted      int64        `db:"adjusted"`
	Transferred   int64        `db:"transferred"`
	Awards        int64        `db:"awards"`
	Redemptions   int64        `db:"redemptions"`
	Cancellations int64        `db:"cancellations"`
	Orders        int64        `db:"orders"`
	Sales         int64        `db:"sales"`
	Customers     int64        `db:"customers"`
}

func (r figuresRow) domain() loyalty.Figures {
	return loyalty.Figures{
		Issued: loyalty.Points(r.Issued), Redeemed: loyalty.Points(r.Redeemed), Refunded: loyalty.Points(r.Refunded),
		Reversed: loyalty.Points(r.Reversed), Expired: loyalty.Points(r.Expired), Adjusted: loyalty.Points(r.Adjusted),
		Transferred: loyalty.Points(r.Transferred), Awards: r.Awards, Redemptions: r.Redemptions, Cancellations: r.Cancellations,
		Orders: r.Orders, Sales: loyalty.Minor(r.Sales), Customers: r.Customers,
	}
}

// dayFigures are the columns of figuresRow, as they are kept.
const dayFigures = `issued, redeemed, refunded, reversed, expired, adjusted, transferred, awards, redemptions, cancellations, orders, sales, customers`

const sumFigures = `
	coalesce(sum(issued), 0)::bigint AS issued, coalesce(sum(redeemed), 0)::bigint AS redeemed,
	coalesce(sum(refunded), 0)::bigint AS refunded, coalesce(sum(reversed), 0)::bigint AS reversed,
	coalesce(sum(expired), 0)::bigint AS expired, coalesce(sum(adjusted), 0)::bigint AS adjusted,
	coalesce(sum(transferred), 0)::bigint AS transferred, coalesce(sum(awards), 0)::bigint AS awards,
	coalesce(sum(redemptions), 0)::bigint AS redemptions, coalesce(sum(cancellations), 0)::bigint AS cancellations,
	coalesce(sum(orders), 0)::bigint AS orders, coalesce(sum(sales), 0)::bigint AS sales,
	coalesce(sum(customers), 0)::bigint AS customers`

// AllTime implements loyalty.StatsReader. It adds the last weeks to the sum of
// all before.
func (r reader) AllTime(ctx context.Context, orgID loyalty.ID) (loyalty.Totals, error) {
	const q = `
		SELECT t.customers + coalesce(sum(d.customers), 0)::bigint AS customers, t.earned + coalesce(sum(d.issued + d.reversed), 0)::bigint AS earned,
			t.balance + coalesce(sum(d.issued + d.redeemed + d.refunded + d.reversed + d.expired + d.adjusted + d.transferred), 0)::bigint AS balance,
			t.redemptions + coalesce(sum(d.redemptions - d.cancellations), 0)::bigint AS redemptions, g.config_version
		FROM total_stats t
		JOIN organizations g ON g.id = t.organization_id
		LEFT JOIN daily_stats d ON d.organization_id = t.organization_id AND d.day >= t.before
		WHERE t.organization_id = $1
		GROUP BY t.organization_id, g.id`
	var row struct {
		Customers   int64 `db:"customers"`
		Earned      int64 `db:"earned"`
		Balance     int64 `db:"balance"`
		Redemptions int64 `db:"redemptions"`
		Config      int64 `db:"config_version"`
	}
	err := r.get(ctx, &row, q, orgID.String())
	return loyalty.Totals{
		Customers: row.Customers, Balance: loyalty.Points(row.Balance), Earned: loyalty.Points(row.Earned), Redemptions: row.Redemptions,
		Config: row.Config,
	}, wrap("sum figures", err)
}

// Days implements loyalty.StatsReader. Days that are long over have a row for
// all stores together.
func (r reader) Days(ctx context.Context, orgID loyalty.ID, q loyalty.FiguresQuery) ([]loyalty.DayFigures, error) {
	const all = `
		SELECT day,` + sumFigures + ` FROM (
			SELECT day, ` + dayFigures + ` FROM day_totals
			WHERE organization_id = $1 AND day >= $2::date AND day < $3::date
			UNION ALL
			SELECT day, ` + dayFigures + ` FROM daily_stats
			WHERE organization_id = $1 AND day >= greatest($2::date, (SELECT before FROM total_stats WHERE organization_id = $1)) AND day < $3::date) d
		GROUP BY day ORDER BY day`
	const some = `
		SELECT day,` + sumFigures + `
		FROM daily_stats WHERE organization_id = $1 AND day >= $2::date AND day < $3::date AND store_id = ANY ($4)
		GROUP BY day ORDER BY day`
	var rows []figuresRow
	var err error
	args := []any{orgID.String(), q.From.Format(time.DateOnly), q.To.Format(time.DateOnly)}
	if len(q.StoreIDs) == 0 {
		err = r.list(ctx, &rows, all, args...)
	} else {
		err = r.list(ctx, &rows, some, append(args, idArray(q.StoreIDs))...)
	}
	return each(rows, func(r figuresRow) loyalty.DayFigures {
		return loyalty.DayFigures{Day: r.Day.Time.UTC(), Figures: r.domain()}
	}), wrap("select figures", err)
}

// StoreDays implements loyalty.StatsReader.
func (r reader) StoreDays(ctx context.Context, orgID loyalty.ID, q loyalty.FiguresQuery) ([]loyalty.StoreFigures, error) {
	const query = `
		SELECT store_id, max(day) FILTER (WHERE orders > 0 OR awards > 0) AS day,` + sumFigures + `
		FROM daily_stats WHERE organization_id = $1 AND day >= $2::date AND day < $3::date AND store_id = ANY ($4)
		GROUP BY store_id`
	var rows []struct {
		StoreID loyalty.ID `db:"store_id"`
		figuresRow
	}
	err := r.list(ctx, &rows, query, orgID.String(), q.From.Format(time.DateOnly), q.To.Format(time.DateOnly), idArray(q.StoreIDs))
	out := make([]loyalty.StoreFigures, len(rows))
	for i, s := range rows {
		out[i] = loyalty.StoreFigures{StoreID: s.StoreID, Figures: s.domain()}
		if s.Day.Valid {
			out[i].LastDay = s.Day.Time.UTC()
		}
	}
	return out, wrap("select figures of stores", err)
}

// ActiveSince implements loyalty.StatsReader.
func (r reader) ActiveSince(ctx context.Context, orgID loyalty.ID, day time.Time) (int64, error) {
	const q = `SELECT coalesce(sum(members), 0)::bigint FROM activity_stats WHERE organization_id = $1 AND day >= $2::date`
	var n int64
	err := r.get(ctx, &n, q, orgID.String(), day.Format(time.DateOnly))
	return n, wrap("count active members", err)
}

// TierMembers implements loyalty.StatsReader.
func (r reader) TierMembers(ctx context.Context, orgID loyalty.ID) (map[loyalty.ID]int64, error) {
	const q = `SELECT tier_id, sum(members)::bigint AS members FROM tier_stats WHERE organization_id = $1 GROUP BY tier_id`
	var rows []struct {
		TierID  loyalty.ID `db:"tier_id"`
		Members int64      `db:"members"`
	}
	err := r.list(ctx, &rows, q, orgID.String())
	out := make(map[loyalty.ID]int64, len(rows))
	for _, t := range rows {
		out[t.TierID] = t.Members
	}
	return out, wrap("select tier figures", err)
}

// RedeemedRewards implements loyalty.StatsReader.
func (r reader) RedeemedRewards(ctx context.Context, orgID loyalty.ID, q loyalty.FiguresQuery) (map[loyalty.ID]int64, error) {
	const all = `
		SELECT reward_id, sum(redemptions)::bigint AS n
		FROM reward_days WHERE organization_id = $1 AND day >= $2::date AND day < $3::date
		GROUP BY reward_id HAVING sum(redemptions) <> 0`
	const some = `
		SELECT reward_id, sum(redemptions)::bigint AS n
		FROM reward_days WHERE organization_id = $1 AND day >= $2::date AND day < $3::date AND store_id = ANY ($4)
		GROUP BY reward_id HAVING sum(redemptions) <> 0`
	var rows []struct {
		RewardID loyalty.ID `db:"reward_id"`
		N        int64      `db:"n"`
	}
	var err error
	args := []any{orgID.String(), q.From.Format(time.DateOnly), q.To.Format(time.DateOnly)}
	if len(q.StoreIDs) == 0 {
		err = r.list(ctx, &rows, all, args...)
	} else {
		err = r.list(ctx, &rows, some, append(args, idArray(q.StoreIDs))...)
	}
	out := make(map[loyalty.ID]int64, len(rows))
	for _, w := range rows {
		out[w.RewardID] = w.N
	}
	return out, wrap("select reward figures", err)
}

// LastActivity implements loyalty.StatsReader.
func (r reader) LastActivity(ctx context.Context, orgID loyalty.ID) (time.Time, error) {
	const q = `SELECT max(at) FROM transactions WHERE organization_id = $1`
	var at sql.NullTime
	err := r.get(ctx, &at, q, orgID.String())
	return at.Time, wrap("select last activity", err)
}

// Present implements loyalty.StatsReader.
func (r reader) Present(ctx context.Context, orgID loyalty.ID, since, lately time.Time) (loyalty.Present, error) {
	const q = `
		SELECT
			(SELECT coalesce(sum(members), 0)::bigint FROM activity_stats WHERE organization_id = $1 AND day >= $2::date) AS active,
			(SELECT coalesce(sum(members), 0)::bigint FROM activity_stats WHERE organization_id = $1 AND day >= $3::date) AS lately,
			(SELECT max(at) FROM transactions WHERE organization_id = $1) AS last_activity,
			(SELECT coalesce(jsonb_object_agg(tier_id, members), '{}') FROM (
				SELECT tier_id, sum(members)::bigint AS members FROM tier_stats WHERE organization_id = $1 GROUP BY tier_id
			) t) AS tiers`
	var row struct {
		Active int64        `db:"active"`
		Lately int64        `db:"lately"`
		Last   sql.NullTime `db:"last_activity"`
		Tiers  []byte       `db:"tiers"`
	}
	if err := r.get(ctx, &row, q, orgID.String(), since.Format(time.DateOnly), lately.Format(time.DateOnly)); err != nil {
		return loyalty.Present{}, wrap("select present figures", err)
	}
	out := loyalty.Present{Active: row.Active, Lately: row.Lately, LastActivity: row.Last.Time}
	err := json.Unmarshal(row.Tiers, &out.Tiers)
	return out, wrap("decode tier figures", err)
}

// CompactStats implements loyalty.StatsWriter.
func (t *tx) CompactStats(ctx context.Context, orgID loyalty.ID, before time.Time) (int, error) {
	const scattered = `SELECT count(*) FROM daily_stats WHERE organization_id = $1 AND day < $2::date AND shard > 0`
	const q = `SELECT compact_stats($1, $2::date)`
	args := []any{orgID.String(), before.Format(time.DateOnly)}
	const roll = `SELECT roll_totals($1, $2::date)`
	var n int
	if err := t.get(ctx, &n, scattered, args...); err != nil {
		return 0, wrap("count scattered figures", err)
	}
	if n > 0 {
		if _, err := t.exec(ctx, q, args...); err != nil {
			return 0, wrap("compact figures", err)
		}
	}
	_, err := t.exec(ctx, roll, args...)
	return n, wrap("sum up figures", err)
}
