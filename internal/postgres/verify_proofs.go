package postgres

import "regulars/internal/loyalty"

func claim(name, sentence string) loyalty.Proof { return loyalty.Proof{Name: name, Claim: sentence} }

// proofs are all that is promised of the ledger and what is counted of it. The
// longest come first, so that none of them is left over at the end.
var proofs = []proof{
	{[]loyalty.Proof{
		claim("balance", "Every balance is the sum of its transactions."),
		claim("lifetime", "Lifetime points are the sum of what the transactions add to them."),
		claim("numbering", "The transactions of an account are numbered from 1 without a gap."),
		claim("chain", "Every balance_after follows from the row before it."),
		claim("activity", "Every account knows the day of its last transaction."),
	}, accountsProof},

	{[]loyalty.Proof{claim("days", "The figures of every day and store are what a full count gives.")}, daysProof},

	{[]loyalty.Proof{
		claim("earned", "What an order earned, and what was taken back of it, is what the ledger says."),
		claim("once", "Every order earned at most once."),
	}, ordersProof},

	{[]loyalty.Proof{claim("lots", "The lots of an account add up to its balance, or to nothing while it is in debt.")}, `
		SELECT 'lots' AS kind, e.customer_id::text AS subject,
			format('lots %s, balance %s', coalesce(l.remaining, 0), e.balance) AS detail
		FROM enrollments e
		LEFT JOIN (SELECT customer_id, sum(remaining) AS remaining FROM lots WHERE organization_id = $1 GROUP BY customer_id) l USING (customer_id)
		WHERE e.organization_id = $1 AND coalesce(l.remaining, 0) <> greatest(e.balance, 0)`},

	// With downgrades off, or after they were on, a tier may be above what the
	// lifetime points reach; but only for somebody who lost some.
	{[]loyalty.Proof{claim("tier", "Everybody is in the active program, at the tier that the lifetime points reach, or above it after a reversal.")}, `
		WITH ladder AS (
			SELECT id, program_id, name, min_points, lead(min_points) OVER (PARTITION BY program_id ORDER BY min_points) AS upto
			FROM tiers WHERE organization_id = $1
		)
		SELECT 'tier' AS kind, e.customer_id::text AS subject,
			format('holds %s, %s lifetime points reach %s', coalesce(h.name, 'none'), e.lifetime, coalesce(r.name, 'none')) AS detail
		FROM enrollments e
		LEFT JOIN programs a ON a.organization_id = $1 AND a.is_active
		LEFT JOIN ladder h ON h.id = e.tier_id
		LEFT JOIN ladder r ON r.program_id = e.program_id AND e.lifetime >= r.min_points AND (r.upto IS NULL OR e.lifetime < r.upto)
		WHERE e.organization_id = $1 AND e.merged_into IS NULL AND (
			a.id IS NOT NULL AND e.program_id IS DISTINCT FROM a.id OR h.program_id IS DISTINCT FROM e.program_id
			OR h.min_points < r.min_points
			OR h.min_points > r.min_points AND NOT EXISTS (
				SELECT FROM transactions t WHERE t.organization_id = $1 AND t.customer_id = e.customer_id AND t.lifetime_delta < 0))`},

	{[]loyalty.Proof{claim("reversal", "Nothing was taken back twice, or more than was given.")}, withTorn + `
		SELECT 'reversal' AS kind, r.reverses_id::text AS subject, format('gave %s, took back %s', t.points, r.points) AS detail
		FROM (
			SELECT reverses_id, -sum(points) AS points, min(customer_id::text)::uuid AS customer_id FROM transactions
			WHERE organization_id = $1 AND reverses_id IS NOT NULL AND type = 'reverse' GROUP BY reverses_id
		) r LEFT JOIN transactions t ON t.organization_id = $1 AND t.id = r.reverses_id
		WHERE t.id IS NULL AND r.customer_id NOT IN (SELECT id FROM torn) OR t.type <> 'earn' OR r.points > t.points`},

	{[]loyalty.Proof{claim("redemption", "Every redemption took its cost once, and gave it back once if it was cancelled.")}, withTorn + `
		SELECT 'redemption' AS kind, coalesce(d.id, t.redemption_id)::text AS subject,
			format('%s for %s, took %s in %s, gave back %s in %s', d.status, d.points_cost, t.taken, t.takes, t.given, t.gifts) AS detail
		FROM (SELECT * FROM redemptions WHERE organization_id = $1) d
		FULL JOIN (
			SELECT redemption_id, count(*) FILTER (WHERE type = 'redeem') AS takes, -sum(points) FILTER (WHERE type = 'redeem') AS taken,
				count(*) FILTER (WHERE type = 'refund') AS gifts, coalesce(sum(points) FILTER (WHERE type = 'refund'), 0) AS given,
				min(customer_id::text)::uuid AS customer_id
			FROM transactions WHERE organization_id = $1 AND redemption_id IS NOT NULL GROUP BY redemption_id
		) t ON t.redemption_id = d.id
		WHERE (d.id IS NULL OR t.takes IS DISTINCT FROM 1 OR t.taken <> d.points_cost
			OR (t.gifts, t.given) IS DISTINCT FROM (CASE d.status WHEN 'cancelled' THEN 1 ELSE 0 END::bigint,
				CASE d.status WHEN 'cancelled' THEN d.points_cost ELSE 0 END::numeric))
			AND coalesce(d.customer_id, t.customer_id) NOT IN (SELECT id FROM torn)`},

	{[]loyalty.Proof{claim("transfer", "What a merge took from one account it gave to the other.")}, withTorn + `
		SELECT 'transfer' AS kind, t.id::text AS subject,
			format('%s and %s lifetime here, %s and %s there', t.points, t.lifetime_delta, o.points, o.lifetime_delta) AS detail
		FROM transactions t
		LEFT JOIN transaction_links l ON l.organization_id = $1 AND l.transaction_id = t.id
		LEFT JOIN transactions o ON o.organization_id = $1 AND o.id = l.linked_id
		LEFT JOIN transaction_links b ON b.organization_id = $1 AND b.transaction_id = o.id
		WHERE t.organization_id = $1 AND t.type = 'transfer' AND (o.id IS NULL AND t.customer_id NOT IN (SELECT id FROM torn)
			OR o.points <> -t.points OR o.lifetime_delta <> -t.lifetime_delta OR o.id IS NOT NULL AND b.linked_id IS DISTINCT FROM t.id)`},

	{[]loyalty.Proof{claim("bulk", "Nobody got a bulk award twice, and every row of one gives what it says.")}, bulkProof},

	{[]loyalty.Proof{claim("holds", "What a case holds is there to be held, and only what is gone is not held for a case that was not dismissed.")}, holdsProof},

	{[]loyalty.Proof{claim("merged", "Whoever was merged into another leads to somebody who was not, and owns nothing.")}, `
		SELECT 'merged' AS kind, e.customer_id::text AS subject, format('leads to %s, undoing would be %s', e.merged_into, m.id) AS detail
		FROM enrollments e
		LEFT JOIN merges m ON m.organization_id = $1 AND m.source_id = e.customer_id AND m.undone_at IS NULL
		WHERE e.organization_id = $1 AND (e.merged_into IS NULL) <> (m.id IS NULL)
			OR e.organization_id = $1 AND e.merged_into IS NOT NULL AND (
				EXISTS (SELECT FROM enrollments x WHERE x.organization_id = $1 AND x.customer_id = e.merged_into AND x.merged_into IS NOT NULL)
				OR EXISTS (SELECT FROM orders o WHERE o.organization_id = $1 AND o.customer_id = e.customer_id)
				OR EXISTS (SELECT FROM redemptions d WHERE d.organization_id = $1 AND d.customer_id = e.customer_id))`},

	{[]loyalty.Proof{claim("stock", "No reward's stock is below zero.")}, `
		SELECT 'stock' AS kind, reward_id::text AS subject, format('%s left in slot %s', remaining, slot) AS detail
		FROM reward_stock WHERE organization_id = $1 AND remaining < 0`},

	{[]loyalty.Proof{claim("totals", "The figures since ever, and those of each day of all stores, are the sum of every store's days.")}, `
		SELECT 'totals' AS kind, format('before %s', t.before) AS subject, format('kept %s, counted %s', t.n, d.n) AS detail
		FROM (
			SELECT before, ARRAY[customers, earned, balance, redemptions]::numeric[] AS n FROM total_stats WHERE organization_id = $1
			UNION ALL
			SELECT 'infinity', array_fill(0::numeric, ARRAY[4]) WHERE NOT EXISTS (SELECT FROM total_stats WHERE organization_id = $1)) t
		CROSS JOIN LATERAL (
			SELECT ARRAY[coalesce(sum(customers), 0), coalesce(sum(issued + reversed), 0),
				coalesce(sum(issued + redeemed + refunded + reversed + expired + adjusted + transferred), 0),
				coalesce(sum(redemptions - cancellations), 0)] AS n
			FROM daily_stats WHERE organization_id = $1 AND day < t.before) d
		WHERE t.n <> d.n
		UNION ALL
		SELECT 'totals', coalesce(k.day, c.day)::text, format('kept %s, counted %s', k.n, c.n)
		FROM (SELECT day, ` + dayArray + ` AS n FROM day_totals WHERE organization_id = $1 GROUP BY day) k
		FULL JOIN (
			SELECT day, ` + dayArray + ` AS n FROM daily_stats WHERE organization_id = $1
				AND day < (SELECT before FROM total_stats WHERE organization_id = $1)
			GROUP BY day) c ON c.day = k.day
		WHERE coalesce(k.n, array_fill(0::numeric, ARRAY[13])) <> coalesce(c.n, array_fill(0::numeric, ARRAY[13]))`},

	{[]loyalty.Proof{claim("active", "The members active since each day are what a full count gives.")}, `
		SELECT 'active' AS kind, coalesce(k.day, c.day)::text AS subject, format('kept %s, counted %s', k.n, c.n) AS detail
		FROM (SELECT day, sum(members) AS n FROM activity_stats WHERE organization_id = $1 GROUP BY day) k
		FULL JOIN (SELECT active_day AS day, count(*) AS n FROM enrollments WHERE organization_id = $1 AND active_day IS NOT NULL GROUP BY 1) c
			ON c.day = k.day
		WHERE coalesce(k.n, 0) <> coalesce(c.n, 0)`},

	{[]loyalty.Proof{claim("tiers", "The members of every tier are what a full count gives.")}, `
		SELECT 'tiers' AS kind, coalesce(k.tier_id, c.tier_id)::text AS subject, format('kept %s, counted %s', k.n, c.n) AS detail
		FROM (SELECT tier_id, sum(members) AS n FROM tier_stats WHERE organization_id = $1 GROUP BY tier_id) k
		FULL JOIN (SELECT tier_id, count(*) AS n FROM enrollments WHERE organization_id = $1 AND tier_id IS NOT NULL GROUP BY 1) c
			ON c.tier_id = k.tier_id
		WHERE coalesce(k.n, 0) <> coalesce(c.n, 0)`},

	{[]loyalty.Proof{claim("popularity", "The redemptions and customers of every reward are what a full count gives.")}, `
		SELECT 'popularity' AS kind, coalesce(k.reward_id, c.reward_id)::text AS subject,
			format('kept %s by %s, counted %s by %s', k.n, k.customers, c.n, c.customers) AS detail
		FROM (SELECT reward_id, sum(redemptions) AS n, sum(customers) AS customers FROM reward_stats WHERE organization_id = $1 GROUP BY 1) k
		FULL JOIN (
			SELECT reward_id, count(*) FILTER (WHERE status <> 'cancelled') AS n, count(DISTINCT customer_id) FILTER (WHERE status <> 'cancelled') AS customers
			FROM redemptions WHERE organization_id = $1 GROUP BY 1
		) c ON c.reward_id = k.reward_id
		WHERE coalesce(k.n, 0) <> coalesce(c.n, 0) OR coalesce(k.customers, 0) <> coalesce(c.customers, 0)`},

	{[]loyalty.Proof{claim("favorites", "What was redeemed of every reward on every day at every store is what a full count gives.")}, `
		SELECT 'favorites' AS kind, format('%s on %s at %s', coalesce(k.reward_id, c.reward_id), coalesce(k.day, c.day), coalesce(k.store_id, c.store_id)) AS subject,
			format('kept %s, counted %s', k.n, c.n) AS detail
		FROM (SELECT reward_id, day, store_id, sum(redemptions) AS n FROM reward_days WHERE organization_id = $1 GROUP BY 1, 2, 3) k
		FULL JOIN (
			SELECT reward_id, day, coalesce(store_id, '00000000-0000-0000-0000-000000000000') AS store_id,
				sum(CASE type WHEN 'redeem' THEN 1 ELSE -1 END) AS n
			FROM transactions WHERE organization_id = $1 AND reward_id IS NOT NULL AND type IN ('redeem', 'refund') GROUP BY 1, 2, 3
		) c ON c.reward_id = k.reward_id AND c.day = k.day AND c.store_id = k.store_id
		WHERE coalesce(k.n, 0) <> coalesce(c.n, 0)`},

	{[]loyalty.Proof{claim("audit", "Every sealed row of the audit log is as it was, in its place, and none is missing.")}, auditProof},
}

