package simulate

import (
	"math/rand/v2"
	"time"

	"regulars/internal/anomaly"
)

// Intensity is how often a campaign acts.
type Intensity string

// The intensities: about 2, 5 and 15 acts a week.
const (
	LowIntensity    Intensity = "low"
	MediumIntensity Intensity = "medium"
	HighIntensity   Intensity = "high"
)

// Intensities lists them, mildest first.
func Intensities() []Intensity { return []Intensity{LowIntensity, MediumIntensity, HighIntensity} }

func (i Intensity) weekly() float64 {
	return map[Intensity]float64{LowIntensity: 2, MediumIntensity: 5, HighIntensity: 15}[i]
}

// Campaign is one planted fraud: the label detectors are measured against.
type Campaign struct {
	Number    int          `json:"number"`
	Kind      anomaly.Kind `json:"kind"`
	Variant   string       `json:"variant"`
	Intensity Intensity    `json:"intensity"`
	Store     anomaly.ID   `json:"store"`
	Start     time.Time    `json:"start"`         // of the first act
	End       time.Time    `json:"end"`           // of the last act
	Guilty    []anomaly.ID `json:"guilty"`        // accounts and cashiers
	Till      anomaly.ID   `json:"till,omitzero"` // where all of it is entered, if anywhere
	Acts      []Act        `json:"acts"`

	store     *store
	firstDay  int
	lastDay   int
	cashier   *person
	accounts  []*member
	acted     int
	shown     map[*member]int
	claimedAt map[*member]time.Time
}

// Act is one deed of a campaign, as it happened.
type Act struct {
	Event  anomaly.ID `json:"event"`
	At     time.Time  `json:"at"`
	Points int64      `json:"points"`
	Hard   bool       `json:"hard"` // it breaks a rule that must be flagged at once

	campaign *Campaign
	hard     bool
}

// settle writes down an act's event once it has happened.
func (a *Act) settle(i *intent) {
	c := a.campaign
	if c.Start.IsZero() {
		c.Start = i.At
	}
	c.End = i.At
	if i.Type == anomaly.Reverse {
		// Only a debt counts, and the second by the same cashier is hard.
		a.hard = c.Variant == "cashier" && i.Balance < 0 && c.shown[i.member] > 0
		if i.Balance < 0 {
			c.shown[i.member]++
		}
	}
	c.Acts = append(c.Acts, Act{Event: i.ID, At: i.At, Points: i.Points, Hard: a.hard})
}

