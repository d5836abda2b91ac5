package loyalty

import (
	"context"
	"time"
)

// DetectionReader reads the ledger as the detectors see it.
type DetectionReader interface {
	// LedgerEvents are what happened from on and before to, in order of time,
	// the first limit of those after the event named by after.
	LedgerEvents(ctx context.Context, orgID ID, q LedgerEventQuery) ([]LedgerEvent, error)
	// EventTimes says when the first event was, how many transactions there
	// are in [from, to), counted up to atMost, and when the atMost-th before
	// to was; zero when there are fewer.
	EventTimes(ctx context.Context, orgID ID, from, to time.Time, atMost int) (EventTimes, error)
	// DetectionState is how far the background detectors are; the zero state
	// when they never looked.
	DetectionState(ctx context.Context, orgID ID) (DetectionState, error)
	// SignalKeys are the keys of the findings since.
	SignalKeys(ctx context.Context, orgID ID, since time.Time) ([]string, error)
	// AwardsOf are a cashier's or store's awards to some customers, newest first.
	AwardsOf(ctx context.Context, orgID ID, q AwardsQuery) ([]ID, error)
	// Replay is what is known of a replay; NotFound when there is none.
	Replay(ctx context.Context, orgID, id ID) (Replay, error)
}

// DetectionWriter keeps how far detectors and replays are.
type DetectionWriter interface {
	SaveDetectionState(ctx context.Context, orgID ID, s DetectionState) error
	// ForgetSignals removes findings that belong to no case from before, and
	// replays as old.
	ForgetSignals(ctx context.Context, orgID ID, before time.Time) (int, error)
	SaveReplay(ctx context.Context, orgID ID, r Replay) error
}

// LedgerEventQuery says which events are wanted. The zero AfterID with From is
// the first page.
type LedgerEventQuery struct {
	From, To time.Time // From inclusive, To exclusive
	AfterID  ID        // of the last event of the page before, whose At is From
	Limit    int
}

// LedgerEvent is one thing that happened: a row of the ledger, a check without
// a guest, or an event of an account.
type LedgerEvent struct {
	ID         ID
	Type       string // a TransactionType, "order" or an AccountEventType
	At         time.Time
	StoreID    ID
	StaffID    ID
	StaffRef   string // how the till names the cashier, where no member of staff is known
	KeyID      ID
	CustomerID ID
	OrderID    ID
	Amount     Minor
	Points     Points // signed as in the ledger; of a refused claim what the receipt earned
	Balance    Points
	Percent    int64     // the tier's multiplier; 0 is not known
	ClosedAt   time.Time // of a claimed check
	DeviceID   ID
	Phone      string // digits
	Birthday   int    // month × 100 + day
}

// EventTimes tells how much happened when.
type EventTimes struct {
	First  time.Time
	Count  int
	Before time.Time
}

// DetectionState is the stretch of the ledger that the background detectors
// are at.
type DetectionState struct {
	WarmFrom  time.Time // they read from here
	BlockFrom time.Time // and count what they find from here
	BlockTo   time.Time
	Through   time.Time // up to where they have looked
	RunAt     time.Time
	Events    int64 // read in the last run
}

// AwardsQuery names awards: those of one member of staff, or of one store.
type AwardsQuery struct {
	StaffID   ID // zero is anybody
	StoreID   ID // zero is any
	Customers []ID
	From, To  time.Time
	ByHand    bool // no orders
	Claims    bool // only orders put on the account after they were completed
	Limit     int
}

// Replay is a trial of other settings on the past.
type Replay struct {
	ID        ID
	Settings  []byte // JSON
	Weeks     int
	StaffID   ID
	StartedAt time.Time
	AliveAt   time.Time
	Done      float64 // 0 to 1
	Events    int64
	Result    []byte // JSON; nil until it is there
	Problem   string // why there is none
}
