package anomaly

import (
	"time"

	"gonum.org/v1/gonum/mathext"
)

const (
	// Half of those who needed a favour need another within four weeks, as of
	// fifty of them, until there is history.
	priorAgain   = .5
	priorFavours = 50
	// habitKnown is how many earlier favours of an account count for the
	// organization's habit, so that a few accounts can't make it.
	habitKnown = 3
	// leastFavours of an account in four weeks are looked into.
	leastFavours = 4
	// An account gains more than it ever did where the chance is below this;
	// what staff entered needs less to be doubted than what a guest did.
	growing      = .01
	growingStaff = .05
	// accountsTold makes up for how many honest accounts each guilty one is
	// looked at with: a chance counts this much for the score.
	accountsTold = 100
)

// The sorts of favours: receipts a guest claims, checks staff put on accounts
// afterwards, awards by hand.
const (
	selfClaims = iota
	staffClaims
	handAwards
	favourSorts
)

// favourSort is the sort of an event that is a favour.
func favourSort(e Event) int {
	switch {
	case e.Type == Award:
		return handAwards
	case e.Staff.IsZero():
		return selfClaims
	}
	return staffClaims
}

// favours are an account's of one sort, a day apart: points no check rung up on
// it stands behind.
type favours struct {
	lately times // of the last four weeks
	older  int
	points int64 // as far as no case counts them
}

func (f *favours) add(e Event) {
	for len(f.lately) > 0 && e.At.Sub(f.lately[0]) > fourWeeks {
		f.lately = append(f.lately[:0], f.lately[1:]...)
		f.older++
	}
	if len(f.lately) == 0 {
		f.points = 0
	}
	f.lately.add(e.At)
}

// habit is how the organization's guests come by favours.
type habit struct {
	all   rate   // favours and earnings
	again fading // favours that followed another within four weeks
	first fading // favours that could have
}

// repeating is the share of favours that follow another of the same account.
func (h *habit) repeating(now time.Time) float64 {
	return (h.again.at(now, collisionMemory) + priorAgain*priorFavours) / (h.first.at(now, collisionMemory) + priorFavours)
}

func (h *habit) learn(earlier int, now time.Time, tau time.Duration) {
	if earlier > habitKnown {
		return
	}
	h.first.add(1, now, collisionMemory)
	h.all.count.add(1, now, tau)
	if earlier > 0 {
		h.again.add(1, now, collisionMemory)
	}
}

// seen takes an earning into what the habits are shares of.
func (g *Engine) seen(e Event) {
	for i := range g.habits {
		g.habits[i].all.checks.add(1, e.At, g.driftMemory())
	}
}

func (g *Engine) driftMemory() time.Duration {
	return time.Duration(g.cfg.Settings.PatternDeviation.HistoryWeeks * float64(week))
}

// accountDrift finds an account that begins to gain over and over by favours of
// one sort, whoever enters them.
//
// Favours a week are gamma-distributed among guests, so that those of four
// weeks, after n in the w weeks before, are negative binomial with shape
// a + n and rate b + w (Gelman et al., Bayesian Data Analysis, §2.6). Most
// guests need none and a few scan every receipt at home: with so small an a
// favours are a log-series (Fisher, Corbet and Williams 1943), whose ratio
// 4/(b + 4) is the share of favours that follow another, and is learned from
// the organization, as their mean a/b is. Someone who always scans has a high
// n and stays silent; someone who begins to scan earns no more than before,
// so the account's earnings as a whole must be improbable too.
func (g *Engine) accountDrift(e Event) {
	defer g.survive()
	if (e.Type != Claim && e.Type != Award) || !e.Earns() || e.Backfilled {
		return
	}
	sort := favourSort(e)
	c, h := g.customerOf(e), &g.habits[sort]
	f := c.favoursOf(sort)
	n := len(f.lately)
	if n > 0 && e.At.Sub(f.lately[n-1]) < businessDay {
		f.points += e.Points
		return
	}
	f.add(e)
	f.points += e.Points
	k := len(f.lately)
	if s := g.cfg.Settings.PatternDeviation; s.Enabled && k >= leastFavours {
		p, expected := favourTail(k, f.older, e.At.Sub(c.first)-fourWeeks, h.all.mean(e.At, g.driftMemory()), h.repeating(e.At))
		below := growing
		if sort == staffClaims {
			below = growingStaff
		}
		if p < s.AccountChance && c.moreThanUsual(e.At, 1, below) {
			g.found(accountSignal(e, f, p, expected))
			f.points = 0
		}
	}
	h.learn(k-1, e.At, g.driftMemory())
}

// given is how often an account was given favours in the four weeks to now.
func (g *Engine) given(account ID, claim bool, now time.Time) int {
	c := g.customers[account]
	switch {
	case c == nil:
		return 0
	case claim:
		return c.favoured(selfClaims, now) + c.favoured(staffClaims, now)
	}
	return c.favoured(handAwards, now)
}

// favourTail is the chance of k favours or more in four weeks after n in the
// time before, where share of earnings are favours and again of favours follow
// another, and how many are expected.
func favourTail(k, n int, before time.Duration, share, again float64) (p, expected float64) {
	const exposure = 4
	rate := exposure * (1 - again) / again
	shape := priorWeekly*share*rate + float64(n)
	rate += max(0, before.Hours()/week.Hours())
	return mathext.RegIncBeta(float64(k), shape, exposure/(rate+exposure)), shape / rate * exposure
}

// moreThanUsual reports whether the chance of the customer's earnings of four
// weeks, with so many more now, after those before, is below a limit.
func (c *customer) moreThanUsual(now time.Time, more int, below float64) bool {
	k := more
	for _, x := range c.recent {
		if now.Sub(x.At) <= fourWeeks {
			k++
		}
	}
	if k == 0 {
		return false
	}
	n, weeks := c.before(now, fourWeeks)
	const shape, exposure = .25, 4
	return mathext.RegIncBeta(float64(k), shape+n, exposure/(shape/priorWeekly+weeks+exposure)) < below
}

func accountSignal(e Event, f *favours, p, expected float64) Signal {
	sig := customerSignal(PatternDeviation, e)
	sig.Evidence.Unit = UnitClaims
	if e.Type == Award {
		sig.Evidence.Unit = UnitAwards
	}
	k := len(f.lately)
	sig.PointsInvolved, sig.Score = f.points, Score(p*accountsTold)
	sig.Evidence.P, sig.Evidence.Reason, sig.Evidence.From, sig.Evidence.To = p, "account", f.lately[0], e.At
	sig.Evidence.Observed, sig.Evidence.Expected = float64(k), expected
	return sig.finish("%s %s for one account in %s; %s expected", grouped(int64(k)), sig.Evidence.Unit, counted(28, "day"), decimal(expected))
}
