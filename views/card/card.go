// Package card draws the membership card: as its guest sees it, and as staff
// hand it out.
package card

import (
	"github.com/a-h/templ"

	"regulars/views/ui"
)

// Path is where cards are; the token of a card's link follows.
const Path = "/card"

// FaceProps is a card as its guest sees it.
type FaceProps struct {
	Member   ui.MemberCardProps
	Notice   string                // why points can't be spent just now; "" when they can
	Progress *ui.TierProgressProps // nil without a program
	Gives    string                // translated: what the tier's benefits are called
	Benefits string                // of the tier, as the owner wrote them; "" for none
	Within   []Reward              // what the points are enough for
	More     []Reward              // what else they are, folded away
	Next     *Reward               // what comes next; nil when nothing does
}

// Wide reports whether there is enough to stand beside the card.
func (p FaceProps) Wide() bool { return len(p.Within) > 0 || p.Next != nil }

// Reward is one that a guest can have, or is on the way to.
type Reward struct {
	Name, Cost, Icon string
	Note             string // "120 points to go"
	Have, Need       int64  // points
}

// HandoutProps is a guest's card as staff see it, who hand it out.
type HandoutProps struct {
	Name   string // the guest's
	Action string // address of the page, which the form is sent to
	Back   string // the guest's page
	Form   ui.Form
	Dialog bool // drawn into the layout's dialog instead of a page
	Issued string
	Code   string          // in groups; "" when the guest has no card
	Link   string          // "" when it can't be shown again
	QR     templ.Component // of Link
	Note   string          // what has just happened
}
