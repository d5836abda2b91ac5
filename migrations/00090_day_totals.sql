-- 0090 day totals: each day of the whole organization once it is over. Home adds
-- up sixty days, or two years, of every store; of twenty stores that is twenty
-- times the rows. The days before total_stats.before lie here as one row each;
-- the later ones are still added up store by store. Whatever changes such a day
-- changes its row in the same transaction; `verify` proves it.

-- +goose Up
-- Who writes an old day meanwhile, or reads the days to sum them up, waits outside
-- of the old functions: a moment.
LOCK TABLE daily_stats IN ACCESS EXCLUSIVE MODE;

CREATE TABLE day_totals (
    organization_id uuid   NOT NULL,
    day             date   NOT NULL,
    issued          bigint NOT NULL,
    redeemed        bigint NOT NULL,
    refunded        bigint NOT NULL,
    reversed        bigint NOT NULL,
    expired         bigint NOT NULL,
    adjusted        bigint NOT NULL,
    transferred     bigint NOT NULL,
    awards          bigint NOT NULL,
    redemptions     bigint NOT NULL,
    cancellations   bigint NOT NULL,
    orders          bigint NOT NULL,
    sales           bigint NOT NULL,
    customers       bigint NOT NULL,
    PRIMARY KEY (organization_id, day)
) WITH (fillfactor = 80);
COMMENT ON TABLE day_totals IS 'sums of daily_stats over all stores, of the days before total_stats.before';

-- What was 0045, and the day with the sum of all. A row of daily_stats never
-- moves to another day.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION total_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_org    CONSTANT uuid := coalesce(NEW.organization_id, OLD.organization_id);
    v_day    CONSTANT date := coalesce(NEW.day, OLD.day);
    v_before date;
    v        day_totals; -- by how much the day changes
BEGIN
    SELECT t.before INTO v_before FROM total_stats t WHERE t.organization_id = v_org FOR NO KEY UPDATE;
    IF v_day >= v_before THEN
        RETURN NULL;
    END IF;
    v := ROW(v_org, v_day, coalesce(NEW.issued, 0) - coalesce(OLD.issued, 0), coalesce(NEW.redeemed, 0) - coalesce(OLD.redeemed, 0),
        coalesce(NEW.refunded, 0) - coalesce(OLD.refunded, 0), coalesce(NEW.reversed, 0) - coalesce(OLD.reversed, 0),
        coalesce(NEW.expired, 0) - coalesce(OLD.expired, 0), coalesce(NEW.adjusted, 0) - coalesce(OLD.adjusted, 0),
        coalesce(NEW.transferred, 0) - coalesce(OLD.transferred, 0), coalesce(NEW.awards, 0) - coalesce(OLD.awards, 0),
        coalesce(NEW.redemptions, 0) - coalesce(OLD.redemptions, 0), coalesce(NEW.cancellations, 0) - coalesce(OLD.cancellations, 0),
        coalesce(NEW.orders, 0) - coalesce(OLD.orders, 0), coalesce(NEW.sales, 0) - coalesce(OLD.sales, 0),
        coalesce(NEW.customers, 0) - coalesce(OLD.customers, 0));
    INSERT INTO day_totals AS d SELECT v.*
    ON CONFLICT (organization_id, day) DO UPDATE SET
        issued = d.issued + excluded.issued, redeemed = d.redeemed + excluded.redeemed, refunded = d.refunded + excluded.refunded,
        reversed = d.reversed + excluded.reversed, expired = d.expired + excluded.expired, adjusted = d.adjusted + excluded.adjusted,
        transferred = d.transferred + excluded.transferred, awards = d.awards + excluded.awards, redemptions = d.redemptions + excluded.redemptions,
        cancellations = d.cancellations + excluded.cancellations, orders = d.orders + excluded.orders, sales = d.sales + excluded.sales,
        customers = d.customers + excluded.customers;
    UPDATE total_stats t SET customers = t.customers + v.customers, earned = t.earned + v.issued + v.reversed,
        balance = t.balance + v.issued + v.redeemed + v.refunded + v.reversed + v.expired + v.adjusted + v.transferred,
        redemptions = t.redemptions + v.redemptions - v.cancellations
    WHERE t.organization_id = v_org;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- What was 0086, and the days one by one. What is summed up is read with the row
-- locked, so it holds all that went before.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION roll_totals(p_org uuid, p_before date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_until CONSTANT date := least(p_before, current_date - 7);
    v_from  date;
BEGIN
    SELECT t.before INTO v_from FROM total_stats t WHERE t.organization_id = p_org FOR NO KEY UPDATE;
    IF v_from >= v_until THEN
        RETURN;
    END IF;
    INSERT INTO day_totals
    SELECT p_org, day, sum(issued), sum(redeemed), sum(refunded), sum(reversed), sum(expired), sum(adjusted), sum(transferred), sum(awards), sum(redemptions),
        sum(cancellations), sum(orders), sum(sales), sum(customers)
    FROM daily_stats WHERE organization_id = p_org AND day >= v_from AND day < v_until GROUP BY day;
    UPDATE total_stats t SET before = v_until, customers = t.customers + s.customers, earned = t.earned + s.earned,
        balance = t.balance + s.balance, redemptions = t.redemptions + s.redemptions
    FROM (
        SELECT coalesce(sum(d.customers), 0) AS customers, coalesce(sum(d.issued + d.reversed), 0) AS earned,
            coalesce(sum(d.issued + d.redeemed + d.refunded + d.reversed + d.expired + d.adjusted + d.transferred), 0) AS balance,
            coalesce(sum(d.redemptions - d.cancellations), 0) AS redemptions
        FROM day_totals d WHERE d.organization_id = p_org AND d.day >= v_from) s
    WHERE t.organization_id = p_org;
END $$;
-- +goose StatementEnd

INSERT INTO day_totals
SELECT d.organization_id, d.day, sum(d.issued), sum(d.redeemed), sum(d.refunded), sum(d.reversed), sum(d.expired), sum(d.adjusted), sum(d.transferred), sum(d.awards),
    sum(d.redemptions), sum(d.cancellations), sum(d.orders), sum(d.sales), sum(d.customers)
FROM daily_stats d JOIN total_stats t ON t.organization_id = d.organization_id AND d.day < t.before GROUP BY 1, 2;

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON day_totals FROM regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
