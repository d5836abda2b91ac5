-- 0011 customer care: forgetting a person, and keeping the figures small.

-- +goose Up
-- forget_answers takes documents on the customer out of the answers kept for
-- idempotency keys. The key stays taken, so that a repeat still has no second
-- effect; it is told that there is no such customer.
-- +goose StatementBegin
CREATE FUNCTION forget_answers(p_org uuid, p_customer uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE idempotency_keys k SET status = 404,
        body = '{"success":false,"error":{"code":"NOT_FOUND","message":"There is no such customer."}}'
    WHERE k.organization_id = p_org AND position(convert_to(p_customer::text, 'UTF8') IN k.body) > 0
        AND position('"name"'::bytea IN k.body) > 0
$$;
-- +goose StatementEnd

-- anonymize_customer forgets the person and keeps the ledger. It says false
-- for somebody who was forgotten before.
-- +goose StatementBegin
CREATE FUNCTION anonymize_customer(p_org uuid, p_customer uuid, p_name text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE customers c SET external_id = NULL, name = p_name, name_fold = '', email = '', phone = '', phone_e164 = NULL, phone_digits = '',
        birth_date = NULL, marketing_opt_in = false, card_hash = NULL, anonymized_at = p_at, updated_at = p_at
    WHERE c.organization_id = p_org AND c.id = p_customer AND c.anonymized_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE redemptions d SET metadata = NULL WHERE d.organization_id = p_org AND d.customer_id = p_customer AND d.metadata IS NOT NULL;
    UPDATE staff s SET customer_id = NULL WHERE s.organization_id = p_org AND s.customer_id = p_customer;
    PERFORM forget_answers(p_org, p_customer);
    RETURN true;
END $$;
-- +goose StatementEnd

-- compact_stats puts the shards of days that are over together, so that adding
-- up a long history stays quick. The sums stay what they were.
-- +goose StatementBegin
CREATE FUNCTION compact_stats(p_org uuid, p_before date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM daily_stats d WHERE d.organization_id = p_org AND d.day < p_before AND d.shard > 0 RETURNING d.*
    )
    SELECT count_day(p_org, g.day, g.store_id, 0::smallint, sum(g.issued)::bigint, sum(g.redeemed)::bigint, sum(g.refunded)::bigint,
        sum(g.reversed)::bigint, sum(g.expired)::bigint, sum(g.adjusted)::bigint, sum(g.transferred)::bigint, sum(g.awards)::bigint,
        sum(g.redemptions)::bigint, sum(g.cancellations)::bigint, sum(g.orders)::bigint, sum(g.sales)::bigint, sum(g.customers)::bigint)
    FROM gone g GROUP BY g.day, g.store_id ORDER BY g.day, g.store_id;
    WITH gone AS (
        DELETE FROM activity_stats a WHERE a.organization_id = p_org AND a.day < p_before AND a.shard > 0 RETURNING a.*
    )
    SELECT count_activity(p_org, g.day, 0::smallint, sum(g.members)::bigint) FROM gone g GROUP BY g.day ORDER BY g.day;
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION anonymize_customer, compact_stats FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION anonymize_customer, compact_stats TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
