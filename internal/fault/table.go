//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// row is one promise with the figure reached.
type row struct {
	promise, goal, reached string
	met                    bool
}

func (b *bench) note(met bool, promise, goal, reached string, args ...any) {
	b.rows = append(b.rows, row{promise, goal, fmt.Sprintf(reached, args...), met})
}

// report prints the table. A goal that isn't met is an error.
func (b *bench) report(out io.Writer) error {
	missed := 0
	fmt.Fprintf(out, "\n%s: %s, %d cores, %s of memory; %d servers on one PostgreSQL, seed %d\n\n", time.Now().UTC().Format(time.DateOnly),
		processor(), runtime.NumCPU(), memory(), b.o.servers, b.o.seed)
	fmt.Fprintln(out, "| promise | goal | reached | met |")
	fmt.Fprintln(out, "| --- | --- | --- | --- |")
	for _, r := range b.rows {
		met := "yes"
		if !r.met {
			met = "**no**"
			missed++
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", cell(r.promise), cell(r.goal), cell(r.reached), met)
	}
	fmt.Fprintf(out, "\n%d of %d goals met in %s\n", len(b.rows)-missed, len(b.rows), time.Since(b.begun).Round(time.Second))
	if missed > 0 {
		return errors.New("not every goal was met; see above")
	}
	return nil
}

// cell is the text as it can stand in a table.
func cell(s string) string {
	s = strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "/")), " ")
	if len(s) > 400 {
		s = strings.ToValidUTF8(s[:400], "") + "…"
	}
	return s
}

// processor is the machine's, as it calls itself.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// memory is the machine's, as people say it.
func memory() string {
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return "unknown"
	}
	var kb int64
	if _, err := fmt.Sscanf(string(info), "MemTotal: %d kB", &kb); err != nil {
		return "unknown"
	}
	return strings.TrimSuffix(fmt.Sprintf("%.0f", float64(kb)/(1<<20)), ".0") + " GB"
}
