package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func run(ctx context.Context, o options) (err error) {
	db, err := o.open(ctx, o.customers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.stop()) }()
	if o.fillOnly {
		return nil
	}
	r := results{
		Date: time.Now().UTC().Format("2006-01-02 15:04"), Machine: machine(), Load: loadAverage(), Customers: db.Customers,
		Transactions: db.Transactions, Seconds: o.seconds, Rounds: o.rounds, Figures: map[string]float64{},
	}
	before, err := last(o.out, o.customers)
	if err != nil {
		return err
	}
	if err := r.measure(ctx, o, db); err != nil {
		return err
	}
	for i, m := range r.Measurements {
		r.Measurements[i].sample = m.rounded()
	}
	r.print(os.Stdout, before)
	if o.out == "" {
		return nil
	}
	return r.keep(o.out)
}

func (o options) open(ctx context.Context, customers int) (*database, error) {
	binary, err := filepath.Abs(o.binary)
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(filepath.Join(o.dir, strconv.Itoa(customers)))
	if err != nil {
		return nil, err
	}
	return openDatabase(ctx, binary, dir, customers)
}

// measure fills in r. The server is started for it and stopped.
func (r *results) measure(ctx context.Context, o options, db *database) (err error) {
	if o.extras {
		if err := r.start(ctx, db); err != nil {
			return err
		}
	}
	s, err := serve(ctx, db)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.signIn(); err != nil {
		return err
	}
	if o.extras {
		if err := r.idle(ctx, s, figureIdle); err != nil {
			return err
		}
	}
	scans, err := db.scans(ctx)
	if err != nil {
		return err
	}
	peak := watchMemory(ctx, s)
	r.Measurements, err = measureAll(ctx, o, s)
	r.Figures[figurePeak], r.Figures[figureDatabase] = peak()
	if err != nil {
		return err
	}
	after, err := db.scans(ctx)
	if err != nil {
		return err
	}
	r.Figures[figureScans] = after - scans
	if o.extras {
		r.extras(ctx, o, s)
	}
	return ctx.Err()
}

// rounded leaves three decimals, which is more than is exact.
func (s sample) rounded() sample {
	for _, f := range []*float64{&s.Rate, &s.P50, &s.P95, &s.P99, &s.ServerMS, &s.DBMS, &s.Foreign} {
		*f = math.Round(*f*1000) / 1000
	}
	return s
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	fields := strings.Fields(string(text))
	return fmt.Sprint(strings.Join(fields[:min(3, len(fields))], " "))
}
