package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

type sessionRow struct {
	Hash      []byte       `db:"token_hash"`
	OrgID     loyalty.ID   `db:"organization_id"`
	StaffID   loyalty.ID   `db:"staff_id"`
	Data      []byte       `db:"data"`
	CreatedAt time.Time    `db:"created_at"`
	SeenAt    time.Time    `db:"seen_at"`
	ExpiresAt time.Time    `db:"expires_at"`
	DeviceID  loyalty.ID   `db:"device_id"`
	OpenedBy  loyalty.ID   `db:"opened_by"`
	LockedAt  sql.NullTime `db:"locked_at"`
	ByPIN     bool         `db:"by_pin"`
}

func (r sessionRow) domain() (loyalty.Session, error) {
	s := loyalty.Session{
		Hash: r.Hash, OrgID: r.OrgID, StaffID: r.StaffID, CreatedAt: r.CreatedAt, SeenAt: r.SeenAt, ExpiresAt: r.ExpiresAt,
		DeviceID: r.DeviceID, OpenedBy: r.OpenedBy, LockedAt: r.LockedAt.Time, ByPIN: r.ByPIN,
	}
	if err := json.Unmarshal(r.Data, &s.Data); err != nil {
		return loyalty.Session{}, fmt.Errorf("decode session: %w", err)
	}
	return s, nil
}

// Arrival implements loyalty.AccessReader.
func (r reader) Arrival(ctx context.Context, hash []byte) (loyalty.Arrival, error) {
	const q = `
		SELECT (a.session).token_hash, (a.session).organization_id, (a.session).staff_id, (a.session).data, (a.session).created_at,
			(a.session).seen_at, (a.session).expires_at, (a.session).device_id, (a.session).opened_by, (a.session).locked_at, (a.session).by_pin,
			(a.person).organization_id AS "person.organization_id", (a.person).id AS "person.id",
			(a.person).email AS "person.email", (a.person).name AS "person.name", (a.person).role AS "person.role",
			(a.person).password_hash AS "person.password_hash", (a.person).store_ids AS "person.store_ids",
			(a.person).language AS "person.language", (a.person).customer_id AS "person.customer_id",
			(a.person).is_active AS "person.is_active", (a.person).failed_logins AS "person.failed_logins",
			(a.person).locked_until AS "person.locked_until", (a.person).created_at AS "person.created_at", a.config_version
		FROM session_of($1) a`
	var row struct {
		sessionRow
		Person staffRow `db:"person"`
		Config int64    `db:"config_version"`
	}
	if err := r.get(wherever(ctx), &row, q, hash); err != nil {
		return loyalty.Arrival{}, notFound("select session", "session", err)
	}
	session, err := row.sessionRow.domain()
	return loyalty.Arrival{Session: session, Staff: row.Person.domain(), Config: row.Config}, err
}

