package anomalies_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"regulars/views/anomalies"
	"regulars/views/i18n"
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

func one() anomalies.CaseProps {
	return anomalies.CaseProps{
		ID: "7", Sentence: "9 of 9 visits", Severity: "high", About: ui.PersonProps{Name: "Ana"}, Query: "?kind=off_hours",
		May: anomalies.Actions{Decide: true, Reverse: true, Freeze: true}, Form: ui.Form{Key: "k", CSRF: "t"},
		PrevHref: "/anomalies/6", NextHref: "/anomalies/8",
	}
}

func TestEachKeyDoesOneThing(t *testing.T) {
	doc := render(t, anomalies.Page(anomalies.QueueProps{Rows: []anomalies.Row{{Href: "/anomalies/7"}}, Case: ptr(one())}))
	for key, want := range map[string]string{
		"j": "/anomalies/8", "k": "/anomalies/6", "d": "/anomalies/7/dismiss?kind=off_hours", "r": "/anomalies/7/reverse?kind=off_hours",
		"f": "/anomalies/7/freeze?kind=off_hours",
	} {
		found := doc.Find(`[data-shortcut="` + key + `"]`)
		if found.Length() != 1 || found.AttrOr("href", "") != want || found.AttrOr("hx-get", "") != want {
			t.Errorf("%s leads to %q, want %q", key, found.AttrOr("href", ""), want)
		}
	}
	confirm := doc.Find(`form#decide button[data-shortcut="c"]`)
	if confirm.AttrOr("value", "") != "confirm" || confirm.Closest("form").AttrOr("action", "") != "/anomalies/7/decide?kind=off_hours" {
		t.Error("c doesn't confirm the case")
	}
}

func TestNobodyIsOfferedTheirOwnCase(t *testing.T) {
	p := one()
	p.Own, p.May = true, anomalies.Actions{}
	doc := render(t, anomalies.Case(p, false))
	if doc.Find("form").Length() != 0 || !strings.Contains(doc.Text(), "Nobody decides a case about themselves") {
		t.Error("someone could decide their own case")
	}
}

func TestEmptyQueueSaysWhy(t *testing.T) {
	if text := render(t, anomalies.Page(anomalies.QueueProps{})).Text(); !strings.Contains(text, "Nothing waits for you") {
		t.Error("nothing is said where nothing waits")
	}
	if text := render(t, anomalies.Page(anomalies.QueueProps{Filtered: true, ClearHref: "/anomalies"})).Text(); !strings.Contains(text, "No case matches") {
		t.Error("a filter isn't named as the reason")
	}
}

func TestDismissAsksForAReason(t *testing.T) {
	doc := render(t, anomalies.Question(anomalies.QuestionProps{Decision: "dismiss", Action: "/anomalies/7/decide"}))
	if doc.Find(`input[type=radio][name=reason]`).Length() != len(anomalies.Reasons) || doc.Find(`input[name=reason][checked]`).Length() != 0 {
		t.Error("a reason must be chosen, and none is chosen beforehand")
	}
}

func ptr[T any](v T) *T { return &v }