// A dismissed case holds nothing; another one holds all that is left of an
// award but for what was used before it was to be held again, and a reward that
// was not handed out. One whose points were taken back has nothing to hold.
const holdsProof = `
	SELECT 'holds' AS kind, h.object_id::text AS subject,
		format('%s case holds %s of %s%s, %s used before', n.status, h.held, l.points, ' ' || d.status, h.spent) AS detail
	FROM (
		SELECT *, CASE WHEN released_at IS NULL THEN points ELSE 0 END AS held FROM review_holds WHERE organization_id = $1
	) h
	JOIN anomalies n ON n.organization_id = $1 AND n.id = h.anomaly_id
	LEFT JOIN redemptions d ON h.kind = 'reward' AND d.organization_id = $1 AND d.id = h.object_id
	LEFT JOIN LATERAL (
		SELECT sum(t.points) AS points FROM (
			SELECT points FROM transactions WHERE h.kind = 'points' AND organization_id = $1 AND id = h.object_id
			UNION ALL
			SELECT points FROM transactions WHERE h.kind = 'points' AND organization_id = $1 AND reverses_id = h.object_id AND type = 'reverse'
		) t
	) l ON true
	WHERE n.status = 'dismissed' AND h.released_at IS NULL
		OR h.held > CASE WHEN h.kind = 'points' THEN coalesce(l.points, 0) WHEN d.status IN ('held', 'cancelled') THEN h.points ELSE 0 END
		OR n.status <> 'dismissed' AND n.reversed_at IS NULL AND (h.held + h.spent < l.points OR d.status = 'issued')`

