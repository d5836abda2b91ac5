package pages_test

import (
	"context"
	"sync"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
)

// An owner gives the guests of a filter points: sees whom it means and what
// it comes to, is told what is wrong, and a second press starts nothing more.
func TestOwnerGivesManyGuestsPoints(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	gate := make(chan struct{})
	var jobs sync.WaitGroup
	t.Cleanup(jobs.Wait)
	s.Services.BulkAwards.Queue = func(_ context.Context, orgID, id loyalty.ID) error {
		jobs.Go(func() {
			<-gate
			if err := s.Services.BulkAwards.Work(context.Background(), orgID, id); err != nil {
				t.Error(err)
			}
		})
		return nil
	}
	v := s.Visit(t, browsertest.Phone)
	v.SignIn("owner@trattoria.test")
	v.Go("/customers?visit=out-30")
	v.Tap(`a[href="/give?visit=out-30"]`)
	v.See("Not here for 30 days")
	v.Usable("points for many")
	v.Type(`#f-points`, "999999999")
	v.See("points in all, which add")
	v.Type(`#f-reason`, "We miss you")
	v.Tap(`#give-form button[type=submit]`)
	v.See("Must be at most")
	v.Usable("points for many, refused")
	v.Clear(`#f-points`)
	v.Type(`#f-points`, "5")
	v.Tap(`#give-form button[type=submit]`)
	v.See("Giving points")
	v.Usable("points for many, under way")
	close(gate)
	v.See("have their points")
	v.Usable("points for many, done")
	quiet(t, v)
	var n, awards int
	const q = `SELECT (SELECT count(*) FROM transactions WHERE bulk_id IS NOT NULL AND reason = 'We miss you'), (SELECT count(*) FROM bulk_awards)`
	if err := s.DB.SQL.QueryRowContext(t.Context(), q).Scan(&n, &awards); err != nil || n != len(ids) || awards != 1 {
		t.Errorf("%d of %d guests have the points of %d awards, %v", n, len(ids), awards, err)
	}
}
