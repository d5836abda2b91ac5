package anomaly

import "time"

// MaxRecent is how many of a customer's last earnings the detectors look at.
const MaxRecent = 32

// Earning is an earlier award to the customer of an event.
type Earning struct {
	ID      ID
	At      time.Time
	Points  int64
	Amount  int64 // of the check, minor units; 0 for an award by hand
	IsOrder bool
	Till    ID
	Staff   ID
	Order   ID
}

// Baseline is what is normal at a place: checks in minor units for orders,
// points for awards by hand.
type Baseline struct {
	Amount Center
	Points Center
}

// Recent is the little a detector needs to judge an event at once. A hot path
// can read it in one statement. What is missing is zero, and is then shrunk
// to the next wider thing that is known.
type Recent struct {
	// Earnings are the customer's last awards before the event, newest first,
	// at most MaxRecent; reversed ones are left out.
	Earnings []Earning

	// WeeklyMean is the customer's earnings a week over the HistoryWeeks that
	// end a day before the event; 0 weeks for a new customer.
	WeeklyMean   float64
	HistoryWeeks float64
	// PriorWeeklyMean is that of the store's, else the organization's,
	// customers; 0 is not known.
	PriorWeeklyMean float64

	Daypart      Baseline // of the store at this hour of day
	Organization Baseline
}

// within counts the earnings in the window that ends at the event, the event
// itself not included, and says when the first of them was.
func (r Recent) within(at time.Time, window time.Duration, keep func(Earning) bool) (hits []Earning) {
	for _, e := range r.Earnings {
		if e.At.After(at) || at.Sub(e.At) > window {
			continue
		}
		if keep == nil || keep(e) {
			hits = append(hits, e)
		}
	}
	return hits
}
