package loyalty

import (
	"context"
	"time"
)

// OrderReader reads orders, redemptions and the ledger.
type OrderReader interface {
	Order(ctx context.Context, orgID, id ID) (Order, error)
	// Orders is a page of orders, newest first, and how many there are; a count
	// over CountCap is given as CountCap.
	Orders(ctx context.Context, orgID ID, f OrderFilter, page Page) ([]Order, int, error)
	// LastReversals are the rows that took points of these awards back last,
	// newest first.
	LastReversals(ctx context.Context, orgID ID, awards []ID) ([]LedgerRow, error)
	Transaction(ctx context.Context, orgID, id ID) (Transaction, error)
	// Transactions is a page of the ledger, newest first, and how many rows
	// there are; a count over CountCap is given as CountCap.
	Transactions(ctx context.Context, orgID ID, f TransactionFilter, page Page) ([]LedgerRow, int, error)
	Redemption(ctx context.Context, orgID, id ID) (Redemption, error)
	RedemptionByCode(ctx context.Context, orgID ID, code string) (Redemption, error)
	// Redemptions is a page of redemptions, newest first, and how many there
	// are; a count over CountCap is given as CountCap.
	Redemptions(ctx context.Context, orgID ID, f RedemptionFilter, page Page) ([]RedemptionRow, int, error)
	EventTypeByKey(ctx context.Context, orgID ID, key string) (EventType, error)
	// DueAccounts are customers with lots that stopped counting on day or
	// before, in order of id, at most limit of those behind after.
	DueAccounts(ctx context.Context, orgID ID, day time.Time, after ID, limit int) ([]ID, error)
	// DueHolds are held redemptions whose time is over at now, in order of id,
	// at most limit of those behind after.
	DueHolds(ctx context.Context, orgID ID, now time.Time, after ID, limit int) ([]ID, error)
	OrganizationIDs(ctx context.Context) ([]ID, error)
	// Amounts are the amounts of the store's latest awards but bulk awards,
	// newest first, at most limit; the zero store means the whole organization.
	Amounts(ctx context.Context, orgID, storeID ID, limit int) ([]AwardSample, error)
}

// OrderWriter changes orders that move no points.
type OrderWriter interface{}

// CountCap is where counting stops in lists that may be very long: nobody
// pages past it, and counting further would cost more than the page.
const CountCap = 10_000

// Page says which part of a list is wanted.
type Page struct {
	Number int // from 1
	Size   int // 1–100, or more for a file
	Count  int // how far to count the list; 0 is CountCap
}

// Cap is where counting the list stops, at most CountCap.
func (p Page) Cap() int {
	if p.Count == 0 {
		return CountCap
	}
	return min(p.Count, CountCap)
}

// Skip is how many rows come before the page.
func (p Page) Skip() int { return (p.Number - 1) * p.Size }

// PageOf is the page of a list that is there whole.
func PageOf[T any](p Page, all []T) []T {
	from := min(p.Skip(), len(all))
	return all[from:min(from+p.Size, len(all))]
}

// OrderFilter narrows a list of orders; zero fields don't.
type OrderFilter struct {
	StoreIDs   []ID
	CustomerID ID
	Status     OrderStatus
	Unclaimed  bool      // only those of unknown guests
	From, To   time.Time // completed, or else received, at or after From and before To
}

// TransactionFilter narrows a list of ledger rows; zero fields don't.
type TransactionFilter struct {
	StoreIDs   []ID
	CustomerID ID
	StaffID    ID
	RewardID   ID
	Type       TransactionType
	From, To   time.Time // at or after From and before To
}

// RedemptionFilter narrows a list of redemptions; zero fields don't.
type RedemptionFilter struct {
	StoreIDs   []ID
	CustomerID ID
	RewardID   ID
	Status     RedemptionStatus
}

// LedgerRow is a transaction with the names that a list shows.
type LedgerRow struct {
	Transaction
	CustomerName   string
	CustomerErased bool // the name is AnonymousName because the person was forgotten
	StaffName      string
	StoreName      string
	KeyName        string // of the API key: the till that sent it
	Reversed       bool   // an award that was taken back, in part or whole
}

// RedemptionRow is a redemption with the names that a list shows.
type RedemptionRow struct {
	Redemption
	CustomerName   string
	CustomerErased bool
	StoreName      string
}

// AwardSample is one award as the baselines see it.
type AwardSample struct {
	At     time.Time
	Amount Minor
	Points Points
}

// EventType is an earning rule for something other than an order.
type EventType struct {
	OrgID     ID
	ID        ID
	Key       string // what events are sent with, unique in the organization
	Name      string
	Mode      EventMode
	Points    Points        // for EventFixed
	Rate      Rate          // points per unit of the event's amount, for EventVariable
	MaxPerDay int           // times a customer can earn it a day; 0 is no limit
	Cooldown  time.Duration // between two of a customer's; 0 is none
	Active    bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// EventMode is how an event's points are found.
type EventMode string

// The modes of API.md.
const (
	EventFixed    EventMode = "fixed"
	EventVariable EventMode = "variable"
)
