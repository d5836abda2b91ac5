package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

// Programs implements loyalty.CatalogReader.
func (r reader) Programs(ctx context.Context, orgID loyalty.ID) ([]loyalty.Program, error) {
	const q = `
		SELECT organization_id, id, name, rate, currency_per_point, is_active, expire_after_days, tier_downgrade, negative_balance,
			claim_window_days, anomaly_settings, version, created_at, updated_at
		FROM programs WHERE organization_id = $1 ORDER BY is_active DESC, created_at DESC, id DESC`
	var rows []programRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select programs", err)
	}
	tiers, err := r.tiers(ctx, orgID, each(rows, func(p programRow) loyalty.ID { return p.ID })...)
	if err != nil {
		return nil, err
	}
	ladders := make(map[loyalty.ID][]loyalty.Tier, len(rows))
	for _, t := range tiers {
		ladders[t.ProgramID] = append(ladders[t.ProgramID], t)
	}
	return each(rows, func(p programRow) loyalty.Program { return p.domain(ladders[p.ID]) }), nil
}

// Program implements loyalty.CatalogReader.
func (r reader) Program(ctx context.Context, orgID, id loyalty.ID) (loyalty.Program, error) {
	const q = `
		SELECT organization_id, id, name, rate, currency_per_point, is_active, expire_after_days, tier_downgrade, negative_balance,
			claim_window_days, anomaly_settings, version, created_at, updated_at
		FROM programs WHERE organization_id = $1 AND id = $2`
	var row programRow
	if err := r.get(ctx, &row, q, orgID.String(), id.String()); err != nil {
		return loyalty.Program{}, notFound("select program", "program", err)
	}
	tiers, err := r.tiers(ctx, orgID, id)
	if err != nil {
		return loyalty.Program{}, err
	}
	return row.domain(tiers), nil
}

// ProgramOfTier implements loyalty.CatalogReader.
func (r reader) ProgramOfTier(ctx context.Context, orgID, tierID loyalty.ID) (loyalty.Program, error) {
	const q = `SELECT program_id FROM tiers WHERE organization_id = $1 AND id = $2`
	var id loyalty.ID
	if err := r.get(ctx, &id, q, orgID.String(), tierID.String()); err != nil {
		return loyalty.Program{}, notFound("select tier", "tier", err)
	}
	return r.Program(ctx, orgID, id)
}

// LockCatalog implements loyalty.CatalogWriter.
func (t *tx) LockCatalog(ctx context.Context, orgID loyalty.ID) error {
	const q = `SELECT id FROM organizations WHERE id = $1 FOR NO KEY UPDATE`
	var id loyalty.ID
	return notFound("lock catalog", "organization", t.get(ctx, &id, q, orgID.String()))
}

// BumpConfig implements loyalty.CatalogWriter.
func (t *tx) BumpConfig(ctx context.Context, orgID loyalty.ID) error {
	const q = `UPDATE organizations SET config_version = config_version + 1 WHERE id = $1`
	_, err := t.exec(ctx, q, orgID.String())
	return wrap("raise configuration version", err)
}

// AddProgram implements loyalty.CatalogWriter.
func (t *tx) AddProgram(ctx context.Context, p loyalty.Program) error {
	const q = `
		INSERT INTO programs (organization_id, id, name, rate, currency_per_point, is_active, expire_after_days, tier_downgrade,
			negative_balance, claim_window_days, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	_, err := t.exec(ctx, q, p.OrgID.String(), p.ID.String(), p.Name, int64(p.Rate), int64(p.CurrencyPerPoint), p.Active,
		nullInt(p.ExpireAfterDays), string(p.TierDowngrade), string(p.NegativeBalance), p.ClaimWindowDays, p.Version, p.CreatedAt,
		p.UpdatedAt)
	return wrap("insert program", err)
}

// SaveProgram implements loyalty.CatalogWriter.
func (t *tx) SaveProgram(ctx context.Context, p loyalty.Program) error {
	const q = `
		UPDATE programs SET name = $3, rate = $4, currency_per_point = $5, is_active = $6, expire_after_days = $7, tier_downgrade = $8,
			negative_balance = $9, claim_window_days = $10, version = $11, updated_at = $12
		WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, p.OrgID.String(), p.ID.String(), p.Name, int64(p.Rate), int64(p.CurrencyPerPoint), p.Active,
		nullInt(p.ExpireAfterDays), string(p.TierDowngrade), string(p.NegativeBalance), p.ClaimWindowDays, p.Version, p.UpdatedAt)
	return wrap("update program", err)
}

// DeactivatePrograms implements loyalty.CatalogWriter.
func (t *tx) DeactivatePrograms(ctx context.Context, orgID, except loyalty.ID, at time.Time) error {
	const q = `
		UPDATE programs SET is_active = false, version = version + 1, updated_at = $3
		WHERE organization_id = $1 AND id <> $2 AND is_active`
	_, err := t.exec(ctx, q, orgID.String(), except.String(), at)
	return wrap("deactivate programs", err)
}

// DeleteProgram implements loyalty.CatalogWriter.
func (t *tx) DeleteProgram(ctx context.Context, orgID, id loyalty.ID) error {
	const rewards = `DELETE FROM rewards WHERE organization_id = $1 AND program_id = $2`
	const program = `DELETE FROM programs WHERE organization_id = $1 AND id = $2`
	if _, err := t.exec(ctx, rewards, orgID.String(), id.String()); err != nil {
		err = wrap("delete the program's rewards", err)
		if loyalty.KindOf(err) == loyalty.Conflict {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Rewards of this program were redeemed, so it is kept.")
		}
		return err
	}
	_, err := t.exec(ctx, program, orgID.String(), id.String())
	return wrap("delete program", err)
}

// nullInt is n as a parameter: NULL for 0.
func nullInt(n int) any {
	if n == 0 {
		return nil
	}
	return n
}
