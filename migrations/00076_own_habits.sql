-- 0076 own habits: what an account was given with many others says nothing
-- about what is usual for it, at the till either. Otherwise ledger_read is what
-- 0040 made it.

-- +goose Up
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
                WHERE t.organization_id = p_org AND t.customer_id = v_customer AND t.type = 'earn' AND t.bulk_id IS NULL
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
