-- +goose NO TRANSACTION

-- 0079 latest awards: what is read of an account's latest rows, with every
-- award and for every guest of an import, stands in the index that finds them.
-- Of an account that comes once a week each row lies on a page of its own, and
-- fetching ten pages took longer than all else. The index takes two and a half
-- times the room. It is built beside the old one while tills go on, however
-- long it must wait for others; one that was broken off is begun anew.
--
-- The table is looked through earlier than by default: of rows that came since
-- the last time the pages are fetched all the same.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = to_regclass('transactions_latest') AND NOT i.indisvalid) THEN
        DROP INDEX transactions_latest;
    END IF;
END $$;
-- +goose StatementEnd
SET lock_timeout = 0;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS transactions_latest ON transactions (organization_id, customer_id, seq)
    INCLUDE (type, at, points, amount, bulk_id, id, store_id, staff_id, order_id);
DROP INDEX CONCURRENTLY IF EXISTS transactions_account;
SET lock_timeout = '5s';
ALTER TABLE transactions SET (autovacuum_vacuum_insert_scale_factor = 0.02);
