package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type staffRow struct {
	OrgID        loyalty.ID     `db:"organization_id"`
	ID           loyalty.ID     `db:"id"`
	Email        string         `db:"email"`
	Name         string         `db:"name"`
	Role         string         `db:"role"`
	PasswordHash string         `db:"password_hash"`
	StoreIDs     pq.StringArray `db:"store_ids"`
	Language     string         `db:"language"`
	CustomerID   loyalty.ID     `db:"customer_id"`
	Active       bool           `db:"is_active"`
	FailedLogins int            `db:"failed_logins"`
	LockedUntil  sql.NullTime   `db:"locked_until"`
	CreatedAt    time.Time      `db:"created_at"`
}

func (r staffRow) domain() loyalty.Staff {
	return loyalty.Staff{
		OrgID: r.OrgID, ID: r.ID, Email: r.Email, Name: r.Name, Role: loyalty.Role(r.Role), PasswordHash: r.PasswordHash,
		StoreIDs: idsOf(r.StoreIDs), Language: r.Language, CustomerID: r.CustomerID, Active: r.Active,
		FailedLogins: r.FailedLogins, LockedUntil: r.LockedUntil.Time, CreatedAt: r.CreatedAt,
	}
}

// StaffByEmail implements loyalty.AccessReader.
func (r reader) StaffByEmail(ctx context.Context, email string) ([]loyalty.Staff, error) {
	const q = `
		SELECT organization_id, id, email, name, role, password_hash, store_ids, language, customer_id, is_active, failed_logins,
			locked_until, created_at
		FROM staff WHERE email = $1 ORDER BY created_at, id`
	var rows []staffRow
	if err := r.list(ctx, &rows, q, email); err != nil {
		return nil, wrap("select staff by e-mail", err)
	}
	return each(rows, staffRow.domain), nil
}

// StaffMember implements loyalty.AccessReader.
func (r reader) StaffMember(ctx context.Context, orgID, id loyalty.ID) (loyalty.Staff, error) {
	const q = `
		SELECT organization_id, id, email, name, role, password_hash, store_ids, language, customer_id, is_active, failed_logins,
			locked_until, created_at
		FROM staff WHERE organization_id = $1 AND id = $2`
	var row staffRow
	if err := r.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.Staff{}, notFound("select staff", "member of staff", err)
	}
	return row.domain(), nil
}

// LockStaff implements loyalty.AccessWriter.
func (t *tx) LockStaff(ctx context.Context, orgID, id loyalty.ID) (loyalty.Staff, error) {
	const q = `
		SELECT organization_id, id, email, name, role, password_hash, store_ids, language, customer_id, is_active, failed_logins,
			locked_until, created_at
		FROM staff WHERE organization_id = $1 AND id = $2 FOR NO KEY UPDATE`
	var row staffRow
	if err := t.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.Staff{}, notFound("lock staff", "member of staff", err)
	}
	return row.domain(), nil
}

// AllStaff implements loyalty.AccessReader.
func (r reader) AllStaff(ctx context.Context, orgID loyalty.ID) ([]loyalty.Staff, error) {
	const q = `
		SELECT organization_id, id, email, name, role, password_hash, store_ids, language, customer_id, is_active, failed_logins,
			locked_until, created_at
		FROM staff WHERE organization_id = $1 ORDER BY lower(name), id`
	var rows []staffRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select staff", err)
	}
	return each(rows, staffRow.domain), nil
}

// AddStaff implements loyalty.AccessWriter.
func (t *tx) AddStaff(ctx context.Context, s loyalty.Staff) error {
	const q = `
		INSERT INTO staff (organization_id, id, email, name, role, password_hash, store_ids, language, customer_id, is_active, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	_, err := t.exec(ctx, q, s.OrgID.String(), s.ID.String(), s.Email, s.Name, string(s.Role), s.PasswordHash, idArray(s.StoreIDs),
		s.Language, nullID(s.CustomerID), s.Active, s.CreatedAt)
	return wrap("insert staff", err)
}

// UpdateStaff implements loyalty.AccessWriter.
func (t *tx) UpdateStaff(ctx context.Context, s loyalty.Staff) error {
	const q = `
		UPDATE staff SET email = $3, name = $4, role = $5, password_hash = $6, store_ids = $7, language = $8, customer_id = $9,
			is_active = $10, failed_logins = $11, locked_until = $12
		WHERE organization_id = $1 AND id = $2`
	n, err := t.exec(ctx, q, s.OrgID.String(), s.ID.String(), s.Email, s.Name, string(s.Role), s.PasswordHash, idArray(s.StoreIDs),
		s.Language, nullID(s.CustomerID), s.Active, s.FailedLogins, nullTime(s.LockedUntil))
	return changedOne("update staff", "member of staff", n, err)
}
