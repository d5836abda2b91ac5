package simulate

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"regulars/internal/anomaly"
)

// Study measures settings on a range of seeds.
type Study struct {
	From, To uint64
	Workers  int // at the same time; at least one works
	Settings anomaly.Settings
	// Keep is a directory in which each seed's figures stay, so that a study
	// can be interrupted, or made in parts. Figures kept there are believed
	// where they are of the same settings: empty it when detectors change.
	Keep string
	Step func(done, all int) // called after each seed; nil is not
}

// figures are what one seed gave.
type figures struct {
	Seed     uint64           `json:"seed"`
	Settings anomaly.Settings `json:"settings"`
	Tallies  []Tally          `json:"tallies"`
	Unseen   Tally            `json:"unseen"`

	err error
}

// Run measures every seed and adds them up. It stops early with the context's
// error.
func (s Study) Run(ctx context.Context) (Report, error) {
	if s.From > s.To {
		return Report{}, fmt.Errorf("study seeds %d to %d: the first is after the last", s.From, s.To)
	}
	all := map[uint64]figures{}
	var failed error
	for f := range s.each(ctx) {
		all[f.Seed] = f
		failed = cmp.Or(failed, f.err)
		if s.Step != nil {
			s.Step(len(all), int(s.To-s.From)+1)
		}
	}
	// In the order of seeds, whoever was done first.
	failed = cmp.Or(failed, ctx.Err())
	report := Report{From: s.From, To: s.To}
	for seed := s.From; seed <= s.To && failed == nil; seed++ {
		report.add(all[seed].Tallies, all[seed].Unseen)
	}
	return report, failed
}

// each measures every seed, some at a time, until all are done.
func (s Study) each(ctx context.Context) <-chan figures {
	seeds, done := make(chan uint64), make(chan figures)
	var pool sync.WaitGroup
	for range max(1, s.Workers) {
		pool.Go(func() {
			for seed := range seeds {
				f, err := s.seed(ctx, seed)
				f.Seed, f.err = seed, err
				done <- f
			}
		})
	}
	go func() {
		for seed := s.From; seed <= s.To && ctx.Err() == nil; seed++ {
			seeds <- seed
		}
		close(seeds)
		pool.Wait()
		close(done)
	}()
	return done
}

// seed is the figures of one seed, kept or new.
func (s Study) seed(ctx context.Context, seed uint64) (figures, error) {
	if f, ok, err := s.kept(seed); ok || err != nil {
		return f, err
	}
	tallies, err := Measure(ctx, Year(seed), s.Settings)
	if err != nil {
		return figures{}, err
	}
	unseen, err := Measure(ctx, unseenYear(seed), s.Settings)
	if err != nil {
		return figures{}, err
	}
	f := figures{Seed: seed, Settings: s.Settings, Tallies: tallies, Unseen: unseen[0]}
	return f, s.keep(f)
}

func (s Study) file(seed uint64) string {
	return filepath.Join(s.Keep, fmt.Sprintf("seed-%d.json", seed))
}

// kept reads a seed's figures; ok is false where there are none of these
// settings.
func (s Study) kept(seed uint64) (f figures, ok bool, err error) {
	if s.Keep == "" {
		return figures{}, false, nil
	}
	text, err := os.ReadFile(s.file(seed))
	if errors.Is(err, fs.ErrNotExist) {
		return figures{}, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		return figures{}, false, fmt.Errorf("read figures of seed %d: %w", seed, err)
	}
	return f, f.Settings == s.Settings && len(f.Tallies) > 0, nil
}

// keep writes a seed's figures, whole or not at all.
func (s Study) keep(f figures) error {
	if s.Keep == "" {
		return nil
	}
	text, err := json.Marshal(f)
	if err == nil {
		err = os.MkdirAll(s.Keep, 0o755)
	}
	if err == nil {
		err = os.WriteFile(s.file(f.Seed)+".part", text, 0o644)
	}
	if err == nil {
		err = os.Rename(s.file(f.Seed)+".part", s.file(f.Seed))
	}
	if err != nil {
		return fmt.Errorf("keep figures of seed %d: %w", f.Seed, err)
	}
	return nil
}
