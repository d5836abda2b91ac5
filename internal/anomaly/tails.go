package anomaly

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// repeatTail is the chance of k or more occasions where mean are expected and
// people differ as a gamma distribution of the given shape: a negative
// binomial tail (Greenwood and Yule 1920), written as a regularized incomplete
// beta function.
func repeatTail(k int, mean, shape float64) float64 {
	if k <= 0 {
		return 1
	}
	return mathext.RegIncBeta(float64(k), shape, mean/(mean+shape))
}

// binomialTail is the chance of k or more of n at probability p each.
func binomialTail(k, n int, p float64) float64 {
	if k <= 0 {
		return 1
	}
	return mathext.RegIncBeta(float64(k), float64(n-k+1), p)
}

// betaBinomialTail is the chance of k or more of n where the probability
// itself is beta-distributed with the given mean and intraclass correlation
// rho (Griffiths 1973).
func betaBinomialTail(k, n int, mean, rho float64) float64 {
	if k <= 0 {
		return 1
	}
	size := 1/rho - 1
	a, b := mean*size, (1-mean)*size
	// The recurrence of neighbouring terms saves a log gamma for each.
	term := math.Exp(mathext.Lbeta(a, float64(n)+b) - mathext.Lbeta(a, b))
	below := 0.0
	for j := range k {
		below += term
		x := float64(j)
		term *= (float64(n) - x) / (x + 1) * (x + a) / (float64(n) - x - 1 + b)
	}
	return max(0, 1-below)
}

// fisher joins two independent chances into one (Fisher 1925): the tail of a
// chi-squared with four degrees of freedom.
func fisher(p, q float64) float64 {
	x := p * q
	if x <= 0 {
		return 0
	}
	return min(1, x*(1-math.Log(x)))
}
