-- Undoing an import asked for its orders in a way that the planner, on tables
-- it knows little about, answered by comparing each of the import's orders
-- with each order of nobody, and each award of a guest with all that the
-- import had made: 50,000 orders would have taken hours. The ids that are asked
-- for lead to the rows now, whatever the planner believes.

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
            AND NOT (t.type = 'earn' AND EXISTS (SELECT FROM import_items i
                WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = t.order_id))
            AND NOT EXISTS (SELECT FROM import_items i
                WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'points' AND i.object_id = t.id))
        OR EXISTS (SELECT FROM orders o WHERE o.organization_id = p_org AND o.customer_id = p_customer
            AND (o.status <> 'completed' OR o.refunded_total > 0 OR NOT EXISTS (SELECT FROM import_items i
                WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = o.id))) THEN
        RETURN 'used';
    END IF;
    PERFORM erase_customer(p_org, p_customer), forget_answers(p_org, p_customer);
    RETURN 'gone';
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION undo_import_orders(p_org uuid, p_import uuid, p_orders uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        WITH own AS MATERIALIZED (
            SELECT i.object_id AS id, i.customer_id FROM import_items i
            WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = ANY (p_orders)
        ), asked AS MATERIALIZED (
            SELECT o.id, o.customer_id, o.transaction_id FROM orders o
            WHERE o.organization_id = p_org AND o.id = ANY (ARRAY(SELECT id FROM own)) FOR UPDATE
        ), gone AS (
            DELETE FROM orders o WHERE o.organization_id = p_org AND o.id = ANY (ARRAY(
                SELECT a.id FROM asked a JOIN own ON own.id = a.id
                WHERE a.customer_id IS NULL AND a.transaction_id IS NULL
                    AND NOT EXISTS (SELECT FROM transactions t WHERE t.organization_id = p_org AND t.order_id = a.id AND t.customer_id = own.customer_id)))
            RETURNING o.*
        )
        SELECT g.day, g.store_id, count(*) FILTER (WHERE g.status IN ('completed', 'refunded')) AS orders,
            coalesce(sum(g.total - g.refunded_total) FILTER (WHERE g.status IN ('completed', 'refunded')), 0)::bigint AS sales, array_agg(g.id) AS ids
        FROM gone g GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        PERFORM count_day(p_org, d.day, d.store_id, 0::smallint, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -d.orders, -d.sales, 0);
        RETURN QUERY SELECT unnest(d.ids);
    END LOOP;
    WITH own AS MATERIALIZED (
        SELECT i.object_id AS id FROM import_items i
        WHERE i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = ANY (p_orders)
    )
    UPDATE orders o SET external_id = left(o.external_id, 200) || ' undone ' || right(o.id::text, 12), revision = o.revision + 1
    WHERE o.organization_id = p_org AND o.id = ANY (ARRAY(SELECT id FROM own)) AND o.status = 'cancelled';
END $$;
-- +goose StatementEnd
