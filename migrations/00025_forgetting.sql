-- 0025 forgetting: find the answers that hold a person's document without
-- looking at every answer of the day.
--
-- Documents on a customer, and no other answers, have a phone number's field.

-- +goose Up
CREATE INDEX idempotency_keys_personal ON idempotency_keys (organization_id) WHERE position('"phone"'::bytea IN body) > 0;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION forget_answers(p_org uuid, p_customer uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE idempotency_keys k SET status = 404,
        body = '{"success":false,"error":{"code":"NOT_FOUND","message":"There is no such customer."}}'
    WHERE k.organization_id = p_org AND position('"phone"'::bytea IN k.body) > 0
        AND position(convert_to(p_customer::text, 'UTF8') IN k.body) > 0
$$;
-- +goose StatementEnd
