package pages_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// naming is every use case that takes a name, and the field it is called.
func naming(r *lume, program loyalty.ID) map[string]func(name string, n int) (field string, err error) {
	ctx, by := r.T.Context(), r.System()
	a := r.Services.Access
	return map[string]func(name string, n int) (string, error){
		"guest": func(name string, _ int) (string, error) {
			_, err := r.Services.Customers.Create(ctx, by, service.CreateCustomer{Name: name})
			return "name", err
		},
		"guest changed": func(name string, _ int) (string, error) {
			_, err := r.Services.Customers.Update(ctx, by, service.UpdateCustomer{ID: r.guests[0], Name: &name})
			return "name", err
		},
		"reward": func(name string, _ int) (string, error) {
			_, err := r.Services.Rewards.Create(ctx, by, service.CreateReward{Fields: service.RewardFields{
				ProgramID: program, Name: service.Given(name), Cost: service.Given(int64(10)), Type: service.Given("perk"),
			}})
			return "name", err
		},
		"store": func(name string, _ int) (string, error) {
			_, err := a.SaveStore(ctx, by, service.SaveStore{Name: name, TimeZone: "America/Lima", Currency: r.Org.Currency, Active: true})
			return "name", err
		},
		"tier": func(name string, n int) (string, error) {
			_, err := r.Services.Programs.AddTier(ctx, by, service.AddTier{ProgramID: program, Fields: service.TierFields{
				Name: service.Given(name), MinPoints: service.Given(int64(10_000 + n)), Multiplier: service.Given(int64(1000)),
			}})
			return "name", err
		},
		"program": func(name string, _ int) (string, error) {
			_, err := r.Services.Programs.Change(ctx, by, service.ChangeProgram{ID: program, Fields: service.ProgramFields{Name: service.Given(name)}})
			return "name", err
		},
		"person": func(name string, n int) (string, error) {
			_, err := a.CreateStaff(ctx, by, service.CreateStaff{Email: fmt.Sprintf("p%d@trattoria.test", n), Name: name, Role: loyalty.Owner, Password: "a long password 7"})
			return "name", err
		},
		"event": func(name string, n int) (string, error) {
			_, err := r.Services.EventTypes.Create(ctx, by, service.CreateEventType{Key: fmt.Sprint("e", n), Fields: service.EventTypeFields{
				Name: service.Given(name), Mode: service.Given("fixed"), Points: service.Given(int64(5)),
			}})
			return "name", err
		},
		"key": func(name string, _ int) (string, error) {
			_, err := a.CreateKey(ctx, by, service.CreateKey{Name: name, Scopes: []loyalty.Scope{loyalty.LoyaltyRead}})
			return "name", err
		},
	}
}

