package simulate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"regulars/internal/anomaly"
)

// style is what sort of restaurant a store is.
type style struct {
	name   string
	hours  anomaly.Hours
	weight [30]float64 // how busy each hour after local midnight is
	check  float64     // median check of one guest, minor units
	onDuty int         // staff of a shift
	turn   int         // hour of the change of shift
	days   [7]float64  // how busy each weekday is, Sunday first
}

func everyDay(from, to int) (h anomaly.Hours) {
	for i := range h {
		h[i] = anomaly.Opening{From: from * 60, To: to * 60}
	}
	return h
}

func hourly(from int, weights ...float64) (w [30]float64) {
	copy(w[from:], weights)
	return w
}

func styles() []style {
	closedMonday := everyDay(11, 23)
	closedMonday[1] = anomaly.Opening{}
	return []style{
		{"quick service", everyDay(7, 21), hourly(7, 3, 6, 5, 4, 4, 8, 8, 4, 3, 3, 4, 5, 4, 2), 1100, 4, 14, [7]float64{.8, 1, 1, 1, 1.05, 1.2, 1}},
		{"full service", closedMonday, hourly(11, 2, 5, 6, 3, 1, 1, 2, 5, 8, 8, 5, 2), 4200, 4, 16, [7]float64{1.1, 0, .8, .9, 1, 1.4, 1.5}},
		{"bar", everyDay(16, 26), hourly(16, 1, 3, 4, 5, 6, 7, 7, 6, 4, 2), 2400, 4, 21, [7]float64{.7, .6, .7, .8, 1.1, 1.7, 1.8}},
	}
}

// store is one simulated restaurant.
type store struct {
	style
	index   int
	id      anomaly.ID
	zone    *time.Location
	tills   []anomaly.ID
	staff   []*person // by position; who leaves is replaced in it
	roster  [14][]int // positions by weekday and shift
	members []*member
	limit   int64
	outages map[int]outage // by day
}

type outage struct{ from, to int } // minutes after midnight

// person is a member of staff.
type person struct {
	id     anomaly.ID
	role   string
	pinned int     // may not leave before this day
	own    *member // their own guest account
}

// member is a guest with an account.
type member struct {
	id       anomaly.ID
	home     *store
	rate     float64 // visits a week
	spend    float64 // median check relative to the style's
	hour     float64 // the hour they like, 0 for none
	enrolled int     // day; before 0 for those there at the start
	balance  int64
	favorite int // position of a favourite server, −1 for none
	loyal    float64
	runner   bool // fetches the office's coffee
	family   bool // several people use the account
	rounds   bool // pays each round
	scanner  bool // claims the receipt at home more often than not
	scanFrom int  // since this day
	grumbler bool // is given something one time in seven
	linked   anomaly.ID
	phone    uint64
	device   anomaly.ID
	born     uint16
	announce bool // has to be enrolled by an event
	knows    map[int]bool
}

// World is one simulated chain of restaurants.
type World struct {
	cfg       Config
	ids       [256]uint64
	stores    []*store
	campaigns []*Campaign
	doubles   map[int]bool // double-points days
	phones    uint64
	roles     map[anomaly.ID]string
	book      *ledger
}

// New is the world of a configuration, before its first day.
func New(cfg Config) (*World, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	w := &World{cfg: cfg, doubles: map[int]bool{}, roles: map[anomaly.ID]string{}}
	w.book = newLedger(w)
	zones := []string{"America/New_York", "America/Chicago", "Europe/Berlin"}
	kinds := []int{0, 0, 1, 0, 1, 2}
	for i := range cfg.Stores {
		zone, err := time.LoadLocation(zones[i%len(zones)])
		if err != nil {
			return nil, fmt.Errorf("simulate: %w", err)
		}
		w.stores = append(w.stores, w.newStore(i, styles()[kinds[i%len(kinds)]], zone))
	}
	r := w.chance(forLookalikes, 0, -1)
	for range max(1, 4*cfg.Weeks/52) {
		w.doubles[r.IntN(cfg.Weeks*7)] = true
	}
	if cfg.Campaigns {
		w.plan()
	}
	return w, nil
}

func (w *World) newStore(i int, st style, zone *time.Location) *store {
	s := &store{style: st, index: i, id: w.newID(storeID), zone: zone, limit: 500, outages: map[int]outage{}}
	r := w.chance(forPeople, i, 0)
	for range 3 {
		s.tills = append(s.tills, w.newID(tillID))
	}
	for pos := range w.cfg.Staff {
		s.staff = append(s.staff, w.hire(s, r, pos))
	}
	for slot := range s.roster {
		s.roster[slot] = r.Perm(w.cfg.Staff)[:st.onDuty]
	}
	for range w.cfg.Customers {
		s.members = append(s.members, w.newMember(s, r, -1-r.IntN(700)))
	}
	s.markLookalikes(r)
	for range 2 * max(1, w.cfg.Weeks/52) {
		d := r.IntN(w.cfg.Weeks * 7)
		o := s.hours[(d+1)%7]
		if o.To-o.From > 400 {
			from := o.From + 60 + r.IntN(o.To-o.From-400)
			s.outages[d] = outage{from, from + 120 + r.IntN(180)}
		}
	}
	return s
}

