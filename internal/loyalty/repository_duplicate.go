package loyalty

import (
	"context"
	"time"
)

// DuplicateReader reads who is likely the same person.
type DuplicateReader interface {
	// Duplicates is a page of the pairs, the most telling first, and how many
	// there are up to CountCap: those whom nobody has told apart, or with apart
	// those whom somebody has.
	Duplicates(ctx context.Context, orgID ID, apart bool, page Page) ([]Duplicate, int, error)
	// CountDuplicates is how many pairs nobody has told apart, up to most.
	CountDuplicates(ctx context.Context, orgID ID, most int) (int, error)
	// DuplicatesOf are the pairs of one customer that nobody has told apart.
	DuplicatesOf(ctx context.Context, orgID, customerID ID) ([]Duplicate, error)
}

// DuplicateWriter looks for likely duplicates.
type DuplicateWriter interface {
	// HoldDuplicates keeps others from looking for the organization's duplicates
	// until the transaction ends, and says how far they have come. It is not ok
	// while somebody else looks.
	HoldDuplicates(ctx context.Context, orgID ID) (mark ChangeMark, ok bool, err error)
	// ChangedCustomers are at most limit of the customers added or changed after
	// mark, in that order, and the pairs of them with whom they are worth
	// comparing.
	ChangedCustomers(ctx context.Context, orgID ID, mark ChangeMark, limit int) ([]Customer, [][2]Customer, error)
	// SaveDuplicates replaces the pairs of the customers by those found, except
	// for pairs that somebody has told apart.
	SaveDuplicates(ctx context.Context, orgID ID, of []ID, found []DuplicatePair, at time.Time) error
	MoveDuplicateMark(ctx context.Context, orgID ID, mark ChangeMark) error
	// SetApart says that the two are two persons, at that instant, or with a zero
	// one takes that back. There must be such a pair.
	SetApart(ctx context.Context, orgID, one, other ID, at time.Time, by ID) error
}
