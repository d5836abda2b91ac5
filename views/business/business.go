// Package business is the owner's pages about who and what works with the
// program: staff, stores, API keys and the log of what was done.
package business

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

type ctx = context.Context

// StaffProps is the list of people.
type StaffProps struct {
	People []Person
}

// Person is a member of staff in the list.
type Person struct {
	ID, Name, Email, Role, Stores, Guest string
	Active, Self                         bool
}

// StaffFormProps is the form of one person.
type StaffFormProps struct {
	ID     string // "" for a new one
	Stores []ui.Option
	Guest  string // name of the linked guest account; "" for none
	Self   bool
	Form   ui.Form
}

// StoresProps is the list of stores.
type StoresProps struct {
	Stores []Store
	Days   int // that the figures are of
}

// Store is a store in the list. All but the names is formatted.
type Store struct {
	ID, Name, External string
	Zone, Time         string // its clock just now
	Hours              string // today's
	Sales, Orders      string // of the last StoresProps.Days days; "" without any
	OrdersHref         string
	Points             string // given in them
	Last               string // day with an order or an award; "" for none in them
	Tills, TillSeen    string // how many are open, and when one was used; "" for none
	Active             bool
}

// StoreFormProps is the form of one store.
type StoreFormProps struct {
	ID    string // "" for a new one
	Zones []string
	Days  []StoreDay
	Form  ui.Form
}

// StoreDay is a weekday with the names of its two fields.
type StoreDay struct{ Label, From, To string }

// KeysProps is the list of API keys.
type KeysProps struct {
	Keys  []Key // those that work, the newest first
	Ended []Key // the others, the latest to end first
}

// Key is an API key in the list.
type Key struct {
	ID, Name, Prefix, Stores, Used, Expires string
	Scopes                                  []string // in words; none when it may do everything
	State                                   ui.BadgeProps
}

// KeyFormProps is the form for a new key.
type KeyFormProps struct {
	Scopes []ui.Option
	Stores []ui.Option
	Form   ui.Form
}

// AuditProps is a page of what was done.
type AuditProps struct {
	Entries          []Entry
	People, Subjects []ui.Option
	Person, Subject  string
	From, To         string // days
	Filtered         bool
	Paging           ui.PagingProps
}

// Entry is one thing that was done.
type Entry struct {
	When, Machine, Who, Role, What, Detail, Object, Href string
}

// AskProps is what is asked before something ends.
type AskProps struct {
	Title, Text, Action, Button, BackHref, BackLabel string
	Form                                             ui.Form
}

// filterWidth has two filters stand in a row on a phone.
const filterWidth = "max-sm:grow max-sm:basis-32"

func modal(href string) templ.Attributes { return ui.ModalAttrs(href) }

func rolesOf(ctx ctx) []ui.Option {
	return []ui.Option{
		{Value: "cashier", Label: i18n.T(ctx, "Cashier"), Hint: i18n.T(ctx, "Finds guests, gives and redeems points."), Icon: "scan-line"},
		{Value: "manager", Label: i18n.T(ctx, "Manager"), Hint: i18n.T(ctx, "Also corrects, decides cases and keeps the rewards."), Icon: "clipboard-check"},
		{Value: "owner", Label: i18n.T(ctx, "Owner"), Hint: i18n.T(ctx, "May do everything, these pages too."), Icon: "crown"},
	}
}

// SecurityProps is the page of one's own sign-in.
type SecurityProps struct {
	Owner    bool
	Email    string
	Least    int // characters of a password
	Sessions []Session
	Rules    []ui.Fact
	Form     ui.Form
}

// Session is a place where the reader is signed in.
type Session struct {
	ID, Device, Icon, Since, Machine, Seen string
	Current                                bool
}
