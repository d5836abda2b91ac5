-- 0043 order time: when an order happened, as a column of its own, and an
-- index of the few orders that earned nobody anything when they were closed.
--
-- Behind the tenant wall an index on an expression is of no use to a filter:
-- lists of past orders and the background's look at the ledger read every
-- order of the organization, again for each page. The column is worked out for
-- the orders there are, which holds up the table: about a minute for ten
-- million.

-- +goose Up
ALTER TABLE orders ADD COLUMN at timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(completed_at, created_at)) STORED;
DROP INDEX orders_time;
CREATE INDEX orders_time ON orders (organization_id, at DESC, id DESC);
CREATE INDEX orders_unearned ON orders (organization_id, at, id)
    WHERE completed_at IS NOT NULL AND (transaction_id IS NULL OR claimed_at > completed_at);
