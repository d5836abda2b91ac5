package pages

import (
	"math"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
)

// rulesWould is what a change of the saved rules would do, with a bill of
// amount.
func rulesWould(ctx ctx, saved loyalty.Program, v loyalty.Preview, amount loyalty.Minor, currency string) program.PreviewProps {
	if saved.Active && !v.Program.Active {
		v.YearlyCostAfter = 0 // nobody earns
	}
	p := program.PreviewProps{Amount: i18n.Money(ctx, int64(amount), currency), Changes: costs(ctx, v, currency), Footnote: basis(ctx, v)}
	for i, t := range v.Program.Tiers {
		points, err := loyalty.Earned(amount, loyalty.Exponent(currency), v.Program.Rate, t.Multiplier, 100, 0)
		text := i18n.N(ctx, "%d point", "%d points", int64(points))
		if err != nil {
			points = loyalty.MaxPoints
			text = i18n.T(ctx, "more than %s", i18n.N(ctx, "%d point", "%d points", int64(points)))
		}
		p.Examples = append(p.Examples, program.Example{
			Tier: t.Name, Rank: i + 1, Points: text, Worth: i18n.T(ctx, "worth %s", sum(ctx, v.Program.Liability(points), currency)),
		})
	}
	if v.Moved.Total > 0 {
		p.Headline, p.HeadTone = moved(ctx, v.Moved)
	}
	p.Warning, p.Notes = generous(ctx, v.Program, currency), rulesChange(ctx, saved, v.Program)
	return p
}

// tooMuch is an amount, in the minor unit, beyond what any restaurant takes in:
// what comes to it is no figure to plan by.
const tooMuch = 1_000_000_000_000_000

// sum is an amount of money that is worked out from what somebody typed.
func sum(ctx ctx, minor loyalty.Minor, currency string) string {
	if minor > tooMuch {
		return i18n.T(ctx, "more than %s", i18n.MoneyShort(ctx, tooMuch, currency))
	}
	return i18n.Money(ctx, int64(minor), currency)
}

// generous warns of rules by which a guest gets back more than half of a bill,
// and says from which tier on; "" where no tier does.
func generous(ctx ctx, p loyalty.Program, currency string) string {
	minors := math.Pow10(loyalty.Exponent(currency)) // of the unit that points are earned by
	for i, t := range p.Tiers {
		back := float64(p.Rate) / loyalty.RateScale * float64(t.Multiplier) / 100 * float64(p.CurrencyPerPoint) / minors
		switch {
		case back > 1 && i == 0:
			return i18n.T(ctx, "Guests get back more than they pay. Check the points and the worth of a point.")
		case back > 1:
			return i18n.T(ctx, "From %s on guests get back more than they pay. Check the points and the worth of a point.", t.Name)
		case back > 0.5 && i == 0:
			return i18n.T(ctx, "Guests get back %s of each bill. Check that it is meant to be more than half.", i18n.Percent(ctx, back, 0))
		case back > 0.5:
			return i18n.T(ctx, "From %s on guests get back %s of each bill. Check that it is meant to be more than half.", t.Name, i18n.Percent(ctx, back, 0))
		}
	}
	return ""
}

// rulesChange says for whom something is different from then on, where figures
// don't show it.
func rulesChange(ctx ctx, before, after loyalty.Program) []string {
	var out []string
	if before.Active && !after.Active {
		out = append(out, i18n.T(ctx, "Nobody earns or redeems points from then on. Members keep what they have."))
	}
	if before.ExpireAfterDays != after.ExpireAfterDays {
		said := i18n.T(ctx, "Points earned from then on never expire. Points held now keep their last day.")
		if after.ExpireAfterDays > 0 {
			said = i18n.N(ctx, "Points earned from then on expire after %d day. Points held now keep their last day, or none.",
				"Points earned from then on expire after %d days. Points held now keep their last day, or none.", int64(after.ExpireAfterDays))
		}
		out = append(out, said)
	}
	if before.TierDowngrade != after.TierDowngrade {
		out = append(out, i18n.T(ctx, "Tiers held now stay; the rule counts for what is taken back from then on."))
	}
	if before.NegativeBalance != after.NegativeBalance {
		out = append(out, i18n.T(ctx, "Balances stay as they are; the rule counts for what is taken back from then on."))
	}
	return out
}

