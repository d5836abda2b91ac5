package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/riverqueue/river"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

type (
	expirePointsArgs struct{}
	releaseHoldsArgs struct{}
	purgeArgs        struct{}
	compactArgs      struct{}
	detectArgs       struct{}
	sealAuditArgs    struct{}
	followRosterArgs struct{}
	duplicatesArgs   struct{}
)

// Kind implements river.JobArgs.
func (expirePointsArgs) Kind() string { return "expire_points" }

// Kind implements river.JobArgs.
func (releaseHoldsArgs) Kind() string { return "release_holds" }

// Kind implements river.JobArgs.
func (purgeArgs) Kind() string { return "purge" }

// Kind implements river.JobArgs.
func (compactArgs) Kind() string { return "compact_figures" }

// Kind implements river.JobArgs.
func (sealAuditArgs) Kind() string { return "seal_audit" }

// Kind implements river.JobArgs.
func (detectArgs) Kind() string { return "detect" }

// expirePoints takes points out of the accounts once their time is over.
type expirePoints struct {
	river.WorkerDefaults[expirePointsArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *expirePoints) Work(ctx context.Context, _ *river.Job[expirePointsArgs]) error {
	return everywhere(ctx, w.services, "expire points", w.services.Ledger.ExpirePoints)
}

// releaseHolds gives points back whose reward was set aside and not fetched.
type releaseHolds struct {
	river.WorkerDefaults[releaseHoldsArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *releaseHolds) Work(ctx context.Context, _ *river.Job[releaseHoldsArgs]) error {
	return everywhere(ctx, w.services, "release holds", w.services.Ledger.ReleaseHolds)
}

// everywhere does the work for each organization; one that fails does not keep
// the others from theirs.
func everywhere(ctx context.Context, s *service.Services, what string, do func(context.Context, loyalty.Actor) (int, error)) error {
	all, err := s.Access.Organizations(ctx, loyalty.Actor{Role: loyalty.System})
	if err != nil {
		return err
	}
	var failed []error
	for _, org := range all {
		if _, err := do(ctx, loyalty.Actor{Role: loyalty.System, OrgID: org.ID}); err != nil {
			failed = append(failed, fmt.Errorf("%s of %s: %w", what, org.Slug, err))
		}
	}
	return errors.Join(failed...)
}

// purge removes what nobody asks for any more: stored answers, ended sessions,
// files that were never brought in.
type purge struct {
	river.WorkerDefaults[purgeArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *purge) Work(ctx context.Context, _ *river.Job[purgeArgs]) error {
	if _, err := w.services.Customers.ForgetMerges(ctx); err != nil {
		return err
	}
	if err := w.services.Imports.ForgetUnused(ctx); err != nil {
		return err
	}
	for {
		gone, err := w.services.Access.Purge(ctx)
		if err != nil || gone == 0 {
			return err
		}
	}
}

// compact puts the counters of days that are over together, so that adding up
// years stays quick.
type compact struct {
	river.WorkerDefaults[compactArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *compact) Work(ctx context.Context, _ *river.Job[compactArgs]) error {
	return everywhere(ctx, w.services, "compact figures", w.services.Stats.Compact)
}

// sealAudit chains the audit rows of the last minute.
type sealAudit struct {
	river.WorkerDefaults[sealAuditArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *sealAudit) Work(ctx context.Context, _ *river.Job[sealAuditArgs]) error {
	return everywhere(ctx, w.services, "seal audit log", w.services.Access.SealAudit)
}

// Kind implements river.JobArgs.
func (followRosterArgs) Kind() string { return "follow_roster" }

// followRoster sorts the accounts that changed into the lists, so that whoever
// opens one next finds little left to do.
type followRoster struct {
	river.WorkerDefaults[followRosterArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *followRoster) Work(ctx context.Context, _ *river.Job[followRosterArgs]) error {
	return everywhere(ctx, w.services, "follow roster", w.services.Customers.FollowRoster)
}

// Kind implements river.JobArgs.
func (duplicatesArgs) Kind() string { return "find_duplicates" }

// findDuplicates compares the customers who are new or changed with the others.
type findDuplicates struct {
	river.WorkerDefaults[duplicatesArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *findDuplicates) Work(ctx context.Context, _ *river.Job[duplicatesArgs]) error {
	return everywhere(ctx, w.services, "find duplicates", w.services.Customers.FindDuplicates)
}

// detect runs the detectors over what happened since the last time.
type detect struct {
	river.WorkerDefaults[detectArgs]
	services *service.Services
}

// Work implements river.Worker.
func (w *detect) Work(ctx context.Context, _ *river.Job[detectArgs]) error {
	return everywhere(ctx, w.services, "look for anomalies", w.services.Detection.Round())
}
