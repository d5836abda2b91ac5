package postgres

import (
	"context"

	"github.com/jmoiron/sqlx"
)

// Queries is the pool, as the repositories use it.
func (d *DB) Queries() *sqlx.DB { return d.pool }

// RunInTx is inTx with a way to run any statement.
func (d *DB) RunInTx(ctx context.Context, fn func(context.Context, sqlx.ExtContext) error) error {
	return d.inTx(ctx, func(ctx context.Context, t *tx) error { return fn(ctx, t.q) })
}

// Wrap and NotFound are wrap and notFound.
var (
	Wrap     = wrap
	NotFound = notFound
)
