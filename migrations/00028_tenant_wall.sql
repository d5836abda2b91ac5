-- 0028 tenant wall: row-level security as a second wall between organizations.
--
-- A session that says in regulars.organization for whom it works sees and
-- changes that organization's rows alone, even by a statement that forgot to
-- filter. One that says nothing is the program itself, as in jobs and commands
-- and before anybody has signed in. The functions that keep the ledger work as
-- the schema's owner, whom no policy binds; they filter by themselves.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION current_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('regulars.organization', true), '')::uuid
$$;
-- +goose StatementEnd

-- wall_next puts the wall around one table that is without it and says which;
-- NULL when none is left. Each migration of the program ends with it, so a new
-- table can't be forgotten; one table at a time, so that no two are held up at
-- once. The setting is read once a statement: it stands in a subquery.
-- +goose StatementBegin
CREATE FUNCTION wall_next() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    t record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tenant wall', 0)); -- servers that start together
    SELECT c.oid::regclass::text AS name, a.attname AS key, a.attnotnull AS required INTO t
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        AND a.attname = CASE c.relname WHEN 'organizations' THEN 'id' ELSE 'organization_id' END
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
    ORDER BY 1 LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    EXECUTE format('CREATE POLICY tenant ON %s USING ((SELECT current_organization()) IS NULL OR %I = (SELECT current_organization())%s)',
        t.name, t.key, CASE WHEN t.required THEN '' ELSE format(' OR %I IS NULL', t.key) END);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name);
    RETURN t.name;
END $$;
-- +goose StatementEnd

-- Parts of names are found through an index that no policy's reader may use:
-- LIKE could tell of rows that the policy hides. The search filters by itself.
ALTER FUNCTION customers_with_parts(uuid, text[], uuid[], int) SECURITY DEFINER;
ALTER FUNCTION customers_with_parts(uuid, text[], uuid[], int) SET search_path = public, pg_temp;
ALTER FUNCTION search_customers(uuid, text, text, text, text[], text[], text, text, text[], int, int, int, int) SECURITY DEFINER;
ALTER FUNCTION search_customers(uuid, text, text, text, text[], text[], text, text, text[], int, int, int, int) SET search_path = public, pg_temp;

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION wall_next, customers_with_parts, search_customers FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION search_customers TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
