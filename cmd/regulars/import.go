package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// importCommand is regulars import.
type importCommand struct {
	Orders    importOrdersCommand    `cmd:"" help:"Import orders from a CSV file, with their own dates."`
	Customers importCustomersCommand `cmd:"" help:"Import guests from a CSV file, with the points they bring along."`
}

// importOrdersCommand is regulars import orders.
type importOrdersCommand struct {
	File   string `arg:"" help:"The file: CSV in UTF-8 with the columns order_id, store, total, completed_at, and perhaps customer_id and items. - is standard input."`
	Org    string `help:"The organization's short name or id; not needed where there is only one."`
	DryRun bool   `help:"Check the file and say what would happen; change nothing."`
}

// Run imports the file and says what came of it.
func (c *importOrdersCommand) Run(ctx context.Context, p *program) error {
	file, err := openFile(c.File)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return p.withServices(ctx, func(s *service.Services) error {
		actor, err := actorFor(ctx, s, c.Org)
		if err != nil {
			return err
		}
		meter := newMeter(os.Stderr)
		done, err := s.Imports.Orders(ctx, actor, service.ImportOrders{
			File: file, DryRun: c.DryRun, Problem: complainer(c.File), Progress: meter.show,
		})
		meter.end()
		if err != nil {
			return worded(err)
		}
		reportOrders(p.out, done)
		return nil
	})
}

// importCustomersCommand is regulars import customers.
type importCustomersCommand struct {
	File   string `arg:"" help:"The file: CSV in UTF-8 with the column name and any of last_name, email, phone, external_id, birth_date, points_balance, lifetime_points. - is standard input."`
	Org    string `help:"The organization's short name or id; not needed where there is only one."`
	DryRun bool   `help:"Check the file; change nothing."`
}

// Run imports the file and says what came of it.
func (c *importCustomersCommand) Run(ctx context.Context, p *program) error {
	file, err := openTwice(c.File)
	if err != nil {
		return err
	}
	return p.withServices(ctx, func(s *service.Services) error {
		actor, err := actorFor(ctx, s, c.Org)
		if err != nil {
			return err
		}
		meter := newMeter(os.Stderr)
		done, err := s.Imports.Customers(ctx, actor, service.ImportCustomers{
			File: file, DryRun: c.DryRun, Problem: complainer(c.File), Progress: meter.show,
		})
		meter.end()
		switch {
		case err != nil:
			return worded(err)
		case done.DryRun:
			fmt.Fprintf(p.out, "%d rows are fine; nothing was changed\n", done.Rows)
		case done.Added == 0:
			fmt.Fprintf(p.out, "nothing to import: all %d guests of the file are there already\n", done.Rows)
		default:
			fmt.Fprintf(p.out, "%d guests imported with %d points; %d were there already and stay as they are\n", done.Added, done.Balance, done.Known)
		}
		return nil
	})
}

// openTwice opens a file that is read more than once, which standard input
// can't be.
func openTwice(name string) (io.ReadSeeker, error) {
	if name != "-" {
		// The command ends with its only use, so nothing needs to close it.
		return os.Open(name)
	}
	all, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, fmt.Errorf("read standard input: %w", err)
	}
	return bytes.NewReader(all), nil
}

func openFile(name string) (io.ReadCloser, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the file to import: %w", err)
	}
	return file, nil
}

// complainer prints mistakes of a file in the form that compilers use.
func complainer(file string) func(service.ImportProblem) {
	return func(m service.ImportProblem) {
		what := strings.TrimSpace(m.Field + " " + m.Message)
		fmt.Fprintf(os.Stderr, "%s:%d: %s\n", file, m.Line, what)
	}
}

func reportOrders(out io.Writer, r service.OrdersImported) {
	if r.Orders == 0 {
		fmt.Fprintf(out, "nothing to import: all %d rows of the file are there already\n", r.Rows)
		return
	}
	verb, would := "imported", ""
	if r.DryRun {
		verb, would = "would be imported", "; nothing was changed"
	}
	fmt.Fprintf(out, "%d orders %s, %s %s in all; %d rows were there already\n",
		r.Orders, verb, loyalty.FormatDecimal(int64(r.Sales), loyalty.Exponent(r.Currency)), r.Currency, r.Known)
	fmt.Fprintf(out, "%d new guests, %d new stores%s\n", r.Customers, r.Stores, would)
	if !r.DryRun {
		fmt.Fprintf(out, "%d points earned, %d orders flagged for review\n", r.Points, r.Flagged)
	}
	if r.NoProgram {
		fmt.Fprintln(os.Stderr, "regulars: no loyalty program is active, so these orders earn no points")
	} else if r.Unawarded > 0 {
		fmt.Fprintf(os.Stderr, "regulars: %d orders of frozen accounts earned nothing\n", r.Unawarded)
	}
}

// meter shows on a terminal how far an import is, and elsewhere a line now and
// then.
type meter struct {
	out      io.Writer
	terminal bool
	writing  bool
	since    time.Time
	shown    time.Time
	open     bool // whether the cursor stands behind an unfinished line
}

func newMeter(out *os.File) *meter {
	info, err := out.Stat()
	return &meter{out: out, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, since: time.Now()}
}

const (
	terminalPace = 200 * time.Millisecond
	logPace      = 5 * time.Second
)

func (m *meter) show(at service.ImportProgress) {
	now := time.Now()
	if at.Writing != m.writing {
		m.writing, m.since = at.Writing, now
	}
	finished := at.Writing && at.Done >= at.Total
	pace := logPace
	if m.terminal {
		pace = terminalPace
	}
	if now.Sub(m.shown) < pace && !finished {
		return
	}
	m.shown = now
	what := fmt.Sprintf("%d rows read", at.Done)
	if at.Writing {
		what = fmt.Sprintf("%d of %d rows imported", at.Done, at.Total)
	}
	if spent := now.Sub(m.since).Seconds(); spent > 0 {
		what += fmt.Sprintf(", %d a second", int(float64(at.Done)/spent))
	}
	if m.terminal {
		fmt.Fprintf(m.out, "\r\x1b[K%s", what)
		m.open = true
		return
	}
	fmt.Fprintln(m.out, what)
}

// end finishes the line.
func (m *meter) end() {
	if m.open {
		fmt.Fprintln(m.out)
	}
}