// SessionsOf implements loyalty.AccessReader.
func (r reader) SessionsOf(ctx context.Context, orgID, staffID loyalty.ID) ([]loyalty.Session, error) {
	const q = `
		SELECT token_hash, organization_id, staff_id, data, created_at, seen_at, expires_at, device_id, opened_by, locked_at, by_pin
		FROM sessions WHERE organization_id = $1 AND staff_id = $2 ORDER BY seen_at DESC`
	var rows []sessionRow
	if err := r.list(ctx, &rows, q, orgID.String(), staffID.String()); err != nil {
		return nil, wrap("select sessions", err)
	}
	out := make([]loyalty.Session, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = row.domain(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Tills implements loyalty.AccessReader.
func (r reader) Tills(ctx context.Context, orgID loyalty.ID, since, now time.Time) ([]loyalty.Tills, error) {
	const q = `
		SELECT coalesce((s.data->>'store')::uuid, CASE WHEN cardinality(p.store_ids) = 1 THEN p.store_ids[1] END) AS store_id,
			count(*) AS open, max(s.seen_at) AS seen_at
		FROM sessions s JOIN staff p ON p.organization_id = $1 AND p.id = s.staff_id
		WHERE s.organization_id = $1 AND s.seen_at >= $2 AND s.expires_at > $3 AND p.is_active AND (s.device_id IS NOT NULL OR p.role = 'cashier')
		GROUP BY 1`
	var rows []struct {
		StoreID loyalty.ID `db:"store_id"`
		Open    int        `db:"open"`
		SeenAt  time.Time  `db:"seen_at"`
	}
	err := r.list(ctx, &rows, q, orgID.String(), since, now)
	out := make([]loyalty.Tills, len(rows))
	for i, row := range rows {
		out[i] = loyalty.Tills(row)
	}
	return out, wrap("select tills", err)
}

// LockSession implements loyalty.AccessWriter.
func (t *tx) LockSession(ctx context.Context, hash []byte) (loyalty.Session, error) {
	const q = `
		SELECT token_hash, organization_id, staff_id, data, created_at, seen_at, expires_at, device_id, opened_by, locked_at, by_pin
		FROM sessions WHERE token_hash = $1
		FOR NO KEY UPDATE`
	var row sessionRow
	if err := t.get(ctx, &row, q, hash); err != nil {
		return loyalty.Session{}, notFound("lock session", "session", err)
	}
	return row.domain()
}

// AddSession implements loyalty.AccessWriter.
func (t *tx) AddSession(ctx context.Context, s loyalty.Session) error {
	const q = `
		INSERT INTO sessions (token_hash, organization_id, staff_id, data, created_at, seen_at, expires_at, device_id, opened_by, by_pin)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	data, err := encodeData(s.Data)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, q, s.Hash, nullID(s.OrgID), nullID(s.StaffID), data, s.CreatedAt, s.SeenAt, s.ExpiresAt,
		nullID(s.DeviceID), nullID(s.OpenedBy), s.ByPIN)
	return wrap("insert session", err)
}

// SaveSession implements loyalty.AccessWriter.
func (t *tx) SaveSession(ctx context.Context, s loyalty.Session) error {
	const q = `UPDATE sessions SET data = $2, seen_at = $3 WHERE token_hash = $1`
	data, err := encodeData(s.Data)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, q, s.Hash, data, s.SeenAt)
	return wrap("update session", err)
}

func encodeData(data map[string]string) (string, error) {
	if len(data) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(data)
	if err != nil {
		return "", fmt.Errorf("encode session: %w", err)
	}
	return string(b), nil
}

// EndSession implements loyalty.AccessWriter.
func (t *tx) EndSession(ctx context.Context, hash []byte) error {
	const q = `DELETE FROM sessions WHERE token_hash = $1`
	_, err := t.exec(ctx, q, hash)
	return wrap("delete session", err)
}

// EndSessionsOf implements loyalty.AccessWriter.
func (t *tx) EndSessionsOf(ctx context.Context, orgID, staffID loyalty.ID, keep []byte) error {
	const q = `
		DELETE FROM sessions WHERE organization_id = $1 AND (staff_id = $2 OR opened_by = $2) AND ($3::bytea IS NULL OR token_hash <> $3)`
	_, err := t.exec(ctx, q, orgID.String(), staffID.String(), keep)
	return wrap("delete sessions", err)
}

// AddSignInFailure implements loyalty.AccessWriter. The lock makes those who
// guess at once be counted one after the other.
func (t *tx) AddSignInFailure(ctx context.Context, hash []byte, at time.Time, memory time.Duration, limit int) (time.Duration, error) {
	const lock = `SELECT pg_advisory_xact_lock(hashtextextended('sign-in ' || encode($1, 'hex'), 0))`
	const first = `
		SELECT max(at) FROM (
			SELECT at FROM sign_in_failures WHERE address_hash = $1 AND at > $2 ORDER BY at DESC OFFSET $3 - 1 LIMIT 1
		) f`
	const add = `INSERT INTO sign_in_failures (address_hash, at) VALUES ($1, $2)`
	if _, err := t.exec(ctx, lock, hash); err != nil {
		return 0, wrap("lock failed sign-ins", err)
	}
	var full sql.NullTime // when the first of the last so many was
	if err := t.get(ctx, &full, first, hash, at.Add(-memory), limit); err != nil {
		return 0, wrap("look for failed sign-ins", err)
	}
	if full.Valid {
		return full.Time.Add(memory).Sub(at), nil
	}
	_, err := t.exec(ctx, add, hash, at)
	return 0, wrap("count failed sign-in", err)
}

// ForgiveSignIn implements loyalty.AccessWriter.
func (t *tx) ForgiveSignIn(ctx context.Context, account, address []byte, at time.Time) error {
	const all = `DELETE FROM sign_in_failures WHERE address_hash = $1`
	const one = `
		DELETE FROM sign_in_failures WHERE ctid = (
			SELECT ctid FROM sign_in_failures WHERE address_hash = $1 AND at = $2 LIMIT 1 FOR UPDATE SKIP LOCKED)`
	if _, err := t.exec(ctx, all, account); err != nil {
		return wrap("forgive account", err)
	}
	_, err := t.exec(ctx, one, address, at)
	return wrap("forgive address", err)
}

// Purge implements loyalty.AccessWriter.
func (t *tx) Purge(ctx context.Context, answers, now time.Time, limit int) (int64, error) {
	// An answer is as old as the database's clock says, by which it is looked
	// up: a server whose clock runs ahead must not take it from a repeat.
	const oldAnswers = `
		DELETE FROM idempotency_keys k USING (
			SELECT organization_id, key FROM idempotency_keys
			WHERE created_at < least($1::timestamptz, now() - interval '24 hours') ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) o
		WHERE k.organization_id = o.organization_id AND k.key = o.key`
	const oldSessions = `
		DELETE FROM sessions WHERE token_hash IN (
			SELECT token_hash FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	const oldFailures = `DELETE FROM sign_in_failures WHERE at < $1`
	gone, err := t.exec(ctx, oldAnswers, answers, limit)
	if err != nil {
		return 0, wrap("purge answers", err)
	}
	n, err := t.exec(ctx, oldSessions, now, limit)
	if err != nil {
		return 0, wrap("purge sessions", err)
	}
	gone += n
	if n, err = t.exec(ctx, oldFailures, now.Add(-24*time.Hour)); err != nil {
		return 0, wrap("purge failed sign-ins", err)
	}
	return gone + n, nil
}
