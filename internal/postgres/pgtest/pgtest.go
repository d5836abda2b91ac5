//go:build unix

// Package pgtest gives each test a PostgreSQL database of its own, migrated
// and empty. Only tests import it.
//
// The server is the one TEST_DATABASE_URL names, whose user may create
// databases. Without it the first test to ask starts a cluster in memory,
// which all test programs of this account share and which ends by itself.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/internal/postgres"
)

// DB is a test's own database.
type DB struct {
	*postgres.DB         // as the application sees it
	SQL          *sql.DB // the owner's way in, for seeding and for looking
	URL          string  // signed in as the owner
}

// server is where the databases are made: once per test program.
var server = sync.OnceValues(connect)

var databases atomic.Int64

// New returns a migrated, empty database that is dropped when the test ends.
// What is written to it is really committed, so tests may race transactions
// against each other. Where there is no server the test fails rather than
// being skipped: a green run always means that PostgreSQL was there.
func New(t testing.TB) *DB {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatalf("no database for the tests (install PostgreSQL, or set PG_BIN or TEST_DATABASE_URL): %v", err)
	}
	ctx := context.Background() // t.Context ends before Cleanup runs
	name := fmt.Sprintf("test_%d_%d_%d", os.Getpid(), s.born, databases.Add(1))
	must(t, s.create(ctx, name))
	t.Cleanup(func() { must(t, s.drop(ctx, name)) })
	d := &DB{URL: inDatabase(s.url, name)}
	d.SQL, err = sql.Open("postgres", d.URL)
	must(t, err)
	t.Cleanup(func() { must(t, d.SQL.Close()) })
	d.DB = d.Open(t, postgres.Options{})
	return d
}

// Open connects to the database once more, as another server would. The
// connection is closed when the test ends.
func (d *DB) Open(t testing.TB, o postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), d.URL, o)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	return db
}

// Exec runs statements as the owner.
func (d *DB) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	_, err := d.SQL.ExecContext(context.Background(), query, args...)
	must(t, err)
}

// Blocked waits until n sessions of the database are waiting for a lock. With
// it a race test makes the race happen instead of hoping for it.
func (d *DB) Blocked(t testing.TB, n int) {
	t.Helper()
	const query = `
		SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`
	var got int
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		must(t, d.SQL.QueryRowContext(context.Background(), query).Scan(&got))
		if got == n {
			return
		}
	}
	t.Fatalf("%d sessions wait for a lock, want %d", got, n)
}

// inDatabase is the address of another database on the same server.
func inDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return base + " dbname=" + name
	}
	u.Path = "/" + name
	return u.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
