package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// PIN implements loyalty.PINReader.
func (r reader) PIN(ctx context.Context, orgID, staffID loyalty.ID) (string, error) {
	const q = `SELECT hash FROM staff_pins WHERE organization_id = $1 AND staff_id = $2`
	var hash string
	if err := r.get(ctx, &hash, q, orgID.String(), staffID.String()); err != nil {
		return "", notFound("select PIN", "PIN", err)
	}
	return hash, nil
}

// PINs implements loyalty.PINReader.
func (r reader) PINs(ctx context.Context, orgID loyalty.ID) (map[loyalty.ID]time.Time, error) {
	const q = `SELECT staff_id, set_at FROM staff_pins WHERE organization_id = $1`
	var rows []struct {
		StaffID loyalty.ID `db:"staff_id"`
		SetAt   time.Time  `db:"set_at"`
	}
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select PINs", err)
	}
	out := make(map[loyalty.ID]time.Time, len(rows))
	for _, row := range rows {
		out[row.StaffID] = row.SetAt
	}
	return out, nil
}

// SignInFailures implements loyalty.PINReader.
func (r reader) SignInFailures(ctx context.Context, hash []byte, since time.Time) (int, error) {
	const q = `SELECT count(*) FROM sign_in_failures WHERE address_hash = $1 AND at > $2`
	var n int
	err := r.get(ctx, &n, q, hash, since)
	return n, wrap("count failed sign-ins", err)
}

// SetPIN implements loyalty.PINWriter.
func (t *tx) SetPIN(ctx context.Context, orgID, staffID loyalty.ID, hash string, at time.Time) error {
	const q = `
		INSERT INTO staff_pins (organization_id, staff_id, hash, set_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (organization_id, staff_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`
	_, err := t.exec(ctx, q, orgID.String(), staffID.String(), hash, at)
	return wrap("set PIN", err)
}

// RemovePIN implements loyalty.PINWriter.
func (t *tx) RemovePIN(ctx context.Context, orgID, staffID loyalty.ID) error {
	const q = `DELETE FROM staff_pins WHERE organization_id = $1 AND staff_id = $2`
	_, err := t.exec(ctx, q, orgID.String(), staffID.String())
	return wrap("delete PIN", err)
}

// LockDevice implements loyalty.PINWriter.
func (t *tx) LockDevice(ctx context.Context, s loyalty.Session) error {
	const q = `UPDATE sessions SET device_id = $2, opened_by = $3, locked_at = $4, data = $5 WHERE token_hash = $1`
	data, err := encodeData(s.Data)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, q, s.Hash, nullID(s.DeviceID), nullID(s.OpenedBy), nullTime(s.LockedAt), data)
	return wrap("lock device", err)
}

// LockPINSessions implements loyalty.PINWriter.
func (t *tx) LockPINSessions(ctx context.Context, orgID, staffID loyalty.ID, at time.Time) error {
	const q = `
		UPDATE sessions SET locked_at = $3 WHERE organization_id = $1 AND staff_id = $2 AND by_pin AND locked_at IS NULL`
	_, err := t.exec(ctx, q, orgID.String(), staffID.String(), at)
	return wrap("lock sessions", err)
}
