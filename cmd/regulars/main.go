// Command regulars is the loyalty system: server, migrations and tools in one
// binary. It wires the program together and does nothing else.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // where the machine has no time zones of its own

	"github.com/alecthomas/kong"

	"regulars/internal/config"
)

// commands is the command line, one field for each command. A command's Run
// gets the program it is part of.
type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date."`
	Org     orgCommand     `cmd:"" help:"Organizations."`
	Staff   staffCommand   `cmd:"" help:"The people who sign in."`
	APIKey  apiKeyCommand  `cmd:"" name:"api-key" help:"API keys."`
	Import  importCommand  `cmd:"" help:"Take in what was there before."`
	Verify  verifyCommand  `cmd:"" help:"Prove that balances, orders and figures agree with the ledger."`
	Stories storiesCommand `cmd:"" help:"Show every part of the pages in every state."`

	Simulate        simulateCommand        `cmd:"" help:"Write a simulated year of restaurants, and apart from it what was planted in it."`
	DetectionReport detectionReportCommand `cmd:"" help:"Measure the anomaly detectors on simulated years."`
}

// program is what every command works with.
type program struct {
	cfg config.Config
	log *slog.Logger
	out io.Writer // for what was asked for; everything else goes to the log
}

const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// After the first signal the next one ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	var line commands
	parser, err := kong.New(&line, kong.Name("regulars"), kong.Description("Loyalty for restaurants."), kong.UsageOnError())
	if err != nil {
		return complain(err, exitUsage)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return complain(fmt.Errorf("%w; see regulars --help", err), exitUsage)
	}
	cfg, err := config.Load(os.Environ())
	if err != nil {
		return complain(err, exitUsage)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: cfg.LogLevel}))
	for _, name := range cfg.Unknown {
		log.Warn("nothing reads this variable; is it misspelt?", "name", name)
	}
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(&program{cfg: cfg, log: log, out: os.Stdout}); err != nil {
		return complain(err, exitFailure)
	}
	return 0
}

// complain prints the error, one line for each thing that is wrong.
func complain(err error, code int) int {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(os.Stderr, "regulars: %s\n", strings.TrimSpace(line))
	}
	return code
}
