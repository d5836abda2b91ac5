package customers

import (
	"github.com/a-h/templ"

	"regulars/views/ui"
)

// PickProps is the choice of another guest: whom to merge with, or to whom an
// award belongs.
type PickProps struct {
	Title, Text string
	Back        string
	Problem     string // why the one who was chosen can't be; translated
	Find        ui.LookupProps
	Found       ui.MatchesProps // each leads to its preview
	Likely      []Likely
}

// PickedID is what is replaced as somebody types whom they mean.
const PickedID = "pick-results"

// Side is one of two guests who are compared.
type Side struct {
	Name, Href, Role, Balance, Lifetime, Tier string
	Rank                                      int
	Facts                                     []ui.Fact
	Folded                                    bool // has the facts on a phone, too, to be unfolded
}

// Choice is a contact detail that both guests have.
type Choice struct {
	Name, Label, Value string
	Options            []ui.Option
}

// MergeProps is what a merge would do.
type MergeProps struct {
	Action, Back, Swap string
	Stays, Goes, After Side
	Choices            []Choice
	Moves              []ui.SumLine
	Until              string // the day until which it can be undone
	Form               ui.Form
}

// AfterwardsID is what is replaced as somebody chooses between contact details.
const AfterwardsID = "merge-afterwards"

// choosing shows what the choices made so far would leave.
func (p MergeProps) choosing() templ.Attributes {
	return templ.Attributes{
		"hx-get": p.Action, "hx-include": "#merge-form [type=radio]", "hx-target": "#" + AfterwardsID, "hx-swap": "outerHTML",
		"hx-sync": "closest fieldset:replace", "hx-push-url": "false",
	}
}

// MoveProps is what moving an award would do.
type MoveProps struct {
	Action, Back string
	Award        string
	From, To     Side
	Taken, Given string
	Was, Will    []ui.SumLine // how the points were, and would be, worked out
	Differs      string       // says the difference; "" when there is none
	Form         ui.Form
}

// UndoProps asks whether a merge is to be undone.
type UndoProps struct {
	Action, Back, Text string
	Who                ui.PersonProps // who gets an account again, with the points that were brought
	Form               ui.Form
	Dialog             bool
}

// Merged is a merge that can still be undone.
type Merged struct{ Text, Href, Label string }
