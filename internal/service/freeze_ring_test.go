package service_test

import (
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
