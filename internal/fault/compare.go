//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// comparing holds the journal against the database.
func (b *bench) comparing(ctx context.Context) error {
	lost, acknowledged, err := b.missing(ctx)
	if err != nil {
		return err
	}
	b.note(lost == 0, "An acknowledged write survives", "0 lost", "%d lost of %d acknowledged", lost, acknowledged)

	const doubles = `
		SELECT (SELECT count(*) FROM (SELECT reason FROM transactions WHERE type = 'earn' AND reason LIKE 'a-%' GROUP BY 1 HAVING count(*) > 1) x)
			+ (SELECT count(*) FROM (SELECT order_id FROM transactions WHERE type = 'earn' AND order_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1) x)
			+ (SELECT count(*) FROM (SELECT order_ref FROM redemptions WHERE order_ref <> '' GROUP BY 1 HAVING count(*) > 1) x),
			(SELECT count(*) FROM transactions)`
	var doubled, rows int
	if err := b.db.QueryRowContext(ctx, doubles).Scan(&doubled, &rows); err != nil {
		return err
	}
	b.note(doubled == 0, "No request has its effect twice", "0", "%d doubled in %d rows of the ledger, from %d requests", doubled, rows, b.client.seen.sent.Load())
	b.note(b.client.seen.failed.Load() == 0, "Faults are answered plainly", "503 or a broken connection, never another 5xx", "%d answers of another 5xx",
		b.client.seen.failed.Load())

	gaveUp := 0
	for _, s := range b.servers {
		gaveUp += s.gaveUp
	}
	b.note(gaveUp == 0, "A server that starts while the database comes and goes waits for it", "none gives up", "%d gave up", gaveUp)

	begun := time.Now()
	out, err := b.regulars(ctx, b.address, "", "verify")
	b.note(err == nil, "`regulars verify` at the end", "0 differences", "%s in %s", summary(out, err), time.Since(begun).Round(10*time.Millisecond))
	return b.searchLogs()
}

// missing counts what was acknowledged and isn't there.
func (b *bench) missing(ctx context.Context) (lost, acknowledged int, err error) {
	for _, k := range []struct{ kind, query string }{
		{award, `SELECT reason, id::text FROM transactions WHERE type = 'earn' AND reason LIKE 'a-%'`},
		{order, `SELECT external_id, id::text FROM orders`},
		{redeem, `SELECT order_ref, '' FROM redemptions`},
	} {
		found, err := b.pairs(ctx, k.query)
		if err != nil {
			return 0, 0, err
		}
		for _, e := range b.journal.of(k.kind) {
			acknowledged++
			if id, ok := found[e.ref]; !ok || e.id != "" && id != e.id {
				lost++
			}
		}
	}
	return lost, acknowledged, nil
}

func summary(out string, err error) string {
	if err != nil {
		return err.Error()
	}
	proven := strings.Count(out, "  proven")
	first, _, _ := strings.Cut(out, "\n")
	return fmt.Sprintf("%d promises proven over %s", proven, strings.TrimPrefix(first, "fault: "))
}

func (b *bench) pairs(ctx context.Context, query string) (map[string]string, error) {
	rows, err := b.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err below tells
	found := map[string]string{}
	for rows.Next() {
		var ref, id string
		if err := rows.Scan(&ref, &id); err != nil {
			return nil, err
		}
		found[ref] = id
	}
	return found, rows.Err()
}

// searchLogs looks for what must not be in the logs of servers and database.
func (b *bench) searchLogs() error {
	files, err := filepath.Glob(filepath.Join(b.o.dir, "*.log"))
	if err != nil {
		return err
	}
	more, err := filepath.Glob(filepath.Join(b.o.dir, "database", "postgres-*", "*.log"))
	if err != nil {
		return err
	}
	hits, panics, lines := 0, 0, 0
	for _, file := range append(files, more...) {
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		lines += bytes.Count(content, []byte("\n"))
		panics += bytes.Count(content, []byte("panic"))
		for _, name := range b.names {
			hits += bytes.Count(content, []byte(name))
		}
	}
	b.note(hits == 0 && panics == 0, "Nothing personal or secret in the logs", "0 hits", "%d names, numbers and keys in %d lines; %d panics", hits, lines, panics)
	return nil
}
