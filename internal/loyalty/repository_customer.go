package loyalty

import (
	"context"
	"time"
)

// CustomerReader finds customers and reads their histories.
type CustomerReader interface {
	// Member is the customer that key names. config is the version of what the
	// organization has set up, as of the same instant.
	Member(ctx context.Context, orgID ID, key CustomerKey) (m Member, config int64, err error)
	// Members is a page of the customers, newest first, and how many there are.
	Members(ctx context.Context, orgID ID, page Page) ([]Member, int, error)
	// FilterMembers is a page of the customers who pass f, in that order, and how
	// many pass: known, or where that is negative counted, up to RosterCap. It
	// goes by the roster, which may lag behind: see FollowRoster.
	FilterMembers(ctx context.Context, orgID ID, f MemberFilter, sort MemberSort, page Page, known int) ([]Member, int, error)
	// MembersAfter are at most limit of the customers who pass f with an id
	// after the given one, by id.
	MembersAfter(ctx context.Context, orgID ID, f MemberFilter, after ID, limit int) ([]Member, error)
	// SearchMembers is a page of the customers that s finds, best match first,
	// and how many it finds: at most SearchStarts that match at the start of a
	// word or at either end of a number, and only if those are fewer,
	// SearchInner that match elsewhere.
	SearchMembers(ctx context.Context, orgID ID, s CustomerSearch, page Page) ([]Member, int, error)
	// SoleMember is the customer with exactly this number, a plus and digits, if
	// nobody else's begins with it; nil if there is none, or others, or whoever
	// has it was merged.
	SoleMember(ctx context.Context, orgID ID, e164 string) (*Member, error)
	// CustomerTransactions is a page of the customer's ledger, newest first, and
	// how many rows there are; an empty type means all.
	CustomerTransactions(ctx context.Context, orgID, customerID ID, typ TransactionType, page Page) ([]Transaction, int, error)
	// Lots are the customer's points by the day they stop counting, soonest
	// first.
	Lots(ctx context.Context, orgID, customerID ID) ([]Lot, error)
	History(ctx context.Context, orgID, customerID ID) (History, error)
}

// RosterCap is where counting those who pass a filter stops.
const RosterCap = 1000

// How many customers a search lists at most: nobody looks further, and finding
// more would cost more than the page.
const (
	SearchStarts = 1000
	SearchInner  = 200
)

// CustomerWriter changes customers.
type CustomerWriter interface {
	// HoldConfig keeps what the organization has set up from changing until the
	// transaction ends, and reads its version.
	HoldConfig(ctx context.Context, orgID ID) (version int64, err error)
	// AddCustomer inserts the customer and opens the account. It is not ok when
	// phone number or external id is another customer's; nothing is added then.
	AddCustomer(ctx context.Context, a NewAccount) (ok bool, err error)
	// AddCustomers adds those whose external id nobody has yet, in one
	// statement, and gives every external id's customer. All are of one
	// organization and have an external id; phone numbers that are taken keep
	// their owner and leave the external id out of the result.
	AddCustomers(ctx context.Context, orgID ID, as []NewAccount) (ids map[string]ID, added int, err error)
	// FollowRoster brings at most limit accounts that have changed into the
	// roster, which lists are filtered and sorted by, and says how many it took;
	// none when another does so at the moment.
	FollowRoster(ctx context.Context, orgID ID, limit int) (int, error)
	// SaveCustomer writes the customer's own fields; a Conflict when phone
	// number or external id is another customer's.
	SaveCustomer(ctx context.Context, c Customer) error
	// EraseCustomer takes the customer out of every table, the ledger included.
	EraseCustomer(ctx context.Context, orgID, customerID ID) error
	// AnonymizeCustomer takes the person out of every table and keeps the
	// ledger; not ok when it was done before.
	AnonymizeCustomer(ctx context.Context, orgID, customerID ID, at time.Time) (ok bool, err error)
}
