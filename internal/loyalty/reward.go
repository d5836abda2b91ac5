package loyalty

import (
	"slices"
	"time"
)

// RewardType is what kind of thing a reward gives.
type RewardType string

// The types of API.md.
const (
	RewardDiscount RewardType = "discount"
	RewardFreeItem RewardType = "free_item"
	RewardShipping RewardType = "shipping"
	RewardCredit   RewardType = "credit"
	RewardPerk     RewardType = "perk"
)

// RewardTypes are all of them, in the order they are shown.
func RewardTypes() []RewardType {
	return []RewardType{RewardDiscount, RewardFreeItem, RewardShipping, RewardCredit, RewardPerk}
}

// RewardIcons are the pictures a reward can have.
func RewardIcons() []string {
	return []string{
		"coffee", "cup-soda", "beer", "wine", "martini", "pizza", "sandwich", "soup", "utensils", "chef-hat", "cake-slice", "ice-cream-cone",
		"badge-percent", "ticket", "wallet", "shopping-bag", "crown", "party-popper", "star", "gift",
	}
}

// DiscountType is how a discount is expressed.
type DiscountType string

// The discount types of API.md.
const (
	Percentage DiscountType = "percentage" // DiscountValue is 1–100
	Fixed      DiscountType = "fixed"      // DiscountValue is in minor units
)

// Reward is something a customer can buy with points.
type Reward struct {
	OrgID          ID
	ID             ID
	ProgramID      ID
	Name           string
	Description    string
	Cost           Points
	Type           RewardType
	DiscountType   DiscountType // "" for a reward that takes nothing off a bill
	DiscountValue  int64
	ItemName       string
	Icon           string    // one of RewardIcons; "" is that of the type
	Stock          *int64    // nil: unlimited
	MaxPerCustomer int       // 0: no limit
	MinTierID      ID        // zero: every tier
	StartsAt       time.Time // zero: at once
	ExpiresAt      time.Time // exclusive; zero: never
	StoreIDs       []ID      // empty: every store
	Active         bool
	Redeemed       int64 // how many redemptions were made, cancelled ones aside
	Customers      int64 // how many different customers hold or have used it
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Buyer is what a reward's rules need to know of the customer who asks.
type Buyer struct {
	Balance  Points
	Tier     Tier // the tier held
	Redeemed int  // how many of this reward the customer holds or has used
	StoreID  ID   // where; zero when not at a store
}

// CheckRedeemable returns a Conflict that says why the buyer can't have the
// reward at t; minTier is the reward's minimum tier, ignored when it has none.
func (r Reward) CheckRedeemable(t time.Time, b Buyer, minTier Tier) error {
	switch {
	case !r.Active:
		return Errorf(Conflict, CodeNotAvailable, "%s is not offered any more.", r.Name)
	case t.Before(r.StartsAt):
		return Errorf(Conflict, CodeNotAvailable, "%s is not offered yet.", r.Name)
	case !r.ExpiresAt.IsZero() && !t.Before(r.ExpiresAt):
		return Errorf(Conflict, CodeNotAvailable, "%s is not offered any more.", r.Name)
	case len(r.StoreIDs) > 0 && !b.StoreID.IsZero() && !slices.Contains(r.StoreIDs, b.StoreID):
		return Errorf(Conflict, CodeNotAvailable, "%s is not offered at this store.", r.Name)
	case !r.MinTierID.IsZero() && b.Tier.MinPoints < minTier.MinPoints:
		return Errorf(Conflict, CodeNotAvailable, "%s is for %s and above.", r.Name, minTier.Name)
	case r.MaxPerCustomer > 0 && b.Redeemed >= r.MaxPerCustomer:
		return Errorf(Conflict, CodeLimitReached, "%s can be redeemed %d times by each customer, and was.", r.Name, r.MaxPerCustomer)
	case r.Stock != nil && *r.Stock <= 0:
		return OutOfStock(r.Name)
	case b.Balance < r.Cost:
		return Errorf(Conflict, CodeInsufficientPoints, "%s costs %d points; the balance is %d.", r.Name, int64(r.Cost), int64(b.Balance))
	}
	return nil
}

// OfferedAt reports whether the reward is active, in its window at t, and to
// be had at the store; the zero store is any.
func (r Reward) OfferedAt(t time.Time, storeID ID) bool {
	return r.Active && !t.Before(r.StartsAt) && (r.ExpiresAt.IsZero() || t.Before(r.ExpiresAt)) &&
		(len(r.StoreIDs) == 0 || storeID.IsZero() || slices.Contains(r.StoreIDs, storeID))
}

// OutOfStock is the refusal of a reward of which none is left.
func OutOfStock(name string) *Error {
	return Errorf(Conflict, CodeOutOfStock, "%s is out of stock.", name)
}

// RedemptionStatus is where a redemption stands.
type RedemptionStatus string

// The statuses: issued is handed to the guest, held is set aside until it is
// used or its time is over, fulfilled is used, cancelled gave the points back.
const (
	Issued    RedemptionStatus = "issued"
	Held      RedemptionStatus = "held"
	Fulfilled RedemptionStatus = "fulfilled"
	Cancelled RedemptionStatus = "cancelled"
)

// Redemption records that a customer bought a reward. The reward's name and
// value are copied, so that later changes of the reward don't touch it.
type Redemption struct {
	OrgID         ID
	ID            ID
	CustomerID    ID
	RewardID      ID
	RewardName    string
	RewardType    RewardType
	DiscountType  DiscountType
	DiscountValue int64
	Cost          Points
	Code          string // what the guest shows, unique in the organization
	Status        RedemptionStatus
	StoreID       ID
	OrderRef      string // the order it was used on, as the caller named it
	TransactionID ID
	RefundID      ID     // the transaction that gave the points back
	Lots          []Lot  // where the points came from, to go back there
	Metadata      []byte // JSON object as the caller sent it; nil when none
	StaffID       ID
	KeyID         ID
	HeldUntil     time.Time // zero unless held
	ReviewCase    ID        // the case a manager has to decide first, as pages read it; zero for none
	FulfilledAt   time.Time
	CancelledAt   time.Time
	CreatedAt     time.Time
}