// Campaigns are the labels; complete once Run is over. Those that found no
// occasion to act are left out.
func (w *World) Campaigns() []*Campaign {
	out := []*Campaign{}
	for _, c := range w.campaigns {
		if len(c.Acts) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// plan spreads one campaign a store a quarter, each kind equally often.
func (w *World) plan() {
	r := w.chance(forCampaigns, 0, 0)
	quarters := max(1, w.cfg.Weeks/13)
	kinds := anomaly.Kinds()
	if w.cfg.Unseen {
		kinds = unseenKinds()
	}
	var deck []anomaly.Kind
	for _, s := range w.stores {
		for q := range quarters {
			if len(deck) == 0 {
				deck = append(deck, kinds...)
				r.Shuffle(len(deck), func(a, b int) { deck[a], deck[b] = deck[b], deck[a] })
			}
			kind := deck[0]
			deck = deck[1:]
			w.campaigns = append(w.campaigns, w.newCampaign(r, s, q, kind))
		}
	}
}

func (w *World) newCampaign(r *rand.Rand, s *store, quarter int, kind anomaly.Kind) *Campaign {
	first := quarter*91 + r.IntN(max(1, min(77, w.cfg.Weeks*7-quarter*91-14)))
	c := &Campaign{
		Number: len(w.campaigns) + 1, Kind: kind, Intensity: Intensities()[r.IntN(3)], Store: s.id, store: s,
		firstDay: first, lastDay: min(first+7*(2+r.IntN(11)), w.cfg.Weeks*7) - 1, shown: map[*member]int{}, claimedAt: map[*member]time.Time{},
	}
	if ways := variants[kind]; len(ways) > 0 {
		c.Variant = ways[r.IntN(len(ways))]
	}
	return c
}

// variants are the ways each kind is done.
var variants = map[anomaly.Kind][]string{
	anomaly.RapidEarning:     {"orders", "awards"},
	anomaly.UnusualAmount:    {"mismatch", "award"},
	anomaly.PatternDeviation: {"cashier_claims", "till_claims", "cashier_awards"},
	anomaly.StaffFavoritism:  {"self", "friends", "friends"},
	anomaly.ManualAwards:     {"mules"},
	anomaly.OffHours:         {"night", "old_checks"},
	anomaly.LimitHugging:     {"mules"},
	anomaly.SplitOrders:      {"guest", "cashier"},
	anomaly.AccountTakeover:  {"new_store", "mixed"},
	anomaly.RefundAbuse:      {"cashier", "guest"},
	anomaly.AccountRing:      {"device", "phones", "mixed"},
	anomaly.DuplicateClaim:   {"mules"},
}

// begin chooses who is guilty, on the campaign's first day.
func (c *Campaign) begin(sd *shiftDay) {
	s, r := c.store, sd.r
	c.cashier = s.staff[r.IntN(len(s.staff))]
	c.cashier.pinned = c.lastDay
	n := 0
	switch c.Kind {
	case anomaly.RapidEarning, anomaly.SplitOrders, anomaly.DuplicateClaim:
		n = 1 + r.IntN(2)
	case anomaly.StaffFavoritism:
		n = 1 + r.IntN(3)
	case anomaly.UnusualAmount, anomaly.OffHours, anomaly.LimitHugging, anomaly.RefundAbuse:
		n = 1 + r.IntN(4)
	case anomaly.ManualAwards:
		n = 3 + r.IntN(6)
	case anomaly.PatternDeviation:
		n = 6 + r.IntN(7)
	default:
		c.beginUnseen(sd, &n)
	}
	for len(c.accounts) < n {
		m := s.members[r.IntN(len(s.members))]
		if m.rate < 1 && m.favorite < 0 && !m.runner && !m.family && !m.scanner && !m.grumbler && m.linked.IsZero() {
			c.accounts = append(c.accounts, m)
			c.Guilty = append(c.Guilty, m.id)
		}
	}
	if c.Variant == "self" {
		c.selfAccount(sd)
	}
	if !c.guestAlone() {
		c.Guilty = append(c.Guilty, c.cashier.id)
	}
	if c.Variant == "till_claims" {
		c.Till = s.tills[0]
	}
}

// guestAlone reports whether no member of staff is in it.
func (c *Campaign) guestAlone() bool {
	switch c.Kind {
	case anomaly.AccountTakeover, anomaly.DuplicateClaim, borrowedLogin, receiptHarvest:
		return true
	case anomaly.AccountRing:
		return c.Variant == "device"
	}
	return c.Variant == "guest" || c.Variant == "till_claims"
}

func (c *Campaign) selfAccount(sd *shiftDay) {
	if c.cashier.own == nil {
		c.cashier.own = sd.w.newMember(sd.s, sd.r, -1)
		c.cashier.own.linked = c.cashier.id
		sd.s.members = append(sd.s.members, c.cashier.own)
	}
	c.accounts = []*member{c.cashier.own}
	c.Guilty = []anomaly.ID{c.cashier.own.id}
}

// commit makes a day's acts of the store's campaigns.
func (w *World) commit(sd *shiftDay) {
	for _, c := range w.campaigns {
		if c.store != sd.s || sd.day < c.firstDay || sd.day > c.lastDay {
			continue
		}
		if c.cashier == nil {
			c.begin(sd)
		}
		for range c.today(sd) {
			c.acted++
			c.do(sd)
		}
	}
}

// today is how many acts the day sees. A cashier acts on their own shifts
// only, and makes up for the others; the first occasion is always taken.
func (c *Campaign) today(sd *shiftDay) int {
	o := sd.s.hours[sd.weekday]
	if o.From == o.To {
		return 0
	}
	share := 1.0
	if !c.guestAlone() {
		if c.shift(sd) < 0 {
			return 0
		}
		days := 0
		for wd := range 7 {
			if c.rostered(wd) {
				days++
			}
		}
		share = 7 / float64(max(2, days))
	}
	n := poisson(sd.r, min(12, c.Intensity.weekly()/7*share))
	if c.acted == 0 {
		n = max(n, 1)
	}
	return n
}

func (c *Campaign) rostered(weekday int) bool {
	for shift := range 2 {
		for _, pos := range c.store.roster[2*weekday+shift] {
			if c.store.staff[pos] == c.cashier {
				return true
			}
		}
	}
	return false
}

// shift is which of the day's shifts the cashier works; −1 is none.
func (c *Campaign) shift(sd *shiftDay) int {
	for n, crew := range sd.shifts {
		if contains(crew, c.cashier) {
			return n
		}
	}
	return -1
}
