// Package anomalies is the reviewer's pages: the queue of cases with the one
// being looked at, the questions before a decision, and the settings of the
// detectors.
package anomalies

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// QueueID is the element that holds list and case, which htmx replaces when
// another case, filter or page is chosen.
const QueueID = "queue"

// QueueProps is the list of cases and the one being looked at.
type QueueProps struct {
	Tabs       []ui.Tab
	Filter     FilterProps
	Rows       []Row
	Case       *CaseProps // nil: there is none
	Chosen     bool       // the case was asked for, and not just the first; phones show it alone
	BackHref   string     // the list, for phones
	Paging     ui.PagingProps
	ExportHref string
	Settings   string // href; "" for who may not look
	Filtered   bool   // a filter may be why there is nothing
	ClearHref  string
	Moved      bool // htmx has asked, so the focus follows
	Bulk       bool // cases can be selected and decided together
	Query      string
	Waiting    int // how many cases wait, whatever the filter
}

// none says of the tabs but the first why there is nothing on them.
func (p QueueProps) none(ctx ctx) ui.EmptyProps {
	switch p.Filter.Status {
	case "below":
		return ui.EmptyProps{Icon: "shield-check", Title: i18n.T(ctx, "Nothing is below the line"), Text: i18n.T(ctx, "A store has room for a few new cases a week; weaker ones beyond that come here.")}
	case "confirmed":
		return ui.EmptyProps{Icon: "check", Title: i18n.T(ctx, "No case is confirmed"), Text: i18n.T(ctx, "Cases that turned out to be what they looked like are kept here, with what was done.")}
	case "dismissed":
		return ui.EmptyProps{Icon: "x", Title: i18n.T(ctx, "No case is dismissed"), Text: i18n.T(ctx, "Cases that turned out to be harmless are kept here, with the reason.")}
	}
	return ui.EmptyProps{}
}

// bare says that the tab has no case at all: there is nothing to narrow down
// and nothing to take away.
func (p QueueProps) bare() bool { return len(p.Rows) == 0 && !p.Filtered && p.Paging.PrevHref == "" }

func (p QueueProps) picked() int {
	n := 0
	for _, r := range p.Rows {
		if r.Picked {
			n++
		}
	}
	return n
}

// FilterProps is the filters in force and what can be chosen.
type FilterProps struct {
	Status, Kind, Store, Severity string
	Kinds, Stores, Severities     []ui.Option
}

// Row is a case in the list.
type Row struct {
	Href, Sentence, Kind, Who, Where, When, Machine, Points string
	Severity                                                Severity
	ID                                                      string
	Current, Picked                                         bool
	Assignee                                                string
	Decided                                                 string // "Dismissed"; "" while it waits
}

// CaseProps is one case.
type CaseProps struct {
	ID, Sentence, Kind, KindHint string
	Severity                     Severity
	Status                       string // translated
	StatusTone                   ui.Tone
	When, Machine, Where         string
	Points, Worth                string
	AboutLabel, With             string // translated: what About is, and a cashier beside; "" for none
	About                        ui.PersonProps
	Own                          bool
	FrozenTitle, Frozen          string  // translated: which accounts are frozen; "" for none
	Freeze, Unfreeze             string  // translated: what that is called here
	Observed, Expected           ui.Part // drawn beside each other when Compared
	Compared                     bool
	Facts                        []ui.Fact
	Transactions                 []Transaction
	More                         string // translated: how many transactions are not listed; "" for none
	Earlier                      []Row
	Below, HeldTitle, Held       string    // translated: why it is below the line, what waits for the decision; "" when not so
	Findings                     []Finding // by kind, the strongest first
	Receipts                     []Transaction
	TakeBack, GiveAgain          string // translated: what taking the points back is called here, and undoing that
	Seen                         string // its status, for the forms to bring along
	Story                        ui.ChartProps
	HasStory                     bool
	Peers                        []ui.Part
	PeersHint                    string
	People, OtherPeople          []Named // of many the first few, and the rest
	Unnamed                      string  // translated: how many more accounts there are; "" for none
	Notes                        []Remark
	Assignee                     string // the id of the member of staff; "" for nobody
	Reviewers                    []ui.Option
	Decision                     []ui.Fact // who decided what and when; empty while it waits
	May                          Actions
	PrevHref, NextHref           string
	Query                        string // the queue's filters, "?status=…" or ""
	Form                         ui.Form
}

