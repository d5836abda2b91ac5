-- 0050 duplicates: pairs of customers who are likely the same person, for
-- people to look through.
--
-- A job compares whoever was added or had contact details changed with those
-- few who share something with them; what is alike is the program's to say.
-- Pairs hold no personal data and go with either customer.

-- +goose Up
CREATE TABLE likely_duplicates (
    organization_id uuid        NOT NULL,
    first_id        uuid        NOT NULL,
    second_id       uuid        NOT NULL,
    why             text        NOT NULL CONSTRAINT likely_duplicates_why_known
        CHECK (why IN ('phone', 'email', 'birth_date', 'near_phone', 'name')),
    rank            smallint    NOT NULL,
    found_at        timestamptz NOT NULL,
    apart_at        timestamptz,
    apart_by        uuid,
    PRIMARY KEY (organization_id, first_id, second_id),
    CONSTRAINT likely_duplicates_in_order CHECK (first_id < second_id),
    CONSTRAINT likely_duplicates_first_fk FOREIGN KEY (organization_id, first_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT likely_duplicates_second_fk FOREIGN KEY (organization_id, second_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN likely_duplicates.rank IS 'by why, the most telling first';
COMMENT ON COLUMN likely_duplicates.apart_at IS 'when somebody said that they are two persons; they stay apart from then on';
CREATE INDEX likely_duplicates_open ON likely_duplicates (organization_id, rank, second_id DESC) WHERE apart_at IS NULL;
CREATE INDEX likely_duplicates_apart ON likely_duplicates (organization_id, apart_at DESC) WHERE apart_at IS NOT NULL;
CREATE INDEX likely_duplicates_second ON likely_duplicates (organization_id, second_id);

-- How far the job has come: through the customer changed then.
CREATE TABLE duplicate_marks (
    organization_id uuid        NOT NULL PRIMARY KEY CONSTRAINT duplicate_marks_organization_fk REFERENCES organizations ON DELETE CASCADE,
    changed_at      timestamptz NOT NULL DEFAULT '0001-01-01 00:00:00+00',
    customer_id     uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);

-- Awards change none of these columns.
CREATE INDEX customers_changed ON customers (organization_id, updated_at, id);
CREATE INDEX customers_email ON customers (organization_id, lower(email)) WHERE email <> '';
CREATE INDEX customers_birth_date ON customers (organization_id, birth_date) WHERE birth_date IS NOT NULL;

-- duplicate_candidates pairs customers with whoever shares the end of the phone
-- number, the e-mail address, the birth date or the first two words of the name
-- with them. What many share says little, so each is cut off soon. It reads by
-- functions of columns, which no policy's reader may, and filters by itself.
-- +goose StatementBegin
CREATE FUNCTION duplicate_candidates(p_org uuid, p_ids uuid[]) RETURNS TABLE (customer_id uuid, other_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off AS $$
    SELECT DISTINCT c.id, x.id
    FROM (
        SELECT k.id, k.email, k.birth_date, left(reverse(k.phone_digits), 7) AS tail,
            split_part(k.name_fold, ' ', 1) || ' ' || split_part(k.name_fold, ' ', 2) AS name
        FROM customers k
        WHERE k.organization_id = p_org AND k.id = ANY (p_ids) AND k.anonymized_at IS NULL
    ) c CROSS JOIN LATERAL (
        (SELECT p.id FROM customers p
         WHERE p.organization_id = p_org AND length(c.tail) = 7 AND p.phone_digits <> ''
            AND reverse(p.phone_digits) >= c.tail AND reverse(p.phone_digits) < c.tail || ':'
         LIMIT 20)
        UNION ALL
        (SELECT m.id FROM customers m
         WHERE m.organization_id = p_org AND c.email <> '' AND m.email <> '' AND lower(m.email) = lower(c.email)
         LIMIT 20)
        UNION ALL
        (SELECT b.id FROM customers b WHERE b.organization_id = p_org AND b.birth_date = c.birth_date LIMIT 100)
        UNION ALL
        (SELECT n.id FROM customers n
         WHERE n.organization_id = p_org AND right(c.name, 1) <> ' ' AND n.name_fold >= c.name AND n.name_fold < c.name || chr(1114111)
         ORDER BY n.name_fold, n.id LIMIT 20)
    ) x
    WHERE x.id <> c.id AND NOT EXISTS (
        SELECT FROM enrollments y WHERE y.organization_id = p_org AND y.customer_id IN (c.id, x.id) AND y.merged_into IS NOT NULL)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION duplicate_candidates FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON likely_duplicates, duplicate_marks TO regulars_app;
        GRANT EXECUTE ON FUNCTION duplicate_candidates TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
