package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"regulars/migrations"
)

const (
	// A migration waits this long for a table that is in use: waiting longer,
	// it would hold up everybody who comes after it.
	migrationLockTimeout = "5s"
	migrationAttempts    = 6
	migrationPause       = 2 * time.Second

	// Servers that start together wait for the first to migrate: so many
	// looks, one each second.
	lockLooks = 300
)

// Migrate brings the schema up to date, as the user of the connection string
// rather than as the application's role. Servers that start at once may all
// call it; one does the work and the others wait. Each of more then gets the
// same connections, for what brings tables of its own along.
func (d *DB) Migrate(ctx context.Context, more ...func(context.Context, *sql.DB) error) error {
	config := d.config
	config.Runtime = maps.Clone(config.Runtime)
	if config.Runtime == nil {
		config.Runtime = map[string]string{}
	}
	config.Runtime["lock_timeout"] = migrationLockTimeout
	c, err := newConnector(config)
	if err != nil {
		return err
	}
	db := sql.OpenDB(c)
	defer db.Close() //nolint:errcheck // nothing is pending on it
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockLooks))
	if err != nil {
		return fmt.Errorf("prepare migration lock: %w", err)
	}
	// Migrations that were written at the same time may come with releases in
	// the other order than their numbers.
	steps, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if err := up(ctx, steps); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for _, migrate := range more {
		if err := migrate(ctx, db); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
	}
	if err := wall(ctx, db); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return d.adoptRole(ctx, d.pool.Stats().MaxOpenConnections)
}

// up applies what is missing, and tries again when a table was in use.
func up(ctx context.Context, steps *goose.Provider) error {
	for attempt := 1; ; attempt++ {
		_, err := steps.Up(ctx)
		e, ok := errors.AsType[*pq.Error](err)
		if !ok || e.Code != pqerror.LockNotAvailable || attempt == migrationAttempts {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(migrationPause):
		}
	}
}

// wall puts row-level security on every table that has none yet, one after the
// other, and tries again when a table was in use.
func wall(ctx context.Context, db *sql.DB) error {
	for attempt := 1; ; {
		var table sql.NullString
		err := db.QueryRowContext(ctx, `SELECT wall_next()`).Scan(&table)
		e, ok := errors.AsType[*pq.Error](err)
		switch {
		case err == nil && table.Valid:
		case ok && (e.Code == pqerror.LockNotAvailable || e.Code == pqerror.TRDeadlockDetected) && attempt < migrationAttempts:
			attempt++
		default:
			return err
		}
	}
}
