-- 0078 running cases: a case keeps what its findings and rows come to, so that
-- one more finding costs the same however many the case has. It used to read
-- all of them each time: a guest with hundreds of awards in an evening slowed
-- down by the square of their number. What a case says is what it said before.
--
-- Whether a store has had its cases of the week is asked of the few that count,
-- and only when a case is opened; it used to read all of the organization's.

-- +goose Up
ALTER TABLE anomalies
    ADD COLUMN kept_rows   integer,
    ADD COLUMN kept_points bigint,
    ADD COLUMN lead_key    text,
    ADD COLUMN tally       jsonb;
-- Cases that are there are counted when they grow; a new one begins with sums
-- of nothing.
ALTER TABLE anomalies ALTER kept_rows SET DEFAULT 0, ALTER kept_points SET DEFAULT 0, ALTER tally SET DEFAULT '{}';
COMMENT ON COLUMN anomalies.kept_rows IS 'how many of its transactions anomaly_transactions has';
COMMENT ON COLUMN anomalies.kept_points IS 'what those gave and took';
COMMENT ON COLUMN anomalies.lead_key IS 'the signal that gives the sentence';
COMMENT ON COLUMN anomalies.tally IS 'its signals by type: family, best score, whether one is hard, most and all points; NULL: to be counted anew';

CREATE INDEX anomalies_above_line ON anomalies (organization_id, store_id, flagged_at) WHERE NOT below_line;
DROP INDEX anomalies_store_time;

