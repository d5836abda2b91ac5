-- 0040 merge: two customers who are one person become one, and can be parted
-- again.
--
-- The one that goes, the source, stays as an empty account that leads to the
-- one that stays, the survivor: every look-up follows. The ledger only grows,
-- so the source's rows stay where they are and a pair of transfer rows moves
-- what they add up to; what hangs on the rows (orders, redemptions, cases)
-- moves along and is written down, so that it can go back.

-- +goose Up
ALTER TABLE enrollments
    ADD COLUMN merged_into uuid,
    ADD CONSTRAINT enrollments_merged_fk FOREIGN KEY (organization_id, merged_into) REFERENCES enrollments (organization_id, customer_id) NOT VALID,
    ADD CONSTRAINT enrollments_merged_empty CHECK (merged_into IS NULL
        OR balance = 0 AND lifetime = 0 AND program_id IS NULL AND tier_id IS NULL AND active_day IS NULL AND frozen_at IS NULL) NOT VALID;
COMMENT ON COLUMN enrollments.merged_into IS 'the customer who has become of this one; never one who was merged as well';
CREATE INDEX enrollments_merged ON enrollments (organization_id, customer_id) INCLUDE (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX enrollments_merged_into ON enrollments (organization_id, merged_into) WHERE merged_into IS NOT NULL;

-- Somebody may have spent everything and still bring lifetime points along.
-- What was written before holds to the narrower rule of then.
ALTER TABLE transactions
    DROP CONSTRAINT transactions_points_not_zero,
    ADD CONSTRAINT transactions_points_not_zero CHECK (points <> 0 OR type = 'transfer' AND lifetime_delta <> 0) NOT VALID;

-- Rows of two accounts that belong together: the two sides of a merge, of its
-- undoing, and of an award that moved to another guest. Each names the other.
CREATE TABLE transaction_links (
    organization_id uuid NOT NULL,
    transaction_id  uuid NOT NULL,
    linked_id       uuid NOT NULL,
    kind            text NOT NULL CONSTRAINT transaction_links_kind_known CHECK (kind IN ('merge', 'unmerge', 'move')),
    PRIMARY KEY (organization_id, transaction_id)
);

CREATE TABLE merges (
    organization_id   uuid        NOT NULL CONSTRAINT merges_organization_fk REFERENCES organizations,
    id                uuid        NOT NULL,
    survivor_id       uuid        NOT NULL,
    source_id         uuid        NOT NULL,
    at                timestamptz NOT NULL,
    until             timestamptz NOT NULL,
    staff_id          uuid,
    api_key_id        uuid,
    points            bigint      NOT NULL,
    lifetime          bigint      NOT NULL,
    lots              jsonb       NOT NULL,
    -- What of the source's rows had been taken back on other accounts before.
    outside_points    bigint      NOT NULL,
    outside_lifetime  bigint      NOT NULL,
    survivor_balance  bigint      NOT NULL,
    survivor_tier_id  uuid,
    source_program_id uuid,
    source_tier_id    uuid,
    program_id        uuid,
    program_version   integer     NOT NULL,
    -- Both as they were, to be given back; emptied once that can't be.
    details           jsonb       NOT NULL,
    order_ids         uuid[]      NOT NULL,
    redemption_ids    uuid[]      NOT NULL,
    anomaly_ids       uuid[]      NOT NULL,
    staff_ids         uuid[]      NOT NULL,
    hold_ids          uuid[]      NOT NULL,
    card_codes        text[]      NOT NULL,
    undone_at         timestamptz,
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN merges.until IS 'it can be undone before';
COMMENT ON COLUMN merges.points IS 'what the source had, as lifetime, lots, tier and program say, too';
CREATE UNIQUE INDEX merges_source ON merges (organization_id, source_id) WHERE undone_at IS NULL;
CREATE INDEX merges_of_source ON merges (organization_id, source_id);
CREATE INDEX merges_survivor ON merges (organization_id, survivor_id, id DESC);
CREATE INDEX merges_over ON merges (until) WHERE details <> '{}';

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_read(p_org uuid, q jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_customer uuid := (q->>'customer_id')::uuid;
    v_reward   uuid := (q->>'reward_id')::uuid;
    v_row      jsonb;
    v_held     bigint;
    v_version  bigint;
    v_merged   uuid;
    r          jsonb;
BEGIN
    SELECT o.config_version INTO v_version FROM organizations o WHERE o.id = p_org;
    r := jsonb_build_object('config', v_version);

    IF q ? 'once' THEN
        SELECT jsonb_build_object('fingerprint', encode(k.fingerprint, 'base64'), 'status', k.status, 'body', encode(k.body, 'base64'))
        INTO v_row FROM idempotency_keys k
        WHERE k.organization_id = p_org AND k.key = q->>'once' AND k.created_at > now() - interval '24 hours';
        IF FOUND THEN
            RETURN r || jsonb_build_object('once', v_row);
        END IF;
    END IF;

    IF q ? 'redemption_id' THEN
        SELECT to_jsonb(d), d.customer_id, d.reward_id INTO v_row, v_customer, v_reward FROM redemptions d
        WHERE d.organization_id = p_org AND d.id = (q->>'redemption_id')::uuid;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "redemption"}';
        END IF;
        r := r || jsonb_build_object('redemption', v_row, 'under_review', EXISTS (
            SELECT FROM review_holds h
            WHERE h.organization_id = p_org AND h.object_id = (q->>'redemption_id')::uuid AND h.released_at IS NULL));
    END IF;

    IF q ? 'reverses_id' THEN
        SELECT to_jsonb(t), t.customer_id INTO v_row, v_customer FROM transactions t
        WHERE t.organization_id = p_org AND t.id = (q->>'reverses_id')::uuid;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "transaction"}';
        END IF;
        r := r || jsonb_build_object('reverses', v_row, 'reversed', (
            SELECT coalesce(sum(t.points), 0) < 0 FROM transactions t
            WHERE t.organization_id = p_org AND t.reverses_id = (q->>'reverses_id')::uuid));
        SELECT to_jsonb(o) INTO v_row FROM orders o
        WHERE o.organization_id = p_org AND o.id = (r->'reverses'->>'order_id')::uuid;
        IF FOUND THEN
            r := r || jsonb_build_object('order', v_row);
        END IF;
    END IF;

    IF q ? 'order_ref' THEN
        SELECT to_jsonb(o) INTO v_row FROM orders o
        WHERE o.organization_id = p_org AND o.store_id = (q->>'order_store_id')::uuid AND o.external_id = q->>'order_ref';
        IF FOUND THEN
            r := r || jsonb_build_object('order', v_row);
            v_customer := coalesce((v_row->>'customer_id')::uuid, v_customer);
        END IF;
    ELSIF q ? 'order_id' THEN
        SELECT to_jsonb(o) INTO v_row FROM orders o WHERE o.organization_id = p_org AND o.id = (q->>'order_id')::uuid;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "order"}';
        END IF;
        r := r || jsonb_build_object('order', v_row);
        v_customer := coalesce((v_row->>'customer_id')::uuid, v_customer);
    END IF;

    IF r->'order'->>'transaction_id' IS NOT NULL THEN
        SELECT to_jsonb(t) INTO v_row FROM transactions t
        WHERE t.organization_id = p_org AND t.id = (r->'order'->>'transaction_id')::uuid;
        r := r || jsonb_build_object('award', v_row);
    END IF;

    IF q ? 'external_id' AND (v_customer IS NULL
        OR NOT EXISTS (SELECT FROM customers c WHERE c.organization_id = p_org AND c.id = v_customer)) THEN
        SELECT c.id INTO v_customer FROM customers c WHERE c.organization_id = p_org AND c.external_id = q->>'external_id';
        IF NOT FOUND THEN
            RETURN r || '{"missing": "customer"}';
        END IF;
    END IF;

    IF q ? 'enrollment_id' AND v_customer IS NULL THEN
        SELECT e.customer_id INTO v_customer FROM enrollments e
        WHERE e.organization_id = p_org AND e.id = (q->>'enrollment_id')::uuid;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "customer"}';
        END IF;
    END IF;

    IF v_customer IS NOT NULL THEN
        LOOP
            SELECT jsonb_build_object('customer_id', e.customer_id, 'id', e.id, 'program_id', e.program_id, 'tier_id', e.tier_id,
                       'balance', e.balance, 'lifetime', e.lifetime, 'seq', e.seq, 'revision', e.revision,
                       'frozen_at', e.frozen_at, 'active_day', e.active_day, 'since', e.since, 'name', c.name), e.merged_into
            INTO v_row, v_merged
            FROM enrollments e JOIN customers c ON c.organization_id = e.organization_id AND c.id = e.customer_id
            WHERE e.organization_id = p_org AND e.customer_id = v_customer;
            IF NOT FOUND THEN
                RETURN r || '{"missing": "customer"}';
            END IF;
            EXIT WHEN v_merged IS NULL;
            v_customer := v_merged;
        END LOOP;
        r := r || jsonb_build_object('account', v_row);
        -- Whoever sends an order again may know its guest by an id of before a merge.
        IF (q->>'customer_id')::uuid <> v_customer AND EXISTS (SELECT FROM enrollments e
            WHERE e.organization_id = p_org AND e.customer_id = (q->>'customer_id')::uuid AND e.merged_into = v_customer) THEN
            r := r || '{"alias": true}';
        END IF;
        IF q ? 'lots' THEN
            SELECT coalesce(jsonb_agg(jsonb_build_object('expires_on', l.expires_on, 'points', l.remaining) ORDER BY l.expires_on), '[]')
            INTO v_row FROM lots l
            WHERE l.organization_id = p_org AND l.customer_id = v_customer AND l.remaining > 0;
            r := r || jsonb_build_object('lots', v_row);
            SELECT coalesce(sum(h.points), 0) INTO v_held FROM review_holds h
            WHERE h.organization_id = p_org AND h.customer_id = v_customer AND h.released_at IS NULL AND h.kind = 'points';
            r := r || jsonb_build_object('under_review_points', v_held);
        END IF;
        IF q ? 'contact_since' THEN
            SELECT jsonb_build_object('at', a.at, 'store_id', a.store_id, 'staff_id', a.staff_id) INTO v_row FROM account_events a
            WHERE a.organization_id = p_org AND a.customer_id = v_customer AND a.type = 'contact'
                AND a.at > (q->>'contact_since')::timestamptz
            ORDER BY a.at DESC LIMIT 1;
            IF FOUND THEN
                r := r || jsonb_build_object('contact', v_row,
                    'store_is_new', NOT EXISTS (SELECT FROM transactions t
                        WHERE t.organization_id = p_org AND t.customer_id = v_customer AND t.store_id = (q->>'store_id')::uuid),
                    'takeovers', (SELECT count(*) FROM anomaly_signals s
                        WHERE s.organization_id = p_org AND s.type = 'account_takeover' AND s.subject_id = (q->>'store_id')::uuid
                            AND s.at > (q->>'contact_since')::timestamptz));
            END IF;
        END IF;
        IF q ? 'recent' THEN
            SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') INTO v_row FROM (
                SELECT t.id, t.at, t.points, t.amount, t.store_id, t.staff_id, t.order_id FROM transactions t
                WHERE t.organization_id = p_org AND t.customer_id = v_customer AND t.type = 'earn'
                ORDER BY t.seq DESC LIMIT least((q->>'recent')::int, 40)) t;
            r := r || jsonb_build_object('recent', v_row);
        END IF;
    END IF;

    IF v_reward IS NOT NULL THEN
        SELECT to_jsonb(w) || jsonb_build_object('stock', CASE WHEN w.has_stock THEN (
                   SELECT coalesce(sum(s.remaining), 0) FROM reward_stock s
                   WHERE s.organization_id = p_org AND s.reward_id = w.id) END)
        INTO v_row FROM rewards w WHERE w.organization_id = p_org AND w.id = v_reward;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "reward"}';
        END IF;
        r := r || jsonb_build_object('reward', v_row, 'redeemed', (
            SELECT count(*) FROM redemptions d
            WHERE d.organization_id = p_org AND d.customer_id = v_customer AND d.reward_id = v_reward AND d.status <> 'cancelled'));
    END IF;

    IF q ? 'event_type_id' THEN
        SELECT jsonb_build_object('events_today', CASE WHEN c.day = (q->>'day')::date THEN c.count ELSE 0 END, 'last_event', c.last_at)
        INTO v_row FROM event_counts c
        WHERE c.organization_id = p_org AND c.customer_id = v_customer AND c.event_type_id = (q->>'event_type_id')::uuid;
        IF FOUND THEN
            r := r || v_row;
        END IF;
        IF q ? 'event_key' THEN
            r := r || jsonb_build_object('event_seen', EXISTS (
                SELECT FROM events e WHERE e.organization_id = p_org AND e.event_key = q->>'event_key'));
        END IF;
    END IF;
    RETURN r;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION retier_members(p_org uuid, p_program uuid, p_without uuid[] DEFAULT '{}', OUT moved bigint, OUT up bigint, OUT down bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_ids    uuid[];
    v_points bigint[];
    v_active boolean;
BEGIN
    SELECT array_agg(t.id ORDER BY t.min_points), array_agg(t.min_points ORDER BY t.min_points) INTO v_ids, v_points
    FROM tiers t WHERE t.organization_id = p_org AND t.program_id = p_program AND t.id <> ALL (p_without);
    SELECT p.is_active INTO v_active FROM programs p WHERE p.organization_id = p_org AND p.id = p_program;
    IF v_ids IS NULL THEN
        RAISE EXCEPTION 'the program has no tiers' USING ERRCODE = 'RG003';
    END IF;
    WITH held AS MATERIALIZED (
        SELECT e.customer_id, e.tier_id FROM enrollments e
        WHERE e.organization_id = p_org AND e.merged_into IS NULL AND (v_active OR e.program_id = p_program)
            AND (e.program_id IS DISTINCT FROM p_program OR e.tier_id IS DISTINCT FROM v_ids[width_bucket(e.lifetime, v_points)])
        FOR NO KEY UPDATE
    ), changed AS (
        UPDATE enrollments e SET program_id = p_program, tier_id = v_ids[width_bucket(e.lifetime, v_points)], revision = e.revision + 1
        FROM held h WHERE e.organization_id = p_org AND e.customer_id = h.customer_id
        RETURNING h.tier_id AS old_tier, e.tier_id AS new_tier, shard_of(e.customer_id) AS shard
    ), counted AS (
        INSERT INTO tier_stats AS s (organization_id, tier_id, shard, members)
        SELECT p_org, d.tier_id, d.shard, sum(d.n) FROM (
            SELECT c.old_tier AS tier_id, c.shard, -1 AS n FROM changed c
            UNION ALL
            SELECT c.new_tier, c.shard, 1 FROM changed c) d
        WHERE d.tier_id IS NOT NULL GROUP BY d.tier_id, d.shard HAVING sum(d.n) <> 0 ORDER BY d.tier_id, d.shard
        ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = s.members + excluded.members
    )
    SELECT count(*) FILTER (WHERE n.id <> o.id), count(*) FILTER (WHERE n.min_points > o.min_points),
        count(*) FILTER (WHERE n.min_points < o.min_points)
    INTO moved, up, down FROM changed c
    JOIN tiers o ON o.organization_id = p_org AND o.id = c.old_tier
    JOIN tiers n ON n.organization_id = p_org AND n.id = c.new_tier;
    DELETE FROM tier_stats s WHERE s.organization_id = p_org AND s.members = 0;
END $$;
-- +goose StatementEnd

-- merged_from is the customer and everybody who was merged into the customer.
-- +goose StatementBegin
CREATE FUNCTION merged_from(p_org uuid, p_customer uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE parts (id) AS (
        SELECT p_customer
        UNION
        SELECT m.source_id FROM parts p JOIN merges m ON m.organization_id = p_org AND m.survivor_id = p.id AND m.undone_at IS NULL
    )
    SELECT id FROM parts
$$;
-- +goose StatementEnd

-- taken_outside is how many points and lifetime points of the customers' rows
-- were taken back, or given back, on accounts of others.
-- +goose StatementBegin
CREATE FUNCTION taken_outside(p_org uuid, p_customers uuid[], OUT points bigint, OUT lifetime bigint) LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(r.points), 0)::bigint, coalesce(sum(r.lifetime_delta), 0)::bigint
    FROM transactions t
    JOIN transactions r ON r.organization_id = p_org AND r.reverses_id = t.id AND r.reverses_id IS NOT NULL
    WHERE t.organization_id = p_org AND t.customer_id = ANY (p_customers) AND r.customer_id <> ALL (p_customers)
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_tiers(p_org uuid, p jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT count_tier(p_org, d.tier_id, d.shard, d.n) FROM (
        SELECT x.tier_id, shard_of(x.customer_id) AS shard, sum(x.n)::bigint AS n
        FROM jsonb_to_recordset(p) AS x (tier_id uuid, customer_id uuid, n int)
        WHERE x.tier_id IS NOT NULL GROUP BY 1, 2 HAVING sum(x.n) <> 0 ORDER BY 1, 2) d
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_activities(p_org uuid, p jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT count_activity(p_org, d.day, d.shard, d.n) FROM (
        SELECT x.day, shard_of(x.customer_id) AS shard, sum(x.n)::bigint AS n
        FROM jsonb_to_recordset(p) AS x (day date, customer_id uuid, n int)
        WHERE x.day IS NOT NULL GROUP BY 1, 2 HAVING sum(x.n) <> 0 ORDER BY 1, 2) d
$$;
-- +goose StatementEnd

-- move_redemptions gives redemptions to another customer, and keeps count of
-- how many customers each reward has.
-- +goose StatementBegin
CREATE FUNCTION move_redemptions(p_org uuid, p_ids uuid[], p_from uuid, p_to uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_before jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(d.reward_id, d.n), '{}') INTO v_before FROM (
        SELECT r.reward_id, count(DISTINCT r.customer_id) FILTER (WHERE r.status <> 'cancelled') AS n FROM redemptions r
        WHERE r.organization_id = p_org AND r.customer_id IN (p_from, p_to) GROUP BY 1) d;
    UPDATE redemptions r SET customer_id = p_to WHERE r.organization_id = p_org AND r.customer_id = p_from AND r.id = ANY (p_ids);
    PERFORM count_reward(p_org, d.reward_id, shard_of(p_to), 0, d.n - (v_before->>d.reward_id::text)::bigint) FROM (
        SELECT r.reward_id, count(DISTINCT r.customer_id) FILTER (WHERE r.status <> 'cancelled') AS n FROM redemptions r
        WHERE r.organization_id = p_org AND r.customer_id IN (p_from, p_to) GROUP BY 1 ORDER BY 1) d
    WHERE d.n <> (v_before->>d.reward_id::text)::bigint;
END $$;
-- +goose StatementEnd

-- move_points writes the pair of rows that moves points from one account to
-- another, and moves lots, tiers and counts along. m: points, lifetime,
-- reason_from, reason_to, row_from, row_to, kind, at, day, staff_id,
-- api_key_id; from and to with revision, program_id, tier_id, merged_into,
-- lots (changes). An account that is merged away is left without a program.
-- +goose StatementBegin
CREATE FUNCTION move_points(p_org uuid, p_config bigint, p_from uuid, p_to uuid, m jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_points   bigint := (m->>'points')::bigint;
    v_lifetime bigint := (m->>'lifetime')::bigint;
    v_moves    boolean := v_points <> 0 OR v_lifetime <> 0;
    v_sides    jsonb := jsonb_build_array(
        m->'from' || jsonb_build_object('id', p_from, 'sign', -1, 'row', m->>'row_from', 'reason', m->>'reason_from'),
        m->'to' || jsonb_build_object('id', p_to, 'sign', 1, 'row', m->>'row_to', 'reason', m->>'reason_to'));
    v_tiers    jsonb := '[]';
    v_days     jsonb := '[]';
    v_day      date;
    v_lots     bigint;
    e          enrollments;
    s          record;
    l          record;
BEGIN
    PERFORM FROM organizations g WHERE g.id = p_org AND g.config_version = p_config;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the configuration changed meanwhile' USING ERRCODE = 'RG001';
    END IF;
    FOR s IN SELECT x.* FROM jsonb_to_recordset(v_sides) AS x (id uuid, sign int, "row" uuid, reason text, revision bigint,
        program_id uuid, tier_id uuid, merged_into uuid, lots jsonb) ORDER BY x.id
    LOOP
        SELECT * INTO e FROM enrollments x WHERE x.organization_id = p_org AND x.customer_id = s.id FOR NO KEY UPDATE;
        IF NOT FOUND OR e.revision <> s.revision THEN
            RAISE EXCEPTION 'the account changed meanwhile' USING ERRCODE = 'RG001';
        END IF;
        IF v_moves THEN
            INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason,
                staff_id, api_key_id, at, day)
            VALUES (p_org, s."row", s.id, e.seq + 1, 'transfer', s.sign * v_points, s.sign * v_lifetime, e.balance + s.sign * v_points,
                s.reason, (m->>'staff_id')::uuid, (m->>'api_key_id')::uuid, (m->>'at')::timestamptz, (m->>'day')::date);
        END IF;
        -- Who comes back is active on the day of the last row.
        SELECT max(t.day) INTO v_day FROM transactions t WHERE t.organization_id = p_org AND t.customer_id = s.id
            AND (e.merged_into IS NOT NULL OR t.id = s."row");
        v_day := CASE WHEN s.merged_into IS NULL THEN greatest(e.active_day, v_day) END;
        UPDATE enrollments x SET balance = e.balance + s.sign * v_points, lifetime = e.lifetime + s.sign * v_lifetime,
            seq = e.seq + v_moves::int, revision = e.revision + 1, program_id = s.program_id, tier_id = s.tier_id,
            merged_into = s.merged_into, active_day = v_day
        WHERE x.organization_id = p_org AND x.customer_id = s.id;
        v_lots := 0;
        FOR l IN SELECT x.* FROM jsonb_to_recordset(s.lots) AS x (expires_on date, points bigint) LOOP
            v_lots := v_lots + l.points;
            IF l.points > 0 THEN
                INSERT INTO lots AS k (organization_id, customer_id, expires_on, remaining) VALUES (p_org, s.id, l.expires_on, l.points)
                ON CONFLICT (organization_id, customer_id, expires_on) DO UPDATE SET remaining = k.remaining + excluded.remaining;
            ELSE
                UPDATE lots k SET remaining = k.remaining + l.points
                WHERE k.organization_id = p_org AND k.customer_id = s.id AND k.expires_on = l.expires_on;
                IF NOT FOUND THEN
                    RAISE EXCEPTION 'the lot of % is gone', l.expires_on USING ERRCODE = 'RG003';
                END IF;
            END IF;
        END LOOP;
        IF v_lots <> greatest(e.balance + s.sign * v_points, 0) - greatest(e.balance, 0) THEN
            RAISE EXCEPTION 'the lots of the transfer do not add up to its balance' USING ERRCODE = 'RG003';
        END IF;
        v_tiers := v_tiers || jsonb_build_array(jsonb_build_object('tier_id', e.tier_id, 'customer_id', s.id, 'n', -1),
            jsonb_build_object('tier_id', s.tier_id, 'customer_id', s.id, 'n', 1));
        v_days := v_days || jsonb_build_array(jsonb_build_object('day', e.active_day, 'customer_id', s.id, 'n', -1),
            jsonb_build_object('day', v_day, 'customer_id', s.id, 'n', 1));
    END LOOP;
    IF v_moves THEN
        INSERT INTO transaction_links (organization_id, transaction_id, linked_id, kind) VALUES
            (p_org, (m->>'row_from')::uuid, (m->>'row_to')::uuid, m->>'kind'),
            (p_org, (m->>'row_to')::uuid, (m->>'row_from')::uuid, m->>'kind');
    END IF;
    PERFORM count_tiers(p_org, v_tiers);
    PERFORM count_activities(p_org, v_days);
END $$;
-- +goose StatementEnd

-- count_member counts a customer in or out, on the day it was added.
-- +goose StatementBegin
CREATE FUNCTION count_member(p_org uuid, p_customer uuid, p_n bigint) RETURNS void LANGUAGE sql AS $$
    SELECT count_day(p_org, (c.created_at AT TIME ZONE g.time_zone)::date, '00000000-0000-0000-0000-000000000000', shard_of(p_customer),
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, p_n)
    FROM customers c JOIN organizations g ON g.id = c.organization_id WHERE c.organization_id = p_org AND c.id = p_customer
$$;
-- +goose StatementEnd

-- merge_customers makes one account of two that the caller has locked: m is
-- what move_points takes, with what the merge's own row says.
-- +goose StatementBegin
CREATE FUNCTION merge_customers(p_org uuid, p_config bigint, m jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_survivor    uuid := (m->>'survivor_id')::uuid;
    v_source      uuid := (m->>'source_id')::uuid;
    v_outside     record;
    v_orders      uuid[];
    v_redemptions uuid[];
    v_anomalies   uuid[];
    v_staff       uuid[];
    v_holds       uuid[];
    v_cards       text[];
BEGIN
    SELECT * INTO v_outside FROM taken_outside(p_org, ARRAY(SELECT merged_from(p_org, v_source)));
    PERFORM move_points(p_org, p_config, v_source, v_survivor, m);
    UPDATE enrollments e SET merged_into = v_survivor, revision = e.revision + 1
    WHERE e.organization_id = p_org AND e.merged_into = v_source;
    -- The source's counts stay, for when it comes back.
    INSERT INTO event_counts AS c (organization_id, customer_id, event_type_id, day, count, last_at)
    SELECT p_org, v_survivor, x.event_type_id, x.day, x.count, x.last_at FROM event_counts x
    WHERE x.organization_id = p_org AND x.customer_id = v_source ORDER BY x.event_type_id
    ON CONFLICT (organization_id, customer_id, event_type_id) DO UPDATE SET
        count = CASE WHEN c.day = excluded.day THEN c.count + excluded.count WHEN c.day > excluded.day THEN c.count ELSE excluded.count END,
        day = greatest(c.day, excluded.day), last_at = greatest(c.last_at, excluded.last_at);
    WITH moved AS (
        UPDATE orders o SET customer_id = v_survivor, revision = o.revision + 1
        WHERE o.organization_id = p_org AND o.customer_id = v_source RETURNING o.id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_orders FROM moved;
    v_redemptions := ARRAY(SELECT r.id FROM redemptions r WHERE r.organization_id = p_org AND r.customer_id = v_source);
    PERFORM move_redemptions(p_org, v_redemptions, v_source, v_survivor);
    WITH moved AS (
        UPDATE anomalies a SET customer_id = v_survivor WHERE a.organization_id = p_org AND a.customer_id = v_source RETURNING a.id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_anomalies FROM moved;
    INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
    SELECT p_org, v_survivor, p.anomaly_id, p.kind FROM anomaly_people p WHERE p.organization_id = p_org AND p.person_id = v_source
    ON CONFLICT DO NOTHING;
    WITH moved AS (
        UPDATE review_holds h SET customer_id = v_survivor WHERE h.organization_id = p_org AND h.customer_id = v_source RETURNING h.object_id
    ) SELECT coalesce(array_agg(object_id), '{}') INTO v_holds FROM moved;
    WITH moved AS (
        UPDATE cards k SET customer_id = v_survivor WHERE k.organization_id = p_org AND k.customer_id = v_source RETURNING k.code
    ) SELECT coalesce(array_agg(code), '{}') INTO v_cards FROM moved;
    WITH moved AS (
        UPDATE staff s SET customer_id = v_survivor WHERE s.organization_id = p_org AND s.customer_id = v_source RETURNING s.id
    ) SELECT coalesce(array_agg(id), '{}') INTO v_staff FROM moved;
    INSERT INTO merges (organization_id, id, survivor_id, source_id, at, until, staff_id, api_key_id, points, lifetime, lots,
        outside_points, outside_lifetime, survivor_balance, survivor_tier_id, source_program_id, source_tier_id, program_id,
        program_version, details, order_ids, redemption_ids, anomaly_ids, staff_ids, hold_ids, card_codes)
    SELECT p_org, x.id, v_survivor, v_source, x.at, x.until, x.staff_id, x.api_key_id, x.points, x.lifetime, x.had,
        v_outside.points, v_outside.lifetime, x.survivor_balance, x.survivor_tier_id, x.source_program_id, x.source_tier_id, x.program_id,
        x.program_version, x.details, v_orders, v_redemptions, v_anomalies, v_staff, v_holds, v_cards
    FROM jsonb_to_record(m) AS x (id uuid, at timestamptz, until timestamptz, staff_id uuid, api_key_id uuid, points bigint,
        lifetime bigint, had jsonb, survivor_balance bigint, survivor_tier_id uuid, source_program_id uuid, source_tier_id uuid,
        program_id uuid, program_version int, details jsonb);
    PERFORM count_member(p_org, v_source, -1);
END $$;
-- +goose StatementEnd

-- unmerge_customers parts two customers again. What came with the source goes
-- back to it, unless it has gone to somebody else meanwhile; so does what its
-- source brought along. An order that has earned on the survivor since stays.
-- +goose StatementBegin
CREATE FUNCTION unmerge_customers(p_org uuid, p_config bigint, m jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    w       merges;
    v_parts uuid[];
BEGIN
    UPDATE merges x SET undone_at = (m->>'at')::timestamptz, details = '{}'
    WHERE x.organization_id = p_org AND x.id = (m->>'id')::uuid AND x.undone_at IS NULL RETURNING * INTO w;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the merge was undone meanwhile' USING ERRCODE = 'RG001';
    END IF;
    v_parts := ARRAY(SELECT merged_from(p_org, w.source_id));
    PERFORM move_points(p_org, p_config, w.survivor_id, w.source_id, m);
    UPDATE enrollments e SET merged_into = w.source_id, revision = e.revision + 1
    WHERE e.organization_id = p_org AND e.customer_id = ANY (v_parts) AND e.customer_id <> w.source_id;
    UPDATE orders o SET customer_id = w.source_id, revision = o.revision + 1
    WHERE o.organization_id = p_org AND o.id = ANY (w.order_ids) AND o.customer_id = w.survivor_id
        AND NOT EXISTS (SELECT FROM transactions t WHERE t.organization_id = p_org AND t.id = o.transaction_id AND t.customer_id <> ALL (v_parts));
    PERFORM move_redemptions(p_org, w.redemption_ids, w.survivor_id, w.source_id);
    UPDATE anomalies a SET customer_id = w.source_id
    WHERE a.organization_id = p_org AND a.id = ANY (w.anomaly_ids) AND a.customer_id = w.survivor_id;
    DELETE FROM anomaly_people p WHERE p.organization_id = p_org AND p.person_id = w.survivor_id AND p.anomaly_id = ANY (w.anomaly_ids);
    UPDATE review_holds h SET customer_id = w.source_id
    WHERE h.organization_id = p_org AND h.object_id = ANY (w.hold_ids) AND h.customer_id = w.survivor_id;
    UPDATE cards k SET customer_id = w.source_id
    WHERE k.organization_id = p_org AND k.code = ANY (w.card_codes) AND k.customer_id = w.survivor_id;
    UPDATE staff s SET customer_id = w.source_id
    WHERE s.organization_id = p_org AND s.id = ANY (w.staff_ids) AND s.customer_id = w.survivor_id;
    PERFORM count_member(p_org, w.source_id, 1);
END $$;
-- +goose StatementEnd

-- forget_merges empties what merges keep of persons once they can't be undone.
-- +goose StatementBegin
CREATE FUNCTION forget_merges(p_before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH over AS (UPDATE merges m SET details = '{}' WHERE m.until <= p_before AND m.details <> '{}' RETURNING m.id)
    SELECT count(*) FROM over
$$;
-- +goose StatementEnd

-- link_rows says that two rows of the ledger belong together.
-- +goose StatementBegin
CREATE FUNCTION link_rows(p_org uuid, p_one uuid, p_other uuid, p_kind text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO transaction_links (organization_id, transaction_id, linked_id, kind)
    VALUES (p_org, p_one, p_other, p_kind), (p_org, p_other, p_one, p_kind)
$$;
-- +goose StatementEnd

-- A person who asks to be forgotten is forgotten with everybody who turned out
-- to be the same person.
ALTER FUNCTION erase_customer RENAME TO erase_account;
-- +goose StatementBegin
CREATE FUNCTION erase_customer(p_org uuid, p_customer uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_part  uuid;
    v_parts uuid[];
BEGIN
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = p_customer AND e.merged_into IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the customer was merged into another, who is to be erased' USING ERRCODE = 'RG003';
    END IF;
    SELECT coalesce(array_agg(e.customer_id), '{}') INTO v_parts FROM enrollments e
    WHERE e.organization_id = p_org AND e.merged_into = p_customer;
    DELETE FROM transaction_links l USING transactions t
    WHERE t.organization_id = p_org AND t.customer_id = ANY (v_parts || p_customer) AND l.organization_id = p_org AND l.transaction_id = t.id;
    DELETE FROM merges m WHERE m.organization_id = p_org AND m.source_id = ANY (v_parts) AND m.undone_at IS NULL;
    FOREACH v_part IN ARRAY v_parts LOOP
        PERFORM count_member(p_org, v_part, 1), erase_account(p_org, v_part), forget_answers(p_org, v_part);
    END LOOP;
    PERFORM erase_account(p_org, p_customer);
END $$;
-- +goose StatementEnd
ALTER FUNCTION anonymize_customer RENAME TO anonymize_account;
-- +goose StatementBegin
CREATE FUNCTION anonymize_customer(p_org uuid, p_customer uuid, p_name text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM anonymize_account(p_org, e.customer_id, p_name, p_at) FROM enrollments e
    WHERE e.organization_id = p_org AND e.merged_into = p_customer;
    UPDATE merges m SET details = '{}' WHERE m.organization_id = p_org AND m.details <> '{}'
        AND m.source_id IN (SELECT e.customer_id FROM enrollments e WHERE e.organization_id = p_org AND e.merged_into = p_customer);
    RETURN anonymize_account(p_org, p_customer, p_name, p_at);
END $$;
-- +goose StatementEnd

-- A search that finds somebody who was merged finds whom that has become,
-- once.
ALTER FUNCTION search_customers RENAME TO search_accounts;
-- +goose StatementBegin
CREATE FUNCTION search_customers(p_org uuid, p_e164 text, p_name text, p_name_end text, p_digits text[], p_digits_end text[],
    p_tail text, p_tail_end text, p_parts text[], p_starts int, p_inner int, p_offset int, p_limit int, OUT ids uuid[], OUT total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
    SELECT s.ids INTO ids FROM search_accounts(p_org, p_e164, p_name, p_name_end, p_digits, p_digits_end, p_tail, p_tail_end, p_parts,
        p_starts, p_inner, 0, p_starts + p_inner) s;
    IF EXISTS (SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.merged_into IS NOT NULL) THEN
        ids := ARRAY(
            SELECT coalesce(e.merged_into, u.id) FROM unnest(ids) WITH ORDINALITY AS u (id, n)
            LEFT JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = u.id AND e.merged_into IS NOT NULL
            GROUP BY 1 ORDER BY min(u.n));
    END IF;
    total := cardinality(ids);
    ids := ids[p_offset + 1 : p_offset + p_limit];
END $$;
-- +goose StatementEnd

-- Whoever was merged leaves the lists, and comes back when parted.
DROP TRIGGER roster_note_change ON enrollments;
CREATE TRIGGER roster_note_change AFTER UPDATE ON enrollments FOR EACH ROW
    WHEN (NEW.seq <> OLD.seq OR NEW.tier_id IS DISTINCT FROM OLD.tier_id OR NEW.balance <> OLD.balance OR NEW.lifetime <> OLD.lifetime
        OR NEW.merged_into IS DISTINCT FROM OLD.merged_into)
    EXECUTE FUNCTION roster_note_account();
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION roster_follow(p_org uuid, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    v_taken uuid[];
BEGIN
    IF NOT EXISTS (SELECT FROM roster_changes x WHERE x.organization_id = p_org)
        OR NOT pg_try_advisory_xact_lock(hashtextextended('roster ' || p_org, 0)) THEN
        RETURN 0;
    END IF;
    WITH gone AS (
        DELETE FROM roster_changes x WHERE x.organization_id = p_org AND x.ctid = ANY (ARRAY(
            SELECT y.ctid FROM roster_changes y WHERE y.organization_id = p_org LIMIT p_limit))
        RETURNING x.customer_id
    )
    SELECT coalesce(array_agg(customer_id), '{}') INTO v_taken FROM gone;
    DELETE FROM roster r WHERE r.organization_id = p_org AND r.customer_id = ANY (v_taken) AND NOT EXISTS (
        SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = r.customer_id AND e.merged_into IS NULL);
    INSERT INTO roster AS r
    SELECT p_org, e.customer_id, e.tier_id,
        (SELECT t.store_id FROM transactions t
         WHERE t.organization_id = p_org AND t.customer_id = e.customer_id AND t.store_id IS NOT NULL
         ORDER BY t.seq DESC LIMIT 1),
        e.balance, e.lifetime, coalesce(e.active_day, '-infinity'), c.created_at, c.marketing_opt_in
    FROM (SELECT DISTINCT unnest(v_taken) AS id) k
    JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = k.id AND e.merged_into IS NULL
    JOIN customers c ON c.organization_id = p_org AND c.id = k.id
    ON CONFLICT (organization_id, customer_id) DO UPDATE SET tier_id = excluded.tier_id, store_id = excluded.store_id,
        balance = excluded.balance, lifetime = excluded.lifetime, active_day = excluded.active_day,
        created_at = excluded.created_at, marketing_opt_in = excluded.marketing_opt_in
    WHERE (r.tier_id, r.store_id, r.balance, r.lifetime, r.active_day, r.created_at, r.marketing_opt_in) IS DISTINCT FROM
        (excluded.tier_id, excluded.store_id, excluded.balance, excluded.lifetime, excluded.active_day, excluded.created_at,
        excluded.marketing_opt_in);
    RETURN cardinality(v_taken);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION roster_list(p_org uuid, f jsonb, p_sort text, p_offset int, p_limit int, p_known bigint, p_cap int,
    OUT ids uuid[], OUT total bigint)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    v_walk   CONSTANT int := 10000 + 2 * p_offset;
    v_key    CONSTANT text := CASE p_sort WHEN 'visit' THEN 'active_day' WHEN 'balance' THEN 'balance' WHEN 'lifetime' THEN 'lifetime' ELSE 'created_at' END;
    v_where  text := '';
    v_within text := ''; -- those of the conditions that say where the walk begins and ends
    v_one    text;
    v_sorts  text;
BEGIN
    FOR v_one, v_sorts IN
        SELECT c.says, c.sorts FROM (VALUES
            ('tier_id', ' AND r.tier_id = ($2->>''tier_id'')::uuid', 'balance lifetime'),
            ('since', ' AND r.active_day >= ($2->>''since'')::date', 'visit'),
            ('until', ' AND r.active_day < ($2->>''until'')::date', 'visit'),
            ('least', ' AND r.balance >= ($2->>''least'')::bigint', 'balance'),
            ('most', ' AND r.balance <= ($2->>''most'')::bigint', 'balance'),
            ('joined', ' AND r.created_at >= ($2->>''joined'')::timestamptz', 'newest'),
            ('joined_until', ' AND r.created_at < ($2->>''joined_until'')::timestamptz', 'newest'),
            ('store_id', ' AND r.store_id = ($2->>''store_id'')::uuid', ''),
            ('marketing', CASE f->>'marketing' WHEN 'true' THEN ' AND r.marketing_opt_in' ELSE ' AND NOT r.marketing_opt_in' END, '')
        ) AS c (name, says, sorts) WHERE f ? c.name
    LOOP
        v_where := v_where || v_one;
        IF p_sort = ANY (string_to_array(v_sorts, ' ')) THEN
            v_within := v_within || v_one;
        END IF;
    END LOOP;

    IF p_sort = 'name' AND v_where = '' THEN
        ids := ARRAY(
            SELECT c.id FROM customers c WHERE c.organization_id = p_org AND NOT EXISTS (
                SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = c.id AND e.merged_into IS NOT NULL)
            ORDER BY c.name_fold, c.id OFFSET p_offset LIMIT p_limit);
    ELSIF p_sort = 'name' THEN
        EXECUTE format('
            SELECT ARRAY(SELECT w.id FROM (
                SELECT c.id, c.name_fold FROM customers c WHERE c.organization_id = $1 ORDER BY c.name_fold, c.id LIMIT $3) w
            JOIN roster r ON r.organization_id = $1 AND r.customer_id = w.id %s
            ORDER BY w.name_fold, w.id OFFSET $4 LIMIT $5)', v_where) INTO ids USING p_org, f, v_walk / 2, p_offset, p_limit;
    ELSE
        EXECUTE format('
            SELECT ARRAY(SELECT r.customer_id FROM (
                SELECT r.* FROM roster r WHERE r.organization_id = $1 %s ORDER BY r.%I DESC LIMIT $3) r
            WHERE true %s ORDER BY r.%I DESC OFFSET $4 LIMIT $5)', v_within, v_key, v_where, v_key)
            INTO ids USING p_org, f, v_walk, p_offset, p_limit;
    END IF;
    total := p_known;
    IF total IS NULL THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM roster r WHERE r.organization_id = $1 %s LIMIT $3) x', v_where)
            INTO total USING p_org, f, p_cap;
    END IF;
    IF cardinality(ids) < least(p_limit, total - p_offset) AND v_where <> '' THEN
        ids := roster_few(p_org, f, p_sort, v_key, v_where, p_offset, p_limit);
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION merge_customers, unmerge_customers, forget_merges, link_rows, erase_customer, anonymize_customer, search_customers FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON merges, transaction_links FROM regulars_app;
        REVOKE EXECUTE ON FUNCTION erase_account, anonymize_account FROM regulars_app;
        GRANT EXECUTE ON FUNCTION merge_customers, unmerge_customers, forget_merges, link_rows, erase_customer, anonymize_customer, search_customers
            TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
