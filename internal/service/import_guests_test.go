package service_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// locked is the account and the latest awards of Ada as an import reads them.
func (s *scene) locked(until time.Time) (snap loyalty.Snapshot) {
	s.t.Helper()
	err := s.db.InTx(s.t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
		guests, err := tx.LockGuests(ctx, org, []string{"G-1", "nobody"}, until, 32)
		if err != nil {
			return err
		}
		if len(guests) != 1 {
			s.t.Fatalf("%d guests, want Ada alone", len(guests))
		}
		snap = guests["G-1"]
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return snap
}

// An import sees of a guest what a till sees: neither counts what was given
// with many others as a habit.
func TestImportSeesGuestsAsATillDoes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.db.Exec(t, `UPDATE customers SET external_id = 'G-1'`)
	if got := s.locked(noon); got.Recent != nil || got.Account == nil || got.Account.Balance != 0 {
		t.Fatalf("at first %+v", got)
	}
	for n := range 40 {
		s.at(noon.Add(time.Duration(n)*time.Hour + 123456*time.Microsecond))
		if n%3 == 0 {
			s.order(lucia, string(rune('A'+n)), ada, loyalty.Minor(1000+n))
			continue
		}
		by := []loyalty.Actor{lucia, owner}[n%2]
		cmd := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: loyalty.Points(1 + n), Reason: "x"}
		if n%2 == 0 {
			cmd.StoreID = store
		}
		if _, err := s.Ledger.Award(t.Context(), by, cmd); err != nil {
			t.Fatal(err)
		}
	}
	s.db.Exec(t, `SET session_replication_role = replica; UPDATE transactions SET bulk_id = gen_random_uuid() WHERE seq IN (38, 20); RESET session_replication_role`)
	want, err := s.db.Snapshot(t.Context(), org, loyalty.SnapshotQuery{CustomerID: ada, Recent: 32})
	if err != nil {
		t.Fatal(err)
	}
	got := s.locked(s.now.Now())
	for i, r := range want.Recent {
		r.At = r.At.UTC()
		if i >= len(got.Recent) || !reflect.DeepEqual(r, got.Recent[i]) {
			t.Fatalf("award %d is read as\n%+v\nand with many guests as\n%+v", i, r, got.Recent[min(i, len(got.Recent)-1)])
		}
	}
	got.Account.Since, want.Account.Since = got.Account.Since.UTC(), want.Account.Since.UTC()
	if len(got.Recent) != 32 || got.Config != want.Config || !reflect.DeepEqual(got.Account.Enrollment, want.Account.Enrollment) {
		t.Errorf("%d awards, configuration %d, account\n%+v, want configuration %d and\n%+v", len(got.Recent), got.Config, got.Account, want.Config, want.Account)
	}
	if early := s.locked(noon.Add(5 * time.Hour)); len(early.Recent) != 5 {
		t.Errorf("%d awards up to the fifth hour", len(early.Recent))
	}
}

// The latest awards are read from the index that finds them, once the table
// was looked through.
func TestLatestAwardsAreReadFromTheirIndex(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.db.Exec(t, `UPDATE customers SET external_id = 'G-1'`)
	for range 20 {
		if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	s.Anomalies.Examined(t.Context(), 20*time.Second)
	s.db.Exec(t, `SET session_replication_role = replica;
		INSERT INTO transactions (organization_id, id, customer_id, seq, type, points, lifetime_delta, balance_after, reason, at, day)
		SELECT organization_id, gen_random_uuid(), gen_random_uuid(), 1, 'earn', 5, 5, 5, 'x', at, day FROM transactions, generate_series(1, 500);
		RESET session_replication_role`)
	s.db.Connections().SetMaxIdleConns(-1) // a session says what it has read when it ends at the latest
	const read = `
		SELECT (SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_user_tables WHERE relname = 'transactions'),
			(SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'transactions_latest')`
	look := func() (rows, entries int64) {
		for range 100 {
			if number(t, s.db, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'regulars'`) == 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := s.db.SQL.QueryRow(read).Scan(&rows, &entries); err != nil {
			t.Fatal(err)
		}
		return rows, entries
	}
	var rows, entries int64
	for range 5 { // whatever else goes on in the database may hold a look at the table back
		s.db.Exec(t, `VACUUM ANALYZE transactions`)
		rows0, entries0 := look()
		if n := len(s.locked(noon).Recent); n != 20 {
			t.Fatalf("%d awards", n)
		}
		if _, err := s.db.Snapshot(t.Context(), org, loyalty.SnapshotQuery{CustomerID: ada, Recent: 32}); err != nil {
			t.Fatal(err)
		}
		rows, entries = look()
		if rows, entries = rows-rows0, entries-entries0; rows == 0 && entries == 40 {
			return
		}
	}
	t.Errorf("%d rows of the table and %d of the index were read, want 0 and 40", rows, entries)
}
