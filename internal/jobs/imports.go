package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

const (
	// importQueue holds work that somebody waits for: imports and bulk awards.
	importQueue = "imports"
	// Somebody sits in front of an import, so that it is looked for often.
	importPoll    = time.Second
	importWorkers = 3
	// dueEvery is how often imports are looked for that a server has left.
	dueEvery = 20 * time.Second
)

type (
	importArgs struct {
		OrgID    string `json:"organization_id"`
		ImportID string `json:"import_id"`
	}
	dueWorkArgs struct{}
)

// Kind implements river.JobArgs.
func (importArgs) Kind() string { return "import" }

// Kind implements river.JobArgs.
func (dueWorkArgs) Kind() string { return "due_work" }

// importOptions keep an import from being queued twice a minute. Twice does
// no harm: one of two servers works on it.
func importOptions() *river.InsertOpts {
	return &river.InsertOpts{Queue: importQueue, MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: time.Minute}}
}

// QueueImport has the import worked on soon, by any server.
func (r *Runner) QueueImport(ctx context.Context, orgID, id loyalty.ID) error {
	opts := importOptions()
	opts.UniqueOpts = river.UniqueOpts{} // what was checked a moment ago is to be brought in now
	if _, err := r.client.Insert(ctx, importArgs{orgID.String(), id.String()}, opts); err != nil {
		return fmt.Errorf("queue an import: %w", err)
	}
	return nil
}

// runImport checks, brings in or undoes a file.
type runImport struct {
	river.WorkerDefaults[importArgs]
	services *service.Services
}

// Timeout implements river.Worker: a large file takes what it takes.
func (w *runImport) Timeout(*river.Job[importArgs]) time.Duration { return -1 }

// Work implements river.Worker.
func (w *runImport) Work(ctx context.Context, job *river.Job[importArgs]) error {
	orgID, _ := loyalty.ParseID(job.Args.OrgID)
	id, _ := loyalty.ParseID(job.Args.ImportID)
	err := w.services.Imports.Work(ctx, orgID, id)
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return nil // it was discarded meanwhile
	}
	return err
}

// lookForDue has work looked for now and then that a server has left.
func lookForDue() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(dueEvery), func() (river.JobArgs, *river.InsertOpts) {
		return dueWorkArgs{}, &river.InsertOpts{Queue: importQueue, MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByPeriod: dueEvery}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// dueWork takes up imports and bulk awards that a server has left.
type dueWork struct {
	river.WorkerDefaults[dueWorkArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *dueWork) Work(ctx context.Context, _ *river.Job[dueWorkArgs]) error {
	client := river.ClientFromContext[*sql.Tx](ctx)
	imports, err := w.services.Imports.Due(ctx)
	if err != nil {
		return err
	}
	for _, m := range imports {
		if _, err := client.Insert(ctx, importArgs{m.OrgID.String(), m.ID.String()}, importOptions()); err != nil {
			return fmt.Errorf("queue an import: %w", err)
		}
	}
	awards, err := w.services.BulkAwards.Due(ctx)
	if err != nil {
		return err
	}
	for _, b := range awards {
		if _, err := client.Insert(ctx, bulkArgs{b.OrgID.String(), b.ID.String()}, importOptions()); err != nil {
			return fmt.Errorf("queue a bulk award: %w", err)
		}
	}
	return nil
}
