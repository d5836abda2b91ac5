// Package till is the page a cashier works at while a queue waits: find the
// guest, award the bill or hand out a reward, next guest. Everything happens
// in one element, ID, whose content changes from step to step.
package till

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// The elements that htmx replaces.
const (
	ID        = "till"
	ResultsID = "till-results"
	PreviewID = "till-preview"
	RewardsID = "till-offers"
)

// Path is the page's address.
const Path = "/till"

// LockPath is where the till is locked and unlocked.
const LockPath = "/till/lock"

// PageProps is what stands around the steps.
type PageProps struct {
	CSRF    string
	CanLock bool // somebody could unlock it with a PIN
	Idle    int  // seconds after which it locks itself; 0 for never
}

// FindProps is the first step: one field.
type FindProps struct {
	CSRF      string
	Store     string // where the person works
	Stores    bool   // there are others to work at
	CanLock   bool   // somebody could unlock it with a PIN
	Results   ResultsProps
	Recent    []Recent
	Moved     string // translated: that the store chosen is closed, and which it is now; "" for most
	CanChoose bool   // the person may say where they work
	// NoProgram: none is active, so that bills earn nothing.
	NoProgram bool
	Setup     string // where the person can set one up; "" for who may not
}

// ResultsProps is what a search has found.
type ResultsProps struct {
	Query   string
	Matches []ui.Match
	More    bool    // there are more than are shown
	Focus   bool    // what was found takes the focus: Enter was pressed
	ByPhone bool    // digits were typed, so the name is what to ask for
	New     ui.Form // a new guest, where nobody was found
	Said    string  // read out
}

// Recent is one of the person's own last actions.
type Recent struct {
	Href     string
	Name     string // masked
	What     string
	Points   string
	When     string
	Machine  string
	Reversed bool
}

// StoresProps is the choice of where to work.
type StoresProps struct {
	CSRF   string
	Stores []ui.Option
	Chosen string
	Back   string // where choosing leads
}

// Guest is a guest who was chosen.
type Guest struct {
	Path    string // /till/{id}
	Name    string
	Contact string // phone number or e-mail address
	Detail  string // address of the customer's page
	Balance string // formatted
	Worth   string // the balance in money; "" without a program
	Held    string // translated: how much of the balance waits for a manager; "" for nothing
	Frozen  bool
	Tier    Standing
	Gives   string // what the tier gives beside points, as the owner wrote it; "" for nothing
}

// Standing is a guest's tier and the way to the next.
type Standing struct {
	Name      string // "" without a program
	Rank      int
	Note      string // "240 points to Gold", or that it is the highest
	Value, Of int64  // progress; Of 0 at the top
}

// GuestProps is the second step: the bill, or a reward.
type GuestProps struct {
	Guest   Guest
	Form    ui.Form
	Symbol  string
	Digits  int
	Preview PreviewProps
	Rewards RewardsProps
	Note    string // what has just happened, such as an undo
	Store   string // the id of the store that the bill is drawn for
	Moved   string // as FindProps.Moved
}

// ErasedProps is said about a guest who was erased.
type ErasedProps struct {
	Text   string // since when
	Note   string // what has just happened, or hasn't; "" for nothing
	Bad    bool   // it hasn't
	Detail string // address of the customer's page
}

// receiptWrong reports whether the receipt's number is all that is wrong.
func (p GuestProps) receiptWrong() bool {
	return len(p.Form.Errors) == 1 && p.Form.Error("id") != ""
}

// labels name the fields for the summary of what is wrong. One wrong field
// needs none: it takes the focus, and says itself what is wrong.
func (p GuestProps) labels(ctx context.Context) []ui.Label {
	if p.receiptWrong() || len(p.Form.Errors) == 1 && p.Form.Error("total") != "" {
		return nil
	}
	return []ui.Label{{Name: "total", Text: i18n.T(ctx, "Bill")}, {Name: "id", Text: i18n.T(ctx, "Receipt number")}}
}

// PreviewProps is what a bill would earn.
type PreviewProps struct {
	Points  string // "+600"; "" when nothing was typed yet
	Why     string // "S/50.00 × 10 × 1.2 Gold"
	After   string // "New balance: 1,450"
	TierUp  string // the tier it would reach
	Problem string
}

