package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// print writes the run as markdown: the goals, then every measurement's
// middle, then what changed since the run before.
func (r results) print(w io.Writer, before *results) {
	fmt.Fprintf(w, "%s, %s; %d customers, %d transactions; median of %d rounds; load before: %s\n\n", r.Date, r.Machine, r.Customers,
		r.Transactions, r.Rounds, r.Load)
	fmt.Fprintln(w, "| what | goal | measured | |\n| --- | --- | --- | --- |")
	part := len(r.works()) < len(everything)
	for _, g := range r.goals() {
		if part && g.figure == notMeasured {
			continue
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", g.what, g.aim, g.figure, mark(g))
	}
	fmt.Fprintln(w, "\n| work | connections | a second | p50 | p95 | p99 ms | limit, a second | share | CPU of server + database, ms | of the limit | others, % |")
	fmt.Fprintln(w, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, name := range r.works() {
		for _, n := range []int{1, 8, 32} {
			r.row(w, name, n)
		}
	}
	if before != nil {
		r.compare(w, *before)
	}
}

func (r results) row(w io.Writer, name string, n int) {
	p, ok := middle(r.Measurements, name, n, false)
	if !ok {
		return
	}
	rate, share, cost := "", "", ""
	if l, ok := middle(r.Measurements, name, n, true); ok && l.Rate > 0 {
		rate, share, cost = fmt.Sprintf("%.0f", l.Rate), fmt.Sprintf("%.2f", p.Rate/l.Rate), fmt.Sprintf("%.2f", l.DBMS)
	}
	fmt.Fprintf(w, "| %s | %d | %.0f | %.2f | %.2f | %.2f | %s | %s | %.2f + %.2f | %s | %.0f |\n", name, n, p.Rate, p.P50, p.P95, p.P99, rate, share,
		p.ServerMS, p.DBMS, cost, p.Foreign*100)
}

// compare lists what is a tenth better or worse than in the run before.
func (r results) compare(w io.Writer, before results) {
	fmt.Fprintf(w, "\nSince %s (%s):\n\n", before.Date, before.Machine)
	for _, name := range r.works() {
		for _, n := range []int{1, 8, 32} {
			now, ok := middle(r.Measurements, name, n, false)
			then, ok2 := middle(before.Measurements, name, n, false)
			if !ok || !ok2 || then.Rate == 0 || now.Rate > then.Rate*same && now.Rate < then.Rate/same {
				continue
			}
			fmt.Fprintf(w, "- %s, %d connections: %.0f a second, was %.0f (%+.0f %%)\n", name, n, now.Rate, then.Rate, (now.Rate/then.Rate-1)*100)
		}
	}
	for name, now := range r.Figures {
		if then, ok := before.Figures[name]; ok && then > 0 && (now > then/same || now < then*same) {
			fmt.Fprintf(w, "- %s: %s, was %s\n", name, short(now), short(then))
		}
	}
}

// last is the newest run kept in dir of that size.
func last(dir string, customers int) (*results, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	for _, name := range slices.Backward(files) {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the run before: %w", err)
		}
		var r results
		if err := json.Unmarshal(text, &r); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		if r.Customers == customers {
			return &r, nil
		}
	}
	return nil, nil
}

// keep writes the run to dir, one line a measurement.
func (r results) keep(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("keep the results: %w", err)
	}
	lines := make([]string, len(r.Measurements))
	for i, m := range r.Measurements {
		line, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("keep the results: %w", err)
		}
		lines[i] = "    " + string(line)
	}
	r.Measurements = []measurement{}
	head, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the results: %w", err)
	}
	text := strings.Replace(string(head), `"measurements": []`, "\"measurements\": [\n"+strings.Join(lines, ",\n")+"\n  ]", 1)
	name := strings.NewReplacer(":", "", " ", "T").Replace(r.Date) + ".json"
	return os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o644)
}
