-- 0047 search sample: a part that few customers have was looked for among the
-- newest ten thousand before the trigrams were asked, which took most of the
-- time of a search for a rare name. Now the newest thousand say whether the
-- ten thousand are likely to be enough.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION search_accounts(p_org uuid, p_e164 text, p_name text, p_name_end text, p_digits text[], p_digits_end text[],
    p_tail text, p_tail_end text, p_parts text[], p_starts int, p_inner int, p_offset int, p_limit int, OUT ids uuid[], OUT total bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
    v_more  uuid[];
    v_exact boolean;
    v_short boolean; -- one or two letters, which trigrams don't find
    v_many  boolean;
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
        v_short := substr(p_parts[1], 2, 1) = ' ';
        v_many := v_short OR 20 * (
            SELECT count(*) FROM (
                SELECT c.search FROM customers c WHERE c.organization_id = p_org
                ORDER BY c.created_at DESC, c.id DESC LIMIT 1000) n
            WHERE n.search LIKE ALL (p_parts)) >= p_inner;
        IF v_many THEN
            v_more := ARRAY(
                SELECT n.id FROM (
                    SELECT c.id, c.search FROM customers c WHERE c.organization_id = p_org
                    ORDER BY c.created_at DESC, c.id DESC LIMIT 10000) n
                WHERE n.search LIKE ALL (p_parts) AND n.id <> ALL (ids) LIMIT p_inner);
        END IF;
        IF NOT v_many OR NOT v_short AND cardinality(v_more) < p_inner THEN
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
