package main

import (
	"bufio"
	"context"
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed limit/*.sql
var limitScripts embed.FS

// limit is what PostgreSQL manages with the product's statements for the work
// and no product around them: pgbench, prepared, over so many connections.
func limit(ctx context.Context, db *database, script string, connections int, d time.Duration) (sample, error) {
	pgbench, err := programOf("pgbench")
	if err != nil {
		return sample{}, err
	}
	dir, err := os.MkdirTemp("", "regulars-bench-")
	if err != nil {
		return sample{}, fmt.Errorf("make a folder: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // it is the temporary folder
	text, err := limitScripts.ReadFile("limit/" + script)
	if err != nil {
		return sample{}, fmt.Errorf("read the script: %w", err)
	}
	file := filepath.Join(dir, script)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return sample{}, fmt.Errorf("write the script: %w", err)
	}
	config, err := db.config(ctx)
	if err != nil {
		return sample{}, fmt.Errorf("read the version: %w", err)
	}
	seconds := max(1, int(d.Seconds()))
	args := []string{"-n", "-M", "prepared", "-c", strconv.Itoa(connections), "-j", strconv.Itoa(min(connections, 2)),
		"-T", strconv.Itoa(seconds), "-f", file, "--log", "--log-prefix", filepath.Join(dir, "log")}
	for name, value := range map[string]int64{
		"n": int64(db.Customers), "start": db.world.start(), "step": db.step(), "config": config, "run": time.Now().UnixNano() >> 20,
	} {
		args = append(args, "-D", name+"="+strconv.FormatInt(value, 10))
	}
	cmd := exec.CommandContext(ctx, pgbench, args...)
	cmd.Env = db.pgEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return sample{}, fmt.Errorf("pgbench %s: %w: %.600s", script, err, out)
	}
	return readLimit(string(out), dir)
}

// readLimit takes the rate from what pgbench prints and the times from its
// log, whose third column is microseconds.
func readLimit(printed, dir string) (sample, error) {
	var out sample
	for line := range strings.Lines(printed) {
		if rest, ok := strings.CutPrefix(line, "tps = "); ok {
			number, _, _ := strings.Cut(rest, " ")
			rate, err := strconv.ParseFloat(number, 64)
			if err != nil {
				return out, fmt.Errorf("read pgbench's answer: %w", err)
			}
			out.Rate = rate
		}
	}
	logs, err := filepath.Glob(filepath.Join(dir, "log*"))
	if err != nil {
		return out, err
	}
	var took []time.Duration
	for _, name := range logs {
		f, err := os.Open(name)
		if err != nil {
			return out, fmt.Errorf("read pgbench's log: %w", err)
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if fields := strings.Fields(lines.Text()); len(fields) > 2 {
				n, _ := strconv.Atoi(fields[2]) //nolint:errcheck // what isn't a number is "failed"
				took = append(took, time.Duration(n)*time.Microsecond)
			}
		}
		f.Close() //nolint:errcheck // it was only read
	}
	out.Count = len(took)
	out.P50, out.P95, out.P99 = percentiles(took)
	return out, nil
}
