-- A completed order. The two statements are the product's; pgbench has no clock and no
-- uuid, so ids are put together from random numbers, like the product's with
-- the time in front.
\set i random(0, :n * 4 / 10 / 64 - 1) * 64 + :client_id + 1
\set ms :start + :i * :step
\set tail (:i * 2654435761) % 281474976710656
\set key random(1, 9000000000000000)
\set a random(28672, 32767)
\set b random(2147483648, 3221225471)
\set c random(268435456, 4294967295)
\set d random(268435456, 4294967295)
\set s 256 + random(0, 19)
SELECT ('0190a000-0000-7000-8000-000000000' || to_hex(:s::bigint)) AS store, r->'account'->>'customer_id' AS customer, (r->'account'->>'revision')::bigint AS revision, (r->'account'->>'balance')::bigint AS balance,
    r->'account'->>'tier_id' AS tier, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || to_hex(:a::bigint) || to_hex(:b::bigint) || to_hex(:c::bigint))::uuid::text AS id, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || to_hex(:a::bigint) || to_hex(:b::bigint) || to_hex(:d::bigint))::uuid::text AS other,
    to_json(now())#>>'{}' AS at, now()::date AS today, now()::date + 730 AS expires
FROM (SELECT ledger_read('0190a000-0000-7000-8000-000000000001', ('{"customer_id":"' || (lpad(to_hex(:ms::bigint), 12, '0') || '70008000' || lpad(to_hex(:tail::bigint), 12, '0'))::uuid::text || '","once":"' || :key::text || '","order_store_id":"0190a000-0000-7000-8000-000000000' || to_hex(:s::bigint) ||
    '","order_ref":"L-' || :key::text || '","day":"infinity","recent":32}')::jsonb) AS r OFFSET 0) s \gset
SELECT ledger_post('0190a000-0000-7000-8000-000000000001', ('{"customer_id":"' || :customer::text || '","revision":' || :revision::text || ',"config":' || :config::text || ',"program_id":"0190a000-0000-7000-8000-000000000002","tier_id":"' || :tier::text ||
    '","transactions":[{"id":"' || :id::text || '","type":"earn","points":1,"lifetime_delta":1,"balance_after":' || (:balance::bigint + 1)::text ||
    ',"reason":"Order #L-' || :key::text || '","store_id":"' || :store::text || '","order_id":"' || :other::text || '","amount":10,"api_key_id":"0190a000-0000-7000-8000-000000000003",
    "explanation":{"amount":10,"currency":"USD","rate":100000,"tier_id":"' || :tier::text || '","tier":"Silver","multiplier":100,"program_id":"0190a000-0000-7000-8000-000000000002","program":"Bench","program_version":1},"at":"' || :at::text ||
    '"}],"lots":[{"expires_on":"' || :expires::text || '","points":1}],"order":{"id":"' || :other::text || '","store_id":"' || :store::text ||
    '","external_id":"L-' || :key::text || '","customer_id":"' || :customer::text ||
    '","total":10,"tax":0,"tip":0,"discount":0,"refunded_total":0,"currency":"USD","item_count":0,"status":"completed","staff_ref":"","transaction_id":"' || :id::text ||
    '","earned":1,"reversed":0,"completed_at":"' || :at::text || '","day":"' || :today::text || '","created_at":"' || :at::text || '","updated_at":"' || :at::text ||
    '","revision":0},"once":{"key":"' || :key::text || '","fingerprint":"pCJzf2QKtVutsaA3KXaAM6k9XZVVHkPrMN+Nv0ThsoQ=","status":201,"body":"eyJpZCI6Im9yZF8wMWEyMDJlMS1lODM0LTc4NTgtYTBlMS0xNzRiZjFjOWJmMDQiLCJleHRlcm5hbF9pZCI6IlgtMzEwMzMyIiwic3RvcmVfaWQiOiJzdG9yZV8wMTkwYTAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAxMDAiLCJjdXN0b21lcl9pZCI6ImN1c3RfMDE5MDRhOTAtNDgwMC03MDAwLTgwMDAtMDA4M2E0Mjg0MDQ1Iiwic3RhdHVzIjoiY29tcGxldGVkIiwidG90YWwiOiIyNS41MCIsInRheCI6IjAuMDAiLCJ0aXAiOiIwLjAwIiwiZGlzY291bnQiOiIwLjAwIiwicmVmdW5kZWRfdG90YWwiOiIwLjAwIiwiY3VycmVuY3kiOiJVU0QiLCJpdGVtcyI6bnVsbCwic3RhZmZfaWQiOm51bGwsImNvbXBsZXRlZF9hdCI6IjIwMjYtMTEtMjJUMTA6NTE6MjkuMjA0WiIsImNyZWF0ZWRfYXQiOiIyMDI2LTExLTIyVDEwOjUxOjI5LjIwNFoiLCJ1cGRhdGVkX2F0IjoiMjAyNi0xMS0yMlQxMDo1MToyOS4yMDRaIiwibG95YWx0eSI6eyJwb2ludHNfZWFybmVkIjoyNTUsInBvaW50c19yZXZlcnNlZCI6MCwidHJhbnNhY3Rpb25faWQiOiJ0eG5fMDFhMjAyZTEtZTgzNC03ODU5LWEwMGQtZjcyYTI5NWVkMDkzIiwiYmFsYW5jZV9hZnRlciI6MTQ3OSwidGllciI6eyJuYW1lIjoiU2lsdmVyIiwibXVsdGlwbGllciI6MS4wLCJuZXh0X3RpZXIiOnsibmFtZSI6IkdvbGQiLCJwb2ludHNfbmVlZGVkIjo1MjB9fSwiZXhwbGFuYXRpb24iOnsiYW1vdW50IjoiMjUuNTAiLCJjdXJyZW5jeSI6IlVTRCIsInJhdGUiOjEwLCJtdWx0aXBsaWVyIjoxLjAsInRpZXIiOiJTaWx2ZXIiLCJwcm9tb3Rpb25zIjpbXSwicHJvZ3JhbSI6IkJlbmNoIiwicHJvZ3JhbV92ZXJzaW9uIjoxfX19"},"day":"' || :today::text || '","orders":1,"sales":10,"at":"' || :at::text || '"}')::jsonb)
