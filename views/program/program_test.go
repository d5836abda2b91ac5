package program_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
)

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(i18n.With(context.Background(), "en", time.UTC), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func ladder() program.TiersProps {
	f := ui.Form{Key: "k"}
	p := program.TiersProps{ID: "1", Focus: -1, Ladder: ui.LadderProps{Max: 1000}}
	for i, name := range []string{"Bronze", "Gold"} {
		f = f.With(program.TierField(i, "name"), name).With(program.TierField(i, "minPoints"), []string{"0", "500"}[i])
		p.Rows = append(p.Rows, program.TierRow{Index: i, ID: name, Rank: i + 1})
	}
	p.Form = f
	return p
}

func TestLadderIsOneForm(t *testing.T) {
	doc := render(t, program.TiersPage(ladder()))
	form := doc.Find("form#tiers")
	if form.Length() != 1 || form.AttrOr("action", "") != "/program/1/tiers" {
		t.Fatal("the ladder isn't one form")
	}
	if got := form.Find(`input[name="tiers[1].minPoints"]`).AttrOr("value", ""); got != "500" {
		t.Errorf("Gold begins at %q", got)
	}
	for _, button := range []string{"add", "remove-0", "remove-1"} {
		b := form.Find(`button[name=do][value=` + button + `]`)
		if b.AttrOr("hx-post", "") != "/program/1/tiers/edit" || b.AttrOr("type", "") != "submit" {
			t.Errorf("%s works with or without JavaScript only", button)
		}
	}
}

func TestErrorsStandBesideTheirTier(t *testing.T) {
	p := ladder()
	p.Form.Errors = map[string]string{"tiers[1].minPoints": "Another tier starts at 0 points already"}
	doc := render(t, program.Editor(p))
	input := doc.Find(`input[name="tiers[1].minPoints"]`)
	if input.AttrOr("aria-invalid", "") != "true" || doc.Find(`input[name="tiers[0].minPoints"]`).AttrOr("aria-invalid", "") != "" {
		t.Error("the wrong field is marked")
	}
	if !strings.Contains(doc.Find(`[role=alert]`).Text(), "Gold · From: Another tier starts at 0") {
		t.Error("the summary doesn't name the tier and the field")
	}
}

func TestPreviewSaysWhyThereIsNone(t *testing.T) {
	doc := render(t, program.Preview(program.PreviewProps{Problem: "Not yet.", Headline: "2 members move up"}))
	if text := doc.Find("#preview").Text(); !strings.Contains(text, "Not yet.") || strings.Contains(text, "move up") {
		t.Errorf("the preview says %q", text)
	}
}

// An example in euros means nothing to a restaurant that sells in soles.
func TestEventsSpeakOfTheOwnCurrency(t *testing.T) {
	doc := render(t, program.EventPage(program.EventProps{Symbol: "S/", Form: ui.Form{Key: "k"}}))
	if text := doc.Text(); !strings.Contains(text, "2 points for each S/1 of a gift card") {
		t.Errorf("the example names another currency: %s", text)
	}
	if got := strings.TrimSpace(doc.Find("form .btn-primary").Text()); got != "Add event" {
		t.Errorf("a new event is saved by %q", got)
	}
}
