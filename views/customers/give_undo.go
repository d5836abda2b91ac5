package customers

import "regulars/views/ui"

// TakeBackProps asks before a whole bulk award is taken back.
type TakeBackProps struct {
	Form    ui.Form
	Dialog  bool
	ID      string
	Reason  string         // the award's
	Figures []ui.StatProps // what it would come to
	Notes   []string
	Nothing bool // nothing is left to be taken back
	Submit  string
}

func (p TakeBackProps) url(rest string) string { return GivePath + "/" + p.ID + rest }
