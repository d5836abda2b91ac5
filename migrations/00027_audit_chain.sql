-- 0027 audit chain: each organization's audit rows are sealed one behind the
-- other, so that a row that is changed, taken out or moved is found.
--
-- Rows are sealed behind the writes, in batches, in an order of their own: an
-- award never waits for another organization's row, or its own, to be sealed.
-- A row without a seal is one of the last minute. Rows of before this
-- migration are sealed by the first rounds of the job.

-- +goose Up
ALTER TABLE audit_log
    ADD COLUMN position bigint,
    ADD COLUMN seal     bytea;
COMMENT ON COLUMN audit_log.position IS 'the row''s place in the organization''s chain, from 1; NULL until sealed';
COMMENT ON COLUMN audit_log.seal IS 'SHA-256 over the seal before it and this row; NULL until sealed';
CREATE INDEX audit_log_unsealed ON audit_log (organization_id, id) WHERE seal IS NULL;
CREATE INDEX audit_log_chain ON audit_log (organization_id, position) WHERE seal IS NOT NULL;

-- Where the chain ends, so that taking out the last rows is found, too.
CREATE TABLE audit_heads (
    organization_id uuid   PRIMARY KEY,
    position        bigint NOT NULL,
    seal            bytea  NOT NULL
);

-- audit_seal is the seal of a row behind the one before it.
-- +goose StatementBegin
CREATE FUNCTION audit_seal(p_before bytea, a audit_log) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(coalesce(p_before, uuid_send(a.organization_id)) || convert_to(jsonb_build_array(a.organization_id, a.position, a.id,
        (extract(epoch FROM a.at) * 1000000)::bigint, a.staff_id, a.api_key_id, a.role, a.action, a.subject, a.object_id, a.detail)::text, 'UTF8'))
$$;
-- +goose StatementEnd

-- seal_audit seals at most p_limit rows and says how many it did, and where
-- the chain ends now. One round works at an organization at a time.
-- +goose StatementBegin
CREATE FUNCTION seal_audit(p_org uuid, p_limit integer, OUT sealed integer, OUT head_position bigint, OUT head_seal bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    a audit_log;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit chain of ' || p_org, 0));
    SELECT h.position, h.seal INTO head_position, head_seal FROM audit_heads h WHERE h.organization_id = p_org;
    sealed := 0;
    FOR a IN SELECT l.* FROM audit_log l WHERE l.organization_id = p_org AND l.seal IS NULL ORDER BY l.id LIMIT p_limit LOOP
        a.position := coalesce(head_position, 0) + 1;
        a.seal := audit_seal(head_seal, a);
        UPDATE audit_log l SET position = a.position, seal = a.seal WHERE l.organization_id = p_org AND l.id = a.id;
        head_position := a.position;
        head_seal := a.seal;
        sealed := sealed + 1;
    END LOOP;
    IF sealed > 0 THEN
        INSERT INTO audit_heads AS h (organization_id, position, seal) VALUES (p_org, head_position, head_seal)
        ON CONFLICT (organization_id) DO UPDATE SET position = excluded.position, seal = excluded.seal;
    END IF;
END $$;
-- +goose StatementEnd

-- The log only grows, whoever connects; sealing is the one change.
-- +goose StatementBegin
CREATE FUNCTION audit_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal IS NULL AND to_jsonb(OLD) - '{position,seal}'::text[] = to_jsonb(NEW) - '{position,seal}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'RG000';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_frozen BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_frozen();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit_log EXECUTE FUNCTION audit_frozen();

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION seal_audit FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON audit_heads FROM regulars_app;
        REVOKE INSERT ON audit_log FROM regulars_app;
        GRANT INSERT (organization_id, id, at, staff_id, api_key_id, role, action, subject, object_id, detail) ON audit_log TO regulars_app;
        GRANT EXECUTE ON FUNCTION seal_audit TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
