package loyalty

import "time"

// TransactionType is what a row of the ledger is.
type TransactionType string

// The types of API.md.
const (
	Earn     TransactionType = "earn"
	Redeem   TransactionType = "redeem"
	Adjust   TransactionType = "adjust"
	Expire   TransactionType = "expire"
	Reverse  TransactionType = "reverse"  // of an award
	Refund   TransactionType = "refund"   // of a redemption
	Transfer TransactionType = "transfer" // between merged customers
)

// TransactionTypes are all of them, in the order they are shown.
func TransactionTypes() []TransactionType {
	return []TransactionType{Earn, Redeem, Adjust, Expire, Reverse, Refund, Transfer}
}

// Transaction is one row of the ledger. Rows are only ever added; a correction
// is a new row.
type Transaction struct {
	OrgID         ID
	ID            ID
	CustomerID    ID
	Seq           int64 // place among the customer's rows, from 1 without gaps
	Type          TransactionType
	Points        Points // signed, never 0
	LifetimeDelta Points // what the row adds to lifetime points
	BalanceAfter  Points
	Reason        string
	StoreID       ID
	OrderID       ID
	RedemptionID  ID
	RewardID      ID
	ReversesID    ID    // the row this one takes back
	Amount        Minor // the money it was worked out on; 0 for none
	StaffID       ID
	KeyID         ID
	Explanation   *Explanation
	At            time.Time // when it happened in the business
}

// Explanation is how an award's points were worked out, kept with the row.
type Explanation struct {
	Amount         Minor
	Currency       string
	Rate           Rate
	TierID         ID
	Tier           string
	Multiplier     Multiplier
	Promotions     []Promotion
	ProgramID      ID
	Program        string
	ProgramVersion int
}

// Promotion is a campaign's part in an award.
type Promotion struct {
	ID         ID
	Name       string
	Multiplier Multiplier
	Bonus      Points
}
