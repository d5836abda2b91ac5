-- $1 organization, $2 customers' first millisecond, $3 between two, $4 program, $5 API key
INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, store_id, order_id,
    redemption_id, reward_id, amount, api_key_id, explanation, at, day, recorded_at)
SELECT $1, pg_temp.made_id(s.ms, 0, s.n), pg_temp.made_id($2 + s.customer * $3, 0, s.customer), s.seq,
    CASE WHEN s.visit = 'redeem' THEN 'redeem' ELSE 'earn' END, s.points, greatest(s.points, 0), s.balance,
    CASE s.visit WHEN 'redeem' THEN 'Dinner for two' WHEN 'order' THEN 'Order #R-' || s.n ELSE 'Birthday points' END,
    CASE WHEN s.visit <> 'hand' THEN w.id END, CASE WHEN s.visit = 'order' THEN pg_temp.made_id(s.ms, 1, s.n) END,
    CASE WHEN s.visit = 'redeem' THEN pg_temp.made_id(s.ms, 2, s.n) END,
    CASE WHEN s.visit = 'redeem' THEN '0190a000-0000-7000-8000-000000000200'::uuid END,
    CASE WHEN s.visit = 'order' THEN s.points * 10 ELSE 0 END, $5,
    CASE WHEN s.visit = 'order' THEN jsonb_build_object('amount', s.points * 10, 'currency', 'USD', 'rate', 100000, 'tier_id', t.id,
        'tier', t.name, 'multiplier', 100, 'program_id', $4::text, 'program', 'Bench', 'program_version', 1) END,
    to_timestamp(s.ms / 1000.0), (to_timestamp(s.ms / 1000.0) AT TIME ZONE 'UTC')::date, to_timestamp(s.ms / 1000.0)
FROM bench_steps s
JOIN bench_stores w ON w.n = s.h % 20
JOIN bench_tiers t ON t.n = CASE WHEN s.lifetime - greatest(s.points, 0) >= 5000 THEN 3 WHEN s.lifetime - greatest(s.points, 0) >= 2000 THEN 2
    WHEN s.lifetime - greatest(s.points, 0) >= 500 THEN 1 ELSE 0 END
