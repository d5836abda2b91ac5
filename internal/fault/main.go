//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	bin      string
	previous string
	scripts  string
	dir      string
	port     int
	servers  int
	workers  int
	requests int
	kill     time.Duration
	pause    time.Duration
	stops    int
	retries  int
	orders   int
	conns    int
	seed     uint64
}

func flags() (o options) {
	flag.StringVar(&o.bin, "bin", "bin/regulars", "the program to break")
	flag.StringVar(&o.previous, "previous", "", "the release before it, to serve on the new schema; left out, that test is")
	flag.StringVar(&o.scripts, "scripts", "ops", "folder of the backup scripts")
	flag.StringVar(&o.dir, "dir", "", "where to work; a temporary folder if left out")
	flag.IntVar(&o.port, "port", 28116, "the first server's port; the others follow")
	flag.IntVar(&o.servers, "servers", 3, "server processes")
	flag.IntVar(&o.workers, "workers", 24, "clients at once")
	flag.IntVar(&o.requests, "requests", 100_000, "requests to send while servers and database are killed")
	flag.DurationVar(&o.kill, "kill", 4*time.Minute, "how long the killing may take at most")
	flag.DurationVar(&o.pause, "pause", 30*time.Second, "how long the database is away")
	flag.IntVar(&o.stops, "stops", 100, "stops by SIGTERM under load")
	flag.IntVar(&o.retries, "retries", 100, "requests that 64 clients send at once, with the same key")
	flag.IntVar(&o.orders, "orders", 300, "orders delivered ten times over")
	flag.IntVar(&o.conns, "connections", 10_000, "connections that send nothing, or slowly")
	flag.Uint64Var(&o.seed, "seed", 1, "for what is left to chance")
	flag.Parse()
	return o
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, flags()); err != nil {
		fmt.Fprintln(os.Stderr, "fault:", err)
		stop()
		os.Exit(1) //nolint:gocritic // what stop does is done
	}
}

func run(ctx context.Context, o options) (err error) {
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "regulars-fault-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.dir)) }()
		if err := os.Chmod(o.dir, 0o755); err != nil { // the database's account must get in
			return err
		}
	}
	if o.bin, err = filepath.Abs(o.bin); err != nil {
		return err
	}
	b, err := setUp(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for _, phase := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"servers that start together", b.startTogether},
		{"kills under load", b.killing},
		{"the same key, 64 times at once", b.retrying},
		{"orders delivered ten times", b.redelivering},
		{"holds nobody fetches", b.stranding},
		{"a database that is away", b.pausing},
		{"a flood", b.flooding},
		{"stops under load", b.stopping},
		{"the release before on this schema", b.mixing},
		{"backup and restore", b.restoring},
		{"everything compared", b.comparing},
	} {
		begun := time.Now()
		fmt.Fprintf(os.Stderr, "fault: %s\n", phase.name)
		if err := phase.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", phase.name, err)
		}
		fmt.Fprintf(os.Stderr, "fault: %s: %s\n", phase.name, time.Since(begun).Round(100*time.Millisecond))
	}
	return b.report(os.Stdout)
}
