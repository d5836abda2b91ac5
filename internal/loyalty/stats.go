package loyalty

import "time"

// Figures are sums over some time and some stores. Points are signed, as in
// the ledger: what was redeemed is below zero.
type Figures struct {
	Issued        Points
	Redeemed      Points
	Refunded      Points
	Reversed      Points
	Expired       Points
	Adjusted      Points
	Transferred   Points
	Awards        int64
	Redemptions   int64
	Cancellations int64
	Orders        int64 // completed ones
	Sales         Minor // less what was refunded
	Customers     int64 // new ones; of no store
}

// Add adds g to f.
func (f *Figures) Add(g Figures) {
	f.Issued += g.Issued
	f.Redeemed += g.Redeemed
	f.Refunded += g.Refunded
	f.Reversed += g.Reversed
	f.Expired += g.Expired
	f.Adjusted += g.Adjusted
	f.Transferred += g.Transferred
	f.Awards += g.Awards
	f.Redemptions += g.Redemptions
	f.Cancellations += g.Cancellations
	f.Orders += g.Orders
	f.Sales += g.Sales
	f.Customers += g.Customers
}

// Earned is awards less what was taken back of them.
func (f Figures) Earned() Points { return f.Issued + f.Reversed }

// Spent is redemptions less what was given back, as a positive number.
func (f Figures) Spent() Points { return -(f.Redeemed + f.Refunded) }

// RedemptionRate is points spent for each point earned; 0 when none were.
func (f Figures) RedemptionRate() float64 {
	if f.Earned() <= 0 || f.Spent() <= 0 {
		return 0
	}
	return float64(f.Spent()) / float64(f.Earned())
}

// DayFigures are the figures of one day, as UTC midnight.
type DayFigures struct {
	Day time.Time
	Figures
}

// StoreFigures are a store's figures over a while.
type StoreFigures struct {
	StoreID ID
	LastDay time.Time // with an order or an award; zero without one
	Figures
}

// Totals are an organization's figures since it exists.
type Totals struct {
	Customers   int64
	Balance     Points // what all customers hold; debts lower it
	Earned      Points // lifetime points of all customers
	Redemptions int64  // cancelled ones aside
	Config      int64  // the version of what the organization has set up
}

// FiguresQuery says which figures are wanted.
type FiguresQuery struct {
	From, To time.Time // days; To is not among them
	StoreIDs []ID      // none: every store, and what happened at none
}
