package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/internal/loyalty"
)

type sessionRow struct {
	Hash      []byte     `db:"token_hash"`
	OrgID     loyalty.ID `db:"organization_id"`
	StaffID   loyalty.ID `db:"staff_id"`
	Data      []byte     `db:"data"`
	CreatedAt time.Time  `db:"created_at"`
	SeenAt    time.Time  `db:"seen_at"`
	ExpiresAt time.Time  `db:"expires_at"`
}

// Session implements loyalty.AccessReader.
func (r reader) Session(ctx context.Context, hash []byte) (loyalty.Session, error) {
	const q = `
		SELECT token_hash, organization_id, staff_id, data, created_at, seen_at, expires_at FROM sessions WHERE token_hash = $1`
	var row sessionRow
	if err := r.get(ctx, &row, q, hash); err != nil {
		return loyalty.Session{}, notFound("select session", "session", err)
	}
	s := loyalty.Session{
		Hash: row.Hash, OrgID: row.OrgID, StaffID: row.StaffID, CreatedAt: row.CreatedAt, SeenAt: row.SeenAt, ExpiresAt: row.ExpiresAt,
	}
	if err := json.Unmarshal(row.Data, &s.Data); err != nil {
		return loyalty.Session{}, fmt.Errorf("decode session: %w", err)
	}
	return s, nil
}

// SaveSession implements loyalty.AccessWriter.
func (t *tx) SaveSession(ctx context.Context, s loyalty.Session) error {
	const q = `
		INSERT INTO sessions (token_hash, organization_id, staff_id, data, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, seen_at = excluded.seen_at`
	data := []byte("{}")
	if s.Data != nil {
		var err error
		if data, err = json.Marshal(s.Data); err != nil {
			return fmt.Errorf("encode session: %w", err)
		}
	}
	_, err := t.exec(ctx, q, s.Hash, nullID(s.OrgID), nullID(s.StaffID), string(data), s.CreatedAt, s.SeenAt, s.ExpiresAt)
	return wrap("save session", err)
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
		DELETE FROM sessions WHERE organization_id = $1 AND staff_id = $2 AND ($3::bytea IS NULL OR token_hash <> $3)`
	_, err := t.exec(ctx, q, orgID.String(), staffID.String(), keep)
	return wrap("delete sessions", err)
}

// SignInFailures implements loyalty.AccessReader.
func (r reader) SignInFailures(ctx context.Context, addressHash []byte, since time.Time) (int, error) {
	const q = `SELECT count(*) FROM sign_in_failures WHERE address_hash = $1 AND at > $2`
	var n int
	err := r.get(ctx, &n, q, addressHash, since)
	return n, wrap("count failed sign-ins", err)
}

// AddSignInFailure implements loyalty.AccessWriter.
func (t *tx) AddSignInFailure(ctx context.Context, addressHash []byte, at time.Time) error {
	const q = `INSERT INTO sign_in_failures (address_hash, at) VALUES ($1, $2)`
	_, err := t.exec(ctx, q, addressHash, at)
	return wrap("insert failed sign-in", err)
}

// ClearSignInFailures implements loyalty.AccessWriter.
func (t *tx) ClearSignInFailures(ctx context.Context, addressHash []byte) error {
	const q = `DELETE FROM sign_in_failures WHERE address_hash = $1`
	_, err := t.exec(ctx, q, addressHash)
	return wrap("delete failed sign-ins", err)
}

// Purge implements loyalty.AccessWriter.
func (t *tx) Purge(ctx context.Context, answers, now time.Time, limit int) (int64, error) {
	const oldAnswers = `
		DELETE FROM idempotency_keys k USING (
			SELECT organization_id, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED) o
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
