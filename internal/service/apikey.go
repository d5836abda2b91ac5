package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// CreateKey is a new API key.
type CreateKey struct {
	Name      string // 1–255 characters
	Scopes    []loyalty.Scope
	StoreIDs  []loyalty.ID     // empty means every store
	ExpiresAt time.Time        // zero means never
	Unread    loyalty.Problems // what couldn't be read: it is refused with all else that is wrong
}

// CreatedKey is a new key with its secret, which is shown this once.
type CreatedKey struct {
	loyalty.APIKey
	Secret string
}

// CreateKey makes an API key. It needs loyalty.Administer. There is no Once: a
// key that was made and not seen is revoked, and its secret is never stored.
func (a *Access) CreateKey(ctx context.Context, actor loyalty.Actor, cmd CreateKey) (CreatedKey, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return CreatedKey{}, err
	}
	now := a.now()
	p := cmd.Unread
	cmd.Name = checkName(&p, "name", cmd.Name, 255)
	checkScopes(&p, cmd.Scopes)
	if !cmd.ExpiresAt.IsZero() && !cmd.ExpiresAt.After(now) {
		p.Add("expiresAt", "must be in the future")
	}
	if err := p.Err(); err != nil {
		return CreatedKey{}, err
	}
	if err := a.checkStores(ctx, actor, cmd.StoreIDs); err != nil {
		return CreatedKey{}, err
	}
	text := secret.NewAPIKey()
	hash := secret.Hash(text)
	key := loyalty.APIKey{
		OrgID: actor.OrgID, ID: loyalty.NewID(now), Name: cmd.Name, Prefix: secret.Prefix(text), Hash: hash[:],
		Scopes: cmd.Scopes, StoreIDs: cmd.StoreIDs, ExpiresAt: cmd.ExpiresAt, CreatedAt: now,
	}
	err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.AddAPIKey(ctx, key); err != nil {
			return err
		}
		detail := map[string]any{"scopes": cmd.Scopes}
		return tx.AddAudit(ctx, loyalty.Audit(actor, now, "api_key.create", "api_key", key.ID, detail))
	})
	return CreatedKey{APIKey: key, Secret: text}, err
}

func checkScopes(p *loyalty.Problems, scopes []loyalty.Scope) {
	if len(scopes) == 0 {
		p.Add("scopes", "is required")
	}
	for _, s := range scopes {
		if !slices.Contains(loyalty.KeyScopes(), s) {
			p.Add("scopes", "%s is not a scope", s)
		}
	}
}

// checkStores is a NotFound unless every store is the organization's and the
// actor's.
func (a *Access) checkStores(ctx context.Context, actor loyalty.Actor, ids []loyalty.ID) error {
	for _, id := range ids {
		if _, err := a.AtStore(ctx, actor, id); err != nil {
			return err
		}
	}
	return nil
}

// Keys lists the organization's API keys, newest first. It needs
// loyalty.Administer.
func (a *Access) Keys(ctx context.Context, actor loyalty.Actor) ([]loyalty.APIKey, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	return a.repo.APIKeys(ctx, actor.OrgID)
}

// RevokeKey ends an API key: here at once, on other servers within a second.
// It needs loyalty.Administer.
func (a *Access) RevokeKey(ctx context.Context, actor loyalty.Actor, id loyalty.ID) error {
	if err := actor.Require(loyalty.Administer); err != nil {
		return err
	}
	now := a.now()
	err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := tx.RevokeAPIKey(ctx, actor.OrgID, id, now); err != nil {
			return err
		}
		return tx.AddAudit(ctx, loyalty.Audit(actor, now, "api_key.revoke", "api_key", id, nil))
	})
	if err != nil {
		return err
	}
	a.keys.Range(func(hash, known any) bool {
		if known.(*knownKey).actor.KeyID == id { //nolint:errcheck // nothing else is ever stored
			a.keys.Delete(hash)
		}
		return true
	})
	return nil
}
