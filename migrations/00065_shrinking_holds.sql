-- 0065 shrinking holds: points that were taken back are not held any more.
--
-- The hold of an award that was reversed stayed until its case was decided,
-- and kept other points of the account from being spent. Holds that are open
-- today shrink by what was taken back since.

-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION shrink_hold() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE review_holds h SET points = greatest(0, h.points + NEW.points), released_at = CASE WHEN h.points + NEW.points <= 0 THEN NEW.at END
    WHERE h.organization_id = NEW.organization_id AND h.object_id = NEW.reverses_id AND h.kind = 'points' AND h.released_at IS NULL;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER transactions_shrink_hold AFTER INSERT ON transactions
    FOR EACH ROW WHEN (NEW.type = 'reverse' AND NEW.points < 0) EXECUTE FUNCTION shrink_hold();

UPDATE review_holds h SET points = greatest(0, h.points + b.points), released_at = CASE WHEN h.points + b.points <= 0 THEN now() END
FROM (
    SELECT t.organization_id, t.reverses_id, sum(t.points)::bigint AS points FROM transactions t
    JOIN review_holds o ON o.organization_id = t.organization_id AND o.object_id = t.reverses_id AND o.released_at IS NULL
    WHERE t.reverses_id IS NOT NULL GROUP BY 1, 2) b
WHERE h.organization_id = b.organization_id AND h.object_id = b.reverses_id AND h.kind = 'points' AND h.released_at IS NULL AND b.points < 0;
