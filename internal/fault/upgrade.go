//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"time"
)

// upgrading has the release before this one serve a database of its own while
// this one migrates it, and then both serve it.
func (b *bench) upgrading(ctx context.Context) (err error) {
	const promise, goal = "Migrations run while the release before serves", "0 errors"
	if _, err := os.Stat(b.o.previous); b.o.previous == "" || err != nil {
		b.note(false, promise, goal, "not tried: there is no earlier release in %q", b.o.previous)
		return nil
	}
	up, err := b.beside(ctx, "upgraded")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, up.stop(), up.db.Close()) }()
	old, now := up.servers[0], up.servers[1]
	old.bin = b.o.previous
	if err := up.startOld(ctx, old); err != nil {
		return err
	}
	b.names = append(b.names, up.client.key)
	steps, err := up.steps(ctx)
	if err != nil {
		return err
	}
	stop := up.under(ctx, 8, up.work)
	pause(ctx, 2*time.Second)
	if err := now.start(); err != nil {
		stop()
		return err
	}
	err = now.ready(ctx)
	pause(ctx, 3*time.Second)
	stop()
	if err != nil {
		return err
	}
	more, err := up.steps(ctx)
	if err != nil {
		return err
	}
	// Both, as when servers are replaced one after the other.
	both := newClient(up.servers, up.client.key, &up.journal)
	alone := up.client
	up.client = both
	stop = up.under(ctx, 8, up.work)
	pause(ctx, 5*time.Second)
	stop()
	lost, acknowledged, err := up.missing(ctx)
	if err != nil {
		return err
	}
	_, wrong := b.regulars(ctx, up.address, "", "verify")
	sent, bad := int64(0), int64(0)
	for _, c := range []*client{alone, both} {
		sent += c.seen.sent.Load()
		bad += c.seen.failed.Load() + c.seen.broken.Load() + c.seen.unavailable.Load()
	}
	b.note(bad == 0 && lost == 0 && wrong == nil && more > steps, promise, goal,
		"%d steps of the schema under load: %d errors in %d requests to the old release, then to both; %d lost of %d acknowledged; verify: %s", more-steps, bad, sent, lost, acknowledged, passes(wrong))
	return nil
}

// beside is a bench of two servers on another database of the same cluster.
func (b *bench) beside(ctx context.Context, name string) (*bench, error) {
	if _, err := b.db.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return nil, err
	}
	address, err := url.Parse(b.address)
	if err != nil {
		return nil, err
	}
	address.Path = "/" + name
	up := &bench{o: b.o, cluster: b.cluster, address: address.String(), rand: rand.New(rand.NewPCG(b.o.seed, 1))}
	if up.db, err = sql.Open("postgres", up.address); err != nil {
		return nil, err
	}
	for i := range 2 {
		up.servers = append(up.servers, up.newServer(b.o.servers+i))
	}
	return up, nil
}

// startOld starts the old release alone and makes a restaurant with it.
func (b *bench) startOld(ctx context.Context, old *server) error {
	if err := old.start(); err != nil {
		return err
	}
	if err := old.ready(ctx); err != nil {
		return err
	}
	all, bin := b.servers, b.o.bin
	b.servers, b.o.bin = all[:1], old.bin
	err := b.furnish(ctx)
	b.servers, b.o.bin = all, bin
	if err != nil {
		return fmt.Errorf("with the old release: %w", err)
	}
	return nil
}

// steps is how many migrations the database has seen.
func (b *bench) steps(ctx context.Context) (n int, err error) {
	err = b.db.QueryRowContext(ctx, `SELECT count(*) FROM goose_db_version WHERE version_id > 0`).Scan(&n)
	return n, err
}
