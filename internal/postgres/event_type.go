package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// EventTypes implements loyalty.CatalogReader.
func (r reader) EventTypes(ctx context.Context, orgID loyalty.ID) ([]loyalty.EventType, error) {
	const q = `
		SELECT organization_id, id, key, name, mode, points, rate, max_per_customer_per_day, cooldown_seconds, is_active, created_at,
			updated_at
		FROM event_types WHERE organization_id = $1 ORDER BY key COLLATE "C"`
	var rows []eventTypeRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select event types", err)
	}
	return each(rows, eventTypeRow.domain), nil
}

// EventType implements loyalty.CatalogReader.
func (r reader) EventType(ctx context.Context, orgID, id loyalty.ID) (loyalty.EventType, error) {
	const q = `
		SELECT organization_id, id, key, name, mode, points, rate, max_per_customer_per_day, cooldown_seconds, is_active, created_at,
			updated_at
		FROM event_types WHERE organization_id = $1 AND id = $2`
	var row eventTypeRow
	if err := r.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.EventType{}, notFound("select event type", "event type", err)
	}
	return row.domain(), nil
}

// AddEventType implements loyalty.CatalogWriter.
func (t *tx) AddEventType(ctx context.Context, e loyalty.EventType) error {
	const q = `
		INSERT INTO event_types (organization_id, id, key, name, mode, points, rate, max_per_customer_per_day, cooldown_seconds,
			is_active, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), nullif($7::bigint, 0), $8, $9, $10, $11, $12)`
	_, err := t.exec(ctx, q, e.OrgID.String(), e.ID.String(), e.Key, e.Name, string(e.Mode), int64(e.Points), int64(e.Rate),
		nullInt(e.MaxPerDay), nullInt(int(e.Cooldown/time.Second)), e.Active, e.CreatedAt, e.UpdatedAt)
	return wrap("insert event type", err)
}

// SaveEventType implements loyalty.CatalogWriter.
func (t *tx) SaveEventType(ctx context.Context, e loyalty.EventType) error {
	const q = `
		UPDATE event_types SET name = $3, mode = $4, points = nullif($5::bigint, 0), rate = nullif($6::bigint, 0),
			max_per_customer_per_day = $7, cooldown_seconds = $8, is_active = $9, updated_at = $10
		WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, e.OrgID.String(), e.ID.String(), e.Name, string(e.Mode), int64(e.Points), int64(e.Rate),
		nullInt(e.MaxPerDay), nullInt(int(e.Cooldown/time.Second)), e.Active, e.UpdatedAt)
	return wrap("update event type", err)
}

// DeleteEventType implements loyalty.CatalogWriter.
func (t *tx) DeleteEventType(ctx context.Context, orgID, id loyalty.ID) (bool, error) {
	const q = `
		DELETE FROM event_types x WHERE x.organization_id = $1 AND x.id = $2
			AND NOT EXISTS (SELECT FROM event_counts c WHERE c.organization_id = $1 AND c.event_type_id = $2)`
	n, err := t.exec(ctx, q, orgID.String(), id.String())
	return n == 1, wrap("delete event type", err)
}
