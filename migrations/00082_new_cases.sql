-- 0082 new cases: a case begins with sums of nothing, instead of having all of
-- its one signal and few rows weighed when it is opened. An import of a busy
-- year opens hundreds at a time.

-- +goose Up
ALTER TABLE anomalies ALTER kept_rows SET DEFAULT 0, ALTER kept_points SET DEFAULT 0, ALTER tally SET DEFAULT '{}';

-- grow_case adds a signal of the case, and its rows, to what the case says.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION grow_case(p_org uuid, p_case uuid, s anomaly_signals, p_rows uuid[]) RETURNS void LANGUAGE plpgsql AS $$
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
