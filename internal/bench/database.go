package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	_ "github.com/lib/pq" // the driver

	"regulars/internal/postgres/embedded"
)

// database is a filled database on a private cluster with the settings that
// the product gives its own.
type database struct {
	world
	dir     string
	binary  string // regulars
	cluster *embedded.Cluster
	pool    *sql.DB
}

// openDatabase brings up the database kept in dir, filling it first if it is
// not of that size yet.
func openDatabase(ctx context.Context, binary, dir string, customers int) (*database, error) {
	d := &database{dir: dir, binary: binary}
	note := filepath.Join(dir, "bench.json")
	if text, err := os.ReadFile(note); err == nil {
		if err := json.Unmarshal(text, &d.world); err != nil {
			return nil, fmt.Errorf("read %s: %w", note, err)
		}
	}
	if d.Customers != customers || d.Version != fillVersion {
		if err := d.refill(ctx, customers, note); err != nil {
			return nil, err
		}
	}
	if err := d.start(ctx, embedded.Options{}); err != nil {
		return nil, err
	}
	return d, d.regulars(ctx, "migrate")
}

// refill empties dir and fills it anew. The cluster may lose everything in a
// crash meanwhile: the note, written last, says that it didn't.
func (d *database) refill(ctx context.Context, customers int, note string) error {
	if _, err := os.Stat(d.dir); err == nil {
		if _, err := os.Stat(note); err != nil && !isEmpty(d.dir) {
			return fmt.Errorf("%s holds something that is not a benchmark's", d.dir)
		}
	}
	if err := os.RemoveAll(d.dir); err != nil {
		return fmt.Errorf("empty the folder: %w", err)
	}
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return fmt.Errorf("create the folder: %w", err)
	}
	if err := os.WriteFile(note, []byte("{}"), 0o644); err != nil {
		return fmt.Errorf("note the filling: %w", err)
	}
	if err := d.start(ctx, embedded.Options{Fast: true}); err != nil {
		return err
	}
	err := d.regulars(ctx, "migrate")
	if err == nil {
		err = d.fill(ctx, customers)
	}
	if err = errors.Join(err, d.stop()); err != nil {
		return err
	}
	text, err := json.MarshalIndent(d.world, "", "  ")
	if err != nil {
		return fmt.Errorf("note the filling: %w", err)
	}
	exec.CommandContext(ctx, "sync").Run() //nolint:errcheck // without it a power cut costs a filling
	return os.WriteFile(note, text, 0o644)
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

func (d *database) start(ctx context.Context, o embedded.Options) error {
	cluster, err := embedded.Start(ctx, d.dir, o)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	pool, err := sql.Open("postgres", cluster.URL())
	if err != nil {
		return errors.Join(err, cluster.Stop())
	}
	d.cluster, d.pool = cluster, pool
	return nil
}

func (d *database) stop() error {
	return errors.Join(d.pool.Close(), d.cluster.Stop())
}

// regulars runs one of the product's commands on the database.
func (d *database) regulars(ctx context.Context, args ...string) error {
	_, err := d.output(ctx, args...)
	return err
}

func (d *database) output(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, d.binary, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+d.cluster.URL())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("regulars %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// pgEnv is how PostgreSQL's own programs find the database.
func (d *database) pgEnv() []string {
	u, err := url.Parse(d.cluster.URL())
	if err != nil {
		return os.Environ()
	}
	q := u.Query()
	return append(os.Environ(), "PGHOST="+q.Get("host"), "PGPORT="+q.Get("port"), "PGUSER="+u.User.Username(),
		"PGDATABASE="+strings.TrimPrefix(u.Path, "/"))
}

// postmaster is the server's process.
func (d *database) postmaster() int {
	files, err := filepath.Glob(filepath.Join(d.dir, "postgres-*", "data", "postmaster.pid"))
	if err != nil || len(files) == 0 {
		return 0
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return 0
	}
	return pid
}

// config is the organization's version of its set-up, which a posting names.
func (d *database) config(ctx context.Context) (n int64, err error) {
	err = d.pool.QueryRowContext(ctx, "SELECT config_version FROM organizations WHERE id = $1", organization).Scan(&n)
	return n, err
}

// programOf looks for one of PostgreSQL's programs.
func programOf(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not here; it comes with PostgreSQL", name)
	}
	return found[len(found)-1], nil
}
