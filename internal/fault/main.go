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
	guesses  int
	soak     time.Duration
	seed     uint64
}

func flags() (o options) {
	flag.StringVar(&o.bin, "bin", "bin/regulars", "the program to break")
	flag.StringVar(&o.previous, "previous", "bin/previous", "the release before it, to serve while this one migrates")
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
	flag.IntVar(&o.guesses, "guesses", 10_000, "passwords tried on one account")
	flag.DurationVar(&o.soak, "soak", 30*time.Second, "how long to look for what is held on to")
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
	for _, bin := range []*string{&o.bin, &o.previous} {
		if *bin, err = filepath.Abs(*bin); err != nil {
			return err
		}
	}
	b, err := setUp(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	for i, p := range b.phases() {
		if err := b.attempt(ctx, p); err != nil && i == 0 {
			return fmt.Errorf("%s: %w", p.name, err) // there is nothing to break
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return b.report(os.Stdout)
}

// phase is a way to break things.
type phase struct {
	name string
	do   func(context.Context) error
}

func (b *bench) phases() []phase {
	return []phase{
		{"servers that start together", b.startTogether},
		{"kills under load", b.killing},
		{"the same key, 64 times at once", b.retrying},
		{"orders delivered ten times", b.redelivering},
		{"one balance, 200 spenders", b.draining},
		{"holds nobody fetches", b.stranding},
		{"a database that is away", b.pausing},
		{"a flood", b.flooding},
		{"stops under load", b.stopping},
		{"guessed passwords", b.guessing},
		{"a key taken back", b.revoking},
		{"the release before, while this one migrates", b.upgrading},
		{"backup and restore", b.restoring},
		{"steady load", b.soaking},
		{"everything compared", b.comparing},
	}
}

// attempt does a phase. One that can't be done to its end has missed its goal,
// and the next go on.
func (b *bench) attempt(ctx context.Context, p phase) error {
	begun := time.Now()
	fmt.Fprintf(os.Stderr, "fault: %s\n", p.name)
	err := p.do(ctx)
	if err != nil {
		b.note(false, p.name, "carried out", "%s", err)
		fmt.Fprintf(os.Stderr, "fault: %s: %s\n", p.name, err)
		err = errors.Join(err, b.revive(ctx))
	}
	fmt.Fprintf(os.Stderr, "fault: %s: %s\n", p.name, time.Since(begun).Round(100*time.Millisecond))
	return err
}
