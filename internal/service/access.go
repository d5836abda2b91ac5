package service

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// Access is who may come in: organizations and their stores, staff with their
// sessions, and API keys.
type Access struct {
	*Core
	keys    sync.Map // [32]byte → *knownKey, at most one for each key there is
	reads   singleflight.Group
	isSetUp atomic.Bool // there is an organization
}

// NewAccess returns the use cases of access.
func NewAccess(c *Core) *Access { return &Access{Core: c} }

const (
	// A key revoked on another server works here no longer than this.
	keyMemory = 900 * time.Millisecond
	// How often it is written down that a key was used.
	touchEvery = time.Minute
)

// knownKey is an API key as it was a moment ago.
type knownKey struct {
	actor     loyalty.Actor
	expiresAt time.Time
	read      time.Time // by the clock of the machine, which tests don't set
	touched   *atomic.Int64
}

// Authenticate is the actor behind an API key; Unauthorized when the key is
// unknown, expired or revoked.
func (a *Access) Authenticate(ctx context.Context, key string) (loyalty.Actor, error) {
	a.asked.Store(time.Now().UnixNano())
	if !secret.IsAPIKey(key) {
		return loyalty.Actor{}, noSuchKey()
	}
	hash := secret.Hash(key)
	known, ok := a.known(hash)
	if !ok || time.Since(known.read) > keyMemory {
		var err error
		if known, err = a.readKey(ctx, hash); err != nil {
			return loyalty.Actor{}, err
		}
	}
	now := a.now()
	if !known.expiresAt.IsZero() && !now.Before(known.expiresAt) {
		return loyalty.Actor{}, noSuchKey()
	}
	a.touch(ctx, known)
	return known.actor, nil
}

func noSuchKey() error {
	return loyalty.Errorf(loyalty.Unauthorized, loyalty.CodeUnauthorized, "This API key is unknown, expired or revoked.")
}

func (a *Access) known(hash [32]byte) (*knownKey, bool) {
	v, ok := a.keys.Load(hash)
	if !ok {
		return nil, false
	}
	return v.(*knownKey), true //nolint:errcheck // nothing else is ever stored
}

// readKey asks the database for the key, once for all who ask at the moment.
func (a *Access) readKey(ctx context.Context, hash [32]byte) (*knownKey, error) {
	v, err, _ := a.reads.Do(string(hash[:]), func() (any, error) {
		// The answer is for all who wait, not only for the one who asked first.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		begun := time.Now()
		k, err := a.repo.APIKeyByHash(ctx, hash[:])
		if loyalty.KindOf(err) == loyalty.NotFound || err == nil && !k.RevokedAt.IsZero() {
			a.keys.Delete(hash)
			return nil, noSuchKey()
		}
		if err != nil {
			return nil, err
		}
		touched := new(atomic.Int64)
		if before, ok := a.known(hash); ok {
			touched = before.touched
		}
		known := &knownKey{actor: k.Actor(), expiresAt: k.ExpiresAt, read: begun, touched: touched}
		a.keys.Store(hash, known)
		return known, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*knownKey), nil //nolint:errcheck // that is what is returned above
}

// touch notes in the background that the key was used, now and then: nobody
// waits for it, and nothing is lost when it fails.
func (a *Access) touch(ctx context.Context, known *knownKey) {
	last, now := known.touched.Load(), time.Now().UnixNano()
	if now-last < int64(touchEvery) || !known.touched.CompareAndSwap(last, now) {
		return
	}
	at, ctx := a.now(), context.WithoutCancel(ctx)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			return tx.TouchAPIKey(ctx, known.actor.OrgID, known.actor.KeyID, at)
		})
		if err != nil {
			a.log.WarnContext(ctx, "note the use of an API key", "err", err)
		}
	}()
}

// AtStore is actor at work in the store. A store that isn't the
// organization's, or that actor may not act at, is a NotFound.
func (a *Access) AtStore(ctx context.Context, actor loyalty.Actor, storeID loyalty.ID) (loyalty.Actor, error) {
	if err := actor.RequireStore(storeID); err != nil {
		return loyalty.Actor{}, err
	}
	if cfg, ok := a.configs.Load(actor.OrgID); ok {
		// Stores are never deleted, so one that was there is there.
		if _, err := cfg.(*loyalty.Config).Store(storeID); err == nil { //nolint:errcheck // nothing else is ever stored
			actor.StoreID = storeID
			return actor, nil
		}
	}
	cfg, err := a.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Actor{}, err
	}
	if _, err := cfg.Store(storeID); err != nil {
		return loyalty.Actor{}, err
	}
	actor.StoreID = storeID
	return actor, nil
}

// SaveRefusal keeps the refusal that a key was answered with, so that a repeat
// is refused alike. Where the key was answered before, it returns what to
// answer now: a Replayed or a KeyReused.
func (a *Access) SaveRefusal(ctx context.Context, orgID loyalty.ID, once loyalty.Once, answer loyalty.Answer) error {
	refusal := loyalty.StoredAnswer{Key: once.Key, Fingerprint: once.Fingerprint, Answer: answer}
	err := a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.SaveAnswer(ctx, orgID, refusal) })
	if !errors.Is(err, loyalty.ErrKeyTaken) {
		return err
	}
	stored, err := a.repo.StoredAnswer(ctx, orgID, once.Key)
	if err != nil {
		return err
	}
	return once.Check(stored)
}
