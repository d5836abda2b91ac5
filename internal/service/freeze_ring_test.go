package service_test

import (
	"fmt"
	"slices"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Freezing the accounts of a ring freezes all of them, and lifting that leaves
// the one frozen that had been so before.
func TestARingIsFrozenWhole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	ring := suspicion(1, "account_ring", 0)
	ring.Names = []loyalty.Person{{ID: ada, Kind: loyalty.PersonCustomer}, {ID: bob, Kind: loyalty.PersonCustomer}}
	s.place(ring)
	c := s.cases("account_ring")[0]
	frozen := func(want string, open int) {
		t.Helper()
		got := ""
		for name, id := range map[string]loyalty.ID{"ada": ada, "bob": bob} {
			m, err := s.Customers.Get(t.Context(), owner, service.CustomerRef{ID: id})
			if err != nil {
				t.Fatal(err)
			}
			if !m.Enrollment.FrozenAt.IsZero() && got != "" {
				got = "both"
			} else if !m.Enrollment.FrozenAt.IsZero() {
				got = name
			}
		}
		now, err := s.Anomalies.Case(t.Context(), judge, c.ID)
		if err != nil || got != want || now.Accounts-now.FrozenNow != open || now.Frozen != (open == 0) {
			t.Errorf("frozen: %q, %d of %d, %v; want %q", got, now.FrozenNow, now.Accounts, err, want)
		}
	}
	frozen("", 2)
	if _, err := s.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: bob, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	frozen("bob", 1)
	s.decide(c.ID, loyalty.Confirmed, loyalty.ActionFreezeAccount)
	frozen("both", 0)
	if _, err := s.Anomalies.Unfreeze(t.Context(), judge, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Fatal(err)
	}
	frozen("bob", 1)
	if _, err := s.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: bob}); err != nil {
		t.Fatal(err)
	}
	s.decide(c.ID, loyalty.Confirmed, loyalty.ActionFreezeAccount)
	frozen("both", 0)
	if _, err := s.Anomalies.Unfreeze(t.Context(), judge, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Fatal(err)
	}
	frozen("", 2)
	verified(t, s.db)
}

// Of a ring of more accounts than a page names, all are counted, frozen and
// opened again; who was merged counts as whom that has become.
func TestALargeRingIsFrozenWhole(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	const size = 60
	ring := suspicion(1, "account_ring", 0)
	ring.Names = nil
	for i := range size {
		made, err := s.Customers.Create(t.Context(), owner, service.CreateCustomer{Name: fmt.Sprint("Promo ", i)})
		if err != nil {
			t.Fatal(err)
		}
		ring.Names = append(ring.Names, loyalty.Person{ID: made.ID, Kind: loyalty.PersonCustomer})
	}
	ring.CustomerID = ring.Names[0].ID
	ring.CaseKey = "ring:" + ring.CustomerID.String()
	ring.Names = append(ring.Names, loyalty.Person{ID: lucia.StaffID, Kind: loyalty.PersonStaff})
	if _, err := s.Customers.Merge(t.Context(), owner, service.MergeCustomers{ID: ring.Names[0].ID, SourceID: ring.Names[1].ID}); err != nil {
		t.Fatal(err)
	}
	s.place(ring)
	c := s.cases("account_ring")[0]
	frozen := func(want int) {
		t.Helper()
		now, err := s.Anomalies.Case(t.Context(), judge, c.ID)
		if err != nil || now.Accounts != size-1 || now.FrozenNow != want || now.Frozen != (want == size-1) {
			t.Errorf("frozen: %d of %d, %v, %v; want %d of %d", now.FrozenNow, now.Accounts, now.Frozen, err, want, size-1)
		}
		if !slices.ContainsFunc(now.Names, func(n loyalty.CaseName) bool { return n.ID == lucia.StaffID }) {
			t.Error("the cashier is left out for the many accounts")
		}
		if n := number(t, s.db, `SELECT count(*) FROM enrollments WHERE frozen_at IS NOT NULL`); n != int64(want) {
			t.Errorf("%d accounts are frozen, want %d", n, want)
		}
	}
	frozen(0)
	s.decide(c.ID, loyalty.Confirmed, loyalty.ActionFreezeAccount)
	frozen(size - 1)
	if _, err := s.Anomalies.Unfreeze(t.Context(), judge, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Fatal(err)
	}
	frozen(0)
	verified(t, s.db)
}

// The place of a case is where the list has it, whatever the list is.
func TestPlaceOfACase(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for i := range 7 {
		a := suspicion(i*50_000, "account_ring", 0)
		a.Score, a.PointsInvolved = float64(1+i*3%5), loyalty.Points(100+i%2)
		if i%3 == 0 {
			a.Type, a.Severity = "off_hours", "high"
		}
		s.place(a)
	}
	for _, f := range []loyalty.AnomalyFilter{
		{}, {Ranked: true}, {Ranked: true, Severity: "low"}, {Type: "off_hours", StoreIDs: []loyalty.ID{store}}, {Status: loyalty.PendingReview, Line: loyalty.BelowLine, Ranked: true},
	} {
		rows, _, err := s.Anomalies.List(t.Context(), judge, f, loyalty.Page{Number: 1, Size: 50})
		if err != nil || len(rows) < 2 {
			t.Fatalf("%d cases, %v", len(rows), err)
		}
		for i, r := range rows {
			if at, err := s.Anomalies.Place(t.Context(), judge, f, r.ID); err != nil || at != i {
				t.Errorf("%+v: the case at %d is said to be at %d, %v", f, i, at, err)
			}
		}
	}
	rows := s.cases("off_hours")
	if _, err := s.Anomalies.Place(t.Context(), judge, loyalty.AnomalyFilter{Type: "account_ring"}, rows[0].ID); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("a case outside of the list: %v", err)
	}
}
