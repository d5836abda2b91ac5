package loyalty

import (
	"context"
	"time"
)

// MergeReader reads what was merged.
type MergeReader interface {
	// Merges are the merges into the customer that were not undone, the latest
	// first.
	Merges(ctx context.Context, orgID, survivorID ID) ([]Merge, error)
	// MergeOf is the merge by which the customer went into another and which
	// was not undone.
	MergeOf(ctx context.Context, orgID, sourceID ID) (Merge, error)
	// MergeUndone reports whether source was merged into survivor and that was
	// undone.
	MergeUndone(ctx context.Context, orgID, survivorID, sourceID ID) (bool, error)
	// Accounts are the accounts of these customers with their lots, merged or
	// not; none of them missing.
	Accounts(ctx context.Context, orgID ID, customerIDs ...ID) (map[ID]Account, error)
	MergeCounts(ctx context.Context, orgID, sourceID ID) (MergeCounts, error)
	// LinkOf is the row of another account that belongs to the given one; the
	// zero ID when there is none.
	LinkOf(ctx context.Context, orgID, transactionID ID) (ID, error)
}

// MergeWriter merges customers and parts them again.
type MergeWriter interface {
	// LockAccounts keeps the customers' accounts from changing until the
	// transaction ends, and reads them. Whoever locks several locks them by
	// this, which has one order.
	LockAccounts(ctx context.Context, orgID ID, customerIDs ...ID) (map[ID]Account, error)
	// LockMember locks the account of the customer, or of whom the customer was
	// merged into, and reads that customer.
	LockMember(ctx context.Context, orgID, customerID ID) (Member, error)
	// MergeCustomers writes a merge of accounts that are locked.
	MergeCustomers(ctx context.Context, m Merge, t Handover) error
	// UnmergeCustomers undoes one.
	UnmergeCustomers(ctx context.Context, m Merge, t Handover) error
	// LinkRows says that two rows of the ledger belong together.
	LinkRows(ctx context.Context, orgID, one, other ID, kind LinkKind) error
	// ForgetMerges forgets what merges that can't be undone any more keep of
	// persons, and says of how many.
	ForgetMerges(ctx context.Context, before time.Time) (int, error)
}