// A seal covers its row and the seal before it. The head says where the chain
// ends, so that the last rows can't go unnoticed either.
const auditProof = `
	WITH chain AS (
		SELECT l.id, l.position, l.seal IS NULL OR l.seal <> audit_seal(lag(l.seal) OVER w, l) AS broken,
			lag(l.position, 1, 0::bigint) OVER w AS before
		FROM audit_log l WHERE l.organization_id = $1 AND (l.position IS NOT NULL OR l.seal IS NOT NULL) WINDOW w AS (ORDER BY l.position)
	)
	SELECT 'audit' AS kind, c.id::text AS subject, CASE
		WHEN c.position IS DISTINCT FROM c.before + 1 THEN format('row %s comes after row %s', c.position, c.before)
		ELSE format('row %s is not what was sealed', c.position) END AS detail
	FROM chain c WHERE c.broken OR c.position IS DISTINCT FROM c.before + 1
	UNION ALL
	SELECT 'audit', 'the last row', format('the chain ends at %s, the log at %s', h.position, l.position)
	FROM (SELECT position, seal FROM audit_heads WHERE organization_id = $1) h
	FULL JOIN (
		SELECT position, seal FROM audit_log WHERE organization_id = $1 AND seal IS NOT NULL ORDER BY position DESC LIMIT 1
	) l ON l.position = h.position AND l.seal = h.seal
	WHERE h.position IS NULL OR l.position IS NULL`

