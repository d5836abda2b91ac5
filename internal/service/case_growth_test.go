package service_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// place has signals put into cases, each in a statement of its own.
func (s *scene) place(signals ...loyalty.Signal) {
	s.t.Helper()
	err := s.db.InTx(s.t.Context(), func(ctx context.Context, tx loyalty.Tx) error { return tx.PlaceSignals(ctx, org, signals) })
	if err != nil {
		s.t.Fatal(err)
	}
}

// suspicion is a signal about ada.
func suspicion(n int, kind string, family int) loyalty.Signal {
	at := noon.Add(time.Duration(n) * time.Minute)
	s := loyalty.Signal{Key: fmt.Sprintf("%s:%d", kind, n), Family: family, Opens: true, Names: []loyalty.Person{{ID: ada, Kind: loyalty.PersonCustomer}}}
	s.Anomaly = loyalty.Anomaly{
		OrgID: org, ID: loyalty.NewID(at), CustomerID: ada, StoreID: store, Type: kind, Severity: "low", Score: 1, Description: s.Key,
		Status: loyalty.PendingReview, FlaggedAt: at, UpdatedAt: at,
	}
	return s
}

const caseSays = `
	SELECT concat_ws(' ', type, description, args, evidence, score, is_hard, points_involved, severity, below_line, transaction_ids,
		transaction_count, kept_rows, kept_points, lead_key, tally) FROM anomalies`

// says is what the only case says.
func (s *scene) says() (text string) {
	s.t.Helper()
	if err := s.db.SQL.QueryRow(caseSays).Scan(&text); err != nil {
		s.t.Fatal(err)
	}
	return text
}

// A case that grows by one signal after another says what weighing all of it
// at once says.
func TestCaseGrowsAsItWeighs(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	var rows []loyalty.ID
	for n := range 140 {
		got, err := s.Ledger.Award(t.Context(), boss, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: loyalty.Points(1 + n%7), Reason: "x"})
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, got.Transaction.ID)
	}
	s.Anomalies.Examined(t.Context(), 20*time.Second)
	s.db.Exec(t, `DELETE FROM anomalies; DELETE FROM anomaly_signals`)
	random := rand.New(rand.NewPCG(1, 2))
	kinds := []string{"rapid_earning", "unusual_amount", "pattern_deviation", "staff_favoritism", "refund_abuse"}
	for n := 0; n < 120; {
		var sigs []loyalty.Signal
		for range 1 + random.IntN(4) {
			n++
			k := random.IntN(len(kinds))
			sig := suspicion(n, kinds[k], k/2)
			sig.Score, sig.Hard = float64(random.IntN(12))/2, random.IntN(40) == 0
			sig.PointsInvolved = loyalty.Points(random.IntN(300))
			for range random.IntN(6) {
				sig.TransactionIDs = append(sig.TransactionIDs, rows[random.IntN(len(rows))])
			}
			sigs = append(sigs, sig)
		}
		s.place(append(sigs, sigs...)...) // the second time they are known
		grown := s.says()
		s.db.Exec(t, `SELECT weigh_case(organization_id, id, last_at, 0) FROM anomalies`)
		if weighed := s.says(); grown != weighed {
			t.Fatalf("after signal %d the case says\n%s\nand weighed\n%s", n, grown, weighed)
		}
	}
	if n := number(t, s.db, `SELECT count(*) FROM anomalies`); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// Signals that are placed together make of the cases what they make of them
// one after another.
func TestSignalsPlacedTogether(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	var people []loyalty.ID
	for range 12 {
		people = append(people, loyalty.NewID(noon))
	}
	var sigs []loyalty.Signal
	for n := range 150 {
		sig := suspicion(n*60*8*random.IntN(3), []string{"rapid_earning", "staff_favoritism"}[random.IntN(2)], random.IntN(2))
		sig.Key, sig.Budget, sig.Hard, sig.Opens = fmt.Sprint(n), 1, random.IntN(8) == 0, random.IntN(5) > 0
		sig.Score, sig.PointsInvolved = float64(random.IntN(12))/2, loyalty.Points(random.IntN(300))
		sig.Names[0].ID = people[random.IntN(len(people))]
		sigs = append(sigs, sig)
	}
	one, all := newScene(t), newScene(t)
	for _, sig := range sigs {
		one.place(sig)
	}
	all.place(sigs...)
	const said = `SELECT string_agg(x.says, E'\n' ORDER BY x.says) FROM (` + caseSays + ` AS n) AS x (says)`
	var says [2]string
	for i, s := range []*scene{one, all} {
		if err := s.db.SQL.QueryRow(said).Scan(&says[i]); err != nil {
			t.Fatal(err)
		}
	}
	if says[0] != says[1] {
		t.Errorf("one after another\n%s\ntogether\n%s", says[0], says[1])
	}
	cases := number(t, one.db, `SELECT count(*) FROM anomalies`)
	if below := number(t, one.db, `SELECT count(*) FROM anomalies WHERE below_line`); cases < 5 || below == 0 || below == cases {
		t.Errorf("%d cases, %d of them below the line", cases, below)
	}
}

