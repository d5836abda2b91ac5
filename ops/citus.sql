-- citus.sql: lays the tables of a migrated, still empty database out over a
-- Citus cluster, each organization whole on one node:
--
--   regulars migrate; psql "$DATABASE_URL" -v ON_ERROR_STOP=1 -f ops/citus.sql
--
-- Every key starts with organization_id, so the schema stays as it is. Run it
-- again after an upgrade that brings new tables.
CREATE EXTENSION IF NOT EXISTS citus;
BEGIN;
-- The triggers look at rows of their own organization alone, and what is
-- unique without the organization is a random number of 256 bits.
SET LOCAL citus.enable_unsafe_triggers = on;
SET LOCAL citus.allow_unsafe_constraints = on;

-- Small, seldom changed and asked for before the organization is known: a copy
-- on every node. Sign-ins happen on the coordinator and stay there.
ALTER TABLE sessions DROP CONSTRAINT IF EXISTS sessions_staff_fk;
DO $$
DECLARE
    copied   CONSTANT text[] := '{organizations,api_keys}';
    -- The queue, the migrations, and what belongs to no organization.
    stay     CONSTANT text[] := '{sessions,sign_in_failures,import_orders}';
    t record;
BEGIN
    LOOP
        -- A table comes after those that its foreign keys point at.
        SELECT c.relname AS name, EXISTS (SELECT FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull) AS tenant
        INTO t
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL (stay)
            AND c.relname NOT LIKE 'river\_%' AND c.relname NOT LIKE 'goose\_%'
            AND NOT EXISTS (SELECT FROM pg_dist_partition d WHERE d.logicalrelid = c.oid)
        ORDER BY c.relname <> ALL (copied), c.relname <> 'stores', (
            SELECT count(*) FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.confrelid <> c.oid
                AND NOT EXISTS (SELECT FROM pg_dist_partition d WHERE d.logicalrelid = f.confrelid)), c.relname
        LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF t.name = ANY (copied) THEN
            PERFORM create_reference_table(t.name::regclass);
        ELSIF t.tenant THEN
            PERFORM create_distributed_table(t.name::regclass, 'organization_id',
                colocate_with => CASE t.name WHEN 'stores' THEN 'default' ELSE 'stores' END);
        ELSE
            RAISE EXCEPTION 'table % belongs to no organization: say in this script where it lives', t.name;
        END IF;
    END LOOP;
END $$;

-- The hot path runs whole on the organization's node.
SELECT create_distributed_function('ledger_read(uuid, jsonb)', 'p_org', colocate_with => 'stores');
SELECT create_distributed_function('ledger_post(uuid, jsonb)', 'p_org', colocate_with => 'stores');
COMMIT;
