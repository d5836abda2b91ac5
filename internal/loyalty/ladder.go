package loyalty

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
	"time"
)

// maxTiers is how many tiers a ladder may have.
const maxTiers = 20

// CheckLadder adds every mistake of a ladder: a tier at 0, thresholds and
// names that differ, multipliers of 100 to 1000. The mistake of one tier goes
// under a name such as tiers[1].minPoints, where field is "tiers". A threshold
// that has a problem already, because nobody could read it, is held against no
// other.
func CheckLadder(p *Problems, field string, tiers []Tier) {
	if len(tiers) == 0 || len(tiers) > maxTiers {
		p.Add(field, "must hold 1 to 20 tiers")
		return
	}
	var before []Tier
	for i, t := range tiers {
		prefix := fmt.Sprintf("%s[%d].", field, i)
		unread := p.Has(prefix + "minPoints")
		checkTier(p, prefix, t, before)
		if unread {
			t.MinPoints = -1
		}
		before = append(before, t)
	}
	if !startsAtZero(tiers) {
		p.Add(field, "one tier must start at 0 points")
	}
}

// CheckTier adds every mistake of a tier that stands, or is to stand, beside
// others in a ladder.
func CheckTier(p *Problems, t Tier, others []Tier) {
	checkTier(p, "", t, others)
	if len(others) >= maxTiers {
		p.Add("programId", "a program has at most 20 tiers")
	}
	if t.MinPoints != 0 && !startsAtZero(others) {
		p.Add("minPoints", "one tier must start at 0 points")
	}
}

func checkTier(p *Problems, prefix string, t Tier, others []Tier) {
	if t.MinPoints < 0 || t.MinPoints > MaxPoints {
		p.Add(prefix+"minPoints", "must be 0 to 1,000,000,000 points")
	}
	if t.Multiplier < 100 || t.Multiplier > 1000 {
		p.Add(prefix+"multiplier", "must be 1.0 to 10.0 times, which is 100 to 1000 percent")
	}
	for _, o := range others {
		if o.MinPoints == t.MinPoints && !p.Has(prefix+"minPoints") {
			p.Add(prefix+"minPoints", "another tier starts at %d points already", int64(t.MinPoints))
		}
		if o.Name == t.Name {
			p.Add(prefix+"name", "another tier has this name already")
		}
	}
}

func startsAtZero(tiers []Tier) bool {
	for _, t := range tiers {
		if t.MinPoints == 0 {
			return true
		}
	}
	return false
}

// Thresholds are the program's thresholds from the lowest.
func (p Program) Thresholds() []Points {
	out := make([]Points, len(p.Tiers))
	for i, t := range p.Tiers {
		out[i] = t.MinPoints
	}
	return out
}

// Moved is how many members a change of programs or tiers put into another
// tier: Total of them, of which Up to one of a higher threshold and Down to one
// of a lower. Thresholds count as they are after the change, those of tiers
// that went as they were.
type Moved struct{ Total, Up, Down int64 }

// Rung is the members who hold one tier and would hold another: those who
// reach the step with index To of a ladder.
type Rung struct {
	TierID    ID     // held now; zero when none
	MinPoints Points // that tier's threshold
	To        int
	Members   int64
	Points    Points // what they can spend; debts don't lower it
	Sales     Minor  // what earned them points in the days looked at
}

// Standing is the members who hold one tier of one program and have earned
// equally many points.
type Standing struct {
	ProgramID ID
	TierID    ID     // zero when none
	MinPoints Points // that tier's threshold
	Lifetime  Points
	Members   int64
	Points    Points    // what they can spend; debts don't lower it
	Sales     Minor     // what earned them points in the days looked at
	Oldest    time.Time // the earliest of those sales; zero when there were none
}

// Rungs says where members stand, and would stand on a ladder with q's
// thresholds, from 0 upwards. They are all the organization's while the program
// is, or is to be, the active one. oldest is the earliest of their sales.
func Rungs(all []Standing, q RungsQuery) (rungs []Rung, oldest time.Time) {
	type place struct {
		tier ID
		to   int
	}
	at := map[place]*Rung{}
	for _, s := range all {
		if !q.Everyone && s.ProgramID != q.ProgramID {
			continue
		}
		to, _ := slices.BinarySearch(q.Thresholds, s.Lifetime+1)
		p := place{s.TierID, to - 1}
		r, ok := at[p]
		if !ok {
			r = &Rung{TierID: s.TierID, MinPoints: s.MinPoints, To: p.to}
			at[p] = r
		}
		r.Members, r.Points, r.Sales = r.Members+s.Members, r.Points+s.Points, r.Sales+s.Sales
		if !s.Oldest.IsZero() && (oldest.IsZero() || s.Oldest.Before(oldest)) {
			oldest = s.Oldest
		}
	}
	for _, r := range at {
		rungs = append(rungs, *r)
	}
	slices.SortFunc(rungs, func(a, b Rung) int {
		return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.MinPoints, b.MinPoints), bytes.Compare(a.TierID[:], b.TierID[:]))
	})
	return rungs, oldest
}

