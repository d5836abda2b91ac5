package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // simulated stores keep local time on machines without zones

	"regulars/internal/anomaly"
	"regulars/internal/simulate"
)

// simulateCommand writes one simulated year and, apart from it, what was
// planted in it.
type simulateCommand struct {
	Seed      uint64 `default:"1" help:"The same seed always makes the same bytes."`
	Weeks     int    `default:"52" help:"How long the world lasts."`
	Stores    int    `default:"6" help:"How many restaurants it has."`
	Customers int    `default:"4000" help:"Customers of each at the start."`
	Out       string `default:"simulated" type:"path" help:"Directory for events.ndjson and labels.json."`

	API string   `name:"api" placeholder:"URL" help:"Send its checks and quick acts to this running server instead, and see what it names."`
	Key string   `env:"SIMULATE_API_KEY" help:"API key for that server: orders:create, loyalty:create and anomalies:read."`
	At  []string `placeholder:"STORE" help:"Ids of that server's stores; simulated ones take turns."`
}

// Run writes both files and prints the digest of the events, or sends the
// checks to a server.
func (c *simulateCommand) Run(ctx context.Context, p *program) error {
	cfg := simulate.Year(c.Seed)
	cfg.Weeks, cfg.Stores, cfg.Customers = c.Weeks, c.Stores, c.Customers
	world, err := simulate.New(cfg)
	if err != nil {
		return err
	}
	if c.API != "" {
		if c.Key == "" || len(c.At) == 0 {
			return errors.New("simulate: --api needs --key and --at")
		}
		return newDrive(c.API, c.Key, c.At, c.Weeks, time.Now()).run(ctx, world, p.out)
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	digest := sha256.New()
	n := 0
	err = writeFile(filepath.Join(c.Out, "events.ndjson"), func(w io.Writer) error {
		line := json.NewEncoder(io.MultiWriter(w, digest))
		return world.Run(func(e anomaly.Event) error {
			n++
			return line.Encode(e)
		})
	})
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(c.Out, "labels.json"), func(w io.Writer) error {
		return json.NewEncoder(w).Encode(world.Campaigns())
	}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%d events in %s\nsha256 %x\n", n, c.Out, digest.Sum(nil))
	return err
}

func writeFile(name string, fill func(io.Writer) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("simulate: %w", err)
	}
	buffered := bufio.NewWriterSize(f, 1<<20)
	if err := fill(buffered); err != nil {
		_ = f.Close() // what failed first is what matters
		return err
	}
	if err := buffered.Flush(); err != nil {
		_ = f.Close() // what failed first is what matters
		return err
	}
	return f.Close()
}

// detectionReportCommand measures the detectors on simulated years.
type detectionReportCommand struct {
	Seeds    string `default:"1-4" help:"Which simulated years, as in 51-100."`
	Workers  int    `default:"2" help:"How many at the same time."`
	Settings string `type:"existingfile" optional:"" help:"Settings other than the defaults, as JSON."`
	Keep     string `type:"path" optional:"" help:"Directory that keeps each seed's figures: an interrupted report goes on from there, and parts add up. Empty it when detectors change."`
	Orders   string `type:"existingfile" optional:"" help:"Replay this file of real orders instead (customer_id, store, total, completed_at)."`
}

// Run prints the report as Markdown; progress goes to the log.
func (c *detectionReportCommand) Run(ctx context.Context, p *program) error {
	settings, err := c.settings()
	if err != nil {
		return err
	}
	if c.Orders != "" {
		return c.replayOrders(p, settings)
	}
	from, to, err := seedRange(c.Seeds)
	if err != nil {
		return err
	}
	report, err := simulate.Study{
		From: from, To: to, Workers: c.Workers, Settings: settings, Keep: c.Keep,
		Step: func(done, all int) { p.log.Info("measured", "worlds", done, "of", all) },
	}.Run(ctx)
	if err != nil {
		return err
	}
	return report.Write(p.out)
}

func (c *detectionReportCommand) settings() (anomaly.Settings, error) {
	s := anomaly.DefaultSettings()
	if c.Settings == "" {
		return s, nil
	}
	text, err := os.ReadFile(c.Settings)
	if err != nil {
		return s, fmt.Errorf("read settings: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("read settings %s: %w", c.Settings, err)
	}
	return s, s.Validate()
}

func (c *detectionReportCommand) replayOrders(p *program, settings anomaly.Settings) error {
	f, err := os.Open(c.Orders)
	if err != nil {
		return fmt.Errorf("replay orders: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	events, err := simulate.ReadOrders(f)
	if err != nil {
		return fmt.Errorf("replay orders %s: %w", c.Orders, err)
	}
	engine := anomaly.NewEngine(anomaly.Config{Settings: settings})
	for _, e := range events {
		if err := engine.Push(e); err != nil {
			return fmt.Errorf("replay orders: %w", err)
		}
	}
	engine.Flush()
	for _, found := range engine.Cases() {
		if _, err := fmt.Fprintf(p.out, "%s %s %s\n", found.OpenedAt.Format("2006-01-02 15:04"), found.Kind, found.Description()); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out, "%d cases in %d orders\n", len(engine.Cases()), len(events))
	return err
}

// seedRange reads "51-100", or one seed alone.
func seedRange(s string) (from, to uint64, err error) {
	first, last, both := strings.Cut(s, "-")
	if !both {
		last = first
	}
	if from, err = strconv.ParseUint(first, 10, 32); err == nil {
		to, err = strconv.ParseUint(last, 10, 32)
	}
	if err != nil || from > to {
		return 0, 0, fmt.Errorf("seeds %q: want a range such as 51-100", s)
	}
	return from, to, nil
}
