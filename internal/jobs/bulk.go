package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

type bulkArgs struct {
	OrgID string `json:"organization_id"`
	ID    string `json:"bulk_id"`
}

// Kind implements river.JobArgs.
func (bulkArgs) Kind() string { return "bulk_award" }

// QueueBulkAward has the award given, or taken back, soon, by any server.
func (r *Runner) QueueBulkAward(ctx context.Context, orgID, id loyalty.ID) error {
	opts := importOptions()
	opts.UniqueOpts = river.UniqueOpts{} // what was given a moment ago is to be taken back now
	if _, err := r.client.Insert(ctx, bulkArgs{orgID.String(), id.String()}, opts); err != nil {
		return fmt.Errorf("queue a bulk award: %w", err)
	}
	return nil
}

// runBulkAward gives many customers their points, or takes them back.
type runBulkAward struct {
	river.WorkerDefaults[bulkArgs]
	services *service.Services
}

// Timeout implements river.Worker: a million customers take what they take.
func (w *runBulkAward) Timeout(*river.Job[bulkArgs]) time.Duration { return -1 }

// Work implements river.Worker.
func (w *runBulkAward) Work(ctx context.Context, job *river.Job[bulkArgs]) error {
	orgID, _ := loyalty.ParseID(job.Args.OrgID)
	id, _ := loyalty.ParseID(job.Args.ID)
	return w.services.BulkAwards.Work(ctx, orgID, id)
}
