package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jmoiron/sqlx"

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

// Verify implements loyalty.Repository. Every question is asked as of one
// instant, so the server may go on working meanwhile.
func (d *DB) Verify(ctx context.Context, orgID loyalty.ID) (loyalty.Verification, error) {
	var v loyalty.Verification
	t, err := d.pool.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return v, wrap("begin", err)
	}
	defer t.Rollback() //nolint:errcheck // it only read
	// Sorting ten million rows is worth some memory, for this transaction alone.
	if _, err := t.ExecContext(ctx, `SET LOCAL work_mem = '256MB'; SET LOCAL jit = off`); err != nil {
		return v, wrap("set up verification", err)
	}
	r := reader{q: t}
	if v, err = r.verified(ctx, orgID); err != nil {
		return v, err
	}
	for _, p := range proofs {
		found, err := r.prove(ctx, orgID, p)
		if err != nil {
			return v, err
		}
		v.Proofs = append(v.Proofs, found...)
	}
	return v, nil
}

// verified says what there is to verify.
func (r reader) verified(ctx context.Context, orgID loyalty.ID) (loyalty.Verification, error) {
	const q = `
		SELECT g.slug, (SELECT count(*) FROM enrollments WHERE organization_id = $1) AS accounts,
			(SELECT count(*) FROM transactions WHERE organization_id = $1) AS transactions,
			(SELECT count(*) FROM orders WHERE organization_id = $1) AS orders
		FROM organizations g WHERE g.id = $1`
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
