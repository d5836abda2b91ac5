package rewards_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/rewards"
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

func TestEveryTypeOfRewardHasWords(t *testing.T) {
	var kinds []loyalty.RewardType
	for _, k := range rewards.Kinds {
		kinds = append(kinds, loyalty.RewardType(k.Value))
	}
	for _, known := range loyalty.RewardTypes() {
		if rewards.Icon(string(known), "") == "gift" {
			t.Errorf("%s has no icon among %v", known, kinds)
		}
	}
}

func TestCatalogSaysWhatIsMissing(t *testing.T) {
	for want, p := range map[string]rewards.CatalogProps{
		"There is no program yet":  {None: true},
		"No rewards yet":           {None: true, Program: true},
		"None is offered just now": {Program: true},
		"1 of the chef’s tasting":  {Program: true, Cards: []rewards.Card{{ID: "1", Name: "1 of the chef’s tasting"}}},
	} {
		if text := render(t, rewards.Catalog(p)).Text(); !strings.Contains(text, want) {
			t.Errorf("%q isn't said", want)
		}
	}
}

func TestRewardsMenuDependsOnItsState(t *testing.T) {
	for _, active := range []bool{true, false} {
		doc := render(t, rewards.Catalog(rewards.CatalogProps{Program: true, Cards: []rewards.Card{{ID: "1", Name: "Tea", Active: active}}}))
		if offers := doc.Find(`form[action="/rewards/1/active"] input[name=active]`).Length() == 1; offers == active {
			t.Errorf("an active (%v) reward's menu offers it: %v", active, offers)
		}
	}
}

func TestLimitsAreOpenWhereOneIsWrong(t *testing.T) {
	closed := render(t, rewards.Edit(rewards.FormProps{}))
	wrong := render(t, rewards.Edit(rewards.FormProps{Form: ui.Form{Errors: map[string]string{"stockRemaining": "Must be a whole number"}}}))
	if _, open := closed.Find("details").Attr("open"); open {
		t.Error("limits that nobody has set are in the way")
	}
	if _, open := wrong.Find("details").Attr("open"); !open {
		t.Error("an error is hidden")
	}
}
