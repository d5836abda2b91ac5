// Package rewards is the catalog of what points buy: cards, the form for one
// with the guest's view of it, and what is asked before one goes.
package rewards

import (
	"context"

	"regulars/views/i18n"
	"regulars/views/ui"
)

type ctx = context.Context

// CatalogProps is the catalog.
type CatalogProps struct {
	Views   []ui.Tab // offered, not offered, all
	Search  bool     // there are enough to search among
	Typed   string   // what is searched for; "" for nothing
	Show    string   // which view, for the search to stay in
	Found   string   // how many, for who can't see it
	Cards   []Card
	None    bool // there is no reward at all
	Program bool // there is a program to have rewards in
	MayMake bool // a program, where there is none
	CSRF    string
}

// Card is a reward in the catalog.
type Card struct {
	ID, Name, Text, Icon string
	Cost, Value          string
	Popularity           string
	Badges               []ui.BadgeProps
	Active               bool
	Over                 bool // its last day is past
	Faded                bool // guests can’t have it, now or later
}

// FormProps is the form of one reward.
type FormProps struct {
	ID       string // "" for a new one
	Symbol   string // of the currency
	Digits   int    // its decimals
	Tiers    []ui.Option
	Stores   []ui.Option
	Programs []ui.Option // more than one to choose from
	Form     ui.Form
	Guest    GuestProps
}

// GuestProps is a reward as the guest sees it.
type GuestProps struct {
	Name, Text, Icon, Cost, Value string
	Badges                        []ui.BadgeProps
}

// Kind is a type of reward in words, in English, to be translated.
type Kind struct{ Value, Name, Hint, Icon string }

// Kinds are the types of rewards in the order they are shown.
var Kinds = []Kind{
	{"discount", i18n.Mark("Discount"), i18n.Mark("Part of the bill, or an amount off it"), "badge-percent"},
	{"free_item", i18n.Mark("Free item"), i18n.Mark("A dish or a drink on the house"), "utensils"},
	{"credit", i18n.Mark("Credit"), i18n.Mark("An amount to spend"), "wallet"},
	{"shipping", i18n.Mark("Free delivery"), i18n.Mark("No delivery fee"), "shopping-bag"},
	{"perk", i18n.Mark("Perk"), i18n.Mark("Anything else: a seat, a tour, a surprise"), "sparkles"},
}

// Pictures are the icons a reward can have, in English, to be translated.
var Pictures = []ui.Option{
	{Value: "coffee", Label: i18n.Mark("Coffee")}, {Value: "cup-soda", Label: i18n.Mark("Soft drink")}, {Value: "beer", Label: i18n.Mark("Beer")},
	{Value: "wine", Label: i18n.Mark("Wine")}, {Value: "martini", Label: i18n.Mark("Cocktail")}, {Value: "pizza", Label: i18n.Mark("Pizza")},
	{Value: "sandwich", Label: i18n.Mark("Sandwich")}, {Value: "soup", Label: i18n.Mark("Soup")}, {Value: "utensils", Label: i18n.Mark("Dish")},
	{Value: "chef-hat", Label: i18n.Mark("Chef")}, {Value: "cake-slice", Label: i18n.Mark("Cake")}, {Value: "ice-cream-cone", Label: i18n.Mark("Ice cream")},
	{Value: "badge-percent", Label: i18n.Mark("Percentage")}, {Value: "ticket", Label: i18n.Mark("Ticket")}, {Value: "wallet", Label: i18n.Mark("Wallet")},
	{Value: "shopping-bag", Label: i18n.Mark("Bag")}, {Value: "crown", Label: i18n.Mark("Crown")}, {Value: "party-popper", Label: i18n.Mark("Party")},
	{Value: "star", Label: i18n.Mark("Star")}, {Value: "gift", Label: i18n.Mark("Present")},
}

// Icon is the icon of a reward: the one chosen, or else its type's.
func Icon(kind, chosen string) string {
	if chosen != "" {
		return chosen
	}
	for _, k := range Kinds {
		if k.Value == kind {
			return k.Icon
		}
	}
	return "gift"
}

func kinds(ctx ctx) []ui.Option {
	out := make([]ui.Option, len(Kinds))
	for i, k := range Kinds {
		out[i] = ui.Option{Value: k.Value, Label: i18n.T(ctx, k.Name), Hint: i18n.T(ctx, k.Hint), Icon: k.Icon}
	}
	return out
}

func (p FormProps) url(rest string) string {
	if p.ID == "" {
		return "/rewards/new"
	}
	return "/rewards/" + p.ID + rest
}

// Title is what the page and its dialog are called.
func (p FormProps) Title(ctx ctx) string {
	if p.ID == "" {
		return i18n.T(ctx, "New reward")
	}
	return i18n.T(ctx, "Edit reward")
}

func (p FormProps) labels(ctx ctx) []ui.Label {
	return []ui.Label{
		{Name: "name", Text: i18n.T(ctx, "Name")}, {Name: "description", Text: i18n.T(ctx, "Description")},
		{Name: "pointsCost", Text: i18n.T(ctx, "Cost")}, {Name: "discountType", Text: i18n.T(ctx, "Off the bill")},
		{Name: "discountValue", Text: i18n.T(ctx, "How much")}, {Name: "itemName", Text: i18n.T(ctx, "Item")},
		{Name: "stockRemaining", Text: i18n.T(ctx, "Left in stock")}, {Name: "maxPerCustomer", Text: i18n.T(ctx, "Each guest, at most")},
		{Name: "startsAt", Text: i18n.T(ctx, "First day")}, {Name: "expiresAt", Text: i18n.T(ctx, "Last day")}, {Name: "storeIds", Text: i18n.T(ctx, "Stores")},
	}
}
