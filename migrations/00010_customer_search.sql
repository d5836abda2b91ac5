-- 0010 customer search: indexes that answer each kind of search in the order
-- of its results, so that the first page costs the same for a common name and
-- a rare one, and what lists and figures need.
--
-- A name is found from each of its first three words on by a B-tree, a phone
-- number from its start and from its end; parts inside words by trigrams.

-- +goose Up
CREATE INDEX customers_newest ON customers (organization_id, created_at DESC, id DESC);
CREATE INDEX customers_name ON customers (organization_id, name_fold, id);
-- name_fold is included so that the expression's index answers by itself.
CREATE INDEX customers_name_second ON customers
    (organization_id, substr(name_fold, length(split_part(name_fold, ' ', 1)) + 2), id) INCLUDE (name_fold)
    WHERE split_part(name_fold, ' ', 2) <> '';
CREATE INDEX customers_name_third ON customers
    (organization_id, substr(name_fold, length(split_part(name_fold, ' ', 1) || split_part(name_fold, ' ', 2)) + 3), id) INCLUDE (name_fold)
    WHERE split_part(name_fold, ' ', 3) <> '';
CREATE INDEX customers_phone_start ON customers (organization_id, phone_digits, id) WHERE phone_digits <> '';
CREATE INDEX customers_phone_end ON customers (organization_id, reverse(phone_digits), id) INCLUDE (phone_digits) WHERE phone_digits <> '';
-- A number that can't be read as a whole one is matched by its digits, and
-- nobody shares it either.
CREATE UNIQUE INDEX customers_phone_digits_unique ON customers (organization_id, phone_digits) WHERE phone_e164 IS NULL AND phone_digits <> '';
-- New rows wait in a list that every search reads as well, so it is kept short.
CREATE INDEX customers_parts ON customers USING gin (search gin_trgm_ops) WITH (gin_pending_list_limit = 256);

-- New customers per day, to find a deep page of the list without counting
-- what it skips. Awards change none of these columns.
CREATE INDEX daily_stats_customers ON daily_stats (organization_id, day) INCLUDE (customers) WHERE customers <> 0;

-- What is searched for parts is put together here, so that nobody who writes a
-- customer can forget to: a space before each word of the name, then e-mail
-- and number on lines of their own, so that no part straddles two of them.
-- +goose StatementBegin
CREATE FUNCTION customers_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.search := ' ' || NEW.name_fold || E'\n' || lower(NEW.email) || E'\n' || NEW.phone_digits;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_search BEFORE INSERT OR UPDATE OF name_fold, email, phone_digits, search ON customers
    FOR EACH ROW EXECUTE FUNCTION customers_search();
UPDATE customers SET search = '';

-- search_customers finds the page of customers who match, best match first,
-- and how many there are. First the one with exactly this phone number, then
-- those with a name or number that starts with what was typed, then those
-- with a number that ends with it, at most p_starts in all; only when that
-- does not fill up, also those with all the parts anywhere, at most p_inner:
-- not, though, for a whole number that somebody has.
--
-- Lower and upper bounds are of ranges in byte order; '' leaves a kind out.
-- Parts that many customers have, and one or two letters, are found among the
-- newest customers, other parts by their trigrams, and nothing by reading the
-- table.
-- +goose StatementBegin
CREATE FUNCTION customers_with_parts(p_org uuid, p_parts text[], p_without uuid[], p_limit int) RETURNS uuid[]
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
    -- One or two letters at a word's start have trigrams that far too many
    -- words share, so they are looked at last.
    IF cardinality(p_parts) = 1 OR substr(p_parts[2], 2, 1) = ' ' THEN
        RETURN ARRAY(
            SELECT c.id FROM customers c
            WHERE c.organization_id = p_org AND c.search LIKE p_parts[1] AND c.search LIKE ALL (p_parts[2:])
                AND c.id <> ALL (p_without) LIMIT p_limit);
    END IF;
    RETURN ARRAY(
        SELECT c.id FROM customers c
        WHERE c.organization_id = p_org AND c.search LIKE p_parts[1] AND c.search LIKE p_parts[2]
            AND c.search LIKE ALL (p_parts[3:]) AND c.id <> ALL (p_without) LIMIT p_limit);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION search_customers(p_org uuid, p_e164 text, p_name text, p_name_end text, p_digits text[], p_digits_end text[],
    p_tail text, p_tail_end text, p_parts text[], p_starts int, p_inner int, p_offset int, p_limit int, OUT ids uuid[], OUT total bigint)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
    v_more  uuid[];
    v_exact boolean;
