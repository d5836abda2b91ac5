package loyalty

import "time"

// AnomalyStatus is where a case stands.
type AnomalyStatus string

// The statuses of API.md.
const (
	PendingReview AnomalyStatus = "pending_review"
	Confirmed     AnomalyStatus = "confirmed"
	Dismissed     AnomalyStatus = "dismissed"
)

// AnomalyAction is what deciding a case does beside recording it.
type AnomalyAction string

// The actions of API.md.
const (
	ActionNone          AnomalyAction = "none"
	ActionReversePoints AnomalyAction = "reverse_points"
	ActionFreezeAccount AnomalyAction = "freeze_account"
)

// Anomaly is a case for a manager: something suspicious, why, and what came of
// it.
type Anomaly struct {
	OrgID          ID
	ID             ID
	CustomerID     ID // zero when the case is about staff alone
	StoreID        ID
	StaffID        ID      // whom it names, if anyone
	Type           string  // the detector's kind, such as rapid_earning
	Severity       string  // low, medium, high
	Score          float64 // 0–6, −log10 of the probability by chance
	Description    string
	Format         string // what made Description, for translation
	Args           []any
	PointsInvolved Points
	Evidence       map[string]any
	TransactionIDs []ID
	CaseKey        string // what the case is about
	Hard           bool   // a rule was broken: never below the line
	BelowLine      bool   // over the store's budget of new cases for its week
	// TransactionCount is how many transactions the case has; of them at most
	// 100 are in TransactionIDs.
	TransactionCount int
	LastAt           time.Time // of the last signal
	AssignedTo       ID        // the member of staff who sees to it; zero for nobody
	ReversedAt       time.Time // when its points were taken back; zero when not
	FrozenAt         time.Time // when its account was frozen on its behalf; zero when not
	Status           AnomalyStatus
	Note             string
	Action           AnomalyAction
	DecidedBy        ID
	DecidedAt        time.Time
	FlaggedAt        time.Time
	UpdatedAt        time.Time
}

// Person is whom a case names: an account, a member of staff, a till or a
// store.
type Person struct {
	ID   ID
	Kind string // PersonCustomer, PersonStaff, PersonTill or PersonStore
}

// What a case can name.
const (
	PersonCustomer = "customer"
	PersonStaff    = "staff"
	PersonTill     = "till"
	PersonStore    = "store"
)

// Signal is one finding of a detector, to be put into the case it belongs to.
// Anomaly says what it found and about whom.
type Signal struct {
	Anomaly
	Key      string // of this finding; placing it again changes nothing
	Family   int    // kinds that see the same thing count once
	Opens    bool   // enough for a case; else it only makes one grow
	Names    []Person
	MuteDays int     // days that a dismissed case keeps its people quiet
	Budget   float64 // new cases a store a week
	Hold     *Hold   // what must wait for a manager; nil for nothing
}

// Hold keeps points from being spent, or a reward from being handed out, until
// a manager has looked at the case.
type Hold struct {
	Kind     string // HoldPoints or HoldReward
	ObjectID ID     // the award or the redemption
	Points   Points
}

// What can be held.
const (
	HoldPoints = "points"
	HoldReward = "reward"
)

// AccountEventType is what happens to an account that is no row of the ledger.
type AccountEventType string

// The types of account events.
const (
	AccountOpened  AccountEventType = "enroll"
	ContactChanged AccountEventType = "contact"
	// ClaimRefused is somebody asking for a receipt that was another's.
	ClaimRefused AccountEventType = "claim"
)

// AccountEvent is something the detectors need to know beside the ledger.
type AccountEvent struct {
	OrgID      ID
	ID         ID
	At         time.Time
	Type       AccountEventType
	CustomerID ID
	StoreID    ID
	StaffID    ID
	KeyID      ID
	DeviceID   ID // what the account was opened with, where that is known
	OrderID    ID // of a ClaimRefused
}

// NewAccountEvent is what actor does to the customer's account now.
func NewAccountEvent(actor Actor, now time.Time, what AccountEventType, customerID ID) AccountEvent {
	return AccountEvent{
		OrgID: actor.OrgID, ID: NewID(now), At: now, Type: what, CustomerID: customerID, StoreID: actor.WorksAt(),
		StaffID: actor.StaffID, KeyID: actor.KeyID,
	}
}

// ContactChange is the last change of a customer's phone number or e-mail
// address, with what matters to a redemption right after it.
type ContactChange struct {
	At         time.Time // zero: none lately
	StoreID    ID
	StaffID    ID
	StoreIsNew bool // the customer has neither earned nor spent at the store
	Takeovers  int  // doubtful redemptions at the store since SnapshotQuery.ContactSince
}
