package customers

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// labels names a form's fields for its error summary.
func labels(ctx context.Context, kind string) []ui.Label {
	switch kind {
	case Add, Edit:
		return []ui.Label{
			{Name: "name", Text: i18n.T(ctx, "Name")}, {Name: "phone", Text: i18n.T(ctx, "Phone")}, {Name: "email", Text: i18n.T(ctx, "E-mail")},
			{Name: "birthDate", Text: i18n.T(ctx, "Birth date")},
		}
	case Adjust:
		return []ui.Label{{Name: "amount", Text: i18n.T(ctx, "Points")}, {Name: "reason", Text: i18n.T(ctx, "Reason")}}
	case Award:
		return []ui.Label{{Name: "points", Text: i18n.T(ctx, "Points")}, {Name: "reason", Text: i18n.T(ctx, "Reason")}}
	case Reverse:
		return []ui.Label{{Name: "reason", Text: i18n.T(ctx, "Reason")}}
	}
	return nil
}

func cancel(dialog bool) templ.Attributes {
	if dialog {
		return templ.Attributes{"data-dialog-close": true}
	}
	return nil
}

// AfterID is what is replaced as the points of a correction are typed.
const AfterID = "adjust-after"

// crumbs lead from a form's own page back to whom it is about.
func (p FormProps) crumbs(ctx context.Context) []ui.Crumb {
	out := []ui.Crumb{{Label: i18n.T(ctx, "Customers"), Href: Path}}
	if p.Who.Name != "" {
		out = append(out, ui.Crumb{Label: p.Who.Name, Href: p.Back})
	}
	return out
}
