-- 0026 only number: whether anybody else has a phone number that begins or
-- ends like the one looked for, from the indexes that a search uses. Those are
-- closed to a policy's readers: reverse could tell of rows that it hides. The
-- function filters by itself.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION only_with_number(p_org uuid, p_id uuid, p_first text, p_first_end text, p_second text, p_second_end text,
    p_tail text, p_tail_end text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN NOT EXISTS (
            SELECT FROM customers o WHERE o.organization_id = p_org AND o.phone_digits <> '' AND o.id <> p_id
                AND o.phone_digits >= p_first AND o.phone_digits < p_first_end)
        AND NOT EXISTS (
            SELECT FROM customers o WHERE o.organization_id = p_org AND o.phone_digits <> '' AND o.id <> p_id
                AND o.phone_digits >= p_second AND o.phone_digits < p_second_end)
        AND NOT EXISTS (
            SELECT FROM customers o WHERE o.organization_id = p_org AND o.phone_digits <> '' AND o.id <> p_id
                AND reverse(o.phone_digits) >= p_tail AND reverse(o.phone_digits) < p_tail_end);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION only_with_number FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION only_with_number TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
