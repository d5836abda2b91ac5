-- 0087 cases of others: erasing the guest a case is filed under took the case
-- along, and with it what the case holds of other guests' points: those could
-- be spent although nobody had decided. Such a case stays, filed under one of
-- the others; so does one that has other guests' rows, or names other guests.
--
-- It forgets what it says of the erased guest: the findings about the guest,
-- as long as there are others, and whatever people wrote, which may name anyone.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION keep_cases_of_others(p_org uuid, p_customers uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c      record;
    v_rows uuid[];
    v_gone bigint;
BEGIN
    -- As whoever places a signal does, which may be about the same case.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    FOR c IN
        SELECT n.id, coalesce(n.last_at, n.flagged_at) AS at, o.id AS other FROM anomalies n
        LEFT JOIN LATERAL (
            SELECT x.id FROM (
                SELECT h.customer_id AS id, h.released_at IS NULL AS held FROM review_holds h
                WHERE h.organization_id = p_org AND h.anomaly_id = n.id
                UNION ALL
                SELECT e.customer_id, NULL FROM anomaly_people p
                JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = p.person_id AND e.merged_into IS NULL
                WHERE p.organization_id = p_org AND p.anomaly_id = n.id) x
            WHERE x.id <> ALL (p_customers) ORDER BY x.held DESC NULLS LAST, x.id LIMIT 1) o ON true
        WHERE n.organization_id = p_org AND n.customer_id = ANY (p_customers) AND (o.id IS NOT NULL OR EXISTS (
            SELECT FROM anomaly_transactions l JOIN transactions t ON t.organization_id = p_org AND t.id = l.transaction_id
            WHERE l.organization_id = p_org AND l.anomaly_id = n.id AND t.customer_id <> ALL (p_customers)))
        ORDER BY n.id
    LOOP
        -- Nothing of the other's was frozen.
        UPDATE anomalies n SET customer_id = c.other, note = '', frozen_at = NULL,
            action = CASE WHEN n.action <> 'freeze_account' THEN n.action WHEN n.reversed_at IS NULL THEN 'none' ELSE 'reverse_points' END
        WHERE n.organization_id = p_org AND n.id = c.id;
        DELETE FROM anomaly_notes t WHERE t.organization_id = p_org AND t.anomaly_id = c.id AND t.what = 'comment';
        UPDATE anomaly_notes t SET note = '' WHERE t.organization_id = p_org AND t.anomaly_id = c.id AND t.what <> 'assigned';
        WITH found AS (
            SELECT s.signal_key, (s.subject_id = ANY (p_customers) OR s.evidence->'customers'->0 IS NOT NULL) AND NOT EXISTS (
                SELECT FROM jsonb_path_query(s.evidence, '$.customers[*]') AS x (id) WHERE (x.id #>> '{}')::uuid <> ALL (p_customers)) AS hers
            FROM anomaly_signals s WHERE s.organization_id = p_org AND s.anomaly_id = c.id
        ), gone AS (
            DELETE FROM anomaly_signals s USING found f WHERE s.organization_id = p_org AND s.signal_key = f.signal_key AND f.hers
                AND EXISTS (SELECT FROM found x WHERE x.hers IS NOT TRUE)
            RETURNING s.evidence
        )
        SELECT array_agg((x.id #>> '{}')::uuid) INTO v_rows FROM gone g CROSS JOIN LATERAL jsonb_path_query(g.evidence, '$.transactions[*]') AS x (id);
        -- The guest's rows that those findings were about don't weigh on the others.
        DELETE FROM anomaly_transactions l USING transactions t
        WHERE l.organization_id = p_org AND l.anomaly_id = c.id AND l.transaction_id = ANY (v_rows)
            AND t.organization_id = p_org AND t.id = l.transaction_id AND t.customer_id = ANY (p_customers);
        GET DIAGNOSTICS v_gone = ROW_COUNT;
        PERFORM weigh_case(p_org, c.id, c.at, -v_gone);
    END LOOP;
END $$;
-- +goose StatementEnd

-- erase_customer as before, but for the cases of others.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION erase_customer(p_org uuid, p_customer uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_part  uuid;
    v_parts uuid[];
BEGIN
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = p_customer AND e.merged_into IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the customer was merged into another, who is to be erased' USING ERRCODE = 'RG003';
    END IF;
    SELECT coalesce(array_agg(e.customer_id), '{}') INTO v_parts FROM enrollments e
    WHERE e.organization_id = p_org AND e.merged_into = p_customer;
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_parts || p_customer) ORDER BY e.customer_id FOR UPDATE;
    PERFORM keep_cases_of_others(p_org, v_parts || p_customer);
    PERFORM forget_case_rows(p_org, v_parts || p_customer);
    DELETE FROM transaction_links l USING transactions t
    WHERE t.organization_id = p_org AND t.customer_id = ANY (v_parts || p_customer) AND l.organization_id = p_org AND l.transaction_id = t.id;
    DELETE FROM merges m WHERE m.organization_id = p_org AND m.source_id = ANY (v_parts) AND m.undone_at IS NULL;
    FOREACH v_part IN ARRAY v_parts LOOP
        PERFORM count_member(p_org, v_part, 1), forget_answers(p_org, v_part);
        PERFORM erase_account(p_org, v_part);
    END LOOP;
    PERFORM forget_answers(p_org, p_customer);
    PERFORM erase_account(p_org, p_customer);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION keep_cases_of_others FROM PUBLIC;
END $$;
-- +goose StatementEnd