// The rows of a guest who is erased leave the cases they are in, whomever those
// name: what a case says is about the others, and goes on from there.
func TestCaseForgetsAnErasedGuest(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		names  []loyalty.Person
		points loyalty.Points // as the finding has them
		want   int64
	}{
		"that names the guest":       {[]loyalty.Person{{ID: ada, Kind: loyalty.PersonCustomer}, {ID: bob, Kind: loyalty.PersonCustomer}}, 0, 30},
		"about a cashier":            {[]loyalty.Person{{ID: lucia.StaffID, Kind: loyalty.PersonStaff}}, 0, 30},
		"whose finding says as much": {[]loyalty.Person{{ID: lucia.StaffID, Kind: loyalty.PersonStaff}}, 100, 30},
		"whose finding says more":    {[]loyalty.Person{{ID: lucia.StaffID, Kind: loyalty.PersonStaff}}, 200, 60},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.bob()
			found := suspicion(1, "manual_awards", 0)
			found.Names, found.CustomerID, found.PointsInvolved = test.names, loyalty.ID{}, test.points
			for who, points := range map[loyalty.ID]loyalty.Points{ada: 30, bob: 70} {
				got, err := s.Ledger.Award(t.Context(), boss, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: points, Reason: "x"})
				if err != nil {
					t.Fatal(err)
				}
				found.TransactionIDs = append(found.TransactionIDs, got.Transaction.ID)
			}
			s.place(found)
			if err := s.Customers.Delete(t.Context(), owner, bob); err != nil {
				t.Fatal(err)
			}
			says := func(points, rows int64) {
				t.Helper()
				c, err := s.Anomalies.Get(t.Context(), owner, found.ID)
				if err != nil || c.PointsInvolved != loyalty.Points(points) || int64(c.TransactionCount) != rows || int64(len(c.TransactionIDs)) != rows {
					t.Errorf("%d points at risk in %d rows (%d), want %d in %d; %v", c.PointsInvolved, c.TransactionCount, len(c.TransactionIDs), points, rows, err)
				}
			}
			says(test.want, 1)
			got, err := s.Ledger.Award(t.Context(), boss, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 90, Reason: "x"})
			if err != nil {
				t.Fatal(err)
			}
			more := suspicion(2, "manual_awards", 0)
			more.Names, more.TransactionIDs = test.names[:1], []loyalty.ID{got.Transaction.ID}
			s.place(more)
			says(120, 2)
			proven(t, s.db)
		})
	}
}

// A thousand rows are kept one by one; what is more is counted.
func TestCaseKeepsAThousandRows(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.place(suspicion(0, "rapid_earning", 0))
	s.db.Exec(t, `INSERT INTO anomaly_transactions SELECT organization_id, id, gen_random_uuid() FROM anomalies, generate_series(1, 999);
		UPDATE anomalies SET tally = NULL, transaction_count = 999`)
	for n := range 3 {
		got, err := s.Ledger.Award(t.Context(), boss, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "x"})
		if err != nil {
			t.Fatal(err)
		}
		sig := suspicion(1+n, "rapid_earning", 0)
		sig.TransactionIDs = []loyalty.ID{got.Transaction.ID}
		s.place(sig)
	}
	kept := number(t, s.db, `SELECT count(*) FROM anomaly_transactions`)
	if n := number(t, s.db, `SELECT transaction_count FROM anomalies`); kept != 1000 || n != 1002 {
		t.Errorf("%d rows kept, %d counted; want 1000 and 1002", kept, n)
	}
}

// Whether a store has had its cases of the week is asked of the few that
// count, however many others there are.
func TestBudgetIsAskedOfFewCases(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		store loyalty.ID
		above int
		hard  bool
		below bool
	}{
		{"at a store that has had three", store, 3, false, true},
		{"at a store that has had two", store, 2, false, false},
		{"hard, whatever it has had", store, 3, true, false},
		{"at no store, which has had three", loyalty.ID{}, 3, false, true},
		{"at no store, which has had two", loyalty.ID{}, 2, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			other := loyalty.ID{}
			if test.store.IsZero() {
				other = store
			}
			const fill = `
				INSERT INTO anomalies (organization_id, id, store_id, type, severity, score, description, points_involved, case_key, status, below_line,
					flagged_at, updated_at)
				SELECT $1, gen_random_uuid(), nullif($2, '00000000-0000-0000-0000-000000000000')::uuid, 'x', 'low', 1, '', 0, n::text, 'confirmed', $3, $4, $4
				FROM generate_series(1, $5::int) n`
			s.db.Exec(t, fill, org.String(), test.store.String(), true, noon, 2000)
			s.db.Exec(t, fill, org.String(), other.String(), false, noon, 2000)
			s.db.Exec(t, fill, org.String(), test.store.String(), false, noon.AddDate(0, 0, -7), 2000)
			s.db.Exec(t, fill, org.String(), test.store.String(), false, noon, test.above)
			s.db.Exec(t, `ANALYZE anomalies`)
			tx, err := s.db.SQL.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback() //nolint:errcheck // after the Commit below there is nothing to roll back
			const sign = `
				SELECT place_signal($1, jsonb_strip_nulls(jsonb_build_object('id', gen_random_uuid(), 'signal_key', 'k', 'type', 'x', 'score', 1,
					'severity', 'low', 'points_involved', 0, 'description', '', 'case_key', '', 'budget', 3, 'flagged_at', $3::timestamptz, 'hard', $4::boolean,
					'store_id', nullif($2, '00000000-0000-0000-0000-000000000000'))))`
			if _, err := tx.ExecContext(t.Context(), sign, org.String(), test.store.String(), noon, test.hard); err != nil {
				t.Fatal(err)
			}
			var read int
			const reads = `SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'anomalies'`
			if err := tx.QueryRowContext(t.Context(), reads).Scan(&read); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			below := number(t, s.db, `SELECT count(*) FROM anomalies WHERE below_line AND case_key = ''`) == 1
			if below != test.below {
				t.Errorf("below the line: %v", below)
			}
			if read > 100 {
				t.Errorf("%d cases were read", read)
			}
		})
	}
}
