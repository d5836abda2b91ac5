package anomaly

import (
	"fmt"
	"runtime/debug"
	"time"
)

// Store is what the engine needs to know of a store.
type Store struct {
	ID    ID
	Zone  *time.Location
	Hours *Hours
	// PointsFor is the program's rule for a check of so many minor units.
	PointsFor func(amount int64) int64
	// OneCheck is as in Recent.
	OneCheck func(first Earning, amount int64) int64
	// ApprovalLimit is the points from which an award by hand needs a
	// manager's approval; 0 is none.
	ApprovalLimit int64
}

// Config is what an Engine runs with.
type Config struct {
	Settings Settings
	Stores   []Store
	Roles    map[ID]string // of staff; peers share one
	// Found is called for every signal that opened a case or made one grow.
	Found func(c *Case, s Signal, opened bool)
	// Signal takes every signal, where the caller keeps the cases: the engine
	// then keeps none. With nil it does.
	Signal func(s Signal)
	// Failed is called for every detector that panicked; nil ignores them.
	Failed func(error)
}

// Engine runs all detectors over a stream of events in time order. The same
// events and settings always give the same cases, so replaying the past under
// other settings is running another Engine. It keeps a bounded amount for
// each customer, member of staff and till, and nothing for each event.
//
// An Engine is not safe for concurrent use.
type Engine struct {
	cfg       Config
	book      *Book
	customers map[ID]*customer
	staff     map[ID]*cashier
	stores    map[ID]*place
	org       norms
	claims    claims
	rings     *rings
	drift     *drift
	habits    [favourSorts]habit
	peers     map[string]*peerGroup
	last      time.Time
	today     time.Time
}

// place is what the engine remembers of one store.
type place struct {
	Store
	norms     [4]norms // by six hours of the day
	takeovers times
	hour      hourBook
}

// cashier is what the engine remembers of one member of staff.
type cashier struct {
	id       ID
	role     string
	store    ID
	late     times
	offHours times
	hand     monthly
	limits   fadingPair
	lately   []ID // the last accounts given points by hand
}

// NewEngine is an engine with nothing remembered.
func NewEngine(cfg Config) *Engine {
	e := &Engine{
		cfg: cfg, book: NewBook(cfg.Settings.Cases),
		customers: map[ID]*customer{}, staff: map[ID]*cashier{}, stores: map[ID]*place{},
		claims: newClaims(), rings: newRings(), peers: map[string]*peerGroup{},
	}
	e.drift = newDrift(e.given)
	for _, s := range cfg.Stores {
		e.stores[s.ID] = &place{Store: s}
	}
	return e
}

// Push takes the next event. Events must not go back in time.
func (g *Engine) Push(e Event) error {
	if e.At.Before(g.last) {
		return fmt.Errorf("push event %s: %s is before %s", e.ID, e.At.Format(time.RFC3339), g.last.Format(time.RFC3339))
	}
	g.last = e.At
	if d := e.At.UTC().Truncate(day); d.After(g.today) {
		g.endDay(d)
	}
	p := g.placeOf(e.Store)
	g.turnHour(p, e.At)
	r := g.recent(p, e)
	signals, err := Examine(g.cfg.Settings, e, r)
	if err != nil && g.cfg.Failed != nil {
		g.cfg.Failed(err)
	}
	for _, s := range signals {
		g.count(p, e, s)
		g.found(s)
	}
	g.accountDrift(e)
	g.remember(p, e, len(signals) > 0)
	return nil
}

// survive is deferred by the detectors that work behind an event: one that
// panics costs what it would have found, and nothing else.
func (g *Engine) survive() {
	if p := recover(); p != nil && g.cfg.Failed != nil {
		g.cfg.Failed(fmt.Errorf("detector panicked: %v\n%s", p, debug.Stack()))
	}
}

// Flush ends the last hour and day, so that what they hold is judged too.
func (g *Engine) Flush() {
	if !g.last.IsZero() {
		g.endDay(g.today.Add(day))
	}
}

// Cases are all cases so far, oldest first.
func (g *Engine) Cases() []*Case { return g.book.Cases() }

func (g *Engine) found(s Signal) {
	if g.cfg.Signal != nil {
		g.cfg.Signal(s)
		return
	}
	c, opened := g.book.Add(s)
	if c != nil && g.cfg.Found != nil {
		g.cfg.Found(c, s, opened)
	}
}

func (g *Engine) placeOf(id ID) *place {
	p := g.stores[id]
	if p == nil {
		p = &place{Store: Store{ID: id}}
		g.stores[id] = p
	}
	return p
}

func (g *Engine) customerOf(e Event) *customer {
	c := g.customers[e.Customer]
	if c == nil {
		c = &customer{first: e.At}
		g.customers[e.Customer] = c
	}
	return c
}

func (g *Engine) cashierOf(e Event) *cashier {
	c := g.staff[e.Staff]
	if c == nil {
		c = &cashier{id: e.Staff, role: g.cfg.Roles[e.Staff], store: e.Store}
		g.staff[e.Staff] = c
	}
	return c
}

func (p *place) local(at time.Time) time.Time {
	if p.Zone == nil {
		return at.UTC()
	}
	return at.In(p.Zone)
}

func (p *place) daypart(at time.Time) *norms { return &p.norms[p.local(at).Hour()/6] }
