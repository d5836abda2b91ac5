package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/webtest"
)

// pageForm is a form of a page, filled in so that it could be sent.
type pageForm struct {
	action string
	fields url.Values
	files  bool
}

// filledIn is what stands in an empty field of a type.
var filledIn = map[string]string{
	"email": "x@example.com", "tel": "+51987000222", "number": "1", "date": "1990-01-01", "password": webtest.Password, "time": "09:00", "datetime-local": "2026-03-10T12:00",
}

// formsOf are all the forms that a person finds on the pages there are, by
// what they change: those that take something away come last.
func formsOf(t *testing.T, s *webtest.Server, who *browser, x *things) []pageForm {
	t.Helper()
	found := map[string]pageForm{}
	for _, r := range pageRoutes(s) {
		if r.Method != fiber.MethodGet || strings.HasSuffix(r.Path, ".csv") {
			continue
		}
		page := path(r, x)
		res := (&browser{s: s, cookie: who.cookie, header: who.header}).do("GET", page, nil)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(res.Body))
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("form[method=post]").Each(func(_ int, form *goquery.Selection) {
			f := pageForm{action: form.AttrOr("action", page), fields: fieldsOf(form), files: form.AttrOr("enctype", "") != ""}
			if f.action != "/logout" && f.action != "/preferences" && !strings.HasPrefix(f.action, "/settings/security") && f.action != "/till/lock" {
				found[f.action+" "+strings.Join(slices.Sorted(maps.Keys(f.fields)), " ")] = f
			}
		})
	}
	takes := func(action string) bool {
		for _, word := range []string{"delete", "anonymize", "revoke", "discard", "freeze", "undo", "merge", "active", "decide"} {
			if strings.Contains(action, word) {
				return true
			}
		}
		return false
	}
	forms := slices.Collect(maps.Values(found))
	slices.SortFunc(forms, func(a, b pageForm) int {
		if takes(a.action) != takes(b.action) {
			if takes(a.action) {
				return 1
			}
			return -1
		}
		return strings.Compare(a.action+a.fields.Encode(), b.action+b.fields.Encode())
	})
	return forms
}

func fieldsOf(form *goquery.Selection) url.Values {
	fields := url.Values{}
	form.Find("input, select, textarea, button[name]").Each(func(_ int, in *goquery.Selection) {
		name, kind := in.AttrOr("name", ""), in.AttrOr("type", "")
		_, checked := in.Attr("checked")
		if name == "" || name == "csrf" || name == "key" || kind == "file" || kind == "radio" && !checked && fields.Has(name) {
			return
		}
		value := in.AttrOr("value", "")
		switch goquery.NodeName(in) {
		case "select":
			option := in.Find("option[selected]")
			if option.Length() == 0 {
				option = in.Find("option")
			}
			value = option.First().AttrOr("value", "")
		case "textarea":
			value = in.Text()
		}
		if value == "" {
			if value = filledIn[kind]; value == "" {
				value = "x"
			}
		}
		if kind == "radio" && !checked && fields.Has(name) || kind == "radio" {
			fields.Set(name, value)
			return
		}
		fields.Add(name, value)
	})
	return fields
}

// send sends the form as the browser of a person does, in the encoding it says.
func (b browser) send(t *testing.T, f pageForm) webtest.Response {
	t.Helper()
	if !f.files {
		return b.do("POST", f.action, f.fields)
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range f.fields {
		for _, v := range values {
			if err := w.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	file, err := w.CreateFormFile("file", f.fields.Get("name")+".csv")
	if err == nil {
		_, err = fmt.Fprintf(file, "name,phone\n%s,1\n", strings.Join(slices.Sorted(maps.Keys(f.fields)), ""))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", f.action, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Cookie", b.cookie)
	r.Header.Set(b.header[0], b.header[1])
	return b.s.Send(r)
}

// What a neighbour sends to our forms, filled in as we would, is answered like
// something that isn't there, and changes nothing of ours.
func TestFormsOfNeighbours(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	forms := formsOf(t, s, signedIn(t, s, ownerEmail), mine)
	if len(forms) < 30 {
		t.Fatalf("only %d forms were found", len(forms))
	}
	s.Other()
	stranger := signedIn(t, s, "owner@bistro.test")
	send := func(f pageForm) webtest.Response {
		return browser{s: s, cookie: stranger.cookie, header: stranger.header}.send(t, f)
	}
	before := tables(t, s)
	for _, f := range forms {
		res := send(f)
		ours := strings.Contains(res.Body, "Trattoria") || strings.Contains(res.Body, "torta\"") && !strings.Contains(f.fields.Encode(), "torta")
		nothing := f
		nothing.action = uuid.ReplaceAllStringFunc(f.action, func(string) string { return loyalty.NewID(s.Clock.Now()).String() })
		if missing := send(nothing); res.Status >= 500 || ours || nothing.action != f.action && res.Status != missing.Status {
			t.Errorf("%s: %d, for what isn't there %d; shows what is ours: %t", f.action, res.Status, missing.Status, ours)
		}
	}
	if after := tables(t, s); after != before {
		t.Errorf("what is ours was changed:\n%s", firstDifference(before, after))
	}
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

func firstDifference(a, b string) string {
	one, other := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(one), len(other)) {
		if one[i] != other[i] {
			return one[i] + "\n" + other[i]
		}
	}
	return fmt.Sprintf("%d lines, then %d", len(one), len(other))
}

// Each field of each form takes whatever is typed into it: the answer is no
// failure, and what was stored comes back as text.
func TestHostileTextInForms(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	mine := furnish(t, s)
	owner := signedIn(t, s, ownerEmail)
	forms, n, stored := formsOf(t, s, owner, mine), 0, 0
	for _, f := range forms {
		for _, name := range slices.Sorted(maps.Keys(f.fields)) {
			// Each field gets the worst, and of the others each a few.
			for _, text := range []string{nasty, "a\x00b", "\xff\xfe\xc3", hostile[n%len(hostile)], hostile[(n+7)%len(hostile)]} {
				n++
				spoiled := pageForm{f.action, maps.Clone(f.fields), f.files}
				spoiled.fields[name] = []string{text}
				res := browser{s: s, cookie: owner.cookie, header: owner.header}.send(t, spoiled)
				harmless(t, fiber.Route{Method: "POST", Path: f.action + " " + name}, text, res)
				if res.Status == 303 {
					stored++
				}
			}
		}
	}
	if n < 300 || stored < 10 {
		t.Errorf("%d texts sent, %d taken: this proves little", n, stored)
	}
	for _, r := range pageRoutes(s) {
		if r.Method == fiber.MethodGet {
			harmless(t, r, "what was stored", ask(s, owner, "", r, path(r, mine), ""))
		}
	}
}

// nasty is short enough for every field, and breaks what isn't careful.
const nasty = `'"></textarea><img src=x onerror=planted()>` + "\u202e🍕\ufeff"
