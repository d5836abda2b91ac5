package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
)

// Who looks for the few among very many gets them without the many being read,
// however often they ask: after a few times PostgreSQL would plan for anybody.
func TestRareRowsAreFoundAmongMany(t *testing.T) {
	t.Parallel()
	const many = 20_000
	data := account(t)
	cashier, quay, closed := loyalty.ID{15: 7}, loyalty.ID{15: 8}, loyalty.ID{15: 9}
	data.Exec(t, fmt.Sprintf(`
		INSERT INTO stores (organization_id, id, name, currency, time_zone, created_at)
			SELECT '%[1]s', id::uuid, id, 'USD', 'UTC', now() FROM unnest(ARRAY['%[3]s', '%[4]s']) id;
		INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at) VALUES ('%[1]s', '%[2]s', 'x@x.test', 'X', 'cashier', '', now());
		INSERT INTO orders (organization_id, id, store_id, external_id, customer_id, total, currency, status, created_at, updated_at)
			SELECT '%[1]s', gen_random_uuid(), CASE WHEN n = 4 THEN '%[4]s' ELSE '%[3]s' END::uuid, n::text, CASE WHEN n <> 3 THEN '%[5]s'::uuid END, 100, 'USD',
				CASE n WHEN 1 THEN 'open' WHEN 2 THEN 'cancelled' ELSE 'completed' END, timestamptz '2026-01-01' + n * interval '1 minute', now()
			FROM generate_series(1, %[6]d) n;
		INSERT INTO transactions SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), 'seq', n + 1,
				'type', CASE n WHEN 1 THEN 'expire' ELSE 'earn' END, 'staff_id', CASE n WHEN 2 THEN '%[2]s' END, 'at', t.at + n * interval '1 minute'))).*
			FROM transactions t, generate_series(1, %[6]d) n;
		ANALYZE`, org, cashier, quay, closed, ada, many))
	db := data.Open(t, postgres.Options{MaxOpen: 1})
	// read counts the rows of both tables that are fetched meanwhile.
	read := func(ask func() (int, error), want int) int64 {
		t.Helper()
		const q = `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname IN ('orders', 'transactions')`
		sum := func() (n int64) {
			if _, err := db.Queries().ExecContext(t.Context(), `SELECT pg_stat_force_next_flush()`); err != nil {
				t.Fatal(err)
			}
			if err := db.Queries().GetContext(t.Context(), &n, q); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := sum()
		if got, err := ask(); err != nil || got != want {
			t.Errorf("found %d, want %d: %v", got, want, err)
		}
		return sum() - before
	}
	page := loyalty.Page{Number: 1, Size: 50}
	orders := func(f loyalty.OrderFilter) func() (int, error) {
		return func() (int, error) { rows, _, err := db.Orders(t.Context(), org, f, page); return len(rows), err }
	}
	ledger := func(f loyalty.TransactionFilter) func() (int, error) {
		return func() (int, error) { rows, _, err := db.Transactions(t.Context(), org, f, page); return len(rows), err }
	}
	data.Exec(t, `VACUUM orders`)
	january := loyalty.OrderFilter{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}
	for range 8 {
		// The many are counted by their index alone.
		if n := read(orders(january), page.Size); n > many/10 {
			t.Errorf("a month's: %d rows read", n)
			break
		}
	}
	for name, ask := range map[string]func() (int, error){
		"open orders":         orders(loyalty.OrderFilter{Status: loyalty.OrderOpen}),
		"cancelled orders":    orders(loyalty.OrderFilter{Status: loyalty.OrderCancelled}),
		"unclaimed orders":    orders(loyalty.OrderFilter{Unclaimed: true}),
		"a closed store's":    orders(loyalty.OrderFilter{StoreIDs: []loyalty.ID{closed}}),
		"expired points":      ledger(loyalty.TransactionFilter{Type: loyalty.Expire}),
		"one cashier's doing": ledger(loyalty.TransactionFilter{StaffID: cashier}),
	} {
		for range 8 {
			if n := read(ask, 1); n > many/10 {
				t.Errorf("%s: %d rows read", name, n)
				break
			}
		}
	}
}