// RewardsProps are the rewards beside a guest, within reach first.
type RewardsProps struct {
	Path   string // the guest's, which answers a search
	Search bool   // there are enough to search among
	Typed  string // what is searched for; "" for nothing
	Found  string // how many, read out
	First  []Reward
	Rest   []Reward // folded away
}

// Reward is one the guest can have, or is on the way to.
type Reward struct {
	Name   string
	Cost   string
	Icon   string
	Href   string // where to confirm; "" when it can't be had
	Why    string // why it can't
	Have   int64  // of Need points, for one that is only too dear
	Need   int64
	Detail string // "10% off"
}

// ConfirmProps asks before a reward is redeemed.
type ConfirmProps struct {
	Guest  Guest
	Form   ui.Form
	Action string
	Reward string
	Cost   string
	After  string // the balance afterwards
	Store  string // the id of the store that it is drawn for
	Script bool   // drawn in the dialog
}

// DoneProps is the last step: what happened.
type DoneProps struct {
	Guest   Guest
	Tone    ui.Tone
	Icon    string
	Title   string // "+600 points", "Free coffee"
	Text    string
	Said    string // read out
	TierUp  string
	Why     []ui.SumLine
	Code    string
	Actions []Action
	Recent  []Recent
}

// Action is a form with one button.
type Action struct {
	Form    ui.Form
	Href    string
	Name    string // a hidden field
	Value   string
	Label   string
	Icon    string
	Primary bool
}

// Icon is the icon of a reward: the one chosen, or else its type's.
func Icon(kind, chosen string) string {
	if chosen != "" {
		return chosen
	}
	switch kind {
	case "free_item":
		return "utensils"
	case "shipping":
		return "shopping-bag"
	case "credit":
		return "wallet"
	case "perk":
		return "sparkles"
	}
	return "badge-percent"
}

// found is what stands below the field, each leading on in the till.
func (p ResultsProps) found() ui.MatchesProps {
	for i := range p.Matches {
		p.Matches[i].Attrs, p.Matches[i].Focus = inside(p.Matches[i].Href), p.Focus && i == 0
	}
	return ui.MatchesProps{Query: p.Query, Matches: p.Matches, More: p.More, ByPhone: p.ByPhone}
}

// inside has a link open in the till instead of as a page.
func inside(href string) templ.Attributes {
	return templ.Attributes{"hx-get": href, "hx-target": "#" + ID}
}

// redeemAttrs opens the confirmation in the dialog; its label names the reward
// for those who hear the buttons out of their rows.
func redeemAttrs(ctx context.Context, r Reward) templ.Attributes {
	out := ui.ModalAttrs(r.Href)
	out["aria-label"] = i18n.T(ctx, "Redeem %s", r.Name)
	return out
}

// handsOver reports whether something is still to be handed out, which then
// comes before the next guest.
func (p DoneProps) handsOver() bool {
	for _, a := range p.Actions {
		if a.Primary {
			return true
		}
	}
	return false
}

func nextKind(p DoneProps) ui.ButtonKind {
	if p.handsOver() {
		return ui.Secondary
	}
	return ui.Primary
}

func nextAttrs(p DoneProps) templ.Attributes {
	out := inside(Path)
	out["data-escape"], out["aria-keyshortcuts"] = true, "Escape"
	if !p.handsOver() {
		out["data-focus"] = true
	}
	return out
}

func actionKind(a Action) ui.ButtonKind {
	if a.Primary {
		return ui.Primary
	}
	return ui.Secondary
}

func actionAttrs(a Action) templ.Attributes {
	if a.Primary {
		return templ.Attributes{"data-focus": true}
	}
	return nil
}

// focused reports whether something else than the search takes the focus.
func (p ResultsProps) focused() bool {
	return p.New.Failed() || p.Focus && p.Query != ""
}

func focusIf(on bool) templ.Attributes {
	if on {
		return templ.Attributes{"data-focus": true}
	}
	return nil
}

func erasedTone(p ErasedProps) ui.Tone {
	if p.Bad {
		return ui.Warn
	}
	return ui.Good
}

// backAttrs has a button lead back to the search, by Escape as well.
func backAttrs() templ.Attributes {
	out := inside(Path)
	out["data-escape"], out["aria-keyshortcuts"], out["data-focus"] = true, "Escape", true
	return out
}