// markLookalikes chooses the guests whose honest habits look odd.
func (s *store) markLookalikes(r *rand.Rand) {
	n := len(s.members)
	for range n / 400 {
		m := s.members[r.IntN(n)]
		m.favorite, m.loyal = r.IntN(len(s.staff)), .65+.25*r.Float64()
		m.rate = max(m.rate, .5+r.Float64()*1.5)
	}
	for range n / 270 {
		m := s.members[r.IntN(n)]
		m.family, m.rate = true, max(m.rate, 2+3*r.Float64())
	}
	if s.name == "quick service" {
		for range n / 1000 {
			m := s.members[r.IntN(n)]
			m.runner, m.rate, m.spend, m.hour = true, 3.5+r.Float64(), 3+2*r.Float64(), 9.5
		}
	}
	if s.name == "bar" {
		for range n / 200 {
			s.members[r.IntN(n)].rounds = true
		}
	}
	for range n / 400 {
		m := s.members[r.IntN(n)]
		m.scanner, m.rate = true, max(m.rate, .3+1.2*r.Float64())
		if r.Float64() < .5 {
			m.scanFrom = r.IntN(364)
		}
	}
	for range max(1, n/1300) {
		m := s.members[r.IntN(n)]
		m.grumbler, m.rate = true, max(m.rate, .5+r.Float64())
	}
}

// hire is a new member of staff for a position. Two positions lead shifts.
func (w *World) hire(s *store, r *rand.Rand, pos int) *person {
	p := &person{id: w.newID(staffID), role: "cashier"}
	if pos < 2 {
		p.role = "lead"
	}
	w.roles[p.id] = p.role
	if r.Float64() < .7 {
		p.own = w.newMember(s, r, -1)
		p.own.rate, p.own.linked = .5*r.Float64(), p.id
		s.members = append(s.members, p.own)
	}
	return p
}

// newMember is a guest. Visit rates are gamma-distributed: most come rarely,
// a few daily.
func (w *World) newMember(s *store, r *rand.Rand, day int) *member {
	w.phones += 37 + uint64(r.IntN(4000))
	m := &member{
		id: w.newID(customerID), home: s, enrolled: day, favorite: -1,
		rate:  min(12, gamma(r, .4)*.75),
		spend: math.Exp(.35 * r.NormFloat64()),
		phone: 5_550_000_000 + w.phones*7919%400_000_000,
		born:  uint16(100*(1+r.IntN(12)) + 1 + r.IntN(28)),
	}
	if r.Float64() < .04 {
		m.born = 101
	}
	if r.Float64() < .4 {
		m.hour = 7 + 14*r.Float64()
	}
	if day >= 0 {
		m.announce = true
		m.rate = max(m.rate, .1)
	} else {
		m.balance = int64(float64(-day) / 7 * m.rate * 8)
		m.balance = min(m.balance, 100+int64(r.IntN(400)))
	}
	return m
}

// gamma draws from a gamma distribution of unit scale and shape below one
// (Marsaglia and Tsang 2000, with their boost).
func gamma(r *rand.Rand, shape float64) float64 {
	d := shape + 1 - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := 1 - r.Float64(); math.Log(u) < .5*x*x+d-d*v+d*math.Log(v) {
			return d * v * math.Pow(1-r.Float64(), 1/shape)
		}
	}
}

// poisson draws a count; its mean must be small.
func poisson(r *rand.Rand, mean float64) int {
	n, p, limit := 0, 1.0, math.Exp(-mean)
	for {
		p *= r.Float64()
		if p <= limit {
			return n
		}
		n++
	}
}

// Stores are what an anomaly engine needs to know of the stores.
func (w *World) Stores() []anomaly.Store {
	out := make([]anomaly.Store, len(w.stores))
	for i, s := range w.stores {
		out[i] = anomaly.Store{ID: s.id, Zone: s.zone, Hours: &s.hours, PointsFor: pointsFor, ApprovalLimit: s.limit}
	}
	return out
}

// Roles are the roles of all staff, those not yet hired as they come.
func (w *World) Roles() map[anomaly.ID]string { return w.roles }

// pointsFor is the program's rule: a point a whole unit and five a visit.
func pointsFor(amount int64) int64 { return amount/100 + 5 }
