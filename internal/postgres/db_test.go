package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
)

func TestConnectionsWorkAsTheApplication(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var user string
	if err := db.Queries().GetContext(t.Context(), &user, "SELECT current_user"); err != nil {
		t.Fatal(err)
	}
	if user != "regulars_app" {
		t.Errorf("the pool works as %s", user)
	}
	if _, err := db.Queries().ExecContext(t.Context(), "CREATE TABLE more (n int)"); err == nil {
		t.Error("the application may change the schema")
	}
}

// While the old release serves, a migration waits for a table no longer than
// those who come after it can.
func TestMigrationsDoNotWaitForTables(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	var wait string
	err := db.Migrate(t.Context(), func(ctx context.Context, db *sql.DB) error {
		return db.QueryRowContext(ctx, "SHOW lock_timeout").Scan(&wait)
	})
	if err != nil || wait != "5s" {
		t.Errorf("a migration waits %s for a table, %v", wait, err)
	}
}

// A database that knows no role yet must switch to it once migrated, on
// every connection, and several servers may start on it at once.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	base := pgtest.New(t)
	empty := "empty_" + time.Now().Format("150405000000000")
	base.Exec(t, "CREATE DATABASE "+empty)
	t.Cleanup(func() { base.Exec(t, "DROP DATABASE "+empty+" WITH (FORCE)") })
	address, err := url.Parse(base.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.Path = "/" + empty

	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := postgres.Open(t.Context(), address.String(), postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
			var user string
			if err := db.Queries().GetContext(t.Context(), &user, "SELECT current_user"); err != nil || user != "regulars_app" {
				t.Errorf("after Migrate the pool works as %q, %v", user, err)
			}
		})
	}
	wg.Wait()
}

func TestStatementsArePreparedOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).Open(t, postgres.Options{MaxOpen: 1})
	for n := range 5 {
		var got int
		if err := db.Queries().GetContext(t.Context(), &got, "SELECT $1::int + 1", n); err != nil || got != n+1 {
			t.Fatalf("%d, %v", got, err)
		}
		err := db.RunInTx(t.Context(), func(ctx context.Context, q sqlx.ExtContext) error {
			return sqlx.GetContext(ctx, q, &got, "SELECT $1::int + 1", n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var count int
	const q = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'"
	if err := db.Queries().GetContext(t.Context(), &count, q); err != nil || count != 1 {
		t.Errorf("%d statements prepared, %v, want 1", count, err)
	}
}

// With database/sql's own statements this would lock up: each transaction
// would wait for a second connection to prepare on.
func TestFullPoolCanPrepare(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t).Open(t, postgres.Options{MaxOpen: 4})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var inside, done sync.WaitGroup
	inside.Add(4)
	for n := range 4 {
		done.Go(func() {
			err := db.RunInTx(ctx, func(ctx context.Context, q sqlx.ExtContext) error {
				inside.Done()
				inside.Wait()
				var got int
				return sqlx.GetContext(ctx, q, &got, "SELECT $1::int", n)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

// While the old release still serves, the next one's migration changes the
// tables under its prepared statements.
func TestStatementsOutliveMigration(t *testing.T) {
	t.Parallel()
	owner := pgtest.New(t)
	db := owner.Open(t, postgres.Options{MaxOpen: 1})
	owner.Exec(t, "CREATE TABLE notes (n int); INSERT INTO notes VALUES (7); GRANT SELECT ON notes TO regulars_app")
	read := func(ctx context.Context, q sqlx.ExtContext) error {
		var note struct {
			N            int
			Text, Author *string
		}
		return sqlx.GetContext(ctx, q, &note, "SELECT * FROM notes WHERE n = $1", 7)
	}
	if err := read(t.Context(), db.Queries()); err != nil {
		t.Fatal(err)
	}
	owner.Exec(t, "ALTER TABLE notes ADD COLUMN text text")
	if err := read(t.Context(), db.Queries()); err != nil {
		t.Errorf("outside a transaction: %v", err)
	}
	owner.Exec(t, "ALTER TABLE notes ADD COLUMN author text")
	if err := db.RunInTx(t.Context(), read); err != nil {
		t.Errorf("inside a transaction: %v", err)
	}
}

func TestInTxRetries(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, test := range []struct {
		code  string
		tries int
	}{
		{"RG001", 5},
		{"40001", 5},
		{"23505", 1},
	} {
		tries := 0
		err := db.RunInTx(t.Context(), func(ctx context.Context, q sqlx.ExtContext) error {
			tries++
			_, err := q.ExecContext(ctx, "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '"+test.code+"'; END $$")
			return postgres.Wrap("provoke", err)
		})
		if err == nil || tries != test.tries {
			t.Errorf("%s: %d tries, error %v; want %d tries", test.code, tries, err, test.tries)
		}
	}
}

// Two transactions that take the same two locks in opposite order: one is
// broken off, and both succeed.
func TestInTxSurvivesDeadlock(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	db.Exec(t, "CREATE TABLE tables (n int); INSERT INTO tables VALUES (1), (2); GRANT SELECT, UPDATE ON tables TO regulars_app")
	var first, done sync.WaitGroup
	first.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		var once sync.Once
		done.Go(func() {
			err := db.RunInTx(t.Context(), func(ctx context.Context, q sqlx.ExtContext) error {
				for i, n := range order {
					if _, err := q.ExecContext(ctx, "UPDATE tables SET n = n WHERE n = $1", n); err != nil {
						return err
					}
					if i == 0 {
						once.Do(first.Done)
						first.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

func TestOutageIsUnavailable(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := db.Queries().ExecContext(ctx, "SELECT pg_sleep(10)")
	if kind := loyalty.KindOf(postgres.Wrap("sleep", err)); kind != loyalty.Unavailable {
		t.Errorf("a query past its deadline: kind %v, error %v", kind, err)
	}
	_, err = postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none", postgres.Options{})
	if kind := loyalty.KindOf(postgres.Wrap("connect", err)); kind != loyalty.Unavailable {
		t.Errorf("no server: kind %v, error %v", kind, err)
	}
	if kind := loyalty.KindOf(postgres.Wrap("insert", &pq.Error{Code: "23505"})); kind != loyalty.Internal {
		t.Errorf("a constraint nobody knows: kind %v", kind)
	}
	err = postgres.NotFound("select customer", "customer", sql.ErrNoRows)
	if e, ok := errors.AsType[*loyalty.Error](err); !ok || e.Kind != loyalty.NotFound {
		t.Errorf("no rows: %v", err)
	}
}
