// Package postgres keeps the domain in PostgreSQL. Nothing outside it knows
// sqlx, lib/pq or SQL.
//
// Queries are passed to the pool or the transaction as they stand: the first
// time a connection meets one with arguments it prepares it, and from then on
// running it is a single round trip (see conn). So a query is a constant, and
// its rows are read to the end before the next one starts.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// Options tunes a DB. The zero value is what a server wants.
type Options struct {
	// MaxOpen bounds the connections in use at once; 0 is 16, which on the
	// machines measured is past the point where more only wait for each other.
	MaxOpen int
}

// DB is the database, shared by everything that runs at once.
type DB struct {
	reader
	pool      *sqlx.DB
	connector *connector
	config    pq.Config
}

const (
	defaultMaxOpen = 16
	// A connection is renewed now and then, so that after a failover or a
	// change of the pool's size the load evens out again.
	maxLifetime = 30 * time.Minute

	openTimeout = 10 * time.Second

	// relaxedMaxOpen is enough for a load that does one thing after the other.
	relaxedMaxOpen = 3
)

// Open connects to the database at url, in URL or key=value form, and checks
// that it answers. Once the schema has made the role for it, every connection
// works as that role and can't do more than the application needs.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	config, err := configFor(url)
	if err != nil {
		return nil, err
	}
	return open(ctx, config, o)
}

func open(ctx context.Context, config pq.Config, o Options) (*DB, error) {
	c, err := newConnector(config)
	if err != nil {
		return nil, err
	}
	pool := sqlx.NewDb(sql.OpenDB(c), "postgres")
	if o.MaxOpen == 0 {
		o.MaxOpen = defaultMaxOpen
	}
	pool.SetMaxOpenConns(o.MaxOpen)
	pool.SetMaxIdleConns(o.MaxOpen)
	pool.SetConnMaxLifetime(maxLifetime)
	db := &DB{reader: reader{q: pool}, pool: pool, connector: c, config: config}
	if err := db.adoptRole(ctx, o.MaxOpen); err != nil {
		return nil, errors.Join(connectError(err), pool.Close())
	}
	return db, nil
}

// connectError explains the one refusal that a first set-up often meets.
func connectError(err error) error {
	if errors.Is(err, pq.ErrSSLNotSupported) {
		return fmt.Errorf("connect to database: %w (the server offers no TLS; where the network can be trusted, add sslmode=disable to DATABASE_URL)", err)
	}
	return fmt.Errorf("connect to database: %w", err)
}

// adoptRole has new connections work as the application's role, if it is
// there, and lets go of those that don't yet.
func (d *DB) adoptRole(ctx context.Context, idle int) error {
	const q = `
		SELECT EXISTS (
			SELECT FROM pg_roles
			WHERE rolname = $1 AND pg_has_role(current_user, oid, 'MEMBER'))`
	if d.connector.asRole.Load() {
		return nil
	}
	var exists bool
	if err := d.pool.GetContext(ctx, &exists, q, appRole); err != nil {
		return err
	}
	if exists {
		d.connector.asRole.Store(true)
		d.pool.SetMaxIdleConns(-1)
		d.pool.SetMaxIdleConns(idle)
	}
	return nil
}

// Close closes the pool once the queries under way have ended.
func (d *DB) Close() error { return d.pool.Close() }

// Relaxed is the same database over connections that don't wait for the disk at
// each commit: for a long load of which the last write goes over d, after which
// all of it is on disk. A crash before that may lose its end.
func (d *DB) Relaxed(ctx context.Context) (*DB, error) {
	config := d.config
	config.Runtime = maps.Clone(config.Runtime)
	if config.Runtime == nil {
		config.Runtime = map[string]string{}
	}
	config.Runtime["synchronous_commit"] = "off"
	return open(ctx, config, Options{MaxOpen: relaxedMaxOpen})
}

// Connections is the pool, for a library that brings its own statements.
func (d *DB) Connections() *sql.DB { return d.pool.DB }

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error { return wrap("ping database", d.pool.PingContext(ctx)) }

// Stats tells how the pool is doing.
func (d *DB) Stats() sql.DBStats { return d.pool.Stats() }

const (
	maxAttempts = 5
	// Before attempt n a transaction waits up to n times this long, at random:
	// those that have collided must not start again in step.
	retryPause = 8 * time.Millisecond
)

var _ loyalty.Repository = (*DB)(nil)

// InTx implements loyalty.Repository.
func (d *DB) InTx(ctx context.Context, fn func(context.Context, loyalty.Tx) error) error {
	return d.inTx(ctx, func(ctx context.Context, t *tx) error { return fn(ctx, t) })
}

// inTx runs fn in a transaction and commits it if fn returns nil. What
// PostgreSQL broke off through no fault of fn's is run again.
func (d *DB) inTx(ctx context.Context, fn func(context.Context, *tx) error) error {
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, fn)
		if err == nil || !retryable(err) || attempt == maxAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(rand.N(time.Duration(attempt) * retryPause)):
		}
	}
}

func (d *DB) once(ctx context.Context, fn func(context.Context, *tx) error) error {
	t, err := d.pool.BeginTxx(ctx, nil)
	if err != nil {
		return wrap("begin", err)
	}
	defer t.Rollback() //nolint:errcheck // after Commit this is sql.ErrTxDone; before, err below is the one that matters
	if err := fn(ctx, &tx{reader{q: t}}); err != nil {
		return err
	}
	return wrap("commit", t.Commit())
}

// reader holds the queries. They run on the pool and in a transaction alike.
type reader struct{ q sqlx.ExtContext }

// get reads one row into dest; sql.ErrNoRows when there is none.
func (r reader) get(ctx context.Context, dest any, query string, args ...any) error {
	return sqlx.GetContext(ctx, r.q, dest, query, args...)
}

// list reads every row into the slice that dest points at.
func (r reader) list(ctx context.Context, dest any, query string, args ...any) error {
	return sqlx.SelectContext(ctx, r.q, dest, query, args...)
}

// exec runs a statement and says how many rows it changed.
func (r reader) exec(ctx context.Context, query string, args ...any) (int64, error) {
	done, err := r.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}

// tx adds the writes, which there is no way to do outside a transaction.
type tx struct{ reader }
