package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
)

// A database that doesn't answer at all, not even to say that it stops, keeps
// nobody beyond the deadline, and is used again when it is back.
func TestSilentDatabaseIsLeft(t *testing.T) {
	t.Parallel()
	owner := account(t)
	var silent atomic.Bool
	back := make(chan struct{})
	db, err := postgres.Open(t.Context(), through(t, owner.URL, func() bool {
		if silent.Load() {
			<-back
		}
		return false
	}), postgres.Options{MaxOpen: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Post(t.Context(), gift(t, db, 1)); err != nil {
		t.Fatal(err)
	}
	p := gift(t, db, 1)
	if _, err := db.Config(t.Context(), org); err != nil { // what is prepared is broken off in another way
		t.Fatal(err)
	}
	silent.Store(true)
	for name, use := range map[string]func(context.Context) error{
		"a query":   func(ctx context.Context) error { _, err := db.Config(ctx, org); return err },
		"a posting": func(ctx context.Context) error { return db.Post(ctx, p) },
		"a transaction": func(ctx context.Context) error {
			return db.RunInTx(ctx, func(context.Context, sqlx.ExtContext) error { return nil })
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		begun := time.Now()
		err := use(ctx)
		cancel()
		if took := time.Since(begun); loyalty.KindOf(err) != loyalty.Unavailable || took > 5*time.Second {
			t.Errorf("%s: %v after %v", name, err, took)
		}
	}
	silent.Store(false)
	close(back)
	for range 4 {
		if _, err := db.Config(t.Context(), org); err != nil {
			t.Errorf("once it answers again: %v", err)
		}
	}
}

// A use that had a deadline leaves nothing behind that spoils the end.
func TestCloseAfterADeadline(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), account(t).URL, postgres.Options{MaxOpen: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := db.Config(ctx, org); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2100 * time.Millisecond) // past the deadline and the word after it
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
