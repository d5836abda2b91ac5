package loyalty

import (
	"context"
	"time"
)

// AnomalyReader reads cases.
type AnomalyReader interface {
	Anomaly(ctx context.Context, orgID, id ID) (AnomalyRow, error)
	// Anomalies is a page of cases and how many there are; a count over
	// CountCap is given as CountCap.
	Anomalies(ctx context.Context, orgID ID, f AnomalyFilter, page Page) ([]AnomalyRow, int, error)
	// AnomalyPlace is how many cases stand before one in the list of Anomalies;
	// NotFound where it isn't in it.
	AnomalyPlace(ctx context.Context, orgID ID, f AnomalyFilter, id ID) (int, error)
	// OpenAnomalies is how many cases wait to be decided.
	OpenAnomalies(ctx context.Context, orgID ID, storeIDs []ID) (int, error)
	// LinkedCustomer is the member of staff's own guest account; zero if none.
	LinkedCustomer(ctx context.Context, orgID, staffID ID) (ID, error)
	// CaseTransactions are the ledger rows with these ids, newest first.
	CaseTransactions(ctx context.Context, orgID ID, ids []ID) ([]LedgerRow, error)
	// CasePoints are all transactions of the case, oldest first, at most a
	// thousand; CaseReversals the rows that took points back for it.
	CasePoints(ctx context.Context, orgID, id ID) ([]ID, error)
	CaseReversals(ctx context.Context, orgID, id ID) ([]Transaction, error)
	CasePeople(ctx context.Context, orgID, id ID) ([]Person, error)
	// CaseNames are the accounts and members of staff that the case names, at
	// most fifty: staff is never left out for accounts.
	CaseNames(ctx context.Context, orgID, id ID) ([]CaseName, error)
	// CaseAccounts counts the accounts that freezing acts on, and those of them
	// that are frozen: only the one account, or with the zero ID all that the case
	// names. Who was merged is whom that has become.
	CaseAccounts(ctx context.Context, orgID, id, only ID) (all, frozen int, err error)
	// CaseDays are how many awards a day there were: of the accounts, or with
	// none of the case's own transactions.
	CaseDays(ctx context.Context, orgID, id ID, customers []ID, from, to time.Time) ([]CaseDay, error)
	// Peers are what each cashier of a store gave, over the last awards in
	// [from, to).
	Peers(ctx context.Context, orgID, storeID ID, from, to time.Time) ([]Peer, error)
	// IsHeld reports whether the award or the redemption waits for a manager.
	IsHeld(ctx context.Context, orgID, objectID ID) (bool, error)
	// HeldAwards are the customer's awards whose points wait for a manager.
	HeldAwards(ctx context.Context, orgID, customerID ID) ([]ID, error)
	// UnderReview is how many points of the customer's balance wait for a
	// manager.
	UnderReview(ctx context.Context, orgID, customerID ID) (Points, error)
	// CaseFindings are the kinds of findings in the case, the strongest first,
	// and to which of them each of its transactions with these ids belongs.
	CaseFindings(ctx context.Context, orgID, id ID, rows []ID) ([]CaseFinding, error)
	// CaseReceipts are the awards for the receipts that others in the case asked
	// for, newest first, at most twenty.
	CaseReceipts(ctx context.Context, orgID, id ID) ([]LedgerRow, error)
	// CaseHolds is what is held for the case just now.
	CaseHolds(ctx context.Context, orgID, id ID) (CaseHold, error)
	// RelatedCases are other cases that name any of the same people, newest
	// first.
	RelatedCases(ctx context.Context, orgID, id ID, storeIDs []ID, limit int) ([]AnomalyRow, error)
	// CaseNotes are the case's story, oldest first.
	CaseNotes(ctx context.Context, orgID, id ID) ([]CaseNote, error)
	// SignalCounts is how often the people of an event were noticed before.
	SignalCounts(ctx context.Context, orgID ID, q SignalQuery) (SignalCounts, error)
	// Debts are the customer's takings-back that left a debt, newest first, at
	// most eight.
	Debts(ctx context.Context, orgID, customerID ID, from, to time.Time) ([]Transaction, error)
	// Claimants are whose the receipt is and who asked for it before.
	Claimants(ctx context.Context, orgID, orderID ID, before time.Time) ([]ID, error)
}

// SignalQuery names an event's people and the stretch of time; signals of the
// event itself are left out.
type SignalQuery struct {
	EventID, StaffID, CustomerID ID
	Since, Until                 time.Time
}

// SignalCounts is how often a cashier or a customer was noticed.
type SignalCounts struct {
	LateAttaches    int // of the cashier
	OffHours        int // of the cashier
	Splits          int // of the customer
	DuplicateClaims int // of the customer
}

