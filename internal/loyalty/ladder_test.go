package loyalty_test

import (
	"math"
	"reflect"
	"testing"

	"regulars/internal/loyalty"
)

func TestCheckLadder(t *testing.T) {
	t.Parallel()
	bronze := loyalty.Tier{Name: "Bronze", MinPoints: 0, Multiplier: 100}
	silver := loyalty.Tier{Name: "Silver", MinPoints: 500, Multiplier: 110}
	for name, tt := range map[string]struct {
		tiers []loyalty.Tier
		want  []string
	}{
		"the usual one":                {loyalty.DefaultTiers(), nil},
		"one tier":                     {[]loyalty.Tier{bronze}, nil},
		"none":                         {nil, []string{"tiers"}},
		"too many":                     {make([]loyalty.Tier, 21), []string{"tiers"}},
		"none at zero":                 {[]loyalty.Tier{silver}, []string{"tiers"}},
		"the same threshold twice":     {[]loyalty.Tier{bronze, silver, {Name: "Gold", MinPoints: 500, Multiplier: 100}}, []string{"tiers[2].minPoints"}},
		"the same name twice":          {[]loyalty.Tier{bronze, {Name: "Bronze", MinPoints: 1, Multiplier: 100}}, []string{"tiers[1].name"}},
		"a threshold below zero":       {[]loyalty.Tier{bronze, {Name: "Low", MinPoints: -1, Multiplier: 100}}, []string{"tiers[1].minPoints"}},
		"a threshold over the maximum": {[]loyalty.Tier{bronze, {Name: "Far", MinPoints: loyalty.MaxPoints + 1, Multiplier: 100}}, []string{"tiers[1].minPoints"}},
		"multipliers out of range": {[]loyalty.Tier{{Name: "A", Multiplier: 99}, {Name: "B", MinPoints: 1, Multiplier: 1001}},
			[]string{"tiers[0].multiplier", "tiers[1].multiplier"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var p loyalty.Problems
			loyalty.CheckLadder(&p, "tiers", tt.tiers)
			if got := fields(p.Err()); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("problems with %v, want %v", got, tt.want)
			}
		})
	}
}

// A threshold that nobody could read is neither the one at 0 twice over nor a
// ladder's lack of it.
func TestCheckLadderWithAThresholdThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]loyalty.Points{"no other at 0": 10, "another at 0": 0} {
		var p loyalty.Problems
		p.Add("tiers[0].minPoints", "must be a whole number")
		loyalty.CheckLadder(&p, "tiers", []loyalty.Tier{{Name: "A", Multiplier: 100}, {Name: "B", MinPoints: second, Multiplier: 1}})
		if got, want := fields(p.Err()), []string{"tiers[0].minPoints", "tiers[1].multiplier"}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: problems with %v, want %v", name, got, want)
		}
	}
}

func TestPreview(t *testing.T) {
	t.Parallel()
	bronze, silver, gold := loyalty.ID{1}, loyalty.ID{2}, loyalty.ID{3}
	before := loyalty.Program{Rate: 10 * loyalty.RateScale, CurrencyPerPoint: 1, Tiers: []loyalty.Tier{
		{ID: bronze, Name: "Bronze", MinPoints: 0, Multiplier: 100}, {ID: silver, Name: "Silver", MinPoints: 500, Multiplier: 110},
	}}
	after := before
	after.CurrencyPerPoint = 2
	after.Tiers = []loyalty.Tier{before.Tiers[0], {ID: gold, Name: "Gold", MinPoints: 300, Multiplier: 200}}
	v := loyalty.NewPreview(before, after, []loyalty.Rung{
		{TierID: bronze, To: 0, Members: 5, Points: 100, Sales: 10_000},
		{TierID: bronze, To: 1, Members: 3, Points: 900, Sales: 20_000},
		{TierID: silver, MinPoints: 500, To: 1, Members: 2, Points: 2000},
		{To: 0, Members: 4},
	}, 2, 73)
	if want := (loyalty.Moved{Total: 5, Up: 3, Down: 2}); v.Moved != want {
		t.Errorf("moved %+v, want %+v", v.Moved, want)
	}
	if v.LiabilityBefore != 3000 || v.LiabilityAfter != 6000 {
		t.Errorf("liability %d to %d, want 3000 to 6000", v.LiabilityBefore, v.LiabilityAfter)
	}
	// $300 at 10 a dollar, all at Bronze, five times a year; then $100 at
	// Bronze and $200 at Gold, of points worth twice as much.
	if v.YearlyCostBefore != 15_000 || v.YearlyCostAfter != 50_000 {
		t.Errorf("a year costs %d, then %d; want 15000, then 50000", v.YearlyCostBefore, v.YearlyCostAfter)
	}
	counts := map[string][2]int64{}
	for _, c := range v.Counts {
		counts[c.Tier.Name] = [2]int64{c.Before, c.After}
	}
	if want := (map[string][2]int64{"Bronze": {8, 9}, "Gold": {0, 5}, "Silver": {2, 0}}); !reflect.DeepEqual(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
	if e := v.Examples[1]; e.Amount != 5000 || e.Points != 1000 || e.Worth != 2000 {
		t.Errorf("$50 at Gold: %+v, want 1000 points", e)
	}
}

func TestLiabilityNeverOverflows(t *testing.T) {
	t.Parallel()
	p := loyalty.Program{CurrencyPerPoint: math.MaxInt64}
	if got := p.Liability(math.MaxInt64); got != math.MaxInt64 {
		t.Errorf("liability %d", got)
	}
}

func fields(err error) []string {
	var out []string
	if e, ok := err.(*loyalty.Error); ok { //nolint:errorlint // Err makes it right here
		for _, f := range e.Fields {
			out = append(out, f.Field)
		}
	}
	return out
}
