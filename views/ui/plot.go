package ui

import (
	"math"
	"strconv"
)

// point is a place in an SVG.
type point struct{ x, y float64 }

// num writes a coordinate with one decimal at most.
func num(to []byte, x float64) []byte {
	return strconv.AppendFloat(to, math.Round(x*10)/10, 'f', -1, 64)
}

// pair writes the coordinates of a point behind what leads there.
func pair(to []byte, lead byte, x, y float64) []byte {
	return num(append(num(append(to, lead), x), ' '), y)
}

// smooth draws a line through points that never leaves the range of its
// neighbours: a monotone cubic, so a flat day isn't drawn as a dip.
func smooth(pts []point) string {
	out := make([]byte, 0, 40*len(pts))
	for i, p := range pts {
		if i == 0 {
			out = pair(out, 'M', p.x, p.y)
			continue
		}
		q := pts[i-1]
		dx := (p.x - q.x) / 3
		out = pair(out, 'C', q.x+dx, q.y+slope(pts, i-1)*dx)
		out = pair(out, ' ', p.x-dx, p.y-slope(pts, i)*dx)
		out = pair(out, ' ', p.x, p.y)
	}
	return string(out)
}

// slope is the harmonic mean of the slopes on both sides, 0 at a turn.
func slope(pts []point, i int) float64 {
	if i == 0 || i == len(pts)-1 {
		return 0
	}
	a := (pts[i].y - pts[i-1].y) / (pts[i].x - pts[i-1].x)
	c := (pts[i+1].y - pts[i].y) / (pts[i+1].x - pts[i].x)
	if a*c <= 0 {
		return 0
	}
	return 2 * a * c / (a + c)
}

// under closes a line down to the base, for its area.
func under(line string, pts []point, base float64) string {
	if len(pts) == 0 {
		return ""
	}
	out := pair([]byte(line), 'L', pts[len(pts)-1].x, base)
	return string(append(pair(out, 'L', pts[0].x, base), 'Z'))
}

// ticks are round numbers from 0 to at least top, about n of them; whole
// keeps them to whole numbers.
func ticks(top float64, n int, whole bool) []float64 {
	if top <= 0 || math.IsNaN(top) || math.IsInf(top, 0) {
		top = 1
	}
	step := niceStep(top/float64(n), whole)
	out := []float64{}
	for v := 0.0; ; v += step {
		out = append(out, v)
		if v >= top-step*1e-9 {
			return out
		}
	}
}

// niceStep is the smallest round step that is at least want.
func niceStep(want float64, whole bool) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(want)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		// Half a point or half a cent means nothing on an axis.
		if step := unit * m; step >= want*(1-1e-9) && (!whole || step >= 1 && step == math.Trunc(step)) {
			return step
		}
	}
	if whole {
		return math.Max(1, unit*10)
	}
	return unit * 10
}

func seriesClass(n int) string {
	return [...]string{"ui-s1", "ui-s2", "ui-s3", "ui-s4", "ui-s5", "ui-s6"}[min(max(n, 1), 6)-1]
}

func (p SparkProps) points() []point {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range p.Values {
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	if hi <= lo {
		hi, lo = lo+1, lo-1
	}
	pts := make([]point, len(p.Values))
	for i, v := range p.Values {
		pts[i] = point{1 + 78*float64(i)/math.Max(1, float64(len(p.Values)-1)), 21 - 18*(v-lo)/(hi-lo)}
	}
	return pts
}

func (p SparkProps) line() string { return smooth(p.points()) }
func (p SparkProps) area() string { return under(p.line(), p.points(), 24) }

// num2 writes a percentage with two decimals at most.
func num2(x float64) string {
	return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
}
