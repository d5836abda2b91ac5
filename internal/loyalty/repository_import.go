package loyalty

import (
	"context"
	"time"
)

// ImportReader reads what an import is decided on.
type ImportReader interface {
	// StagedClashes are rows of the import that contradict an earlier row of
	// it or an order that is there already, by line, after the line given.
	StagedClashes(ctx context.Context, orgID, importID ID, afterLine, limit int) ([]StagedClash, error)
	// StagedCounts adds the import up.
	StagedCounts(ctx context.Context, orgID, importID ID) (StagedCounts, error)
	// StagedOrders are the import's next rows in time order, after the row
	// given; the zero row is before the first.
	StagedOrders(ctx context.Context, orgID, importID ID, after StagedOrder, limit int) ([]StagedOrder, error)
	// AmountsBefore are the amounts of the store's last awards before the
	// instant, newest first; the zero store means the whole organization.
	AmountsBefore(ctx context.Context, orgID, storeID ID, before time.Time, limit int) ([]AwardSample, error)
}

// ImportWriter puts an import's rows aside and brings them in.
type ImportWriter interface {
	// HoldImports waits until no other import of the organization is writing
	// and keeps them out until the transaction ends.
	HoldImports(ctx context.Context, orgID ID) error
	// RefreshStatistics lets the database plan for what has been written, this
	// transaction's part included. It never waits.
	RefreshStatistics(ctx context.Context) error
	// StageOrders puts rows aside under the import's id.
	StageOrders(ctx context.Context, orgID, importID ID, rows []StagedOrder) error
	// DropStaged forgets the import's rows, and those of imports of any
	// organization that broke off before the instant.
	DropStaged(ctx context.Context, importID ID, before time.Time) error
	// AddImportedStores adds the stores whose external ids are not there yet
	// and points the import's rows at those that are.
	AddImportedStores(ctx context.Context, orgID, importID ID, stores []Store) error
	// LockGuests reads the accounts of the guests with these external ids and
	// keeps them from changing until the transaction ends. With each come the
	// latest awards up to the instant, at most recent.
	LockGuests(ctx context.Context, orgID ID, externalIDs []string, until time.Time, recent int) (map[string]Snapshot, error)
	// PostOrders is PostAll for postings that each bring a new, completed order
	// of a total alone, with what it earned; it is several times as fast.
	PostOrders(ctx context.Context, ps []Posting) error
}

// StagedOrder is one completed order of an import.
type StagedOrder struct {
	Line        int // in the file, from 1; 0 without one
	Ref         string
	StoreID     ID
	CustomerRef string // "" for an unknown guest
	Total       Minor
	Items       int
	At          time.Time
	StaffID     ID   // who rang it up; zero when not known
	Known       bool // whether the order is there already
}

// StagedClash is a row that can't be imported beside another.
type StagedClash struct {
	Line  int
	Ref   string
	First int // the line that says otherwise; 0 for an order that is there already
}

// StagedCounts is what an import would do.
type StagedCounts struct {
	Rows      int
	New       int // orders that are not there yet; a row that repeats another is not counted
	Customers int // guests who are not there yet
	Sales     Minor
}
