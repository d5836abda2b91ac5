package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// maxMoves is how many of the members who move are named.
const maxMoves = 100

// Preview says what a change of a program would do, and changes nothing: who
// moves up and down, what the points held are worth, what a year would cost,
// what a bill earns. Who moves is named only to those who may see customers. A
// tier of the Preview's Program that does not exist yet has no id.
// It needs loyalty.ProgramWrite, and refuses what Change would refuse but for
// a tier that a reward asks for. In a large organization the members may be
// counted as of a minute ago; the names are as of now.
func (s *Programs) Preview(ctx context.Context, actor loyalty.Actor, cmd ChangeProgram) (loyalty.Preview, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return loyalty.Preview{}, err
	}
	before, err := s.repo.Program(ctx, actor.OrgID, cmd.ID)
	if err != nil {
		return loyalty.Preview{}, err
	}
	p := cmd.Fields.Unread
	after, _, err := plan(&p, before, cmd.Fields, s.moment())
	if err != nil {
		return loyalty.Preview{}, err
	}
	v, err := s.preview(ctx, actor, before, after, cmd.Moves)
	v.Program.Tiers = slices.Clone(after.Tiers)
	for i, t := range v.Program.Tiers {
		if _, exists := before.Tier(t.ID); !exists {
			v.Program.Tiers[i].ID, v.Program.Tiers[i].CreatedAt = loyalty.ID{}, time.Time{}
		}
	}
	return v, err
}

func (s *Programs) preview(ctx context.Context, actor loyalty.Actor, before, after loyalty.Program, names bool) (loyalty.Preview, error) {
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Preview{}, err
	}
	if after.Active && cfg.Program != nil {
		before = *cfg.Program // whose members these are until then
	}
	q := rungsOf(after)
	all, err := s.standings(ctx, cfg)
	if err != nil {
		return loyalty.Preview{}, err
	}
	rungs, oldest := loyalty.Rungs(all, q)
	days := 0
	if !oldest.IsZero() {
		// A few busy days say little about a year, so a new restaurant counts
		// as open for a week at least.
		days = max(7, int(s.now().Sub(oldest)/(24*time.Hour))+1)
	}
	v := loyalty.NewPreview(before, after, rungs, loyalty.Exponent(cfg.Organization.Currency), days)
	if names && v.Moved.Total > 0 && actor.Can(loyalty.CustomersRead) {
		v.Moves, err = s.repo.Moves(ctx, actor.OrgID, q, after.Tiers, maxMoves)
	}
	return v, err
}

// rungsOf asks for those who are, or would be, members of the program.
func rungsOf(p loyalty.Program) loyalty.RungsQuery {
	return loyalty.RungsQuery{ProgramID: p.ID, Everyone: p.Active, Thresholds: p.Thresholds()}
}
