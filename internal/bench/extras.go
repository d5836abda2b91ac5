package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"
)

// start measures a warm start: from nothing to the first page.
func (r *results) start(ctx context.Context, db *database) error {
	begun := time.Now()
	s, err := serve(ctx, db)
	if err != nil {
		return err
	}
	r.Figures[figureStart] = time.Since(begun).Seconds()
	return s.stop()
}

// settled is how long a server is left alone before its memory is read.
const settled = 15 * time.Second

var asset = regexp.MustCompile(`/static/[^"']+`)

// idle looks at what the server occupies when nobody has asked for anything
// for a while, after the start page with all that belongs to it was fetched.
func (r *results) idle(ctx context.Context, s *server, name string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Cookie", s.cookie)
	page, err := fetch(req)
	if err != nil {
		return err
	}
	for _, path := range asset.FindAllString(page, -1) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
		if err != nil {
			return err
		}
		req.Header.Set("Accept-Encoding", "br, gzip")
		if _, err := fetch(req); err != nil {
			return err
		}
	}
	select {
	case <-ctx.Done():
	case <-time.After(settled):
	}
	r.Figures[name] = resident(s.cmd.Process.Pid)
	return ctx.Err()
}

func fetch(req *http.Request) (string, error) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	var b strings.Builder
	if err := res.Write(&b); err != nil {
		return "", fmt.Errorf("fetch %s: %w", req.URL.Path, err)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("fetch %s: status %d", req.URL.Path, res.StatusCode)
	}
	return b.String(), nil
}

// watchMemory looks at server and database several times a second until the
// function it returns is called, which says what they occupied at most, in MB.
func watchMemory(ctx context.Context, s *server) (most func() (server, database float64)) {
	ctx, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	var server, database float64
	wait.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			server = max(server, resident(s.cmd.Process.Pid))
			if n%20 == 0 { // that is a look at every page
				pids, _ := tree(s.db.postmaster())
				database = max(database, memory(pids))
			}
			select {
			case <-ctx.Done():
			case <-time.After(250 * time.Millisecond):
			}
		}
	})
	return func() (float64, float64) {
		stop()
		wait.Wait()
		return server, database
	}
}

// scans is how often the customers were read from end to end.
func (d *database) scans(ctx context.Context) (n float64, err error) {
	err = d.pool.QueryRowContext(ctx, "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'customers'").Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count scans: %w", err)
	}
	return n, nil
}

// extras are the figures that are measured once. One that can't be measured is
// left out, and the others still count.
func (r *results) extras(ctx context.Context, o options, s *server) {
	r.Figures[figureRendering] = rendering()
	for _, f := range []func() error{
		func() error { return r.idle(ctx, s, figureIdleAfter) },
		func() error { return r.growth(ctx, o, s) },
		func() error { return r.imported(ctx, s.db) },
		func() error { return r.bulk(ctx, s) },
		func() error { return r.verified(ctx, s.db) },
	} {
		if err := f(); err != nil {
			progress("%v", err)
		}
	}
}

// verified measures the proof of the whole ledger. What pgbench wrote knows of
// no tiers, so those come first.
func (r *results) verified(ctx context.Context, db *database) error {
	if _, err := db.pool.ExecContext(ctx, "SELECT retier_members($1, $2)", organization, program); err != nil {
		return fmt.Errorf("put tiers right: %w", err)
	}
	begun := time.Now()
	if _, err := db.output(ctx, "verify"); err != nil {
		return err
	}
	r.Figures[figureVerify] = time.Since(begun).Seconds()
	return nil
}

// imported imports a file of orders of customers that are there.
func (r *results) imported(ctx context.Context, db *database) error {
	file := filepath.Join(db.dir, "orders.csv")
	now := time.Now().UTC()
	// Each run has guests of its own, so that nobody seems to come several times
	// a day because the benchmark did.
	first := int(now.Unix()) * importedOrders % db.Customers
	var b strings.Builder
	b.WriteString("order_id,store,total,completed_at,customer_id\n")
	for i := range importedOrders {
		guest := 2 * (1 + (first+i)*7919%(db.Customers/2))
		at := now.Add(-time.Duration(importedOrders-i) * time.Second)
		fmt.Fprintf(&b, "I-%d-%d,Store %d,%d.%02d,%s,G-%d\n", now.Unix(), i, 1+i%stores, 10+i%50, i%100, at.Format(time.RFC3339), guest)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		return fmt.Errorf("write the file to import: %w", err)
	}
	cmd := exec.CommandContext(ctx, db.binary, "import", "orders", file)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+db.cluster.URL())
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("import: %w: %.600s", err, out)
	}
	r.Figures[figureImport] = importedOrders / time.Since(begun).Seconds()
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.Figures[figureImportRSS] = float64(u.Maxrss) / 1024
	}
	return nil
}
