-- What an import finds is placed together, so that a case grows once for each
-- step of it and not once for each finding: of a file with busy guests that
-- was all but a twentieth of the work.

-- +goose Up
-- flag_anomalies is flag_anomaly for many. What goes wrong with one of them
-- must not take the others along, nor what the ledger posts with them.
-- +goose StatementBegin
CREATE FUNCTION flag_anomalies(p_org uuid, p_all jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place_signals(p_org, coalesce(p_all, '[]'));
EXCEPTION
    WHEN deadlock_detected THEN
        RAISE;
    WHEN OTHERS THEN
        PERFORM flag_anomaly(p_org, a.value) FROM jsonb_array_elements(p_all) WITH ORDINALITY AS a (value, n) ORDER BY a.n;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_import(p_org uuid, p_config bigint, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    v_members uuid[] := ARRAY(SELECT a.customer_id FROM jsonb_to_recordset(p->'accounts') AS a (customer_id uuid));
    v_wrong   bigint;
BEGIN
    PERFORM FROM organizations g WHERE g.id = p_org AND g.config_version = p_config;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the configuration changed meanwhile' USING ERRCODE = 'RG001';
    END IF;
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_members)
    ORDER BY e.customer_id FOR NO KEY UPDATE;
    PERFORM FROM jsonb_to_recordset(p->'accounts') AS a (customer_id uuid, revision bigint)
    LEFT JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = ANY (v_members) AND e.customer_id = a.customer_id
    WHERE e.revision IS DISTINCT FROM a.revision;
    IF FOUND THEN
        RAISE EXCEPTION 'an account changed meanwhile' USING ERRCODE = 'RG001';
    END IF;

    WITH given AS MATERIALIZED (
        SELECT t.* FROM ROWS FROM (jsonb_to_recordset(p->'transactions') AS (id uuid, customer_id uuid, type text, points bigint,
            lifetime_delta bigint, balance_after bigint, reason text, store_id uuid, order_id uuid, amount bigint, staff_id uuid,
            explanation jsonb, at timestamptz, day date)) WITH ORDINALITY AS t (id, customer_id, type, points, lifetime_delta,
            balance_after, reason, store_id, order_id, amount, staff_id, explanation, at, day, n)
    ), written AS (
        INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, store_id,
            order_id, amount, staff_id, explanation, at, day)
        SELECT p_org, g.id, g.customer_id, e.seq + row_number() OVER w, g.type, g.points, g.lifetime_delta,
            e.balance + sum(g.points) OVER w, g.reason, g.store_id, g.order_id, g.amount, g.staff_id, g.explanation, g.at, g.day
        FROM given g
        JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = ANY (v_members) AND e.customer_id = g.customer_id
        WINDOW w AS (PARTITION BY g.customer_id ORDER BY g.n)
        RETURNING id, balance_after
    )
    SELECT count(*) INTO v_wrong FROM given g LEFT JOIN written w ON w.id = g.id
    WHERE w.balance_after IS DISTINCT FROM g.balance_after OR g.type <> 'earn';
    IF v_wrong > 0 THEN
        RAISE EXCEPTION '% rows of the import do not add up', v_wrong USING ERRCODE = 'RG003';
    END IF;

    INSERT INTO lots AS l (organization_id, customer_id, expires_on, remaining)
    SELECT p_org, t.customer_id, t.expires_on, sum(t.points)
    FROM jsonb_to_recordset(p->'lots') AS t (customer_id uuid, expires_on date, points bigint)
    GROUP BY 2, 3 ORDER BY 2, 3
    ON CONFLICT (organization_id, customer_id, expires_on) DO UPDATE SET remaining = l.remaining + excluded.remaining;

    INSERT INTO orders (organization_id, id, store_id, external_id, customer_id, total, currency, item_count, status, staff_id,
        transaction_id, earned, completed_at, day, created_at, updated_at)
    SELECT p_org, o.id, o.store_id, o.external_id, o.customer_id, o.total, o.currency, o.item_count, 'completed', o.staff_id,
        o.transaction_id, o.earned, o.completed_at, o.day, o.created_at, o.updated_at
    FROM jsonb_to_recordset(p->'orders') AS o (id uuid, store_id uuid, external_id text, customer_id uuid, total bigint, currency text,
        item_count int, staff_id uuid, transaction_id uuid, earned bigint, completed_at timestamptz, day date, created_at timestamptz,
        updated_at timestamptz);

    PERFORM flag_anomalies(p_org, p->'anomalies');
    PERFORM move_accounts(p_org, v_members, p);

    -- Last, because these rows are the ones that tills wait for.
    INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued, awards, orders, sales)
    SELECT p_org, x.day, x.store_id, x.shard, sum(x.points), sum(x.awards), sum(x.orders), sum(x.sales)
    FROM (
        SELECT t.day, t.store_id, shard_of(t.customer_id) AS shard, t.points, 1 AS awards, 0 AS orders, 0 AS sales
        FROM jsonb_to_recordset(p->'transactions') AS t (day date, store_id uuid, customer_id uuid, points bigint)
        UNION ALL
        SELECT o.day, o.store_id, shard_of(coalesce(o.customer_id, o.id)), 0, 0, 1, o.total
        FROM jsonb_to_recordset(p->'orders') AS o (id uuid, day date, store_id uuid, customer_id uuid, total bigint)) x
    GROUP BY 2, 3, 4 ORDER BY 2, 3, 4
    ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET issued = d.issued + excluded.issued,
        awards = d.awards + excluded.awards, orders = d.orders + excluded.orders, sales = d.sales + excluded.sales;
END $$;
-- +goose StatementEnd
