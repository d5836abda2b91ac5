// Package program is the owner's pages about earning: the rules, the ladder of
// tiers, what a change would do, and the events that earn points.
package program

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

type ctx = context.Context

// Props is the page of a program's rules.
type Props struct {
	ID, Name string
	Active   bool
	Symbol   string // of the currency
	Digits   int    // decimals of the currency
	Form     ui.Form
	Preview  PreviewProps
	Others   []Listed // every program, when there are several
}

// Listed is a program in the list of all.
type Listed struct {
	ID, Name, Rule, Members string
	Active, Current         bool
}

// PreviewProps is what a change would do.
type PreviewProps struct {
	Counting  string   // address that has it once many members are counted; nothing else then
	Problem   string   // why there is no preview: fields that aren't right
	Wrong     []string // each of them, and what is wrong with it
	Same      bool     // nothing differs from what is saved
	Amount    string   // of the example's bill, formatted
	Examples  []Example
	Changes   []ui.Change
	Headline  string // "412 members move up, 30 down"
	HeadTone  ui.Tone
	Tiers     []ui.Change
	Moves     []Move
	MoreMoves string   // "and 312 more"
	Warning   string   // what is unusual about the rules; "" for nothing
	Notes     []string // what is different from then on, in sentences
	Footnote  string
}

// Example is what the example's bill earns in a tier.
type Example struct {
	Tier          string
	Rank          int
	Points, Worth string
}

// Move is a member who would change tiers.
type Move struct{ Name, Href, From, To string }

func (p Props) url(rest string) string { return "/program/" + p.ID + rest }

// previewing asks for the preview as the form changes.
func previewing(href string) templ.Attributes {
	return templ.Attributes{
		"hx-post": href, "hx-trigger": "input delay:350ms from:closest form, change delay:50ms from:closest form",
		"hx-target": "#preview", "hx-swap": "outerHTML", "hx-include": "closest form", "hx-sync": "this:replace",
	}
}

// RuleLabels are the names of the fields of the rules.
func RuleLabels(ctx ctx) []ui.Label {
	return []ui.Label{
		{Name: "name", Text: i18n.T(ctx, "Name")}, {Name: "pointsPerCurrencyUnit", Text: i18n.T(ctx, "Points earned")},
		{Name: "currencyPerPoint", Text: i18n.T(ctx, "Worth of a point")}, {Name: "pointsExpireAfterDays", Text: i18n.T(ctx, "Points expire after")},
		{Name: "claimWindowDays", Text: i18n.T(ctx, "Claim window")}, {Name: "amount", Text: i18n.T(ctx, "Example bill")},
	}
}
