-- 0046 session of: whose session a token is, in one look. Nobody knows yet of
-- which organization it is, so the tenant wall would have to be opened for it
-- and closed behind it, at two round trips a request. The function finds one
-- session by the hash of a secret and tells of nothing else.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION session_of(p_hash bytea) RETURNS TABLE (session sessions, person staff, config_version bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
        SELECT s, w, g.config_version FROM sessions s
        JOIN staff w ON w.organization_id = s.organization_id AND w.id = s.staff_id
        JOIN organizations g ON g.id = s.organization_id
        WHERE s.token_hash = p_hash;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION session_of FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION session_of TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
