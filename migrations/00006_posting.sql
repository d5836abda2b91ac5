-- 0006 posting: the two statements of the hot path. ledger_read answers
-- everything a use case decides on, as of one instant; ledger_post writes what
-- was decided, whole, and refuses when what was read has changed since.
--
-- ledger_post is the only way into the ledger: the application's role may not
-- write transactions, balances, lots, orders or statistics by itself.
--
-- Refusals (SQLSTATE): RG001 stale, RG002 idempotency key taken, RG003 the
-- rows do not add up, RG004 not enough points, RG005 out of stock.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION ledger_read(p_org uuid, q jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_customer uuid := (q->>'customer_id')::uuid;
    v_reward   uuid := (q->>'reward_id')::uuid;
    v_row      jsonb;
    v_version  bigint;
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
        r := r || jsonb_build_object('redemption', v_row);
    END IF;

    IF q ? 'reverses_id' THEN
        SELECT to_jsonb(t), t.customer_id INTO v_row, v_customer FROM transactions t
        WHERE t.organization_id = p_org AND t.id = (q->>'reverses_id')::uuid;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "transaction"}';
        END IF;
        r := r || jsonb_build_object('reverses', v_row, 'reversed', EXISTS (
            SELECT FROM transactions t WHERE t.organization_id = p_org AND t.reverses_id = (q->>'reverses_id')::uuid));
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
        SELECT jsonb_build_object('customer_id', e.customer_id, 'id', e.id, 'program_id', e.program_id, 'tier_id', e.tier_id,
                   'balance', e.balance, 'lifetime', e.lifetime, 'seq', e.seq, 'revision', e.revision,
                   'frozen_at', e.frozen_at, 'active_day', e.active_day, 'since', e.since, 'name', c.name)
        INTO v_row
        FROM enrollments e JOIN customers c ON c.organization_id = e.organization_id AND c.id = e.customer_id
        WHERE e.organization_id = p_org AND e.customer_id = v_customer;
        IF NOT FOUND THEN
            RETURN r || '{"missing": "customer"}';
        END IF;
        r := r || jsonb_build_object('account', v_row);
        IF q ? 'lots' THEN
            SELECT coalesce(jsonb_agg(jsonb_build_object('expires_on', l.expires_on, 'points', l.remaining) ORDER BY l.expires_on), '[]')
            INTO v_row FROM lots l
            WHERE l.organization_id = p_org AND l.customer_id = v_customer AND l.remaining > 0;
            r := r || jsonb_build_object('lots', v_row);
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

