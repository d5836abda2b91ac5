-- Ids follow from numbers; see ids.go.
CREATE OR REPLACE FUNCTION pg_temp.made_id(ms bigint, kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex($1), 12, '0') || '700' || $2::text || '8000' || lpad(to_hex($3 * 2654435761 % 281474976710656), 12, '0'))::uuid
$$;
