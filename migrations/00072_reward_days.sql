-- 0072 reward days: what was redeemed of each reward on each day at each store,
-- so that the most wanted of a period and a store are known without reading the
-- ledger. It is the redemptions less the cancellations of daily_stats, taken
-- apart by reward: each row of the ledger counts on its own day, at its own
-- store. Kept up by the row itself, whichever way it comes or goes: awards pass
-- by on the condition. `verify` proves it.

-- +goose Up
CREATE TABLE reward_days (
    organization_id uuid     NOT NULL,
    day             date     NOT NULL,
    store_id        uuid     NOT NULL,
    reward_id       uuid     NOT NULL,
    shard           smallint NOT NULL,
    redemptions     bigint   NOT NULL,
    PRIMARY KEY (organization_id, day, store_id, reward_id, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE reward_days IS 'store_id is all zeros for what was redeemed at no store';

-- +goose StatementBegin
CREATE FUNCTION count_reward_day(p_org uuid, p_day date, p_store uuid, p_reward uuid, p_shard smallint, p_redemptions bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reward_days AS d (organization_id, day, store_id, reward_id, shard, redemptions)
    VALUES (p_org, p_day, p_store, p_reward, p_shard, p_redemptions)
    ON CONFLICT (organization_id, day, store_id, reward_id, shard) DO UPDATE SET redemptions = d.redemptions + excluded.redemptions;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION reward_day_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r transactions := coalesce(NEW, OLD);
BEGIN
    PERFORM count_reward_day(r.organization_id, r.day, coalesce(r.store_id, '00000000-0000-0000-0000-000000000000'), r.reward_id,
        shard_of(r.customer_id), CASE WHEN (r.type = 'redeem') = (TG_OP = 'INSERT') THEN 1 ELSE -1 END);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER transactions_reward_days AFTER INSERT ON transactions FOR EACH ROW
    WHEN (NEW.reward_id IS NOT NULL AND NEW.type IN ('redeem', 'refund')) EXECUTE FUNCTION reward_day_follow();
CREATE TRIGGER transactions_reward_days_gone AFTER DELETE ON transactions FOR EACH ROW
    WHEN (OLD.reward_id IS NOT NULL AND OLD.type IN ('redeem', 'refund')) EXECUTE FUNCTION reward_day_follow();

INSERT INTO reward_days (organization_id, day, store_id, reward_id, shard, redemptions)
SELECT organization_id, day, coalesce(store_id, '00000000-0000-0000-0000-000000000000'), reward_id, 0,
    sum(CASE type WHEN 'redeem' THEN 1 ELSE -1 END)
FROM transactions WHERE reward_id IS NOT NULL AND type IN ('redeem', 'refund') GROUP BY 1, 2, 3, 4;

-- What was 0011, and these counters with the others.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION compact_stats(p_org uuid, p_before date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM daily_stats d WHERE d.organization_id = p_org AND d.day < p_before AND d.shard > 0 RETURNING d.*
    )
    SELECT count_day(p_org, g.day, g.store_id, 0::smallint, sum(g.issued)::bigint, sum(g.redeemed)::bigint, sum(g.refunded)::bigint,
        sum(g.reversed)::bigint, sum(g.expired)::bigint, sum(g.adjusted)::bigint, sum(g.transferred)::bigint, sum(g.awards)::bigint,
        sum(g.redemptions)::bigint, sum(g.cancellations)::bigint, sum(g.orders)::bigint, sum(g.sales)::bigint, sum(g.customers)::bigint)
    FROM gone g GROUP BY g.day, g.store_id ORDER BY g.day, g.store_id;
    WITH gone AS (
        DELETE FROM activity_stats a WHERE a.organization_id = p_org AND a.day < p_before AND a.shard > 0 RETURNING a.*
    )
    SELECT count_activity(p_org, g.day, 0::smallint, sum(g.members)::bigint) FROM gone g GROUP BY g.day ORDER BY g.day;
    WITH gone AS (
        DELETE FROM reward_days d WHERE d.organization_id = p_org AND d.day < p_before AND d.shard > 0 RETURNING d.*
    )
    SELECT count_reward_day(p_org, g.day, g.store_id, g.reward_id, 0::smallint, sum(g.redemptions)::bigint)
    FROM gone g GROUP BY g.day, g.store_id, g.reward_id ORDER BY g.day, g.store_id, g.reward_id;
$$;
-- +goose StatementEnd

-- What was redeemed of one reward, newest first: awards are not in it.
CREATE INDEX transactions_reward ON transactions (organization_id, reward_id, at DESC, id DESC) WHERE reward_id IS NOT NULL;

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION count_reward_day, reward_day_follow FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON reward_days FROM regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
