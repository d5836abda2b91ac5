-- A redemption of the one reward with stock. The two statements are the product's; pgbench has no clock and no
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
    '","once":"' || :key::text || '","day":"infinity","reward_id":"0190a000-0000-7000-8000-000000000205","contact_since":"2026-10-25T12:00:00Z","lots": true}')::jsonb) AS r OFFSET 0) s \gset
SELECT ledger_post('0190a000-0000-7000-8000-000000000001', ('{"customer_id":"' || :customer::text || '","revision":' || :revision::text || ',"config":' || :config::text ||
    ',"transactions":[{"id":"' || :id::text || '","type":"redeem","points":-1,"lifetime_delta":0,"balance_after":' || (:balance::bigint - 1)::text ||
    ',"reason":"Coffee","redemption_id":"' || :other::text || '","reward_id":"0190a000-0000-7000-8000-000000000205","amount":0,"api_key_id":"0190a000-0000-7000-8000-000000000003","at":"' || :at::text ||
    '"}],"lots":[{"expires_on":"' || :lot::text || '","points":-1}],"stock_reward_id":"0190a000-0000-7000-8000-000000000205","stock_delta":-1,"redemption":{"id":"' || :other::text ||
    '","reward_id":"0190a000-0000-7000-8000-000000000205","reward_name":"Coffee","reward_type":"perk","points_cost":1,"code":"' || :key::text ||
    '","status":"issued","order_ref":"","transaction_id":"' || :id::text || '","lots":[{"expires_on":"' || :lot::text ||
    '","points":1}],"api_key_id":"0190a000-0000-7000-8000-000000000003","created_at":"' || :at::text || '"},"once":{"key":"' || :key::text || '","fingerprint":"pCJzf2QKtVutsaA3KXaAM6k9XZVVHkPrMN+Nv0ThsoQ=","status":201,"body":"eyJzdWNjZXNzIjp0cnVlLCJkYXRhIjp7ImRpc2NvdW50IjpudWxsLCJuZXdCYWxhbmNlIjoxNDc4LCJwb2ludHNEZWR1Y3RlZCI6MSwicmVkZW1wdGlvbiI6eyJpZCI6IjAxYTIwMmUxLWU4YjMtN2IwOS04Mjg3LTU4ZTg5OWNiZDVlMCIsImN1c3RvbWVyX2lkIjoiMDE5MDRhOTAtNDgwMC03MDAwLTgwMDAtMDA4M2E0Mjg0MDQ1IiwicmV3YXJkX2lkIjoiMDE5MGEwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMjAxIiwicmV3YXJkX25hbWUiOiJDb2ZmZWUiLCJ0eXBlIjoicGVyayIsImRpc2NvdW50X3R5cGUiOm51bGwsImRpc2NvdW50X3ZhbHVlIjpudWxsLCJwb2ludHNfc3BlbnQiOjEsImNvZGUiOiJWNVA3RlBHUEIzIiwic3RhdHVzIjoiaXNzdWVkIiwic3RvcmVfaWQiOm51bGwsIm9yZGVyX2lkIjpudWxsLCJ0cmFuc2FjdGlvbl9pZCI6IjAxYTIwMmUxLWU4YjMtN2IwOC05M2VmLWNlZDQyMDkzYjE5OSIsIm1ldGFkYXRhIjpudWxsLCJoZWxkX3VudGlsIjpudWxsLCJmdWxmaWxsZWRfYXQiOm51bGwsImNhbmNlbGxlZF9hdCI6bnVsbCwiY3JlYXRlZF9hdCI6IjIwMjYtMTEtMjJUMTA6NTE6MjkuMzMxWiJ9fX0="},"day":"' || :today::text || '","at":"' || :at::text || '"}')::jsonb)
