package postgres

import (
	"context"
	"time"
)

// Backlog is the background work that is yet to be done, in the whole database.
type Backlog struct {
	Jobs     int           // waiting, that should have begun
	Failing  int           // that failed and are tried again, or were given up
	Detector time.Duration // how long the oldest event waits that no detector has seen
	Unsealed int           // rows of the audit log without a seal, counted up to 10,000
}

// Backlog says what is yet to be done. The queue's tables must be there.
func (d *DB) Backlog(ctx context.Context) (Backlog, error) {
	const q = `
		SELECT (SELECT count(*) FROM river_job WHERE state = 'available' AND scheduled_at <= now()) AS jobs,
			(SELECT count(*) FROM river_job WHERE state IN ('retryable', 'discarded')) AS failing,
			(SELECT coalesce(max(extract(epoch FROM now() - x.at)), 0)::float8 FROM detection_state s CROSS JOIN LATERAL (
				SELECT t.at FROM transactions t WHERE t.organization_id = s.organization_id AND t.at >= s.through ORDER BY t.at LIMIT 1) x) AS detector,
			(SELECT count(*) FROM (SELECT FROM audit_log WHERE seal IS NULL LIMIT 10000) u) AS unsealed`
	var row struct {
		Jobs     int     `db:"jobs"`
		Failing  int     `db:"failing"`
		Detector float64 `db:"detector"`
		Unsealed int     `db:"unsealed"`
	}
	if err := d.get(ctx, &row, q); err != nil {
		return Backlog{}, wrap("select backlog", err)
	}
	return Backlog{row.Jobs, row.Failing, max(0, time.Duration(row.Detector*float64(time.Second))), row.Unsealed}, nil
}
