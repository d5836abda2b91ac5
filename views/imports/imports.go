// Package imports is the pages that bring in what a restaurant has from
// before: a file, what its columns are, what is wrong with it, and what came
// of it.
package imports

import (
	"context"

	"regulars/views/i18n"
	"regulars/views/ui"
)

type ctx = context.Context

// Path is where the pages are.
const Path = "/import"

// ListProps is the first page: a form for a new file, and the earlier ones.
type ListProps struct {
	Form   ui.Form
	Limit  string // how large a file may be: "200 MB"
	Plain  string // the same without JavaScript
	Rows   []Row
	Paging ui.PagingProps
}

// Row is an earlier import in the list.
type Row struct {
	ID, File, Kind, Icon, Who, When, Machine, Figures string
	State                                             ui.BadgeProps
}

// Props is the page of one import.
type Props struct {
	ID, File, Kind, Subtitle string
	State                    ui.BadgeProps
	Step                     int // of the stepper, from 1
	CSRF                     string
	Key                      string
}

func (p Props) url(rest string) string { return Path + "/" + p.ID + rest }

func (p Props) steps(ctx ctx) []string {
	return []string{i18n.T(ctx, "File"), i18n.T(ctx, "Columns"), i18n.T(ctx, "Check"), i18n.T(ctx, "Import")}
}

// MapProps is the form in which the columns are confirmed.
type MapProps struct {
	Props
	Form                         ui.Form
	Fields                       []Field
	Encodings, Separators, Dates []ui.Option
	Decimals, Stores, Columns    []ui.Option
	Header                       []string
	Sample                       [][]string
	Rows                         string // "about 6,880 rows"
	Orders                       bool
	Unsure                       string // translated: its days have two meanings; "" when they don't
}

// Field is something a file may tell, to be given a column.
type Field struct {
	Name, Label, Hint string
	Required          bool
}

// ProgressProps is how far the work on an import is.
type ProgressProps struct {
	Props
	Title, Text string
	Done, Total int64 // Total is 0 while not known
	Amount      string
}

// CheckProps is what a file would do.
type CheckProps struct {
	Props
	Figures   []ui.StatProps
	Warnings  []string
	Problems  []Problem
	More      string // "Shown are the first 50 of 1,204."
	BadRows   int64
	Nothing   bool   // the file has nothing new
	Empty     bool   // the file has no rows at all
	Unusable  string // why there is nothing to bring in, where rows have mistakes
	StartText string
	Days      string // translated: how its days were read; "" when it has none
	Unsure    bool   // they could be read in another way
	Form      ui.Form
}

// Problem is one mistake of the file.
type Problem struct{ Line, Column, Value, What string }

// DoneProps is what an import did, or what undoing it did.
type DoneProps struct {
	Props
	Title, Text string
	Tone        ui.Tone
	Figures     []ui.StatProps
	Facts       []ui.Fact
	Warnings    []string
	CanUndo     bool
	CanRetry    bool
	CanRemap    bool
	CanDiscard  bool
	Kept        []Kept
	KeptText    string
	Form        ui.Form
}

// Kept is something that undoing left alone.
type Kept struct{ What, Name, Href, Why string }

// AskProps is the question before an import is undone.
type AskProps struct {
	Props
	Text string
	Form ui.Form
}

func kinds(ctx ctx) []ui.Option {
	return []ui.Option{
		{Value: "orders", Label: i18n.T(ctx, "Past orders"), Hint: i18n.T(ctx, "They earn points as if each had come in at its own time. Guests and stores are added on the way."), Icon: "receipt-text"},
		{Value: "customers", Label: i18n.T(ctx, "Guests"), Hint: i18n.T(ctx, "Names and phone numbers, with the points they bring along. Guests you have already stay as they are."), Icon: "users"},
		{Value: "balances", Label: i18n.T(ctx, "Opening balances"), Hint: i18n.T(ctx, "Points for guests you have already, on top of what they have. A file gives each guest points once."), Icon: "coins"},
	}
}

func at(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}
