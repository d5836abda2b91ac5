package loyalty

import "time"

// OrderStatus is where an order stands.
type OrderStatus string

// The statuses of API.md.
const (
	OrderOpen      OrderStatus = "open"
	OrderCompleted OrderStatus = "completed"
	OrderCancelled OrderStatus = "cancelled"
	OrderRefunded  OrderStatus = "refunded"
)

// Order is a bill. It earns once, when it is completed and its guest is known.
type Order struct {
	OrgID         ID
	ID            ID
	StoreID       ID
	ExternalID    string // the till's own id, unique in the store
	CustomerID    ID     // zero while unclaimed
	Total         Minor
	Tax           Minor
	Tip           Minor
	Discount      Minor
	RefundedTotal Minor // 0 to Total
	Currency      string
	Items         int    // number of items; 0 when not told
	ItemsJSON     []byte // as the till sent them; nil when not told
	Status        OrderStatus
	StaffRef      string // the till's own name for the member of staff
	StaffID       ID
	TransactionID ID     // the award; zero when it earned nothing
	Earned        Points // what the award gave
	Reversed      Points // what refunds took back of it, 0 to Earned
	CompletedAt   time.Time
	Day           time.Time // the business day of CompletedAt at the store
	ClaimedAt     time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
	Revision      int64
}

// Eligible is the amount that earns: the total less tax, tip and discount, and
// never below zero.
func (o Order) Eligible() Minor { return max(0, o.Total-o.Tax-o.Tip-o.Discount) }

// Forfeit is how many of the points that the order earned are lost to refunds,
// or with it when it was cancelled.
func (o Order) Forfeit() Points {
	if o.Status == OrderCancelled || o.Status == OrderRefunded {
		return o.Earned
	}
	return Share(o.Earned, o.RefundedTotal, o.Total)
}

// Reason is what the ledger says of an order's award.
func (o Order) Reason() string { return "Order #" + o.ExternalID }