// dayArray are the figures of a day, in an order that compares.
const dayArray = `ARRAY[sum(issued), sum(redeemed), sum(refunded), sum(reversed), sum(expired), sum(adjusted), sum(transferred),
			sum(awards), sum(redemptions), sum(cancellations), sum(orders), sum(sales), sum(customers)]`

// A completed order counts on its own day; what it earned, on the day it did.
const daysProof = `
	WITH ledger AS (
		SELECT day, store_id, type, sum(points) AS points, count(*) AS n FROM transactions WHERE organization_id = $1 GROUP BY 1, 2, 3
	), counted AS (
		SELECT day, coalesce(store_id, '00000000-0000-0000-0000-000000000000') AS store_id,
			coalesce(sum(points) FILTER (WHERE type = 'earn'), 0) AS issued, coalesce(sum(points) FILTER (WHERE type = 'redeem'), 0) AS redeemed,
			coalesce(sum(points) FILTER (WHERE type = 'refund'), 0) AS refunded, coalesce(sum(points) FILTER (WHERE type = 'reverse'), 0) AS reversed,
			coalesce(sum(points) FILTER (WHERE type = 'expire'), 0) AS expired, coalesce(sum(points) FILTER (WHERE type = 'adjust'), 0) AS adjusted,
			coalesce(sum(points) FILTER (WHERE type = 'transfer'), 0) AS transferred, coalesce(sum(n) FILTER (WHERE type = 'earn'), 0) AS awards,
			coalesce(sum(n) FILTER (WHERE type = 'redeem'), 0) AS redemptions, coalesce(sum(n) FILTER (WHERE type = 'refund'), 0) AS cancellations,
			0::bigint AS orders, 0::numeric AS sales, 0::bigint AS customers
		FROM ledger GROUP BY 1, 2
		UNION ALL
		SELECT day, store_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), sum(total - refunded_total), 0
		FROM orders WHERE organization_id = $1 AND completed_at IS NOT NULL AND status IN ('completed', 'refunded') GROUP BY 1, 2
		UNION ALL
		SELECT (c.created_at AT TIME ZONE g.time_zone)::date, '00000000-0000-0000-0000-000000000000', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*)
		FROM customers c JOIN organizations g ON g.id = c.organization_id
		JOIN enrollments e ON e.organization_id = $1 AND e.customer_id = c.id AND e.merged_into IS NULL
		WHERE c.organization_id = $1 GROUP BY 1
	), c AS (
		SELECT day, store_id, ` + dayArray + ` AS n
		FROM counted GROUP BY 1, 2
	), k AS (
		SELECT day, store_id, ` + dayArray + ` AS n
		FROM daily_stats WHERE organization_id = $1 GROUP BY 1, 2
	)
	SELECT 'days' AS kind, format('%s at %s', coalesce(k.day, c.day), coalesce(k.store_id, c.store_id)) AS subject,
		format('kept %s, counted %s', k.n, c.n) AS detail
	FROM k FULL JOIN c ON c.day = k.day AND c.store_id = k.store_id
	WHERE coalesce(k.n, array_fill(0::numeric, ARRAY[13])) <> coalesce(c.n, array_fill(0::numeric, ARRAY[13]))`