-- state_case says of a case what its tally comes to: the strongest signal gives
-- the sentence, the best of each family counts once. Points at risk are those
-- of its transactions, or what a signal says where that is more; drift and
-- favours report what is new each time, the others all of it.
-- +goose StatementBegin
CREATE FUNCTION state_case(p_org uuid, p_case uuid, p_lead text, p_tally jsonb, p_rows integer, p_points bigint, p_ids uuid[],
    p_at timestamptz, p_new bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_score  double precision;
    v_hard   boolean;
    v_points bigint;
BEGIN
    SELECT sum(f.score), bool_or(f.hard), greatest(max(f.points), p_points) INTO v_score, v_hard, v_points FROM (
        SELECT max((k.value->>'score')::double precision) AS score, bool_or((k.value->>'hard')::boolean) AS hard,
            max((k.value->>CASE WHEN k.key IN ('pattern_deviation', 'staff_favoritism') THEN 'all' ELSE 'most' END)::bigint) AS points
        FROM jsonb_each(p_tally) AS k GROUP BY k.value->>'family') f;
    UPDATE anomalies n SET type = s.type, description = s.description, format = s.format, args = s.args, evidence = s.evidence,
        score = least(6, v_score), is_hard = v_hard, points_involved = v_points,
        severity = CASE WHEN v_hard OR v_score >= 5 THEN 'high' WHEN v_score >= 3.5 THEN 'medium' ELSE 'low' END,
        below_line = n.below_line AND NOT v_hard,
        last_at = greatest(n.last_at, p_at), updated_at = greatest(n.updated_at, p_at),
        transaction_count = n.transaction_count + p_new, transaction_ids = p_ids,
        kept_rows = p_rows, kept_points = p_points, lead_key = p_lead, tally = p_tally
    FROM anomaly_signals s
    WHERE n.organization_id = p_org AND n.id = p_case AND s.organization_id = p_org AND s.signal_key = p_lead;
END $$;
-- +goose StatementEnd

-- weigh_case works out what a case says from all of its signals and rows.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION weigh_case(p_org uuid, p_case uuid, p_at timestamptz, p_new bigint) RETURNS void LANGUAGE plpgsql
SET enable_nestloop = on AS $$
DECLARE
    v_tally  jsonb;
    v_lead   text;
    v_rows   integer;
    v_points bigint;
BEGIN
    SELECT jsonb_object_agg(x.type, jsonb_build_object('family', x.family, 'score', x.score, 'hard', x.hard, 'most', x.most, 'all', x.total))
    INTO v_tally FROM (
        SELECT s.type, min(s.family) AS family, max(s.score) AS score, bool_or(s.is_hard) AS hard, max(s.points) AS most, sum(s.points) AS total
        FROM anomaly_signals s WHERE s.organization_id = p_org AND s.anomaly_id = p_case GROUP BY s.type) x;
    SELECT s.signal_key INTO v_lead FROM anomaly_signals s WHERE s.organization_id = p_org AND s.anomaly_id = p_case
    ORDER BY s.is_hard DESC, s.score DESC, s.points DESC, s.at DESC, s.signal_key LIMIT 1;
    SELECT count(*), coalesce(sum(abs(t.points)) FILTER (WHERE t.type IN ('earn', 'redeem')), 0) INTO v_rows, v_points
    FROM anomaly_transactions l
    LEFT JOIN transactions t ON t.organization_id = l.organization_id AND t.id = l.transaction_id
    WHERE l.organization_id = p_org AND l.anomaly_id = p_case;
    PERFORM state_case(p_org, p_case, v_lead, v_tally, v_rows, v_points, ARRAY(SELECT l.transaction_id FROM anomaly_transactions l
        WHERE l.organization_id = p_org AND l.anomaly_id = p_case ORDER BY l.transaction_id DESC LIMIT 100), p_at, p_new);
END $$;
-- +goose StatementEnd

-- grow_case adds a signal of the case, and its rows, to what the case says.
-- +goose StatementBegin
CREATE FUNCTION grow_case(p_org uuid, p_case uuid, s anomaly_signals, p_rows uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    -- No more are kept one by one; the rest are counted.
    most    CONSTANT integer := 1000;
    n       record;
    l       record;
    k       jsonb;
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
        v_new := 1;
    END IF;
    IF n.tally IS NULL THEN
        PERFORM weigh_case(p_org, p_case, s.at, v_new);
        RETURN;
    END IF;
    IF v_ids IS NOT NULL THEN
        n.kept_rows := n.kept_rows + cardinality(v_ids);
        n.transaction_ids := ARRAY(SELECT x FROM unnest(n.transaction_ids || v_ids) AS x ORDER BY x DESC LIMIT 100);
    END IF;
    k := n.tally->s.type;
    SELECT x.signal_key, x.is_hard, x.score, x.points, x.at INTO l FROM anomaly_signals x
    WHERE x.organization_id = p_org AND x.signal_key = n.lead_key;
    IF l.signal_key IS NULL OR ROW(s.is_hard, s.score, s.points, s.at) > ROW(l.is_hard, l.score, l.points, l.at)
        OR ROW(s.is_hard, s.score, s.points, s.at) = ROW(l.is_hard, l.score, l.points, l.at) AND s.signal_key < l.signal_key THEN
        n.lead_key := s.signal_key;
    END IF;
    PERFORM state_case(p_org, p_case, n.lead_key, n.tally || jsonb_build_object(s.type, jsonb_build_object(
        'family', least((k->>'family')::int, s.family), 'score', greatest((k->>'score')::double precision, s.score),
        'hard', coalesce((k->>'hard')::boolean, false) OR s.is_hard, 'most', greatest((k->>'most')::bigint, s.points),
        'all', coalesce((k->>'all')::bigint, 0) + s.points)), n.kept_rows, n.kept_points + v_given, n.transaction_ids, s.at, v_new);
END $$;
-- +goose StatementEnd

-- place_signal puts a signal into the case it belongs to, opens one, or keeps
-- it for later, as before; what it is asked of all the cases of a store or of
-- a case's rows is asked of few, which takes an index whatever the planner
-- thinks of a limit.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION place_signal(p_org uuid, a jsonb) RETURNS uuid LANGUAGE plpgsql
SET enable_nestloop = on SET enable_seqscan = off AS $$
DECLARE
    v_at     timestamptz := (a->>'flagged_at')::timestamptz;
    v_week   timestamptz := date_trunc('week', v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    v_key    text := coalesce(a->>'signal_key', (a->>'type') || ':' || (a->>'id'));
    v_store  uuid := (a->>'store_id')::uuid;
    v_opens  boolean := coalesce((a->>'opens')::boolean, true);
    v_budget bigint;
    v_names  uuid[];
    v_case   uuid;
    v_muted  boolean;
    s        anomaly_signals;
BEGIN
    -- Signals are few; of one organization they are placed one after another.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    IF EXISTS (SELECT FROM anomaly_signals x WHERE x.organization_id = p_org AND x.signal_key = v_key) THEN
        RETURN NULL;
    END IF;
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
        SELECT n.id INTO v_case
        FROM anomaly_people p JOIN anomalies n ON n.organization_id = p.organization_id AND n.id = p.anomaly_id
        WHERE p.organization_id = p_org AND p.person_id = ANY (v_names)
            AND v_at <= coalesce(n.last_at, n.flagged_at) + interval '28 days'
            AND v_at >= n.flagged_at - CASE WHEN v_opens THEN interval '1 day' ELSE interval '0' END
            AND (n.status = 'pending_review' OR n.status = 'confirmed' AND n.type = a->>'type' AND n.decided_at >= v_at)
        ORDER BY n.status = 'pending_review' DESC, p.person_id = (a->'names'->0->>'id')::uuid DESC, n.flagged_at DESC, n.id LIMIT 1;
    END IF;
    IF v_case IS NULL AND v_opens AND NOT v_muted THEN
        v_case := (a->>'id')::uuid;
        v_budget := CASE WHEN NOT coalesce((a->>'hard')::boolean, false) THEN ceil(greatest((a->>'budget')::numeric, 0)) END;
        INSERT INTO anomalies (organization_id, id, customer_id, store_id, staff_id, type, severity, score, description, points_involved,
            case_key, status, below_line, flagged_at, last_at, updated_at)
        SELECT p_org, v_case, x.customer_id, v_store, x.staff_id, x.type, x.severity, x.score, x.description, x.points_involved,
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
    SELECT p_org, v_key, v_case, x.type, coalesce(x.family, 0), coalesce(x.evidence->>'reason', ''), (x.names->0->>'id')::uuid, v_at, x.score,
        coalesce(x.hard, false), x.severity, x.points_involved, x.description, coalesce(x.format, ''), coalesce(x.args, '[]'),
        coalesce(x.evidence, '{}')
    FROM jsonb_to_record(a) AS x (type text, family smallint, score double precision, hard boolean, severity text, points_involved bigint,
        description text, format text, args jsonb, evidence jsonb, names jsonb)
    RETURNING * INTO s;
    IF v_case IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
    SELECT p_org, (x->>'id')::uuid, v_case, x->>'kind' FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
    UNION SELECT p_org, (a->>'customer_id')::uuid, v_case, 'customer' WHERE NOT a ? 'names' AND a ? 'customer_id'
    UNION SELECT p_org, (a->>'staff_id')::uuid, v_case, 'staff' WHERE NOT a ? 'names' AND a ? 'staff_id'
    ON CONFLICT DO NOTHING;
    IF a ? 'hold' THEN
        INSERT INTO review_holds (organization_id, object_id, kind, customer_id, anomaly_id, points, held_at)
        SELECT p_org, x.object_id, x.kind, (a->>'customer_id')::uuid, v_case, x.points, v_at
        FROM jsonb_to_record(a->'hold') AS x (object_id uuid, kind text, points bigint)
        ON CONFLICT DO NOTHING;
    END IF;
    -- The ids are not joined with what the document holds: turning a text into
    -- an id is no operator that may look past the tenant wall, and without the
    -- key's index the whole ledger would be read.
    PERFORM grow_case(p_org, v_case, s, ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(coalesce(a->'transaction_ids', '[]')) AS x));
    RETURN v_case;
END $$;
-- +goose StatementEnd

-- A guest who is erased takes rows along: cases that named the guest are
-- counted anew when they grow.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_anomaly_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE anomalies n SET tally = NULL
    WHERE n.organization_id = OLD.organization_id AND n.id IN (
        SELECT p.anomaly_id FROM anomaly_people p WHERE p.organization_id = OLD.organization_id AND p.person_id = OLD.id);
    DELETE FROM anomaly_people p WHERE p.organization_id = OLD.organization_id AND p.person_id = OLD.id;
    RETURN OLD;
END $$;
-- +goose StatementEnd
