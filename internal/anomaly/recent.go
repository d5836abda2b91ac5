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
	Percent int64 // by which the customer's tier multiplied; 0 is not known
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
	// Earnings are the customer's last awards before the event, in any order,
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

	Hours *Hours         // when the store is open; nil is not known
	Zone  *time.Location // the store's; nil is UTC
	// PointsFor is what the program's rule gives for a check of so many minor
	// units at the customer's tier; nil is not known.
	PointsFor func(amount int64) int64
	// OneCheck is what one check of so many minor units would have earned
	// instead of first, at the tier the customer had then. Where it is known,
	// what parts earned is held against it instead of against PointsFor.
	OneCheck func(first Earning, amount int64) int64

	// What happened in the 28 days before the event.
	SplitOccasions  int // parts beyond the first in the customer's split orders
	LateAttaches    int // checks the cashier put on an account long after closing
	OffHours        int // orders the cashier entered while the store was closed
	Takeovers       int // doubtful redemptions at the store
	DuplicateClaims int // receipts the customer claimed that were another's

	ContactChangedAt time.Time  // of the customer, the last time
	ContactInPerson  bool       // that change was made by staff, at the event's store
	StoreIsNew       bool       // the customer never earned or spent at the event's store
	Debts            []Reversal // of the customer, the last 90 days
	Claimants        []ID       // accounts that claimed the event's check before
}

// local is a time by the store's clock.
func (r Recent) local(at time.Time) time.Time {
	if r.Zone == nil {
		return at.UTC()
	}
	return at.In(r.Zone)
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
