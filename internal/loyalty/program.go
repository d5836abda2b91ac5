package loyalty

import (
	"slices"
	"time"
)

// DowngradePolicy says when a customer's tier may move down.
type DowngradePolicy string

// The downgrade policies.
const (
	DowngradeNever      DowngradePolicy = "never"
	DowngradeOnReversal DowngradePolicy = "on_reversal"
)

// DebtPolicy says what a reversal of points already spent does.
type DebtPolicy string

// The debt policies.
const (
	DebtRefuse DebtPolicy = "refuse" // the balance never goes below zero
	DebtAllow  DebtPolicy = "allow"  // it does, and is earned back
)

// Program is how points are earned and what they are worth.
type Program struct {
	OrgID            ID
	ID               ID
	Name             string
	Rate             Rate
	CurrencyPerPoint Minor // what one point is worth when redeemed, at least 1
	Active           bool  // at most one program of an organization is
	ExpireAfterDays  int   // 0: points never expire
	TierDowngrade    DowngradePolicy
	NegativeBalance  DebtPolicy
	ClaimWindowDays  int    // how long an order of an unknown guest can be claimed, 0–365
	Version          int    // rises by one with every change of the program or its tiers
	Tiers            []Tier // by MinPoints; the first is at 0
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// Tier is one step of a program's ladder.
type Tier struct {
	OrgID      ID
	ID         ID
	ProgramID  ID
	Name       string
	MinPoints  Points // lifetime points from which the tier is held
	Multiplier Multiplier
	Benefits   string
	CreatedAt  time.Time
}

// DefaultTiers is the ladder of a program created without one.
func DefaultTiers() []Tier {
	return []Tier{
		{Name: "Bronze", MinPoints: 0, Multiplier: 100},
		{Name: "Silver", MinPoints: 500, Multiplier: 110},
		{Name: "Gold", MinPoints: 2000, Multiplier: 125},
		{Name: "Platinum", MinPoints: 5000, Multiplier: 150},
	}
}

// SortTiers puts tiers in the order that Program.Tiers needs.
func SortTiers(tiers []Tier) {
	slices.SortFunc(tiers, func(a, b Tier) int { return int(max(-1, min(1, a.MinPoints-b.MinPoints))) })
}

// TierFor is the highest tier whose MinPoints the lifetime points reach. A
// program without tiers gives the zero Tier.
func (p Program) TierFor(lifetime Points) Tier {
	var held Tier
	for i, t := range p.Tiers {
		if i == 0 || t.MinPoints <= lifetime {
			held = t
		}
	}
	return held
}

// Tier is the program's tier with that id.
func (p Program) Tier(id ID) (Tier, bool) {
	i := slices.IndexFunc(p.Tiers, func(t Tier) bool { return t.ID == id })
	if i < 0 {
		return Tier{}, false
	}
	return p.Tiers[i], true
}

// Held is the tier a customer holds: the recorded one while the program still
// has it, else the one the lifetime points reach.
func (p Program) Held(tierID ID, lifetime Points) Tier {
	if t, ok := p.Tier(tierID); ok {
		return t
	}
	return p.TierFor(lifetime)
}

// NextTier is the first tier above held, and how many lifetime points are
// still missing, at least 1. At the top there is none.
func (p Program) NextTier(held Tier, lifetime Points) (next Tier, missing Points, ok bool) {
	for _, t := range p.Tiers {
		if t.MinPoints > held.MinPoints && t.MinPoints > lifetime {
			return t, t.MinPoints - lifetime, true
		}
	}
	return Tier{}, 0, false
}

// Retier is the tier after the lifetime points changed: it moves up at once,
// and down only when mayFall.
func (p Program) Retier(held Tier, lifetime Points, mayFall bool) Tier {
	reached := p.TierFor(lifetime)
	if reached.MinPoints < held.MinPoints && !mayFall {
		return held
	}
	return reached
}

// ExpiryDay is the day, as UTC midnight, on which points earned on day stop
// counting; the zero time when they never do.
func (p Program) ExpiryDay(day time.Time) time.Time {
	if p.ExpireAfterDays == 0 {
		return time.Time{}
	}
	return day.AddDate(0, 0, p.ExpireAfterDays)
}
