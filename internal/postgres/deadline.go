package postgres

import (
	"context"
	"errors"
	"net"
	"time"
)

// lib/pq asks the server to break a query off when its context ends, and then
// waits for the server's word however long that takes. A database that is
// paused, or a network that swallows packets, would hold the request for
// minutes. So the connection itself gets the context's deadline, and some time
// for the server to answer properly.
const lastWord = time.Second

// wireKey is how a connection that is being made tells its wire.
type wireKey struct{}

// wire is a connection to the database whose greeting, too, ends with the
// context it is made in.
type wire struct {
	net.Conn
	limit time.Time // while it is being made; zero for none
}

// SetDeadline implements net.Conn.
func (w *wire) SetDeadline(t time.Time) error {
	switch {
	case t.IsZero():
		w.limit = time.Time{}
	case !w.limit.IsZero() && t.After(w.limit):
		t = w.limit
	}
	return w.Conn.SetDeadline(t)
}

// dialer makes wires and hands them to whoever left a place for them in the
// context.
type dialer struct{ net.Dialer }

// DialTimeout implements pq.Dialer.
func (d *dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// DialContext implements pq.DialerContext.
func (d *dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	made, err := d.Dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w := &wire{Conn: made}
	if until, ok := ctx.Deadline(); ok {
		w.limit = until.Add(lastWord)
	}
	if place, ok := ctx.Value(wireKey{}).(*net.Conn); ok {
		*place = w
		return w, nil
	}
	// Nobody but lib/pq dials without a place: to break off a query, whose
	// request waits until the server has heard of it.
	w.limit = time.Now().Add(lastWord)
	return w, made.SetDeadline(w.limit)
}

// bound has whatever comes over the connection end with ctx.
func (c *conn) bound(ctx context.Context) error {
	until, ok := ctx.Deadline()
	if ok {
		until = until.Add(lastWord)
	}
	if until.Equal(c.until) {
		return nil
	}
	c.until = until
	return c.wire.SetDeadline(until)
}

// ResetSession implements driver.SessionResetter: it is called when the pool
// lends the connection for the use that ctx is of.
func (c *conn) ResetSession(ctx context.Context) error {
	if err := c.pqConn.ResetSession(ctx); err != nil {
		return err
	}
	return c.bound(ctx)
}

// Close implements driver.Conn. A deadline of the last use must not keep the
// connection from saying goodbye.
func (c *conn) Close() error {
	if err := c.wire.SetDeadline(time.Now().Add(lastWord)); err != nil {
		return errors.Join(err, c.pqConn.Close())
	}
	return c.pqConn.Close()
}