// AnomalyWriter decides cases.
type AnomalyWriter interface {
	// LockAnomaly reads a case and keeps it from being decided by others until
	// the transaction ends.
	LockAnomaly(ctx context.Context, orgID, id ID) (Anomaly, error)
	// PlaceSignals puts findings into the cases they belong to, in order.
	PlaceSignals(ctx context.Context, orgID ID, signals []Signal) error
	// AddAccountEvent records an event of an account for the detectors; not if
	// it was recorded before or there is no such customer.
	AddAccountEvent(ctx context.Context, e AccountEvent) (added bool, err error)
	// ReleaseReview lets go of what was held until the case was looked at.
	ReleaseReview(ctx context.Context, orgID, id ID, at time.Time) error
	// HoldReview holds again what was let go of, as far as it is there, and
	// what giving again what was taken back for the case gives others to hold;
	// a reward until then.
	HoldReview(ctx context.Context, orgID, id ID, until time.Time) (CaseHold, error)
	// AddCaseNote adds to the case's story.
	AddCaseNote(ctx context.Context, orgID, id ID, n CaseNote) error
	// AddCaseReversals remembers the rows that took points back for the case;
	// ClearCaseReversals forgets them, once they are undone.
	AddCaseReversals(ctx context.Context, orgID, id ID, rows []ID) error
	ClearCaseReversals(ctx context.Context, orgID, id ID) error
	// SaveDecision writes status, note, actions, assignment and who decided when.
	SaveDecision(ctx context.Context, a Anomaly) error
	// SetFrozen freezes the customer's account, or with the zero time
	// unfreezes it.
	SetFrozen(ctx context.Context, orgID, customerID ID, at time.Time) error
	// FreezeCase freezes every open account that the case names; ThawCase
	// opens those again that were frozen at that time or later.
	FreezeCase(ctx context.Context, orgID, id ID, at time.Time) error
	ThawCase(ctx context.Context, orgID, id ID, since time.Time) error
	// SaveDetectors writes the program's detector settings, a JSON object.
	SaveDetectors(ctx context.Context, orgID, programID ID, settings []byte) error
}

// AnomalyFilter narrows a list of cases; zero fields don't.
type AnomalyFilter struct {
	StoreIDs   []ID
	CustomerID ID
	Status     AnomalyStatus
	Type       string
	Severity   string
	Line       Line
	AssignedTo ID
	Ranked     bool // most worth looking at first, instead of newest first
}

// AnomalyRow is a case with the names that a list shows.
type AnomalyRow struct {
	Anomaly
	CustomerName   string
	CustomerErased bool
	StoreName      string
	StaffName      string
	DeciderName    string
	AssigneeName   string
	// SubjectKind is what its strongest finding is about: PersonCustomer,
	// PersonStaff, PersonTill or PersonStore; "" where that isn't known.
	SubjectKind string
	SubjectName string // of a member of staff
	Guests      int    // accounts that it names
}

// OfAccounts reports whether the case is about several accounts as such, as a
// ring's is: freezing acts on all of them. In a case about a cashier it acts on
// the first, which may be the one who gained most.
func (r AnomalyRow) OfAccounts() bool { return r.SubjectKind == PersonCustomer && r.Guests > 1 }

// CaseName is a person of a case.
type CaseName struct {
	Person
	Name    string
	Erased  bool      // a customer whose person was forgotten
	Balance Points    // of an account
	Since   time.Time // since when the account or the member of staff is there
	Frozen  bool
}

// CaseFinding is all that was found of one kind in a case.
type CaseFinding struct {
	Type        string
	Description string // the strongest of them, as Anomaly has it
	Format      string
	Args        []any
	Count       int
	LastAt      time.Time
	Rows        []ID // transactions it names, of those asked for
}

// CaseHold is what of a case's points waits for a decision.
type CaseHold struct {
	Held  Points
	Spent Points // used before it was to be held again
}

// CaseDay is a day of a case's story.
type CaseDay struct {
	Day    time.Time // UTC midnight, the stores' business day
	Awards int
	InCase int
	Points Points
}

// Peer is a cashier beside others.
type Peer struct {
	StaffID ID
	Name    string
	ByHand  int // awards by hand
	Checks  int // orders that earned
}

// Line says which side of the line cases are on: a store's new cases of a week
// that are more than its budget are below.
type Line string

// The sides of the line; the zero Line is both.
const (
	AboveLine Line = "above"
	BelowLine Line = "below"
)

// CaseNote is what somebody did with a case or said about it.
type CaseNote struct {
	ID      ID
	At      time.Time
	StaffID ID
	KeyID   ID
	By      string // the name of who it was; filled in when read
	What    string // NoteComment, …; of a decision the AnomalyAction or AnomalyStatus
	Note    string
}

// What a CaseNote can be about.
const (
	NoteComment  = "comment"
	NoteDecided  = "decided"
	NoteAssigned = "assigned"
	NoteUndone   = "undone"
	NoteUnfrozen = "unfrozen"
)