-- take_stock takes one from any slot that nobody else is taking from, and only
-- waits when all that is left is being taken.
-- +goose StatementBegin
CREATE FUNCTION take_stock(p_org uuid, p_reward uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_slot smallint;
BEGIN
    LOOP
        SELECT s.slot INTO v_slot FROM reward_stock s
        WHERE s.organization_id = p_org AND s.reward_id = p_reward AND s.remaining > 0
        LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            SELECT s.slot INTO v_slot FROM reward_stock s
            WHERE s.organization_id = p_org AND s.reward_id = p_reward AND s.remaining > 0
            ORDER BY s.slot LIMIT 1 FOR NO KEY UPDATE;
        END IF;
        IF FOUND THEN
            UPDATE reward_stock s SET remaining = s.remaining - 1
            WHERE s.organization_id = p_org AND s.reward_id = p_reward AND s.slot = v_slot;
            RETURN;
        END IF;
        IF NOT EXISTS (SELECT FROM reward_stock s WHERE s.organization_id = p_org AND s.reward_id = p_reward AND s.remaining > 0) THEN
            RAISE EXCEPTION 'out of stock' USING ERRCODE = 'RG005';
        END IF;
    END LOOP;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_day(p_org uuid, p_day date, p_store uuid, p_shard smallint,
    p_issued bigint, p_redeemed bigint, p_refunded bigint, p_reversed bigint, p_expired bigint, p_adjusted bigint, p_transferred bigint,
    p_awards bigint, p_redemptions bigint, p_cancellations bigint, p_orders bigint, p_sales bigint, p_customers bigint)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued, redeemed, refunded, reversed, expired, adjusted,
        transferred, awards, redemptions, cancellations, orders, sales, customers)
    VALUES (p_org, p_day, p_store, p_shard, p_issued, p_redeemed, p_refunded, p_reversed, p_expired, p_adjusted,
        p_transferred, p_awards, p_redemptions, p_cancellations, p_orders, p_sales, p_customers)
    ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET
        issued = d.issued + excluded.issued, redeemed = d.redeemed + excluded.redeemed, refunded = d.refunded + excluded.refunded,
        reversed = d.reversed + excluded.reversed, expired = d.expired + excluded.expired, adjusted = d.adjusted + excluded.adjusted,
        transferred = d.transferred + excluded.transferred, awards = d.awards + excluded.awards,
        redemptions = d.redemptions + excluded.redemptions, cancellations = d.cancellations + excluded.cancellations,
        orders = d.orders + excluded.orders, sales = d.sales + excluded.sales, customers = d.customers + excluded.customers
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_tier(p_org uuid, p_tier uuid, p_shard smallint, p_members bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tier_stats AS t (organization_id, tier_id, shard, members) VALUES (p_org, p_tier, p_shard, p_members)
    ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = t.members + excluded.members
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_activity(p_org uuid, p_day date, p_shard smallint, p_members bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO activity_stats AS a (organization_id, day, shard, members) VALUES (p_org, p_day, p_shard, p_members)
    ON CONFLICT (organization_id, day, shard) DO UPDATE SET members = a.members + excluded.members
$$;
-- +goose StatementEnd

-- shard_of spreads a customer's counters; the last byte of a UUID is random.
-- +goose StatementBegin
CREATE FUNCTION shard_of(p uuid) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT (get_byte(uuid_send(p), 15) & 7)::smallint
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION ledger_post(p_org uuid, p jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    none        CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    v_customer  uuid := (p->>'customer_id')::uuid;
    v_day       date := (p->>'day')::date;
    v_at        timestamptz := (p->>'at')::timestamptz;
    v_shard     smallint := shard_of(coalesce(v_customer, (p->'order'->>'id')::uuid, none));
    v_store     uuid := none;
    v_before    bigint;
    v_balance   bigint;
    v_lifetime  bigint := 0;
    v_seq       bigint;
    v_revision  bigint;
    v_tier      uuid;
    v_new_tier  uuid := (p->>'tier_id')::uuid;
    v_active    date;
    v_lots      bigint := 0;
    v_first     boolean;
    issued bigint := 0; redeemed bigint := 0; refunded bigint := 0; reversed bigint := 0; expired bigint := 0;
    adjusted bigint := 0; transferred bigint := 0; awards bigint := 0; redemptions bigint := 0; cancellations bigint := 0;
    t record;
    o jsonb;
BEGIN
    IF v_customer IS NOT NULL THEN
        SELECT e.balance, e.seq, e.revision, e.tier_id, e.active_day INTO v_before, v_seq, v_revision, v_tier, v_active
        FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = v_customer FOR NO KEY UPDATE;
        IF NOT FOUND OR v_revision <> (p->>'revision')::bigint THEN
            RAISE EXCEPTION 'the account changed meanwhile' USING ERRCODE = 'RG001';
        END IF;
        v_balance := v_before;
    END IF;
    IF p ? 'config' THEN
        PERFORM FROM organizations g WHERE g.id = p_org AND g.config_version = (p->>'config')::bigint;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'the configuration changed meanwhile' USING ERRCODE = 'RG001';
        END IF;
    END IF;

    IF p ? 'once' THEN
        PERFORM save_answer(p_org, p->'once'->>'key', decode(p->'once'->>'fingerprint', 'base64'),
            (p->'once'->>'status')::int, decode(p->'once'->>'body', 'base64'));
    END IF;

    FOR t IN SELECT * FROM jsonb_to_recordset(p->'transactions') AS x (id uuid, type text, points bigint, lifetime_delta bigint,
        balance_after bigint, reason text, store_id uuid, order_id uuid, redemption_id uuid, reward_id uuid, reverses_id uuid,
        amount bigint, staff_id uuid, api_key_id uuid, explanation jsonb, at timestamptz)
    LOOP
        v_seq := v_seq + 1;
        v_balance := v_balance + t.points;
        v_lifetime := v_lifetime + t.lifetime_delta;
        IF v_balance IS DISTINCT FROM t.balance_after THEN
            RAISE EXCEPTION 'row % of the posting does not add up', v_seq USING ERRCODE = 'RG003';
        END IF;
        INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason,
            store_id, order_id, redemption_id, reward_id, reverses_id, amount, staff_id, api_key_id, explanation, at, day)
        VALUES (p_org, t.id, v_customer, v_seq, t.type, t.points, t.lifetime_delta, t.balance_after, t.reason,
            t.store_id, t.order_id, t.redemption_id, t.reward_id, t.reverses_id, t.amount, t.staff_id, t.api_key_id, t.explanation,
            t.at, v_day);
        v_store := coalesce(t.store_id, none);
        CASE t.type
            WHEN 'earn' THEN issued := issued + t.points; awards := awards + 1;
            WHEN 'redeem' THEN redeemed := redeemed + t.points; redemptions := redemptions + 1;
            WHEN 'refund' THEN refunded := refunded + t.points; cancellations := cancellations + 1;
            WHEN 'reverse' THEN reversed := reversed + t.points;
            WHEN 'expire' THEN expired := expired + t.points;
            WHEN 'adjust' THEN adjusted := adjusted + t.points;
            ELSE transferred := transferred + t.points;
        END CASE;
    END LOOP;

    IF v_customer IS NOT NULL THEN
        IF v_balance < 0 AND v_balance < v_before AND NOT p ? 'allow_debt' THEN
            RAISE EXCEPTION 'the balance does not suffice' USING ERRCODE = 'RG004';
        END IF;
        UPDATE enrollments e SET balance = v_balance, lifetime = e.lifetime + v_lifetime, seq = v_seq, revision = e.revision + 1,
            program_id = coalesce((p->>'program_id')::uuid, e.program_id), tier_id = coalesce(v_new_tier, e.tier_id),
            frozen_at = CASE WHEN p ? 'freeze' THEN coalesce(e.frozen_at, v_at) ELSE e.frozen_at END,
            active_day = CASE WHEN v_balance <> v_before THEN greatest(v_day, e.active_day) ELSE e.active_day END
        WHERE e.organization_id = p_org AND e.customer_id = v_customer;
        IF v_new_tier IS DISTINCT FROM v_tier AND v_new_tier IS NOT NULL THEN
            IF v_tier IS NOT NULL THEN
                PERFORM count_tier(p_org, v_tier, v_shard, -1);
            END IF;
            PERFORM count_tier(p_org, v_new_tier, v_shard, 1);
        END IF;
        IF v_balance <> v_before AND (v_active IS NULL OR v_day > v_active) THEN
            IF v_active IS NOT NULL THEN
                PERFORM count_activity(p_org, v_active, v_shard, -1);
            END IF;
            PERFORM count_activity(p_org, v_day, v_shard, 1);
        END IF;
    END IF;

    FOR t IN SELECT * FROM jsonb_to_recordset(p->'lots') AS x (expires_on date, points bigint) LOOP
        v_lots := v_lots + t.points;
        IF t.points > 0 THEN
            INSERT INTO lots AS l (organization_id, customer_id, expires_on, remaining) VALUES (p_org, v_customer, t.expires_on, t.points)
            ON CONFLICT (organization_id, customer_id, expires_on) DO UPDATE SET remaining = l.remaining + excluded.remaining;
        ELSE
            UPDATE lots l SET remaining = l.remaining + t.points
            WHERE l.organization_id = p_org AND l.customer_id = v_customer AND l.expires_on = t.expires_on;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the lot of % is gone', t.expires_on USING ERRCODE = 'RG003';
            END IF;
        END IF;
    END LOOP;
    IF v_lots <> greatest(v_balance, 0) - greatest(v_before, 0) THEN
        RAISE EXCEPTION 'the lots of the posting do not add up to its balance' USING ERRCODE = 'RG003';
    END IF;

    IF p ? 'order' THEN
        o := p->'order';
        PERFORM save_order(p_org, o);
    END IF;

    IF p ? 'redemption' THEN
        o := p->'redemption';
        IF p ? 'redemption_from' THEN
            UPDATE redemptions d SET status = o->>'status', refund_id = (o->>'refund_id')::uuid,
                fulfilled_at = (o->>'fulfilled_at')::timestamptz, cancelled_at = (o->>'cancelled_at')::timestamptz
            WHERE d.organization_id = p_org AND d.id = (o->>'id')::uuid AND d.status = p->>'redemption_from';
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the redemption changed meanwhile' USING ERRCODE = 'RG001';
            END IF;
            IF o->>'status' = 'cancelled' THEN
                v_first := NOT EXISTS (SELECT FROM redemptions d WHERE d.organization_id = p_org AND d.customer_id = v_customer
                    AND d.reward_id = (o->>'reward_id')::uuid AND d.status <> 'cancelled');
                PERFORM count_reward(p_org, (o->>'reward_id')::uuid, v_shard, -1, -v_first::int);
            END IF;
        ELSE
            v_first := NOT EXISTS (SELECT FROM redemptions d WHERE d.organization_id = p_org AND d.customer_id = v_customer
                AND d.reward_id = (o->>'reward_id')::uuid AND d.status <> 'cancelled');
            INSERT INTO redemptions SELECT p_org AS organization_id, x.id, v_customer, x.reward_id, x.reward_name, x.reward_type,
                x.discount_type, x.discount_value, x.points_cost, x.code, x.status, x.store_id, x.order_ref, x.transaction_id,
                NULL, x.lots, x.metadata, x.staff_id, x.api_key_id, x.held_until, x.fulfilled_at, NULL, x.created_at
            FROM jsonb_to_record(o) AS x (id uuid, reward_id uuid, reward_name text, reward_type text, discount_type text,
                discount_value bigint, points_cost bigint, code text, status text, store_id uuid, order_ref text,
                transaction_id uuid, lots jsonb, metadata jsonb, staff_id uuid, api_key_id uuid, held_until timestamptz,
                fulfilled_at timestamptz, created_at timestamptz);
            PERFORM count_reward(p_org, (o->>'reward_id')::uuid, v_shard, 1, v_first::int);
        END IF;
    END IF;

    IF p ? 'stock_reward_id' THEN
        IF (p->>'stock_delta')::int < 0 THEN
            PERFORM take_stock(p_org, (p->>'stock_reward_id')::uuid);
        ELSE
            UPDATE reward_stock s SET remaining = s.remaining + 1
            WHERE s.organization_id = p_org AND s.reward_id = (p->>'stock_reward_id')::uuid AND s.slot = (
                SELECT min(m.slot) FROM reward_stock m WHERE m.organization_id = p_org AND m.reward_id = (p->>'stock_reward_id')::uuid);
        END IF;
    END IF;

    IF p ? 'event_type_id' THEN
        IF p ? 'event_key' THEN
            INSERT INTO events (organization_id, event_key, event_type_id, customer_id, transaction_id, at)
            VALUES (p_org, p->>'event_key', (p->>'event_type_id')::uuid, v_customer, (p->'transactions'->0->>'id')::uuid, v_at)
            ON CONFLICT (organization_id, event_key) DO NOTHING;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'the event was counted meanwhile' USING ERRCODE = 'RG001';
            END IF;
        END IF;
        INSERT INTO event_counts AS c (organization_id, customer_id, event_type_id, day, count, last_at)
        VALUES (p_org, v_customer, (p->>'event_type_id')::uuid, v_day, 1, v_at)
        ON CONFLICT (organization_id, customer_id, event_type_id) DO UPDATE SET
            count = CASE WHEN c.day = excluded.day THEN c.count + 1 ELSE 1 END, day = excluded.day, last_at = excluded.last_at;
    END IF;

    IF p ? 'anomalies' THEN
        PERFORM flag_anomaly(p_org, x) FROM jsonb_array_elements(p->'anomalies') AS x;
    END IF;
    IF p ? 'audit' THEN
        INSERT INTO audit_log (organization_id, id, at, staff_id, api_key_id, role, action, subject, object_id, detail)
        SELECT p_org, x.id, x.at, x.staff_id, x.api_key_id, x.role, x.action, x.subject, x.object_id, coalesce(x.detail, '{}')
        FROM jsonb_to_recordset(p->'audit') AS x (id uuid, at timestamptz, staff_id uuid, api_key_id uuid, role text, action text,
            subject text, object_id uuid, detail jsonb);
    END IF;

    -- Sales count on the day of the order; what it earned counts on the day it
    -- earned it, which for nearly every order is the same row.
    IF p ? 'orders' OR p ? 'sales' THEN
        o := p->'order';
        IF (o->>'day')::date = v_day AND (v_store = none OR v_store = (o->>'store_id')::uuid) THEN
            PERFORM count_day(p_org, v_day, (o->>'store_id')::uuid, v_shard, issued, redeemed, refunded, reversed, expired, adjusted,
                transferred, awards, redemptions, cancellations, coalesce((p->>'orders')::bigint, 0), coalesce((p->>'sales')::bigint, 0), 0);
            RETURN;
        END IF;
        PERFORM count_day(p_org, (o->>'day')::date, (o->>'store_id')::uuid, v_shard, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            coalesce((p->>'orders')::bigint, 0), coalesce((p->>'sales')::bigint, 0), 0);
    END IF;
    IF jsonb_array_length(p->'transactions') > 0 THEN
        PERFORM count_day(p_org, v_day, v_store, v_shard, issued, redeemed, refunded, reversed, expired, adjusted, transferred,
            awards, redemptions, cancellations, 0, 0, 0);
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION save_answer(p_org uuid, p_key text, p_fingerprint bytea, p_status integer, p_body bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO idempotency_keys AS k (organization_id, key, fingerprint, status, body)
    VALUES (p_org, p_key, p_fingerprint, p_status, p_body)
    ON CONFLICT (organization_id, key) DO UPDATE SET
        fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body, created_at = now()
    WHERE k.created_at <= now() - interval '24 hours';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the idempotency key is taken' USING ERRCODE = 'RG002';
    END IF;
END $$;
-- +goose StatementEnd

-- save_order inserts an order, or changes it when it still has the revision
-- that the change was decided on.
-- +goose StatementBegin
CREATE FUNCTION save_order(p_org uuid, o jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (o->>'revision')::bigint = 0 THEN
        INSERT INTO orders (organization_id, id, store_id, external_id, customer_id, total, tax, tip, discount, refunded_total, currency,
            item_count, items, status, staff_ref, staff_id, transaction_id, earned, reversed, completed_at, day, claimed_at, created_at,
            updated_at)
        SELECT p_org, x.id, x.store_id, x.external_id, x.customer_id, x.total, x.tax, x.tip, x.discount, x.refunded_total, x.currency,
            x.item_count, x.items, x.status, x.staff_ref, x.staff_id, x.transaction_id, x.earned, x.reversed, x.completed_at, x.day,
            x.claimed_at, x.created_at, x.updated_at
        FROM jsonb_to_record(o) AS x (id uuid, store_id uuid, external_id text, customer_id uuid, total bigint, tax bigint, tip bigint,
            discount bigint, refunded_total bigint, currency text, item_count int, items jsonb, status text, staff_ref text,
            staff_id uuid, transaction_id uuid, earned bigint, reversed bigint, completed_at timestamptz, day date,
            claimed_at timestamptz, created_at timestamptz, updated_at timestamptz);
        RETURN;
    END IF;
    UPDATE orders d SET customer_id = x.customer_id, total = x.total, tax = x.tax, tip = x.tip, discount = x.discount,
        refunded_total = x.refunded_total, item_count = x.item_count, items = x.items, status = x.status, staff_ref = x.staff_ref,
        staff_id = x.staff_id, transaction_id = x.transaction_id, earned = x.earned, reversed = x.reversed,
        completed_at = x.completed_at, day = x.day, claimed_at = x.claimed_at, updated_at = x.updated_at, revision = d.revision + 1
    FROM jsonb_to_record(o) AS x (id uuid, customer_id uuid, total bigint, tax bigint, tip bigint, discount bigint,
        refunded_total bigint, item_count int, items jsonb, status text, staff_ref text, staff_id uuid, transaction_id uuid,
        earned bigint, reversed bigint, completed_at timestamptz, day date, claimed_at timestamptz, updated_at timestamptz,
        revision bigint)
    WHERE d.organization_id = p_org AND d.id = x.id AND d.revision = x.revision;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the order changed meanwhile' USING ERRCODE = 'RG001';
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION count_reward(p_org uuid, p_reward uuid, p_shard smallint, p_redemptions bigint, p_customers bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO reward_stats AS w (organization_id, reward_id, shard, redemptions, customers)
    VALUES (p_org, p_reward, p_shard, p_redemptions, p_customers)
    ON CONFLICT (organization_id, reward_id, shard) DO UPDATE SET
        redemptions = w.redemptions + excluded.redemptions, customers = w.customers + excluded.customers
$$;
-- +goose StatementEnd

-- flag_anomaly opens a case, or grows the open one of the same story, unless
-- a manager has dismissed the story lately.
-- +goose StatementBegin
CREATE FUNCTION flag_anomaly(p_org uuid, a jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO anomalies AS n (organization_id, id, customer_id, store_id, staff_id, type, severity, score, description, format, args,
        points_involved, evidence, transaction_ids, case_key, status, flagged_at, updated_at)
    SELECT p_org, x.id, x.customer_id, x.store_id, x.staff_id, x.type, x.severity, x.score, x.description, x.format, x.args,
        x.points_involved, x.evidence, x.transaction_ids, x.case_key, 'pending_review', x.flagged_at, x.flagged_at
    FROM jsonb_to_record(a) AS x (id uuid, customer_id uuid, store_id uuid, staff_id uuid, type text, severity text,
        score double precision, description text, format text, args jsonb, points_involved bigint, evidence jsonb,
        transaction_ids uuid[], case_key text, flagged_at timestamptz, muted_since timestamptz)
    WHERE NOT EXISTS (
        SELECT FROM anomalies m
        WHERE m.organization_id = p_org AND m.case_key = x.case_key AND m.status = 'dismissed' AND m.decided_at > x.muted_since)
    ON CONFLICT (organization_id, case_key) WHERE status = 'pending_review' DO UPDATE SET
        severity = CASE WHEN excluded.score >= n.score THEN excluded.severity ELSE n.severity END,
        score = greatest(n.score, excluded.score), description = excluded.description, format = excluded.format, args = excluded.args,
        evidence = excluded.evidence, updated_at = excluded.flagged_at,
        transaction_ids = ARRAY(SELECT DISTINCT unnest(n.transaction_ids || excluded.transaction_ids)),
        points_involved = greatest(n.points_involved, excluded.points_involved)
$$;
-- +goose StatementEnd
