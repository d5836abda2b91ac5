package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

const (
	// maxReplayWeeks and replayMost bound a replay, in weeks and transactions.
	maxReplayWeeks = 52
	replayMost     = 1_500_000
	// replayStep is how many events pass between two words about how far it is.
	replayStep = 20_000
	// replayDead is after how long without such a word nobody works on it.
	replayDead = 2 * time.Minute
)

// TryDetectors are settings to be tried on the past before they are saved.
type TryDetectors struct {
	SaveDetectors
	Weeks int // 1 to 52
}

// ReplayResult is what settings would have found, beside those in force.
type ReplayResult struct {
	From   time.Time     `json:"from"`
	To     time.Time     `json:"to"`
	Cut    bool          `json:"cut"` // From is later than asked for: too much has happened
	Now    ReplayCount   `json:"now"` // by the settings in force
	Then   ReplayCount   `json:"then"`
	Kinds  []ReplayShare `json:"kinds"`
	Stores []ReplayShare `json:"stores"`
}

// ReplayCount is how many cases there would have been, and how many of them
// below the line.
type ReplayCount struct {
	Cases int `json:"cases"`
	Below int `json:"below"`
}

// ReplayShare is the cases of a kind or a store.
type ReplayShare struct {
	Name string `json:"name"` // the kind, or the store's id
	Now  int    `json:"now"`
	Then int    `json:"then"`
}

// ReplayState is a replay and how far it is.
type ReplayState struct {
	loyalty.Replay
	Result    *ReplayResult // nil until it is there
	Broken    bool          // nobody works on it any more
	Detectors []Detector    // the settings being tried
	InForce   []Detector    // those in force when they began to be
}

// triedSettings is how a replay keeps what it tries.
type triedSettings struct {
	DetectorChoice
	InForce DetectorChoice `json:"in_force"`
}

// Try begins to try settings on the last weeks, behind the request. It needs
// loyalty.ProgramWrite.
func (s *Detection) Try(ctx context.Context, actor loyalty.Actor, cmd TryDetectors) (loyalty.Replay, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return loyalty.Replay{}, err
	}
	choice, err := cmd.settings()
	if err != nil {
		return loyalty.Replay{}, err
	}
	var p loyalty.Problems
	if cmd.Weeks < 1 || cmd.Weeks > maxReplayWeeks {
		p.Add("weeks", "must be a whole number from 1 to 52")
	}
	if err := p.Err(); err != nil {
		return loyalty.Replay{}, err
	}
	inForce, err := s.inForce(ctx, actor, cmd.SaveDetectors)
	if err != nil {
		return loyalty.Replay{}, err
	}
	text, err := json.Marshal(triedSettings{DetectorChoice: choice, InForce: inForce})
	if err != nil {
		return loyalty.Replay{}, fmt.Errorf("encode detector settings: %w", err)
	}
	now := s.moment()
	r := loyalty.Replay{ID: loyalty.NewID(now), Settings: text, Weeks: cmd.Weeks, StaffID: actor.StaffID, StartedAt: now, AliveAt: now}
	if err := s.saveReplay(ctx, actor.OrgID, r); err != nil {
		return r, err
	}
	go s.work(context.WithoutCancel(ctx), actor.OrgID, r, choice)
	return r, nil
}

// inForce is the settings in force, unless others have changed them meanwhile.
func (s *Detection) inForce(ctx context.Context, actor loyalty.Actor, cmd SaveDetectors) (DetectorChoice, error) {
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return DetectorChoice{}, err
	}
	if err := cmd.still(cfg); err != nil {
		return DetectorChoice{}, err
	}
	return DetectorSettings(cfg)
}

func (s *Detection) saveReplay(ctx context.Context, orgID loyalty.ID, r loyalty.Replay) error {
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.SaveReplay(ctx, orgID, r) })
}

