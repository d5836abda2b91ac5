-- What follows from the transactions, in statements parted by lines of dashes.
-- $1 organization, $2 program
INSERT INTO orders (organization_id, id, store_id, external_id, customer_id, total, currency, item_count, status, transaction_id, earned,
    completed_at, day, created_at, updated_at)
SELECT $1, t.order_id, t.store_id, substr(t.reason, 8), t.customer_id, t.amount, 'USD', 1 + t.points % 5, 'completed', t.id, t.points,
    t.at, t.day, t.at, t.at
FROM transactions t WHERE t.organization_id = $1 AND t.order_id IS NOT NULL AND $2::uuid IS NOT NULL
--------
INSERT INTO redemptions (organization_id, id, customer_id, reward_id, reward_name, reward_type, points_cost, code, status, store_id,
    transaction_id, lots, fulfilled_at, created_at)
SELECT $1, t.redemption_id, t.customer_id, t.reward_id, t.reason, 'perk', -t.points, upper(right(t.redemption_id::text, 10)), 'fulfilled',
    t.store_id, t.id, jsonb_build_array(jsonb_build_object('expires_on', t.day + 730, 'points', -t.points)), t.at, t.at
FROM transactions t WHERE t.organization_id = $1 AND t.type = 'redeem' AND $2::uuid IS NOT NULL
--------
INSERT INTO enrollments (organization_id, customer_id, id, program_id, tier_id, balance, lifetime, seq, revision, active_day, since)
SELECT $1, c.id, overlay(c.id::text PLACING '3' FROM 18 FOR 1)::uuid, $2, b.id, coalesce(s.balance, 0), coalesce(s.lifetime, 0),
    coalesce(s.seq, 0), 1 + coalesce(s.seq, 0), s.day, c.created_at
FROM customers c
LEFT JOIN (
    SELECT t.customer_id, sum(t.points) AS balance, sum(t.lifetime_delta) AS lifetime, max(t.seq) AS seq, max(t.day) AS day
    FROM transactions t WHERE t.organization_id = $1 GROUP BY t.customer_id
) s ON s.customer_id = c.id
JOIN bench_tiers b ON b.n = CASE WHEN s.lifetime >= 5000 THEN 3 WHEN s.lifetime >= 2000 THEN 2 WHEN s.lifetime >= 500 THEN 1 ELSE 0 END
WHERE c.organization_id = $1 ORDER BY c.created_at
--------
INSERT INTO lots (organization_id, customer_id, expires_on, remaining)
SELECT $1, e.customer_id, e.day + 730, least(e.points, e.upto - coalesce(s.spent, 0))
FROM (
    SELECT customer_id, day, points, sum(points) OVER (PARTITION BY customer_id ORDER BY day) AS upto
    FROM (SELECT t.customer_id, t.day, sum(t.points) AS points FROM transactions t
        WHERE t.organization_id = $1 AND t.points > 0 GROUP BY 1, 2) d
) e
LEFT JOIN (SELECT t.customer_id, -sum(t.points) AS spent FROM transactions t
    WHERE t.organization_id = $1 AND t.points < 0 GROUP BY 1) s ON s.customer_id = e.customer_id
WHERE e.upto > coalesce(s.spent, 0) AND $2::uuid IS NOT NULL
--------
INSERT INTO daily_stats (organization_id, day, store_id, shard, issued, redeemed, awards, redemptions, orders, sales, customers)
SELECT $1, day, store_id, 0, sum(issued), sum(redeemed), sum(awards), sum(redemptions), sum(orders), sum(sales), sum(customers)
FROM (
    SELECT day, coalesce(store_id, '00000000-0000-0000-0000-000000000000') AS store_id,
        coalesce(sum(points) FILTER (WHERE type = 'earn'), 0) AS issued, coalesce(sum(points) FILTER (WHERE type = 'redeem'), 0) AS redeemed,
        count(*) FILTER (WHERE type = 'earn') AS awards, count(*) FILTER (WHERE type = 'redeem') AS redemptions,
        count(order_id) AS orders, sum(amount) AS sales, 0 AS customers
    FROM transactions WHERE organization_id = $1 GROUP BY 1, 2
    UNION ALL
    SELECT (created_at AT TIME ZONE 'UTC')::date, '00000000-0000-0000-0000-000000000000', 0, 0, 0, 0, 0, 0, count(*)
    FROM customers WHERE organization_id = $1 AND $2::uuid IS NOT NULL GROUP BY 1
) d GROUP BY day, store_id
--------
INSERT INTO activity_stats (organization_id, day, shard, members)
SELECT $1, active_day, 0, count(*) FROM enrollments WHERE organization_id = $1 AND program_id = $2 AND active_day IS NOT NULL GROUP BY active_day
--------
INSERT INTO tier_stats (organization_id, tier_id, shard, members)
SELECT $1, tier_id, 0, count(*) FROM enrollments WHERE organization_id = $1 AND program_id = $2 GROUP BY tier_id
--------
INSERT INTO reward_stats (organization_id, reward_id, shard, redemptions, customers)
SELECT $1, reward_id, 0, count(*), count(DISTINCT customer_id) FROM redemptions WHERE organization_id = $1 AND $2::uuid IS NOT NULL GROUP BY reward_id
--------
INSERT INTO reward_days (organization_id, day, store_id, reward_id, shard, redemptions)
SELECT $1, day, coalesce(store_id, '00000000-0000-0000-0000-000000000000'), reward_id, 0, count(*)
FROM transactions WHERE organization_id = $1 AND type = 'redeem' AND $2::uuid IS NOT NULL GROUP BY 2, 3, 4
--------
INSERT INTO total_stats (organization_id) SELECT $1 WHERE $2::uuid IS NOT NULL
--------
INSERT INTO roster (organization_id, customer_id, tier_id, store_id, balance, lifetime, active_day, created_at, marketing_opt_in)
SELECT $1, e.customer_id, e.tier_id, s.store_id, e.balance, e.lifetime, coalesce(e.active_day, '-infinity'), c.created_at, c.marketing_opt_in
FROM enrollments e
JOIN customers c ON c.organization_id = $1 AND c.id = e.customer_id
LEFT JOIN (
    SELECT DISTINCT ON (customer_id) customer_id, store_id FROM transactions
    WHERE organization_id = $1 AND store_id IS NOT NULL ORDER BY customer_id, seq DESC
) s ON s.customer_id = e.customer_id
WHERE e.organization_id = $1 AND e.program_id = $2
