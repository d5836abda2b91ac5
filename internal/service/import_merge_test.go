package service_test

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A file that has given a guest points does not give them again to whom the
// guest has become.
func TestBalancesOnceAcrossAMerge(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	brought(t, s, loyalty.ImportCustomers, guestList)
	const file = "Celular,Puntos\n+51 987 654 321,\"1,000\"\n"
	brought(t, s, loyalty.ImportBalances, file)
	source, err := s.Customers.ByPhone(t.Context(), owner, "+51987654321")
	if err != nil {
		t.Fatal(err)
	}
	survivor, err := s.Customers.ByPhone(t.Context(), owner, "+51987654322")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Customers.Merge(t.Context(), owner, service.MergeCustomers{ID: survivor.ID, SourceID: source.ID}); err != nil {
		t.Fatal(err)
	}
	if f := brought(t, s, loyalty.ImportBalances, file).Figures; f.Points != 0 || f.Known != 1 {
		t.Errorf("the same file again did %+v", f)
	}
	proven(t, db)
}

// A guest who carries a membership card is not one whom nobody has touched.
func TestUndoKeepsWhoHasACard(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	m := brought(t, s, loyalty.ImportCustomers, guestList)
	guest, err := s.Customers.ByPhone(t.Context(), owner, "+51987654321")
	if err != nil {
		t.Fatal(err)
	}
	card, err := s.Cards.Issue(t.Context(), owner, service.IssueCard{CustomerID: guest.ID, Key: serverKey})
	if err != nil {
		t.Fatal(err)
	}
	if f := undone(t, s, m.ID).Figures; f.Kept == 0 {
		t.Errorf("undid %+v", f)
	}
	if _, err := s.Cards.Face(t.Context(), card.Token); err != nil {
		t.Errorf("the card is gone: %v", err)
	}
	proven(t, db)
}
