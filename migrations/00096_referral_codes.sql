-- 0096 referral codes: the code that a guest came with. It is the person's, and
-- goes when the person's data are erased. Guests of before have none.

-- +goose Up
ALTER TABLE customers
    ADD COLUMN referral_code text NOT NULL DEFAULT '' CONSTRAINT customers_referral_code_length CHECK (length(referral_code) <= 64);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION anonymize_account(p_org uuid, p_customer uuid, p_name text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM forget_answers(p_org, p_customer);
    UPDATE customers c SET external_id = NULL, name = p_name, name_fold = '', email = '', phone = '', phone_e164 = NULL, phone_digits = '',
        birth_date = NULL, marketing_opt_in = false, referral_code = '', card_hash = NULL, anonymized_at = p_at, updated_at = p_at
    WHERE c.organization_id = p_org AND c.id = p_customer AND c.anonymized_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE redemptions d SET metadata = NULL WHERE d.organization_id = p_org AND d.customer_id = p_customer AND d.metadata IS NOT NULL;
    UPDATE staff s SET customer_id = NULL WHERE s.organization_id = p_org AND s.customer_id = p_customer;
    RETURN true;
END $$;
-- +goose StatementEnd
