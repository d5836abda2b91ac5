package loyalty

import (
	"strings"
	"time"
	"unicode"
)

// Customer is a guest whom an organization knows.
type Customer struct {
	OrgID          ID
	ID             ID
	ExternalID     string // the id in the restaurant's own system, unique; "" when none
	Name           string
	NameFold       string // Name folded, to be found by; "" hides the customer from searches
	Email          string
	Phone          string // as typed
	PhoneE164      string // unique in the organization; "" when Phone does not parse
	PhoneDigits    string // of PhoneE164, else of Phone; unique too
	BirthDate      string // YYYY-MM-DD or ""
	MarketingOptIn bool
	ReferralCode   string    // what the guest came with, as told; "" when none
	AnonymizedAt   time.Time // zero unless the person was erased
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// CheckNamed returns a Conflict when nobody knows any more who the customer is.
func (c Customer) CheckNamed() error {
	if !c.AnonymizedAt.IsZero() {
		return Errorf(Conflict, CodeConflict, "This customer’s personal data was erased and stays erased.")
	}
	return nil
}

// Enrollment is a customer's account: the balance and the tier. Every customer
// has one; it belongs to no program until one is active.
type Enrollment struct {
	OrgID      ID
	ID         ID
	CustomerID ID
	ProgramID  ID
	TierID     ID
	Balance    Points
	Lifetime   Points
	Seq        int64     // number of the customer's last transaction, from 1
	Revision   int64     // rises with every change of this row
	FrozenAt   time.Time // zero unless frozen: neither earns nor spends
	ActiveOn   time.Time // day of the last transaction, as UTC midnight; zero before the first
	Since      time.Time
	MergedInto ID // who has become of the customer; zero unless merged
}

// CheckOpen returns a Conflict when the account is frozen.
func (e Enrollment) CheckOpen() error {
	if !e.FrozenAt.IsZero() {
		return Errorf(Conflict, CodeAccountFrozen, "This account is frozen: it neither earns nor spends points.")
	}
	return nil
}

// Lot is points that stop counting on the same day.
type Lot struct {
	ExpiresOn time.Time // UTC midnight; zero means never
	Points    Points
}

// Member is a customer together with the account, as lists show them.
type Member struct {
	Customer
	Enrollment Enrollment
	TierName   string // "" without a program
}

// CustomerSearch is what to look customers up by; the zero search finds
// nobody. All texts are folded.
type CustomerSearch struct {
	E164   string   // the phone number exactly
	Name   string   // the start of the name, from any of its first words on
	Digits []string // a start of the phone number's digits
	Tail   string   // their end
	Parts  []string // all of them, anywhere in name, e-mail address and digits
}

// IsZero reports whether there is nothing to look up.
func (s CustomerSearch) IsZero() bool {
	return s.E164 == "" && s.Name == "" && len(s.Digits) == 0 && s.Tail == "" && len(s.Parts) == 0
}

// MemberFilter narrows a list of customers; the zero filter is everybody.
type MemberFilter struct {
	TierID      ID
	StoreID     ID        // of the last transaction at a store
	Since       time.Time // UTC midnight of the first day the last transaction may be of
	Until       time.Time // UTC midnight of the day before which it must lie; those without any pass, too
	Least, Most *Points   // of the balance
	Marketing   *bool     // opted into news
	Joined      time.Time // first instant of joining
	JoinedUntil time.Time // the instant before which they joined
}

// IsZero reports whether everybody passes.
func (f MemberFilter) IsZero() bool { return f == MemberFilter{} }

// MemberSort is an order of a list of customers.
type MemberSort string

// The orders: names from A to Z, everything else the most or latest first.
const (
	ByNewest   MemberSort = "newest"
	ByName     MemberSort = "name"
	ByVisit    MemberSort = "visit"
	ByBalance  MemberSort = "balance"
	ByLifetime MemberSort = "lifetime"
)

// MemberSorts are all orders.
func MemberSorts() []MemberSort {
	return []MemberSort{ByNewest, ByName, ByVisit, ByBalance, ByLifetime}
}

// CustomerKey names a customer in one of the ways people do; the first field
// that is set counts.
type CustomerKey struct {
	ID          ID
	ExternalID  string
	PhoneE164   string
	PhoneDigits string // of a number that does not parse
}

// NewAccount is a customer to be added, with the account that is opened in the
// same step.
type NewAccount struct {
	Customer
	EnrollmentID ID
	ProgramID    ID        // zero while no program is active
	TierID       ID        // the program's first
	Day          time.Time // the organization's day of CreatedAt, for the statistics
}

// FirstName is how a guest is called: the first word of the name that has
// something to say, with what stands before it, as a picture may. The rest is
// the other words.
func FirstName(name string) (first, rest string) {
	words := strings.Fields(name)
	for i, w := range words {
		if strings.ContainsFunc(w, Speaks) {
			return strings.Join(words[:i+1], " "), strings.Join(words[i+1:], " ")
		}
	}
	return strings.Join(words, " "), ""
}

// Speaks reports whether a sign can be read out: it is a letter or a digit.
func Speaks(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// AnonymousName is what a customer is called once the person was forgotten.
const AnonymousName = "Anonymous"

// History is everything that happened to one customer, oldest first.
type History struct {
	Transactions []Transaction
	Redemptions  []Redemption
	Orders       []Order
	Anomalies    []Anomaly
	Cards        []time.Time // when those that are good were issued
	Events       []AccountEvent
}
