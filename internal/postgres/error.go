package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"regulars/internal/loyalty"
)

// refusals says what each constraint means to a caller; nil means that only a
// bug of ours can hit it. A test holds the table against the schema, so that
// a new constraint can't be forgotten.
var refusals = map[string]*loyalty.Error{}

// codeRetry is what our own functions raise when what they were given has
// changed under them and the transaction should be decided anew.
const codeRetry = pqerror.Code("RG001")

// wrap adds what was being done to a database error. It turns a refusal by
// the schema into the domain's word for it, and an outage into Unavailable;
// the cause stays in the chain for the log.
func wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*pq.Error](err); ok {
		if refusal := refusals[e.Constraint]; refusal != nil {
			return fmt.Errorf("%s: %w", op, refusal)
		}
	}
	if isOutage(err) {
		away := loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "The service is busy. Please try again in a moment.")
		return fmt.Errorf("%s: %w: %w", op, away, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

// notFound is wrap for a query that must return one row of the named thing,
// such as "customer".
func notFound(op, what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", op, loyalty.Missing(what))
	}
	return wrap(op, err)
}

// isOutage says whether the database was away or too busy, so that the same
// request may well succeed in a moment.
func isOutage(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		switch e.Code {
		case pqerror.QueryCanceled, pqerror.LockNotAvailable, pqerror.AdminShutdown, pqerror.CrashShutdown,
			pqerror.CannotConnectNow, pqerror.IdleInTransactionSessionTimeout, pqerror.ReadOnlySQLTransaction:
			return true
		}
		class := string(e.Code.Class())
		return class == "08" || class == "53" || retryable(err) // connection lost; out of resources
	}
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network
}

// retryable says whether PostgreSQL broke the transaction off for a reason
// that is gone when it is run again.
func retryable(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok {
		return false
	}
	switch e.Code {
	case pqerror.TRSerializationFailure, pqerror.TRDeadlockDetected, codeRetry:
		return true
	}
	return isStale(err)
}

// isStale says whether a prepared statement has outlived the schema it was
// prepared on, or the session.
func isStale(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	if !ok {
		return false
	}
	return e.Code == pqerror.InvalidSQLStatementName ||
		e.Code == pqerror.FeatureNotSupported && strings.HasPrefix(e.Message, "cached plan")
}
