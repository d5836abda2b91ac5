-- One narrow row for each transaction: who, the account's number, what it
-- gives and what is held after it. Every tenth visit buys a reward of 500
-- points, which nine visits of 60 or more always suffice for.
-- $1 transactions, $2 customers' first millisecond, $3 between two, $4 the first transaction's millisecond, $5 the span, $6 customers
INSERT INTO bench_steps (n, ms, customer, seq, points, h, balance, lifetime, visit)
SELECT n, ms, customer, seq, points, h, sum(points) OVER account, sum(greatest(points, 0)) OVER account, visit
FROM (
    SELECT n, ms, customer, seq, CASE WHEN seq % 10 = 0 THEN -500 ELSE 60 + h % 140 END AS points, h,
        CASE WHEN seq % 10 = 0 THEN 'redeem' WHEN h / 256 % 10 < 7 THEN 'order' ELSE 'hand' END AS visit
    FROM (
        SELECT n, ms, customer, row_number() OVER (PARTITION BY customer ORDER BY n) AS seq, h
        FROM (
            SELECT n, $4 + n * $5 / $1 AS ms, (hashint8extended(n, 7) & 1048575)::int AS h,
                1 + (hashint8extended(n, 42) & 9223372036854775807) % greatest(1, least($6::bigint, ($4 + n * $5 / $1 - $2) / $3)) AS customer
            FROM generate_series(1, $1::bigint) AS n
        ) drawn
    ) numbered
) valued
WINDOW account AS (PARTITION BY customer ORDER BY seq)
ORDER BY n
