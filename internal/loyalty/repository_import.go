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

	// StagedVisits gives each order of the import that is there to be made to
	// visit, guest by guest and in order of time, without keeping them.
	StagedVisits(ctx context.Context, orgID, importID ID, visit func(StagedVisit) error) error
	// Guests finds guests by what a file knows them by.
	Guests(ctx context.Context, orgID ID, keys GuestKeys) (KnownGuests, error)

	Import(ctx context.Context, orgID, id ID) (Import, error)
	// Imports is a page of the organization's imports, newest first, and how
	// many there are.
	Imports(ctx context.Context, orgID ID, page Page) ([]Import, int, error)
	// ImportsNamed are those of the imports that are there, whatever their
	// organization, for those who watch them.
	ImportsNamed(ctx context.Context, ids []ID) ([]Import, error)
	// DueImports are imports of any organization that a job has to do with and
	// that nobody works on.
	DueImports(ctx context.Context, now time.Time) ([]Import, error)
	// ImportPiece is the n-th piece of the file, from 0; not ok behind the last.
	ImportPiece(ctx context.Context, orgID, id ID, n int) (body []byte, ok bool, err error)
	// ImportComplaints are the mistakes found, in order, after the first skip.
	ImportComplaints(ctx context.Context, orgID, id ID, skip, limit int) ([]ImportComplaint, error)
	// ImportItems are things of one kind that the import made, by id, after the
	// one given: those that undoing hasn't been at, or those that it has kept.
	ImportItems(ctx context.Context, orgID, id ID, kind string, kept bool, after ID, limit int) ([]ImportItem, error)
	// ImportPointsOf are the rows of the ledger that the import gave the
	// customer and that undoing hasn't been at.
	ImportPointsOf(ctx context.Context, orgID, id, customerID ID) ([]ID, error)
	// ImportMade adds up what the import has made so far.
	ImportMade(ctx context.Context, orgID, id ID) (ImportMade, error)
	// OpeningsOf are those of the customers to whom a file with this content
	// has given an opening balance that was not undone.
	OpeningsOf(ctx context.Context, orgID ID, fileHash []byte, customers []ID) (map[ID]bool, error)
}

// ImportMade is what an import has made so far.
type ImportMade struct {
	Guests, Orders, Stores int
	Sales                  Minor
	Points                 Points
	Flagged                int // orders whose award is part of a case
	Kept                   int
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

	AddImport(ctx context.Context, m Import) error
	// SaveImport changes everything of the import but kind, name and age.
	SaveImport(ctx context.Context, m Import) error
	// LockImport keeps the import from changing until the transaction ends, and
	// reads it.
	LockImport(ctx context.Context, orgID, id ID) (Import, error)
	// HoldImport has the caller work on the import until then; not ok when
	// somebody else does, or when its state needs no work.
	HoldImport(ctx context.Context, orgID, id ID, now, until time.Time) (ok bool, err error)
	// ReportImport notes how far the work is, and goes on holding it.
	ReportImport(ctx context.Context, orgID, id ID, done, total int, until time.Time) error
	// AddImportPiece keeps a piece of the file; once more is no error.
	AddImportPiece(ctx context.Context, orgID, id ID, n int, body []byte) error
	// DropImportFile forgets the file and the complaints about it.
	DropImportFile(ctx context.Context, orgID, id ID) error
	// DropImport forgets an import altogether.
	DropImport(ctx context.Context, orgID, id ID) error
	// DropOldImports forgets files that were not brought in before the instant.
	DropOldImports(ctx context.Context, before time.Time) error
	AddImportComplaints(ctx context.Context, orgID, id ID, first int, cs []ImportComplaint) error
	ClearImportComplaints(ctx context.Context, orgID, id ID) error
	AddImportItems(ctx context.Context, orgID, id ID, items []ImportItem) error
	// EndImportItems takes items away that were undone.
	EndImportItems(ctx context.Context, orgID, id ID, kind string, objects []ID) error
	// KeepImportItem says why undoing leaves the item alone.
	KeepImportItem(ctx context.Context, orgID, id ID, kind string, object ID, why string) error
	// UndoGuest takes out a guest whom the import has made and nobody has
	// touched since; otherwise it is not ok and nothing changes.
	UndoGuest(ctx context.Context, orgID, importID, customerID ID) (ok bool, err error)
	// UndoOrders takes out those of the orders that belong to nobody, and frees
	// the references of those that are cancelled.
	UndoOrders(ctx context.Context, orgID, importID ID, orders []ID) (gone []ID, err error)
	// UndoStore takes out a store that nothing refers to; otherwise it is not
	// ok.
	UndoStore(ctx context.Context, orgID, storeID ID) (ok bool, err error)
	// DropStagedLines forgets some of the import's rows.
	DropStagedLines(ctx context.Context, importID ID, lines []int) error
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
