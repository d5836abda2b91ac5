package postgres

import (
	"context"
	"database/sql/driver"
	"errors"

	"regulars/internal/loyalty"
)

// Row-level security shows a session the organization that the session says it
// works for (migrations/00028_tenant_wall.sql). The connection says so when
// the organization is another than the last time, which for a restaurant on
// its own is once. Behind a pooler that gives each transaction another session
// nothing can be said that lasts, and the filters stand alone.

var errTwoOrganizations = errors.New("a transaction of one organization was used for another")

type whereverKey struct{}

// wherever is for a statement that tells the same whatever organization the
// session sees, so that it need not be told otherwise first.
func wherever(ctx context.Context) context.Context {
	return context.WithValue(ctx, whereverKey{}, true)
}

// confine has the session see what ctx is confined to. Inside a transaction
// it only checks: what is set there would be undone with it.
func (c *conn) confine(ctx context.Context) error {
	org := loyalty.WithinOf(ctx)
	switch {
	case org == c.within || c.prepared == nil || ctx.Value(whereverKey{}) != nil:
		return nil
	case c.inTx:
		return errTwoOrganizations
	}
	set := "SET regulars.organization = ''"
	if !org.IsZero() {
		set = "SET regulars.organization = '" + org.String() + "'"
	}
	if _, err := c.pqConn.ExecContext(ctx, set, nil); err != nil {
		return err
	}
	c.within = org
	return nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	t, err := c.pqConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	c.inTx = true
	return transaction{t, c}, nil
}

// transaction notes its end on its connection.
type transaction struct {
	driver.Tx
	c *conn
}

// Commit implements driver.Tx.
func (t transaction) Commit() error {
	t.c.inTx = false
	return t.Tx.Commit()
}

// Rollback implements driver.Tx.
func (t transaction) Rollback() error {
	t.c.inTx = false
	return t.Tx.Rollback()
}
