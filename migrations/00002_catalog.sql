-- 0002 catalog: programs with their tiers, and rewards with their stock.

-- +goose Up
CREATE TABLE programs (
    organization_id    uuid          NOT NULL CONSTRAINT programs_organization_fk REFERENCES organizations,
    id                 uuid          NOT NULL,
    name               text          NOT NULL CONSTRAINT programs_name_length CHECK (length(name) BETWEEN 1 AND 255),
    rate               bigint        NOT NULL CONSTRAINT programs_rate_range CHECK (rate BETWEEN 1 AND 10000000000),
    currency_per_point bigint        NOT NULL CONSTRAINT programs_currency_per_point_positive CHECK (currency_per_point >= 1),
    is_active          boolean       NOT NULL,
    expire_after_days  integer       CONSTRAINT programs_expiry_positive CHECK (expire_after_days >= 1),
    tier_downgrade     text          NOT NULL DEFAULT 'never' CONSTRAINT programs_downgrade_known CHECK (tier_downgrade IN ('never', 'on_reversal')),
    negative_balance   text          NOT NULL DEFAULT 'refuse' CONSTRAINT programs_debt_known CHECK (negative_balance IN ('refuse', 'allow')),
    claim_window_days  integer       NOT NULL DEFAULT 7 CONSTRAINT programs_claim_window_range CHECK (claim_window_days BETWEEN 0 AND 365),
    anomaly_settings   jsonb,
    version            integer       NOT NULL DEFAULT 1,
    created_at         timestamptz   NOT NULL,
    updated_at         timestamptz   NOT NULL,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN programs.rate IS 'points per currency unit, in ten-thousandths';
COMMENT ON COLUMN programs.currency_per_point IS 'what a point is worth when redeemed, in minor units';
CREATE UNIQUE INDEX programs_one_active ON programs (organization_id) WHERE is_active;

CREATE TABLE tiers (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    program_id      uuid        NOT NULL,
    name            text        NOT NULL CONSTRAINT tiers_name_length CHECK (length(name) BETWEEN 1 AND 255),
    min_points      bigint      NOT NULL CONSTRAINT tiers_min_points_range CHECK (min_points BETWEEN 0 AND 1000000000),
    multiplier      integer     NOT NULL CONSTRAINT tiers_multiplier_range CHECK (multiplier BETWEEN 100 AND 1000),
    benefits        text        NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT tiers_program_fk FOREIGN KEY (organization_id, program_id) REFERENCES programs (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT tiers_min_points_unique UNIQUE (organization_id, program_id, min_points) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT tiers_name_unique UNIQUE (organization_id, program_id, name) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON COLUMN tiers.multiplier IS 'percent';

CREATE TABLE rewards (
    organization_id  uuid        NOT NULL,
    id               uuid        NOT NULL,
    program_id       uuid        NOT NULL,
    name             text        NOT NULL CONSTRAINT rewards_name_length CHECK (length(name) BETWEEN 1 AND 255),
    description      text        NOT NULL DEFAULT '' CONSTRAINT rewards_description_length CHECK (length(description) <= 500),
    points_cost      bigint      NOT NULL CONSTRAINT rewards_cost_range CHECK (points_cost BETWEEN 1 AND 1000000000),
    type             text        NOT NULL CONSTRAINT rewards_type_known CHECK (type IN ('discount', 'free_item', 'shipping', 'credit', 'perk')),
    discount_type    text        CONSTRAINT rewards_discount_type_known CHECK (discount_type IN ('percentage', 'fixed')),
    discount_value   bigint      CONSTRAINT rewards_discount_value_positive CHECK (discount_value >= 1),
    item_name        text        NOT NULL DEFAULT '',
    has_stock        boolean     NOT NULL DEFAULT false,
    max_per_customer integer     CONSTRAINT rewards_limit_positive CHECK (max_per_customer >= 1),
    min_tier_id      uuid,
    starts_at        timestamptz,
    expires_at       timestamptz,
    store_ids        uuid[]      NOT NULL DEFAULT '{}',
    is_active        boolean     NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT rewards_percentage_range CHECK (discount_type IS DISTINCT FROM 'percentage' OR discount_value <= 100),
    CONSTRAINT rewards_window CHECK (expires_at > starts_at),
    CONSTRAINT rewards_program_fk FOREIGN KEY (organization_id, program_id) REFERENCES programs (organization_id, id),
    CONSTRAINT rewards_tier_fk FOREIGN KEY (organization_id, min_tier_id) REFERENCES tiers (organization_id, id)
);
CREATE INDEX rewards_program ON rewards (organization_id, program_id, points_cost);

-- A reward's stock lies in several slots, so that many tills can take from it
-- at once without waiting for each other. The stock is the sum.
CREATE TABLE reward_stock (
    organization_id uuid     NOT NULL,
    reward_id       uuid     NOT NULL,
    slot            smallint NOT NULL,
    remaining       bigint   NOT NULL CONSTRAINT reward_stock_not_negative CHECK (remaining >= 0),
    PRIMARY KEY (organization_id, reward_id, slot),
    CONSTRAINT reward_stock_reward_fk FOREIGN KEY (organization_id, reward_id) REFERENCES rewards (organization_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);

CREATE TABLE event_types (
    organization_id          uuid        NOT NULL CONSTRAINT event_types_organization_fk REFERENCES organizations,
    id                       uuid        NOT NULL,
    key                      text        NOT NULL,
    name                     text        NOT NULL,
    mode                     text        NOT NULL CONSTRAINT event_types_mode_known CHECK (mode IN ('fixed', 'variable')),
    points                   bigint      CONSTRAINT event_types_points_range CHECK (points BETWEEN 1 AND 1000000000),
    rate                     bigint      CONSTRAINT event_types_rate_range CHECK (rate BETWEEN 1 AND 10000000000),
    max_per_customer_per_day integer     CONSTRAINT event_types_limit_positive CHECK (max_per_customer_per_day >= 1),
    cooldown_seconds         integer     CONSTRAINT event_types_cooldown_positive CHECK (cooldown_seconds >= 1),
    is_active                boolean     NOT NULL DEFAULT true,
    created_at               timestamptz NOT NULL,
    updated_at               timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT event_types_key_unique UNIQUE (organization_id, key)
);
COMMENT ON COLUMN event_types.rate IS 'points per unit of the event''s amount, in ten-thousandths';
