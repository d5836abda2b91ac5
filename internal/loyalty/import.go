package loyalty

import "time"

// ImportKind is what a file brings.
type ImportKind string

// The kinds of files.
const (
	ImportCustomers ImportKind = "customers" // guests, with points they bring along
	ImportBalances  ImportKind = "balances"  // points for guests who are there
	ImportOrders    ImportKind = "orders"    // past orders, with stores and guests
)

// ImportState is where an import stands.
type ImportState string

// The states, in the order they come.
const (
	ImportReceiving ImportState = "receiving" // the file is on its way
	ImportMapping   ImportState = "mapping"   // the columns are to be confirmed
	ImportChecking  ImportState = "checking"
	ImportChecked   ImportState = "checked" // nothing was changed yet
	ImportRunning   ImportState = "running"
	ImportDone      ImportState = "done"
	ImportFailed    ImportState = "failed" // it broke off; what it made can be undone
	ImportUndoing   ImportState = "undoing"
	ImportUndone    ImportState = "undone"
)

// Working reports whether a job has to do with it in this state.
func (s ImportState) Working() bool {
	return s == ImportChecking || s == ImportRunning || s == ImportUndoing
}

// Import is a file that somebody brings in, and what came of it.
type Import struct {
	OrgID      ID
	ID         ID
	Kind       ImportKind
	State      ImportState
	FileName   string
	FileSize   int64  // bytes received
	FileHash   []byte // SHA-256; nil until the file is whole
	Layout     ImportLayout
	Figures    ImportFigures
	Failure    string // why it failed, in English
	Done       int    // rows worked on in this state
	Total      int    // rows there are; 0 while not known
	StaffID    ID     // who brought it; zero for the program itself
	UndoneBy   ID
	CreatedAt  time.Time
	ChangedAt  time.Time
	FinishedAt time.Time
}

// DateOrder is how a file writes a day.
type DateOrder string

// The orders of year, month and day.
const (
	YearFirst  DateOrder = "ymd"
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

// ImportLayout is how a file is to be read.
type ImportLayout struct {
	Encoding  string // as csvfile names it
	Separator string // "," ";" "|" or a tab
	Header    []string
	Columns   map[string]int // place of each field's column, from 0; a field that isn't there has none
	Dates     DateOrder
	Decimal   string // "." or ","
	StoreID   ID     // where all orders were, in a file that doesn't say
	SkipBad   bool   // bring the good rows in and leave the bad ones
}

// ImportFigures are what an import did, or after a check what it would do.
type ImportFigures struct {
	Rows     int
	Problems int // bad rows
	Known    int // rows that were there already and stay as they are
	Guests   int // new ones
	Matched  int // guests of the file who were there already
	Orders   int
	Stores   int // new ones
	Sales    Minor
	Points   Points // given
	Expired  Points // of Points, those that have expired since
	Worth    Minor  // what the rest of Points is worth
	Currency string
	Flagged  int // orders that detectors found worth a look
	// Unawarded is how many orders of known guests earn nothing.
	Unawarded int
	NoProgram bool // no program is active, so that nothing earns

	UndoneGuests int
	UndoneOrders int
	UndonePoints Points
	Kept         int // items that undoing left alone
}

// ImportItem is something that an import has made.
type ImportItem struct {
	Kind       string // ItemCustomer and so on
	ID         ID
	CustomerID ID     // whose order or points it is; zero when nobody's
	Kept       string // why undoing left it alone: KeptUsed and so on; "" before
}

// What an import makes.
const (
	ItemCustomer = "customer"
	ItemOrder    = "order"
	ItemPoints   = "points" // a row of the ledger
	ItemStore    = "store"
)

// Why undoing leaves an item alone.
const (
	KeptUsed  = "used"  // something happened since that isn't the import's
	KeptSpent = "spent" // the balance doesn't hold the points any more
)

// ImportComplaint is one mistake of a file, kept to be shown.
type ImportComplaint struct {
	Line  int
	Value string // what stands there
	FieldError
}

// GuestKeys are what a file knows guests by.
type GuestKeys struct {
	Phones []string // E.164
	Digits []string // of numbers that aren't valid
	Refs   []string // external ids
}

// KnownGuests are the guests found, by each key.
type KnownGuests struct{ ByPhone, ByDigits, ByRef map[string]ID }

// StagedVisit is a staged order that isn't there yet, with its guest's
// standing before the import.
type StagedVisit struct {
	StagedOrder
	Known    bool // the guest is there already
	Frozen   bool
	Lifetime Points
	TierID   ID
}
