package ui

import (
	"context"
	"math"

	"regulars/views/i18n"
)

// ValueFormat writes a value of a chart for the reader. short is for axes.
type ValueFormat func(ctx context.Context, v float64, short bool) string

// Whole writes whole numbers: points, customers, orders.
func Whole(ctx context.Context, v float64, short bool) string {
	if short {
		return i18n.Compact(ctx, v)
	}
	return i18n.Number(ctx, int64(math.Round(v)))
}

// MoneyIn writes amounts whose values are in minor units of a currency.
func MoneyIn(code string) ValueFormat {
	unit := math.Pow10(i18n.MoneyDigits(code))
	return func(ctx context.Context, v float64, short bool) string {
		if short && v >= 1000*unit {
			return i18n.MoneySymbol(code) + i18n.Compact(ctx, v/unit)
		}
		if short {
			return i18n.MoneyShort(ctx, int64(math.Round(v)), code)
		}
		return i18n.Money(ctx, int64(math.Round(v)), code)
	}
}

// Share writes values from 0 to 1 as percentages.
func Share(ctx context.Context, v float64, _ bool) string { return i18n.Percent(ctx, v, 1) }

// Series is one line, or one bar of each group.
type Series struct {
	Name   string
	Values []float64
	Color  int  // 1 (default: its place) to 6
	Area   bool // lines only: fill down to zero
	Dashed bool // lines: a target, the period before; bars: its first value, as a line across all of them
}

// ChartProps is a chart over equal steps: days, weeks, hours. Values are at
// least zero.
type ChartProps struct {
	Title   string      // what it shows; read out with Summary
	Summary string      // what a person would read off it: "Issued rose from 120 to 330"
	Labels  []string    // one for each step: "Mar 3"
	Series  []Series    // each as long as Labels
	Format  ValueFormat // default Whole
	Stacked bool        // bars only: on top of each other
	Legend  bool        // names a single series too, so that it is as high as its neighbour
	Tall    bool

	grid []float64 // values of the grid lines, 0 first; set by scaled
}

// scaled works the scale out once, before anything is placed by it.
func (p ChartProps) scaled() ChartProps {
	// Shares are the one thing measured in less than whole units.
	p.grid = ticks(p.highest(), 4, p.highest() > 1 || p.Format == nil)
	return p
}

func (p ChartProps) format(ctx context.Context, v float64, short bool) string {
	if p.Format == nil {
		return Whole(ctx, v, short)
	}
	return p.Format(ctx, v, short)
}

// at is a series' value at a step; a short series counts as zero.
func (s Series) at(i int) float64 {
	if i < len(s.Values) && !math.IsNaN(s.Values[i]) {
		return math.Max(0, s.Values[i])
	}
	return 0
}

func (p ChartProps) color(k int) int {
	if p.Series[k].Color > 0 {
		return p.Series[k].Color
	}
	return k%6 + 1
}

// highest is the largest value, or sum of a step's values, to be drawn.
func (p ChartProps) highest() float64 {
	top := 0.0
	for i := range p.Labels {
		sum := 0.0
		for _, s := range p.Series {
			if p.Stacked && !s.Dashed {
				sum += s.at(i)
			} else {
				sum = math.Max(sum, s.at(i))
			}
		}
		top = math.Max(top, sum)
	}
	return top
}

// height is a value's height over zero in percent of the plot.
func (p ChartProps) height(v float64) float64 { return 100 * v / p.grid[len(p.grid)-1] }

// center is the middle of a step in percent of the plot's width.
func (p ChartProps) center(i int) float64 {
	return 100 * (float64(i) + 0.5) / float64(max(1, len(p.Labels)))
}

func (p ChartProps) points(k int) []point {
	pts := make([]point, len(p.Labels))
	for i := range p.Labels {
		// Ten units to the percent, as coordinates keep one decimal.
		pts[i] = point{10 * p.center(i), 10 * (100 - p.height(p.Series[k].at(i)))}
	}
	return pts
}

// bar is a rectangle in percent of the plot.
type bar struct{ x, y, width, height float64 }

// bar is where series k stands at step i: beside its neighbours, or on them.
func (p ChartProps) bar(k, i int) bar {
	band := 100 / float64(max(1, len(p.Labels)))
	group := band * 0.68
	b := bar{x: p.center(i) - group/2, width: group, height: p.height(p.Series[k].at(i))}
	b.y = 100 - b.height
	if p.Stacked {
		for j := range k {
			if !p.Series[j].Dashed {
				b.y -= p.height(p.Series[j].at(i))
			}
		}
		return b
	}
	beside := 0
	for _, s := range p.Series {
		if !s.Dashed {
			beside++
		}
	}
	b.width = group / float64(beside)
	b.x += b.width * float64(k)
	b.width *= 0.92
	return b
}

// labelled says which steps have a label under them: at most seven, and of
// those every other on a phone.
func (p ChartProps) labelled(i int) (shown, onPhone bool) {
	every := max(1, int(math.Ceil(float64(len(p.Labels))/7)))
	// Counted from the end, so that the latest step always has its label.
	back := len(p.Labels) - 1 - i
	return back%every == 0, back%(2*every) == 0 || len(p.Labels) <= 4
}

func pct(x float64) string { return num2(x) + "%" }

// Part is one share of a whole.
type Part struct {
	Label string
	Value string  // formatted: "1,204"
	Size  float64 // in any one unit
	Href  string
	Rank  int // a tier's rank from 1, for its colour; 0 takes the series colours
}

func total(parts []Part) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += math.Max(0, p.Size)
	}
	return math.Max(sum, 1e-9)
}

func partClass(p Part, i int) string {
	if p.Rank > 0 {
		return [...]string{"ui-t1", "ui-t2", "ui-t3", "ui-t4", "ui-t5", "ui-t6", "ui-t7", "ui-t8", "ui-t9", "ui-t10"}[tierRank(p.Rank)-1]
	}
	return seriesClass(i%6 + 1)
}

// stack is where each part begins and how wide it is, in percent.
func stack(parts []Part) []bar {
	out, x, sum := make([]bar, len(parts)), 0.0, total(parts)
	for i, p := range parts {
		w := 100 * math.Max(0, p.Size) / sum
		out[i] = bar{x: x, width: w}
		x += w
	}
	return out
}

// share writes a part as a percentage; one that would round to nothing isn't
// nothing.
func share(ctx context.Context, x float64) string {
	if x > 0 && x < 0.005 {
		return "<" + i18n.Percent(ctx, 0.01, 0)
	}
	return i18n.Percent(ctx, x, 0)
}

func largest(parts []Part) float64 {
	top := 1e-9
	for _, p := range parts {
		top = math.Max(top, p.Size)
	}
	return top
}
