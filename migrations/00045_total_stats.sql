-- 0045 total stats: figures since ever without adding up every day of every
-- store. The days that are long over lie here as one sum; the later ones are
-- added to it by whoever reads. What still changes a day that is over, such as
-- an import, changes the sum in its own transaction; `verify` proves it.

-- +goose Up
CREATE TABLE total_stats (
    organization_id uuid   PRIMARY KEY,
    before          date   NOT NULL DEFAULT '-infinity',
    customers       bigint NOT NULL DEFAULT 0,
    earned          bigint NOT NULL DEFAULT 0,
    balance         bigint NOT NULL DEFAULT 0,
    redemptions     bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
COMMENT ON TABLE total_stats IS 'sums of daily_stats over the days before one';

-- +goose StatementBegin
CREATE FUNCTION total_begin() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO total_stats (organization_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER organizations_totals AFTER INSERT ON organizations FOR EACH ROW EXECUTE FUNCTION total_begin();
INSERT INTO total_stats (organization_id) SELECT id FROM organizations;

-- The row is locked whether or not the day is in its sum: roll_totals may be
-- about to put it there, and then either sees the change or waits for it.
-- +goose StatementBegin
CREATE FUNCTION total_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_before date;
    v_less   int := 0; -- 1 where the row was, and
    v_more   int := 0; -- 1 where it now is, of a day in the sum
BEGIN
    SELECT t.before INTO v_before FROM total_stats t WHERE t.organization_id = coalesce(NEW.organization_id, OLD.organization_id) FOR NO KEY UPDATE;
    IF TG_OP <> 'INSERT' THEN
        v_less := (OLD.day < v_before)::int;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        v_more := (NEW.day < v_before)::int;
    END IF;
    IF v_less + v_more > 0 THEN
        UPDATE total_stats t SET
            customers = t.customers + v_more * coalesce(NEW.customers, 0) - v_less * coalesce(OLD.customers, 0),
            earned = t.earned + v_more * coalesce(NEW.issued + NEW.reversed, 0) - v_less * coalesce(OLD.issued + OLD.reversed, 0),
            balance = t.balance
                + v_more * coalesce(NEW.issued + NEW.redeemed + NEW.refunded + NEW.reversed + NEW.expired + NEW.adjusted + NEW.transferred, 0)
                - v_less * coalesce(OLD.issued + OLD.redeemed + OLD.refunded + OLD.reversed + OLD.expired + OLD.adjusted + OLD.transferred, 0),
            redemptions = t.redemptions + v_more * coalesce(NEW.redemptions - NEW.cancellations, 0)
                - v_less * coalesce(OLD.redemptions - OLD.cancellations, 0)
        WHERE t.organization_id = coalesce(NEW.organization_id, OLD.organization_id);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- A till writes today's figures and passes by on the conditions. No transaction
-- lasts the ten days between these thirty and roll_totals' forty.
CREATE TRIGGER daily_stats_totals_new AFTER INSERT ON daily_stats FOR EACH ROW
    WHEN (NEW.day < current_date - 30) EXECUTE FUNCTION total_follow();
CREATE TRIGGER daily_stats_totals AFTER UPDATE ON daily_stats FOR EACH ROW
    WHEN (NEW.day < current_date - 30 OR OLD.day < current_date - 30) EXECUTE FUNCTION total_follow();
CREATE TRIGGER daily_stats_totals_gone AFTER DELETE ON daily_stats FOR EACH ROW
    WHEN (OLD.day < current_date - 30) EXECUTE FUNCTION total_follow();

-- roll_totals takes days that have come to be long over into the sum. The
-- second statement begins with the row locked, so it sees all that went before.
-- +goose StatementBegin
CREATE FUNCTION roll_totals(p_org uuid, p_before date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_until CONSTANT date := least(p_before, current_date - 40);
    v_from  date;
BEGIN
    SELECT t.before INTO v_from FROM total_stats t WHERE t.organization_id = p_org FOR NO KEY UPDATE;
    UPDATE total_stats t SET before = v_until, customers = t.customers + s.customers, earned = t.earned + s.earned,
        balance = t.balance + s.balance, redemptions = t.redemptions + s.redemptions
    FROM (
        SELECT coalesce(sum(d.customers), 0) AS customers, coalesce(sum(d.issued + d.reversed), 0) AS earned,
            coalesce(sum(d.issued + d.redeemed + d.refunded + d.reversed + d.expired + d.adjusted + d.transferred), 0) AS balance,
            coalesce(sum(d.redemptions - d.cancellations), 0) AS redemptions
        FROM daily_stats d WHERE d.organization_id = p_org AND d.day >= v_from AND d.day < v_until) s
    WHERE t.organization_id = p_org AND v_from < v_until;
END $$;
-- +goose StatementEnd
SELECT roll_totals(id, current_date) FROM organizations;

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION total_begin, total_follow, roll_totals FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        REVOKE INSERT, UPDATE, DELETE ON total_stats FROM regulars_app;
        GRANT EXECUTE ON FUNCTION roll_totals TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
