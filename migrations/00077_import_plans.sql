-- 0077 import plans: what made an import into a large ledger slow.
--
-- It looked at thirty thousand random rows of each table before and behind it,
-- which on a disk takes longer than an import of a few orders. A table is
-- looked at once it has grown by a tenth since the last time, or never was.
--
-- And its batches are planned without nested loops, in which the weighing of a
-- case that one of them opened read the whole ledger.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refresh_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    t text;
BEGIN
    FOR t IN
        SELECT c.oid::regclass::text FROM pg_class c
        WHERE c.oid IN ('customers'::regclass, 'enrollments'::regclass, 'lots'::regclass, 'orders'::regclass, 'transactions'::regclass)
            AND (c.reltuples < 1 OR pg_relation_size(c.oid) > c.relpages::bigint * current_setting('block_size')::bigint * 11 / 10)
        ORDER BY 1
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', t);
    END LOOP;
END $$;
-- +goose StatementEnd
ALTER FUNCTION place_signal(uuid, jsonb) SET enable_nestloop = on;
ALTER FUNCTION weigh_case(uuid, uuid, timestamptz, bigint) SET enable_nestloop = on;
