package customers

import "regulars/views/ui"

// TakeBackProps asks before a whole bulk award is taken back.
type TakeBackProps struct {
	Form    ui.Form
	Dialog  bool
	ID      string
	Reason  string   // the award's
	Figures []Figure // what it would come to, where that is known
	Notes   []string
	Nothing bool // nothing is left to be taken back
	Submit  string
}

// Figure is one of the figures, formatted.
type Figure struct{ Label, Value string }

func (p TakeBackProps) url(rest string) string { return GivePath + "/" + p.ID + rest }