// A name stands on one line. What breaks a line, moves it or turns it around is
// refused at its field, whatever is being named; what people are called in any
// script isn't.
func TestNamesStandOnOneLine(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	bad := []string{
		"Ada\nLovelace", "Ada\r\nLovelace", "Ada\tLovelace", "Ada\x00", "\x1b[31mAda", "Ada\x7fLovelace", "Ada\u0085Lovelace",
		"Ada\u2028Lovelace", "Ada\u2029Lovelace", "Ada \u202eecalevoL", "\u200b\u200d",
	}
	good := []string{
		"Núñez 🌮", "José Ángel", "Zoe\u0308 O’Neill-D’Arcy", "👩🏽\u200d🍳 La chef", "عبد\u200cالله", "שרה\u200f (Sara)", "陳大文", "\u2067דנה\u2069 Cohen", "  Ada  ", "Bea\n",
	}
	n := 0
	for what, give := range naming(r, firstProgram(t, r).ID) {
		for _, name := range bad {
			n++
			field, err := give(name, n)
			e, ok := errors.AsType[*loyalty.Error](err)
			if !ok || e.Kind != loyalty.Invalid || len(e.Fields) != 1 || e.Fields[0].Field != field {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
		for _, name := range good {
			n++
			if _, err := give(name, n); err != nil {
				t.Errorf("%s %q: %v", what, name, err)
			}
		}
	}
}

// The refusal names the field, to a till in English and on a form in the
// reader's language.
func TestANameOnTwoLinesSaysSo(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	const why = "must stand on one line: without line breaks, tabs and other control characters"
	refused := r.Do("POST", "/v1/loyalty/customers", r.Key(), `{"name":"Ada\nLovelace"}`).Want(t, 400, "VALIDATION_ERROR")
	if field, said := refused.Text(t, "error", "details", 0, "field"), refused.Text(t, "error", "details", 0, "message"); field != "name" || said != why {
		t.Errorf("%s: %s", field, said)
	}
	ada, _ := owners(t, r)
	ada.send("POST", "/preferences", url.Values{"lang": {"es"}})
	form := ada.send("POST", "/customers/new", url.Values{"name": {"Ada\nLovelace"}})
	if form.Status != 422 || !strings.Contains(form.Body, "ebe ir en una sola línea, sin saltos de línea, tabulaciones ni otros caracteres de control") {
		t.Errorf("%d %s", form.Status, form.Body)
	}
}

// A reason becomes one line, however it was typed or sent, so that nothing in
// it passes for a row of its own in a table, a file or the log; what isn't text
// is refused. A note keeps its lines, and is one cell's line in a file.
func TestReasonsStandOnOneLine(t *testing.T) {
	t.Parallel()
	r := newLume(t)
	ada, _ := owners(t, r)
	guest, typed := r.guests[0].String(), "Cold soup \r\n12 Mar,Ada,Corrected points,9999\u2028more\tsoup\n"
	const kept = "Cold soup 12 Mar,Ada,Corrected points,9999 more soup"
	body, err := json.Marshal(map[string]any{"points": 5, "reason": typed})
	if err != nil {
		t.Fatal(err)
	}
	given := r.Do("POST", "/v1/loyalty/customers/"+guest+"/award-points", r.Key(), string(body)).Want(t, 201, "")
	if got := given.Text(t, "data", "transaction", "reason"); got != kept {
		t.Errorf("awarded for %q", got)
	}
	form := ada.send("POST", "/customers/"+guest+"/adjust", url.Values{"amount": {"7"}, "reason": {typed}})
	if form.Status >= 400 {
		t.Fatalf("%d %s", form.Status, form.Body)
	}
	for _, bad := range []string{"a\x00b", "\x1b[2J", "\u202esoup", "\u200b", " \n "} {
		body, err := json.Marshal(map[string]any{"amount": 5, "reason": bad})
		if err != nil {
			t.Fatal(err)
		}
		r.Do("POST", "/v1/loyalty/customers/"+guest+"/adjust-points", r.Key(), string(body)).Want(t, 400, "VALIDATION_ERROR")
	}
	file := strings.TrimSpace(ada.send("GET", "/transactions.csv", nil).Body)
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil || len(rows) != strings.Count(file, "\n")+1 || strings.Count(file, `"`+kept+`"`) != 2 {
		t.Errorf("%d rows, %v, in\n%s", len(rows), err, file)
	}
	if page := words(document(t, ada.send("GET", "/audit", nil)).Find("main tbody")); strings.Count(page, "Reason: "+kept) != 2 {
		t.Errorf("the log: %s", page)
	}

	r.suspicious(t)
	r.Services.Anomalies.Examined(t.Context(), 20*time.Second)
	cases, _, err := r.Services.Anomalies.List(t.Context(), r.System(), loyalty.AnomalyFilter{}, loyalty.Page{Number: 1, Size: 5})
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	c := cases[0]
	note := service.CommentCase{AnomalyID: c.ID, Text: "Asked Bo.\r\nHe says no.\u202e"}
	if _, err := r.Services.Anomalies.Comment(t.Context(), r.System(), note); loyalty.KindOf(err) != loyalty.Invalid {
		t.Errorf("a note that turns what follows around: %v", err)
	}
	decided, err := r.Services.Anomalies.Decide(t.Context(), r.System(), service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Dismissed, Note: "Asked Bo.\r\nHe says no."})
	if err != nil || decided.Note != "Asked Bo.\nHe says no." {
		t.Errorf("noted %q, %v", decided.Note, err)
	}
	if file := ada.send("GET", "/anomalies/export.csv?status=all", nil).Body; !strings.Contains(file, "Asked Bo. He says no.\n") {
		t.Errorf("the file of cases:\n%s", file)
	}
}