// The rows of an account are a chain when what each leaves is what the next
// one finds. Taken together as hashes of number and balance, what is left and
// what is found then cancel out but for both ends, which needs no sorting of
// millions of rows; only accounts where it doesn't are looked at row by row.
//
// Texts are made of what is wrong alone, or making them takes longest.
const accountsProof = `
	WITH summed AS (
		SELECT customer_id, sum(points) AS points, sum(lifetime_delta) AS lifetime, count(*) AS n, max(day) AS day, min(seq) AS first,
			max(seq) AS last, bit_xor(hashint8extended(balance_after, seq) # hashint8extended(balance_after - points, seq - 1)) AS links
		FROM transactions WHERE organization_id = $1 GROUP BY customer_id
	), account AS (
		SELECT coalesce(e.customer_id, s.customer_id) AS customer_id, e.balance, e.lifetime, e.seq, e.active_day, s.n,
			CASE WHEN e.merged_into IS NULL THEN s.day END AS day, s.first, s.last,
			coalesce(s.points, 0) AS points, coalesce(s.lifetime, 0) AS gained,
			s.links <> hashint8extended(s.points::bigint, s.n) # hashint8extended(0, 0) AS unlinked
		FROM (SELECT * FROM enrollments WHERE organization_id = $1) e
		FULL JOIN summed s ON s.customer_id = e.customer_id
	), suspect AS (
		SELECT a.*, CASE WHEN a.unlinked THEN (
			SELECT min(t.seq) FROM (
				SELECT seq, balance_after - points AS before, lag(balance_after, 1, 0::bigint) OVER (ORDER BY seq) AS left_over
				FROM transactions WHERE organization_id = $1 AND customer_id = a.customer_id
			) t WHERE t.before <> t.left_over) END AS broken_at
		FROM account a
		WHERE a.balance IS DISTINCT FROM a.points OR a.lifetime IS DISTINCT FROM a.gained OR a.seq IS DISTINCT FROM coalesce(a.n, 0)
			OR a.first <> 1 OR a.last <> a.n OR a.unlinked OR a.active_day IS DISTINCT FROM a.day
	)
	SELECT k.kind, a.customer_id::text AS subject, k.detail FROM suspect a
	CROSS JOIN LATERAL (VALUES
		('balance', a.balance IS DISTINCT FROM a.points, format('balance %s, transactions %s', a.balance, a.points)),
		('lifetime', a.lifetime IS DISTINCT FROM a.gained, format('lifetime %s, transactions %s', a.lifetime, a.gained)),
		('numbering', a.seq IS DISTINCT FROM coalesce(a.n, 0) OR a.first <> 1 OR a.last <> a.n,
			format('last number %s, transactions %s', a.seq, coalesce(a.n, 0))),
		('chain', a.broken_at IS NOT NULL, format('row %s does not follow from the one before', a.broken_at)),
		('activity', a.active_day IS DISTINCT FROM a.day, format('last day %s, transactions %s', a.active_day, a.day))
	) k (kind, wrong, detail) WHERE k.wrong`

