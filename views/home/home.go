// Package home is the start page of managers and owners: what the program did
// and what it costs, by store and period. Every figure leads to what it counts.
package home

import (
	"context"

	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

// Props is the start page.
type Props struct {
	Title    string // the organization's name
	Subtitle string // the period in words
	Periods  []ui.Tab
	Days     string // the period chosen, as the address has it
	To       string // its last day, as the address has it; "" for today
	Last     string // says why the period isn't the latest
	Stores   []ui.Option
	Store    string // the one chosen; "" for all
	Waiting  int    // anomalies
	CaseHref string
	Stats    []ui.StatProps
	Daily    ui.ChartProps
	Sales    ui.ChartProps
	Tiers    []ui.Part
	Members  string // how many there are
	TierHref string
	Rewards  []ui.Part
	// Favorites says how many rewards were redeemed.
	Favorites string
	Catalog   string // address of the catalog; "" where the person has none
	Quiet     bool   // nothing happened in the period
	Steps     []Step // what to do first; empty once there is something to show
	NoProgram bool   // none is active, so nothing earns points yet
	MayMake   bool   // the person may set one up
}

// Step is something to do after the set-up.
type Step struct {
	Icon  string
	Title string
	Text  string
	Href  string
	Done  bool
}

// waitsFor says why there are no figures while no program is active.
func (p Props) waitsFor(ctx context.Context) string {
	if p.MayMake {
		return i18n.T(ctx, "No program is active yet, so bills earn no points.")
	}
	return i18n.T(ctx, "No program is active yet, so bills earn no points. An owner sets it up first.")
}

func (p Props) waiting(ctx context.Context) string {
	return i18n.N(ctx, "%d case waits for your decision.", "%d cases wait for your decision.", p.Waiting)
}

// more leads to the page that has all of it; nothing without an address.
func more(ctx context.Context, href string) templ.Component {
	if href == "" {
		return nil
	}
	return ui.Button(ui.ButtonProps{Label: i18n.T(ctx, "Show all"), Href: href, Kind: ui.Ghost, Small: true, Class: "-me-3 -mt-1"})
}
