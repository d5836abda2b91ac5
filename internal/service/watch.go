package service

import (
	"context"
	"encoding/json"
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

// watch runs the detectors that work at once, right behind whatever moved
// points; only what must be held for a manager is found out before. It never
// fails or holds up an award: what a detector can't do is logged, and the
// background job examines the event again.
type watch struct {
	core *Core
	// baseline is what is normal at the store, or with the zero store in the
	// organization.
	baseline func(ctx context.Context, orgID, storeID loyalty.ID) anomaly.Baseline
	// inline has orders examined while they are posted: an import does that on
	// its own history, and nobody waits at a till.
	inline bool
	mu     sync.Mutex
	norms  map[normKey]*norm
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

// award is what is found out about an award before it is posted: a member of
// staff putting points on their own account, which are then held, and for an
// import all that its own history shows.
func (w *watch) award(ctx context.Context, snap loyalty.Snapshot, cfg *loyalty.Config, actor loyalty.Actor, row loyalty.Transaction, o *loyalty.Order) []loyalty.Signal {
	own := !actor.AccountID.IsZero() && actor.AccountID == row.CustomerID
	if !own && !w.inline {
		return nil
	}
	choice, err := DetectorSettings(cfg)
	if err != nil {
		w.core.log.ErrorContext(ctx, "detector settings can't be read", "organization", cfg.Organization.ID.String(), "err", err)
	}
	on, recent := anomaly.Settings{StaffFavoritism: choice.StaffFavoritism, Cases: choice.Cases}, anomaly.Recent{}
	if w.inline {
		on = anomaly.Settings{RapidEarning: choice.RapidEarning, UnusualAmount: choice.UnusualAmount, Cases: choice.Cases}
		recent = recentOf(snap, row.At)
		recent.Daypart = w.baseline(ctx, cfg.Organization.ID, row.StoreID)
		recent.Organization = w.baseline(ctx, cfg.Organization.ID, loyalty.ID{})
	}
	found, err := anomaly.Examine(on, awardEvent(row, o, actor), recent)
	if err != nil {
		w.core.log.ErrorContext(ctx, "detector failed", "transaction", row.ID.String(), "err", err)
	}
	var out []loyalty.Signal
	for _, sig := range found {
		s := signalOf(sig, cfg.Organization.ID, choice)
		if own {
			s.Hold = &loyalty.Hold{Kind: loyalty.HoldPoints, ObjectID: row.ID, Points: row.Points}
			// One such award that was all right makes the next no less a matter
			// for a manager.
			s.MuteDays = 0
		}
		if s.Opens {
			out = append(out, s)
		}
	}
	return out
}

// DetectorChoice is what a program has set up for its detectors.
type DetectorChoice struct {
	anomaly.Settings
	// ApprovalLimit is the points from which an award by hand needs a manager;
	// 0 is none.
	ApprovalLimit loyalty.Points `json:"approval_limit"`
}

// DetectorSettings are the active program's own, or the defaults. Settings that
// can't be read come back as the defaults with the error.
func DetectorSettings(cfg *loyalty.Config) (DetectorChoice, error) {
	s := DetectorChoice{Settings: anomaly.DefaultSettings()}
	if len(cfg.Anomalies) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(cfg.Anomalies, &s); err != nil {
		return DetectorChoice{Settings: anomaly.DefaultSettings()}, err
	}
	return s, nil
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
