package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/web/webtest"
)

// crowd gives every organization so many more customers, each with an account,
// two transactions, an order, a lot, a redemption and a place in the lists.
const crowd = 4000

const crowdSQL = `
	SET session_replication_role = replica;
	INSERT INTO customers (organization_id, id, name, name_fold, phone_digits, search, created_at, updated_at)
	SELECT o.id, gen_random_uuid(), 'Guest ' || x.name, 'guest ' || x.name, '', ' guest ' || x.name || E'\n\n', x.at, x.at
	FROM organizations o, generate_series(1, %[1]d) n,
		LATERAL (SELECT o.created_at - n * interval '1 hour' AS at, translate(md5(n::text), '0123456789', 'ghijklmnop') AS name) x;
	INSERT INTO enrollments (organization_id, customer_id, id, balance, lifetime, seq, revision, active_day, since)
	SELECT organization_id, id, gen_random_uuid(), 20, 20, 2, 3, created_at::date, created_at FROM customers WHERE name LIKE 'Guest %%';
	INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, at, day)
	SELECT organization_id, gen_random_uuid(), customer_id, n, 'earn', 10, 10, 10 * n, 'hello', since, since::date
	FROM enrollments, generate_series(1, 2) n WHERE balance = 20 AND seq = 2;
	INSERT INTO orders (organization_id, id, store_id, external_id, customer_id, total, currency, status, completed_at, created_at, updated_at)
	SELECT s.organization_id, gen_random_uuid(), s.id, e.id::text, e.customer_id, 100, s.currency, 'completed', e.since, e.since, e.since
	FROM enrollments e JOIN stores s ON s.organization_id = e.organization_id WHERE e.balance = 20 AND e.seq = 2;
	INSERT INTO lots (organization_id, customer_id, expires_on, remaining)
	SELECT organization_id, customer_id, 'infinity', 20 FROM enrollments WHERE balance = 20 AND seq = 2;
	INSERT INTO redemptions (organization_id, id, customer_id, reward_id, reward_name, reward_type, points_cost, code, status, transaction_id, lots,
		created_at)
	SELECT organization_id, gen_random_uuid(), customer_id, gen_random_uuid(), 'Coffee', 'perk', 1, left(id::text, 13), 'fulfilled', id, '[]', since
	FROM enrollments WHERE balance = 20 AND seq = 2;
	INSERT INTO roster (organization_id, customer_id, balance, lifetime, active_day, created_at, marketing_opt_in)
	SELECT organization_id, customer_id, 20, 20, active_day, since, false FROM enrollments WHERE balance = 20 AND seq = 2;
	RESET session_replication_role;
	ANALYZE`

