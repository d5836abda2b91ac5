package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A server that is killed in the middle of a bulk award, before the database
// is told of a step or once it has done the step, leaves nobody out, and gives
// nobody the points twice.
func TestKilledInABulkAward(t *testing.T) {
	t.Parallel()
	const guests = 1200 // three steps, and the one that finds nothing left
	k := newKillable(t)
	k.db.Exec(t, `
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at)
		SELECT o.id, gen_random_uuid(), 'Guest', 'guest', 'guest', now(), now() FROM organizations o, generate_series(2, $1::int)`, guests)
	k.db.Exec(t, `
		SELECT enroll(c.organization_id, c.id, gen_random_uuid(), p.id, t.id, now(), current_date) FROM customers c
		JOIN programs p ON p.is_active JOIN tiers t ON t.program_id = p.id AND t.min_points = 0 WHERE c.name = 'Guest'`)
	var org loyalty.ID
	if err := k.db.SQL.QueryRowContext(t.Context(), `SELECT id FROM organizations`).Scan(&org); err != nil {
		t.Fatal(err)
	}
	next := service.New(k.db, time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	for n, at := range []struct {
		step int
		done bool
	}{{1, false}, {2, true}, {3, false}, {4, true}} {
		k.wire.arm("tier_points", at.step, at.done)
		body := `{"segment":{"inactive_days":0},"points":5,"reason":"Sorry"}`
		if status, err := k.post("/v1/stores/"+k.store+"/loyalty/earn/bulk", body, fmt.Sprint("bulk-", n)); err != nil || status != http.StatusAccepted {
			t.Fatalf("%d, %v", status, err)
		}
		k.dies(t)
		// The other lane may have done its step or not; what is said is what was done.
		b, given := lastBulk(t, k)
		if b.State != loyalty.BulkRunning || b.Awarded != given {
			t.Errorf("killed at %+v %d have their points and it is %+v", at, given, b)
		}
		k.db.Exec(t, `UPDATE bulk_awards SET held_until = '-infinity'`) // nobody waits here for as long as a hold lasts
		if err := next.BulkAwards.Work(t.Context(), org, b.ID); err != nil {
			t.Fatal(err)
		}
		const q = `SELECT (SELECT count(*) FROM transactions WHERE bulk_id = $1) * 10000 + (SELECT count(DISTINCT customer_id) FROM transactions WHERE bulk_id = $1)`
		var rows int
		if err := k.db.SQL.QueryRowContext(t.Context(), q, b.ID.String()).Scan(&rows); err != nil || rows != guests*10000+guests {
			t.Errorf("killed at %+v: %d rows of so many guests, %v", at, rows, err)
		}
		if b, _ = lastBulk(t, k); b.State != loyalty.BulkCompleted || b.Awarded != guests {
			t.Errorf("killed at %+v it becomes %+v", at, b)
		}
		v, err := next.Stats.Verify(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org})
		if err != nil || !v.Holds() {
			t.Errorf("killed at %+v: %v, %+v", at, err, v.Proofs)
		}
		k.start(t)
	}
}

// dies waits until the server is gone.
func (k *killable) dies(t *testing.T) {
	t.Helper()
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		res, err := http.Get(k.url + "/healthz") //nolint:noctx // the server's own time limit ends it
		if err != nil {
			return
		}
		res.Body.Close() //nolint:errcheck // nothing is read from it
	}
	t.Fatal("the server was not killed")
}

// lastBulk is the last award and how many have its points, at one instant.
func lastBulk(t *testing.T, k *killable) (b loyalty.BulkAward, given int) {
	t.Helper()
	row := k.db.SQL.QueryRowContext(t.Context(), `
		SELECT b.id, b.state, b.awarded, (SELECT count(*) FROM transactions x WHERE x.bulk_id = b.id) FROM bulk_awards b ORDER BY b.id DESC LIMIT 1`)
	if err := row.Scan(&b.ID, &b.State, &b.Awarded, &given); err != nil {
		t.Fatal(err)
	}
	return b, given
}
