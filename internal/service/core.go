// Package service holds the use cases: who may, what happens, in which
// transaction. Every surface calls these and nothing below them. It knows
// neither HTTP nor SQL.
package service

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"regulars/internal/loyalty"
)

// Core is what every use case is built from. It is safe for concurrent use.
type Core struct {
	repo    loyalty.Repository
	now     func() time.Time
	log     *slog.Logger
	configs sync.Map // loyalty.ID → *loyalty.Config
	queues  [256]line
	posted  posted
	exams   *examiner
	asked   atomic.Int64 // when somebody last asked for something, in nanoseconds since 1970
}

// NewCore returns the core over repo, telling the time by now.
func NewCore(repo loyalty.Repository, now func() time.Time, log *slog.Logger) *Core {
	c := &Core{repo: repo, now: now, log: log}
	for i := range c.queues {
		c.queues[i].turn = make(chan struct{}, 1)
	}
	c.exams = newExaminer(c)
	return c
}

// config is what the organization has set up. version is the one a snapshot
// has just read, or 0 to ask the database.
func (c *Core) config(ctx context.Context, orgID loyalty.ID, version int64) (*loyalty.Config, error) {
	return c.configFrom(ctx, c.repo, orgID, version)
}

// configFrom is config asking from, which inside a transaction must be the
// transaction: when every connection of the pool is in one, none is left.
func (c *Core) configFrom(ctx context.Context, from loyalty.LedgerReader, orgID loyalty.ID, version int64) (*loyalty.Config, error) {
	if kept, ok := c.known(orgID); ok {
		if version == 0 {
			var err error
			if version, err = from.ConfigVersion(ctx, orgID); err != nil {
				return nil, err
			}
		}
		if version == kept.Version {
			return kept, nil
		}
	}
	cfg, err := from.Config(ctx, orgID)
	if err != nil {
		return nil, err
	}
	c.configs.Store(orgID, cfg)
	return cfg, nil
}

// known is what is remembered of the organization; it may be old.
func (c *Core) known(orgID loyalty.ID) (cfg *loyalty.Config, ok bool) {
	kept, ok := c.configs.Load(orgID)
	if !ok {
		return nil, false
	}
	return kept.(*loyalty.Config), true //nolint:errcheck // nothing else is ever stored
}

// Config is what actor's organization has set up: stores and active program.
func (c *Core) Config(ctx context.Context, actor loyalty.Actor) (*loyalty.Config, error) {
	if actor.Role == loyalty.Nobody {
		return nil, actor.Require(loyalty.LoyaltyRead)
	}
	return c.config(ctx, actor.OrgID, 0)
}

// StoreOf is the store that actor works at; NotFound when at none.
func (c *Core) StoreOf(ctx context.Context, actor loyalty.Actor) (loyalty.Store, error) {
	if known, ok := c.configs.Load(actor.OrgID); ok {
		// Stores' currency and time zone never change, so any version will do.
		if store, err := known.(*loyalty.Config).Store(actor.StoreID); err == nil { //nolint:errcheck // nothing else is ever stored
			return store, nil
		}
	}
	cfg, err := c.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Store{}, err
	}
	return cfg.Store(actor.StoreID)
}

// once runs fn in a transaction under the key: a repeat gets the first answer,
// as a loyalty.Replayed, and one that comes while the first is still running
// is refused.
func once[T any](ctx context.Context, c *Core, orgID loyalty.ID, o loyalty.Once, fn func(ctx context.Context, tx loyalty.Tx) (T, error)) (T, error) {
	var result, zero T
	err := c.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := claim(ctx, tx, orgID, o); err != nil {
			return err
		}
		var err error
		if result, err = fn(ctx, tx); err != nil {
			return err
		}
		answer, err := o.Store(result)
		if err != nil || answer == nil {
			return err
		}
		return tx.SaveAnswer(ctx, orgID, *answer)
	})
	if err != nil {
		return zero, err
	}
	return result, nil
}

func claim(ctx context.Context, tx loyalty.Tx, orgID loyalty.ID, o loyalty.Once) error {
	if o.Key == "" {
		return nil
	}
	free, err := tx.HoldKey(ctx, orgID, o.Key)
	if err != nil {
		return err
	}
	if !free {
		return loyalty.Errorf(loyalty.Conflict, loyalty.CodeInProgress, "The first request with this Idempotency-Key is still running. Try again in a moment.")
	}
	stored, err := tx.StoredAnswer(ctx, orgID, o.Key)
	if err != nil {
		return err
	}
	return o.Check(stored)
}
