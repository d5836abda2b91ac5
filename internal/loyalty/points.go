package loyalty

import "math/big"

// Points are whole; they are never a fraction and never money.
type Points int64

// MaxPoints is the most that one operation may award, take or move.
const MaxPoints Points = 1_000_000_000

// Rate is points per unit of currency, in ten-thousandths: 10 points a dollar
// is 100000.
type Rate int64

// RateScale is how many parts a Rate divides one point into.
const RateScale = 10_000

// MaxRate is 1,000,000 points per currency unit.
const MaxRate Rate = 1_000_000 * RateScale

// Minor is an amount of money in the currency's minor unit, such as cents.
type Minor int64

// MaxAmount is the largest amount of money accepted in one request: a hundred
// billion units of a currency with two decimals.
const MaxAmount Minor = 10_000_000_000_000

// Multiplier is in percent: 125 earns a quarter more. Tiers hold 100 to 1000.
type Multiplier int32

// Earned works out the points of an award:
//
//	floor(amount × rate × tier × promotion) + bonus
//
// exactly, rounded down once, at the end (API.md, points arithmetic). exponent
// is the currency's number of decimals. Amounts of zero or less earn only the
// bonus. More than MaxPoints is an Invalid about the total.
func Earned(amount Minor, exponent int, rate Rate, tier, promotion Multiplier, bonus Points) (Points, error) {
	if amount < 0 {
		amount = 0
	}
	n := big.NewInt(int64(amount))
	n.Mul(n, big.NewInt(int64(rate)))
	n.Mul(n, big.NewInt(int64(tier)))
	n.Mul(n, big.NewInt(int64(promotion)))
	d := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(exponent)), nil)
	d.Mul(d, big.NewInt(RateScale*100*100))
	n.Quo(n, d)
	n.Add(n, big.NewInt(int64(bonus)))
	if !n.IsInt64() || Points(n.Int64()) > MaxPoints {
		return 0, TooManyPoints("total")
	}
	return Points(n.Int64()), nil
}

// TooManyPoints is the refusal of an operation over MaxPoints, which field
// asks for.
func TooManyPoints(field string) error {
	var p Problems
	p.Add(field, "is too large: one operation can move at most 1,000,000,000 points")
	return p.Err()
}

// Share is how many of the earned points a refund of refunded out of total
// takes back altogether: the proportion, rounded down, and never more than was
// earned. A total of zero or less has nothing to share.
func Share(earned Points, refunded, total Minor) Points {
	if refunded <= 0 || total <= 0 {
		return 0
	}
	if refunded >= total {
		return earned
	}
	n := big.NewInt(int64(earned))
	n.Mul(n, big.NewInt(int64(refunded)))
	n.Quo(n, big.NewInt(int64(total)))
	return Points(n.Int64())
}
