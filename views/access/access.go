// Package access is the pages of coming in: signing in, and setting up a
// server that nobody has set up yet.
package access

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// SignInProps is the sign-in form.
type SignInProps struct {
	Form ui.Form
	Next string // where to go afterwards
	Till bool   // somebody has come in with a PIN, which isn't enough for Next
	// Ended says that the session has ended while the person was at work.
	Ended bool
}

// why says for what the person is asked to sign in.
func (p SignInProps) why(ctx context.Context) string {
	if p.Till {
		return i18n.T(ctx, "A PIN opens only the till. This page needs your password.")
	}
	if p.Ended {
		return i18n.T(ctx, "Your session has ended. Sign in, and you’re back where you were.")
	}
	return i18n.T(ctx, "Then you’re back where you were.")
}

// again has the password typed once more where it wasn't right, and what was
// wrong read out with it.
func (p SignInProps) again() templ.Attributes {
	if !p.Form.Failed() {
		return nil
	}
	return templ.Attributes{"data-focus": true, "aria-describedby": "sign-in-problem"}
}

// SetUpProps is the form of the first visit.
type SetUpProps struct {
	Form  ui.Form
	Zones []string // IANA names
}

// currencies are those offered first; any other can be had from the command
// line.
var currencies = []string{
	"USD", "EUR", "GBP", "PEN", "MXN", "COP", "ARS", "CLP", "BRL", "UYU", "PYG", "BOB", "CRC", "GTQ", "HNL", "NIO", "DOP", "CAD",
	"AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "TRY", "ILS", "AED", "ZAR", "INR", "SGD", "MYR", "THB",
	"IDR", "PHP", "VND", "KRW", "JPY",
}

func options(values []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i, v := range values {
		out[i] = ui.Option{Value: v, Label: strings.ReplaceAll(v, "_", " ")}
	}
	return out
}

func currencyOptions() []ui.Option {
	out := make([]ui.Option, len(currencies))
	for i, code := range currencies {
		out[i] = ui.Option{Value: code, Label: code}
		if symbol := i18n.MoneySymbol(code); symbol != code {
			out[i].Label += " (" + symbol + ")"
		}
	}
	return out
}

func setUpLabels(ctx context.Context) []ui.Label {
	return []ui.Label{
		{Name: "name", Text: i18n.T(ctx, "Name of the restaurant or group")},
		{Name: "storeName", Text: i18n.T(ctx, "First store")},
		{Name: "currency", Text: i18n.T(ctx, "Currency")},
		{Name: "timeZone", Text: i18n.T(ctx, "Time zone")},
		{Name: "programName", Text: i18n.T(ctx, "Name of the program")},
		{Name: "pointsPerCurrencyUnit", Text: i18n.T(ctx, "Points for each unit of currency spent")},
		{Name: "ownerName", Text: i18n.T(ctx, "Your name")},
		{Name: "ownerEmail", Text: i18n.T(ctx, "E-mail")},
		{Name: "ownerPassword", Text: i18n.T(ctx, "Password")},
	}
}
