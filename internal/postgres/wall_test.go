package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
)

var bistro = loyalty.ID{0: 2, 15: 1}

// neighbours is account with another organization beside it.
func neighbours(t *testing.T) *pgtest.DB {
	t.Helper()
	db := account(t)
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ('%[1]s', 'bistro', 'Bistro', 'USD', 'UTC', now());
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at) VALUES ('%[1]s', '%[1]s', 'Bob', 'bob', '', now(), now());
		SELECT enroll('%[1]s', '%[1]s', '%[1]s', NULL, NULL, now(), '2026-01-01');
		INSERT INTO sessions (token_hash, organization_id, created_at, seen_at, expires_at) VALUES ('a', '%[2]s', now(), now(), now()), ('b', '%[1]s', now(), now(), now()),
			('c', NULL, now(), now(), now())`, bistro, org))
	return db
}

// Every table with an organization's rows stands behind the wall; a new one
// can't be forgotten.
func TestEveryTenantTableIsWalled(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	const q = `
		SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND (NOT c.relrowsecurity
			OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*'))`
	var open []string
	if err := db.Queries().SelectContext(t.Context(), &open, q); err != nil || len(open) > 0 {
		t.Errorf("without a wall: %v, %v", open, err)
	}
}

// A statement that forgets to filter finds only the organization's own.
func TestWallHidesTheNeighbours(t *testing.T) {
	t.Parallel()
	db := neighbours(t).Open(t, postgres.Options{MaxOpen: 1})
	count := func(ctx context.Context, q sqlx.ExtContext, table string) (n int) {
		t.Helper()
		if err := sqlx.GetContext(ctx, q, &n, "SELECT count(*) FROM "+table); err != nil {
			t.Fatal(err)
		}
		return n
	}
	all, ours, theirs := t.Context(), loyalty.Within(t.Context(), org), loyalty.Within(t.Context(), bistro)
	for _, table := range []string{"organizations", "customers", "enrollments"} {
		for _, as := range []struct {
			ctx  context.Context
			want int
		}{{all, 2}, {ours, 1}, {theirs, 1}, {all, 2}, {loyalty.Within(all, loyalty.NewID(noon)), 0}} {
			if n := count(as.ctx, db.Queries(), table); n != as.want {
				t.Errorf("%s: %d rows, want %d", table, n, as.want)
			}
			err := db.RunInTx(as.ctx, func(ctx context.Context, q sqlx.ExtContext) error {
				if n := count(ctx, q, table); n != as.want {
					t.Errorf("%s in a transaction: %d rows, want %d", table, n, as.want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
	if n := count(ours, db.Queries(), "sessions"); n != 2 {
		t.Errorf("%d sessions, want ours and the visitor's", n)
	}
	if _, err := db.Snapshot(theirs, org, loyalty.SnapshotQuery{CustomerID: ada}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a neighbour's snapshot: %v", err)
	}
	for _, q := range []string{`UPDATE customers SET name = 'x'`, `UPDATE organizations SET name = 'x'`} {
		done, err := db.Queries().ExecContext(ours, q)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := done.RowsAffected(); n != 1 || err != nil {
			t.Errorf("%s: %d rows, %v", q, n, err)
		}
	}
	const foreign = `INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at) SELECT $1::uuid, gen_random_uuid(), 'x', 'x', '', now(), now()`
	if _, err := db.Queries().ExecContext(ours, foreign, bistro.String()); err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("writing to a neighbour: %v", err)
	}
	err := db.RunInTx(ours, func(_ context.Context, q sqlx.ExtContext) error {
		var n int
		return sqlx.GetContext(theirs, q, &n, "SELECT count(*) FROM customers")
	})
	if err == nil {
		t.Error("a transaction served two organizations")
	}
}
