package loyalty

import (
	"errors"
	"slices"
	"time"
)

// Refusals of a posting that the service answers by reading again.
var (
	// ErrStale says that what the posting was decided on has changed since.
	ErrStale = errors.New("the account changed meanwhile")
	// ErrKeyTaken says that the posting's idempotency key is in use already.
	ErrKeyTaken = errors.New("the idempotency key is taken")
)

// Posting is one change of one account, written whole or not at all: rows of
// the ledger with everything that belongs to them. It is decided on a Snapshot
// and refused with ErrStale when the snapshot has become old.
type Posting struct {
	OrgID      ID
	CustomerID ID    // zero for an order of an unknown guest
	Revision   int64 // the enrollment's, as read
	Config     int64 // the organization's configuration, as read
	ProgramID  ID
	TierID     ID // held after the posting
	// Transactions are in order; each BalanceAfter must follow from the row
	// before it, which the database checks.
	Transactions []Transaction
	Lots         []Lot // changes, by expiry day; signed
	AllowDebt    bool
	Freeze       bool

	Order          *Order           // to insert when its Revision is 0, else to change
	Redemption     *Redemption      // to insert, or to change when RedemptionFrom is set
	RedemptionFrom RedemptionStatus // the status it must have had
	StockRewardID  ID               // the reward whose stock StockDelta changes
	StockDelta     int              // -1, 0 or 1
	Signals        []Signal
	Audit          []AuditEntry
	Once           *StoredAnswer
	EventKey       string // makes a custom event once-only in the organization; "" for none
	EventTypeID    ID

	Day    time.Time // the business day, for the statistics
	Orders int       // how many completed orders the statistics gain or lose
	Sales  Minor     // how much money the statistics gain or lose
	At     time.Time
}

// Account is the part of a Snapshot that a posting changes. Its methods work
// out rows and lots; nothing is written before the posting is.
type Account struct {
	Enrollment
	Lots      []Lot     // open ones, soonest to expire first, never-expiring last
	ActiveDay time.Time // the last day with a transaction; zero when none
}

// Add appends row to p's transactions as the account's next: it numbers it and
// works out its balance. A balance that would overflow is an Invalid.
func (a *Account) Add(p *Posting, row Transaction) error {
	if row.Points > MaxPoints || row.Points < -MaxPoints {
		return TooManyPoints("points")
	}
	a.Seq++
	a.Balance += row.Points
	a.Lifetime += row.LifetimeDelta
	row.OrgID, row.CustomerID, row.Seq, row.BalanceAfter = a.OrgID, a.CustomerID, a.Seq, a.Balance
	p.Transactions = append(p.Transactions, row)
	return nil
}

// Gain puts d ≥ 0 points that expire on the given day into the lots. before is
// the balance before them: points that pay off a debt are in no lot.
func (a *Account) Gain(p *Posting, before, d Points, expiresOn time.Time) {
	in := max(before+d, 0) - max(before, 0)
	if in > 0 {
		p.Lots = append(p.Lots, Lot{ExpiresOn: expiresOn, Points: in})
		a.put(Lot{ExpiresOn: expiresOn, Points: in})
	}
}

// Spend takes d ≥ 0 points out of the lots: those of first before all others,
// then the soonest to expire. before is the balance before them; what exceeds
// it becomes debt and comes from no lot. It returns what was taken.
func (a *Account) Spend(p *Posting, before, d Points, first *time.Time) []Lot {
	out := max(before, 0) - max(before-d, 0)
	var taken []Lot
	take := func(i int) {
		n := min(out, a.Lots[i].Points)
		if n <= 0 {
			return
		}
		taken = append(taken, Lot{ExpiresOn: a.Lots[i].ExpiresOn, Points: n})
		p.Lots = append(p.Lots, Lot{ExpiresOn: a.Lots[i].ExpiresOn, Points: -n})
		a.Lots[i].Points -= n
		out -= n
	}
	for i := range a.Lots {
		if first != nil && a.Lots[i].ExpiresOn.Equal(*first) {
			take(i)
		}
	}
	for i := range a.Lots {
		take(i)
	}
	return taken
}

func (a *Account) put(l Lot) {
	i, found := slices.BinarySearchFunc(a.Lots, l, func(x, y Lot) int {
		switch {
		case x.ExpiresOn.Equal(y.ExpiresOn):
			return 0
		case x.ExpiresOn.IsZero():
			return 1
		case y.ExpiresOn.IsZero():
			return -1
		}
		return x.ExpiresOn.Compare(y.ExpiresOn)
	})
	if found {
		a.Lots[i].Points += l.Points
		return
	}
	a.Lots = slices.Insert(a.Lots, i, l)
}

// SnapshotQuery says what a use case needs to know to decide, so that one
// statement can read it all.
type SnapshotQuery struct {
	CustomerID   ID     // the customer, or, when nobody has this id,
	ExternalID   string // the restaurant's own id for the customer, or
	EnrollmentID ID     // the account; all zero: none
	OnceKey      string // answer stored under this key
	OrderStoreID ID     // the order with the till's id OrderRef at this store, or
	OrderRef     string
	OrderID      ID // the order with this id
	RewardID     ID // the reward, and how many the customer has of it
	RedemptionID ID // the redemption; it also names customer and reward
	ReversesID   ID // the transaction to be taken back; it also names the customer and the order
	EventTypeID  ID // how often and when last the customer had the event
	EventKey     string
	Day          time.Time // the business day that EventTypeID counts in
	Recent       int       // how many of the latest awards to read, at most 40
	ContactSince time.Time // look for changes of contact since; zero: don't
	StoreID      ID        // where the customer is, for ContactSince
	Lots         bool      // read the lots, which spending needs
}

// Snapshot is what was so when a posting was decided.
type Snapshot struct {
	Config      int64
	Account     *Account // nil when the customer was not asked for
	Name        string   // the customer's
	Recent      []Recent // newest first
	Once        *StoredAnswer
	Order       *Order
	Award       *Transaction // what the order earned, if anything
	Reward      *Reward
	Redeemed    int // how many of the reward the customer holds or has used
	Redemption  *Redemption
	Reverses    *Transaction
	Reversed    bool // whether Reverses has been taken back already
	EventsToday int
	LastEvent   time.Time
	EventSeen   bool // whether EventKey was used before
	Contact     ContactChange
	// UnderReview is how many points of the balance can't be spent until a
	// manager has looked; it is read with the lots.
	UnderReview Points
	// HeldForReview is set when the redemption waits for a manager.
	HeldForReview bool
	Alias         bool // CustomerID was merged into the account's customer
}

// Recent is one of a customer's latest awards.
type Recent struct {
	ID      ID
	At      time.Time
	Points  Points
	Amount  Minor // 0 for an award by hand
	StoreID ID
	StaffID ID
	OrderID ID
}

// Config is what an organization has set up, as the hot path needs it. It is
// kept in memory and valid as long as Version is the organization's.
type Config struct {
	Organization Organization
	Version      int64
	Stores       []Store
	Program      *Program // the active one; nil when none
	Anomalies    []byte   // detector settings, JSON; nil for the defaults
}

// Store is the organization's store with that id.
func (c *Config) Store(id ID) (Store, error) {
	for _, s := range c.Stores {
		if s.ID == id {
			return s, nil
		}
	}
	return Store{}, Missing("store")
}

// ActiveProgram is the program, or a Conflict when none is active.
func (c *Config) ActiveProgram() (*Program, error) {
	if c.Program == nil {
		return nil, Errorf(Conflict, CodeNoActiveProgram, "No loyalty program is active. Activate one first.")
	}
	return c.Program, nil
}
