package pages

import (
	"context"
	"math"
	"strconv"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/home"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// topRewards is how many rewards the start page ranks.
const topRewards = 5

// fill puts the figures into the page.
func (v homeView) fill(p *home.Props, a service.Analytics) {
	ctx := v.c.UserContext()
	last := a.To.Add(-time.Hour)
	p.Subtitle = i18n.T(ctx, "%s to %s, compared with the %d days before", i18n.Date(ctx, a.From), i18n.Date(ctx, last), v.days)
	switch {
	case v.running() && v.days > 1:
		p.Subtitle = i18n.T(ctx, "%s to %s, compared with the %d days before, today aside", i18n.Date(ctx, a.From), i18n.Date(ctx, last), v.days)
	case v.partial():
		p.Subtitle = i18n.T(ctx, "%s, up to now", i18n.Date(ctx, last))
	case v.days == 1:
		p.Subtitle = i18n.T(ctx, "%s, compared with the day before", i18n.Date(ctx, last))
	}
	p.CaseHref = v.link("/anomalies", "")
	if p.CaseHref == "" {
		p.Waiting = 0
	}
	p.Stats = v.stats(a)
	p.Quiet = a.Period.Orders == 0 && a.Period.Issued == 0 && a.Period.Redeemed == 0
	p.Daily, p.Sales = v.charts(ctx, a)
	for i, series := range []ui.Series{p.Sales.Series[0], {}, p.Daily.Series[0], p.Daily.Series[1]} {
		if len(series.Values) > 1 && !p.Quiet {
			p.Stats[i].Spark = &ui.SparkProps{Values: series.Values, Label: series.Name, Series: max(1, series.Color)}
		}
	}
	p.TierHref, p.Catalog = v.link("/program/tiers", ""), v.link("/rewards", "")
	var members int64
	for i, t := range a.Tiers {
		members += t.Members
		p.Tiers = append(p.Tiers, ui.Part{
			Label: t.Tier.Name, Value: i18n.Number(ctx, t.Members), Size: float64(t.Members), Rank: i + 1,
			Href: v.link("/customers", "tier="+t.Tier.ID.String()),
		})
	}
	p.Members, p.Favorites = i18n.N(ctx, "%d member", "%d members", members), favorites(ctx, a)
	if !v.running() {
		p.Members = i18n.T(ctx, "%s today", p.Members)
	}
	if !v.store.IsZero() {
		p.Members = i18n.T(ctx, "%s, in all stores", p.Members)
	}
	for _, r := range a.Favorites[:min(topRewards, len(a.Favorites))] {
		p.Rewards = append(p.Rewards, ui.Part{
			Label: r.Reward.Name, Value: i18n.Number(ctx, r.Redemptions), Size: float64(r.Redemptions),
			Href: v.link("/transactions", "reward="+r.Reward.ID.String()+"&"+v.within(a)),
		})
	}
}

// favorites says how much was redeemed in all, less what was cancelled.
func favorites(ctx context.Context, a service.Analytics) string {
	var n int64
	for _, r := range a.Favorites {
		n += r.Redemptions
	}
	return i18n.N(ctx, "%d redemption, cancelled ones aside", "%d redemptions, cancelled ones aside", n)
}

func (v homeView) stats(a service.Analytics) []ui.StatProps {
	ctx, now, before := v.c.UserContext(), a.Period, a.Before
	span := v.within(a)
	orders := v.link("/orders", span)
	out := []ui.StatProps{
		{Label: i18n.T(ctx, "Sales"), Value: roundMoney(ctx, now.Sales, a.Currency), Href: orders},
		{Label: i18n.T(ctx, "Orders"), Value: i18n.Number(ctx, now.Orders), Href: orders},
		{Label: i18n.T(ctx, "Points issued"), Value: i18n.Number(ctx, now.Issued), Href: v.link("/transactions", "type=earn&"+span)},
		{Label: i18n.T(ctx, "Points redeemed"), Value: i18n.Number(ctx, now.Spent()), Href: v.link("/transactions", "type=redeem&"+span)},
		{Label: i18n.T(ctx, "Redemption rate"), Value: i18n.Percent(ctx, now.RedemptionRate(), 1), Note: i18n.T(ctx, "of the points earned"), Href: v.link("/redemptions", "")},
		v.active(a),
		{Label: i18n.T(ctx, "New guests"), Value: i18n.Number(ctx, now.Customers), Href: v.link("/customers", v.joined(a))},
		{Label: i18n.T(ctx, "Liability"), Value: roundMoney(ctx, a.Liability, a.Currency), Note: i18n.N(ctx, "%d point held today", "%d points held today", a.Outstanding), Href: v.link("/customers", "sort=balance")},
	}
	var today, then loyalty.Figures // beside a whole day, one that runs would look like a loss
	if v.running() {
		today, then = a.Last, a.LastBefore
	}
	for i, pair := range [][2]int64{
		{int64(now.Sales - today.Sales), int64(before.Sales - then.Sales)}, {now.Orders - today.Orders, before.Orders - then.Orders},
		{int64(now.Issued - today.Issued), int64(before.Issued - then.Issued)}, {int64(now.Spent() - today.Spent()), int64(before.Spent() - then.Spent())},
		{}, {}, {now.Customers - today.Customers, before.Customers - then.Customers},
	} {
		if !v.partial() {
			compare(ctx, &out[i], pair[0], pair[1])
		}
	}
	if !v.store.IsZero() {
		for _, i := range []int{5, 6, 7} {
			out[i].Note = i18n.T(ctx, "in all stores")
		}
		if !v.running() {
			out[7].Note = i18n.T(ctx, "today, in all stores")
		}
		if !v.settled(a) {
			out[5].Note = i18n.N(ctx, "in the %d day up to today, in all stores", "in the %d days up to today, in all stores", v.days)
		}
	}
	return out
}

// partial reports whether all there is to see is a day that isn't over: beside
// a whole one it would look like a collapse.
func (v homeView) partial() bool { return v.days == 1 && v.running() }

// settled reports whether nobody came after the period: only then are those
// active since it began those who were active in it.
func (v homeView) settled(a service.Analytics) bool { return a.LastActivity.Before(a.To) }

// active is how many members were active in the period; where that can't be
// known any more, how many are up to today, and it says so.
func (v homeView) active(a service.Analytics) ui.StatProps {
	ctx := v.c.UserContext()
	s := ui.StatProps{Label: i18n.T(ctx, "Active members")}
	if !v.settled(a) {
		s.Value, s.Note = i18n.Number(ctx, a.ActiveLately), i18n.N(ctx, "in the %d day up to today", "in the %d days up to today", v.days)
		s.Href = v.link("/customers", "visit=in-"+strconv.Itoa(v.days))
		return s
	}
	since := "in-" + strconv.Itoa(v.days)
	if !v.running() {
		since = loyalty.DayIn(v.zone, a.From).Format(time.DateOnly)
	}
	s.Value, s.Note = i18n.Number(ctx, a.ActiveMembers), i18n.T(ctx, "earned or redeemed")
	s.Href = v.link("/customers", "visit="+since)
	return s
}

func (v homeView) joined(a service.Analytics) string {
	return "joined_from=" + loyalty.DayIn(v.zone, a.From).Format(time.DateOnly) + "&joined_to=" + loyalty.DayIn(v.zone, a.To.Add(-time.Hour)).Format(time.DateOnly)
}

// roundMoney leaves the cents out of amounts of a thousand and more.
func roundMoney(ctx context.Context, amount loyalty.Minor, currency string) string {
	unit := loyalty.Minor(math.Pow10(loyalty.Exponent(currency)))
	if amount >= 1000*unit || -amount >= 1000*unit {
		amount = amount / unit * unit
	}
	return i18n.MoneyShort(ctx, int64(amount), currency)
}

// compare says how a figure has changed. From nothing, nothing can be said.
func compare(ctx context.Context, s *ui.StatProps, now, before int64) {
	if before <= 0 {
		return
	}
	change := float64(now-before) / float64(before)
	digits := 0
	if change > -0.1 && change < 0.1 {
		digits = 1
	}
	s.Delta, s.Down, s.Tone = i18n.Percent(ctx, max(change, -change), digits), change < 0, ui.Good
	switch {
	case change > -0.005 && change < 0.005:
		s.Tone = ui.Quiet
	case change < 0:
		s.Tone = ui.Warn
	}
}

// charts draws points and sales over the period: by day, or a year by week,
// because 365 bars are a blur.
func (v homeView) charts(ctx context.Context, a service.Analytics) (points, sales ui.ChartProps) {
	days := wholeDays(a.Days, v.running())
	step, every := 1, i18n.T(ctx, "per day")
	if v.days > 100 {
		step, every = 7, i18n.T(ctx, "per week")
	}
	var labels []string
	var issued, spent, sold []float64
	utc := i18n.In(ctx, time.UTC)
	// Counted from the end, so that the last step is a whole one.
	for from := len(days) % step; from < len(days); from += step {
		var sum loyalty.Figures
		for _, d := range days[from:min(from+step, len(days))] {
			sum.Add(d.Figures)
		}
		labels = append(labels, i18n.ShortDate(utc, days[from].Day))
		issued, spent = append(issued, float64(sum.Issued)), append(spent, float64(max(0, sum.Spent())))
		sold = append(sold, float64(max(0, sum.Sales)))
	}
	points = ui.ChartProps{
		Title: i18n.T(ctx, "Points %s", every), Labels: labels,
		Summary: i18n.T(ctx, "%s issued, %s redeemed", i18n.Number(ctx, a.Period.Issued), i18n.Number(ctx, a.Period.Spent())),
		Series:  []ui.Series{{Name: i18n.T(ctx, "Issued"), Values: issued, Area: true}, {Name: i18n.T(ctx, "Redeemed"), Values: spent}},
	}
	sales = ui.ChartProps{
		Title: i18n.T(ctx, "Sales %s", every), Labels: labels, Legend: true, Format: ui.MoneyIn(a.Currency),
		Summary: i18n.N(ctx, "%d order for %s", "%d orders for %s", a.Period.Orders, roundMoney(ctx, a.Period.Sales, a.Currency)),
		Series:  []ui.Series{{Name: i18n.T(ctx, "Sales"), Values: sold, Color: 2}},
	}
	return points, sales
}

// wholeDays leaves a day out that is still running: drawn beside whole ones, it
// would look like a collapse. The figures count it, and the first day ever is
// drawn, for want of another.
func wholeDays(days []loyalty.DayFigures, running bool) []loyalty.DayFigures {
	if !running {
		return days
	}
	for _, d := range days[:len(days)-1] {
		if d.Figures != (loyalty.Figures{}) {
			return days[:len(days)-1]
		}
	}
	return days
}
