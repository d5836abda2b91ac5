package anomaly

import (
	"fmt"
	"slices"
	"time"
)

// newcomer is a new account and what it shares with others.
type newcomer struct {
	id     ID
	at     time.Time
	store  ID
	staff  ID
	device ID
	phone  uint64
	born   uint16
}

// rings joins new accounts that share something into components.
type rings struct {
	recent   []newcomer // oldest first, no older than the settings say
	byDevice map[ID][]ID
	byPhone  map[uint64][]ID
	byBirth  map[string][]ID
	of       map[ID]*ring
	births   map[uint16]int
	enrolled int
}

// ring is one component.
type ring struct {
	first   ID
	members []ID
	joined  times
	why     map[string]int
}

const (
	// phoneBlock and phoneNear say which numbers are near-sequential.
	phoneBlock = 20
	phoneNear  = 10
	// A device that enrolled this many within the window is the store's own.
	sharedDevice = 12
)

func newRings() *rings {
	return &rings{
		byDevice: map[ID][]ID{}, byPhone: map[uint64][]ID{}, byBirth: map[string][]ID{},
		of: map[ID]*ring{}, births: map[uint16]int{},
	}
}

// enrolled joins a new account to those it belongs with.
//
// Account rings are the connected components (Hopcroft and Tarjan 1973, here by
// joining the smaller to the larger) of accounts no older than AgeDays under
// three relations: the same device, phone numbers no more than ten apart, the
// same birthday enrolled by the same cashier in the same week. A till, a device of
// the store's own and a birthday many give (1 January) relate nobody.
func (g *Engine) enrolled(e Event) {
	s := g.cfg.Settings.AccountRing
	if !s.Enabled {
		return
	}
	r := g.rings
	r.expire(e.At, time.Duration(s.AgeDays*float64(day)))
	n := newcomer{id: e.Customer, at: e.At, store: e.Store, staff: e.Staff, device: e.ownDevice(), phone: e.Phone, born: e.Birthday}
	own := &ring{first: n.id, members: []ID{n.id}, why: map[string]int{}}
	own.joined.add(e.At)
	r.of[n.id] = own
	for _, link := range r.links(n) {
		for _, other := range link.to {
			r.join(n.id, other, link.why)
		}
	}
	r.index(n)
	if c := r.of[n.id]; float64(len(c.members)) >= s.Accounts {
		g.found(r.signal(c, e))
	}
}

// ownDevice is the device of an Enroll, none where it is the store's till.
func (e Event) ownDevice() ID {
	if e.Device == e.Till {
		return ID{}
	}
	return e.Device
}

type link struct {
	why string
	to  []ID
}

func (r *rings) links(n newcomer) []link {
	var links []link
	if same := r.byDevice[n.device]; !n.device.IsZero() && len(same) > 0 && len(same) < sharedDevice {
		links = append(links, link{"device", same})
	}
	if n.phone > 0 {
		links = append(links, link{"phone", r.near(n.phone)})
	}
	if n.born > 0 && !r.common(n.born) {
		links = append(links, link{"birthday", r.byBirth[n.birthKey()]})
	}
	return links
}

func (r *rings) near(phone uint64) []ID {
	var near []ID
	for b := phone/phoneBlock - 1; b <= phone/phoneBlock+1; b++ {
		for _, id := range r.byPhone[b] {
			for _, x := range r.recent {
				if x.id == id && max(x.phone, phone)-min(x.phone, phone) <= phoneNear {
					near = append(near, id)
				}
			}
		}
	}
	return near
}

// common reports whether a birthday is given ten times as often as chance
// would have it.
func (r *rings) common(born uint16) bool {
	return born == 101 || (r.births[born] >= 5 && float64(r.births[born]) > 10*float64(r.enrolled)/365)
}

func (n newcomer) birthKey() string {
	year, w := n.at.ISOWeek()
	return fmt.Sprintf("%d/%x/%d/%d", n.born, n.staff, year, w)
}

func (r *rings) join(a, b ID, why string) {
	x, y := r.of[a], r.of[b]
	if x == nil || y == nil || x == y {
		return
	}
	if len(x.members) > len(y.members) || (len(x.members) == len(y.members) && x.joined[0].Before(y.joined[0])) {
		x, y = y, x
	}
	for _, id := range x.members {
		r.of[id] = y
	}
	y.members = append(y.members, x.members...)
	for w, n := range x.why {
		y.why[w] += n
	}
	y.why[why]++
}

func (r *rings) index(n newcomer) {
	r.recent = append(r.recent, n)
	r.enrolled++
	r.births[n.born]++
	if !n.device.IsZero() {
		r.byDevice[n.device] = append(r.byDevice[n.device], n.id)
	}
	if n.phone > 0 {
		r.byPhone[n.phone/phoneBlock] = append(r.byPhone[n.phone/phoneBlock], n.id)
	}
	if n.born > 0 {
		r.byBirth[n.birthKey()] = append(r.byBirth[n.birthKey()], n.id)
	}
}

// expire drops accounts that are no longer new.
func (r *rings) expire(now time.Time, age time.Duration) {
	i := 0
	for ; i < len(r.recent) && now.Sub(r.recent[i].at) > age; i++ {
		n := r.recent[i]
		drop(r.byDevice, n.device, n.id)
		drop(r.byPhone, n.phone/phoneBlock, n.id)
		drop(r.byBirth, n.birthKey(), n.id)
		if c := r.of[n.id]; c != nil {
			c.members = slices.DeleteFunc(c.members, func(id ID) bool { return id == n.id })
			delete(r.of, n.id)
		}
	}
	r.recent = r.recent[i:]
}

func drop[K comparable](m map[K][]ID, key K, id ID) {
	if left := slices.DeleteFunc(m[key], func(x ID) bool { return x == id }); len(left) > 0 {
		m[key] = left
	} else {
		delete(m, key)
	}
}

func (r *rings) signal(c *ring, e Event) Signal {
	s := customerSignal(AccountRing, e)
	s.Key = Key{Of: OfRing, ID: c.first}
	s.Names = slices.Clone(c.members)
	s.Evidence.Customers = s.Names
	s.Evidence.From = c.joined[0]
	s.Evidence.Observed, s.Evidence.Unit, s.Evidence.Expected = float64(len(c.members)), "accounts", 1
	s.Score = min(MaxScore, 3.5+float64(len(c.members)-4)/2)
	s.Evidence.Reason = "ring"
	return s.finish("%s new accounts belong together: %s", grouped(int64(len(c.members))), c.reasons())
}

// reasons says what ties the ring, the commonest first.
func (c *ring) reasons() string {
	words := map[string]string{"device": "same device", "phone": "neighbouring phone numbers", "birthday": "same birthday and cashier"}
	best := ""
	for _, w := range []string{"device", "phone", "birthday"} {
		if c.why[w] > 0 {
			if best != "" {
				best += ", "
			}
			best += words[w]
		}
	}
	return best
}
