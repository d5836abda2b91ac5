-- An award by hand. The two statements are the product's; pgbench has no clock and no
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
SELECT r->'account'->>'customer_id' AS customer, (r->'account'->>'revision')::bigint AS revision, (r->'account'->>'balance')::bigint AS balance,
    r->'account'->>'tier_id' AS tier, r->'lots'->0->>'expires_on' AS lot, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || to_hex(:a::bigint) || to_hex(:b::bigint) || to_hex(:c::bigint))::uuid::text AS id, (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || to_hex(:a::bigint) || to_hex(:b::bigint) || to_hex(:d::bigint))::uuid::text AS other,
    to_json(now())#>>'{}' AS at, now()::date AS today, now()::date + 730 AS expires
FROM (SELECT ledger_read('0190a000-0000-7000-8000-000000000001', ('{"customer_id":"' || (lpad(to_hex(:ms::bigint), 12, '0') || '70008000' || lpad(to_hex(:tail::bigint), 12, '0'))::uuid::text ||
    '","once":"' || :key::text || '","day":"infinity","recent":32}')::jsonb) AS r OFFSET 0) s \gset
SELECT ledger_post('0190a000-0000-7000-8000-000000000001', ('{"customer_id":"' || :customer::text || '","revision":' || :revision::text || ',"config":' || :config::text || ',"program_id":"0190a000-0000-7000-8000-000000000002","tier_id":"' || :tier::text ||
    '","transactions":[{"id":"' || :id::text || '","type":"earn","points":1,"lifetime_delta":1,"balance_after":' || (:balance::bigint + 1)::text ||
    ',"reason":"Birthday points","amount":0,"api_key_id":"0190a000-0000-7000-8000-000000000003","at":"' || :at::text ||
    '"}],"lots":[{"expires_on":"' || :expires::text || '","points":1}],"audit":[{"id":"' || :other::text || '","at":"' || :at::text ||
    '","api_key_id":"0190a000-0000-7000-8000-000000000003","role":"machine","action":"points.award","subject":"customer","object_id":"' || :customer::text ||
    '","detail":{"points":1,"transaction_id":"' || :id::text || '"}}],"once":{"key":"' || :key::text || '","fingerprint":"pCJzf2QKtVutsaA3KXaAM6k9XZVVHkPrMN+Nv0ThsoQ=","status":201,"body":"eyJzdWNjZXNzIjp0cnVlLCJkYXRhIjp7Im5ld0JhbGFuY2UiOjEyMjQsInRpZXIiOnsiaWQiOiIwMTkwYTAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAzMDEiLCJwcm9ncmFtX2lkIjoiMDE5MGEwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAyIiwibmFtZSI6IlNpbHZlciIsIm1pbl9wb2ludHMiOjUwMCwibXVsdGlwbGllciI6MTAwLCJiZW5lZml0cyI6bnVsbCwiY3JlYXRlZF9hdCI6IjIwMjQtMDYtMDRUMTA6MDA6MDAuMDAwWiJ9LCJ0cmFuc2FjdGlvbiI6eyJpZCI6IjAxYTIwMmUxLWU3OWUtNzc5My1iMThiLTFjYzZjZDU3YzlhNSIsImN1c3RvbWVyX2lkIjoiMDE5MDRhOTAtNDgwMC03MDAwLTgwMDAtMDA4M2E0Mjg0MDQ1IiwidHlwZSI6ImVhcm4iLCJwb2ludHMiOjEyMCwiYmFsYW5jZV9hZnRlciI6MTIyNCwicmVhc29uIjoiQmlydGhkYXkgcG9pbnRzIiwib3JkZXJfaWQiOm51bGwsInJld2FyZF9pZCI6bnVsbCwicmVkZW1wdGlvbl9pZCI6bnVsbCwicmV2ZXJzZXNfaWQiOm51bGwsInN0b3JlX2lkIjpudWxsLCJleHBsYW5hdGlvbiI6bnVsbCwiY3JlYXRlZF9hdCI6IjIwMjYtMTEtMjJUMTA6NTE6MjkuMDU0WiJ9fX0="},"day":"' || :today::text || '","at":"' || :at::text || '"}')::jsonb)
