// Package jobs is the work that nobody waits for: points expire, holds run
// out, what nobody asks for any more goes. It runs in every server, over a
// queue in the database, and one server at a time sees to it that it is done.
package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"

	"regulars/internal/service"
)

const (
	// The shortest period is a minute, so looking every few seconds is often
	// enough, and it leaves an idle server idle.
	pollInterval = 5 * time.Second
	maxWorkers   = 2
	// jobTime is how long one round may take: what is left over is due again
	// in the next.
	jobTime = 20 * time.Minute
	// keepDone is how long a finished job can be looked up.
	keepDone = time.Hour
)

// Runner does the background work of one server.
type Runner struct{ client *river.Client[*sql.Tx] }

// New prepares the background work over the queue in db.
func New(db *sql.DB, s *service.Services, log *slog.Logger) (*Runner, error) {
	return newRunner(db, s, log, pollInterval)
}

func newRunner(db *sql.DB, s *service.Services, log *slog.Logger, poll time.Duration) (*Runner, error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &expirePoints{services: s})
	river.AddWorker(workers, &releaseHolds{services: s})
	river.AddWorker(workers, &purge{services: s})
	river.AddWorker(workers, &compact{services: s})
	river.AddWorker(workers, &detect{services: s})
	river.AddWorker(workers, &runImport{services: s})
	river.AddWorker(workers, &runBulkAward{services: s})
	river.AddWorker(workers, &dueWork{services: s})
	river.AddWorker(workers, &sealAudit{services: s})
	river.AddWorker(workers, &followRoster{services: s})
	river.AddWorker(workers, &findDuplicates{services: s})
	client, err := river.NewClient(riverdatabasesql.New(db), &river.Config{
		Logger:  slog.New(onlyWarnings{log.Handler()}),
		Workers: workers,
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: maxWorkers},
			importQueue:        {MaxWorkers: importWorkers, FetchPollInterval: min(poll, importPoll), FetchCooldown: min(poll, importPoll)},
		},
		FetchPollInterval:           poll,
		FetchCooldown:               min(poll, time.Second),
		PollOnly:                    true,
		JobTimeout:                  jobTime,
		CompletedJobRetentionPeriod: keepDone,
		PeriodicJobs: []*river.PeriodicJob{
			every(time.Hour, expirePointsArgs{}), every(time.Minute, releaseHoldsArgs{}), every(time.Hour, purgeArgs{}),
			every(24*time.Hour, compactArgs{}), every(time.Minute, sealAuditArgs{}), every(time.Minute, followRosterArgs{}),
			every(10*time.Minute, detectArgs{}), every(time.Minute, duplicatesArgs{}), lookForDue(),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare background work: %w", err)
	}
	return &Runner{client}, nil
}

// every has the job done now and then once a period. While one waits, no
// second is queued: a round does whatever is due.
func every(period time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(period), func() (river.JobArgs, *river.InsertOpts) {
		return args, &river.InsertOpts{MaxAttempts: 3, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: period}}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// Start begins to work, until Stop.
func (r *Runner) Start(ctx context.Context) error {
	if err := r.client.Start(ctx); err != nil {
		return fmt.Errorf("start background work: %w", err)
	}
	return nil
}

// Stop waits for the jobs under way, and breaks them off when ctx ends: each
// can be, and is taken up again later.
func (r *Runner) Stop(ctx context.Context) error {
	err := r.client.Stop(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		err = r.client.StopAndCancel(rest)
	}
	if err != nil {
		return fmt.Errorf("stop background work: %w", err)
	}
	return nil
}

// migrationLock is the key under which servers that start at once queue up.
const migrationLock = 0x7265_6775_6c61_7273

// Migrate brings the queue's own tables up to date, as the owner of the
// schema.
func Migrate(ctx context.Context, db *sql.DB) (err error) {
	hold, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, hold.Close()) }()
	if _, err := hold.ExecContext(ctx, `SET lock_timeout = 0; SELECT pg_advisory_lock(`+fmt.Sprint(int64(migrationLock))+`)`); err != nil {
		return fmt.Errorf("wait to migrate the queue: %w", err)
	}
	migrator, err := rivermigrate.New(riverdatabasesql.New(db), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("prepare to migrate the queue: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate the queue: %w", err)
	}
	_, err = hold.ExecContext(ctx, `SELECT pg_advisory_unlock_all()`)
	return err
}

// onlyWarnings keeps the queue's talk of its own doings out of the log.
type onlyWarnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h onlyWarnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}
