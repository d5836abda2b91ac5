//go:build linux

package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/lib/pq" // the driver

	"regulars/internal/postgres/embedded"
)

// bench is what is broken, and what was seen of it.
type bench struct {
	o       options
	rand    *rand.Rand
	cluster *embedded.Cluster
	address string  // of the database
	db      *sql.DB // the owner's way in
	servers []*server
	journal journal
	client  *client
	rows    []row
	begun   time.Time

	store, program, reward string
	customers              []string
	names                  []string // personal, and in no log
}

// setUp starts the database. The servers follow in startTogether.
func setUp(ctx context.Context, o options) (*bench, error) {
	begun := time.Now()
	for i := range o.servers + 2 { // upgrading has two of its own
		// A stranger's server there would answer, and nothing would add up.
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", o.port+i))
		if err != nil {
			return nil, fmt.Errorf("%w (choose others with -port)", err)
		}
		if err := l.Close(); err != nil {
			return nil, err
		}
	}
	dir := filepath.Join(o.dir, "database")
	cluster, err := embedded.Start(ctx, dir, embedded.Options{})
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("postgres", cluster.URL())
	if err != nil {
		return nil, errors.Join(err, cluster.Stop())
	}
	b := &bench{o: o, cluster: cluster, address: cluster.URL(), db: db, begun: begun, rand: rand.New(rand.NewPCG(o.seed, 0))}
	for i := range o.servers {
		b.servers = append(b.servers, b.newServer(i))
	}
	return b, nil
}

func (b *bench) close() error { return errors.Join(b.stop(), b.db.Close(), b.cluster.Stop()) }

// stop stops the servers.
func (b *bench) stop() error {
	var failed []error
	for _, s := range b.servers {
		_, _, err := s.end(syscall.SIGTERM)
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// revive has every server run again, however a phase left things.
func (b *bench) revive(ctx context.Context) error {
	if err := b.signalDatabase(syscall.SIGCONT); err != nil {
		return err
	}
	for _, s := range b.servers {
		if err := b.restart(syscall.SIGKILL, s); err != nil {
			return err
		}
	}
	for _, s := range b.servers {
		if err := s.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// environment is what every process of the program is started with.
func (b *bench) environment() []string {
	return append(os.Environ(), "DATABASE_URL="+b.address, "REGULARS_DATA_DIR="+b.o.dir, "REGULARS_RATE_LIMIT=0",
		"REGULARS_TRUST_PROXY=127.0.0.1", "REGULARS_SESSION_KEY=a key that only this run knows of it")
}

// regulars runs a command of the program.
func (b *bench) regulars(ctx context.Context, url, input string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, b.o.bin, args...)
	cmd.Env = append(b.environment(), "DATABASE_URL="+url, "REGULARS_LOG_LEVEL=error")
	cmd.Stdin = strings.NewReader(input)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("regulars %s: %w: %s%s", strings.Join(args, " "), err, complaint.String(), out.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// startTogether starts every server on the empty database at once.
func (b *bench) startTogether(ctx context.Context) error {
	for _, s := range b.servers {
		if err := s.start(); err != nil {
			return err
		}
	}
	for _, s := range b.servers {
		if err := s.ready(ctx); err != nil {
			return err
		}
	}
	var steps, different int
	const q = `SELECT count(*), count(DISTINCT version_id) FROM goose_db_version`
	if err := b.db.QueryRowContext(ctx, q).Scan(&steps, &different); err != nil {
		return err
	}
	b.note(steps == different, "Migrations started by all servers at once run once", "once each", "%d of %d", different, steps)
	return b.furnish(ctx)
}

const ownerEmail = "owner@fault.example"

// furnish makes a restaurant with guests through the program's own doors.
func (b *bench) furnish(ctx context.Context) error {
	made, err := b.regulars(ctx, b.address, "a long password\n", "org", "create", "--slug", "fault", "--name", "Fault", "--store", "Harbour",
		"--owner-email", ownerEmail, "--owner-password-stdin")
	if err != nil {
		return err
	}
	var ids struct {
		Store string `json:"store_id"`
	}
	if err := json.Unmarshal([]byte(made), &ids); err != nil {
		return err
	}
	key, err := b.regulars(ctx, b.address, "", "api-key", "create", "--name", "till", "--scopes", "all")
	if err != nil {
		return err
	}
	b.store, b.client = ids.Store, newClient(b.servers, key, &b.journal)
	if b.program, err = b.create(ctx, "/programs", map[string]any{"name": "Club", "pointsPerCurrencyUnit": 1, "currencyPerPoint": 1, "isActive": true,
		"tiers": []map[string]any{{"name": "Bronze", "minPoints": 0, "multiplier": 100}, {"name": "Gold", "minPoints": 5000, "multiplier": 150}}}); err != nil {
		return err
	}
	if b.reward, err = b.create(ctx, "/rewards", map[string]any{"programId": b.program, "name": "Coffee", "pointsCost": 3, "type": "free_item"}); err != nil {
		return err
	}
	const guests = 200
	for i := range guests {
		name, phone := fmt.Sprintf("Zebulon Quirrelwood %d", i), fmt.Sprintf("+5198765%04d", i)
		id, err := b.create(ctx, "/customers", map[string]any{"name": name, "phone": phone})
		if err != nil {
			return err
		}
		b.customers, b.names = append(b.customers, id), append(b.names, phone[1:])
	}
	b.names = append(b.names, "Quirrelwood", "owner@fault", key)
	return nil
}

func (b *bench) create(ctx context.Context, path string, body any) (id string, err error) {
	a, err := b.client.once(ctx, b.servers[0].url, "POST", "/v1/loyalty"+path, "", body)
	if err != nil || a.status != 201 {
		return "", fmt.Errorf("POST %s: %d %s: %w", path, a.status, a.body, err)
	}
	if id := a.text("id"); id != "" {
		return id, nil
	}
	return "", fmt.Errorf("POST %s: no id in %s", path, a.body)
}

// under has workers do the work over and over until stop is called, which
// waits for them.
func (b *bench) under(ctx context.Context, workers int, work func(ctx context.Context, r *rand.Rand)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for i := range workers {
		r := rand.New(rand.NewPCG(b.o.seed, uint64(i)+1))
		wg.Go(func() {
			for ctx.Err() == nil {
				work(context.WithoutCancel(ctx), r)
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}
