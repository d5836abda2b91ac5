-- 0020 imports: files on their way in, what is wrong with them, and what each
-- has made, so that it can be undone.
--
-- A file lies here in pieces only until it has been imported or given up: it
-- is full of names and phone numbers.

-- +goose Up
CREATE TABLE imports (
    organization_id uuid        NOT NULL CONSTRAINT imports_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    kind            text        NOT NULL CONSTRAINT imports_kind_known CHECK (kind IN ('customers', 'balances', 'orders')),
    state           text        NOT NULL CONSTRAINT imports_state_known CHECK (state IN
        ('receiving', 'mapping', 'checking', 'checked', 'running', 'done', 'failed', 'undoing', 'undone')),
    file_name       text        NOT NULL CONSTRAINT imports_file_name_length CHECK (length(file_name) BETWEEN 1 AND 255),
    file_size       bigint      NOT NULL DEFAULT 0,
    file_hash       bytea,
    layout          jsonb       NOT NULL DEFAULT '{}',
    figures         jsonb       NOT NULL DEFAULT '{}',
    failure         text        NOT NULL DEFAULT '',
    done            bigint      NOT NULL DEFAULT 0,
    total           bigint      NOT NULL DEFAULT 0,
    staff_id        uuid,
    undone_by       uuid,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    finished_at     timestamptz,
    -- Whoever works on it holds it until then; a server that died lets go.
    held_until      timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (organization_id, id)
);
CREATE INDEX imports_due ON imports (held_until) WHERE state IN ('checking', 'running', 'undoing');
COMMENT ON COLUMN imports.file_hash IS 'SHA-256 of the file as it was sent: a file gives a guest an opening balance once';

CREATE TABLE import_pieces (
    organization_id uuid    NOT NULL,
    import_id       uuid    NOT NULL,
    n               integer NOT NULL,
    body            bytea   NOT NULL,
    PRIMARY KEY (organization_id, import_id, n),
    CONSTRAINT import_pieces_import_fk FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
);

CREATE TABLE import_problems (
    organization_id uuid   NOT NULL,
    import_id       uuid   NOT NULL,
    n               bigint NOT NULL,
    line            bigint NOT NULL,
    field           text   NOT NULL,
    value           text   NOT NULL,
    format          text   NOT NULL,
    args            jsonb  NOT NULL DEFAULT '[]',
    PRIMARY KEY (organization_id, import_id, n),
    CONSTRAINT import_problems_import_fk FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
);

-- What an import has made. Undoing takes the items away one by one, so that it
-- can go on where it broke off; those that stay say why.
CREATE TABLE import_items (
    organization_id uuid NOT NULL,
    import_id       uuid NOT NULL,
    kind            text NOT NULL CONSTRAINT import_items_kind_known CHECK (kind IN ('customer', 'order', 'points', 'store')),
    object_id       uuid NOT NULL,
    customer_id     uuid,
    kept            text NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, import_id, kind, object_id),
    CONSTRAINT import_items_import_fk FOREIGN KEY (organization_id, import_id) REFERENCES imports (organization_id, id) ON DELETE CASCADE
);
-- By customer: whose points, and whose order, an item is.
CREATE INDEX import_items_customer ON import_items (organization_id, import_id, customer_id) WHERE kind = 'points';
COMMENT ON COLUMN import_items.kept IS 'why undoing left it alone: used, spent, changed; empty before';

-- undo_import_guest takes out a guest whom the import has made and nobody has
-- touched since, and says "gone"; otherwise it says "used" and changes
-- nothing. Points that expired by themselves are no touch.
-- +goose StatementBegin
CREATE FUNCTION undo_import_guest(p_org uuid, p_import uuid, p_customer uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM enrollments e WHERE e.organization_id = p_org AND e.customer_id = p_customer FOR UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM import_items i WHERE i.organization_id = p_org AND i.import_id = p_import
        AND i.kind = 'customer' AND i.object_id = p_customer) THEN
        RETURN 'gone';
    END IF;
    IF EXISTS (SELECT FROM customers c WHERE c.organization_id = p_org AND c.id = p_customer
            AND (c.updated_at <> c.created_at OR c.anonymized_at IS NOT NULL OR c.card_hash IS NOT NULL))
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

-- undo_import_orders takes out those of the import's orders that belong to
-- nobody and that no row of the ledger names, with their sales, and says
-- which. Of the others, those that are cancelled give their reference back, so
-- that the till's order can come again.
-- +goose StatementBegin
CREATE FUNCTION undo_import_orders(p_org uuid, p_import uuid, p_orders uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        WITH gone AS (
            DELETE FROM orders o USING import_items i
            WHERE o.organization_id = p_org AND o.id = ANY (p_orders) AND o.customer_id IS NULL AND o.transaction_id IS NULL
                AND i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = o.id
                AND NOT EXISTS (SELECT FROM transactions t WHERE t.organization_id = p_org AND t.order_id = o.id AND t.customer_id = i.customer_id)
            RETURNING o.*
        )
        SELECT g.day, g.store_id, count(*) FILTER (WHERE g.status IN ('completed', 'refunded')) AS orders,
            coalesce(sum(g.total - g.refunded_total) FILTER (WHERE g.status IN ('completed', 'refunded')), 0)::bigint AS sales, array_agg(g.id) AS ids
        FROM gone g GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        PERFORM count_day(p_org, d.day, d.store_id, 0::smallint, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -d.orders, -d.sales, 0);
        RETURN QUERY SELECT unnest(d.ids);
    END LOOP;
    UPDATE orders o SET external_id = left(o.external_id, 200) || ' undone ' || right(o.id::text, 12), revision = o.revision + 1
    FROM import_items i
    WHERE o.organization_id = p_org AND o.id = ANY (p_orders) AND o.status = 'cancelled'
        AND i.organization_id = p_org AND i.import_id = p_import AND i.kind = 'order' AND i.object_id = o.id;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
DO $$
BEGIN
    REVOKE EXECUTE ON FUNCTION undo_import_guest, undo_import_orders FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        GRANT EXECUTE ON FUNCTION undo_import_guest, undo_import_orders TO regulars_app;
    END IF;
END $$;
-- +goose StatementEnd
