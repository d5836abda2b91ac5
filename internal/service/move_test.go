package service_test

import (
	"context"
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// An award goes to the right guest at that guest's tier, with its order; either
// row leads to the other.
func TestMoveAward(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	if _, err := f.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: two}, Points: 2000, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	o := f.order(t, one, "a", 4500) // 450 at Bronze, 900 at Gold
	refunded := loyalty.Minor(900)
	if _, err := f.Ledger.Change(t.Context(), owner, service.ChangeOrder{StoreID: store, OrderID: o.Order.ID, RefundedTotal: &refunded}); err != nil {
		t.Fatal(err)
	}
	cmd := service.MoveAward{TransactionID: o.Order.TransactionID, To: two}
	foretold, err := f.Ledger.PreviewMove(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Ledger.Move(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	if m.Reversal.Points != -360 || m.Given.Transaction.Points != 900 || m.Given.Transaction.Explanation.Multiplier != 200 || m.Given.Transaction.Reason != "Order #a" {
		t.Errorf("moved %+v, %+v", m.Reversal, m.Given.Transaction)
	}
	if foretold.Given.Balance != m.Given.Balance || foretold.Left != m.Left || foretold.Given.Transaction.Points != 900 {
		t.Errorf("foretold %+v", foretold)
	}
	f.holds(t, one, 0, 0, "Bronze")
	f.holds(t, two, 2720, 2720, "Gold")
	detail, err := f.Ledger.OrderDetail(t.Context(), owner, store, o.Order.ID, "")
	if err != nil || detail.Order.CustomerID != two || detail.Order.Earned != 900 || detail.Order.Reversed != 180 {
		t.Errorf("the order is %+v, %v", detail.Order, err)
	}
	for a, b := range map[loyalty.ID]loyalty.ID{m.Reversal.ID: m.Given.Transaction.ID, m.Given.Transaction.ID: m.Reversal.ID} {
		if linked, err := db.LinkOf(t.Context(), org, a); err != nil || linked != b {
			t.Errorf("%s leads to %s, %v", a, linked, err)
		}
	}
	f.proven(t, "moved")
	for what, again := range map[string]service.MoveAward{"again": cmd, "elsewhere": {TransactionID: cmd.TransactionID, To: ada}} {
		if _, err := f.Ledger.Move(t.Context(), owner, again); loyalty.CodeOf(err) != loyalty.CodeConflict {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := f.Ledger.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: cmd.TransactionID, Reason: "x"}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("taken back as well: %v", err)
	}
	// The order goes on with its new guest, and back.
	if _, err := f.Ledger.Move(t.Context(), owner, service.MoveAward{TransactionID: m.Given.Transaction.ID, To: one}); err != nil {
		t.Fatal(err)
	}
	f.holds(t, one, 360, 360, "Bronze")
	f.holds(t, two, 2000, 2000, "Gold")
	f.proven(t, "moved back")
	if err := f.Customers.Delete(t.Context(), owner, two); err != nil {
		t.Fatal(err)
	}
	f.proven(t, "with one of them erased")
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	gift, err := f.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: one}, Points: 150, Reason: "x"})
	if err != nil {
		t.Fatal(err)
	}
	cmd := service.MoveAward{TransactionID: gift.Transaction.ID, To: two}
	try := func(what, want string, actor loyalty.Actor, cmd service.MoveAward) {
		t.Helper()
		if _, err := f.Ledger.PreviewMove(t.Context(), actor, cmd); loyalty.CodeOf(err) != want {
			t.Errorf("%s, asked before: %v, want %s", what, err, want)
		}
		if _, err := f.Ledger.Move(t.Context(), actor, cmd); loyalty.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", what, err, want)
		}
	}
	try("a cashier", loyalty.CodeForbidden, till, cmd)
	try("to the same", loyalty.CodeValidation, owner, service.MoveAward{TransactionID: gift.Transaction.ID, To: one})
	try("to nobody", loyalty.CodeNotFound, owner, service.MoveAward{TransactionID: gift.Transaction.ID, To: id(99)})
	try("of nothing", loyalty.CodeNotFound, owner, service.MoveAward{TransactionID: id(99), To: two})
	spent := f.redeem(t, one)
	try("spent points", loyalty.CodeInsufficientPoints, owner, cmd)
	try("no award", loyalty.CodeConflict, owner, service.MoveAward{TransactionID: spent.Transaction.ID, To: two})
	db.Exec(t, `UPDATE programs SET negative_balance = 'allow'; UPDATE organizations SET config_version = config_version + 1`)
	if _, err := f.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: two, Frozen: true}); err != nil {
		t.Fatal(err)
	}
	try("to a frozen account", loyalty.CodeAccountFrozen, owner, cmd)
	cmd.To = ada
	if m, err := f.Ledger.Move(t.Context(), owner, cmd); err != nil || m.Left != -100 || m.Given.Transaction.Points != 150 || m.Given.Transaction.Explanation != nil {
		t.Errorf("into debt: %+v, %v", m, err)
	}
	f.proven(t, "in the end")
}

// Two managers move one award at once, to two guests: one of them does.
func TestMoveAtOnce(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	o := f.order(t, one, "a", 5000)
	move := func(to loyalty.ID) func() error {
		by := process(db)
		return func() error {
			_, err := by.Move(context.Background(), owner, service.MoveAward{TransactionID: o.Order.TransactionID, To: to})
			return err
		}
	}
	if got := atOnce(t, db, accounts, move(two), move(ada)); !is(got, "", loyalty.CodeConflict) {
		t.Errorf("outcomes %v", got)
	}
	f.proven(t, "after the race")
}
