-- 0085 forgotten rows: the rows of a guest who is erased leave every case they
-- are in, also one that doesn't name the guest, and what the case says is
-- worked out anew at once. It used to go on counting points that were nowhere
-- any more.
--
-- Findings tell their points, not whose: each keeps the share that the case's
-- other rows have.

-- +goose Up
CREATE INDEX anomaly_transactions_row ON anomaly_transactions (organization_id, transaction_id);

-- +goose StatementBegin
CREATE FUNCTION forget_case_rows(p_org uuid, p_customers uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c       record;
    v_total bigint;
BEGIN
    -- As whoever places a signal does, which may be about the same case.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    FOR c IN
        SELECT n.id, coalesce(n.last_at, n.flagged_at) AS at, array_agg(t.id) AS ids,
            coalesce(sum(abs(t.points)) FILTER (WHERE t.type IN ('earn', 'redeem')), 0) AS points
        FROM transactions t
        JOIN anomaly_transactions l ON l.organization_id = p_org AND l.transaction_id = t.id
        JOIN anomalies n ON n.organization_id = p_org AND n.id = l.anomaly_id
        WHERE t.organization_id = p_org AND t.customer_id = ANY (p_customers) GROUP BY n.id, n.last_at, n.flagged_at ORDER BY n.id
    LOOP
        SELECT coalesce(sum(abs(t.points)), 0) INTO v_total FROM anomaly_transactions l
        JOIN transactions t ON t.organization_id = p_org AND t.id = l.transaction_id
        WHERE l.organization_id = p_org AND l.anomaly_id = c.id AND t.type IN ('earn', 'redeem');
        UPDATE anomaly_signals s SET points = s.points * (v_total - c.points) / v_total
        WHERE s.organization_id = p_org AND s.anomaly_id = c.id AND v_total > 0;
        DELETE FROM anomaly_transactions l WHERE l.organization_id = p_org AND l.anomaly_id = c.id AND l.transaction_id = ANY (c.ids);
        PERFORM weigh_case(p_org, c.id, c.at, -cardinality(c.ids));
    END LOOP;
END $$;
-- +goose StatementEnd

-- erase_customer as before, and with the rows out of every case. The accounts
-- are locked first, as whoever posts does.
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
CREATE OR REPLACE FUNCTION forget_anomaly_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM anomaly_people p WHERE p.organization_id = OLD.organization_id AND p.person_id = OLD.id;
    RETURN OLD;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION forget_case_rows FROM PUBLIC;
    -- Whoever was erased before today took rows along, too.
    CREATE TEMP TABLE forgotten ON COMMIT DROP AS WITH gone AS (
        DELETE FROM anomaly_transactions l WHERE NOT EXISTS (
            SELECT FROM transactions t WHERE t.organization_id = l.organization_id AND t.id = l.transaction_id)
        RETURNING l.organization_id, l.anomaly_id
    ) SELECT g.organization_id, g.anomaly_id, count(*) AS n FROM gone g GROUP BY 1, 2;
    PERFORM weigh_case(n.organization_id, n.id, coalesce(n.last_at, n.flagged_at), -f.n)
    FROM forgotten f JOIN anomalies n ON n.organization_id = f.organization_id AND n.id = f.anomaly_id;
END $$;
-- +goose StatementEnd
