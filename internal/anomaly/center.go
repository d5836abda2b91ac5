package anomaly

import (
	"math"
	"slices"
)

// Center is where values lie and how far they scatter: the median and the
// median absolute deviation of their natural logarithms, over N values.
type Center struct {
	Median float64 `json:"median"`
	MAD    float64 `json:"mad"`
	N      int     `json:"n"`
}

// defaultMAD is that of a log-normal with σ = .5, about what restaurant
// checks show; it stands in until there is history.
const defaultMAD = 0.34

// CenterOf is the centre of positive values; others are left out.
func CenterOf(values []float64) Center {
	logs := make([]float64, 0, len(values))
	for _, v := range values {
		if v > 0 {
			logs = append(logs, math.Log(v))
		}
	}
	if len(logs) == 0 {
		return Center{}
	}
	m := medianOf(logs)
	for i, v := range logs {
		logs[i] = math.Abs(v - m)
	}
	return Center{Median: m, MAD: medianOf(logs), N: len(logs)}
}

// medianOf sorts its argument.
func medianOf(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return (x[n/2-1] + x[n/2]) / 2
}

// ShrunkTo moves the centre towards a wider one: w = N/(N + weight) of it is
// its own. N becomes that of both, so that an empty centre shrunk to an
// empty one is still known to be empty.
func (c Center) ShrunkTo(wider Center, weight float64) Center {
	if wider.N == 0 {
		return c
	}
	if c.N == 0 {
		return wider
	}
	w := float64(c.N) / (float64(c.N) + weight)
	return Center{
		Median: w*c.Median + (1-w)*wider.Median,
		MAD:    w*c.MAD + (1-w)*wider.MAD,
		N:      c.N + wider.N,
	}
}
