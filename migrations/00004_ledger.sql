-- 0004 ledger: orders, transactions, redemptions and cases.

-- +goose Up
CREATE TABLE orders (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    store_id        uuid        NOT NULL,
    external_id     text        NOT NULL CONSTRAINT orders_external_id_length CHECK (length(external_id) BETWEEN 1 AND 255),
    customer_id     uuid,
    total           bigint      NOT NULL CONSTRAINT orders_total_not_negative CHECK (total >= 0),
    tax             bigint      NOT NULL DEFAULT 0 CONSTRAINT orders_tax_not_negative CHECK (tax >= 0),
    tip             bigint      NOT NULL DEFAULT 0 CONSTRAINT orders_tip_not_negative CHECK (tip >= 0),
    discount        bigint      NOT NULL DEFAULT 0 CONSTRAINT orders_discount_not_negative CHECK (discount >= 0),
    refunded_total  bigint      NOT NULL DEFAULT 0,
    currency        char(3)     NOT NULL,
    item_count      integer     NOT NULL DEFAULT 0,
    items           jsonb,
    status          text        NOT NULL CONSTRAINT orders_status_known CHECK (status IN ('open', 'completed', 'cancelled', 'refunded')),
    staff_ref       text        NOT NULL DEFAULT '',
    staff_id        uuid,
    transaction_id  uuid,
    earned          bigint      NOT NULL DEFAULT 0,
    reversed        bigint      NOT NULL DEFAULT 0,
    completed_at    timestamptz,
    day             date,
    claimed_at      timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    revision        bigint      NOT NULL DEFAULT 1,
    PRIMARY KEY (organization_id, id),
    -- An order earns once, forever: a store can't have it twice.
    CONSTRAINT orders_once UNIQUE (organization_id, store_id, external_id),
    CONSTRAINT orders_refund_range CHECK (refunded_total BETWEEN 0 AND total),
    CONSTRAINT orders_reversed_range CHECK (reversed BETWEEN 0 AND earned),
    CONSTRAINT orders_store_fk FOREIGN KEY (organization_id, store_id) REFERENCES stores (organization_id, id),
    CONSTRAINT orders_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id)
) WITH (fillfactor = 90);
COMMENT ON COLUMN orders.day IS 'the store''s business day of completed_at, in which the statistics count the order';
CREATE INDEX orders_customer ON orders (organization_id, customer_id, id);
CREATE INDEX orders_time ON orders (organization_id, coalesce(completed_at, created_at) DESC, id DESC);

CREATE TABLE transactions (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    seq             bigint      NOT NULL,
    type            text        NOT NULL CONSTRAINT transactions_type_known
        CHECK (type IN ('earn', 'redeem', 'adjust', 'expire', 'reverse', 'refund', 'transfer')),
    points          bigint      NOT NULL CONSTRAINT transactions_points_not_zero CHECK (points <> 0),
    lifetime_delta  bigint      NOT NULL,
    balance_after   bigint      NOT NULL,
    reason          text        NOT NULL,
    store_id        uuid,
    order_id        uuid,
    redemption_id   uuid,
    reward_id       uuid,
    reverses_id     uuid,
    amount          bigint      NOT NULL DEFAULT 0,
    staff_id        uuid,
    api_key_id      uuid,
    explanation     jsonb,
    at              timestamptz NOT NULL,
    -- The business day the statistics count it in: the store's at the time.
    day             date        NOT NULL,
    recorded_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT transactions_enrollment_fk FOREIGN KEY (organization_id, customer_id) REFERENCES enrollments (organization_id, customer_id)
);
-- The account's rows in order, without gaps; it also finds any page of them.
CREATE UNIQUE INDEX transactions_account ON transactions (organization_id, customer_id, seq);
CREATE INDEX transactions_time ON transactions (organization_id, at DESC, id DESC);
CREATE INDEX transactions_store_time ON transactions (organization_id, store_id, at DESC, id DESC);
CREATE INDEX transactions_reverses ON transactions (organization_id, reverses_id) WHERE reverses_id IS NOT NULL;

-- The ledger is append-only, whoever connects. The one way to take rows out is
-- erase_customer, which says so in a setting of its own transaction.
-- +goose StatementBegin
CREATE FUNCTION transactions_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('regulars.erasing', true) = OLD.customer_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the ledger only grows: correct it with a new row' USING ERRCODE = 'RG000';
END $$;
-- +goose StatementEnd
CREATE TRIGGER transactions_frozen BEFORE UPDATE OR DELETE ON transactions FOR EACH ROW EXECUTE FUNCTION transactions_frozen();
-- +goose StatementBegin
CREATE FUNCTION transactions_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: correct it with a new row' USING ERRCODE = 'RG000';
END $$;
-- +goose StatementEnd
CREATE TRIGGER transactions_no_truncate BEFORE TRUNCATE ON transactions EXECUTE FUNCTION transactions_no_truncate();

