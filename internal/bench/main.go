// Command bench measures the product beside its limit. It fills a database of
// its own, reproducibly, serves it, and asks for the same work over HTTP and,
// turn about, of the database alone with the product's own statements through
// pgbench. It prints both as a table beside the goals.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	customers int
	dir       string
	binary    string
	seconds   float64
	rounds    int
	only      string
	patience  time.Duration
	fillOnly  bool
	extras    bool
	limits    bool
	out       string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	var o options
	flag.IntVar(&o.customers, "customers", 1_000_000, "how many customers; there are ten transactions for each")
	flag.StringVar(&o.dir, "dir", filepath.Join(os.TempDir(), "regulars-bench"), "where the databases are kept between runs")
	flag.StringVar(&o.binary, "binary", "bin/regulars", "the product")
	flag.Float64Var(&o.seconds, "seconds", 3, "how long each measurement of the hot path lasts; others last half of it")
	flag.IntVar(&o.rounds, "rounds", 3, "how often all is measured; the median counts")
	flag.StringVar(&o.only, "only", "", "only the work whose name contains this")
	flag.DurationVar(&o.patience, "patience", 3*time.Second, "how long to wait before each measurement for others to leave the machine alone")
	flag.BoolVar(&o.fillOnly, "fill", false, "only fill the database")
	flag.BoolVar(&o.extras, "extras", true, "measure verify, import, start, memory and growth, too")
	flag.BoolVar(&o.limits, "limits", true, "measure what PostgreSQL alone manages, too")
	flag.StringVar(&o.out, "out", "", "the folder for raw results; empty keeps none")
	flag.Parse()
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// progress says on standard error what goes on; the report goes to standard
// output.
func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
