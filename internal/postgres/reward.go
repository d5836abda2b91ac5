package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type rewardRow struct {
	OrgID          loyalty.ID     `db:"organization_id"`
	ID             loyalty.ID     `db:"id"`
	ProgramID      loyalty.ID     `db:"program_id"`
	Name           string         `db:"name"`
	Description    string         `db:"description"`
	Cost           int64          `db:"points_cost"`
	Type           string         `db:"type"`
	DiscountType   sql.NullString `db:"discount_type"`
	DiscountValue  sql.NullInt64  `db:"discount_value"`
	ItemName       string         `db:"item_name"`
	Icon           string         `db:"icon"`
	Stock          sql.NullInt64  `db:"stock"`
	MaxPerCustomer sql.NullInt64  `db:"max_per_customer"`
	MinTierID      loyalty.ID     `db:"min_tier_id"`
	StartsAt       sql.NullTime   `db:"starts_at"`
	ExpiresAt      sql.NullTime   `db:"expires_at"`
	StoreIDs       pq.StringArray `db:"store_ids"`
	Active         bool           `db:"is_active"`
	Redeemed       int64          `db:"redeemed"`
	Customers      int64          `db:"customers"`
	CreatedAt      time.Time      `db:"created_at"`
	UpdatedAt      time.Time      `db:"updated_at"`
}

func (r rewardRow) domain() loyalty.Reward {
	out := loyalty.Reward{
		OrgID: r.OrgID, ID: r.ID, ProgramID: r.ProgramID, Name: r.Name, Description: r.Description, Cost: loyalty.Points(r.Cost),
		Type: loyalty.RewardType(r.Type), DiscountType: loyalty.DiscountType(r.DiscountType.String), DiscountValue: r.DiscountValue.Int64,
		ItemName: r.ItemName, Icon: r.Icon, MaxPerCustomer: int(r.MaxPerCustomer.Int64), MinTierID: r.MinTierID, StartsAt: r.StartsAt.Time,
		ExpiresAt: r.ExpiresAt.Time, Active: r.Active, Redeemed: r.Redeemed, Customers: r.Customers, CreatedAt: r.CreatedAt,
		UpdatedAt: r.UpdatedAt,
	}
	if r.Stock.Valid {
		out.Stock = &r.Stock.Int64
	}
	for _, s := range r.StoreIDs {
		if id, ok := loyalty.ParseID(s); ok {
			out.StoreIDs = append(out.StoreIDs, id)
		}
	}
	return out
}

// Rewards implements loyalty.CatalogReader.
func (r reader) Rewards(ctx context.Context, orgID loyalty.ID) ([]loyalty.Reward, error) {
	const q = `
		SELECT w.organization_id, w.id, w.program_id, w.name, w.description, w.points_cost, w.type, w.discount_type, w.discount_value,
			w.item_name, w.icon, w.max_per_customer, w.min_tier_id, w.starts_at, w.expires_at, w.store_ids, w.is_active, w.created_at, w.updated_at,
			CASE WHEN w.has_stock THEN coalesce(s.stock, 0) END AS stock, coalesce(n.redeemed, 0) AS redeemed,
			coalesce(n.customers, 0) AS customers
		FROM rewards w
		LEFT JOIN (
			SELECT reward_id, sum(remaining)::bigint AS stock FROM reward_stock WHERE organization_id = $1 GROUP BY reward_id
		) s ON s.reward_id = w.id
		LEFT JOIN (
			SELECT reward_id, sum(redemptions)::bigint AS redeemed, sum(customers)::bigint AS customers
			FROM reward_stats WHERE organization_id = $1 GROUP BY reward_id
		) n ON n.reward_id = w.id
		WHERE w.organization_id = $1 ORDER BY w.points_cost, w.name, w.id`
	var rows []rewardRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select rewards", err)
	}
	return each(rows, rewardRow.domain), nil
}

// Reward implements loyalty.CatalogReader.
func (r reader) Reward(ctx context.Context, orgID, id loyalty.ID) (loyalty.Reward, error) {
	const q = `
		SELECT w.organization_id, w.id, w.program_id, w.name, w.description, w.points_cost, w.type, w.discount_type, w.discount_value,
			w.item_name, w.icon, w.max_per_customer, w.min_tier_id, w.starts_at, w.expires_at, w.store_ids, w.is_active, w.created_at, w.updated_at,
			CASE WHEN w.has_stock THEN (
				SELECT coalesce(sum(s.remaining), 0)::bigint FROM reward_stock s WHERE s.organization_id = $1 AND s.reward_id = $2) END AS stock,
			coalesce(n.redeemed, 0) AS redeemed, coalesce(n.customers, 0) AS customers
		FROM rewards w
		CROSS JOIN (
			SELECT sum(redemptions)::bigint AS redeemed, sum(customers)::bigint AS customers
			FROM reward_stats WHERE organization_id = $1 AND reward_id = $2
		) n
		WHERE w.organization_id = $1 AND w.id = $2`
	var row rewardRow
	if err := r.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.Reward{}, notFound("select reward", "reward", err)
	}
	return row.domain(), nil
}

