-- One row of a customer by its key: the least that a look-up can cost.
\set i random(1, :n)
\set ms :start + :i * :step
\set tail (:i * 2654435761) % 281474976710656
SELECT id, name, email, phone, created_at FROM customers WHERE organization_id = '0190a000-0000-7000-8000-000000000001'
    AND id = (lpad(to_hex(:ms::bigint), 12, '0') || '70008000' || lpad(to_hex(:tail::bigint), 12, '0'))::uuid