CREATE TABLE redemptions (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    reward_id       uuid        NOT NULL,
    reward_name     text        NOT NULL,
    reward_type     text        NOT NULL,
    discount_type   text,
    discount_value  bigint,
    points_cost     bigint      NOT NULL CONSTRAINT redemptions_cost_positive CHECK (points_cost >= 1),
    code            text        NOT NULL,
    status          text        NOT NULL CONSTRAINT redemptions_status_known CHECK (status IN ('issued', 'held', 'fulfilled', 'cancelled')),
    store_id        uuid,
    order_ref       text        NOT NULL DEFAULT '',
    transaction_id  uuid        NOT NULL,
    refund_id       uuid,
    lots            jsonb       NOT NULL,
    metadata        jsonb,
    staff_id        uuid,
    api_key_id      uuid,
    held_until      timestamptz,
    fulfilled_at    timestamptz,
    cancelled_at    timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT redemptions_code_unique UNIQUE (organization_id, code),
    CONSTRAINT redemptions_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id),
    CONSTRAINT redemptions_reward_fk FOREIGN KEY (organization_id, reward_id) REFERENCES rewards (organization_id, id)
);
CREATE INDEX redemptions_customer_reward ON redemptions (organization_id, customer_id, reward_id) INCLUDE (status);
CREATE INDEX redemptions_reward ON redemptions (organization_id, reward_id);
CREATE INDEX redemptions_queue ON redemptions (organization_id, status, id DESC);
CREATE INDEX redemptions_held ON redemptions (organization_id, held_until) WHERE status = 'held';

-- A custom event that carried an id, so that it counts once.
CREATE TABLE events (
    organization_id uuid        NOT NULL,
    event_key       text        NOT NULL,
    event_type_id   uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    transaction_id  uuid,
    at              timestamptz NOT NULL,
    PRIMARY KEY (organization_id, event_key)
);
-- How often and when last a customer had an event, for its limits.
CREATE TABLE event_counts (
    organization_id uuid        NOT NULL,
    customer_id     uuid        NOT NULL,
    event_type_id   uuid        NOT NULL,
    day             date        NOT NULL,
    count           integer     NOT NULL,
    last_at         timestamptz NOT NULL,
    PRIMARY KEY (organization_id, customer_id, event_type_id)
);

CREATE TABLE anomalies (
    organization_id uuid             NOT NULL,
    id              uuid             NOT NULL,
    customer_id     uuid,
    store_id        uuid,
    staff_id        uuid,
    type            text             NOT NULL,
    severity        text             NOT NULL CONSTRAINT anomalies_severity_known CHECK (severity IN ('low', 'medium', 'high')),
    score           double precision NOT NULL,
    description     text             NOT NULL,
    format          text             NOT NULL DEFAULT '',
    args            jsonb            NOT NULL DEFAULT '[]',
    points_involved bigint           NOT NULL,
    evidence        jsonb            NOT NULL DEFAULT '{}',
    transaction_ids uuid[]           NOT NULL DEFAULT '{}',
    case_key        text             NOT NULL,
    status          text             NOT NULL CONSTRAINT anomalies_status_known CHECK (status IN ('pending_review', 'confirmed', 'dismissed')),
    note            text             NOT NULL DEFAULT '',
    action          text             NOT NULL DEFAULT 'none' CONSTRAINT anomalies_action_known CHECK (action IN ('none', 'reverse_points', 'freeze_account')),
    decided_by      uuid,
    decided_at      timestamptz,
    flagged_at      timestamptz      NOT NULL,
    updated_at      timestamptz      NOT NULL,
    PRIMARY KEY (organization_id, id)
);
-- A story that goes on grows its open case.
CREATE UNIQUE INDEX anomalies_open_case ON anomalies (organization_id, case_key) WHERE status = 'pending_review';
CREATE INDEX anomalies_queue ON anomalies (organization_id, status, flagged_at DESC);
CREATE INDEX anomalies_story ON anomalies (organization_id, case_key);
CREATE INDEX anomalies_customer ON anomalies (organization_id, customer_id);
