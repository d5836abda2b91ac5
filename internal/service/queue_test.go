package service_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// counted says how often an account was read, and may lose what a posting is
// answered.
type counted struct {
	*pgtest.DB
	reads atomic.Int64
	lost  error
}

func (c *counted) Snapshot(ctx context.Context, orgID loyalty.ID, q loyalty.SnapshotQuery) (loyalty.Snapshot, error) {
	c.reads.Add(1)
	return c.DB.Snapshot(ctx, orgID, q)
}

func (c *counted) Post(ctx context.Context, p loyalty.Posting) error {
	return errors.Join(c.DB.Post(ctx, p), c.lost)
}

func give(l *service.Ledger, key string) error {
	cmd := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "x"}
	if key != "" {
		cmd.Once = keyed(key)
	}
	_, err := l.Award(context.Background(), owner, cmd)
	return err
}

// Awards that queue for one guest go on from what the one before has left.
func TestQueuedAwardsReadTheAccountOnce(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE daily_stats SET day = '2025-12-31'`) // New Year's Day begins later in New York
	repo := &counted{DB: db}
	l := process(repo)
	var wait sync.WaitGroup
	for range 40 {
		wait.Go(func() {
			if err := give(l, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := number(t, db, `SELECT balance FROM enrollments`); n != 200 {
		t.Errorf("40 awards of 5 make %d", n)
	}
	if n := repo.reads.Load(); n > 10 {
		t.Errorf("the account was read %d times", n)
	}
	verified(t, db)
}

// What is handed on counts only if it is still so.
func TestHandedAccountIsProven(t *testing.T) {
	t.Parallel()
	const frozen = `UPDATE enrollments SET frozen_at = now(), revision = revision + 1`
	for _, test := range []struct {
		name    string
		then    string // SQL
		key     string // of the last award; the first was under "k"
		want    string
		balance int64
	}{
		{"nothing happened", `SELECT`, "", "", 15},
		{"the guest was frozen", frozen, "", loyalty.CodeAccountFrozen, 10},
		{"the guest was forgotten", `SELECT erase_customer(organization_id, customer_id) FROM enrollments`, "", loyalty.CodeNotFound, 0},
		{"the program ended", `UPDATE programs SET is_active = false; UPDATE organizations SET config_version = config_version + 1`, "", loyalty.CodeNoActiveProgram, 10},
		{"the key was answered", `SELECT`, "k", "replayed", 10},
		{"the key was answered, and the guest is frozen since", frozen, "k", "replayed", 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, l := restaurant(t)
			for _, key := range []string{"k", ""} {
				if err := give(l, key); err != nil {
					t.Fatal(err)
				}
			}
			db.Exec(t, test.then)
			err := give(l, test.key)
			got := loyalty.CodeOf(err)
			if replayed(err) {
				got = "replayed"
			}
			if got != test.want {
				t.Errorf("the award is told %v, want %q", err, test.want)
			}
			if n := number(t, db, `SELECT coalesce(sum(balance), 0) FROM enrollments`); n != test.balance {
				t.Errorf("balance %d, want %d", n, test.balance)
			}
		})
	}
}

func TestAwardsOfTwoProcessesInTurn(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	db.Exec(t, `UPDATE daily_stats SET day = '2025-12-31'`)
	one, two := process(db), process(db)
	for range 10 {
		for _, l := range []*service.Ledger{one, one, two} {
			if err := give(l, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := number(t, db, `SELECT balance FROM enrollments`); n != 150 {
		t.Errorf("30 awards of 5 make %d", n)
	}
	verified(t, db)
}

// An award of which nobody knows whether it was written is not written again.
func TestLostAnswerIsNoSecondAward(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	repo := &counted{DB: db}
	l := process(repo)
	if err := give(l, ""); err != nil {
		t.Fatal(err)
	}
	repo.lost = errors.New("the connection is gone")
	if err := give(l, ""); !errors.Is(err, repo.lost) {
		t.Errorf("told %v", err)
	}
	if n := number(t, db, `SELECT balance FROM enrollments`); n != 10 {
		t.Errorf("two awards of 5 make %d", n)
	}
}