// RedeemedBy implements loyalty.CatalogReader.
func (r reader) RedeemedBy(ctx context.Context, orgID, customerID loyalty.ID) (map[loyalty.ID]int, error) {
	const q = `
		SELECT reward_id, count(*) AS n FROM redemptions
		WHERE organization_id = $1 AND customer_id = $2 AND status <> 'cancelled' GROUP BY reward_id`
	var rows []struct {
		RewardID loyalty.ID `db:"reward_id"`
		N        int        `db:"n"`
	}
	if err := r.list(ctx, &rows, q, orgID.String(), customerID.String()); err != nil {
		return nil, wrap("count the customer's redemptions", err)
	}
	out := make(map[loyalty.ID]int, len(rows))
	for _, row := range rows {
		out[row.RewardID] = row.N
	}
	return out, nil
}

// AddReward implements loyalty.CatalogWriter.
func (t *tx) AddReward(ctx context.Context, r loyalty.Reward) error {
	const q = `
		INSERT INTO rewards (organization_id, id, program_id, name, description, points_cost, type, discount_type, discount_value,
			item_name, max_per_customer, min_tier_id, starts_at, expires_at, store_ids, is_active, created_at, updated_at, icon)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9::bigint, 0), $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`
	_, err := t.exec(ctx, q, r.OrgID.String(), r.ID.String(), r.ProgramID.String(), r.Name, r.Description, int64(r.Cost), string(r.Type),
		string(r.DiscountType), r.DiscountValue, r.ItemName, nullInt(r.MaxPerCustomer), nullID(r.MinTierID), nullTime(r.StartsAt),
		nullTime(r.ExpiresAt), idArray(r.StoreIDs), r.Active, r.CreatedAt, r.UpdatedAt, r.Icon)
	if err != nil {
		return wrap("insert reward", err)
	}
	return t.SetStock(ctx, r.OrgID, r.ID, r.Stock)
}

// SaveReward implements loyalty.CatalogWriter.
func (t *tx) SaveReward(ctx context.Context, r loyalty.Reward) error {
	const q = `
		UPDATE rewards SET name = $3, description = $4, points_cost = $5, type = $6, discount_type = nullif($7, ''),
			discount_value = nullif($8::bigint, 0), item_name = $9, max_per_customer = $10, min_tier_id = $11, starts_at = $12,
			expires_at = $13, store_ids = $14, is_active = $15, updated_at = $16, icon = $17
		WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, r.OrgID.String(), r.ID.String(), r.Name, r.Description, int64(r.Cost), string(r.Type),
		string(r.DiscountType), r.DiscountValue, r.ItemName, nullInt(r.MaxPerCustomer), nullID(r.MinTierID), nullTime(r.StartsAt),
		nullTime(r.ExpiresAt), idArray(r.StoreIDs), r.Active, r.UpdatedAt, r.Icon)
	return wrap("update reward", err)
}

// stockSlots is how many tills can take from a reward's stock at once without
// waiting for each other.
const stockSlots = 16

// SetStock implements loyalty.CatalogWriter. Taking from a slot locks it, so
// whoever is at it is waited for, and then finds the new slots.
func (t *tx) SetStock(ctx context.Context, orgID, rewardID loyalty.ID, stock *int64) error {
	const lock = `
		SELECT slot FROM reward_stock WHERE organization_id = $1 AND reward_id = $2 ORDER BY slot FOR UPDATE`
	const empty = `DELETE FROM reward_stock WHERE organization_id = $1 AND reward_id = $2`
	const mark = `UPDATE rewards SET has_stock = $3 WHERE organization_id = $1 AND id = $2`
	const fill = `
		INSERT INTO reward_stock (organization_id, reward_id, slot, remaining)
		SELECT $1, $2, n, $3::bigint / $4 + CASE WHEN n < $3::bigint % $4 THEN 1 ELSE 0 END
		FROM generate_series(0, $4::bigint - 1) AS n`
	org, reward := orgID.String(), rewardID.String()
	var held []int
	if err := t.list(ctx, &held, lock, org, reward); err != nil {
		return wrap("lock stock", err)
	}
	if _, err := t.exec(ctx, empty, org, reward); err != nil {
		return wrap("empty stock", err)
	}
	if _, err := t.exec(ctx, mark, org, reward, stock != nil); err != nil {
		return wrap("mark stock", err)
	}
	if stock == nil {
		return nil
	}
	_, err := t.exec(ctx, fill, org, reward, *stock, max(1, min(stockSlots, *stock)))
	return wrap("fill stock", err)
}

// DeleteReward implements loyalty.CatalogWriter.
func (t *tx) DeleteReward(ctx context.Context, orgID, id loyalty.ID) (bool, error) {
	const q = `
		DELETE FROM rewards w WHERE w.organization_id = $1 AND w.id = $2
			AND NOT EXISTS (SELECT FROM redemptions d WHERE d.organization_id = $1 AND d.reward_id = $2)`
	n, err := t.exec(ctx, q, orgID.String(), id.String())
	if err != nil {
		return false, raced("delete reward", err)
	}
	return n == 1, nil
}
