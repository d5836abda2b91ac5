-- +goose NO TRANSACTION

-- 00100 rare rows: who looks for adjustments, for what one cashier did, or for
-- orders that are open, cancelled or nobody's, looks for few among very many.
-- Lists are read newest first, and without an index of the few a page of them
-- reads the whole ledger: ten seconds and a refusal with ten million rows. A
-- store that has had no orders for years is such a case, too.
--
-- Built while the release before serves; one that was broken off is begun anew.

-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
    broken regclass;
BEGIN
    FOR broken IN
        SELECT i.indexrelid FROM pg_index i
        WHERE NOT i.indisvalid AND i.indexrelid IN (to_regclass('transactions_rare'), to_regclass('transactions_staff'),
            to_regclass('orders_rare'), to_regclass('orders_unclaimed'), to_regclass('orders_store_time'))
    LOOP
        EXECUTE format('DROP INDEX %s', broken);
    END LOOP;
END $$;
-- +goose StatementEnd
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY IF NOT EXISTS transactions_rare ON transactions (organization_id, type, at DESC, id DESC)
    WHERE type NOT IN ('earn', 'redeem');
CREATE INDEX CONCURRENTLY IF NOT EXISTS transactions_staff ON transactions (organization_id, staff_id, at DESC, id DESC)
    WHERE staff_id IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_rare ON orders (organization_id, status, at DESC, id DESC)
    WHERE status <> 'completed';
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_unclaimed ON orders (organization_id, at DESC, id DESC)
    WHERE customer_id IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_store_time ON orders (organization_id, store_id, at DESC, id DESC);
SET lock_timeout = '5s';