// Move is one member who would change tiers.
type Move struct {
	CustomerID ID
	Name       string
	Erased     bool
	From       string // "" when the member holds no tier
	To         string
}

// TierCount is how many members hold a tier, and would.
type TierCount struct {
	Tier   Tier
	Before int64
	After  int64
}

// Example is a bill and what it earns in a tier.
type Example struct {
	Tier   Tier
	Amount Minor
	Points Points
	Worth  Minor // of the points, when redeemed
}

// Preview is what a change of a program would do.
type Preview struct {
	Program Program // as it would be
	Moved   Moved
	Counts  []TierCount // tiers of the new ladder from the lowest, then those that would be gone
	Moves   []Move      // the first of those who move, by name
	// Liability is what the points held now are worth, in minor units. It
	// follows the worth of a point; a rate or a ladder changes what is earned
	// from now on and not what is held, and points keep the last day they got
	// when they were earned.
	LiabilityBefore Minor
	LiabilityAfter  Minor
	// YearlyCost is what the points given in a year would be worth if all were
	// redeemed, in minor units, if guests go on to buy as in the last SalesDays
	// days: what they bought, at the tier they hold and would hold.
	YearlyCostBefore Minor
	YearlyCostAfter  Minor
	SalesDays        int // 0: there were no sales to go by
	Examples         []Example
}

// exampleUnits is the bill of an Example, in the currency's major unit.
const exampleUnits = 50

// NewPreview works out what becomes of the members when before turns into
// after. before's tiers and after's are in order of their thresholds.
func NewPreview(before, after Program, rungs []Rung, exponent, salesDays int) Preview {
	v := Preview{Program: after, SalesDays: salesDays}
	for _, t := range after.Tiers {
		v.Counts = append(v.Counts, TierCount{Tier: t})
		v.Examples = append(v.Examples, example(after, t, exponent))
	}
	for _, t := range before.Tiers {
		if _, kept := after.Tier(t.ID); !kept {
			v.Counts = append(v.Counts, TierCount{Tier: t})
		}
	}
	var held Points
	costBefore, costAfter := new(big.Int), new(big.Int)
	for _, r := range rungs {
		to := after.Tiers[r.To]
		v.count(r, to)
		held += r.Points
		from := to.Multiplier
		if t, ok := before.Tier(r.TierID); ok {
			from = t.Multiplier
		}
		costBefore.Add(costBefore, cost(r.Sales, before, from))
		costAfter.Add(costAfter, cost(r.Sales, after, to.Multiplier))
	}
	v.LiabilityBefore, v.LiabilityAfter = before.Liability(held), after.Liability(held)
	if salesDays > 0 {
		v.YearlyCostBefore = perYear(costBefore, exponent, salesDays)
		v.YearlyCostAfter = perYear(costAfter, exponent, salesDays)
	}
	return v
}

func (v *Preview) count(r Rung, to Tier) {
	for i := range v.Counts {
		if v.Counts[i].Tier.ID == r.TierID {
			v.Counts[i].Before += r.Members
		}
		if v.Counts[i].Tier.ID == to.ID {
			v.Counts[i].After += r.Members
		}
	}
	if r.TierID.IsZero() || r.TierID == to.ID {
		return
	}
	from := r.MinPoints
	if t, kept := v.Program.Tier(r.TierID); kept {
		from = t.MinPoints // where the tier stands in the new ladder
	}
	v.Moved.Total += r.Members
	switch {
	case to.MinPoints > from:
		v.Moved.Up += r.Members
	case to.MinPoints < from:
		v.Moved.Down += r.Members
	}
}

// Liability is what points held are worth when redeemed, in minor units, at
// most the largest number there is.
func (p Program) Liability(held Points) Minor {
	return saturated(new(big.Int).Mul(big.NewInt(int64(held)), big.NewInt(int64(p.CurrencyPerPoint))))
}

// cost is the worth of what sales earn, times 10^exponent, RateScale and 100.
func cost(sales Minor, p Program, m Multiplier) *big.Int {
	n := big.NewInt(int64(sales))
	n.Mul(n, big.NewInt(int64(p.Rate)))
	n.Mul(n, big.NewInt(int64(m)))
	return n.Mul(n, big.NewInt(int64(p.CurrencyPerPoint)))
}

func perYear(cost *big.Int, exponent, days int) Minor {
	d := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
	d.Mul(d, big.NewInt(RateScale*100*int64(days)))
	n := new(big.Int).Mul(cost, big.NewInt(365))
	return saturated(n.Quo(n, d))
}

func saturated(n *big.Int) Minor {
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return Minor(n.Int64())
}

func example(p Program, t Tier, exponent int) Example {
	amount := Minor(exampleUnits)
	for range exponent {
		amount *= 10
	}
	points, err := Earned(amount, exponent, p.Rate, t.Multiplier, 100, 0)
	if err != nil {
		points = MaxPoints
	}
	return Example{Tier: t, Amount: amount, Points: points, Worth: p.Liability(points)}
}

// SalesWindow is how far back a Preview looks for sales, and SalesSample how
// many awards at most, the latest first.
const (
	SalesWindow = 90 * 24 * time.Hour
	SalesSample = 10_000
)