// Actions is what may be done with the case now.
type Actions struct{ Decide, Reverse, Freeze, Reopen, Undo, Unfreeze, Talk bool }

// Named is a person of the case.
type Named struct {
	Person ui.PersonProps
	What   string // translated: an account with its balance and age, or a cashier
	Frozen bool
}

// Remark is what somebody did with the case or said about it.
type Remark struct{ What, By, When, Machine, Text, Icon string }

// Transaction is a row of the ledger in a case.
type Transaction struct {
	When, Machine, Reason, Store, Staff, Points, Amount string
	Till                                                string // "" where the cashier's own name says it
	Customer, CustomerHref                              string
	Reversed                                            bool
	Kinds                                               []string // translated: the findings it belongs to, where the case has several
}

// Finding is all that was found of one kind.
type Finding struct{ Kind, Sentence, Times, When, Machine string }

// Severity is how urgent a case is: low, medium or high.
type Severity string

func (s Severity) tone() ui.Tone {
	switch s {
	case "high":
		return ui.Bad
	case "medium":
		return ui.Warn
	}
	return ui.Quiet
}

var severityNames = map[Severity]string{"high": i18n.Mark("High"), "medium": i18n.Mark("Medium"), "low": i18n.Mark("Low")}

// Name is the severity in English, to be translated.
func (s Severity) Name() string { return severityNames[s] }

// Kind is a kind of anomaly in words, in English, to be translated.
type Kind struct{ Name, Hint, Icon string }

// Kinds are the words for each kind.
var Kinds = map[string]Kind{
	"rapid_earning":     {i18n.Mark("Rapid earning"), i18n.Mark("Many awards to one customer in a short time."), "gauge"},
	"unusual_amount":    {i18n.Mark("Unusual amount"), i18n.Mark("One award far above what is normal for the customer and the store."), "trending-up"},
	"pattern_deviation": {i18n.Mark("Changed pattern"), i18n.Mark("A store, cashier or till drifting from its own history."), "activity"},
	"staff_favoritism":  {i18n.Mark("Favoured customer"), i18n.Mark("One cashier’s shifts keep feeding the same accounts."), "hand-coins"},
	"manual_awards":     {i18n.Mark("Awards by hand"), i18n.Mark("A cashier gives more points by hand than colleagues in the same role."), "circle-plus"},
	"off_hours":         {i18n.Mark("Off hours"), i18n.Mark("Points given when the store is closed, or long after the check."), "moon"},
	"limit_hugging":     {i18n.Mark("Just below the limit"), i18n.Mark("Awards by hand that stay just below the approval limit."), "equal"},
	"split_orders":      {i18n.Mark("Split checks"), i18n.Mark("One check rung up in parts to gain more points."), "receipt"},
	"account_takeover":  {i18n.Mark("Account takeover"), i18n.Mark("Contact details changed, then points spent."), "user-x"},
	"refund_abuse":      {i18n.Mark("Refund abuse"), i18n.Mark("Points spent, then the orders refunded that earned them."), "undo-2"},
	"account_ring":      {i18n.Mark("Account ring"), i18n.Mark("Many new accounts that belong together."), "users"},
	"duplicate_claim":   {i18n.Mark("Duplicate claim"), i18n.Mark("The same receipt claimed more than once."), "copy"},
}

// swap has htmx put another state of the queue in place of this one. It is not
// morphed: htmx would go on asking for what a kept link led to before.
func swap(href string) templ.Attributes {
	return templ.Attributes{"hx-get": href, "hx-target": "#" + QueueID, "hx-swap": "outerHTML", "hx-push-url": href}
}

// swapCase is swap for another case of the list: what is selected stays so,
// without getting into the address.
func swapCase(href string) templ.Attributes { return with(swap(href), "hx-include", "#case-list") }

// key presses the element it is on.
func key(k string, more templ.Attributes) templ.Attributes {
	out := templ.Attributes{"data-shortcut": k, "aria-keyshortcuts": k}
	for name, value := range more {
		out[name] = value
	}
	return out
}

type ctx = context.Context
