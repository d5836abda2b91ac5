-- 0080 bulk lanes: several can give an award's points at once, each taking a
-- part that nobody else has. Much of a step is waiting, for accounts that lie
-- all over the disk, and meanwhile another works.
--
-- The award's own row is written last and read without a lock before, so lanes
-- wait for each other at the counters alone.

-- +goose Up
DROP FUNCTION bulk_award_step(uuid, uuid, jsonb);

-- bulk_award_step gives the next free part of the award its points: what
-- ledger_post does for each of them, in one statement for each table. p says
-- what follows from program and clock. Once no part is left the award is
-- completed; idle says that this step had nothing to do with it: what is left,
-- or the end, is another's.
--
-- Accounts are locked in the order of their ids, and the counters that tills
-- wait for come last, tiers from the lowest up, as a posting has them.
-- +goose StatementBegin
CREATE FUNCTION bulk_award_step(p_org uuid, p_bulk uuid, p jsonb, OUT state text, OUT given int, OUT idle boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    none      CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    b         bulk_awards;
    v_at      CONSTANT timestamptz := (p->>'at')::timestamptz;
    v_day     CONSTANT date := (p->>'day')::date;
    v_expires CONSTANT date := (p->>'expires_on')::date;
    v_program CONSTANT uuid := (p->>'program_id')::uuid;
    v_tiers   CONSTANT uuid[] := ARRAY(SELECT x.value::uuid FROM jsonb_array_elements_text(p->'tier_ids') AS x);
    v_from    CONSTANT bigint[] := ARRAY(SELECT x.value::bigint FROM jsonb_array_elements_text(p->'tier_points') AS x);
    v_part    uuid[];
    v_ids     uuid[];
    v_own     uuid;
    v_moves   jsonb;
    v_days    jsonb;
    v_shards  jsonb;
BEGIN
    SELECT * INTO b FROM bulk_awards x WHERE x.organization_id = p_org AND x.id = p_bulk;
    state := b.state;
    given := 0;
    idle := true;
    IF b.state IS DISTINCT FROM 'running' THEN
        RETURN;
    END IF;
    DELETE FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk AND x.n = (
        SELECT m.n FROM bulk_award_parts m WHERE m.organization_id = p_org AND m.bulk_id = p_bulk
        ORDER BY m.n LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING x.customer_ids INTO v_part;
    IF NOT FOUND THEN
        PERFORM FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk;
        IF NOT FOUND THEN
            state := 'completed';
            UPDATE bulk_awards x SET state = 'completed', finished_at = v_at
            WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'running';
            idle := NOT FOUND;
        END IF;
        RETURN;
    END IF;
    idle := false;

    -- Of who was merged since, whom that has become.
    v_ids := ARRAY(SELECT DISTINCT coalesce(e.merged_into, e.customer_id) FROM enrollments e
        WHERE e.organization_id = p_org AND e.customer_id = ANY (v_part));
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids) ORDER BY e.customer_id FOR NO KEY UPDATE;
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids) AND e.merged_into IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'an account was merged meanwhile' USING ERRCODE = 'RG001';
    END IF;
    SELECT s.customer_id INTO v_own FROM staff s WHERE s.organization_id = p_org AND s.id = b.staff_id;
    v_ids := ARRAY(SELECT e.customer_id FROM enrollments e JOIN customers c ON c.organization_id = p_org AND c.id = e.customer_id
        WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids) AND e.frozen_at IS NULL AND c.anonymized_at IS NULL
            AND e.customer_id IS DISTINCT FROM v_own
        ORDER BY e.customer_id);
    -- One person whose parts were merged since gets it once.
    IF EXISTS (SELECT FROM merges m WHERE m.organization_id = p_org) THEN
        v_ids := ARRAY(SELECT u.id FROM unnest(v_ids) AS u (id) WHERE NOT EXISTS (
            SELECT FROM transactions t WHERE t.organization_id = p_org AND t.id = bulk_award_row(p_bulk, u.id)) AND NOT EXISTS (
            SELECT FROM enrollments m JOIN transactions t ON t.organization_id = p_org AND t.id = bulk_award_row(p_bulk, m.customer_id)
            WHERE m.organization_id = p_org AND m.merged_into = u.id)
            ORDER BY u.id);
    END IF;

    WITH was AS MATERIALIZED (
        SELECT e.customer_id, shard_of(e.customer_id) AS shard, e.balance, e.lifetime, e.seq, e.tier_id, e.active_day,
            v_tiers[greatest(coalesce(array_position(v_tiers, e.tier_id), 0), width_bucket(e.lifetime + b.points, v_from))] AS new_tier
        FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids)
    ), rows AS (
        INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, store_id,
            staff_id, api_key_id, at, day, bulk_id)
        SELECT p_org, bulk_award_row(p_bulk, w.customer_id), w.customer_id, w.seq + 1, 'earn', b.points, b.points, w.balance + b.points,
            b.reason, b.store_id, b.staff_id, b.api_key_id, v_at, v_day, p_bulk
        FROM was w ORDER BY w.customer_id
    ), put AS (
        INSERT INTO lots AS l (organization_id, customer_id, expires_on, remaining)
        SELECT p_org, w.customer_id, v_expires, w.balance + b.points - greatest(w.balance, 0) FROM was w
        WHERE w.balance + b.points > 0 ORDER BY w.customer_id
        ON CONFLICT (organization_id, customer_id, expires_on) DO UPDATE SET remaining = l.remaining + excluded.remaining
    ), moved AS (
        UPDATE enrollments e SET balance = w.balance + b.points, lifetime = w.lifetime + b.points, seq = w.seq + 1,
            revision = e.revision + 1, program_id = v_program, tier_id = w.new_tier, active_day = greatest(e.active_day, v_day)
        FROM was w WHERE e.organization_id = p_org AND e.customer_id = w.customer_id
    )
    SELECT (SELECT count(*) FROM was), (SELECT jsonb_agg(to_jsonb(x)) FROM (
            SELECT w.shard, w.tier_id, w.new_tier, count(*) AS n FROM was w WHERE w.tier_id IS DISTINCT FROM w.new_tier GROUP BY 1, 2, 3) x),
        (SELECT jsonb_agg(to_jsonb(x)) FROM (
            SELECT w.shard, w.active_day AS day, count(*) AS n FROM was w WHERE w.active_day IS NULL OR w.active_day < v_day GROUP BY 1, 2) x),
        (SELECT jsonb_agg(to_jsonb(x)) FROM (SELECT w.shard, count(*) AS n FROM was w GROUP BY 1) x)
    INTO given, v_moves, v_days, v_shards;

    INSERT INTO tier_stats AS s (organization_id, tier_id, shard, members)
    SELECT p_org, m.tier_id, m.shard, sum(m.n) FROM (
        SELECT x.shard, x.tier_id, -x.n AS n FROM jsonb_to_recordset(v_moves) AS x (shard smallint, tier_id uuid, n bigint)
        UNION ALL
        SELECT x.shard, x.new_tier, x.n FROM jsonb_to_recordset(v_moves) AS x (shard smallint, new_tier uuid, n bigint)) m
    WHERE m.tier_id IS NOT NULL GROUP BY 2, 3 HAVING sum(m.n) <> 0 ORDER BY coalesce(array_position(v_tiers, m.tier_id), 0), 2, 3
    ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = s.members + excluded.members;
    INSERT INTO activity_stats AS s (organization_id, day, shard, members)
    SELECT p_org, m.day, m.shard, sum(m.n) FROM (
        SELECT x.shard, x.day, -x.n AS n FROM jsonb_to_recordset(v_days) AS x (shard smallint, day date, n bigint)
        UNION ALL
        SELECT x.shard, v_day, x.n FROM jsonb_to_recordset(v_days) AS x (shard smallint, n bigint)) m
    WHERE m.day IS NOT NULL GROUP BY 2, 3 ORDER BY 2, 3
    ON CONFLICT (organization_id, day, shard) DO UPDATE SET members = s.members + excluded.members;
    INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued, awards)
    SELECT p_org, v_day, coalesce(b.store_id, none), x.shard, x.n * b.points, x.n
    FROM jsonb_to_recordset(v_shards) AS x (shard smallint, n bigint) ORDER BY x.shard
    ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET issued = d.issued + excluded.issued, awards = d.awards + excluded.awards;
    UPDATE bulk_awards x SET awarded = x.awarded + given, skipped = x.skipped + cardinality(v_part) - given,
        held_until = (p->>'held_until')::timestamptz
    WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'running';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the award has ended meanwhile' USING ERRCODE = 'RG001';
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION bulk_award_step FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION bulk_award_step TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
