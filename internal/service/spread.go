package service

import (
	"context"

	"regulars/internal/loyalty"
)

// Spread is a program's members by their lifetime points, for drawing.
type Spread struct {
	Steps []Step // equally wide, from 0
	Max   int64  // points at the right end; the last step holds those beyond it too
}

// Step is how many members have at least From and less than To points.
type Step struct{ From, To, Members int64 }

const spreadSteps = 40

// Spread counts a program's members by lifetime points, on a scale that shows
// its whole ladder. It is at most a minute old. It needs loyalty.LoyaltyRead.
func (s *Programs) Spread(ctx context.Context, actor loyalty.Actor, program loyalty.Program) (Spread, error) {
	if err := actor.Require(loyalty.LoyaltyRead); err != nil {
		return Spread{}, err
	}
	top := int64(0)
	for _, t := range program.Tiers {
		top = max(top, int64(t.MinPoints))
	}
	out := Spread{Max: scaleFor(top)}
	q := loyalty.RungsQuery{ProgramID: program.ID, Everyone: program.Active}
	width := out.Max / spreadSteps
	for i := range int64(spreadSteps) {
		q.Thresholds = append(q.Thresholds, loyalty.Points(i*width))
		out.Steps = append(out.Steps, Step{From: i * width, To: (i + 1) * width})
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return Spread{}, err
	}
	all, err := s.standings(ctx, cfg)
	if err != nil {
		return Spread{}, err
	}
	rungs, _ := loyalty.Rungs(all, q)
	for _, r := range rungs {
		out.Steps[max(0, r.To)].Members += r.Members
	}
	return out, nil
}

// scaleFor is a round number of points, divisible into steps, that leaves room
// beyond the top threshold.
func scaleFor(top int64) int64 {
	for unit := int64(spreadSteps); ; unit *= 10 {
		for _, n := range []int64{1, 2, 3, 4, 5, 6, 8} {
			if unit*n >= max(top+top/2, 400) {
				return unit * n
			}
		}
	}
}
