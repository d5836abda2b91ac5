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
	fmt.Fprintf(out, "\n%s, %d cores, %s memory, %d servers on one PostgreSQL, seed %d\n\n", time.Now().UTC().Format(time.DateOnly),
		runtime.NumCPU(), memory(), b.o.servers, b.o.seed)
	fmt.Fprintln(out, "| promise | goal | reached |")
	fmt.Fprintln(out, "| --- | --- | --- |")
	for _, r := range b.rows {
		mark := ""
		if !r.met {
			mark = "**not met:** "
			missed++
		}
		fmt.Fprintf(out, "| %s | %s | %s%s |\n", r.promise, r.goal, mark, r.reached)
	}
	if missed > 0 {
		return errors.New("not every goal was met; see above")
	}
	return nil
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
