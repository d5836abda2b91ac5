-- 0066 undo import of a card: a guest who was given a membership card is not
-- untouched. Undoing the import took guest and card out, which the guest has
-- in the pocket. customers.card_hash, which was looked at, is never set.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION undo_import_guest(p_org uuid, p_import uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = p_customer FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM import_items i WHERE i.organization_id = p_org AND i.import_id = p_import
        AND i.kind = 'customer' AND i.object_id = p_customer) THEN
        RETURN 'gone';
    END IF;
    IF EXISTS (SELECT FROM customers c WHERE c.organization_id = p_org AND c.id = p_customer
            AND (c.updated_at <> c.created_at OR c.anonymized_at IS NOT NULL))
        OR EXISTS (SELECT FROM cards k WHERE k.organization_id = p_org AND k.customer_id = p_customer)
        OR EXISTS (SELECT FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = p_customer AND e.frozen_at IS NOT NULL)
        OR EXISTS (SELECT FROM redemptions d WHERE d.organization_id = p_org AND d.customer_id = p_customer)
        OR EXISTS (SELECT FROM event_counts c WHERE c.organization_id = p_org AND c.customer_id = p_customer)
        OR EXISTS (SELECT FROM staff s WHERE s.organization_id = p_org AND s.customer_id = p_customer)
        OR EXISTS (SELECT FROM transactions t WHERE t.organization_id = p_org AND t.customer_id = p_customer AND t.type <> 'expire'
            AND NOT EXISTS (SELECT FROM import_items i WHERE i.organization_id = p_org AND i.import_id = p_import
                AND (i.kind = 'order' AND i.object_id = t.order_id AND t.type = 'earn' OR i.kind = 'points' AND i.object_id = t.id)))
        OR EXISTS (SELECT FROM orders o WHERE o.organization_id = p_org AND o.customer_id = p_customer
            AND (o.status <> 'completed' OR o.refunded_total > 0 OR NOT EXISTS (SELECT FROM import_items i
                WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = o.id))) THEN
        RETURN 'used';
    END IF;
    PERFORM erase_customer(p_org, p_customer), forget_answers(p_org, p_customer);
    RETURN 'gone';
END $$;
-- +goose StatementEnd
