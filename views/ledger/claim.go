package ledger

import (
	"github.com/a-h/templ"

	"regulars/views/ui"
)

// ClaimResultsID is what is replaced as somebody types whose order it is.
const ClaimResultsID = "claim-results"

// Claimed is the order that is given to a guest.
type Claimed struct{ Ref, Total, When, Machine, Store string }

// ClaimProps is the two steps of giving an order to a guest: who it is, and
// what that does.
type ClaimProps struct {
	Order   Claimed
	Back    string // the list of orders
	Refused string // translated: why it can't be given; "" when it can
	Dialog  bool

	Find  ui.LookupProps
	Found ui.MatchesProps

	Action, Again string // Again chooses another guest
	Form          ui.Form
	Name, Contact string // the guest
	Points, After string // "+27 points", "New balance: 142"
	TierUp        string // the tier it reaches
	Why           []ui.SumLine
}

// step opens another step of the two in the dialog, where there is one.
func (p ClaimProps) step(href string) templ.Attributes {
	if !p.Dialog {
		return nil
	}
	return ui.ModalAttrs(href)
}
