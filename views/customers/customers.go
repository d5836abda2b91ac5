// Package customers draws the list of guests, one guest's page and the forms
// that change a guest.
package customers

import (
	"regulars/views/ui"
)

// Path is the list; a guest's page is below it.
const Path = "/customers"

// ListProps is the list of guests.
type ListProps struct {
	Search string // what was searched for; "" shows the filtered list
	CSRF   string
	Rows   []Row
	Count  string // how many there are, in words
	Behind bool   // the latest changes aren't all in the list yet
	Paging ui.PagingProps
	// Pages of a search, whose words must not get into an address.
	Prev, Next string
	CanAdd     bool
	New        ui.Form // a new customer of what was searched for, where nobody was found
	Likely     string  // how many likely duplicates there are; "" for those who can't merge them, and for none
	Any        bool    // whether there are any customers at all
	CSV        string  // address of the list as a file; "" where it may not be had
	Give       string  // address of points for all of the list; "" where that can't be
	Filter     FilterProps
}

// FilterProps is what narrows the list; it lives in the address.
type FilterProps struct {
	Form                        ui.Form // tier, visit, store, min, max, news, joined_from, joined_to, sort
	Tiers, Visits, Stores, News []ui.Option
	Sorts                       []ui.Option
	Sort                        string // the order in force
	SortHrefs                   map[string]string
	Chips                       []Chip
	Reset                       string // address without any filter
}

// Chip is a filter in force.
type Chip struct{ Label, Said, RemoveHref string }

// Row is one guest in the list, formatted.
type Row struct {
	Name, Sub, Href string
	Tier            string
	Rank            int
	Balance         string
	Lifetime        string
	Visit           string // day of the last one; "" before the first
	Since           string
	Frozen          bool
}

// DetailProps is one guest's page.
type DetailProps struct {
	ID, Name, Href string
	Frozen         bool
	Erased         string // translated: since when the personal data is gone; "" while it is there
	Balance        string
	Worth          string // of the balance, as money; "" without a program
	Lifetime       string
	Since          string
	Standing       *ui.TierProgressProps // nil without a program
	Gives          string                // what the tier gives beside points, as the owner wrote it; "" for nothing
	Facts          []ui.Fact
	Expiring       []ui.SumLine
	Rewards        []Reward
	MoreRewards    []Reward // folded away
	Cases          []Case
	Arrived        bool // by the address of a guest who was merged into this one
	Merged         []Merged
	Likely         []Likely
	History        HistoryProps
	Can            Can
}

// Can is what the reader may do here.
type Can struct{ Award, ByHand, Adjust, Edit, Freeze, Erase, Delete, Export, Reverse bool }

// Reward is one within reach or nearly so.
type Reward struct {
	Name, Cost, Note, Href string
	Affordable             bool
}

// Case is one open anomaly.
type Case struct{ Text, When, Href string }

// HistoryProps is the guest's time line.
type HistoryProps struct {
	Items  []Item
	Tabs   []ui.Tab
	Paging ui.PagingProps
}

// Item is one row of the ledger.
type Item struct {
	ID, Icon, Title, Amount, When, Machine, By, After string
	Tone                                              ui.Tone
	Why                                               []ui.SumLine
	ReverseHref                                       string // "" when it can't be taken back
	MoveHref                                          string // where it is moved to another guest; "" when it can't be
	Reversed                                          bool
	Waits                                             bool // for a manager, before its points can be spent
}

// The forms that change a guest.
const (
	Add       = "add"
	Edit      = "edit"
	Adjust    = "adjust"
	Award     = "award"
	Reverse   = "reverse"
	Freeze    = "freeze"
	Unfreeze  = "unfreeze"
	Anonymize = "anonymize"
	Delete    = "delete"
)

// FormProps is one of those forms.
type FormProps struct {
	Kind   string
	Title  string
	Text   string
	Action string // where it is sent
	Back   string // where giving up leads
	Submit string
	Danger bool
	Who    ui.PersonProps // whom it is about, with the balance; no name on a form for somebody new
	After  string         // Adjust, Award: what the points typed would leave
	Dialog bool           // drawn into the layout's dialog instead of a page
	Form   ui.Form
}
