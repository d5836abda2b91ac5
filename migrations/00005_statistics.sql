-- 0005 statistics: figures kept up as they happen, in the transaction that
-- changes them, so that a page never adds up the ledger. Each figure is spread
-- over eight shards, so that awards don't wait for each other's counter;
-- `verify` proves them equal to the full count.

-- +goose Up
CREATE TABLE daily_stats (
    organization_id uuid     NOT NULL,
    day             date     NOT NULL,
    store_id        uuid     NOT NULL,
    shard           smallint NOT NULL,
    issued          bigint   NOT NULL DEFAULT 0,
    redeemed        bigint   NOT NULL DEFAULT 0,
    refunded        bigint   NOT NULL DEFAULT 0,
    reversed        bigint   NOT NULL DEFAULT 0,
    expired         bigint   NOT NULL DEFAULT 0,
    adjusted        bigint   NOT NULL DEFAULT 0,
    transferred     bigint   NOT NULL DEFAULT 0,
    awards          bigint   NOT NULL DEFAULT 0,
    redemptions     bigint   NOT NULL DEFAULT 0,
    cancellations   bigint   NOT NULL DEFAULT 0,
    orders          bigint   NOT NULL DEFAULT 0,
    sales           bigint   NOT NULL DEFAULT 0,
    customers       bigint   NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, day, store_id, shard)
) WITH (fillfactor = 50);
COMMENT ON TABLE daily_stats IS 'points are signed sums of the ledger by type; store_id is all zeros for what happened at no store';

-- How many members had their last transaction on each day: the members active
-- since a day are a sum over days.
CREATE TABLE activity_stats (
    organization_id uuid     NOT NULL,
    day             date     NOT NULL,
    shard           smallint NOT NULL,
    members         bigint   NOT NULL,
    PRIMARY KEY (organization_id, day, shard)
) WITH (fillfactor = 50);

CREATE TABLE tier_stats (
    organization_id uuid     NOT NULL,
    tier_id         uuid     NOT NULL,
    shard           smallint NOT NULL,
    members         bigint   NOT NULL,
    PRIMARY KEY (organization_id, tier_id, shard)
) WITH (fillfactor = 50);

CREATE TABLE reward_stats (
    organization_id uuid     NOT NULL,
    reward_id       uuid     NOT NULL,
    shard           smallint NOT NULL,
    redemptions     bigint   NOT NULL,
    customers       bigint   NOT NULL,
    PRIMARY KEY (organization_id, reward_id, shard)
) WITH (fillfactor = 50);
COMMENT ON COLUMN reward_stats.customers IS 'how many different customers hold or have used it';
