-- 0091 place together: findings that are placed together make the cases they
-- belong to grow once, not once each. A guest who is given points hundreds of
-- times in a minute raises a finding each time, and writing the case anew for
-- each cost the database more than the awards did.

-- +goose Up
-- grow_case adds signals of the case, and their rows, to what the case says.
-- +goose StatementBegin
CREATE FUNCTION grow_case(p_org uuid, p_case uuid, p_keys text[], p_rows uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- No more are kept one by one; the rest are counted.
    most    CONSTANT integer := 1000;
    n       record;
    v_at    CONSTANT timestamptz := (SELECT max(s.at) FROM anomaly_signals s WHERE s.organization_id = p_org AND s.signal_key = ANY (p_keys));
    v_lead  text;
    v_more  jsonb;
    v_ids   uuid[];
    v_new   bigint := 0;
    v_given bigint := 0;
BEGIN
    SELECT c.kept_rows, c.kept_points, c.lead_key, c.tally, c.transaction_ids INTO n FROM anomalies c
    WHERE c.organization_id = p_org AND c.id = p_case FOR NO KEY UPDATE;
    IF n.tally IS NULL THEN
        n.kept_rows := (SELECT count(*) FROM anomaly_transactions x WHERE x.organization_id = p_org AND x.anomaly_id = p_case);
    END IF;
    IF n.kept_rows < most THEN
        WITH fresh AS (
            SELECT t.id, CASE WHEN t.type IN ('earn', 'redeem') THEN abs(t.points) ELSE 0 END AS points FROM transactions t
            WHERE t.organization_id = p_org AND t.id = ANY (ARRAY(SELECT unnest(p_rows) EXCEPT SELECT unnest(n.transaction_ids)))
        ), kept AS (
            INSERT INTO anomaly_transactions (organization_id, anomaly_id, transaction_id) SELECT p_org, p_case, f.id FROM fresh f
            ON CONFLICT DO NOTHING RETURNING transaction_id
        )
        SELECT count(*), coalesce(sum(f.points), 0), array_agg(f.id) INTO v_new, v_given, v_ids FROM kept x JOIN fresh f ON f.id = x.transaction_id;
    END IF;
    IF v_new = 0 AND n.kept_rows >= most THEN
        v_new := cardinality(p_keys);
    END IF;
    IF n.tally IS NULL THEN
        PERFORM weigh_case(p_org, p_case, v_at, v_new);
        RETURN;
    END IF;
    IF v_ids IS NOT NULL THEN
        n.kept_rows := n.kept_rows + cardinality(v_ids);
        n.transaction_ids := ARRAY(SELECT x FROM unnest(n.transaction_ids || v_ids) AS x ORDER BY x DESC LIMIT 100);
    END IF;
    SELECT s.signal_key INTO v_lead FROM anomaly_signals s WHERE s.organization_id = p_org AND s.signal_key = ANY (p_keys || n.lead_key)
    ORDER BY s.is_hard DESC, s.score DESC, s.points DESC, s.at DESC, s.signal_key LIMIT 1;
    SELECT jsonb_object_agg(x.type, jsonb_build_object('family', least((k->>'family')::int, x.family),
        'score', greatest((k->>'score')::double precision, x.score), 'hard', coalesce((k->>'hard')::boolean, false) OR x.hard,
        'most', greatest((k->>'most')::bigint, x.most), 'all', coalesce((k->>'all')::bigint, 0) + x.total))
    INTO v_more FROM (
        SELECT s.type, min(s.family) AS family, max(s.score) AS score, bool_or(s.is_hard) AS hard, max(s.points) AS most,
            sum(s.points)::bigint AS total, n.tally->s.type AS k
        FROM anomaly_signals s WHERE s.organization_id = p_org AND s.signal_key = ANY (p_keys) GROUP BY s.type) x;
    PERFORM state_case(p_org, p_case, v_lead, n.tally || v_more, n.kept_rows, n.kept_points + v_given, n.transaction_ids, v_at, v_new);
END $$;
-- +goose StatementEnd

-- file_signal puts a signal into the case it belongs to, opens one, or keeps
-- it for later, and says which case is to grow by which signal. p_grown says
-- when cases that haven't grown yet heard of something last.
-- +goose StatementBegin
CREATE FUNCTION file_signal(p_org uuid, a jsonb, p_grown jsonb, OUT o_case uuid, OUT o_key text) LANGUAGE plpgsql AS $$
DECLARE
    v_at     timestamptz := (a->>'flagged_at')::timestamptz;
    v_week   timestamptz := date_trunc('week', v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    v_key    CONSTANT text := coalesce(a->>'signal_key', (a->>'type') || ':' || (a->>'id'));
    v_store  uuid := (a->>'store_id')::uuid;
    v_opens  boolean := coalesce((a->>'opens')::boolean, true);
    v_budget bigint;
    v_names  uuid[];
    v_muted  boolean;
BEGIN
    -- Signals are few; of one organization they are placed one after another.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    IF EXISTS (SELECT FROM anomaly_signals x WHERE x.organization_id = p_org AND x.signal_key = v_key) THEN
        RETURN;
    END IF;
    o_key := v_key;
    v_names := ARRAY(
        SELECT (x->>'id')::uuid FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
        UNION SELECT (a->>'customer_id')::uuid WHERE NOT a ? 'names' AND a ? 'customer_id'
        UNION SELECT (a->>'staff_id')::uuid WHERE NOT a ? 'names' AND a ? 'staff_id');
    v_muted := EXISTS (
        SELECT FROM anomaly_people m JOIN anomalies n ON n.organization_id = m.organization_id AND n.id = m.anomaly_id
        WHERE m.organization_id = p_org AND m.person_id = ANY (v_names) AND n.type = a->>'type' AND n.status = 'dismissed'
            AND n.decided_at > (a->>'muted_since')::timestamptz AND NOT EXISTS (
                SELECT FROM unnest(v_names) AS x (id) WHERE NOT EXISTS (
                    SELECT FROM anomaly_people p WHERE p.organization_id = p_org AND p.anomaly_id = n.id AND p.person_id = x.id)));
    IF NOT v_muted THEN
        SELECT n.id INTO o_case
        FROM anomaly_people p JOIN anomalies n ON n.organization_id = p.organization_id AND n.id = p.anomaly_id
        WHERE p.organization_id = p_org AND p.person_id = ANY (v_names)
            AND v_at <= greatest(coalesce(n.last_at, n.flagged_at), (p_grown->>n.id::text)::timestamptz) + interval '28 days'
            AND v_at >= n.flagged_at - CASE WHEN v_opens THEN interval '1 day' ELSE interval '0' END
            AND (n.status = 'pending_review' OR n.status = 'confirmed' AND n.type = a->>'type' AND n.decided_at >= v_at)
        ORDER BY n.status = 'pending_review' DESC, p.person_id = (a->'names'->0->>'id')::uuid DESC, n.flagged_at DESC, n.id LIMIT 1
        FOR NO KEY UPDATE OF n;
    END IF;
    IF o_case IS NULL AND v_opens AND NOT v_muted THEN
        o_case := (a->>'id')::uuid;
        v_budget := CASE WHEN NOT coalesce((a->>'hard')::boolean, false) THEN ceil(greatest((a->>'budget')::numeric, 0)) END;
        INSERT INTO anomalies (organization_id, id, customer_id, store_id, staff_id, type, severity, score, description, points_involved,
            case_key, status, below_line, flagged_at, last_at, updated_at)
        SELECT p_org, o_case, x.customer_id, v_store, x.staff_id, x.type, x.severity, x.score, x.description, x.points_involved,
            x.case_key, 'pending_review', v_budget IS NOT NULL AND (SELECT count(*) FROM (
                (SELECT FROM anomalies n WHERE n.organization_id = p_org AND n.store_id = v_store AND NOT n.below_line
                    AND n.flagged_at >= v_week AND n.flagged_at < v_week + interval '168 hours' LIMIT v_budget)
                UNION ALL
                (SELECT FROM anomalies n WHERE v_store IS NULL AND n.organization_id = p_org AND n.store_id IS NULL AND NOT n.below_line
                    AND n.flagged_at >= v_week AND n.flagged_at < v_week + interval '168 hours' LIMIT v_budget)) c) >= v_budget,
            v_at, v_at, v_at
        FROM jsonb_to_record(a) AS x (customer_id uuid, staff_id uuid, type text, severity text, score double precision,
            description text, points_involved bigint, case_key text);
    END IF;
    INSERT INTO anomaly_signals (organization_id, signal_key, anomaly_id, type, family, reason, subject_id, at, score, is_hard, severity,
        points, description, format, args, evidence)
    SELECT p_org, v_key, o_case, x.type, coalesce(x.family, 0), coalesce(x.evidence->>'reason', ''), (x.names->0->>'id')::uuid, v_at, x.score,
        coalesce(x.hard, false), x.severity, x.points_involved, x.description, coalesce(x.format, ''), coalesce(x.args, '[]'),
        coalesce(x.evidence, '{}')
    FROM jsonb_to_record(a) AS x (type text, family smallint, score double precision, hard boolean, severity text, points_involved bigint,
        description text, format text, args jsonb, evidence jsonb, names jsonb);
    IF o_case IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
    SELECT p_org, (x->>'id')::uuid, o_case, x->>'kind' FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
    UNION SELECT p_org, (a->>'customer_id')::uuid, o_case, 'customer' WHERE NOT a ? 'names' AND a ? 'customer_id'
    UNION SELECT p_org, (a->>'staff_id')::uuid, o_case, 'staff' WHERE NOT a ? 'names' AND a ? 'staff_id'
    ON CONFLICT DO NOTHING;
    -- The next case of the store is counted against those above the line.
    IF coalesce((a->>'hard')::boolean, false) THEN
        UPDATE anomalies n SET below_line = false WHERE n.organization_id = p_org AND n.id = o_case AND n.below_line;
    END IF;
    IF a ? 'hold' THEN
        INSERT INTO review_holds (organization_id, object_id, kind, customer_id, anomaly_id, points, held_at)
        SELECT p_org, x.object_id, x.kind, (a->>'customer_id')::uuid, o_case, x.points, v_at
        FROM jsonb_to_record(a->'hold') AS x (object_id uuid, kind text, points bigint)
        ON CONFLICT DO NOTHING;
    END IF;
END $$;
-- +goose StatementEnd

-- place_signals files signals one after another and lets each case grow once.
-- +goose StatementBegin
CREATE FUNCTION place_signals(p_org uuid, p_all jsonb) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off AS $$
DECLARE
    a       jsonb;
    f       record;
    c       record;
    v_filed jsonb := '[]';
    v_grown jsonb := '{}';
BEGIN
    FOR a IN SELECT x.value FROM jsonb_array_elements(p_all) WITH ORDINALITY AS x (value, n) ORDER BY x.n LOOP
        SELECT * INTO f FROM file_signal(p_org, a, v_grown);
        CONTINUE WHEN f.o_case IS NULL;
        v_filed := v_filed || jsonb_build_object('case', f.o_case, 'key', f.o_key, 'rows', coalesce(a->'transaction_ids', '[]'));
        v_grown := v_grown || jsonb_build_object(f.o_case,
            greatest((v_grown->>f.o_case::text)::timestamptz, (a->>'flagged_at')::timestamptz));
    END LOOP;
    FOR c IN
        SELECT (x->>'case')::uuid AS id, array_agg(x->>'key') AS keys, jsonb_agg(x->'rows') AS rows
        FROM jsonb_array_elements(v_filed) AS x GROUP BY 1 ORDER BY 1
    LOOP
        -- The ids are not joined with what the document holds: turning a text into
        -- an id is no operator that may look past the tenant wall, and without the
        -- key's index the whole ledger would be read.
        PERFORM grow_case(p_org, c.id, c.keys, ARRAY(SELECT (x #>> '{}')::uuid FROM jsonb_path_query(c.rows, '$[*][*]') AS x));
    END LOOP;
END $$;
-- +goose StatementEnd

-- The ledger's functions have one at a time, and so has the release before.
-- Nobody reads what it returns.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION place_signal(p_org uuid, a jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place_signals(p_org, jsonb_build_array(a));
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP FUNCTION grow_case(uuid, uuid, anomaly_signals, uuid[]);
