package service

import (
	"context"
	"encoding/json"
	"math"
	"sync"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

const (
	// recentAwards is how many of the customer's latest awards detectors see.
	recentAwards = anomaly.MaxRecent
	// baselineAwards is how many of a store's latest awards make its norm.
	baselineAwards = 400
	// baselineLife is how long a norm is used before it is worked out anew.
	baselineLife = 15 * time.Minute
)

// watch runs the detectors that work at once, inside the award. It never fails
// or holds up an award: what a detector can't do is logged.
type watch struct {
	core *Core
	// baseline is what is normal at the store, or with the zero store in the
	// organization.
	baseline func(ctx context.Context, orgID, storeID loyalty.ID) anomaly.Baseline
	mu       sync.Mutex
	norms    map[normKey]*norm
}

type normKey struct{ org, store loyalty.ID }

type norm struct {
	at       time.Time
	loading  bool
	baseline anomaly.Baseline
}

func newWatch(c *Core) *watch {
	w := &watch{core: c, norms: map[normKey]*norm{}}
	w.baseline = w.norm
	return w
}

// award examines an award that is about to be posted. rule is what the
// program's rule gives, or -1 for an award by hand.
func (w *watch) award(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, row loyalty.Transaction, rule loyalty.Points) []loyalty.Anomaly {
	settings, err := DetectorSettings(cfg)
	if err != nil {
		w.core.log.ErrorContext(ctx, "detector settings can't be read", "organization", cfg.Organization.ID.String(), "err", err)
	}
	e := anomaly.Event{
		ID: anomaly.ID(row.ID), Type: anomaly.Award, At: row.At, Store: anomaly.ID(row.StoreID), Staff: anomaly.ID(row.StaffID),
		Customer: anomaly.ID(row.CustomerID), Order: anomaly.ID(row.OrderID), Amount: int64(row.Amount), Points: int64(row.Points),
		RulePoints: int64(rule), Balance: int64(row.BalanceAfter),
	}
	if !row.OrderID.IsZero() {
		e.Type = anomaly.Order
	}
	recent := recentOf(snap, row.At)
	recent.Daypart = w.baseline(ctx, cfg.Organization.ID, row.StoreID)
	recent.Organization = w.baseline(ctx, cfg.Organization.ID, loyalty.ID{})
	signals, err := anomaly.Examine(atOnce(settings), e, recent)
	if err != nil {
		w.core.log.ErrorContext(ctx, "detector failed", "transaction", row.ID.String(), "err", err)
	}
	var cases []loyalty.Anomaly
	for _, sig := range signals {
		if sig.Hard || sig.Score >= settings.Cases.OpenScore {
			c := caseOf(sig, row, snap)
			c.MuteDays = int(settings.Cases.MuteDays)
			cases = append(cases, c)
		}
	}
	return cases
}

// atOnce leaves on the detectors that the award's snapshot can feed.
func atOnce(s anomaly.Settings) anomaly.Settings {
	return anomaly.Settings{RapidEarning: s.RapidEarning, UnusualAmount: s.UnusualAmount, Cases: s.Cases}
}

// DetectorSettings are the active program's own, or the defaults. Settings that
// can't be read come back as the defaults with the error.
func DetectorSettings(cfg *loyalty.Config) (anomaly.Settings, error) {
	s := anomaly.DefaultSettings()
	if len(cfg.Anomalies) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(cfg.Anomalies, &s); err != nil {
		return anomaly.DefaultSettings(), err
	}
	return s, nil
}

// recentOf is the customer's latest awards, and how often one came a week over
// the time they span. The last day is left out of the rate, so that a burst
// does not make itself normal.
func recentOf(snap loyalty.Snapshot, at time.Time) anomaly.Recent {
	var r anomaly.Recent
	since, older := at, 0
	for _, x := range snap.Recent {
		r.Earnings = append(r.Earnings, anomaly.Earning{
			ID: anomaly.ID(x.ID), At: x.At, Points: int64(x.Points), Amount: int64(x.Amount), IsOrder: !x.OrderID.IsZero(),
			Staff: anomaly.ID(x.StaffID), Order: anomaly.ID(x.OrderID),
		})
		if at.Sub(x.At) > 24*time.Hour {
			since, older = x.At, older+1
		}
	}
	if len(snap.Recent) < recentAwards && snap.Account != nil && snap.Account.Since.Before(since) {
		since = snap.Account.Since
	}
	if weeks := at.Sub(since).Hours()/(24*7) - 1.0/7; weeks > 0 {
		r.HistoryWeeks, r.WeeklyMean = weeks, float64(older)/weeks
	}
	return r
}

// norm is the store's baseline, or with the zero store the organization's. A
// missing one is worked out now, an old one behind the award.
func (w *watch) norm(ctx context.Context, orgID, storeID loyalty.ID) anomaly.Baseline {
	key := normKey{orgID, storeID}
	w.mu.Lock()
	n, known := w.norms[key]
	if !known {
		n = &norm{}
		w.norms[key] = n
	}
	now := w.core.now()
	stale := now.Sub(n.at) > baselineLife && !n.loading
	n.loading = n.loading || stale
	baseline := n.baseline
	w.mu.Unlock()
	switch {
	case !stale:
		return baseline
	case known:
		go w.load(context.WithoutCancel(ctx), key, now)
		return baseline
	}
	return w.load(ctx, key, now)
}

func (w *watch) load(ctx context.Context, key normKey, now time.Time) anomaly.Baseline {
	samples, err := w.core.repo.Amounts(ctx, key.org, key.store, baselineAwards)
	if err != nil {
		w.core.log.ErrorContext(ctx, "baseline can't be read", "organization", key.org.String(), "err", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.norms[key]
	n.loading, n.at = false, now
	if err == nil {
		n.baseline = baselineOf(samples)
	}
	return n.baseline
}

func baselineOf(samples []loyalty.AwardSample) anomaly.Baseline {
	var amounts, points []float64
	for _, s := range samples {
		if s.Amount > 0 {
			amounts = append(amounts, float64(s.Amount))
		} else {
			points = append(points, float64(s.Points))
		}
	}
	return anomaly.Baseline{Amount: anomaly.CenterOf(amounts), Points: anomaly.CenterOf(points)}
}

// caseOf is the case that a signal about row opens or grows.
func caseOf(sig anomaly.Signal, row loyalty.Transaction, snap loyalty.Snapshot) loyalty.Anomaly {
	ids := []loyalty.ID{row.ID}
	if sig.Kind == anomaly.RapidEarning {
		for _, x := range snap.Recent {
			if row.At.Sub(x.At) <= 24*time.Hour {
				ids = append(ids, x.ID)
			}
		}
	}
	return loyalty.Anomaly{
		OrgID: row.OrgID, ID: loyalty.NewID(row.At), CustomerID: row.CustomerID, StoreID: row.StoreID, StaffID: row.StaffID,
		Type: string(sig.Kind), Severity: string(sig.Severity), Score: math.Round(sig.Score*100) / 100, Description: sig.Description,
		Format: sig.Format, Args: sig.Args, PointsInvolved: loyalty.Points(sig.PointsInvolved),
		Evidence: evidence(sig), TransactionIDs: ids, CaseKey: string(sig.Kind) + " " + sig.Key.String(), Status: loyalty.PendingReview,
		FlaggedAt: row.At, UpdatedAt: row.At,
	}
}

// evidence is the signal's evidence as a document.
func evidence(sig anomaly.Signal) map[string]any {
	text, err := json.Marshal(sig.Evidence)
	if err != nil {
		return nil
	}
	doc := map[string]any{}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil
	}
	return doc
}
