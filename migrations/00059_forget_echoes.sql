-- 0059 forget echoes: every answer kept for a repeat that names a person, by our
-- id or by the caller's own, is forgotten with the person. Many echo what was
-- sent about them: reasons, an order's items, a request's metadata.
--
-- Forgetting is rare, so that it looks through the day's answers of the
-- organization.

-- +goose Up
DROP INDEX idempotency_keys_personal;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_answers(p_org uuid, p_customer uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE idempotency_keys k SET status = 404,
        body = '{"success":false,"error":{"code":"NOT_FOUND","message":"There is no such customer."}}'
    FROM (
        SELECT convert_to(p_customer::text, 'UTF8') AS id, (
            -- As the answers are written, which escape three characters more.
            SELECT convert_to('"userId":' || replace(replace(replace(to_json(c.external_id)::text, '&', '\u0026'), '<', '\u003c'), '>', '\u003e'), 'UTF8')
            FROM customers c WHERE c.organization_id = p_org AND c.id = p_customer) AS own
    ) x
    WHERE k.organization_id = p_org AND (position(x.id IN k.body) > 0 OR position(x.own IN k.body) > 0)
$$;
-- +goose StatementEnd

-- While the caller's own id is still known.
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
CREATE OR REPLACE FUNCTION anonymize_account(p_org uuid, p_customer uuid, p_name text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM forget_answers(p_org, p_customer);
    UPDATE customers c SET external_id = NULL, name = p_name, name_fold = '', email = '', phone = '', phone_e164 = NULL, phone_digits = '',
        birth_date = NULL, marketing_opt_in = false, card_hash = NULL, anonymized_at = p_at, updated_at = p_at
    WHERE c.organization_id = p_org AND c.id = p_customer AND c.anonymized_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE redemptions d SET metadata = NULL WHERE d.organization_id = p_org AND d.customer_id = p_customer AND d.metadata IS NOT NULL;
    UPDATE staff s SET customer_id = NULL WHERE s.organization_id = p_org AND s.customer_id = p_customer;
    RETURN true;
END $$;
-- +goose StatementEnd