BEGIN
    ids := '{}';
    IF p_e164 <> '' THEN
        SELECT coalesce(array_agg(c.id), '{}') INTO ids FROM customers c WHERE c.organization_id = p_org AND c.phone_e164 = p_e164;
    END IF;
    v_exact := cardinality(ids) > 0;
    IF p_name <> '' THEN
        ids := ids || ARRAY(
            SELECT c.id FROM customers c
            WHERE c.organization_id = p_org AND c.name_fold >= p_name AND c.name_fold < p_name_end
            ORDER BY c.name_fold, c.id LIMIT p_starts);
        IF cardinality(ids) < p_starts THEN
            ids := ids || ARRAY(
                SELECT c.id FROM customers c
                WHERE c.organization_id = p_org AND split_part(c.name_fold, ' ', 2) <> ''
                    AND substr(c.name_fold, length(split_part(c.name_fold, ' ', 1)) + 2) >= p_name
                    AND substr(c.name_fold, length(split_part(c.name_fold, ' ', 1)) + 2) < p_name_end
                    AND NOT (c.name_fold >= p_name AND c.name_fold < p_name_end)
                ORDER BY substr(c.name_fold, length(split_part(c.name_fold, ' ', 1)) + 2), c.id
                LIMIT p_starts - cardinality(ids));
        END IF;
        IF cardinality(ids) < p_starts THEN
            ids := ids || ARRAY(
                SELECT c.id FROM customers c
                WHERE c.organization_id = p_org AND split_part(c.name_fold, ' ', 3) <> ''
                    AND substr(c.name_fold, length(split_part(c.name_fold, ' ', 1) || split_part(c.name_fold, ' ', 2)) + 3) >= p_name
                    AND substr(c.name_fold, length(split_part(c.name_fold, ' ', 1) || split_part(c.name_fold, ' ', 2)) + 3) < p_name_end
                    AND NOT (c.name_fold >= p_name AND c.name_fold < p_name_end)
                    AND NOT (substr(c.name_fold, length(split_part(c.name_fold, ' ', 1)) + 2) >= p_name
                        AND substr(c.name_fold, length(split_part(c.name_fold, ' ', 1)) + 2) < p_name_end)
                ORDER BY substr(c.name_fold, length(split_part(c.name_fold, ' ', 1) || split_part(c.name_fold, ' ', 2)) + 3), c.id
                LIMIT p_starts - cardinality(ids));
        END IF;
    END IF;
    FOR i IN 1 .. cardinality(p_digits) LOOP
        IF cardinality(ids) < p_starts THEN
            ids := ids || ARRAY(
                SELECT c.id FROM customers c
                WHERE c.organization_id = p_org AND c.phone_digits <> ''
                    AND c.phone_digits >= p_digits[i] AND c.phone_digits < p_digits_end[i] AND c.id <> ALL (ids)
                ORDER BY c.phone_digits, c.id LIMIT p_starts - cardinality(ids));
        END IF;
    END LOOP;
    IF p_tail <> '' AND cardinality(ids) < p_starts THEN
        ids := ids || ARRAY(
            SELECT c.id FROM customers c
            WHERE c.organization_id = p_org AND c.phone_digits <> ''
                AND reverse(c.phone_digits) >= p_tail AND reverse(c.phone_digits) < p_tail_end AND c.id <> ALL (ids)
            ORDER BY reverse(c.phone_digits), c.id LIMIT p_starts - cardinality(ids));
    END IF;
    IF cardinality(p_parts) > 0 AND cardinality(ids) < p_starts AND NOT v_exact THEN
        v_more := ARRAY(
            SELECT n.id FROM (
                SELECT c.id, c.search FROM customers c WHERE c.organization_id = p_org
                ORDER BY c.created_at DESC, c.id DESC LIMIT 10000) n
            WHERE n.search LIKE ALL (p_parts) AND n.id <> ALL (ids) LIMIT p_inner);
        IF cardinality(v_more) < p_inner AND substr(p_parts[1], 2, 1) <> ' ' THEN
            v_more := customers_with_parts(p_org, p_parts, ids, p_inner);
        END IF;
    END IF;
    IF cardinality(v_more) > 0 THEN
        ids := ids || ARRAY(
            SELECT c.id FROM customers c WHERE c.organization_id = p_org AND c.id = ANY (v_more) ORDER BY c.name_fold, c.id);
    END IF;
    total := cardinality(ids);
    ids := ids[p_offset + 1 : p_offset + p_limit];
END $$;
-- +goose StatementEnd
