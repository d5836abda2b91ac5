package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/jobs"
	"regulars/internal/service"
)

// serveCommand is regulars serve.
type serveCommand struct {
	Demo bool `help:"Fill an empty database with an invented chain of restaurants."`
}

// drainTime is how long requests under way may take when the server is told
// to stop. With the time the private database may need for its own end the
// whole stays below 20 seconds.
const drainTime = 6 * time.Second

// jobsTime is how long background work may take to come to an end.
const jobsTime = 3 * time.Second

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, p *program) (err error) {
	// Before anything slow: callers of an address that is taken should know
	// at once, and those of a free one queue here until we are ready.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.cfg.Addr)
	if err != nil {
		return fmt.Errorf("%w (set REGULARS_ADDR to use another address)", err)
	}
	defer listener.Close() //nolint:errcheck // the server closes it first
	db, err := p.openDatabase(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if c.Demo {
		if err := loadDemo(ctx, p, db); err != nil {
			return err
		}
	}
	services := service.New(db.DB, time.Now, p.log)
	app, err := c.newApp(ctx, p, db, services)
	if err != nil {
		return err
	}
	stop, err := startJobs(ctx, p, db, services)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	go giveBack(ctx)
	url := "http://" + listener.Addr().String()
	p.log.Info("ready", "url", url)
	if err := welcome(ctx, p, db, url); err != nil {
		return err
	}
	return serve(ctx, app, listener, db.gone())
}

// startJobs begins the background work; stop ends it.
func startJobs(ctx context.Context, p *program, db *database, s *service.Services) (stop func() error, err error) {
	work, err := jobs.New(db.Connections(), s, p.log)
	if err != nil {
		return nil, err
	}
	s.Imports.Queue, s.BulkAwards.Queue = work.QueueImport, work.QueueBulkAward
	// The signal that ends ctx must not tear a job from under its transaction.
	ctx = context.WithoutCancel(ctx)
	stop = func() error {
		ctx, cancel := context.WithTimeout(ctx, jobsTime)
		defer cancel()
		s.Anomalies.Examined(ctx, jobsTime) // what is not examined now waits for the background job
		return work.Stop(ctx)
	}
	return stop, work.Start(ctx)
}

// serve answers on the listener until ctx ends or the database is gone, then
// lets the requests under way finish.
func serve(ctx context.Context, app *fiber.App, listener net.Listener, gone <-chan struct{}) error {
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	var cause error
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-gone:
		cause = errors.New("the private PostgreSQL server is gone")
	case <-ctx.Done():
	}
	if err := app.ShutdownWithTimeout(drainTime); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(cause, fmt.Errorf("stop serving: %w", err))
	}
	return cause
}
