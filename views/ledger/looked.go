package ledger

import (
	"context"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// said names a button for those who hear it out of its row.
func said(label string) templ.Attributes { return templ.Attributes{"aria-label": label} }

// cancelHref asks before the points go back, and knows the way back.
func (r Redemption) cancelHref(p RedemptionsProps) string {
	q := url.Values{}
	for name, value := range map[string]string{"status": p.Status, "store": p.Store, "code": p.Code} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return r.CancelHref + "?" + q.Encode()
}

func asking(ctx context.Context, r Redemption, p RedemptionsProps) templ.Attributes {
	out := ui.ModalAttrs(r.cancelHref(p))
	out["aria-label"] = i18n.T(ctx, "Give back the points of %s for %s", r.Customer, r.Reward)
	return out
}

// claiming opens the question whose order it is; its label names the order for
// those who hear the links out of their rows.
func claiming(ctx context.Context, r Order) templ.Attributes {
	out := ui.ModalAttrs(r.ClaimHref)
	out["aria-label"] = i18n.T(ctx, "Give to a guest: %s", r.Ref)
	return out
}

// statusColumn leaves the status out where the tab says it of every row.
func (p RedemptionsProps) statusColumn() string {
	if p.Code == "" && p.Status == "issued" && !slices.ContainsFunc(p.Rows, func(r Redemption) bool { return r.Note != "" }) {
		return "hidden!"
	}
	return ""
}

// statusClass leaves the status out on a phone, where the tab says it already.
func (p RedemptionsProps) statusClass(r Redemption) string {
	if c := p.statusColumn(); c != "" {
		return c
	}
	if p.Code == "" && p.Status == "issued" && r.Note == "" {
		return "max-sm:hidden!"
	}
	return ""
}
