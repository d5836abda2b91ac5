package pages_test

import (
	"context"
	"sync"
	"testing"

	"regulars/internal/browsertest"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// An owner who gave ten times too many takes all of it back at once: sees what
// that comes to, is asked for a reason, and finds the award again afterwards.
func TestOwnerTakesManyGuestsPointsBack(t *testing.T) {
	t.Parallel()
	s, ids := restaurant(t)
	everybody := int64(0)
	b, err := s.Services.BulkAwards.Start(t.Context(), s.System(), service.AwardMany{
		Segment: &service.Segment{InactiveDays: &everybody}, Points: 5000, Reason: "Thank you all",
	})
	if err == nil {
		err = s.Services.BulkAwards.Work(t.Context(), b.OrgID, b.ID)
	}
	for _, guest := range ids {
		if err == nil {
			_, err = s.Services.Ledger.Adjust(t.Context(), s.System(), service.AdjustPoints{Customer: service.CustomerRef{ID: guest}, Amount: -3000, Reason: "x"})
		}
		break // one of them
	}
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Services.BulkAwards.PreviewUndo(t.Context(), s.System(), b.ID)
	if err != nil || before.Spent == 0 || before.Guests != len(ids) {
		t.Fatalf("%+v, %v", before, err)
	}
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
	v.Go("/give")
	v.See("Given before")
	v.Usable("points for many, and what was given before")
	v.Tap(`a[href="/give/` + b.ID.String() + `"]`)
	v.See("have their points")
	v.Tap(`a[href="/give/` + b.ID.String() + `/undo"]`)
	v.See("Take these points back?")
	v.See("Spent, expired or held")
	v.Usable("taking points back from many")
	v.Tap(`#take-back-form button[type=submit]`)
	v.Type(`#take-back-form [name=reason]`, "Ten times too many")
	v.Tap(`#take-back-form button[type=submit]`)
	v.See("Taking the points back")
	v.Usable("taking points back from many, under way")
	close(gate)
	v.See("were taken back")
	v.See("were spent, expired or held and stay")
	v.Usable("points taken back from many")
	v.Go("/give")
	v.See("Taken back")
	quiet(t, v)
	after, err := s.Services.BulkAwards.Get(t.Context(), s.System(), loyalty.ID{}, b.ID)
	if u := after.Undo; err != nil || after.State != loyalty.BulkUndone || u.Taken != before.Points || u.Spent != before.Spent || u.Reason != "Ten times too many" {
		t.Errorf("%+v, %v; before %+v", after, err, before)
	}
}
