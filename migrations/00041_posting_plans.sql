-- 0041 posting plans: the ledger's counters keep their plans.
--
-- A function written in SQL is parsed and planned again in every posting; one
-- in PL/pgSQL once for each connection. What they do is the same.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_day(p_org uuid, p_day date, p_store uuid, p_shard smallint,
    p_issued bigint, p_redeemed bigint, p_refunded bigint, p_reversed bigint, p_expired bigint, p_adjusted bigint, p_transferred bigint,
    p_awards bigint, p_redemptions bigint, p_cancellations bigint, p_orders bigint, p_sales bigint, p_customers bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued, redeemed, refunded, reversed, expired, adjusted,
        transferred, awards, redemptions, cancellations, orders, sales, customers)
    VALUES (p_org, p_day, p_store, p_shard, p_issued, p_redeemed, p_refunded, p_reversed, p_expired, p_adjusted,
        p_transferred, p_awards, p_redemptions, p_cancellations, p_orders, p_sales, p_customers)
    ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET
        issued = d.issued + excluded.issued, redeemed = d.redeemed + excluded.redeemed, refunded = d.refunded + excluded.refunded,
        reversed = d.reversed + excluded.reversed, expired = d.expired + excluded.expired, adjusted = d.adjusted + excluded.adjusted,
        transferred = d.transferred + excluded.transferred, awards = d.awards + excluded.awards,
        redemptions = d.redemptions + excluded.redemptions, cancellations = d.cancellations + excluded.cancellations,
        orders = d.orders + excluded.orders, sales = d.sales + excluded.sales, customers = d.customers + excluded.customers;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_tier(p_org uuid, p_tier uuid, p_shard smallint, p_members bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tier_stats AS t (organization_id, tier_id, shard, members) VALUES (p_org, p_tier, p_shard, p_members)
    ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = t.members + excluded.members;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_activity(p_org uuid, p_day date, p_shard smallint, p_members bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO activity_stats AS a (organization_id, day, shard, members) VALUES (p_org, p_day, p_shard, p_members)
    ON CONFLICT (organization_id, day, shard) DO UPDATE SET members = a.members + excluded.members;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION count_reward(p_org uuid, p_reward uuid, p_shard smallint, p_redemptions bigint, p_customers bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reward_stats AS w (organization_id, reward_id, shard, redemptions, customers)
    VALUES (p_org, p_reward, p_shard, p_redemptions, p_customers)
    ON CONFLICT (organization_id, reward_id, shard) DO UPDATE SET
        redemptions = w.redemptions + excluded.redemptions, customers = w.customers + excluded.customers;
END $$;
-- +goose StatementEnd
