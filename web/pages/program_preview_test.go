package pages

import (
	"math"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
)

// rulesOf is a program of two tiers whose points are worth so many hundredths.
func rulesOf(rate loyalty.Rate, worth loyalty.Minor) loyalty.Program {
	return loyalty.Program{Rate: rate, CurrencyPerPoint: worth, Active: true, Tiers: []loyalty.Tier{
		{Name: "Bronze", Multiplier: 100}, {Name: "Gold", MinPoints: 500, Multiplier: 200},
	}}
}

// What rules at their extremes come to is said as more than any restaurant
// takes in, not as the largest number there is.
func TestPreviewOfAbsurdRules(t *testing.T) {
	t.Parallel()
	v := loyalty.Preview{
		Program: rulesOf(loyalty.MaxRate, 1_000_000_000), LiabilityBefore: 500, LiabilityAfter: math.MaxInt64, SalesDays: 30,
		YearlyCostBefore: 15_000, YearlyCostAfter: math.MaxInt64,
	}
	p := rulesWould(t.Context(), v.Program, v, 1_000_000_000, "USD")
	for _, c := range p.Changes {
		if c.After != "more than $10,000,000,000,000" || c.Delta != "" {
			t.Errorf("%s is %q (%q)", c.Label, c.After, c.Delta)
		}
	}
	for _, e := range p.Examples {
		if !strings.HasPrefix(e.Points, "more than ") || e.Worth != "worth more than $10,000,000,000,000" {
			t.Errorf("%s earns %q, %q", e.Tier, e.Points, e.Worth)
		}
	}
	v.LiabilityAfter, v.YearlyCostAfter, v.Program = 700, 50_000, rulesOf(10*loyalty.RateScale, 1)
	p = rulesWould(t.Context(), v.Program, v, 5_000, "USD")
	if p.Changes[1].After != "$500.00" || p.Changes[1].Delta != "+$350.00" || p.Examples[0].Points != "500 points" {
		t.Errorf("ordinary figures are %+v, %+v", p.Changes, p.Examples)
	}
}

// Whoever gives back more than half of a bill is warned, with the tier from
// which on it is so.
func TestGenerousRulesWarn(t *testing.T) {
	t.Parallel()
	es := i18n.With(t.Context(), "es", time.UTC)
	for name, x := range map[string]struct {
		rate     loyalty.Rate
		worth    loyalty.Minor
		currency string
		en, es   string // how it begins; "" for no warning
	}{
		"a tenth":               {10 * loyalty.RateScale, 1, "USD", "", ""},
		"a quarter, half above": {25 * loyalty.RateScale, 1, "USD", "", ""},
		"less, more above":      {30 * loyalty.RateScale, 1, "USD", "From Gold on guests get back 60% of each bill.", "Desde Gold los clientes reciben el 60\u00a0% de cada cuenta."},
		"more than half":        {60 * loyalty.RateScale, 1, "USD", "Guests get back 60% of each bill.", "Los clientes reciben el 60\u00a0% de cada cuenta."},
		"all, above":            {51 * loyalty.RateScale, 1, "USD", "Guests get back 51% of each bill.", "Los clientes reciben el 51\u00a0% de cada cuenta."},
		"more than all":         {101 * loyalty.RateScale, 1, "USD", "Guests get back more than they pay.", "Los clientes reciben más de lo que pagan."},
		"yen by a tenth":        {loyalty.RateScale / 10, 1, "JPY", "", ""},
		"yen":                   {2 * loyalty.RateScale, 1, "JPY", "Guests get back more than they pay.", "Los clientes reciben más de lo que pagan."},
	} {
		v := loyalty.Preview{Program: rulesOf(x.rate, x.worth)}
		for lang, want := range map[string]string{"en": x.en, "es": x.es} {
			ctx := t.Context()
			if lang == "es" {
				ctx = es
			}
			for _, got := range []string{rulesWould(ctx, v.Program, v, 100, x.currency).Warning, ladderWould(ctx, v, x.currency).Warning} {
				if (want == "") != (got == "") || !strings.HasPrefix(got, want) {
					t.Errorf("%s in %s warns %q, want %q", name, lang, got, want)
				}
			}
		}
	}
}
