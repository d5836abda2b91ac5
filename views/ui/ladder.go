package ui

import (
	"math"
	"slices"
)

// LadderProps is the members of a program by their lifetime points, with the
// tiers' thresholds where they fall, drawn to scale.
type LadderProps struct {
	Title, Summary string
	Buckets        []Bucket
	Marks          []Mark // from the lowest
	Max            int64  // right end of the scale in points; more than 0
}

// Bucket is how many members have at least From and less than To points.
type Bucket struct{ From, To, Members int64 }

// Mark is a tier's threshold.
type Mark struct {
	ID    string // goes to data-tier, for dragging
	Label string
	At    int64  // points
	Rank  int    // from 1
	Field string // id of the input that holds At; makes the threshold draggable
}

func (p LadderProps) x(points int64) float64 {
	return 100 * math.Min(1, float64(max(0, points))/float64(max(1, p.Max)))
}

func (p LadderProps) bar(b Bucket) bar {
	top := int64(1)
	for _, other := range p.Buckets {
		top = max(top, other.Members)
	}
	from, to := p.x(b.From), p.x(b.To)
	// The root keeps the few at the top visible beside the many at the bottom.
	h := 80 * math.Sqrt(float64(b.Members)/float64(top))
	if b.Members > 0 {
		h = math.Max(h, 1.5)
	}
	return bar{x: from + 0.1, width: math.Max(0.2, to-from-0.2), height: h, y: 100 - h}
}

// rank is the tier that a bucket's members are in.
func (p LadderProps) rank(b Bucket) int {
	rank := 1
	for _, m := range p.Marks {
		if b.From >= m.At {
			rank = max(rank, m.Rank)
		}
	}
	return rank
}

func (p LadderProps) scale() []float64 { return ticks(float64(p.Max)*0.999, 5, true) }

// Sizes of a threshold's label in pixels, and the narrowest drawing, so that
// what fits there fits everywhere.
const (
	labelLetter = 7
	labelLine   = 14
	narrowest   = 300
)

// levels are how many lines down each threshold's label stands and its line
// begins: below every label before it that meets it, so that names don't run
// into each other. ladder.js does the same while one is dragged.
func (p LadderProps) levels() []int {
	out := make([]int, len(p.Marks))
	for i, m := range p.Marks {
		for k, before := range p.Marks[:i] {
			reach := 0.0
			if !p.turned(before) {
				reach += labelWidth(before)
			}
			if p.turned(m) {
				reach += labelWidth(m)
			}
			if out[k] > p.named() {
				continue
			}
			if p.x(m.At)-p.x(before.At) < reach {
				out[i] = min(max(out[i], out[k]+1), p.named()+1)
			}
		}
	}
	return out
}

// labelWidth is how much of the narrowest drawing a label takes, in percent.
func labelWidth(m Mark) float64 {
	return 100 * float64(labelLetter*len([]rune(m.short()))+12) / narrowest
}

// longest is how many letters of a name the drawing has room for: half of it.
const longest = 20

func (m Mark) short() string {
	name := []rune(m.Label)
	if len(name) <= longest {
		return m.Label
	}
	return string(name[:longest-1]) + "…"
}

// turned reports whether a label would leave the right end and so stands to
// the left of its threshold.
func (p LadderProps) turned(m Mark) bool {
	x := p.x(m.At)
	return x > 85 || x > 50 && x+labelWidth(m) > 100
}

// fixed reports whether a threshold stays: a ladder needs one at 0.
func (p LadderProps) fixed(i int) bool { return i == 0 && p.Marks[i].At == 0 }

func (p LadderProps) tabIndex(i int) string {
	if p.fixed(i) {
		return "-1"
	}
	return "0"
}

// lowest and highest are how far a threshold can be dragged: to the point
// beside its neighbours.
func (p LadderProps) lowest(i int) int64 {
	if i == 0 {
		return 0
	}
	return min(p.Marks[i].At, p.Marks[i-1].At+1)
}

func (p LadderProps) highest(i int) int64 {
	switch {
	case p.fixed(i):
		return 0
	case i+1 < len(p.Marks):
		return max(p.Marks[i].At, p.Marks[i+1].At-1)
	}
	return max(p.Marks[i].At, p.Max)
}

// Where the grips are, in pixels from the top: at the left of their lines' way
// down, the first row where none before them is in reach.
const (
	gripRow  = 26
	gripsTop = 115
	// crowd is how many thresholds make the drawing taller, and its grips start
	// lower, so that a name on each line has room above them.
	crowd         = 5
	gripsTopTall  = 144
	ladderHeight  = 192
	ladderTallest = 240
)

func (p LadderProps) crowded() bool { return len(p.Marks) > crowd }

func (p LadderProps) height() string {
	if p.crowded() {
		return "h-60"
	}
	return "h-48"
}

// movable reports whether a threshold can be dragged.
func (p LadderProps) movable() bool {
	return slices.ContainsFunc(p.Marks, func(m Mark) bool { return m.Field != "" })
}

func (p LadderProps) gripsFrom() int {
	if p.crowded() {
		return gripsTopTall
	}
	return gripsTop
}

// named is how many lines of names have room above the grips. A threshold
// further down has none beside it; it is named when it is held.
func (p LadderProps) named() int { return (p.gripsFrom() - 26) / labelLine }

// grips are the rows, from 0, that the thresholds' grips stand in, so that each
// can be taken by itself. ladder.js does the same while one is dragged.
func (p LadderProps) grips() []int {
	height := ladderHeight
	if p.crowded() {
		height = ladderTallest
	}
	last := make([]float64, (height-p.gripsFrom())/gripRow+1)
	for row := range last {
		last[row] = math.Inf(-1)
	}
	out := make([]int, len(p.Marks))
	for i, m := range p.Marks {
		x := p.x(m.At) * narrowest / 100
		if p.fixed(i) {
			continue
		}
		for row := range last {
			if last[row] < last[out[i]] {
				out[i] = row
			}
			if x-last[row] >= gripRow {
				out[i] = row
				break
			}
		}
		last[out[i]] = x
	}
	return out
}

func lineTop(level int) string { return num2(float64(labelLine * level)) }
func labelAt(level int) string { return num2(float64(labelLine*level + 10)) }

func (p LadderProps) gripAt(row int) string { return num2(float64(p.gripsFrom() + gripRow*row)) }
