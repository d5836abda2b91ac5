//go:build unix

package pgtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"regulars/internal/postgres"
	"regulars/migrations"
)

// host makes databases by cloning one that has been migrated.
type host struct {
	url      string
	admin    *sql.DB
	template string
	presence *os.File
	born     int64 // tells this program's databases from a namesake's of old
}

// connect finds or starts the server and sees to the template.
func connect() (*host, error) {
	version, err := schemaVersion()
	if err != nil {
		return nil, err
	}
	h := &host{url: os.Getenv("TEST_DATABASE_URL"), template: "regulars_template_" + version, born: time.Now().UnixMilli()}
	if h.url == "" {
		if h.url, h.presence, err = sharedCluster(version); err != nil {
			return nil, err
		}
	}
	if h.admin, err = sql.Open("postgres", h.url); err != nil {
		return nil, err
	}
	shared.Store(h)
	return h, h.prepareTemplate(context.Background())
}

// schemaVersion is a digest of the migrations, so that a changed schema gets
// a new template.
func schemaVersion() (string, error) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	digest := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(digest, "%s %d\n%s", name, len(content), content)
	}
	return hex.EncodeToString(digest.Sum(nil)[:6]), nil
}

// prepareTemplate makes the template unless some test program has done so.
func (h *host) prepareTemplate(ctx context.Context) (err error) {
	// The lock belongs to the session, so it needs a connection held fast.
	conn, err := h.admin.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to test server: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", h.template); err != nil {
		return fmt.Errorf("lock template: %w", err)
	}
	defer conn.ExecContext(ctx, "SELECT pg_advisory_unlock(hashtext($1))", h.template) //nolint:errcheck // closing frees it as well
	var ready bool
	const q = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)"
	if err := conn.QueryRowContext(ctx, q, h.template).Scan(&ready); err != nil || ready {
		return err
	}
	// One without the mark was left half-made by a run that was broken off.
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + h.template, "CREATE DATABASE " + h.template} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make template: %w", err)
		}
	}
	if err := migrate(ctx, inDatabase(h.url, h.template)); err != nil {
		return fmt.Errorf("make template: %w", err)
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+h.template+" WITH is_template true allow_connections false")
	return err
}

func migrate(ctx context.Context, url string) error {
	db, err := postgres.Open(ctx, url, postgres.Options{})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}

func (h *host) create(ctx context.Context, name string) error {
	_, err := h.admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE "+h.template)
	return err
}

func (h *host) drop(ctx context.Context, name string) error {
	_, err := h.admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}
