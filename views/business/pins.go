package business

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

func pinLabel(ctx context.Context, who PINHolder) string {
	if who.Since != "" {
		return i18n.T(ctx, "Change")
	}
	return i18n.T(ctx, "Set a PIN")
}

// pinAttrs opens the form in the dialog; its label names the person for those
// who hear the buttons out of their rows.
func pinAttrs(ctx context.Context, who PINHolder) templ.Attributes {
	out := ui.ModalAttrs(who.Href)
	out["aria-label"] = pinLabel(ctx, who) + ": " + who.Name
	return out
}
