package service_test

import (
	"strings"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

var serverKey = []byte("a key of the server's own, 32 by")

// A card's link shows the guest's standing and nothing else of the person; its
// code finds the guest at the till, and no other search does so exactly.
func TestCardShowsAndFindsItsGuest(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	m := create(t, s, maria)
	cashier := loyalty.Actor{Role: loyalty.Cashier, OrgID: owner.OrgID, StaffID: owner.StaffID}
	stranger := loyalty.Actor{Role: loyalty.Owner, OrgID: id(77)}
	if _, err := s.Cards.Issue(t.Context(), stranger, service.IssueCard{CustomerID: m.ID, Key: serverKey}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("another organization gives the guest a card: %v", err)
	}
	made, err := s.Cards.Issue(t.Context(), cashier, service.IssueCard{CustomerID: m.ID, Key: serverKey})
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Token) < 22 {
		t.Errorf("the token %q has fewer than 128 bits", made.Token)
	}
	if found := traces(t, db, made.Token); found != nil {
		t.Errorf("the token is kept: %v", found)
	}
	face, err := s.Cards.Face(t.Context(), made.Token)
	if err != nil || face.FirstName != "María" || face.Tier.Name != "Bronze" || face.Code != made.Code || len(face.Offers) == 0 {
		t.Errorf("%+v, %v", face, err)
	}
	for _, typed := range []string{made.Code, strings.ToLower(loyalty.GroupedCode(made.Code))} {
		page, err := s.Customers.List(t.Context(), cashier, typed, loyalty.Page{Number: 1, Size: 20})
		if err != nil || page.Total != 1 || names(page.Members) != maria.Name {
			t.Errorf("%q finds %s, %v", typed, names(page.Members), err)
		}
	}
	if _, err := s.Cards.Of(t.Context(), stranger, m.ID, serverKey); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("another organization sees the card: %v", err)
	}
	again, err := s.Cards.Of(t.Context(), cashier, m.ID, serverKey)
	if err != nil || again.Token != made.Token {
		t.Errorf("the link can't be shown again: %q, %v", again.Token, err)
	}
	other, err := s.Cards.Of(t.Context(), cashier, m.ID, []byte("another key"))
	if err != nil || other.Token != "" {
		t.Errorf("another key makes the token %q, %v", other.Token, err)
	}
}

// Replaced, revoked, and of somebody who was forgotten: the card opens nothing
// and finds nobody.
func TestCardEnds(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	m := create(t, s, maria)
	issue := func() service.Issued {
		made, err := s.Cards.Issue(t.Context(), owner, service.IssueCard{CustomerID: m.ID, Key: serverKey})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	ended := func(what string, c service.Issued) {
		t.Helper()
		if _, err := s.Cards.Face(t.Context(), c.Token); loyalty.KindOf(err) != loyalty.NotFound {
			t.Errorf("%s: the link still works: %v", what, err)
		}
		page, err := s.Customers.List(t.Context(), owner, c.Code, loyalty.Page{Number: 1, Size: 20})
		if err != nil || len(page.Members) != 0 {
			t.Errorf("%s: the code still finds %s, %v", what, names(page.Members), err)
		}
	}
	first := issue()
	second := issue()
	ended("replaced", first)
	if _, err := s.Cards.Face(t.Context(), second.Token); err != nil {
		t.Errorf("the new card: %v", err)
	}
	if _, err := s.Cards.Revoke(t.Context(), owner, service.RevokeCard{CustomerID: m.ID}); err != nil {
		t.Fatal(err)
	}
	ended("revoked", second)
	if _, err := s.Cards.Revoke(t.Context(), owner, service.RevokeCard{CustomerID: m.ID}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("revoked twice: %v", err)
	}

	third := issue()
	if _, err := s.Customers.Anonymize(t.Context(), owner, service.AnonymizeCustomer{ID: m.ID}); err != nil {
		t.Fatal(err)
	}
	ended("forgotten", third)
	if _, err := s.Cards.Issue(t.Context(), owner, service.IssueCard{CustomerID: m.ID, Key: serverKey}); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a card for somebody who was forgotten: %v", err)
	}
	if err := s.Customers.Delete(t.Context(), owner, m.ID); err != nil {
		t.Errorf("a guest who had a card can't be deleted: %v", err)
	}
	log, _, err := service.NewAccess(s.Core).AuditLog(t.Context(), owner, loyalty.AuditFilter{Subject: "customer"}, loyalty.Page{Number: 1, Size: 20})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, row := range log {
		actions = append(actions, row.Action)
	}
	if got := strings.Join(actions, " "); got != "customer.delete customer.anonymize card.issue card.revoke card.issue card.issue customer.create" {
		t.Errorf("the audit log says %s", got)
	}
}

// A guest who was merged has the card of whom they have become, whichever id
// it is asked for by.
func TestCardOfAMergedGuest(t *testing.T) {
	t.Parallel()
	_, s, _, one, two := twice(t)
	s.Cards = service.NewCards(s.Core)
	issue := func(id loyalty.ID) service.Issued {
		t.Helper()
		made, err := s.Cards.Issue(t.Context(), owner, service.IssueCard{CustomerID: id, Key: serverKey})
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	works := func(c service.Issued) bool {
		_, err := s.Cards.Face(t.Context(), c.Token)
		return err == nil
	}
	ones, twos := issue(one), issue(two)
	fixture{s}.merge(t, one, two)
	if !works(ones) || !works(twos) {
		t.Error("a merge ends cards")
	}
	if held, err := s.Cards.Of(t.Context(), owner, two, serverKey); err != nil || held.CustomerID != one {
		t.Errorf("by the old id: %+v, %v", held.Card, err)
	}
	fresh := issue(two)
	if works(ones) || works(twos) || !works(fresh) {
		t.Error("the cards from before outlive the new one")
	}
	if _, err := s.Cards.Revoke(t.Context(), owner, service.RevokeCard{CustomerID: two}); err != nil || works(fresh) {
		t.Errorf("revoked by the old id, the card works on: %v", err)
	}
}
