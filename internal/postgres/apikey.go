package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"regulars/internal/loyalty"
)

type apiKeyRow struct {
	OrgID      loyalty.ID     `db:"organization_id"`
	ID         loyalty.ID     `db:"id"`
	Name       string         `db:"name"`
	Prefix     string         `db:"prefix"`
	Hash       []byte         `db:"hash"`
	Scopes     pq.StringArray `db:"scopes"`
	StoreIDs   pq.StringArray `db:"store_ids"`
	ExpiresAt  sql.NullTime   `db:"expires_at"`
	RevokedAt  sql.NullTime   `db:"revoked_at"`
	LastUsedAt sql.NullTime   `db:"last_used_at"`
	CreatedAt  time.Time      `db:"created_at"`
}

func (r apiKeyRow) domain() loyalty.APIKey {
	return loyalty.APIKey{
		OrgID: r.OrgID, ID: r.ID, Name: r.Name, Prefix: r.Prefix, Hash: r.Hash,
		Scopes:    each(r.Scopes, func(s string) loyalty.Scope { return loyalty.Scope(s) }),
		StoreIDs:  idsOf(r.StoreIDs),
		ExpiresAt: r.ExpiresAt.Time, RevokedAt: r.RevokedAt.Time, LastUsedAt: r.LastUsedAt.Time, CreatedAt: r.CreatedAt,
	}
}

// idsOf reads a column of type uuid[].
func idsOf(texts pq.StringArray) []loyalty.ID {
	return each(texts, func(s string) loyalty.ID {
		id, _ := loyalty.ParseID(s) // the column's type lets nothing else in
		return id
	})
}

// APIKeyByHash implements loyalty.AccessReader.
func (r reader) APIKeyByHash(ctx context.Context, hash []byte) (loyalty.APIKey, error) {
	const q = `
		SELECT organization_id, id, name, prefix, hash, scopes, store_ids, expires_at, revoked_at, last_used_at, created_at
		FROM api_keys WHERE hash = $1`
	var row apiKeyRow
	if err := r.get(ctx, &row, q, hash); err != nil {
		return loyalty.APIKey{}, notFound("select API key", "API key", err)
	}
	return row.domain(), nil
}

// APIKeys implements loyalty.AccessReader.
func (r reader) APIKeys(ctx context.Context, orgID loyalty.ID) ([]loyalty.APIKey, error) {
	const q = `
		SELECT organization_id, id, name, prefix, hash, scopes, store_ids, expires_at, revoked_at, last_used_at, created_at
		FROM api_keys WHERE organization_id = $1 ORDER BY created_at DESC, id DESC`
	var rows []apiKeyRow
	if err := r.list(ctx, &rows, q, orgID.String()); err != nil {
		return nil, wrap("select API keys", err)
	}
	return each(rows, apiKeyRow.domain), nil
}

// AddAPIKey implements loyalty.AccessWriter.
func (t *tx) AddAPIKey(ctx context.Context, k loyalty.APIKey) error {
	const q = `
		INSERT INTO api_keys (organization_id, id, name, prefix, hash, scopes, store_ids, expires_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	scopes := each(k.Scopes, func(s loyalty.Scope) string { return string(s) })
	_, err := t.exec(ctx, q, k.OrgID.String(), k.ID.String(), k.Name, k.Prefix, k.Hash, pq.Array(scopes), idArray(k.StoreIDs),
		nullTime(k.ExpiresAt), k.CreatedAt)
	return wrap("insert API key", err)
}

// RevokeAPIKey implements loyalty.AccessWriter.
func (t *tx) RevokeAPIKey(ctx context.Context, orgID, id loyalty.ID, at time.Time) error {
	const q = `
		UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) WHERE organization_id = $1 AND id = $2`
	n, err := t.exec(ctx, q, orgID.String(), id.String(), at)
	return changedOne("revoke API key", "API key", n, err)
}

// TouchAPIKey implements loyalty.AccessWriter.
func (t *tx) TouchAPIKey(ctx context.Context, orgID, id loyalty.ID, at time.Time) error {
	const q = `UPDATE api_keys SET last_used_at = $3 WHERE organization_id = $1 AND id = $2`
	_, err := t.exec(ctx, q, orgID.String(), id.String(), at)
	return wrap("touch API key", err)
}
