package customers

import "regulars/views/ui"

// GivePath gives many guests points at once; an award under way is below it.
const GivePath = "/give"

// GiveProps is the form that gives the guests of a filter points.
type GiveProps struct {
	Form      ui.Form
	Action    string // with the filter
	Back      string // the list as it was filtered
	Who       string // "Gold · Not here for 60 days"
	Guests    string // how many, formatted
	Nobody    bool
	Everybody bool   // no filter is set
	Submit    string // "Give points to 412 guests"
	Worth     WorthProps
	Earlier   []GivenRow
}

// GivenRow is a bulk award in the list of them.
type GivenRow struct {
	ID, Reason, Figures string
	Who, When, Machine  string
	State               ui.BadgeProps
}

// WorthProps says what the points typed would come to.
type WorthProps struct {
	Points string // for all together, formatted; "" before any are typed
	Owed   string // what they add to what the restaurant owes
}

// GivenProps is a bulk award, under way or over.
type GivenProps struct {
	ID, Who     string
	State       ui.BadgeProps
	Running     bool   // it is being given, or taken back
	TakeBack    string // what the button says; "" when it can't be taken back
	Title, Text string
	Tone        ui.Tone
	Amount      string // "1,200 of 4,000"
	Done, Total int64
	Figures     []ui.StatProps
	Facts       []ui.Fact // who gave them and took them back
}

func (p GivenProps) url(rest string) string { return GivePath + "/" + p.ID + rest }
