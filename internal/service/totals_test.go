package service_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// An old day that is written while the days before are summed up is in the sum
// once, whoever comes first.
func TestTotalsHoldWhileAnOldDayChanges(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	program := loyalty.Actor{Role: loyalty.System, OrgID: org}
	old := func(n int) string {
		return `
			INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued)
			SELECT id, '2020-01-0` + strconv.Itoa(n) + `', '00000000-0000-0000-0000-000000000000', 0, 7 FROM organizations
			ON CONFLICT (organization_id, day, store_id, shard) DO UPDATE SET issued = d.issued + excluded.issued`
	}
	earned := func() loyalty.Points {
		t.Helper()
		all, _, err := s.Stats.Totals(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		if found := differing(t, s); slices.Contains(found, "totals") {
			t.Errorf("the totals are not the sum of the days: %v", found)
		}
		return all.Earned
	}
	begun := earned()

	writing, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writing.ExecContext(t.Context(), old(1)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Stats.Compact(t.Context(), program)
		done <- err
	}()
	db.Blocked(t, 1)
	if err := writing.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var summed bool
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT before > '2020-01-02' FROM total_stats`).Scan(&summed); err != nil || !summed {
		t.Fatalf("the days that are over are summed up: %v, %v", summed, err)
	}
	if got := earned(); got != begun+7 {
		t.Errorf("%d points earned after the day before was summed up, want %d", got, begun+7)
	}

	db.Exec(t, old(1))
	db.Exec(t, old(2))
	if got := earned(); got != begun+21 {
		t.Errorf("%d points earned after days in the sum changed, want %d", got, begun+21)
	}
	db.Exec(t, `DELETE FROM daily_stats WHERE day = '2020-01-02'`)
	if got := earned(); got != begun+14 {
		t.Errorf("%d points earned after a day in the sum went, want %d", got, begun+14)
	}

	before := earned()
	db.Exec(t, `SELECT roll_totals(id, current_date) FROM organizations`)
	var rolled bool
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT before = current_date - 7 FROM total_stats`).Scan(&rolled); err != nil || !rolled {
		t.Errorf("all but the last seven days are summed up: %v, %v", rolled, err)
	}
	for _, ago := range []int{8, 7, 4, 3, 2} {
		db.Exec(t, `
			INSERT INTO daily_stats AS d (organization_id, day, store_id, shard, issued)
			SELECT id, current_date - `+strconv.Itoa(ago)+`, '00000000-0000-0000-0000-000000000000', 0, 7 FROM organizations`)
		if before += 7; earned() != before {
			t.Errorf("%d points earned after a day %d days ago, want %d", earned(), ago, before)
		}
		day := time.Now().UTC().AddDate(0, 0, -ago)
		a, err := s.Stats.Analytics(t.Context(), owner, service.AnalyticsQuery{From: day.AddDate(0, 0, -9), To: day.AddDate(0, 0, 1)})
		if err != nil || !slices.ContainsFunc(a.Days, func(d loyalty.DayFigures) bool { return d.Issued == 7 && d.Day.Equal(day.Truncate(24*time.Hour)) }) {
			t.Errorf("the figures of %d days ago: %+v, %v", ago, a.Days, err)
		}
	}
}
