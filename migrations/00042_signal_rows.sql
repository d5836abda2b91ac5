-- 0042 signal rows: a finding's transactions are found by their key.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION place_signal(p_org uuid, a jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_at      timestamptz := (a->>'flagged_at')::timestamptz;
    v_key     text := coalesce(a->>'signal_key', (a->>'type') || ':' || (a->>'id'));
    v_hard    boolean := coalesce((a->>'hard')::boolean, false);
    v_opens   boolean := coalesce((a->>'opens')::boolean, true);
    v_names   uuid[];
    -- Not a join with what the document holds: turning a text into an id is no
    -- operator that may look past the tenant wall, and without the key's index
    -- the whole ledger would be read.
    v_rows    uuid[] := ARRAY(SELECT x::uuid FROM jsonb_array_elements_text(coalesce(a->'transaction_ids', '[]')) AS x);
    v_case    uuid;
    v_status  text;
    v_below   boolean := false;
    v_new     bigint;
BEGIN
    -- Signals are few; of one organization they are placed one after another.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    INSERT INTO anomaly_signals (organization_id, signal_key, type, family, reason, subject_id, at, score, is_hard, severity, points,
        description, format, args, evidence)
    SELECT p_org, v_key, x.type, coalesce(x.family, 0), coalesce(x.evidence->>'reason', ''), (x.names->0->>'id')::uuid, v_at, x.score, v_hard,
        x.severity, x.points_involved, x.description, coalesce(x.format, ''), coalesce(x.args, '[]'), coalesce(x.evidence, '{}')
    FROM jsonb_to_record(a) AS x (type text, family smallint, score double precision, severity text, points_involved bigint,
        description text, format text, args jsonb, evidence jsonb, names jsonb)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(n.id) INTO v_names FROM (
        SELECT (x->>'id')::uuid AS id FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
        UNION SELECT (a->>'customer_id')::uuid WHERE NOT a ? 'names' AND a ? 'customer_id'
        UNION SELECT (a->>'staff_id')::uuid WHERE NOT a ? 'names' AND a ? 'staff_id') n;
    IF EXISTS (
        SELECT FROM anomaly_people s JOIN anomalies n ON n.organization_id = s.organization_id AND n.id = s.anomaly_id
        WHERE s.organization_id = p_org AND s.person_id = ANY (v_names) AND n.type = a->>'type' AND n.status = 'dismissed'
            AND n.decided_at > (a->>'muted_since')::timestamptz AND NOT EXISTS (
                SELECT FROM unnest(v_names) AS x (id) WHERE NOT EXISTS (
                    SELECT FROM anomaly_people p WHERE p.organization_id = p_org AND p.anomaly_id = n.id AND p.person_id = x.id))) THEN
        RETURN NULL;
    END IF;
    SELECT n.id, n.status INTO v_case, v_status
    FROM anomaly_people p JOIN anomalies n ON n.organization_id = p.organization_id AND n.id = p.anomaly_id
    WHERE p.organization_id = p_org AND p.person_id = ANY (v_names)
        AND v_at <= coalesce(n.last_at, n.flagged_at) + interval '28 days'
        AND v_at >= n.flagged_at - CASE WHEN v_opens THEN interval '1 day' ELSE interval '0' END
        AND (n.status = 'pending_review' OR n.status = 'confirmed' AND n.type = a->>'type' AND n.decided_at >= v_at)
    ORDER BY n.status = 'pending_review' DESC, p.person_id = (a->'names'->0->>'id')::uuid DESC, n.flagged_at DESC, n.id LIMIT 1;
    IF v_case IS NULL AND NOT v_opens THEN
        RETURN NULL;
    END IF;
    IF v_case IS NULL THEN
        v_case := (a->>'id')::uuid;
        v_below := NOT v_hard AND (a->>'budget')::numeric <= (
            SELECT count(*) FROM anomalies n
            WHERE n.organization_id = p_org AND n.store_id IS NOT DISTINCT FROM (a->>'store_id')::uuid AND NOT n.below_line
                AND n.flagged_at >= date_trunc('week', v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                AND n.flagged_at < (date_trunc('week', v_at AT TIME ZONE 'UTC') + interval '7 days') AT TIME ZONE 'UTC');
        INSERT INTO anomalies (organization_id, id, customer_id, store_id, staff_id, type, severity, score, description, points_involved,
            case_key, status, below_line, flagged_at, last_at, updated_at)
        SELECT p_org, v_case, x.customer_id, x.store_id, x.staff_id, x.type, x.severity, x.score, x.description, x.points_involved,
            x.case_key, 'pending_review', coalesce(v_below, false), v_at, v_at, v_at
        FROM jsonb_to_record(a) AS x (customer_id uuid, store_id uuid, staff_id uuid, type text, severity text, score double precision,
            description text, points_involved bigint, case_key text);
    END IF;
    UPDATE anomaly_signals s SET anomaly_id = v_case WHERE s.organization_id = p_org AND s.signal_key = v_key;
    INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
    SELECT p_org, (x->>'id')::uuid, v_case, x->>'kind' FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
    UNION SELECT p_org, (a->>'customer_id')::uuid, v_case, 'customer' WHERE NOT a ? 'names' AND a ? 'customer_id'
    UNION SELECT p_org, (a->>'staff_id')::uuid, v_case, 'staff' WHERE NOT a ? 'names' AND a ? 'staff_id'
    ON CONFLICT DO NOTHING;
    -- No more than a thousand are kept one by one; the rest are counted.
    INSERT INTO anomaly_transactions (organization_id, anomaly_id, transaction_id)
    SELECT p_org, v_case, t.id FROM transactions t
    WHERE t.organization_id = p_org AND t.id = ANY (v_rows) AND (SELECT count(*) FROM anomaly_transactions k WHERE k.organization_id = p_org AND k.anomaly_id = v_case) < 1000
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_new = ROW_COUNT;
    IF v_new = 0 AND (SELECT count(*) FROM anomaly_transactions k WHERE k.organization_id = p_org AND k.anomaly_id = v_case) >= 1000 THEN
        v_new := 1;
    END IF;
    IF a ? 'hold' THEN
        INSERT INTO review_holds (organization_id, object_id, kind, customer_id, anomaly_id, points, held_at)
        SELECT p_org, x.object_id, x.kind, (a->>'customer_id')::uuid, v_case, x.points, v_at
        FROM jsonb_to_record(a->'hold') AS x (object_id uuid, kind text, points bigint)
        ON CONFLICT DO NOTHING;
    END IF;
    PERFORM weigh_case(p_org, v_case, v_at, v_new);
    RETURN v_case;
END $$;
-- +goose StatementEnd