// ladderWould is what a change of the ladder would do.
func ladderWould(ctx ctx, v loyalty.Preview, currency string) program.PreviewProps {
	p := program.PreviewProps{Changes: costs(ctx, v, currency), Footnote: basis(ctx, v), Warning: generous(ctx, v.Program, currency)}
	p.Headline, p.HeadTone = moved(ctx, v.Moved)
	for _, t := range v.Counts {
		change := ui.Change{Label: t.Tier.Name, After: i18n.Number(ctx, t.After)}
		if _, stays := v.Program.Tier(t.Tier.ID); !stays && t.Before > 0 {
			change.Label = i18n.T(ctx, "%s, until now", t.Tier.Name)
		} else if !stays {
			continue
		}
		if t.Before != t.After {
			change.Before = i18n.Number(ctx, t.Before)
		}
		p.Tiers = append(p.Tiers, change)
	}
	for _, m := range v.Moves {
		p.Moves = append(p.Moves, program.Move{Name: nameOr(ctx, m.Name, m.Erased), Href: "/customers/" + m.CustomerID.String(), From: m.From, To: m.To})
	}
	if more := v.Moved.Total - int64(len(v.Moves)); more > 0 && len(v.Moves) > 0 {
		p.MoreMoves = i18n.T(ctx, "and %d more", more)
	}
	return p
}

// moved says who would move, and whether that is good news.
func moved(ctx ctx, m loyalty.Moved) (string, ui.Tone) {
	up, down := i18n.N(ctx, "%d member moves up", "%d members move up", m.Up), i18n.N(ctx, "%d moves down", "%d move down", m.Down)
	switch {
	case m.Total == 0:
		return i18n.T(ctx, "Nobody changes tier"), ui.Quiet
	case m.Up == 0 && m.Down == 0:
		return i18n.N(ctx, "%d member gets another tier of the same height", "%d members get another tier of the same height", m.Total), ui.Quiet
	case m.Down == 0:
		return up, ui.Good
	case m.Up == 0:
		return i18n.N(ctx, "%d member moves down", "%d members move down", m.Down), ui.Warn
	}
	return up + ", " + down, ui.Warn
}

// costs is what the owner owes and will owe, before and after.
func costs(ctx ctx, v loyalty.Preview, currency string) []ui.Change {
	out := []ui.Change{difference(ctx, i18n.T(ctx, "Liability now"), v.LiabilityBefore, v.LiabilityAfter, currency)}
	if v.SalesDays > 0 {
		out = append(out, difference(ctx, i18n.T(ctx, "Points given in a year"), v.YearlyCostBefore, v.YearlyCostAfter, currency))
	}
	return out
}

// rule is what a program gives for a bill, in a few words.
func rule(ctx ctx, rate loyalty.Rate, currency string) string {
	if rate == loyalty.RateScale {
		return i18n.T(ctx, "1 point for each %s1", i18n.MoneySymbol(currency))
	}
	return i18n.T(ctx, "%s points for each %s1", rate.String(), i18n.MoneySymbol(currency))
}

func difference(ctx ctx, label string, before, after loyalty.Minor, currency string) ui.Change {
	c := ui.Change{Label: label, After: sum(ctx, after, currency)}
	if before == after {
		return c
	}
	c.Before, c.Tone, c.Delta = sum(ctx, before, currency), ui.Good, "−"+i18n.Money(ctx, int64(before-after), currency)
	if after > before {
		c.Tone, c.Delta = ui.Warn, "+"+i18n.Money(ctx, int64(after-before), currency)
	}
	if max(before, after) > tooMuch {
		c.Delta = "" // of what isn't told exactly
	}
	return c
}

// basis is what the estimate of a year rests on.
func basis(ctx ctx, v loyalty.Preview) string {
	if v.SalesDays == 0 {
		return i18n.T(ctx, "There are no sales yet to estimate a year from.")
	}
	return i18n.N(ctx, "The year is estimated from the last %d day’s sales, as if every point were redeemed.",
		"The year is estimated from the last %d days’ sales, as if every point were redeemed.", v.SalesDays)
}
