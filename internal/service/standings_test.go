package service_test

import (
	"testing"

	"regulars/internal/loyalty"
)

// A ladder stands on whole thresholds: who has exactly as many points as one
// asks for has reached it.
func TestRungs(t *testing.T) {
	t.Parallel()
	here, other := loyalty.ID{1}, loyalty.ID{2}
	all := []loyalty.Standing{
		{ProgramID: here, TierID: loyalty.ID{10}, Lifetime: 0, Members: 1, Points: 5, Oldest: noon},
		{ProgramID: here, TierID: loyalty.ID{10}, Lifetime: 99, Members: 2, Points: 7, Sales: 3, Oldest: noon.AddDate(0, 0, -2)},
		{ProgramID: here, TierID: loyalty.ID{10}, Lifetime: 100, Members: 4},
		{ProgramID: other, Lifetime: 5000, Members: 8},
	}
	q := loyalty.RungsQuery{ProgramID: here, Thresholds: []loyalty.Points{0, 100}}
	rungs, oldest := loyalty.Rungs(all, q)
	if len(rungs) != 2 || rungs[0].To != 0 || rungs[0].Members != 3 || rungs[0].Points != 12 || rungs[0].Sales != 3 ||
		rungs[1].To != 1 || rungs[1].Members != 4 || !oldest.Equal(noon.AddDate(0, 0, -2)) {
		t.Errorf("%+v, oldest %s", rungs, oldest)
	}
	q.Everyone = true
	if rungs, _ = loyalty.Rungs(all, q); len(rungs) != 3 || rungs[1].Members+rungs[2].Members != 12 {
		t.Errorf("with everyone: %+v", rungs)
	}
}
