package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/internal/jobs"
	"regulars/internal/postgres"
	"regulars/internal/postgres/embedded"
)

// database is an open, migrated database, with the private cluster it lives
// in if no other was named.
type database struct {
	*postgres.DB
	cluster *embedded.Cluster // nil with DATABASE_URL
}

// Close closes the connections and stops the cluster, if it is ours.
func (d *database) Close() error {
	err := d.DB.Close()
	if d.cluster != nil {
		err = errors.Join(err, d.cluster.Stop())
	}
	return err
}

// gone is closed when the private cluster has died for good.
func (d *database) gone() <-chan struct{} {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Done()
}

// openDatabase opens the database that the configuration names, or the
// private one in the data folder, with the schema up to date. A server owns
// the private cluster; any other command uses the server's, or starts it for
// as long as it needs.
func (p *program) openDatabase(ctx context.Context, asServer bool) (*database, error) {
	d := &database{}
	url := p.cfg.DatabaseURL
	if url == "" {
		cluster, err := embedded.Start(ctx, p.cfg.DataDir, embedded.Options{
			Share: !asServer,
			Log:   func(line string) { p.log.Info(line) },
		})
		if err != nil {
			return nil, err
		}
		d.cluster, url = cluster, cluster.URL()
	}
	err := p.connect(ctx, d, url)
	if err == nil {
		return d, nil
	}
	if d.cluster != nil {
		err = errors.Join(err, d.cluster.Stop())
	}
	return nil, err
}

// databaseWait is how long a database that isn't there yet is waited for:
// started together, the server is often up before its database.
const databaseWait = 20 * time.Second

func (p *program) connect(ctx context.Context, d *database, url string) error {
	for deadline := time.Now().Add(databaseWait); ; {
		db, err := openMigrated(ctx, url)
		if err == nil {
			d.DB = db
			return nil
		}
		if !postgres.IsAway(err) || time.Now().After(deadline) {
			return err
		}
		p.log.Info("waiting for the database", "cause", err)
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the database: %w", ctx.Err())
		case <-time.After(time.Second):
		}
	}
}

// openMigrated opens the database with the schema up to date. The database may
// go away in the middle of that, too: then it is begun anew.
func openMigrated(ctx context.Context, url string) (*postgres.DB, error) {
	db, err := postgres.Open(ctx, url, postgres.Options{})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, jobs.Migrate); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// migrateCommand is regulars migrate.
type migrateCommand struct{}

// Run opens the database, which is what migrates it.
func (migrateCommand) Run(ctx context.Context, p *program) error {
	db, err := p.openDatabase(ctx, false)
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, "the schema is up to date")
	return db.Close()
}
