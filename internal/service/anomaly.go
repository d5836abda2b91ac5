package service

import (
	"context"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// Anomalies shows and decides cases.
type Anomalies struct{ *Core }

// AnomalyTypes are the kinds of cases there can be, in the catalog's order.
func AnomalyTypes() []string {
	kinds := anomaly.Kinds()
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// settleWait is how long whoever looks at cases waits for events of this
// process that are being examined just now.
const settleWait = 250 * time.Millisecond

// Examined waits until every event of this process was examined, at most for
// wait.
func (s *Anomalies) Examined(ctx context.Context, wait time.Duration) { s.exams.settled(ctx, wait) }

// List is a page of cases and how many there are, up to loyalty.CountCap. It
// needs loyalty.AnomaliesRead.
func (s *Anomalies) List(ctx context.Context, actor loyalty.Actor, f loyalty.AnomalyFilter, page loyalty.Page) ([]loyalty.AnomalyRow, int, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return nil, 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return nil, 0, err
	}
	f.StoreIDs = stores
	s.exams.settled(ctx, settleWait)
	return s.repo.Anomalies(ctx, actor.OrgID, f, page)
}

// Place is how many cases stand before one in the list; NotFound where it isn't
// in it. It needs loyalty.AnomaliesRead.
func (s *Anomalies) Place(ctx context.Context, actor loyalty.Actor, f loyalty.AnomalyFilter, id loyalty.ID) (int, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return 0, err
	}
	stores, err := visibleStores(actor, f.StoreIDs)
	if err != nil {
		return 0, err
	}
	f.StoreIDs = stores
	return s.repo.AnomalyPlace(ctx, actor.OrgID, f, id)
}

// visibleStores narrows a filter to the stores that the actor may see: asking
// for another one is NotFound, asking for none means all of the actor's.
func visibleStores(actor loyalty.Actor, asked []loyalty.ID) ([]loyalty.ID, error) {
	for _, id := range asked {
		if err := actor.RequireStore(id); err != nil {
			return nil, err
		}
	}
	if len(asked) == 0 {
		return actor.StoreIDs, nil
	}
	return asked, nil
}

// Get is one case. It needs loyalty.AnomaliesRead.
func (s *Anomalies) Get(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	a, err := s.repo.Anomaly(ctx, actor.OrgID, id)
	if err != nil {
		return loyalty.AnomalyRow{}, err
	}
	if actor.RequireStore(a.StoreID) != nil {
		return loyalty.AnomalyRow{}, loyalty.Missing("anomaly")
	}
	return a, nil
}

// Open is how many cases wait for the actor; 0 for who may not see them.
func (s *Anomalies) Open(ctx context.Context, actor loyalty.Actor) (int, error) {
	if !actor.Can(loyalty.AnomaliesRead) {
		return 0, nil
	}
	return s.repo.OpenAnomalies(ctx, actor.OrgID, actor.StoreIDs)
}