// A request that lists pages, finds somebody or shows figures touches about as
// many rows as it shows, however many there are. This is what the tenant wall
// easily takes away: a condition that could tell of hidden rows may not be
// asked of an index, and the whole table is read instead.
func TestNoRequestReadsWholeTables(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	s.Other()
	s.DB.Exec(t, fmt.Sprintf(crowdSQL, crowd))
	b := signedIn(t, s, ownerEmail)
	key := s.Key()
	// A session says what it has read when it ends at the latest.
	s.DB.Connections().SetMaxIdleConns(-1)

	// These count a list to its end, up to loyalty.CountCap, hand it out whole,
	// or say what all accounts would come to if tiers were others.
	whole := map[string]string{
		"page /customers.csv": "customers enrollments roster", "page /transactions.csv": "customers transactions",
		"page /transactions": "transactions", "page /orders": "orders",
		"page /program": "enrollments transactions", "page /program/tiers": "enrollments transactions", "page /give": "enrollments",
		"page /program/:id": "enrollments transactions", "page /program/:id/tiers": "enrollments transactions",
		"page /program/:id/activate": "enrollments transactions",
		"search zq":                  "customers", // one or two letters are looked for among the newest customers
	}
	most := crowd / 8
	check := func(what string, ask func() int) {
		t.Helper()
		before := touched(t, s)
		if status := ask(); status >= 400 {
			t.Errorf("%s: %d", what, status)
		}
		for table, n := range touched(t, s) {
			if n -= before[table]; n > most && !slices.Contains(strings.Fields(whole[what]), table) {
				t.Errorf("%s reads %d rows of %s", what, n, table)
			}
		}
	}
	for _, r := range routes(s) {
		if !isProgram(r) || r.Method != fiber.MethodGet || strings.Contains(r.Path, "/anomalies/") {
			continue
		}
		at := path(r, mine) + "?userId=ada&customer_id=" + mine.customer.String()
		check(r.Path, func() int { return s.Do("GET", at, key, "").Status })
	}
	for _, r := range pageRoutes(s) {
		if r.Method == fiber.MethodGet {
			check("page "+r.Path, func() int {
				if res := b.do("GET", path(r, mine), nil); res.Status != 404 && res.Status != 422 { // not all that a path needs is there
					return res.Status
				}
				return 0
			})
		}
	}
	for path, body := range map[string]string{
		"/v1/loyalty/customers/" + mine.customer.String() + "/award-points": `{"points":100,"reason":"hello"}`,
		"/v1/loyalty/rewards/" + mine.reward.String() + "/redeem":           `{"customerId":"` + mine.customer.String() + `"}`,
		"/v1/stores/" + s.Store.ID.String() + "/orders":                     `{"id":"2","customer_id":"` + mine.customer.String() + `","total":5,"status":"completed"}`,
	} {
		check("POST "+path, func() int { return s.Do("POST", path, key, body).Status })
	}
	most += 1000 // how many of the newest customers a search looks at to see what it is about
	for _, search := range []string{"quackenbush", "guest+quack", "zq", "%2B12025550123"} {
		check("search "+search, func() int { return s.Do("GET", "/v1/loyalty/customers?search="+search, key, "").Status })
	}
	check("a deep page", func() int { return s.Do("GET", "/v1/loyalty/customers?page=150", key, "").Status })
}

// touched is how many rows and index entries of each of the tables that grow
// have been read so far, once nobody is reading.
func touched(t *testing.T, s *webtest.Server) map[string]int {
	t.Helper()
	const q = `
		SELECT t.relname, coalesce(t.seq_tup_read, 0) + coalesce((
			SELECT sum(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid), 0)
		FROM pg_stat_user_tables t
		WHERE t.relname IN ('customers', 'enrollments', 'transactions', 'orders', 'lots', 'redemptions', 'roster')`
	deadline := time.Now().Add(10 * time.Second)
	for n := 1; n > 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'regulars'`
		if err := s.DB.SQL.QueryRowContext(t.Context(), others).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := s.DB.SQL.QueryContext(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // it is read to the end
	found := map[string]int{}
	for rows.Next() {
		var table string
		var n int
		if err := rows.Scan(&table, &n); err != nil {
			t.Fatal(err)
		}
		found[table] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// An import plans its batches without nested loops; weighing a case that one
// of them opens reads the case's transactions all the same, and not the ledger.
func TestImportsWeighCasesByKey(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	furnish(t, s)
	s.Other()
	s.DB.Exec(t, fmt.Sprintf(crowdSQL, crowd))
	tx, err := s.DB.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	const q = `
		SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off;
		INSERT INTO anomaly_signals (organization_id, signal_key, type, family, reason, at, score, is_hard, severity, points, description,
			format, args, evidence, anomaly_id)
		SELECT organization_id, id::text, type, 0, '', flagged_at, 1, false, severity, 1, description, '', '[]', '{}', id FROM anomalies;
		INSERT INTO anomaly_transactions (organization_id, anomaly_id, transaction_id)
		SELECT n.organization_id, n.id, (SELECT t.id FROM transactions t WHERE t.organization_id = n.organization_id LIMIT 1) FROM anomalies n
		ON CONFLICT DO NOTHING;
		SELECT weigh_case(organization_id, id, flagged_at, 0) FROM anomalies`
	if _, err := tx.ExecContext(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	const read = `
		SELECT coalesce(t.seq_tup_read, 0) + coalesce(t.idx_tup_fetch, 0) FROM pg_stat_xact_user_tables t WHERE t.relname = 'transactions'`
	var n int
	if err := tx.QueryRowContext(t.Context(), read).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n > crowd/8 {
		t.Errorf("%d rows of the ledger were read for one case", n)
	}
}
