package loyalty

import "context"

// Repository keeps the domain. Apart from Post it has no write methods: everything
// else is written inside InTx, so no write can slip out of its transaction.
type Repository interface {
	Reader
	// InTx runs fn in one transaction, committing when fn returns nil. It may
	// run fn again after a serialization failure or a deadlock, so fn must not
	// touch anything but tx.
	InTx(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error
	// Post writes p in one statement that is its own transaction. It returns
	// ErrStale or ErrKeyTaken, possibly wrapped, when p must be decided anew,
	// and a Conflict when the balance or the stock does not suffice.
	Post(ctx context.Context, p Posting) error
	// Verify holds what is promised of the organization's ledger against every
	// row of it, as of one instant.
	Verify(ctx context.Context, orgID ID) (Verification, error)
}

// Reader is what may be asked without a transaction. Every method but the ones
// that find out who is calling is scoped to one organization. A thing that is
// not there, or is another organization's, is a NotFound.
type Reader interface {
	LedgerReader
	CatalogReader
	CustomerReader
	AccessReader
	OrderReader
	AnomalyReader
	DetectionReader
	StatsReader
	ImportReader
	CardReader
	PINReader
	MergeReader
	DuplicateReader
	BulkReader
}

// Tx is what may be done inside a transaction.
type Tx interface {
	Reader
	LedgerWriter
	CatalogWriter
	CustomerWriter
	StatsWriter
	AccessWriter
	OrderWriter
	AnomalyWriter
	DetectionWriter
	ImportWriter
	CardWriter
	PINWriter
	MergeWriter
	DuplicateWriter
	BulkWriter
	// SaveAnswer keeps the answer for a key; ErrKeyTaken when the key is in use.
	SaveAnswer(ctx context.Context, orgID ID, a StoredAnswer) error
	// HoldKey keeps others from working under the key until the transaction
	// ends. It is not ok when somebody is at it just now.
	HoldKey(ctx context.Context, orgID ID, key string) (ok bool, err error)
	AddAudit(ctx context.Context, e AuditEntry) error
}

// LedgerReader reads accounts and what is decided on them.
type LedgerReader interface {
	// Config reads what the organization has set up.
	Config(ctx context.Context, orgID ID) (*Config, error)
	// ConfigVersion tells whether what Config has read is still so.
	ConfigVersion(ctx context.Context, orgID ID) (int64, error)
	// Snapshot reads what q asks for, as of one instant. A customer or object
	// asked for by id and not there is a NotFound; an order asked for by the
	// till's id, a key and an event key may be absent.
	Snapshot(ctx context.Context, orgID ID, q SnapshotQuery) (Snapshot, error)
	// StoredAnswer is the answer kept for the key in the last 24 hours, or nil.
	StoredAnswer(ctx context.Context, orgID ID, key string) (*StoredAnswer, error)
}

// LedgerWriter changes accounts.
type LedgerWriter interface {
	// LockAccount keeps the customer's account from changing until the
	// transaction ends.
	LockAccount(ctx context.Context, orgID, customerID ID) error
	// PostAll is Post for several postings, in order, inside the transaction.
	PostAll(ctx context.Context, ps []Posting) error
}
