-- 0084 holds again: a case that is opened again holds again what it had let go
-- of, as far as it is there; so does one whose taking-back is undone. What was
-- used meanwhile can't be held, and is noted.

-- +goose Up
ALTER TABLE review_holds ADD COLUMN spent bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN review_holds.spent IS 'what was used before it was to be held again, and is not held';

-- hold_review holds again what the case let go of, and what undoing its
-- taking-back gives to other cases to hold: of an award what is left of it and
-- is in the balance beside what else is held, and a reward that was not handed
-- out. It says how much is held again, and how much can't be.
-- +goose StatementBegin
CREATE FUNCTION hold_review(p_org uuid, p_case uuid, p_until timestamptz, OUT held bigint, OUT spent bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_objects uuid[] := ARRAY(
        SELECT h.object_id FROM review_holds h
        WHERE h.organization_id = p_org AND h.anomaly_id = p_case AND h.released_at IS NOT NULL
        UNION
        SELECT h.object_id FROM anomaly_reversals v
        JOIN transactions t ON t.organization_id = p_org AND t.id = v.transaction_id
        JOIN review_holds h ON h.organization_id = p_org AND h.object_id = t.reverses_id AND h.released_at IS NOT NULL
        JOIN anomalies n ON n.organization_id = p_org AND n.id = h.anomaly_id AND n.status <> 'dismissed' AND n.reversed_at IS NULL
        WHERE v.organization_id = p_org AND v.anomaly_id = p_case);
    h      record;
    v_left bigint;
    v_free bigint;
BEGIN
    held := 0;
    spent := 0;
    -- Whatever is being decided on an account just now must be decided anew,
    -- and what its balance is stays so from here on.
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id IN (
        SELECT k.customer_id FROM review_holds k WHERE k.organization_id = p_org AND k.object_id = ANY (v_objects))
    ORDER BY e.customer_id FOR NO KEY UPDATE;
    UPDATE enrollments e SET revision = e.revision + 1 WHERE e.organization_id = p_org AND e.customer_id IN (
        SELECT k.customer_id FROM review_holds k WHERE k.organization_id = p_org AND k.object_id = ANY (v_objects));
    FOR h IN
        SELECT k.object_id, k.kind, k.customer_id, k.points FROM review_holds k
        WHERE k.organization_id = p_org AND k.object_id = ANY (v_objects) ORDER BY k.held_at, k.object_id
    LOOP
        IF h.kind = 'reward' THEN
            UPDATE redemptions d SET status = 'held', held_until = p_until
            WHERE d.organization_id = p_org AND d.id = h.object_id AND d.status = 'issued';
            v_free := CASE WHEN FOUND THEN h.points ELSE 0 END;
            v_left := (SELECT CASE WHEN d.status = 'cancelled' THEN 0 ELSE h.points END FROM redemptions d
                WHERE d.organization_id = p_org AND d.id = h.object_id);
        ELSE
            v_left := (SELECT t.points FROM transactions t WHERE t.organization_id = p_org AND t.id = h.object_id)
                + (SELECT coalesce(sum(t.points), 0) FROM transactions t
                    WHERE t.organization_id = p_org AND t.reverses_id = h.object_id AND t.type = 'reverse');
            v_free := (SELECT e.balance FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = h.customer_id)
                - (SELECT coalesce(sum(k.points), 0) FROM review_holds k
                    WHERE k.organization_id = p_org AND k.customer_id = h.customer_id AND k.released_at IS NULL AND k.kind = 'points');
        END IF;
        v_left := coalesce(v_left, 0);
        v_free := least(v_left, greatest(v_free, 0));
        UPDATE review_holds k SET spent = v_left - v_free, points = CASE WHEN v_free > 0 THEN v_free ELSE k.points END,
            released_at = CASE WHEN v_free = 0 THEN k.released_at END
        WHERE k.organization_id = p_org AND k.object_id = h.object_id;
        held := held + v_free;
        spent := spent + v_left - v_free;
    END LOOP;
END $$;
-- +goose StatementEnd

-- place_signal as before, but that the case it chooses can't be decided before
-- the signal is in it: a hold would have come to a case that was dismissed.
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
        ORDER BY n.status = 'pending_review' DESC, p.person_id = (a->'names'->0->>'id')::uuid DESC, n.flagged_at DESC, n.id LIMIT 1
        FOR NO KEY UPDATE OF n;
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

-- What goes wrong in flag_anomaly must not take the posting along. Two that
-- wait for each other are another matter: the posting is tried again, with all
-- that belongs to it.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION flag_anomaly(p_org uuid, a jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place_signal(p_org, a);
EXCEPTION
    WHEN deadlock_detected THEN
        RAISE;
    WHEN OTHERS THEN
        RAISE WARNING 'a signal could not be placed: %', SQLERRM;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION hold_review FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION hold_review TO regulars_app;
    END IF;
    -- Cases that were opened again before today hold again, too.
    PERFORM hold_review(n.organization_id, n.id, now() + interval '7 days') FROM anomalies n
    WHERE n.status <> 'dismissed' AND n.reversed_at IS NULL AND EXISTS (
        SELECT FROM review_holds h WHERE h.organization_id = n.organization_id AND h.anomaly_id = n.id AND h.released_at IS NOT NULL);
    PERFORM release_review(n.organization_id, n.id, now()) FROM anomalies n
    WHERE n.status = 'dismissed' AND EXISTS (
        SELECT FROM review_holds h WHERE h.organization_id = n.organization_id AND h.anomaly_id = n.id AND h.released_at IS NULL);
END $$;
-- +goose StatementEnd
