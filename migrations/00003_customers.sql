-- 0003 customers: guests, their accounts and the lots their points lie in.

-- +goose Up
CREATE TABLE customers (
    organization_id  uuid        NOT NULL CONSTRAINT customers_organization_fk REFERENCES organizations,
    id               uuid        NOT NULL,
    external_id      text,
    name             text        NOT NULL CONSTRAINT customers_name_length CHECK (length(name) BETWEEN 1 AND 255),
    name_fold        text        COLLATE "C" NOT NULL,
    email            text        NOT NULL DEFAULT '',
    phone            text        NOT NULL DEFAULT '',
    phone_e164       text,
    phone_digits     text        COLLATE "C" NOT NULL DEFAULT '',
    -- name, e-mail and phone digits, folded, in one column: one index answers a
    -- search for any part of any of them.
    search           text        COLLATE "C" NOT NULL,
    birth_date       date,
    marketing_opt_in boolean     NOT NULL DEFAULT false,
    card_hash        bytea,
    anonymized_at    timestamptz,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT customers_external_id_unique UNIQUE (organization_id, external_id),
    CONSTRAINT customers_phone_unique UNIQUE (organization_id, phone_e164),
    CONSTRAINT customers_card_unique UNIQUE (card_hash)
);
COMMENT ON COLUMN customers.phone_digits IS 'digits of phone_e164, else of phone as typed';

-- One account for each customer. No column that an award changes is indexed,
-- and pages keep room, so that the update stays on its page (HOT).
CREATE TABLE enrollments (
    organization_id uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    id              uuid        NOT NULL,
    program_id      uuid,
    tier_id         uuid,
    balance         bigint      NOT NULL DEFAULT 0,
    lifetime        bigint      NOT NULL DEFAULT 0 CONSTRAINT enrollments_lifetime_not_negative CHECK (lifetime >= 0),
    seq             bigint      NOT NULL DEFAULT 0,
    revision        bigint      NOT NULL DEFAULT 1,
    frozen_at       timestamptz,
    active_day      date,
    since           timestamptz NOT NULL,
    PRIMARY KEY (organization_id, customer_id),
    CONSTRAINT enrollments_id_unique UNIQUE (organization_id, id),
    CONSTRAINT enrollments_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
    CONSTRAINT enrollments_program_fk FOREIGN KEY (organization_id, program_id) REFERENCES programs (organization_id, id),
    CONSTRAINT enrollments_tier_fk FOREIGN KEY (organization_id, tier_id) REFERENCES tiers (organization_id, id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN enrollments.seq IS 'number of the last transaction';
COMMENT ON COLUMN enrollments.revision IS 'rises with every change; a posting decided on an older one is refused';

-- Points that stop counting on the same day lie together. The lots of an
-- account add up to its balance, or to zero while it is in debt.
CREATE TABLE lots (
    organization_id uuid   NOT NULL,
    customer_id     uuid   NOT NULL,
    expires_on      date   NOT NULL,
    remaining       bigint NOT NULL CONSTRAINT lots_not_negative CHECK (remaining >= 0),
    PRIMARY KEY (organization_id, customer_id, expires_on),
    CONSTRAINT lots_enrollment_fk FOREIGN KEY (organization_id, customer_id) REFERENCES enrollments (organization_id, customer_id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN lots.expires_on IS 'the first day the points no longer count, at the organization; infinity for never';
CREATE INDEX lots_due ON lots (organization_id, expires_on) WHERE expires_on < 'infinity';
