-- 0030 roster: what lists of customers are filtered and sorted by, beside the
-- accounts. An award changes balance, tier and last visit, and no column it
-- changes on the account may be indexed (0003); so an account that changed is
-- only noted, and whoever reads the roster next brings it up to date first.
--
-- Rows hold no personal data; a customer who is gone leaves with the next
-- reading, and is in no list before, as lists take names from customers.

-- +goose Up
CREATE TABLE roster (
    organization_id  uuid        NOT NULL,
    customer_id      uuid        NOT NULL,
    tier_id          uuid,
    store_id         uuid,
    balance          bigint      NOT NULL,
    lifetime         bigint      NOT NULL,
    active_day       date        NOT NULL,
    created_at       timestamptz NOT NULL,
    marketing_opt_in boolean     NOT NULL,
    PRIMARY KEY (organization_id, customer_id)
);
COMMENT ON COLUMN roster.store_id IS 'of the last transaction that was at a store';
COMMENT ON COLUMN roster.active_day IS 'of the last transaction; -infinity before the first';

-- The order of changes says nothing, and each may be noted several times.
CREATE TABLE roster_changes (
    organization_id uuid NOT NULL,
    customer_id     uuid NOT NULL
);
CREATE INDEX roster_changes_organization ON roster_changes (organization_id);

INSERT INTO roster
SELECT e.organization_id, e.customer_id, e.tier_id,
    (SELECT t.store_id FROM transactions t
     WHERE t.organization_id = e.organization_id AND t.customer_id = e.customer_id AND t.store_id IS NOT NULL
     ORDER BY t.seq DESC LIMIT 1),
    e.balance, e.lifetime, coalesce(e.active_day, '-infinity'), c.created_at, c.marketing_opt_in
FROM enrollments e JOIN customers c ON c.organization_id = e.organization_id AND c.id = e.customer_id;

-- Equal keys lie in the index in the order of their rows' places, so that
-- (key, ctid) is a whole order without the customer in every index.
CREATE INDEX roster_newest ON roster (organization_id, created_at DESC);
CREATE INDEX roster_visit ON roster (organization_id, active_day DESC);
CREATE INDEX roster_balance ON roster (organization_id, balance DESC);
CREATE INDEX roster_lifetime ON roster (organization_id, lifetime DESC);
-- The lowest tier is the last by lifetime points, so these two orders are
-- there for each tier, too.
CREATE INDEX roster_tier_balance ON roster (organization_id, tier_id, balance DESC);
CREATE INDEX roster_tier_lifetime ON roster (organization_id, tier_id, lifetime DESC);
CREATE INDEX roster_store ON roster (organization_id, store_id);
CREATE INDEX roster_marketing ON roster (organization_id, marketing_opt_in);

-- +goose StatementBegin
CREATE FUNCTION roster_note_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO roster_changes VALUES (OLD.organization_id, OLD.customer_id);
    ELSE
        INSERT INTO roster_changes VALUES (NEW.organization_id, NEW.customer_id);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER roster_note_account AFTER INSERT OR DELETE ON enrollments FOR EACH ROW EXECUTE FUNCTION roster_note_account();
CREATE TRIGGER roster_note_change AFTER UPDATE ON enrollments FOR EACH ROW
    WHEN (NEW.seq <> OLD.seq OR NEW.tier_id IS DISTINCT FROM OLD.tier_id OR NEW.balance <> OLD.balance OR NEW.lifetime <> OLD.lifetime)
    EXECUTE FUNCTION roster_note_account();
-- +goose StatementBegin
CREATE FUNCTION roster_note_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO roster_changes VALUES (NEW.organization_id, NEW.id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER roster_note_customer AFTER UPDATE ON customers FOR EACH ROW
    WHEN (NEW.marketing_opt_in <> OLD.marketing_opt_in) EXECUTE FUNCTION roster_note_customer();

-- roster_follow brings at most p_limit noted changes into the roster, and says
-- how many it took. One at a time for each organization: who comes while
-- another is at it takes nothing. The second statement begins with the lock
-- held, so it sees whatever the one before wrote.
-- +goose StatementBegin
CREATE FUNCTION roster_follow(p_org uuid, p_limit int) RETURNS int LANGUAGE plpgsql AS $$
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
        SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = r.customer_id);
    INSERT INTO roster AS r
    SELECT p_org, e.customer_id, e.tier_id,
        (SELECT t.store_id FROM transactions t
         WHERE t.organization_id = p_org AND t.customer_id = e.customer_id AND t.store_id IS NOT NULL
         ORDER BY t.seq DESC LIMIT 1),
        e.balance, e.lifetime, coalesce(e.active_day, '-infinity'), c.created_at, c.marketing_opt_in
    FROM (SELECT DISTINCT unnest(v_taken) AS id) k
    JOIN enrollments e ON e.organization_id = p_org AND e.customer_id = k.id
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

-- roster_list finds a page of the customers who pass f, in the order p_sort
-- (name, newest, visit, balance, lifetime), and how many pass: p_known where
-- the caller knows it, else counted up to p_cap. Conditions, each of which may
-- be missing: tier_id, store_id, since (the first day), until (the day after
-- the last), least, most (points), marketing, joined, joined_until (times).
--
-- It walks along the order first and stops when the page is full, which is
-- soon unless fewer than one in a thousand pass. Where a walk of some length
-- doesn't fill the page, few pass, and they are collected by their conditions'
-- indexes and sorted.
-- +goose StatementBegin
CREATE FUNCTION roster_list(p_org uuid, f jsonb, p_sort text, p_offset int, p_limit int, p_known bigint, p_cap int,
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
        ids := ARRAY(SELECT c.id FROM customers c WHERE c.organization_id = p_org ORDER BY c.name_fold, c.id OFFSET p_offset LIMIT p_limit);
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
CREATE FUNCTION roster_few(p_org uuid, f jsonb, p_sort text, p_key text, p_where text, p_offset int, p_limit int, OUT ids uuid[])
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET jit = off AS $$
BEGIN
    IF p_sort = 'name' THEN
        EXECUTE format('
            SELECT ARRAY(SELECT c.id FROM customers c
                WHERE c.organization_id = $1 AND c.id = ANY (ARRAY(SELECT r.customer_id FROM roster r WHERE r.organization_id = $1 %s))
                ORDER BY c.name_fold, c.id OFFSET $3 LIMIT $4)', p_where) INTO ids USING p_org, f, p_offset, p_limit;
    ELSE
        EXECUTE format('
            SELECT ARRAY(SELECT r.customer_id FROM roster r WHERE r.organization_id = $1 %s ORDER BY r.%I DESC, r.ctid OFFSET $3 LIMIT $4)',
            p_where, p_key) INTO ids USING p_org, f, p_offset, p_limit;
    END IF;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT SELECT, INSERT, UPDATE, DELETE ON roster, roster_changes TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
