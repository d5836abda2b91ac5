-- 0088 undo bulk: a bulk award can be taken back as a whole, under way or over.
--
-- What is unspent of each guest's points is taken back by a row that names the
-- award's; what was spent stays. As with giving, whom it is about lies in parts,
-- and a step takes one out and writes its rows in the same transaction. The id
-- of such a row follows from the undoing and the guest, so that the ledger
-- can't hold it twice. Rows carry the bulk award's id, too: they say as little
-- about habits as what they answer. Awards of before were not undone.

-- +goose Up
ALTER TABLE bulk_awards
    DROP CONSTRAINT bulk_awards_state_known,
    ADD CONSTRAINT bulk_awards_state_known CHECK (state IN ('running', 'completed', 'failed', 'undoing', 'undone')),
    ADD COLUMN undo_id     uuid,
    ADD COLUMN undo_reason text        NOT NULL DEFAULT '' CONSTRAINT bulk_awards_undo_reason_length CHECK (length(undo_reason) <= 500),
    ADD COLUMN undo_total  bigint,
    ADD COLUMN undo_done   bigint      NOT NULL DEFAULT 0,
    ADD COLUMN undone      bigint      NOT NULL DEFAULT 0,
    ADD COLUMN taken       bigint      NOT NULL DEFAULT 0,
    ADD COLUMN spent       bigint      NOT NULL DEFAULT 0,
    ADD COLUMN undone_by   uuid,
    ADD COLUMN undone_at   timestamptz,
    ADD COLUMN lasts       integer[]     NOT NULL DEFAULT '{}',
    ADD COLUMN lasts_since timestamptz[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN bulk_awards.undo_id IS 'the undoing, which the ids of its rows follow from; NULL: nobody has asked for it';
COMMENT ON COLUMN bulk_awards.undo_total IS 'customers it is about, once that is settled; undo_done of them were worked on';
COMMENT ON COLUMN bulk_awards.undone IS 'customers whom points were taken from, taken in all';
COMMENT ON COLUMN bulk_awards.spent IS 'points that could not be taken back: they were spent, had expired or are held for a manager';
COMMENT ON COLUMN bulk_awards.lasts IS 'after how many days its points expire, 0 for never: of those given from lasts_since on, as the program had it';
COMMENT ON COLUMN bulk_awards.undone_at IS 'when the undoing ended';
COMMENT ON COLUMN transactions.bulk_id IS 'the bulk award that gave the points, or whose undoing took them; its rows say nothing about anybody''s habits';
CREATE INDEX bulk_awards_to_do ON bulk_awards (held_until) WHERE state IN ('running', 'undoing');
DROP INDEX bulk_awards_due;

-- Of awards of before nobody noted it; most programs never changed it.
UPDATE bulk_awards b SET lasts_since = '{-infinity}', lasts = ARRAY[coalesce((
    SELECT g.expire_after_days FROM programs g WHERE g.organization_id = b.organization_id AND g.is_active), 0)];

-- note_bulk_lasts keeps what the step at p.at went by. Steps and changes of the
-- program exclude each other, so that those of one time went by the same. Of two
-- steps at once the later one may be the first to note it.
-- +goose StatementBegin
CREATE FUNCTION note_bulk_lasts(p_org uuid, p_bulk uuid, p jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE bulk_awards b SET lasts = b.lasts || coalesce((p->>'expire_after_days')::int, 0), lasts_since = b.lasts_since || (p->>'at')::timestamptz
    WHERE b.organization_id = p_org AND b.id = p_bulk
        AND b.lasts[cardinality(b.lasts)] IS DISTINCT FROM coalesce((p->>'expire_after_days')::int, 0);
    UPDATE bulk_awards b SET lasts_since[cardinality(b.lasts)] = (p->>'at')::timestamptz
    WHERE b.organization_id = p_org AND b.id = p_bulk
        AND b.lasts[cardinality(b.lasts)] = coalesce((p->>'expire_after_days')::int, 0)
        AND b.lasts_since[cardinality(b.lasts)] > (p->>'at')::timestamptz
$$;
-- +goose StatementEnd

-- bulk_since is what happened to an account since its row p_seq: low is the
-- lowest balance, that row's own included, later what has come since into the
-- lot of p_expires and is not the award's. Which points those are follows from
-- how long points lasted when they came, one of p_lasts; what could have come
-- into the lot counts, but for what undoing another award took out of it again.
-- What a cancelled reward gave back came later, too. The lot of points that
-- never expire is spent last, so that the lowest balance tells it all.
-- +goose StatementBegin
CREATE FUNCTION bulk_since(p_org uuid, p_bulk uuid, p_customer uuid, p_seq bigint, p_expires date, p_lasts int[])
RETURNS TABLE (low bigint, later bigint)
LANGUAGE sql STABLE AS $$
    -- The row that handed all over to another account is no spending.
    SELECT min(x.balance_after) FILTER (WHERE NOT (x.type = 'transfer'
            AND EXISTS (SELECT FROM merges m WHERE m.organization_id = p_org AND m.source_id = p_customer AND m.at = x.at))),
        coalesce(sum(CASE
            WHEN p_expires = 'infinity' OR x.points <= 0 OR x.bulk_id = p_bulk THEN 0
            WHEN x.type = 'transfer' THEN (
                SELECT sum(l.points) FROM transaction_links k
                JOIN transactions o ON o.organization_id = p_org AND o.id = k.linked_id
                JOIN merges m ON m.organization_id = p_org AND m.source_id = o.customer_id AND m.survivor_id = p_customer AND m.at = x.at
                    AND m.undone_at IS NULL
                CROSS JOIN jsonb_to_recordset(m.lots) AS l (expires_on date, points bigint)
                WHERE k.organization_id = p_org AND k.transaction_id = x.id AND k.kind = 'merge' AND l.expires_on = p_expires)
            WHEN x.bulk_id IS NOT NULL AND p_expires - x.day = ANY (p_lasts) THEN x.points + coalesce((
                SELECT sum(r.points) FROM transactions r
                WHERE r.organization_id = p_org AND r.reverses_id = x.id AND r.bulk_id IS NOT NULL), 0)
            WHEN x.type = 'reverse' OR p_expires - x.day = ANY (p_lasts) THEN x.points
            WHEN x.type = 'refund' THEN (
                SELECT sum(l.points) FROM redemptions d
                CROSS JOIN jsonb_to_recordset(d.lots) AS l (expires_on date, points bigint)
                WHERE d.organization_id = p_org AND d.id = x.redemption_id AND l.expires_on = p_expires)
            END), 0)::bigint
    FROM transactions x WHERE x.organization_id = p_org AND x.customer_id = p_customer AND x.seq >= p_seq
$$;
-- +goose StatementEnd

-- bulk_left is what is left of each row of the award just now: of p_rows, or
-- where that is NULL of all rows between p_first and p_last. The preview and
-- each step go by it. rest is what was not taken back yet, points what can be.
--
-- Points that came later never pay for the award, and what was spent or has
-- expired stays gone. Two things bound what is left, and the lesser counts: what
-- the award's own lot still holds beside what came into it later (expired points
-- are in no lot, and spending takes the soonest to expire first), and the lowest
-- balance of the account since (points that never expire, or expire with others
-- of the same day, all lie in one lot, which doesn't tell old from new). Both
-- only ever err for the guest: whoever spent the award and had a cancelled
-- reward's points back, or earned anew, keeps them. Of who was merged both
-- accounts count, the other one from the merge on; of who was merged twice
-- nothing is left. Several rows of one account share its balance and their lot,
-- the earlier ones first.
-- +goose StatementBegin
CREATE FUNCTION bulk_left(p_org uuid, p_bulk uuid, p_day date, p_rows uuid[], p_first uuid, p_last uuid)
RETURNS TABLE (id uuid, owner uuid, customer_id uuid, n bigint, expires_on date, rest bigint, points bigint, so_far bigint)
LANGUAGE sql STABLE AS $$
    WITH given AS MATERIALIZED (
        SELECT t.id, t.customer_id AS owner, t.seq, nullif(t.customer_id, coalesce(e.merged_into, t.customer_id)) AS source,
            coalesce(e.merged_into, e.customer_id) AS customer_id, b.lasts || coalesce((
                SELECT g.expire_after_days FROM programs g WHERE g.organization_id = p_org AND g.is_active), 0) AS lasts,
            coalesce(t.day + nullif(CASE cardinality(b.lasts) WHEN 1 THEN b.lasts[1] ELSE coalesce((
                SELECT x.lasts FROM unnest(b.lasts, b.lasts_since) AS x (lasts, since) WHERE x.since <= t.at ORDER BY x.since DESC LIMIT 1), (
                SELECT g.expire_after_days FROM programs g WHERE g.organization_id = p_org AND g.is_active), 0) END, 0), 'infinity') AS expires_on,
            t.points + coalesce((SELECT sum(r.points) FROM transactions r WHERE r.organization_id = p_org AND r.reverses_id = t.id), 0)::bigint AS rest,
            CASE WHEN e.merged_into IS NULL THEN t.seq ELSE (
                SELECT o.seq FROM transactions x
                JOIN transaction_links k ON k.organization_id = p_org AND k.transaction_id = x.id AND k.kind = 'merge'
                JOIN transactions o ON o.organization_id = p_org AND o.id = k.linked_id AND o.customer_id = e.merged_into
                WHERE x.organization_id = p_org AND x.customer_id = e.customer_id AND x.seq > t.seq AND x.type = 'transfer'
                ORDER BY x.seq DESC LIMIT 1) END AS arrival
        FROM bulk_awards b JOIN (
            SELECT x.* FROM transactions x WHERE x.organization_id = p_org AND x.id = ANY (p_rows) AND x.bulk_id = p_bulk AND x.type = 'earn'
            UNION ALL
            SELECT x.* FROM transactions x WHERE p_rows IS NULL AND x.organization_id = p_org AND x.id BETWEEN p_first AND p_last
                AND x.bulk_id = p_bulk AND x.type = 'earn') t ON true
        JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = t.customer_id
        WHERE b.organization_id = p_org AND b.id = p_bulk
    ), held AS (
        SELECT h.customer_id, sum(h.points) AS points FROM review_holds h
        WHERE h.organization_id = p_org AND h.released_at IS NULL AND h.kind = 'points'
            AND NOT EXISTS (SELECT FROM transactions x WHERE x.organization_id = p_org AND x.id = h.object_id AND x.bulk_id = p_bulk)
        GROUP BY h.customer_id
    ), owned AS MATERIALIZED (
        -- Of a source what it still had of the award when it was merged.
        SELECT g.*, CASE
                WHEN g.source IS NULL THEN g.rest
                WHEN g.arrival IS NULL THEN 0
                ELSE greatest(0, least(g.rest, s.low, CASE WHEN g.expires_on < 'infinity' THEN coalesce((
                    SELECT sum(l.points) FROM merges m CROSS JOIN jsonb_to_recordset(m.lots) AS l (expires_on date, points bigint)
                    WHERE m.organization_id = p_org AND m.source_id = g.source AND m.undone_at IS NULL
                        AND l.expires_on = g.expires_on), 0) - s.later END))::bigint
            END AS own
        FROM given g LEFT JOIN LATERAL bulk_since(p_org, p_bulk, g.source, g.seq, g.expires_on, g.lasts) s ON true
        WHERE g.rest > 0
    ), bounds AS MATERIALIZED (
        SELECT g.id, g.owner, g.customer_id, g.rest, g.arrival, g.expires_on, g.own, CASE
                WHEN g.arrival IS NULL THEN 9223372036854775807
                WHEN g.arrival = a.seq THEN greatest(0, a.balance)
                ELSE greatest(0, coalesce(s.low, 0))
            END AS low,
            -- But for what is the award's as well, and was merged in.
            coalesce(s.later, 0) - coalesce(sum(g.own) FILTER (WHERE g.source IS NOT NULL) OVER (PARTITION BY g.customer_id, g.expires_on
                ORDER BY g.arrival, g.id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 0) AS later,
            greatest(0, a.balance - coalesce((SELECT h.points FROM held h WHERE h.customer_id = g.customer_id), 0))::bigint AS free
        FROM owned g JOIN enrollments a ON a.organization_id = p_org AND a.customer_id = g.customer_id
        LEFT JOIN LATERAL bulk_since(p_org, p_bulk, CASE WHEN g.arrival < a.seq THEN g.customer_id END, g.arrival, g.expires_on, g.lasts) s ON true
    ), shared AS (
        SELECT b.*, max(b.later) OVER (PARTITION BY b.customer_id, b.expires_on) AS others FROM bounds b
    ), in_lots AS (
        SELECT b.*, greatest(0, coalesce(l.remaining, 0) - b.others) AS remaining, sum(b.own) OVER s AS upto
        FROM shared b LEFT JOIN lots l ON l.organization_id = p_org AND l.customer_id = b.customer_id AND l.expires_on = b.expires_on
            AND l.expires_on > p_day
        WINDOW s AS (PARTITION BY b.customer_id, b.expires_on ORDER BY b.arrival, b.id ROWS UNBOUNDED PRECEDING)
    ), sums AS (
        SELECT i.*, sum(least(i.upto, i.remaining) - least(i.upto - i.own, i.remaining)) OVER s AS had FROM in_lots i
        WINDOW s AS (PARTITION BY i.customer_id ORDER BY i.arrival, i.id ROWS UNBOUNDED PRECEDING)
    ), taken AS (
        SELECT u.*, least(u.had, u.had + min(u.low - u.had) OVER s, u.free)::bigint AS so_far FROM sums u
        WINDOW s AS (PARTITION BY u.customer_id ORDER BY u.arrival, u.id ROWS UNBOUNDED PRECEDING)
    ), parted AS (
        SELECT t.*, t.so_far - coalesce(lag(t.so_far) OVER s, 0) AS points FROM taken t
        WINDOW s AS (PARTITION BY t.customer_id ORDER BY t.arrival, t.id)
    )
    SELECT p.id, p.owner, p.customer_id, count(*) FILTER (WHERE p.points > 0) OVER s, p.expires_on, p.rest, p.points, p.so_far FROM parted p
    WINDOW s AS (PARTITION BY p.customer_id ORDER BY p.arrival, p.id ROWS UNBOUNDED PRECEDING)
$$;
-- +goose StatementEnd

-- start_bulk_undo has the award taken back: u is the id of the undoing, reason,
-- staff_id and at. An undoing that broke off for good goes on where it was. It
-- is false where the award is being taken back, or was. Steps that are giving
-- still can't end once this has.
-- +goose StatementBegin
CREATE FUNCTION start_bulk_undo(p_org uuid, p_bulk uuid, u jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE bulk_awards x SET state = 'undoing', failure = '', held_until = '-infinity', undone_at = NULL,
        undo_id = coalesce(x.undo_id, (u->>'id')::uuid), undo_reason = CASE WHEN x.undo_id IS NULL THEN u->>'reason' ELSE x.undo_reason END,
        undone_by = CASE WHEN x.undo_id IS NULL THEN (u->>'staff_id')::uuid ELSE x.undone_by END,
        finished_at = coalesce(x.finished_at, (u->>'at')::timestamptz)
    WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state IN ('running', 'completed', 'failed');
    RETURN FOUND;
END $$;
-- +goose StatementEnd

-- prepare_bulk_undo settles once whom the undoing is about: those who have a
-- row of the award. The rows of an award lie side by side, all ids beginning
-- with its own first twelve digits.
--
-- Parts that were still to be given are no more. Those that a step has taken
-- out are waited for: it ends with finding that the award is being undone, so
-- the award's own row must not be locked before.
-- +goose StatementBegin
CREATE FUNCTION prepare_bulk_undo(p_org uuid, p_bulk uuid, p_part int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    v_like  CONSTANT text := left(replace(p_bulk::text, '-', ''), 12);
    v_first CONSTANT uuid := (v_like || '7000a000000000000000')::uuid;
    v_last  CONSTANT uuid := (v_like || '7fffafffffffffffffff')::uuid;
    v_total bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('undo bulk award ' || p_bulk::text, 0));
    PERFORM FROM bulk_awards x WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'undoing' AND x.undo_total IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    DELETE FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk;
    WITH placed AS (
        SELECT t.customer_id, (row_number() OVER (ORDER BY t.customer_id) - 1) / p_part AS n FROM transactions t
        WHERE t.organization_id = p_org AND t.id BETWEEN v_first AND v_last AND t.bulk_id = p_bulk AND t.type = 'earn'
    ), parts AS (
        INSERT INTO bulk_award_parts (organization_id, bulk_id, n, customer_ids)
        SELECT p_org, p_bulk, p.n, array_agg(p.customer_id ORDER BY p.customer_id) FROM placed p GROUP BY p.n
        RETURNING cardinality(customer_ids) AS size
    )
    SELECT coalesce(sum(p.size), 0) INTO v_total FROM parts p;
    UPDATE bulk_awards x SET undo_total = v_total WHERE x.organization_id = p_org AND x.id = p_bulk;
END $$;
-- +goose StatementEnd

-- bulk_undo_step takes the next free part of the award back: what ledger_post
-- does for the reversal of each row, in one statement for each table. p says
-- what follows from program and clock. Once no part is left the award is
-- undone; idle says that this step had nothing to do with it.
--
-- Of each row what is left of it is taken, as far as the balance has it beside
-- what is held for a manager for another reason: an account is never taken
-- below zero. It is taken out of the award's own lot alone. Locks are in the
-- order of bulk_award_step.
-- +goose StatementBegin
CREATE FUNCTION bulk_undo_step(p_org uuid, p_bulk uuid, p jsonb, OUT state text, OUT taken int, OUT idle boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET jit = off AS $$
DECLARE
    none      CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    b         bulk_awards;
    v_at      CONSTANT timestamptz := (p->>'at')::timestamptz;
    v_day     CONSTANT date := (p->>'day')::date;
    v_program CONSTANT uuid := (p->>'program_id')::uuid;
    v_falls   CONSTANT boolean := coalesce((p->>'tiers_fall')::boolean, false);
    v_tiers   CONSTANT uuid[] := ARRAY(SELECT x.value::uuid FROM jsonb_array_elements_text(p->'tier_ids') AS x);
    v_from    CONSTANT bigint[] := ARRAY(SELECT x.value::bigint FROM jsonb_array_elements_text(p->'tier_points') AS x);
    v_part    uuid[];
    v_ids     uuid[];
    v_rows    uuid[];
    v_moves   jsonb;
    v_days    jsonb;
    v_shards  jsonb;
    v_points  bigint;
    v_lots    bigint;
    v_spent   bigint;
BEGIN
    SELECT * INTO b FROM bulk_awards x WHERE x.organization_id = p_org AND x.id = p_bulk;
    state := b.state;
    taken := 0;
    idle := true;
    IF b.state IS DISTINCT FROM 'undoing' OR b.undo_total IS NULL THEN
        RETURN;
    END IF;
    DELETE FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk AND x.n = (
        SELECT m.n FROM bulk_award_parts m WHERE m.organization_id = p_org AND m.bulk_id = p_bulk
        ORDER BY m.n LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING x.customer_ids INTO v_part;
    IF NOT FOUND THEN
        PERFORM FROM bulk_award_parts x WHERE x.organization_id = p_org AND x.bulk_id = p_bulk;
        IF NOT FOUND THEN
            state := 'undone';
            UPDATE bulk_awards x SET state = 'undone', undone_at = v_at
            WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'undoing';
            idle := NOT FOUND;
        END IF;
        RETURN;
    END IF;
    idle := false;
    v_rows := ARRAY(SELECT bulk_award_row(p_bulk, u.id) FROM unnest(v_part) AS u (id));

    -- Of who was merged since, whom that has become; nobody is merged or parted
    -- while the accounts are locked.
    v_ids := ARRAY(SELECT DISTINCT coalesce(e.merged_into, e.customer_id) FROM enrollments e
        WHERE e.organization_id = p_org AND e.customer_id = ANY (v_part));
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids) ORDER BY e.customer_id FOR NO KEY UPDATE;
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_part)
        AND coalesce(e.merged_into, e.customer_id) <> ALL (v_ids);
    IF FOUND THEN
        RAISE EXCEPTION 'an account was merged meanwhile' USING ERRCODE = 'RG001';
    END IF;

    WITH was AS MATERIALIZED (
        SELECT e.customer_id, shard_of(e.customer_id) AS shard, e.balance, e.lifetime, e.seq, e.tier_id, e.active_day
        FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = ANY (v_ids)
    ), took AS MATERIALIZED (
        SELECT k.*, w.balance, w.seq FROM bulk_left(p_org, p_bulk, v_day, v_rows, NULL, NULL) k JOIN was w ON w.customer_id = k.customer_id
    ), account AS MATERIALIZED (
        SELECT w.*, k.points, k.n, CASE
                WHEN v_program IS NULL THEN w.tier_id
                ELSE v_tiers[greatest(CASE WHEN v_falls THEN 1 ELSE coalesce(array_position(v_tiers, w.tier_id), 1) END,
                    width_bucket(w.lifetime - k.points, v_from))]
            END AS new_tier
        FROM was w JOIN (
            SELECT t.customer_id, sum(t.points)::bigint AS points, count(*) AS n FROM took t
            WHERE t.points > 0 GROUP BY t.customer_id) k ON k.customer_id = w.customer_id
    ), rows AS (
        INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, store_id,
            reverses_id, staff_id, at, day, bulk_id)
        SELECT p_org, bulk_award_row(b.undo_id, t.owner), t.customer_id, t.seq + t.n, 'reverse', -t.points, -t.points, t.balance - t.so_far,
            b.undo_reason, b.store_id, t.id, b.undone_by, v_at, v_day, p_bulk
        FROM took t WHERE t.points > 0 ORDER BY t.customer_id, t.n
    ), emptied AS (
        UPDATE lots l SET remaining = l.remaining - x.points
        FROM (SELECT t.customer_id, t.expires_on, sum(t.points)::bigint AS points FROM took t WHERE t.points > 0 GROUP BY 1, 2) x
        WHERE l.organization_id = p_org AND l.customer_id = x.customer_id AND l.expires_on = x.expires_on
        RETURNING x.points
    ), moved AS (
        UPDATE enrollments e SET balance = a.balance - a.points, lifetime = a.lifetime - a.points, seq = a.seq + a.n,
            revision = e.revision + 1, program_id = coalesce(v_program, e.program_id), tier_id = a.new_tier,
            active_day = greatest(e.active_day, v_day)
        FROM account a WHERE e.organization_id = p_org AND e.customer_id = a.customer_id
    )
    SELECT (SELECT count(*) FROM took t WHERE t.points > 0), (SELECT coalesce(sum(t.points), 0) FROM took t),
        (SELECT coalesce(sum(t.rest - t.points), 0) FROM took t), (SELECT coalesce(sum(x.points), 0) FROM emptied x),
        (SELECT jsonb_agg(to_jsonb(x)) FROM (
            SELECT a.shard, a.tier_id, a.new_tier, count(*) AS n FROM account a WHERE a.tier_id IS DISTINCT FROM a.new_tier GROUP BY 1, 2, 3) x),
        (SELECT jsonb_agg(to_jsonb(x)) FROM (
            SELECT a.shard, a.active_day AS day, count(*) AS n FROM account a WHERE a.active_day IS NULL OR a.active_day < v_day GROUP BY 1, 2) x),
        (SELECT jsonb_agg(to_jsonb(x)) FROM (SELECT a.shard, sum(a.points)::bigint AS points FROM account a GROUP BY 1) x)
    INTO taken, v_points, v_spent, v_lots, v_moves, v_days, v_shards;
    IF v_lots <> v_points THEN
        RAISE EXCEPTION 'the lots of the step do not add up to what it takes' USING ERRCODE = 'RG003';
    END IF;

    INSERT INTO tier_stats AS s (organization_id, tier_id, shard, members)
    SELECT p_org, m.tier_id, m.shard, sum(m.n) FROM (
        SELECT x.shard, x.tier_id, -x.n AS n FROM jsonb_to_recordset(v_moves) AS x (shard smallint, tier_id uuid, n bigint)
        UNION ALL
        SELECT x.shard, x.new_tier, x.n FROM jsonb_to_recordset(v_moves) AS x (shard smallint, new_tier uuid, n bigint)) m
    WHERE m.tier_id IS NOT NULL GROUP BY 2, 3 HAVING sum(m.n) <> 0 ORDER BY coalesce(array_position(v_tiers, m.tier_id), 0), 2, 3
    ON CONFLICT (organization_id, tier_id, shard) DO UPDATE SET members = s.members + excluded.members;
    INSERT INTO activity_stats AS s (organization_id, day, shard, members)
    SELECT p_org, m.day, m.shard, sum(m.n) FROM (
        SELECT x.shard, x.day, -x.n AS n FROM jsonb_to_recordset(v_days) AS x (shard smallint, day date, n bigint)
        UNION ALL
        SELECT x.shard, v_day, x.n FROM jsonb_to_recordset(v_days) AS x (shard smallint, n bigint)) m
    WHERE m.day IS NOT NULL GROUP BY 2, 3 ORDER BY 2, 3
    ON CONFLICT (organization_id, day, shard) DO UPDATE SET members = s.members + excluded.members;
    INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, reversed)
    SELECT p_org, v_day, coalesce(b.store_id, none), x.shard, -x.points
    FROM jsonb_to_recordset(v_shards) AS x (shard smallint, points bigint) ORDER BY x.shard
    ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET reversed = d.reversed + excluded.reversed;
    UPDATE bulk_awards x SET undo_done = x.undo_done + cardinality(v_part), undone = x.undone + bulk_undo_step.taken, taken = x.taken + v_points,
        spent = x.spent + v_spent, held_until = (p->>'held_until')::timestamptz
    WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'undoing';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the undoing has ended meanwhile' USING ERRCODE = 'RG001';
    END IF;
END $$;
-- +goose StatementEnd

-- fail_bulk_undo ends an undoing that can't go on; it can be asked for again,
-- and goes on with the parts that are left.
-- +goose StatementBegin
CREATE FUNCTION fail_bulk_undo(p_org uuid, p_bulk uuid, p_why text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE bulk_awards x SET state = 'failed', failure = p_why, undone_at = p_at
    WHERE x.organization_id = p_org AND x.id = p_bulk AND x.state = 'undoing';
    RETURN FOUND;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION note_bulk_lasts, bulk_since, bulk_left, start_bulk_undo, prepare_bulk_undo, bulk_undo_step, fail_bulk_undo FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION note_bulk_lasts, bulk_since, bulk_left, start_bulk_undo, prepare_bulk_undo, bulk_undo_step, fail_bulk_undo TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
