package service

import (
	"context"
	"errors"

	"regulars/internal/loyalty"
)

// decision is what a use case makes of a snapshot: what to write, if anything,
// and what to answer.
type decision[T any] struct {
	posting *loyalty.Posting // nil: nothing to write
	result  T
}

// The first tries are optimistic, two round trips each; after that the account
// is locked while it is read.
const optimisticTries = 4

// post reads what q asks for, lets decide work on it and writes what it
// decides, in one statement each. When the account changed in between it
// starts over, so decide must have no effect of its own.
func post[T any](
	ctx context.Context, c *Core, orgID loyalty.ID, q loyalty.SnapshotQuery, o loyalty.Once,
	decide func(s loyalty.Snapshot, cfg *loyalty.Config) (decision[T], error),
) (T, error) {
	var zero T
	l, leave, err := c.queue(ctx, q.CustomerID)
	if err != nil {
		return zero, err
	}
	defer leave()
	q.OnceKey = o.Key
	if s, ok := l.take(orgID, q); ok {
		w := carefully{core: c}
		done, err := attemptOn(ctx, c, c.repo, s, orgID, o, decide, w.write)
		if err == nil {
			done.follow(c)
			l.leave(q, done.snap, done.posting)
		}
		if w.tried && !again(err) {
			return done.result, err
		}
	}
	for try := 1; try <= optimisticTries; try++ {
		done, err := attempt(ctx, c, c.repo, orgID, q, o, decide, c.write)
		if err == nil {
			done.follow(c)
			l.leave(q, done.snap, done.posting)
		}
		if !again(err) {
			return done.result, err
		}
	}
	return locked(ctx, c, orgID, q, o, decide)
}

// answered is otherwise, unless the key was answered before: for what a use
// case finds out before it reads the snapshot, which may have changed since.
func (c *Core) answered(ctx context.Context, orgID loyalty.ID, o loyalty.Once, otherwise error) error {
	if o.Key == "" {
		return otherwise
	}
	stored, err := c.repo.StoredAnswer(ctx, orgID, o.Key)
	if err != nil {
		return err
	}
	if err := o.Check(stored); err != nil {
		return err
	}
	return otherwise
}

// again reports whether a posting was refused only because it was decided on
// something old.
func again(err error) bool {
	return errors.Is(err, loyalty.ErrStale) || errors.Is(err, loyalty.ErrKeyTaken)
}

type writer func(ctx context.Context, orgID loyalty.ID, p *loyalty.Posting, a *loyalty.StoredAnswer) error

func (c *Core) write(ctx context.Context, orgID loyalty.ID, p *loyalty.Posting, a *loyalty.StoredAnswer) error {
	if p != nil {
		return c.repo.Post(ctx, *p)
	}
	if a == nil {
		return nil
	}
	return c.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.SaveAnswer(ctx, orgID, *a) })
}

// carefully writes what was decided on an account that was not read, which is
// proven by a posting alone. Once it has tried, what became of it is known or
// must be told: nothing is written a second time.
type carefully struct {
	core  *Core
	tried bool
}

func (w *carefully) write(ctx context.Context, orgID loyalty.ID, p *loyalty.Posting, a *loyalty.StoredAnswer) error {
	if p == nil {
		return loyalty.ErrStale
	}
	w.tried = true
	return w.core.write(ctx, orgID, p, a)
}

// attempted is a decision that was written, with what it was made on.
type attempted[T any] struct {
	decision[T]
	snap loyalty.Snapshot
	cfg  *loyalty.Config
}

// follow counts what was written and has it examined.
func (a attempted[T]) follow(c *Core) {
	c.count(a.posting)
	c.exams.posted(a.snap, a.cfg, a.posting)
}

func attempt[T any](
	ctx context.Context, c *Core, from loyalty.LedgerReader, orgID loyalty.ID, q loyalty.SnapshotQuery, o loyalty.Once,
	decide func(s loyalty.Snapshot, cfg *loyalty.Config) (decision[T], error), write writer,
) (done attempted[T], err error) {
	s, err := from.Snapshot(ctx, orgID, q)
	if err != nil {
		return done, err
	}
	if err := o.Check(s.Once); err != nil {
		return done, err
	}
	return attemptOn(ctx, c, from, s, orgID, o, decide, write)
}

func attemptOn[T any](
	ctx context.Context, c *Core, from loyalty.LedgerReader, s loyalty.Snapshot, orgID loyalty.ID, o loyalty.Once,
	decide func(s loyalty.Snapshot, cfg *loyalty.Config) (decision[T], error), write writer,
) (done attempted[T], err error) {
	var none attempted[T]
	cfg, err := c.configFrom(ctx, from, orgID, s.Config)
	if err != nil {
		return none, err
	}
	if cfg.Version != s.Config {
		// Changed since the snapshot, whose reward may be of before.
		return none, loyalty.ErrStale
	}
	d, err := decide(s, cfg)
	if err != nil {
		return none, err
	}
	answer, err := o.Store(d.result)
	if err != nil {
		return none, err
	}
	if d.posting != nil {
		d.posting.OrgID, d.posting.Config, d.posting.Once = orgID, cfg.Version, answer
	}
	return attempted[T]{d, s, cfg}, write(ctx, orgID, d.posting, answer)
}

// locked is post for an account that other processes keep changing: it holds
// the account from reading to writing.
func locked[T any](
	ctx context.Context, c *Core, orgID loyalty.ID, q loyalty.SnapshotQuery, o loyalty.Once,
	decide func(s loyalty.Snapshot, cfg *loyalty.Config) (decision[T], error),
) (result T, err error) {
	var done attempted[T]
	err = c.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		s, err := tx.Snapshot(ctx, orgID, q)
		if err != nil {
			return err
		}
		if s.Account != nil {
			if err := tx.LockAccount(ctx, orgID, s.Account.CustomerID); err != nil {
				return err
			}
		}
		done, err = attempt(ctx, c, tx, orgID, q, o, decide,
			func(ctx context.Context, orgID loyalty.ID, p *loyalty.Posting, a *loyalty.StoredAnswer) error {
				if p != nil {
					return tx.PostAll(ctx, []loyalty.Posting{*p})
				}
				if a != nil {
					return tx.SaveAnswer(ctx, orgID, *a)
				}
				return nil
			})
		return err
	})
	if err == nil {
		done.follow(c)
		return done.result, nil
	}
	if again(err) {
		err = loyalty.Errorf(loyalty.Unavailable, loyalty.CodeUnavailable, "This account is busy just now. Try again in a moment.")
	}
	return result, err
}
