package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"regulars/views/i18n"
	"regulars/views/ui"
)

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	return renderIn(t, "en", c)
}

func renderIn(t *testing.T, lang string, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(i18n.With(context.Background(), lang, time.UTC), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(s *goquery.Selection, name string) string { return s.AttrOr(name, "") }

func TestFieldTiesItsPartsTogether(t *testing.T) {
	doc := render(t, ui.Field(ui.FieldProps{
		Name: "amount", Label: "Amount", Hint: "Before tip.", Error: "Too much.", Prefix: "$", Suffix: "USD",
	}))
	input := doc.Find("input")
	if got, want := attr(doc.Find("label"), "for"), attr(input, "id"); got != want || want == "" {
		t.Errorf("the label is for %q, the input is %q", got, want)
	}
	if attr(input, "aria-invalid") != "true" {
		t.Error("a field with an error isn't marked invalid")
	}
	var said []string
	for id := range strings.FieldsSeq(attr(input, "aria-describedby")) {
		part := doc.Find("#" + id)
		if part.Length() != 1 {
			t.Errorf("described by %q, which is there %d times", id, part.Length())
		}
		said = append(said, strings.TrimSpace(part.Text()))
	}
	if got, want := strings.Join(said, "|"), "$|USD|Before tip.|Too much."; got != want {
		t.Errorf("described by %q, want %q", got, want)
	}
}

func TestFieldWithoutExplanations(t *testing.T) {
	input := render(t, ui.Field(ui.FieldProps{Name: "name", Label: "Name"})).Find("input")
	for _, name := range []string{"aria-describedby", "aria-invalid", "placeholder", "maxlength", "required"} {
		if _, ok := input.Attr(name); ok {
			t.Errorf("a plain field has %s", name)
		}
	}
}

func TestEveryControlHasItsLabelAndError(t *testing.T) {
	tests := map[string]templ.Component{
		"textarea": ui.TextArea(ui.TextAreaProps{Name: "x", Label: "Label", Error: "Wrong."}),
		"select":   ui.Select(ui.SelectProps{Name: "x", Label: "Label", Error: "Wrong."}),
		"checkbox": ui.Checkbox(ui.CheckProps{Name: "x", Label: "Label", Error: "Wrong."}),
		"switch":   ui.Switch(ui.CheckProps{Name: "x", Label: "Label", Error: "Wrong."}),
		"file":     ui.FileField(ui.FileProps{Name: "x", Label: "Label", Error: "Wrong."}),
		"money":    ui.MoneyField(ui.FieldProps{Name: "x", Label: "Label", Error: "Wrong."}, "$", 2),
	}
	for name, component := range tests {
		doc := render(t, component)
		control := doc.Find("[name=x]")
		if got := strings.TrimSpace(doc.Find("label[for='" + attr(control, "id") + "']").Text()); got != "Label" {
			t.Errorf("%s: labelled %q", name, got)
		}
		by := strings.Fields(attr(control, "aria-describedby"))
		if len(by) == 0 || strings.TrimSpace(doc.Find("#"+by[len(by)-1]).Text()) != "Wrong." {
			t.Errorf("%s: its error isn't tied to it: %v", name, by)
		}
	}
}

func TestTextIsEscaped(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	doc := render(t, ui.Field(ui.FieldProps{Name: "x", Label: evil, Value: evil, Error: evil, Hint: evil, Placeholder: evil}))
	if doc.Find("script").Length() != 0 {
		t.Fatal("a value became markup")
	}
	if got := attr(doc.Find("input"), "value"); got != evil {
		t.Errorf("the value came out as %q", got)
	}
	link := render(t, ui.Button(ui.ButtonProps{Label: "x", Href: "/x", Attrs: templ.Attributes{"data-x": evil}}))
	if link.Find("script").Length() != 0 || attr(link.Find("a"), "data-x") != evil {
		t.Error("an attribute became markup")
	}
}

func TestSelectAndChoices(t *testing.T) {
	options := []ui.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}
	doc := render(t, ui.Select(ui.SelectProps{Name: "x", Label: "L", Value: "b", Blank: "Any", Options: options}))
	if got := attr(doc.Find("option[selected]"), "value"); got != "b" {
		t.Errorf("selected %q, want b", got)
	}
	if got := doc.Find("option").First(); attr(got, "value") != "" || got.Text() != "Any" {
		t.Error("the blank option isn't first")
	}
	doc = render(t, ui.RadioCards(ui.ChoiceProps{Name: "x", Label: "Pick", Value: "a", Options: options}))
	if doc.Find("fieldset > legend").Text() != "Pick" || attr(doc.Find("input[checked]"), "value") != "a" {
		t.Error("radio cards lost their legend or their choice")
	}
	doc = render(t, ui.CheckGroup(ui.ChoiceProps{Name: "x", Label: "Pick", Options: options}, []string{"b"}))
	if checked := doc.Find("input[checked]"); checked.Length() != 1 || attr(checked, "value") != "b" {
		t.Error("the check group lost its choice")
	}
}

func TestButtonIsALinkOnlyWhenItCanBeFollowed(t *testing.T) {
	doc := render(t, ui.Button(ui.ButtonProps{Label: "Open", Href: "/x"}))
	if attr(doc.Find("a"), "href") != "/x" || doc.Find("button").Length() != 0 {
		t.Error("a button with an address should be a link")
	}
	doc = render(t, ui.Button(ui.ButtonProps{Label: "Open", Href: "/x", Disabled: true}))
	if doc.Find("a").Length() != 0 || doc.Find("button[disabled]").Length() != 1 {
		t.Error("a disabled link should be a disabled button")
	}
	doc = render(t, ui.Button(ui.ButtonProps{Label: "Edit", Icon: "pencil", IconOnly: true, Name: "do", Value: "edit"}))
	button := doc.Find("button")
	if attr(button, "aria-label") != "Edit" || attr(button, "type") != "submit" || attr(button, "value") != "edit" {
		t.Error("an icon button lost its name, type or value")
	}
	if attr(doc.Find("svg"), "aria-hidden") != "true" {
		t.Error("the icon is read out beside its label")
	}
}

func TestFormErrors(t *testing.T) {
	doc := renderIn(t, "es", ui.FormErrors("", []ui.FormError{{ID: "f-name", Message: "Falta el nombre."}, {Message: "Otra cosa."}}))
	box := doc.Find("[role=alert]")
	if attr(box, "tabindex") != "-1" {
		t.Error("the summary can't take the focus")
	}
	if got := attr(box.Find("a"), "href"); got != "#f-name" {
		t.Errorf("the line leads to %q", got)
	}
	if !strings.Contains(box.Text(), "Revisa el formulario") {
		t.Error("the summary's own words aren't in Spanish")
	}
	if render(t, ui.FormErrors("", nil)).Find("[role=alert]").Length() != 0 {
		t.Error("a form without errors has a summary")
	}
}

func TestPagingOfOnePage(t *testing.T) {
	doc := render(t, ui.Paging(ui.PagingProps{Label: "Pages", Summary: "1–6 of 6"}))
	if n := doc.Find("a, button").Length(); n != 0 || !strings.Contains(doc.Text(), "1–6 of 6") {
		t.Errorf("%d buttons that lead nowhere, says %q", n, doc.Text())
	}
}

func TestPagingEnds(t *testing.T) {
	doc := render(t, ui.Paging(ui.PagingProps{Label: "Pages", Summary: "1–20 of 40", NextHref: "/?page=2"}))
	if attr(doc.Find("a"), "href") != "/?page=2" || doc.Find("button[disabled]").Length() != 1 {
		t.Error("the first page should lead forward only")
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"María Gómez": "MG", "otto von Bismarck": "OB", "Cher": "C", "": "·", "  ": "·", "李 明": "李明", "(guest)": "·", "José Á.": "JÁ",
	} {
		if got := ui.Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

// What is drawn by hand escapes what it is given as templates do.
func TestPartsDrawnByHandEscape(t *testing.T) {
	const bad = `"><img src=x onerror=alert(1)>'&`
	for name, c := range map[string]templ.Component{
		"cell":   ui.Cell(ui.CellProps{Label: bad, Text: bad, Class: bad}),
		"node":   ui.Cell(ui.CellProps{Head: true, Class: bad, Node: ui.TierBadge(bad, 2)}),
		"person": ui.Person(ui.PersonProps{Name: bad, Sub: bad, Href: "/" + bad}),
		"script": ui.Person(ui.PersonProps{Name: "Ana", Href: "javascript:alert(1)"}),
		"plain":  ui.Person(ui.PersonProps{Name: bad}),
		"avatar": ui.Avatar(bad, bad),
		"badge":  ui.Badge(ui.BadgeProps{Label: bad, Title: bad, Icon: "gift"}),
		"icon":   ui.Icon("gift", bad),
		"hidden": ui.Hidden(bad, bad),
		"button": ui.Button(ui.ButtonProps{Label: bad, Class: bad}),
	} {
		var b strings.Builder
		if err := c.Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if html := b.String(); strings.Contains(html, "<img") || strings.Contains(html, "javascript:") {
			t.Errorf("%s: %s", name, html)
		}
	}
}
