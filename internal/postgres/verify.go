package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"regulars/internal/loyalty"
)

// proof is what one question to the database proves: a claim for each kind of
// difference that its query names.
type proof struct {
	claims []loyalty.Proof
	query  string // kind, subject, detail of every difference in organization $1
}

// Of each kind a few examples are shown and all are counted.
const (
	firstOfEachKind = `
		SELECT kind, subject, detail, n FROM (
			SELECT kind, subject, detail, count(*) OVER (PARTITION BY kind) AS n, row_number() OVER (PARTITION BY kind ORDER BY subject) AS i
			FROM (`
	shown = `) d) numbered WHERE i <= 10 ORDER BY kind, i`
)

// atOnce is how many questions are asked at a time, each of one process: a
// million accounts added up by several would be put together once for each and
// then once more, which takes half as long again.
func atOnce() int { return min(max(runtime.NumCPU(), 2), 4) }

// Verify implements loyalty.Repository. Every question is asked as of one
// instant, so the server may go on working meanwhile.
func (d *DB) Verify(ctx context.Context, orgID loyalty.ID) (loyalty.Verification, error) {
	var v loyalty.Verification
	var instant string
	err := d.asOf(ctx, "", func(ctx context.Context, r reader) error {
		if err := r.get(ctx, &instant, `SELECT pg_export_snapshot()`); err != nil {
			return wrap("note the instant", err)
		}
		found := make([][]loyalty.Proof, len(proofs))
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce())
		for i, p := range proofs {
			group.Go(func() error {
				return d.asOf(ctx, instant, func(ctx context.Context, r reader) (err error) {
					found[i], err = r.prove(ctx, orgID, p)
					return err
				})
			})
		}
		v2, err := r.verified(ctx, orgID)
		if err := errors.Join(err, group.Wait()); err != nil {
			return err
		}
		v = v2
		v.Proofs = slices.Concat(found...)
		return nil
	})
	return v, err
}

// asOf reads in a transaction that sees the database as of the instant, or
// with "" as of now.
func (d *DB) asOf(ctx context.Context, instant string, read func(context.Context, reader) error) error {
	t, err := d.pool.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return wrap("begin", err)
	}
	defer t.Rollback() //nolint:errcheck // it only read
	// Adding up ten million rows is worth some memory, for this transaction
	// alone. The one that holds the instant has nothing to do meanwhile.
	setUp := `SET LOCAL work_mem = '256MB'; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL idle_in_transaction_session_timeout = 0`
	if instant != "" {
		setUp = `SET TRANSACTION SNAPSHOT ` + pq.QuoteLiteral(instant) + `; ` + setUp
	}
	if _, err := t.ExecContext(ctx, setUp); err != nil {
		return wrap("set up verification", err)
	}
	return read(ctx, reader{q: t})
}

// verified says what there is to verify. An account knows how many transactions
// it has, which "numbering" proves.
func (r reader) verified(ctx context.Context, orgID loyalty.ID) (loyalty.Verification, error) {
	const q = `
		SELECT g.slug, e.accounts, e.transactions, (SELECT count(*) FROM orders WHERE organization_id = $1) AS orders
		FROM organizations g
		CROSS JOIN (SELECT count(*) AS accounts, coalesce(sum(seq), 0)::bigint AS transactions FROM enrollments WHERE organization_id = $1) e
		WHERE g.id = $1`
	var row struct {
		Slug         string `db:"slug"`
		Accounts     int64  `db:"accounts"`
		Transactions int64  `db:"transactions"`
		Orders       int64  `db:"orders"`
	}
	if err := r.get(ctx, &row, q, orgID.String()); err != nil {
		return loyalty.Verification{}, notFound("count rows", "organization", err)
	}
	return loyalty.Verification{
		OrgID: orgID, Slug: row.Slug, Accounts: row.Accounts, Transactions: row.Transactions, Orders: row.Orders,
	}, nil
}

func (r reader) prove(ctx context.Context, orgID loyalty.ID, p proof) ([]loyalty.Proof, error) {
	var rows []struct {
		Kind    string `db:"kind"`
		Subject string `db:"subject"`
		Detail  string `db:"detail"`
		N       int64  `db:"n"`
	}
	if err := sqlx.SelectContext(ctx, r.q, &rows, firstOfEachKind+p.query+shown, orgID.String()); err != nil {
		return nil, wrap("prove "+p.claims[0].Name, err)
	}
	out := append([]loyalty.Proof(nil), p.claims...)
	for _, row := range rows {
		i := 0
		for i < len(out) && out[i].Name != row.Kind {
			i++
		}
		if i == len(out) {
			return nil, fmt.Errorf("prove %s: nothing is claimed about %q", p.claims[0].Name, row.Kind)
		}
		out[i].Differences = row.N
		out[i].Examples = append(out[i].Examples, loyalty.Difference{Subject: row.Subject, Detail: row.Detail})
	}
	return out, nil
}
