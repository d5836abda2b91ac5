package loyalty

import "context"

// CardReader finds membership cards. A revoked one is not there.
type CardReader interface {
	// CardByToken finds a card of any organization by the hash of its token.
	CardByToken(ctx context.Context, hash []byte) (Card, error)
	// CardByCode is the organization's card with the code.
	CardByCode(ctx context.Context, orgID ID, code string) (Card, error)
	// CardOf is the customer's card, the latest if there are several.
	CardOf(ctx context.Context, orgID, customerID ID) (Card, error)
}

// CardWriter issues and revokes membership cards.
type CardWriter interface {
	// AddCard issues the card; a NotFound when there is no such customer, or
	// the person was forgotten.
	AddCard(ctx context.Context, c Card) error
	// RevokeCards ends every card of the customer and says how many there were.
	RevokeCards(ctx context.Context, orgID, customerID ID) (int, error)
}
