-- 0007 members: opening accounts, moving them along a changed ladder, taking
-- them out; and what the application's role may do with all of the above.

-- +goose Up
-- enroll opens a customer's account.
-- +goose StatementBegin
CREATE FUNCTION enroll(p_org uuid, p_customer uuid, p_id uuid, p_program uuid, p_tier uuid, p_since timestamptz, p_day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO enrollments (organization_id, customer_id, id, program_id, tier_id, since)
    VALUES (p_org, p_customer, p_id, p_program, p_tier, p_since);
    IF p_tier IS NOT NULL THEN
        PERFORM count_tier(p_org, p_tier, shard_of(p_customer), 1);
    END IF;
    PERFORM count_day(p_org, p_day, '00000000-0000-0000-0000-000000000000', shard_of(p_customer),
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
END $$;
-- +goose StatementEnd

-- retier_members puts every account of the organization into the active
-- program p_program, at the tier its lifetime points reach among the tiers not
-- in p_without, and says how many moved from one tier to another, up and down:
-- a tier of a higher threshold is up. Of a program that is not active only the
-- accounts that are in it move.
--
-- The tier is an expression of the account alone, with no join, so that it is
-- worked out anew for an account that an award has just changed.
-- +goose StatementBegin
CREATE FUNCTION retier_members(p_org uuid, p_program uuid, p_without uuid[] DEFAULT '{}', OUT moved bigint, OUT up bigint, OUT down bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids    uuid[];
    v_points bigint[];
    v_active boolean;
BEGIN
    SELECT array_agg(t.id ORDER BY t.min_points), array_agg(t.min_points ORDER BY t.min_points) INTO v_ids, v_points
    FROM tiers t WHERE t.organization_id = p_org AND t.program_id = p_program AND t.id <> ALL (p_without);
    SELECT p.is_active INTO v_active FROM programs p WHERE p.organization_id = p_org AND p.id = p_program;
    IF v_ids IS NULL THEN
        RAISE EXCEPTION 'the program has no tiers' USING ERRCODE = 'RG003';
    END IF;
    WITH held AS MATERIALIZED (
        SELECT e.customer_id, e.tier_id FROM enrollments e
        WHERE e.organization_id = p_org AND (v_active OR e.program_id = p_program)
            AND (e.program_id IS DISTINCT FROM p_program OR e.tier_id IS DISTINCT FROM v_ids[width_bucket(e.lifetime, v_points)])
        FOR NO KEY UPDATE
    ), changed AS (
        UPDATE enrollments e SET program_id = p_program, tier_id = v_ids[width_bucket(e.lifetime, v_points)], revision = e.revision + 1
        FROM held h WHERE e.organization_id = p_org AND e.customer_id = h.customer_id
        RETURNING h.tier_id AS old_tier, e.tier_id AS new_tier, shard_of(e.customer_id) AS shard
    ), counted AS (
        INSERT INTO tier_stats AS s (organization_id, tier_id, shard, members)
        SELECT p_org, d.tier_id, d.shard, sum(d.n) FROM (
            SELECT c.old_tier AS tier_id, c.shard, -1 AS n FROM changed c
            UNION ALL
            SELECT c.new_tier, c.shard, 1 FROM changed c) d
        WHERE d.tier_id IS NOT NULL GROUP BY d.tier_id, d.shard HAVING sum(d.n) <> 0 ORDER BY d.tier_id, d.shard
        ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = s.members + excluded.members
    )
    SELECT count(*) FILTER (WHERE n.id <> o.id), count(*) FILTER (WHERE n.min_points > o.min_points),
        count(*) FILTER (WHERE n.min_points < o.min_points)
    INTO moved, up, down FROM changed c
    JOIN tiers o ON o.organization_id = p_org AND o.id = c.old_tier
    JOIN tiers n ON n.organization_id = p_org AND n.id = c.new_tier;
    DELETE FROM tier_stats s WHERE s.organization_id = p_org AND s.members = 0;
END $$;
-- +goose StatementEnd

-- await_postings waits until every transaction that is writing to an account
-- just now has ended, at most five seconds, and says whether they have. Called
-- after a change of configuration was committed, it makes sure that nothing
-- decided on the old one is still to come: what starts later is refused.
-- +goose StatementBegin
CREATE FUNCTION await_postings() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_until   timestamptz := clock_timestamp() + interval '5 seconds';
    v_writing text[];
BEGIN
    SELECT array_agg(DISTINCT l.virtualtransaction) INTO v_writing FROM pg_locks l
    WHERE l.relation = 'enrollments'::regclass AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        AND l.mode IN ('RowShareLock', 'RowExclusiveLock') AND l.granted AND l.pid <> pg_backend_pid();
    LOOP
        IF v_writing IS NULL OR NOT EXISTS (SELECT FROM pg_locks l
            WHERE l.relation = 'enrollments'::regclass AND l.virtualtransaction = ANY (v_writing)) THEN
            RETURN true;
        END IF;
        IF clock_timestamp() > v_until THEN
            RETURN false;
        END IF;
        PERFORM pg_sleep(0.002);
    END LOOP;
END $$;
-- +goose StatementEnd

-- erase_customer takes a customer and everything that belongs to the customer
-- out, the ledger included, and out of the statistics. Orders stay as sales of
-- an unknown guest that nobody can claim.
-- +goose StatementBegin
CREATE FUNCTION erase_customer(p_org uuid, p_customer uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    none CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    e    record;
    d    record;
    s    smallint := shard_of(p_customer);
BEGIN
    SELECT * INTO e FROM enrollments x WHERE x.organization_id = p_org AND x.customer_id = p_customer FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such customer' USING ERRCODE = 'no_data_found';
    END IF;
    PERFORM set_config('regulars.erasing', p_customer::text, true);
    FOR d IN
        SELECT t.day, coalesce(t.store_id, none) AS store_id,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'earn'), 0) AS issued,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'redeem'), 0) AS redeemed,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'refund'), 0) AS refunded,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'reverse'), 0) AS reversed,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'expire'), 0) AS expired,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'adjust'), 0) AS adjusted,
            -coalesce(sum(t.points) FILTER (WHERE t.type = 'transfer'), 0) AS transferred,
            -count(*) FILTER (WHERE t.type = 'earn') AS awards,
            -count(*) FILTER (WHERE t.type = 'redeem') AS redemptions,
            -count(*) FILTER (WHERE t.type = 'refund') AS cancellations
        FROM transactions t WHERE t.organization_id = p_org AND t.customer_id = p_customer GROUP BY 1, 2
    LOOP
        PERFORM count_day(p_org, d.day, d.store_id, s, d.issued::bigint, d.redeemed::bigint, d.refunded::bigint, d.reversed::bigint,
            d.expired::bigint, d.adjusted::bigint, d.transferred::bigint, d.awards, d.redemptions, d.cancellations, 0, 0, 0);
    END LOOP;
    FOR d IN
        SELECT r.reward_id, count(*) FILTER (WHERE r.status <> 'cancelled') AS n FROM redemptions r
        WHERE r.organization_id = p_org AND r.customer_id = p_customer GROUP BY 1
    LOOP
        PERFORM count_reward(p_org, d.reward_id, s, -d.n, -least(d.n, 1));
    END LOOP;
    -- What was set aside and not fetched goes back on the shelf.
    UPDATE reward_stock k SET remaining = k.remaining + h.n
    FROM (SELECT r.reward_id, count(*) AS n FROM redemptions r
        WHERE r.organization_id = p_org AND r.customer_id = p_customer AND r.status = 'held' GROUP BY 1) h
    WHERE k.organization_id = p_org AND k.reward_id = h.reward_id AND k.slot = (
        SELECT min(m.slot) FROM reward_stock m WHERE m.organization_id = p_org AND m.reward_id = h.reward_id);
    IF e.active_day IS NOT NULL THEN
        PERFORM count_activity(p_org, e.active_day, s, -1);
    END IF;
    IF e.tier_id IS NOT NULL THEN
        PERFORM count_tier(p_org, e.tier_id, s, -1);
    END IF;
    DELETE FROM transactions x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM redemptions x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM anomalies x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM events x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM event_counts x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM lots x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    UPDATE staff x SET customer_id = NULL WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    UPDATE orders x SET customer_id = NULL, transaction_id = NULL, earned = 0, reversed = 0, items = NULL, claimed_at = now(),
        revision = x.revision + 1
    WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    DELETE FROM enrollments x WHERE x.organization_id = p_org AND x.customer_id = p_customer;
    PERFORM count_day(p_org, (x.created_at AT TIME ZONE g.time_zone)::date, none, s, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1)
    FROM customers x JOIN organizations g ON g.id = x.organization_id WHERE x.organization_id = p_org AND x.id = p_customer;
    DELETE FROM customers x WHERE x.organization_id = p_org AND x.id = p_customer;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION ledger_post, enroll, retier_members, erase_customer FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT USAGE ON SCHEMA public TO regulars_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO regulars_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO regulars_app;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO regulars_app;
        REVOKE INSERT, UPDATE, DELETE ON transactions, enrollments, lots, daily_stats, activity_stats, tier_stats, reward_stats,
            orders, redemptions, events, event_counts FROM regulars_app;
        GRANT UPDATE (revision, frozen_at) ON enrollments TO regulars_app;
        REVOKE UPDATE, DELETE ON audit_log FROM regulars_app;
        GRANT EXECUTE ON FUNCTION ledger_post, enroll, retier_members, erase_customer TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
