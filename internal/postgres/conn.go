package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

// appRole is the role the application works as. The first migration creates
// it; it can't change the schema or what has been written to the ledger.
const appRole = "regulars_app"

// configFor reads a connection string and fills in what it leaves open.
func configFor(url string) (pq.Config, error) {
	config, err := pq.NewConfig(url)
	if err != nil {
		return pq.Config{}, fmt.Errorf("read DATABASE_URL: %w", err)
	}
	if !strings.Contains(url, "sslmode") && os.Getenv("PGSSLMODE") == "" && isLocal(config.Host) {
		config.SSLMode = pq.SSLModeDisable
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = openTimeout
	}
	config.FallbackApplicationName = "regulars"
	return config, nil
}

// isLocal says whether the host is this machine, which TLS can't make safer.
func isLocal(host string) bool {
	if host == "localhost" || strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// connector makes connections that work as the application's role and
// remember the statements they have prepared.
type connector struct {
	*pq.Connector
	asRole  atomic.Bool
	prepare bool
	dialing chan struct{} // holds one for each connection being made
}

// maxDialing bounds the connections being made at once. While the database is
// away they pile up at its door, and when it is back it has to see each of them
// off before it gets to work.
const maxDialing = 4

func newConnector(config pq.Config) (*connector, error) {
	inner, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("read DATABASE_URL: %w", err)
	}
	inner.Dialer(&dialer{})
	// binary_parameters is how lib/pq is told that a pooler in between gives
	// each transaction another session, where nothing prepared can be found.
	return &connector{Connector: inner, prepare: !config.BinaryParameters, dialing: make(chan struct{}, maxDialing)}, nil
}

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	select {
	case c.dialing <- struct{}{}:
		defer func() { <-c.dialing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var wire net.Conn
	opened, err := c.Connector.Connect(context.WithValue(ctx, wireKey{}, &wire))
	if err != nil {
		return nil, err
	}
	inner, ok := opened.(pqConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("lib/pq's %T lacks an interface we build on", opened), opened.Close())
	}
	wrapped := &conn{pqConn: inner, wire: wire}
	// A transaction somebody forgot would hold its locks for ever.
	setup := "SET idle_in_transaction_session_timeout = '60s'"
	if c.asRole.Load() {
		setup += "; SET ROLE " + appRole
	}
	if _, err := wrapped.ExecContext(ctx, setup, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("set up connection: %w", err), inner.Close())
	}
	if c.prepare {
		wrapped.prepared = make(map[string]pqStmt)
	}
	return wrapped, nil
}

// pqConn and pqStmt are what lib/pq's connection and statement can do and
// database/sql makes use of.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxPrepared bounds the statements one connection keeps. The program has
// fewer; the bound is for whoever builds a statement from a list.
const maxPrepared = 512

// conn prepares each statement once and keeps it. database/sql could do so
// too, but it prepares on a second connection while a transaction holds the
// first, which for a pool full of transactions is a deadlock. It never uses a
// connection from two goroutines at once, so the map needs no lock.
type conn struct {
	pqConn
	prepared map[string]pqStmt // nil: don't prepare
	wire     net.Conn
	until    time.Time  // the wire's deadline; zero for none
	within   loyalty.ID // the organization that the session sees; zero for all
	inTx     bool
}

// ready prepares the connection for a use that ctx is of.
func (c *conn) ready(ctx context.Context) error {
	if err := c.bound(ctx); err != nil {
		return err
	}
	return c.confine(ctx)
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	if !c.worthPreparing(query, args) {
		return c.pqConn.QueryContext(ctx, query, args)
	}
	return viaPrepared(ctx, c, query, func(s pqStmt) (driver.Rows, error) { return s.QueryContext(ctx, args) })
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	if !c.worthPreparing(query, args) {
		return c.pqConn.ExecContext(ctx, query, args)
	}
	return viaPrepared(ctx, c, query, func(s pqStmt) (driver.Result, error) { return s.ExecContext(ctx, args) })
}

// eachTime begins a statement that is planned for its arguments every time: a
// list with many filters, of which only the set ones matter. A plan that is
// kept must do for all of them, and knows no index of the few rows one asks for.
const eachTime = "/* planned each time */ "

// worthPreparing leaves out statements without arguments: they take a single
// round trip as they are, and there may be several in one text.
func (c *conn) worthPreparing(query string, args []driver.NamedValue) bool {
	if c.prepared == nil || len(args) == 0 || strings.HasPrefix(query, eachTime) {
		return false
	}
	_, known := c.prepared[query]
	return known || len(c.prepared) < maxPrepared
}

// viaPrepared runs the statement, and if a migration has made it stale
// prepares it anew. Inside a transaction PostgreSQL allows no second try, and
// the error is one that inTx answers by running the transaction again.
func viaPrepared[R any](ctx context.Context, c *conn, query string, run func(pqStmt) (R, error)) (R, error) {
	var none R
	stmt, err := c.statement(ctx, query)
	if err != nil {
		return none, err
	}
	result, err := run(stmt)
	if err == nil {
		return result, nil
	}
	if !isStale(err) {
		return none, err
	}
	delete(c.prepared, query)
	_ = stmt.Close() // the server may not know it any more
	if stmt, again := c.statement(ctx, query); again == nil {
		return run(stmt)
	}
	return none, err
}

func (c *conn) statement(ctx context.Context, query string) (pqStmt, error) {
	if stmt, ok := c.prepared[query]; ok {
		return stmt, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := made.(pqStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("lib/pq's %T lacks an interface we build on", made), made.Close())
	}
	c.prepared[query] = stmt
	return stmt, nil
}