// Orders and awards pair off, so each side put together as hashes of who, what
// and how much must come to the same, and so must what was taken back, each
// order's times a number drawn from its id: two sums, and no table of millions
// of orders to look up in. Only when they differ each order is looked at.
//
// An award that moved to another guest counts no more for its order, with all
// that was taken back of it. Rows of an order are of its guest, or of somebody
// whom the guest was merged with.
const ordersProof = withTorn + `, booked AS (
		SELECT count(*) FILTER (WHERE type = 'earn') AS n, bit_xor(hashint8extended(points, uuid_hash_extended(id,
				uuid_hash_extended(order_id, uuid_hash_extended(customer_id, 0))))) FILTER (WHERE type = 'earn') AS sum,
			coalesce(sum(-points * (uuid_hash_extended(order_id, 1) & 2147483647)) FILTER (WHERE type = 'reverse'), 0) AS back
		FROM transactions WHERE organization_id = $1 AND order_id IS NOT NULL
	), ordered AS (
		SELECT count(*) FILTER (WHERE earned <> 0) AS n, bit_xor(hashint8extended(earned, uuid_hash_extended(coalesce(transaction_id, id),
				uuid_hash_extended(id, uuid_hash_extended(coalesce(customer_id, id), 0))))) FILTER (WHERE earned <> 0) AS sum,
			coalesce(sum(reversed * (uuid_hash_extended(id, 1) & 2147483647)), 0) AS back
		FROM orders WHERE organization_id = $1
	), gone AS (
		SELECT r.reverses_id AS id FROM transaction_links l
		JOIN transactions r ON r.organization_id = $1 AND r.id = l.transaction_id AND r.type = 'reverse'
		WHERE l.organization_id = $1 AND l.kind = 'move'
	), given AS (
		SELECT order_id, count(*) FILTER (WHERE type = 'earn') AS awards, coalesce(sum(points) FILTER (WHERE type = 'earn'), 0) AS earned,
			coalesce(-sum(points) FILTER (WHERE type = 'reverse'), 0) AS reversed, array_agg(DISTINCT customer_id) AS customers
		FROM transactions r
		WHERE organization_id = $1 AND order_id IS NOT NULL AND id NOT IN (SELECT id FROM gone)
			AND (reverses_id IS NULL OR reverses_id NOT IN (SELECT id FROM gone))
			AND NOT (type = 'reverse' AND customer_id IN (SELECT id FROM torn) AND NOT EXISTS (
				SELECT FROM transactions x WHERE x.organization_id = $1 AND x.id = r.reverses_id))
		GROUP BY order_id
	), suspect AS (
		SELECT coalesce(o.id, t.order_id) AS id, o.earned, o.reversed, coalesce(t.awards, 0) AS awards, coalesce(t.earned, 0) AS given,
			coalesce(t.reversed, 0) AS taken,
			o.id IS NULL OR o.earned <> coalesce(t.earned, 0) OR o.reversed <> coalesce(t.reversed, 0)
					AND NOT coalesce(o.reversed > coalesce(t.reversed, 0) AND o.customer_id IN (SELECT id FROM torn), false)
				OR EXISTS (SELECT FROM unnest(t.customers) AS c WHERE c <> o.customer_id
					AND NOT EXISTS (SELECT FROM same s WHERE s.a = o.customer_id AND s.b = c)) AS differs
		FROM (SELECT * FROM orders WHERE organization_id = $1) o
		FULL JOIN given t ON t.order_id = o.id
		WHERE (SELECT (b.n, b.sum, b.back) IS DISTINCT FROM (d.n, d.sum, d.back) FROM booked b, ordered d)
	)
	SELECT k.kind, s.id::text AS subject, k.detail FROM (SELECT * FROM suspect WHERE differs OR awards > 1) s
	CROSS JOIN LATERAL (VALUES
		('earned', s.differs, format('order %s less %s, ledger %s less %s', s.earned, s.reversed, s.given, s.taken)),
		('once', s.awards > 1, format('%s awards', s.awards))
	) k (kind, wrong, detail) WHERE k.wrong`

// Somebody who was merged with a person that was erased since, and parted from
// that person in between, may miss a row, or have one that answers nothing.
const withTorn = `
	WITH RECURSIVE met (a, b) AS (
		SELECT x.a, x.b FROM merges m
		CROSS JOIN LATERAL (VALUES (m.source_id, m.survivor_id), (m.survivor_id, m.source_id)) AS x (a, b)
		WHERE m.organization_id = $1
	), same (a, b) AS (
		SELECT a, b FROM met
		UNION
		SELECT s.a, m.b FROM same s JOIN met m ON m.a = s.b
	), torn AS (
		SELECT s.a AS id FROM same s WHERE NOT EXISTS (SELECT FROM customers c WHERE c.organization_id = $1 AND c.id = s.b)
	)`
