-- 0070 bulk awards: the same points for many customers at once.
--
-- Who gets them is settled when the award is asked for, and lies here in parts
-- of some hundred ids until each part was worked on. A step takes one part out
-- and gives its points in the same transaction, so however often it is broken
-- off, nobody is left out or given to twice. Rows of before belong to none.

-- +goose Up
ALTER TABLE transactions ADD COLUMN bulk_id uuid;
COMMENT ON COLUMN transactions.bulk_id IS 'the bulk award that gave the points; its rows say nothing about anybody''s habits';

CREATE TABLE bulk_awards (
    organization_id uuid        NOT NULL CONSTRAINT bulk_awards_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    store_id        uuid,
    state           text        NOT NULL CONSTRAINT bulk_awards_state_known CHECK (state IN ('running', 'completed', 'failed')),
    points          bigint      NOT NULL CONSTRAINT bulk_awards_points_range CHECK (points BETWEEN 1 AND 1000000000),
    reason          text        NOT NULL CONSTRAINT bulk_awards_reason_length CHECK (length(reason) BETWEEN 1 AND 500),
    total           bigint      NOT NULL DEFAULT 0,
    awarded         bigint      NOT NULL DEFAULT 0,
    skipped         bigint      NOT NULL DEFAULT 0,
    failure         text        NOT NULL DEFAULT '',
    staff_id        uuid,
    api_key_id      uuid,
    created_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    -- Whoever works on it holds it until then; a server that died lets go.
    held_until      timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN bulk_awards.skipped IS 'customers who got nothing: frozen, forgotten or gone since, merged with one who got it, the asker''s own account';
CREATE INDEX bulk_awards_due ON bulk_awards (held_until) WHERE state = 'running';

CREATE TABLE bulk_award_parts (
    organization_id uuid    NOT NULL,
    bulk_id         uuid    NOT NULL,
    n               integer NOT NULL,
    customer_ids    uuid[]  NOT NULL,
    PRIMARY KEY (organization_id, bulk_id, n),
    CONSTRAINT bulk_award_parts_award_fk FOREIGN KEY (organization_id, bulk_id) REFERENCES bulk_awards (organization_id, id)
);

-- bulk_segment are the customers who hold the tier, have not been here from
-- the day p_until on and were born in the month; NULL asks nothing.
-- +goose StatementBegin
CREATE FUNCTION bulk_segment(p_org uuid, p_tier uuid, p_since date, p_until date, p_month int) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    SELECT e.customer_id FROM enrollments e
    WHERE e.organization_id = p_org AND e.merged_into IS NULL AND (p_tier IS NULL OR e.tier_id = p_tier)
        AND (p_since IS NULL OR e.active_day >= p_since) AND (p_until IS NULL OR e.active_day IS NULL OR e.active_day < p_until)
        AND (p_month IS NULL OR e.customer_id IN (
            SELECT c.id FROM customers c WHERE c.organization_id = p_org AND extract(month FROM c.birth_date) = p_month))
$$;
-- +goose StatementEnd

-- start_bulk_award keeps the award b and settles who gets it: those of
-- customer_ids, or of the segment. It keeps nothing where some of customer_ids
-- are no customers, and says which, by their places from 1.
-- +goose StatementBegin
CREATE FUNCTION start_bulk_award(p_org uuid, b jsonb, p_part int, OUT total bigint, OUT missing int[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    v_id  uuid := (b->>'id')::uuid;
    v_ids uuid[];
BEGIN
    IF b ? 'customer_ids' THEN
        v_ids := ARRAY(SELECT x.value::uuid FROM jsonb_array_elements_text(b->'customer_ids') WITH ORDINALITY AS x (value, n) ORDER BY x.n);
        missing := ARRAY(SELECT x.n FROM unnest(v_ids) WITH ORDINALITY AS x (id, n) WHERE NOT EXISTS (
            SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = x.id) ORDER BY x.n);
        IF missing <> '{}' THEN
            RETURN;
        END IF;
    END IF;
    INSERT INTO bulk_awards (organization_id, id, store_id, state, points, reason, staff_id, api_key_id, created_at)
    SELECT p_org, v_id, x.store_id, 'running', x.points, x.reason, x.staff_id, x.api_key_id, x.created_at
    FROM jsonb_to_record(b) AS x (store_id uuid, points bigint, reason text, staff_id uuid, api_key_id uuid, created_at timestamptz);
    WITH who AS (
        SELECT DISTINCT u.id FROM unnest(v_ids) AS u (id)
        UNION ALL
        SELECT s FROM bulk_segment(p_org, (b->>'tier_id')::uuid, (b->>'since')::date, (b->>'until')::date, (b->>'birth_month')::int) AS s
        WHERE v_ids IS NULL
    ), placed AS (
        SELECT w.id, (row_number() OVER (ORDER BY w.id) - 1) / p_part AS n FROM who w
    ), parts AS (
        INSERT INTO bulk_award_parts (organization_id, bulk_id, n, customer_ids)
        SELECT p_org, v_id, p.n, array_agg(p.id ORDER BY p.id) FROM placed p GROUP BY p.n
        RETURNING cardinality(customer_ids) AS size
    )
    SELECT coalesce(sum(p.size), 0) INTO total FROM parts p;
    UPDATE bulk_awards x SET total = start_bulk_award.total WHERE x.organization_id = p_org AND x.id = v_id;
END $$;
-- +goose StatementEnd

-- bulk_award_row is the id of the row of the ledger that the award gives the
-- customer: there can be only one.
-- +goose StatementBegin
CREATE FUNCTION bulk_award_row(p_bulk uuid, p_customer uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (left(replace(p_bulk::text, '-', ''), 12) || '7' || substr(md5(p_bulk::text || p_customer::text), 1, 3)
        || 'a' || substr(md5(p_bulk::text || p_customer::text), 4, 15))::uuid
$$;
-- +goose StatementEnd

-- bulk_award_step gives the next part of the award its points: what
-- ledger_post does for each of them, in one statement for each table. p says
-- what follows from program and clock. Once no part is left the award is
-- completed.
--
-- Accounts are locked in the order of their ids, and the counters that tills
-- wait for come last, tiers from the lowest up, as a posting has them.
-- +goose StatementBegin
CREATE FUNCTION bulk_award_step(p_org uuid, p_bulk uuid, p jsonb, OUT state text, OUT given int)
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
    SELECT * INTO b FROM bulk_awards x WHERE x.organization_id = p_org AND x.id = p_bulk FOR NO KEY UPDATE;
    state := b.state;
    given := 0;
    IF b.state IS DISTINCT FROM 'running' THEN
        RETURN;
    END IF;
    DELETE FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk AND x.n = (
        SELECT m.n FROM bulk_award_parts m WHERE m.organization_id = p_org AND m.bulk_id = p_bulk ORDER BY m.n LIMIT 1)
    RETURNING x.customer_ids INTO v_part;
    IF NOT FOUND THEN
        state := 'completed';
        UPDATE bulk_awards x SET state = 'completed', finished_at = v_at WHERE x.organization_id = p_org AND x.id = p_bulk;
        RETURN;
    END IF;

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

    UPDATE bulk_awards x SET awarded = x.awarded + given, skipped = x.skipped + cardinality(v_part) - given,
        held_until = (p->>'held_until')::timestamptz
    WHERE x.organization_id = p_org AND x.id = p_bulk;

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
END $$;
-- +goose StatementEnd

-- fail_bulk_award ends an award that can't go on; what it gave stays given.
-- +goose StatementBegin
CREATE FUNCTION fail_bulk_award(p_org uuid, p_bulk uuid, p_why text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE bulk_awards x SET state = 'failed', failure = p_why, finished_at = p_at
    WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'running';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk;
    RETURN true;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION start_bulk_award, bulk_award_step, fail_bulk_award FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON bulk_awards, bulk_award_parts FROM regulars_app;
        GRANT UPDATE (held_until) ON bulk_awards TO regulars_app;
        GRANT EXECUTE ON FUNCTION start_bulk_award, bulk_award_step, fail_bulk_award TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
