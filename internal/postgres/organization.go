package postgres

import (
	"context"

	"regulars/internal/loyalty"
)

// Organizations implements loyalty.AccessReader.
func (r reader) Organizations(ctx context.Context) ([]loyalty.Organization, error) {
	const q = `
		SELECT id, slug, name, currency, time_zone, config_version, created_at FROM organizations ORDER BY created_at, id`
	var rows []organizationRow
	if err := r.list(ctx, &rows, q); err != nil {
		return nil, wrap("select organizations", err)
	}
	return each(rows, organizationRow.domain), nil
}

// AddOrganization implements loyalty.AccessWriter.
func (t *tx) AddOrganization(ctx context.Context, o loyalty.Organization) error {
	const q = `
		INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ($1, $2, $3, $4, $5, $6)`
	_, err := t.exec(ctx, q, o.ID.String(), o.Slug, o.Name, o.Currency, o.TimeZone, o.CreatedAt)
	return wrap("insert organization", err)
}

// Stores implements loyalty.AccessReader.
func (r reader) Stores(ctx context.Context, orgID loyalty.ID) ([]loyalty.Store, error) {
	const q = `
		SELECT organization_id, id, name, external_id, currency, time_zone, is_active, opening_hours, created_at
		FROM stores WHERE organization_id = $1 ORDER BY created_at, id`
	var rows []storeRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select stores", err)
	}
	return each(rows, storeRow.domain), nil
}

// AddStore implements loyalty.AccessWriter.
func (t *tx) AddStore(ctx context.Context, s loyalty.Store) error {
	const q = `
		INSERT INTO stores (organization_id, id, name, external_id, currency, time_zone, is_active, created_at, opening_hours)
		VALUES ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9::jsonb)`
	_, err := t.exec(ctx, q, s.OrgID.String(), s.ID.String(), s.Name, s.ExternalID, s.Currency, s.TimeZone, s.Active, s.CreatedAt, hoursDoc(s.Hours))
	return wrap("insert store", err)
}

// UpdateStore implements loyalty.AccessWriter.
func (t *tx) UpdateStore(ctx context.Context, s loyalty.Store) error {
	const q = `
		UPDATE stores SET name = $3, external_id = nullif($4, ''), currency = $5, time_zone = $6, is_active = $7, opening_hours = $8::jsonb
		WHERE organization_id = $1 AND id = $2`
	n, err := t.exec(ctx, q, s.OrgID.String(), s.ID.String(), s.Name, s.ExternalID, s.Currency, s.TimeZone, s.Active, hoursDoc(s.Hours))
	return changedOne("update store", "store", n, err)
}

// changedOne is wrap for a statement that must change the row of one thing.
func changedOne(op, what string, n int64, err error) error {
	if err == nil && n == 0 {
		return loyalty.Missing(what)
	}
	return wrap(op, err)
}
