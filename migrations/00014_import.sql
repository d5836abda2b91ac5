-- 0014 import: where the rows of a file wait while it is checked.
--
-- Nothing here outlives its import, and after a crash the file is imported
-- again, so the table is not logged.

-- +goose Up
CREATE UNLOGGED TABLE import_orders (
    import_id    uuid        NOT NULL,
    line         bigint      NOT NULL,
    external_id  text        COLLATE "C" NOT NULL,
    store_id     uuid        NOT NULL,
    customer_ref text        COLLATE "C" NOT NULL,
    total        bigint      NOT NULL,
    item_count   integer     NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (import_id, at, line)
);
