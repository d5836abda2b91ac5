// Package ledger draws the records: transactions, orders and redemptions.
package ledger

import "regulars/views/ui"

// The pages' addresses.
const (
	TransactionsPath = "/transactions"
	OrdersPath       = "/orders"
	RedemptionsPath  = "/redemptions"
)

// FilterProps is what narrows a list; it lives in the address.
type FilterProps struct {
	Store, Type, Status, Person, From, To string
	Customer, CustomerName                string // whose alone; "" for everybody's
	AnyCustomer                           string // the same list of everybody
	Reward, RewardName                    string // redeemed alone; "" for every one
	AnyReward                             string // the same list of every one
	Stores, Types, People                 []ui.Option
	Filtered                              bool
}

// TransactionsProps is the ledger.
type TransactionsProps struct {
	Filter FilterProps
	Rows   []Transaction
	Paging ui.PagingProps
	CSV    string // address of the same list as a file
	None   bool   // there is no row at all, whatever the filter
}

// Transaction is one row, formatted.
type Transaction struct {
	When, Machine, Type, Icon, Customer, CustomerHref string
	Points, After, Reason, Where, Who                 string
	Tone                                              ui.Tone
	Why                                               []ui.SumLine
	Reversed                                          bool
	MoveHref                                          string // "" when it can't go to another guest
}

// OrdersProps is the orders received.
type OrdersProps struct {
	Tabs   []ui.Tab
	Filter FilterProps
	Rows   []Order
	Paging ui.PagingProps
	None   bool // there is no order at all, whatever the filter
	Import bool // may bring past orders in
}

// Order is one order, formatted.
type Order struct {
	Ref, When, Machine, Store, Total, Refunded string
	Status                                     string
	Tone                                       ui.Tone
	Customer, CustomerHref                     string // "" while unclaimed
	Cashier                                    string
	Points                                     string // "" when it earned nothing
	WhyNot                                     string // translated: why it earned nothing
	Taken, TakenHref                           string // translated: when and by whom the award was taken back, and where that stands; "" when not
	ClaimHref                                  string // where it is given to a guest; "" when it can't be
	Why                                        []ui.SumLine
}

// RedemptionsProps is the fulfilment queue.
type RedemptionsProps struct {
	Tabs   []ui.Tab
	Code   string // looked up
	Status string // the queue shown
	Store  string // whose queue; "" for all
	Stores []ui.Option
	Rows   []Redemption
	Paging ui.PagingProps
	CSRF   string
}

// Redemption is one redemption, formatted.
type Redemption struct {
	Reward, Code, Customer, CustomerHref, When, Machine, Cost, Store string
	Status, Note                                                     string // Note says until or since when
	Tone                                                             ui.Tone
	FulfillHref, CancelHref                                          string // "" when it is over, or mustn't be handed over yet
	CaseHref                                                         string // the case it waits for, for who may decide it
	Key                                                              string
}

// roomy leaves a column out where names and dates would break for it; unroomy
// is what stands in another instead.
const (
	roomy   = "@max-[52rem]:hidden!"
	unroomy = "@min-[52rem]:hidden"
)

// filterWidth keeps a filter as wide as its kind needs, and all alike on a
// phone.
const (
	filterWidth = "max-sm:min-w-40 max-sm:shrink-0 sm:max-w-48 sm:min-w-38 sm:grow sm:basis-38 pointer-coarse:sm:min-w-46"
	dayWidth    = "max-sm:min-w-40 max-sm:shrink-0 sm:w-34"
)

func (f FilterProps) clearHref(path string) string {
	if f.Status != "" {
		return path + "?status=" + f.Status
	}
	return path
}

// GiveBackProps asks before a redemption's points go back.
type GiveBackProps struct {
	Action, Back, Text  string
	Status, Store, Code string // what was looked at
	Form                ui.Form
	Dialog              bool
}