// Tried is a replay and how far it is. It needs loyalty.AnomaliesRead.
func (s *Detection) Tried(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (ReplayState, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return ReplayState{}, err
	}
	r, err := s.repo.Replay(ctx, actor.OrgID, id)
	if err != nil {
		return ReplayState{}, err
	}
	state := ReplayState{Replay: r}
	tried := triedSettings{DetectorChoice: DetectorChoice{Settings: anomaly.DefaultSettings()}, InForce: DetectorChoice{Settings: anomaly.DefaultSettings()}}
	if err := json.Unmarshal(r.Settings, &tried); err != nil {
		return ReplayState{}, fmt.Errorf("read a replay's settings: %w", err)
	}
	state.Detectors, state.InForce = detectors(tried.DetectorChoice), detectors(tried.InForce)
	if len(r.Result) > 0 {
		state.Result = &ReplayResult{}
		if err := json.Unmarshal(r.Result, state.Result); err != nil {
			return ReplayState{}, fmt.Errorf("read a replay's result: %w", err)
		}
		return state, nil
	}
	state.Broken = r.Problem != "" || s.now().Sub(r.AliveAt) > replayDead
	return state, nil
}

// work goes through the past, one replay at a time in this process.
func (s *Detection) work(ctx context.Context, orgID loyalty.ID, r loyalty.Replay, choice DetectorChoice) {
	s.replays <- struct{}{}
	defer func() { <-s.replays }()
	result, err := s.replay(ctx, orgID, &r, choice)
	if err == nil {
		r.Result, err = json.Marshal(result)
	}
	if err != nil {
		s.log.ErrorContext(ctx, "a replay broke off", "organization", orgID.String(), "err", err)
		r.Problem = "broke off"
	}
	r.Done, r.AliveAt = 1, s.moment()
	if err := s.saveReplay(ctx, orgID, r); err != nil {
		s.log.ErrorContext(ctx, "a replay's result can't be kept", "organization", orgID.String(), "err", err)
	}
}

func (s *Detection) replay(ctx context.Context, orgID loyalty.ID, r *loyalty.Replay, choice DetectorChoice) (result ReplayResult, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("replay: %v", p)
		}
	}()
	events, err := newStream(ctx, s.Core, orgID)
	if err != nil {
		return result, err
	}
	to := r.StartedAt
	result.From, result.To = to.Add(-time.Duration(r.Weeks)*7*oneDay), to
	warm := result.From.Add(-warmTime)
	times, err := s.repo.EventTimes(ctx, orgID, warm, to, replayMost)
	if err != nil {
		return result, err
	}
	if times.Before.After(warm) {
		warm = times.Before
		if result.Cut = warm.After(result.From); result.Cut {
			result.From = warm
		}
	}
	engines := [2]*anomaly.Engine{events.engine(events.choice, nil, nil), events.engine(choice, nil, nil)}
	push := func(e anomaly.Event) error {
		for _, g := range engines {
			if err := g.Push(e); err != nil {
				return err
			}
		}
		if r.Events++; r.Events%replayStep != 0 {
			return nil
		}
		r.Done, r.AliveAt = float64(e.At.Sub(warm))/float64(to.Sub(warm)), s.moment()
		return s.saveReplay(ctx, orgID, *r)
	}
	if _, err := events.run(ctx, warm, to, push); err != nil {
		return result, err
	}
	for _, g := range engines {
		g.Flush()
	}
	result.count(engines[0].Cases(), engines[1].Cases())
	return result, nil
}

// count sorts the cases that opened within the time by kind and store.
func (r *ReplayResult) count(now, then []*anomaly.Case) {
	kinds, stores := map[string]*ReplayShare{}, map[string]*ReplayShare{}
	share := func(of map[string]*ReplayShare, name string) *ReplayShare {
		if of[name] == nil {
			of[name] = &ReplayShare{Name: name}
		}
		return of[name]
	}
	tally := func(cases []*anomaly.Case, total *ReplayCount, one func(*ReplayShare)) {
		for _, c := range cases {
			if c.OpenedAt.Before(r.From) {
				continue
			}
			total.Cases++
			if c.BelowLine {
				total.Below++
			}
			one(share(kinds, string(c.Kind)))
			one(share(stores, c.Store.String()))
		}
	}
	tally(now, &r.Now, func(s *ReplayShare) { s.Now++ })
	tally(then, &r.Then, func(s *ReplayShare) { s.Then++ })
	r.Kinds, r.Stores = sorted(kinds), sorted(stores)
}

// sorted is the shares, most cases first.
func sorted(of map[string]*ReplayShare) []ReplayShare {
	out := make([]ReplayShare, 0, len(of))
	for _, s := range of {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b ReplayShare) int {
		return cmp.Or(cmp.Compare(max(b.Then, b.Now), max(a.Then, a.Now)), cmp.Compare(a.Name, b.Name))
	})
	return out
}
