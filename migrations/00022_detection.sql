-- 0022 detection: what the detectors need beside the ledger, cases that are
-- whole stories, and points and rewards held until a manager has looked.
--
-- A signal is one finding of a detector. It is kept under a key of its own, so
-- that a finding made again, by whichever way, changes nothing. Signals about
-- the same people within 28 days are one case. Old cases keep what they have;
-- the people they name are taken over below.

-- +goose Up
ALTER TABLE stores ADD COLUMN opening_hours jsonb;
COMMENT ON COLUMN stores.opening_hours IS 'seven [from, to] in minutes after midnight, Sunday first, equal when closed; NULL is not told';

-- What happens to an account that is no row of the ledger.
CREATE TABLE account_events (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    at              timestamptz NOT NULL,
    type            text        NOT NULL CONSTRAINT account_events_type_known CHECK (type IN ('enroll', 'contact', 'claim')),
    customer_id     uuid        NOT NULL,
    store_id        uuid,
    staff_id        uuid,
    api_key_id      uuid,
    device_id       uuid,
    order_id        uuid,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT account_events_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN account_events.type IS 'claim: a receipt that was another''s already, and was refused';
CREATE INDEX account_events_time ON account_events (organization_id, at, id);
CREATE INDEX account_events_customer ON account_events (organization_id, customer_id, type, at);

DROP INDEX anomalies_open_case;
ALTER TABLE anomalies
    ADD COLUMN is_hard           boolean     NOT NULL DEFAULT false,
    ADD COLUMN below_line        boolean     NOT NULL DEFAULT false,
    ADD COLUMN transaction_count integer     NOT NULL DEFAULT 0,
    ADD COLUMN last_at           timestamptz,
    ADD COLUMN assigned_to       uuid,
    ADD COLUMN reversed_at       timestamptz,
    ADD COLUMN frozen_at         timestamptz;
COMMENT ON COLUMN anomalies.transaction_ids IS 'at most 100 of the case''s; all are in anomaly_transactions';
UPDATE anomalies SET transaction_count = cardinality(transaction_ids), last_at = updated_at,
    reversed_at = CASE WHEN action = 'reverse_points' THEN decided_at END,
    frozen_at = CASE WHEN action = 'freeze_account' THEN decided_at END;
CREATE INDEX anomalies_store_time ON anomalies (organization_id, store_id, flagged_at);

-- Whom a case names: accounts, staff, tills, stores.
CREATE TABLE anomaly_people (
    organization_id uuid NOT NULL,
    person_id       uuid NOT NULL,
    anomaly_id      uuid NOT NULL,
    kind            text NOT NULL,
    PRIMARY KEY (organization_id, person_id, anomaly_id),
    CONSTRAINT anomaly_people_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX anomaly_people_anomaly ON anomaly_people (organization_id, anomaly_id);
INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
SELECT organization_id, customer_id, id, 'customer' FROM anomalies WHERE customer_id IS NOT NULL
UNION ALL SELECT organization_id, staff_id, id, 'staff' FROM anomalies WHERE staff_id IS NOT NULL AND staff_id IS DISTINCT FROM customer_id;
-- +goose StatementBegin
CREATE FUNCTION forget_anomaly_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM anomaly_people p WHERE p.organization_id = OLD.organization_id AND p.person_id = OLD.id;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_forget_anomalies AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION forget_anomaly_person();

CREATE TABLE anomaly_transactions (
    organization_id uuid NOT NULL,
    anomaly_id      uuid NOT NULL,
    transaction_id  uuid NOT NULL,
    PRIMARY KEY (organization_id, anomaly_id, transaction_id),
    CONSTRAINT anomaly_transactions_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);
INSERT INTO anomaly_transactions (organization_id, anomaly_id, transaction_id)
SELECT DISTINCT organization_id, id, unnest(transaction_ids) FROM anomalies;
-- What was taken back on behalf of a case, so that it can be given again.
CREATE TABLE anomaly_reversals (
    organization_id uuid NOT NULL,
    anomaly_id      uuid NOT NULL,
    transaction_id  uuid NOT NULL,
    PRIMARY KEY (organization_id, anomaly_id, transaction_id),
    CONSTRAINT anomaly_reversals_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE anomaly_signals (
    organization_id uuid             NOT NULL,
    signal_key      text             NOT NULL,
    anomaly_id      uuid,
    type            text             NOT NULL,
    family          smallint         NOT NULL,
    reason          text             NOT NULL,
    subject_id      uuid,
    at              timestamptz      NOT NULL,
    score           double precision NOT NULL,
    is_hard         boolean          NOT NULL,
    severity        text             NOT NULL,
    points          bigint           NOT NULL,
    description     text             NOT NULL,
    format          text             NOT NULL,
    args            jsonb            NOT NULL,
    evidence        jsonb            NOT NULL,
    PRIMARY KEY (organization_id, signal_key),
    CONSTRAINT anomaly_signals_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN anomaly_signals.anomaly_id IS 'NULL: too weak for a case, or muted';
CREATE INDEX anomaly_signals_subject ON anomaly_signals (organization_id, type, subject_id, at);
CREATE INDEX anomaly_signals_case ON anomaly_signals (organization_id, anomaly_id) WHERE anomaly_id IS NOT NULL;
CREATE INDEX anomaly_signals_age ON anomaly_signals (at) WHERE anomaly_id IS NULL;

-- What people did with a case and said about it.
CREATE TABLE anomaly_notes (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    anomaly_id      uuid        NOT NULL,
    at              timestamptz NOT NULL,
    staff_id        uuid,
    api_key_id      uuid,
    what            text        NOT NULL,
    note            text        NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id),
    CONSTRAINT anomaly_notes_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX anomaly_notes_case ON anomaly_notes (organization_id, anomaly_id, at);

-- Points that can't be spent and rewards that can't be handed out until a
-- manager has looked.
CREATE TABLE review_holds (
    organization_id uuid        NOT NULL,
    object_id       uuid        NOT NULL,
    kind            text        NOT NULL CONSTRAINT review_holds_kind_known CHECK (kind IN ('points', 'reward')),
    customer_id     uuid        NOT NULL,
    anomaly_id      uuid        NOT NULL,
    points          bigint      NOT NULL,
    held_at         timestamptz NOT NULL,
    released_at     timestamptz,
    PRIMARY KEY (organization_id, object_id),
    CONSTRAINT review_holds_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT review_holds_anomaly_fk FOREIGN KEY (organization_id, anomaly_id) REFERENCES anomalies (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN review_holds.object_id IS 'the award whose points, or the redemption that, is held';
CREATE INDEX review_holds_customer ON review_holds (organization_id, customer_id) WHERE released_at IS NULL;
CREATE INDEX review_holds_case ON review_holds (organization_id, anomaly_id);

-- Up to where the background detectors have looked, and the stretch of the
-- ledger they are at: they begin to read at warm_from, and count what they
-- find from block_from on. Both stay as they are until block_to is reached, so
-- that what is found does not depend on when it was looked for.
CREATE TABLE detection_state (
    organization_id uuid        PRIMARY KEY CONSTRAINT detection_state_organization_fk REFERENCES organizations,
    warm_from       timestamptz NOT NULL,
    block_from      timestamptz NOT NULL,
    block_to        timestamptz NOT NULL,
    through         timestamptz NOT NULL,
    run_at          timestamptz NOT NULL,
    events          bigint      NOT NULL DEFAULT 0
);

-- place_signal puts a signal into the case it belongs to, opens one, or keeps
-- it for later. The people of a case: a case that waits and names any of them
-- grows, if its last signal is no more than 28 days away. One that was decided
-- after the signal takes it without waiting again.
-- +goose StatementBegin
CREATE FUNCTION place_signal(p_org uuid, a jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    v_at      timestamptz := (a->>'flagged_at')::timestamptz;
    v_key     text := coalesce(a->>'signal_key', (a->>'type') || ':' || (a->>'id'));
    v_hard    boolean := coalesce((a->>'hard')::boolean, false);
    v_opens   boolean := coalesce((a->>'opens')::boolean, true);
    v_names   uuid[];
    v_case    uuid;
    v_status  text;
    v_below   boolean := false;
    v_new     bigint;
BEGIN
    -- Signals are few; of one organization they are placed one after another.
    PERFORM pg_advisory_xact_lock(hashtextextended('signal ' || p_org::text, 0));
    INSERT INTO anomaly_signals (organization_id, signal_key, type, family, reason, subject_id, at, score, is_hard, severity, points,
        description, format, args, evidence)
    SELECT p_org, v_key, x.type, coalesce(x.family, 0), coalesce(x.evidence->>'reason', ''), (x.names->0->>'id')::uuid, v_at, x.score, v_hard,
        x.severity, x.points_involved, x.description, coalesce(x.format, ''), coalesce(x.args, '[]'), coalesce(x.evidence, '{}')
    FROM jsonb_to_record(a) AS x (type text, family smallint, score double precision, severity text, points_involved bigint,
        description text, format text, args jsonb, evidence jsonb, names jsonb)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(n.id) INTO v_names FROM (
        SELECT (x->>'id')::uuid AS id FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
        UNION SELECT (a->>'customer_id')::uuid WHERE NOT a ? 'names' AND a ? 'customer_id'
        UNION SELECT (a->>'staff_id')::uuid WHERE NOT a ? 'names' AND a ? 'staff_id') n;
    IF EXISTS (
        SELECT FROM anomaly_people p JOIN anomalies n ON n.organization_id = p.organization_id AND n.id = p.anomaly_id
        WHERE p.organization_id = p_org AND p.person_id = ANY (v_names) AND n.type = a->>'type' AND n.status = 'dismissed'
            AND n.decided_at > (a->>'muted_since')::timestamptz) THEN
        RETURN NULL;
    END IF;
    SELECT n.id, n.status INTO v_case, v_status
    FROM anomaly_people p JOIN anomalies n ON n.organization_id = p.organization_id AND n.id = p.anomaly_id
    WHERE p.organization_id = p_org AND p.person_id = ANY (v_names)
        AND v_at <= coalesce(n.last_at, n.flagged_at) + interval '28 days'
        AND v_at >= n.flagged_at - CASE WHEN v_opens THEN interval '1 day' ELSE interval '0' END
        AND (n.status = 'pending_review' OR n.status = 'confirmed' AND n.type = a->>'type' AND n.decided_at >= v_at)
    ORDER BY n.status = 'pending_review' DESC, p.person_id = (a->'names'->0->>'id')::uuid DESC, n.flagged_at DESC, n.id LIMIT 1;
    IF v_case IS NULL AND NOT v_opens THEN
        RETURN NULL;
    END IF;
    IF v_case IS NULL THEN
        v_case := (a->>'id')::uuid;
        v_below := NOT v_hard AND (a->>'budget')::numeric <= (
            SELECT count(*) FROM anomalies n
            WHERE n.organization_id = p_org AND n.store_id IS NOT DISTINCT FROM (a->>'store_id')::uuid AND NOT n.below_line
                AND n.flagged_at >= date_trunc('week', v_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                AND n.flagged_at < (date_trunc('week', v_at AT TIME ZONE 'UTC') + interval '7 days') AT TIME ZONE 'UTC');
        INSERT INTO anomalies (organization_id, id, customer_id, store_id, staff_id, type, severity, score, description, points_involved,
            case_key, status, below_line, flagged_at, last_at, updated_at)
        SELECT p_org, v_case, x.customer_id, x.store_id, x.staff_id, x.type, x.severity, x.score, x.description, x.points_involved,
            x.case_key, 'pending_review', coalesce(v_below, false), v_at, v_at, v_at
        FROM jsonb_to_record(a) AS x (customer_id uuid, store_id uuid, staff_id uuid, type text, severity text, score double precision,
            description text, points_involved bigint, case_key text);
    END IF;
    UPDATE anomaly_signals s SET anomaly_id = v_case WHERE s.organization_id = p_org AND s.signal_key = v_key;
    INSERT INTO anomaly_people (organization_id, person_id, anomaly_id, kind)
    SELECT p_org, (x->>'id')::uuid, v_case, x->>'kind' FROM jsonb_array_elements(coalesce(a->'names', '[]')) AS x
    UNION SELECT p_org, (a->>'customer_id')::uuid, v_case, 'customer' WHERE a ? 'customer_id'
    UNION SELECT p_org, (a->>'staff_id')::uuid, v_case, 'staff' WHERE a ? 'staff_id'
    ON CONFLICT DO NOTHING;
    -- No more than a thousand are kept one by one; the rest are counted.
    INSERT INTO anomaly_transactions (organization_id, anomaly_id, transaction_id)
    SELECT DISTINCT p_org, v_case, t.id FROM jsonb_array_elements_text(coalesce(a->'transaction_ids', '[]')) AS x
    JOIN transactions t ON t.organization_id = p_org AND t.id = x::uuid
    WHERE (SELECT count(*) FROM anomaly_transactions k WHERE k.organization_id = p_org AND k.anomaly_id = v_case) < 1000
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_new = ROW_COUNT;
    IF v_new = 0 AND (SELECT count(*) FROM anomaly_transactions k WHERE k.organization_id = p_org AND k.anomaly_id = v_case) >= 1000 THEN
        v_new := 1;
    END IF;
    IF a ? 'hold' THEN
        INSERT INTO review_holds (organization_id, object_id, kind, customer_id, anomaly_id, points, held_at)
        SELECT p_org, x.object_id, x.kind, (a->>'customer_id')::uuid, v_case, x.points, v_at
        FROM jsonb_to_record(a->'hold') AS x (object_id uuid, kind text, points bigint)
        ON CONFLICT DO NOTHING;
    END IF;
    PERFORM weigh_case(p_org, v_case, v_at, v_new);
    RETURN v_case;
END $$;
-- +goose StatementEnd

-- weigh_case works out what a case says from its signals: the best of each
-- family counts once, the strongest gives the sentence. Points at risk are
-- those of its transactions, or what a signal says where that is more.
-- +goose StatementBegin
CREATE FUNCTION weigh_case(p_org uuid, p_case uuid, p_at timestamptz, p_new bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_score  double precision;
    v_hard   boolean;
    v_points bigint;
    s        anomaly_signals;
BEGIN
    SELECT sum(f.score), bool_or(f.hard) INTO v_score, v_hard FROM (
        SELECT max(x.score) AS score, bool_or(x.is_hard) AS hard FROM anomaly_signals x
        WHERE x.organization_id = p_org AND x.anomaly_id = p_case GROUP BY x.family) f;
    SELECT * INTO s FROM anomaly_signals x WHERE x.organization_id = p_org AND x.anomaly_id = p_case
    ORDER BY x.is_hard DESC, x.score DESC, x.points DESC, x.at DESC, x.signal_key LIMIT 1;
    SELECT greatest(max(k.points), (
        SELECT coalesce(sum(abs(t.points)), 0) FROM anomaly_transactions l
        JOIN transactions t ON t.organization_id = l.organization_id AND t.id = l.transaction_id
        WHERE l.organization_id = p_org AND l.anomaly_id = p_case AND t.type IN ('earn', 'redeem'))) INTO v_points
    FROM (
        -- Drift and favours report what is new each time, the others all of it.
        SELECT CASE WHEN x.type IN ('pattern_deviation', 'staff_favoritism') THEN sum(x.points) ELSE max(x.points) END AS points
        FROM anomaly_signals x WHERE x.organization_id = p_org AND x.anomaly_id = p_case GROUP BY x.type) k;
    UPDATE anomalies n SET type = s.type, description = s.description, format = s.format, args = s.args, evidence = s.evidence,
        score = least(6, v_score), is_hard = v_hard, points_involved = v_points,
        severity = CASE WHEN v_hard OR v_score >= 5 THEN 'high' WHEN v_score >= 3.5 THEN 'medium' ELSE 'low' END,
        below_line = n.below_line AND NOT v_hard,
        last_at = greatest(n.last_at, p_at), updated_at = greatest(n.updated_at, p_at),
        transaction_count = n.transaction_count + p_new,
        transaction_ids = ARRAY(SELECT l.transaction_id FROM anomaly_transactions l
            WHERE l.organization_id = p_org AND l.anomaly_id = p_case ORDER BY l.transaction_id DESC LIMIT 100)
    WHERE n.organization_id = p_org AND n.id = p_case;
END $$;
-- +goose StatementEnd

-- flag_anomaly is place_signal for the ledger's functions: whatever goes wrong
-- in it must not take the posting along. The event is examined again later.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION flag_anomaly(p_org uuid, a jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM place_signal(p_org, a);
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'a signal could not be placed: %', SQLERRM;
END $$;
-- +goose StatementEnd

-- release_review lets go of what was held for a case: points can be spent, and
-- a reward that still waits is the guest's.
-- +goose StatementBegin
CREATE FUNCTION release_review(p_org uuid, p_case uuid, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE redemptions d SET status = 'issued', held_until = NULL FROM review_holds h
    WHERE h.organization_id = p_org AND h.anomaly_id = p_case AND h.released_at IS NULL AND h.kind = 'reward'
        AND d.organization_id = p_org AND d.id = h.object_id AND d.status = 'held';
    -- Whatever is being decided on the account just now must be decided anew.
    UPDATE enrollments e SET revision = e.revision + 1 FROM review_holds h
    WHERE h.organization_id = p_org AND h.anomaly_id = p_case AND h.released_at IS NULL
        AND e.organization_id = p_org AND e.customer_id = h.customer_id;
    UPDATE review_holds h SET released_at = p_at
    WHERE h.organization_id = p_org AND h.anomaly_id = p_case AND h.released_at IS NULL;
END $$;
-- +goose StatementEnd

-- ledger_read as before, and: what is held for review, the last change of
-- contact, and that an award whose taking-back was undone is not taken back.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION ledger_read(p_org uuid, q jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_customer uuid := (q->>'customer_id')::uuid;
    v_reward   uuid := (q->>'reward_id')::uuid;
    v_row      jsonb;
    v_held     bigint;
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
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION release_review FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON account_events, anomaly_people, anomaly_transactions, anomaly_reversals, anomaly_signals,
            anomaly_notes, detection_state TO regulars_app;
        GRANT SELECT, INSERT ON review_holds TO regulars_app;
        REVOKE UPDATE, DELETE ON review_holds FROM regulars_app;
        GRANT EXECUTE ON FUNCTION release_review TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
