package pages_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

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
