package service

import (
	"context"

	"regulars/internal/loyalty"
)

// recentAwards is how many of the customer's latest awards the detectors see.
const recentAwards = 32

// watch runs the detectors that work at once.
type watch struct{ core *Core }

func newWatch(c *Core) *watch { return &watch{core: c} }

// award examines an award that is about to be posted. rule is what the
// program's rule gives, or -1 for an award by hand.
func (w *watch) award(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, row loyalty.Transaction, rule loyalty.Points) []loyalty.Anomaly {
	return nil
}
