-- 0086 short totals: the figures since ever take in days after a week.
--
-- They took them in after forty days, so whoever asked for them, which is home
-- and every figure of the API, added up forty days of every store. Refunds and
-- imports of orders older than three days change the sum in their transaction.

-- +goose Up
DROP TRIGGER daily_stats_totals_new ON daily_stats;
DROP TRIGGER daily_stats_totals ON daily_stats;
DROP TRIGGER daily_stats_totals_gone ON daily_stats;

-- No transaction lasts the four days between these three and roll_totals' seven.
CREATE TRIGGER daily_stats_totals_new AFTER INSERT ON daily_stats FOR EACH ROW
    WHEN (NEW.day < current_date - 3) EXECUTE FUNCTION total_follow();
CREATE TRIGGER daily_stats_totals AFTER UPDATE ON daily_stats FOR EACH ROW
    WHEN (NEW.day < current_date - 3 OR OLD.day < current_date - 3) EXECUTE FUNCTION total_follow();
CREATE TRIGGER daily_stats_totals_gone AFTER DELETE ON daily_stats FOR EACH ROW
    WHEN (OLD.day < current_date - 3) EXECUTE FUNCTION total_follow();

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION roll_totals(p_org uuid, p_before date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_until CONSTANT date := least(p_before, current_date - 7);
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
