//go:build unix

package pgtest

import (
	"context"
	"testing"
	"time"
)

func TestDatabasesAreSeparate(t *testing.T) {
	for range 8 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			db := New(t)
			t.Logf("a database took %v", time.Since(begun))
			db.Exec(t, "CREATE TABLE only_here (n int)")
			if err := db.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBlockedSeesWaiters(t *testing.T) {
	t.Parallel()
	db := New(t)
	db.Exec(t, "CREATE TABLE counters (n int); INSERT INTO counters VALUES (0)")
	holder, err := db.SQL.BeginTx(t.Context(), nil)
	must(t, err)
	_, err = holder.ExecContext(t.Context(), "SELECT n FROM counters FOR UPDATE")
	must(t, err)
	done := make(chan error)
	for range 3 {
		go func() {
			_, err := db.SQL.ExecContext(context.Background(), "UPDATE counters SET n = n + 1")
			done <- err
		}()
	}
	db.Blocked(t, 3)
	must(t, holder.Commit())
	for range 3 {
		must(t, <-done)
	}
	var n int
	must(t, db.SQL.QueryRowContext(t.Context(), "SELECT n FROM counters").Scan(&n))
	if n != 3 {
		t.Errorf("counter is %d, want 3", n)
	}
}
