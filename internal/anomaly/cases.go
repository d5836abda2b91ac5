package anomaly

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// family groups kinds that see the same thing, so that it counts once.
var family = map[Kind]int{
	RapidEarning: 0, SplitOrders: 0,
	UnusualAmount: 1, LimitHugging: 1, ManualAwards: 1,
	StaffFavoritism: 2, PatternDeviation: 2,
	OffHours: 3, DuplicateClaim: 3,
	AccountTakeover: 4, AccountRing: 4,
	RefundAbuse: 5,
}

const families = 6

// Family is a number that kinds share which see the same thing: in the score
// of a case they count once.
func (k Kind) Family() int { return family[k] }

// Case is one story: signals about the same people that belong together.
type Case struct {
	Number    int
	Key       Key
	Store     ID
	Kind      Kind // of the strongest signal
	OpenedAt  time.Time
	LastAt    time.Time
	Signals   int
	Points    int64 // at risk
	Hard      bool
	BelowLine bool // over the store's budget for the week
	Names     []ID // whom it names, the subject first
	Best      [families]Signal
}

// Score is the sum of the best signal of each family.
func (c *Case) Score() float64 {
	sum := 0.0
	for _, s := range c.Best {
		sum += s.Score
	}
	return sum
}

// Rank orders the queue: score × ln(1 + points at risk).
func (c *Case) Rank() float64 { return c.Score() * math.Log1p(float64(max(0, c.Points))) }

// Severity is that of the whole case.
func (c *Case) Severity() Severity { return SeverityOf(c.Score(), c.Hard) }

// Description is the strongest signal's sentence.
func (c *Case) Description() string { return c.strongest().Description }

func (c *Case) strongest() Signal {
	best := c.Best[0]
	for _, s := range c.Best[1:] {
		if s.Score > best.Score || (s.Hard && !best.Hard) {
			best = s
		}
	}
	return best
}

// grow takes a signal into the case.
func (c *Case) grow(s Signal) {
	f := family[s.Kind]
	if b := c.Best[f]; b.Kind == "" || s.Score > b.Score || (s.Score == b.Score && s.PointsInvolved > b.PointsInvolved) {
		c.Best[f] = s
	}
	c.Kind = c.strongest().Kind
	c.Hard = c.Hard || s.Hard
	c.LastAt = s.At
	c.Signals++
	c.Points += s.PointsInvolved
	for _, id := range s.Names {
		if !slices.Contains(c.Names, id) {
			c.Names = append(c.Names, id)
		}
	}
}

// NamesPerson reports whether a case points at a member of staff or at the
// account that is theirs. Nobody decides a case that names them.
func NamesPerson(names []ID, staff, account ID) bool {
	return (!staff.IsZero() && slices.Contains(names, staff)) || (!account.IsZero() && slices.Contains(names, account))
}

// Book turns signals into cases. It is not safe for concurrent use.
type Book struct {
	settings CaseSettings
	cases    []*Case
	open     map[ID]*Case   // the latest case that names someone
	opened   map[string]int // new cases of a store and week
}

// NewBook is a book without cases.
func NewBook(s CaseSettings) *Book {
	return &Book{settings: s, open: map[ID]*Case{}, opened: map[string]int{}}
}

// Cases are all cases, oldest first.
func (b *Book) Cases() []*Case { return b.cases }

// Add puts a signal into the case it belongs to and reports whether that case
// is new. The case is nil where the signal is too weak to open one.
func (b *Book) Add(s Signal) (c *Case, opened bool) {
	if c := b.story(s); c != nil {
		c.grow(s)
		b.index(c)
		return c, false
	}
	if !s.Opens(b.settings) {
		return nil, false
	}
	c = &Case{Number: len(b.cases) + 1, Key: s.Key, Store: s.Store, OpenedAt: s.At}
	c.grow(s)
	c.BelowLine = b.overBudget(s)
	b.cases = append(b.cases, c)
	b.index(c)
	return c, true
}

// story is the running case that names any of the same people.
func (b *Book) story(s Signal) *Case {
	for _, id := range append([]ID{s.Key.ID}, s.Names...) {
		if c := b.open[id]; c != nil && s.At.Sub(c.LastAt) <= StoryWindow {
			return c
		}
	}
	return nil
}

func (b *Book) index(c *Case) {
	b.open[c.Key.ID] = c
	for _, id := range c.Names {
		b.open[id] = c
	}
}

// overBudget counts a new case of the store's week and reports whether it is
// one too many. Hard rules count and are never too many.
func (b *Book) overBudget(s Signal) bool {
	year, w := s.At.UTC().ISOWeek()
	key := fmt.Sprintf("%s/%d/%d", s.Store, year, w)
	if s.Hard {
		b.opened[key]++
		return false
	}
	if float64(b.opened[key]) >= b.settings.BudgetPerStoreWeek {
		return true
	}
	b.opened[key]++
	return false
}
