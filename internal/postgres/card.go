package postgres

import (
	"context"
	"time"

	"regulars/internal/loyalty"
)

type cardRow struct {
	OrgID      loyalty.ID `db:"organization_id"`
	Code       string     `db:"code"`
	CustomerID loyalty.ID `db:"customer_id"`
	Seed       []byte     `db:"seed"`
	TokenHash  []byte     `db:"token_hash"`
	IssuedAt   time.Time  `db:"issued_at"`
}

func (r reader) card(ctx context.Context, query string, args ...any) (loyalty.Card, error) {
	var row cardRow
	if err := r.get(ctx, &row, query, args...); err != nil {
		return loyalty.Card{}, notFound("select card", "card", err)
	}
	return loyalty.Card{
		OrgID: row.OrgID, Code: row.Code, CustomerID: row.CustomerID, Seed: row.Seed, TokenHash: row.TokenHash, IssuedAt: row.IssuedAt,
	}, nil
}

// CardByToken implements loyalty.CardReader.
func (r reader) CardByToken(ctx context.Context, hash []byte) (loyalty.Card, error) {
	const q = `SELECT organization_id, code, customer_id, seed, token_hash, issued_at FROM cards WHERE token_hash = $1`
	return r.card(ctx, q, hash)
}

// CardByCode implements loyalty.CardReader.
func (r reader) CardByCode(ctx context.Context, orgID loyalty.ID, code string) (loyalty.Card, error) {
	const q = `
		SELECT organization_id, code, customer_id, seed, token_hash, issued_at FROM cards WHERE organization_id = $1 AND code = $2`
	return r.card(ctx, q, orgID.String(), code)
}

// CardOf implements loyalty.CardReader.
func (r reader) CardOf(ctx context.Context, orgID, customerID loyalty.ID) (loyalty.Card, error) {
	const q = `
		SELECT organization_id, code, customer_id, seed, token_hash, issued_at FROM cards
		WHERE organization_id = $1 AND customer_id = $2 ORDER BY issued_at DESC LIMIT 1`
	return r.card(ctx, q, orgID.String(), customerID.String())
}

// AddCard implements loyalty.CardWriter. The customer's row is held, so that
// nobody is forgotten while a card is made.
func (t *tx) AddCard(ctx context.Context, c loyalty.Card) error {
	const q = `
		INSERT INTO cards (organization_id, code, customer_id, seed, token_hash, issued_at)
		SELECT c.organization_id, $3, c.id, $4, $5, $6 FROM customers c
		WHERE c.organization_id = $1 AND c.id = $2 AND c.anonymized_at IS NULL FOR SHARE`
	n, err := t.exec(ctx, q, c.OrgID.String(), c.CustomerID.String(), c.Code, c.Seed, c.TokenHash, c.IssuedAt)
	return changedOne("insert card", "customer", n, err)
}

// RevokeCards implements loyalty.CardWriter.
func (t *tx) RevokeCards(ctx context.Context, orgID, customerID loyalty.ID) (int, error) {
	const q = `DELETE FROM cards WHERE organization_id = $1 AND customer_id = $2`
	n, err := t.exec(ctx, q, orgID.String(), customerID.String())
	return int(n), wrap("delete cards", err)
}
