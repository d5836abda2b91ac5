package service_test

import (
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// martin is a manager whose own guest account is Ada's.
func (s *scene) martin() loyalty.Actor {
	s.t.Helper()
	s.db.Exec(s.t, `UPDATE staff SET customer_id = $1 WHERE id = $2`, ada.String(), boss.StaffID.String())
	him := boss
	him.AccountID = ada
	return him
}

// bob is a second guest.
func (s *scene) bob() {
	s.t.Helper()
	guest(s.t, s.db, bob, "Bob")
	s.db.Exec(s.t, `UPDATE daily_stats SET day = '2025-12-31' WHERE customers = 1`) // as in newScene
}

// What people award themselves is held for a manager; what would give them
// points in another way is not for them to do.
func TestOwnAccountIsForOthers(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	him := s.martin()
	gift, err := s.Ledger.Award(t.Context(), him, service.AwardPoints{Customer: service.CustomerRef{ID: bob}, Points: 500, Reason: "x", StoreID: store})
	if err != nil {
		t.Fatal(err)
	}
	frozen := service.FreezeCustomer{ID: ada, Frozen: true}
	for what, try := range map[string]func(actor loyalty.Actor) error{
		"adjusting": func(actor loyalty.Actor) error {
			_, err := s.Ledger.Adjust(t.Context(), actor, service.AdjustPoints{Customer: service.CustomerRef{ID: ada}, Amount: 500, Reason: "x"})
			return err
		},
		"moving an award to it": func(actor loyalty.Actor) error {
			_, err := s.Ledger.PreviewMove(t.Context(), actor, service.MoveAward{TransactionID: gift.Transaction.ID, To: ada})
			return err
		},
		"merging somebody into it": func(actor loyalty.Actor) error {
			_, err := s.Customers.PreviewMerge(t.Context(), actor, service.MergeCustomers{ID: ada, SourceID: bob})
			return err
		},
		"merging it into somebody": func(actor loyalty.Actor) error {
			_, err := s.Customers.PreviewMerge(t.Context(), actor, service.MergeCustomers{ID: bob, SourceID: ada})
			return err
		},
		"thawing": func(actor loyalty.Actor) error {
			if _, err := s.Customers.Freeze(t.Context(), owner, frozen); err != nil {
				t.Fatal(err)
			}
			thaw := frozen
			thaw.Frozen = false
			_, err := s.Customers.Freeze(t.Context(), actor, thaw)
			if _, err := s.Customers.Freeze(t.Context(), owner, thaw); err != nil {
				t.Fatal(err)
			}
			return err
		},
	} {
		if err := try(him); loyalty.CodeOf(err) != loyalty.CodeForbidden {
			t.Errorf("%s: %v", what, err)
		}
		if err := try(owner); err != nil {
			t.Errorf("%s by another: %v", what, err)
		}
	}
}

// Points that wait for a manager don't get away by being moved, and are not
// waited for once they are gone.
func TestHeldPointsStayOrGo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "Thanks", StoreID: store}
	held, err := s.Ledger.Award(t.Context(), s.martin(), give)
	if err != nil {
		t.Fatal(err)
	}
	move := service.MoveAward{TransactionID: held.Transaction.ID, To: bob}
	if _, err := s.Ledger.Move(t.Context(), owner, move); loyalty.CodeOf(err) != loyalty.CodeNotAvailable {
		t.Errorf("moved away: %v", err)
	}
	give.Points = 150
	if _, err := s.Ledger.Award(t.Context(), owner, give); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: held.Transaction.ID, Reason: "Not for oneself"}); err != nil {
		t.Fatal(err)
	}
	spend := service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee}
	if r, err := s.Ledger.Redeem(t.Context(), lucia, spend); err != nil || r.Balance != 50 {
		t.Errorf("the other points can't be spent: %v", err)
	}
	proven(t, s.db)
}

// That a manager let one go is no leave to go on.
func TestSelfAwardIsHeldAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 100, Reason: "Birthday", StoreID: store}
	him := s.martin()
	for day := range 3 {
		s.at(noon.Add(time.Duration(day) * 24 * time.Hour))
		if _, err := s.Ledger.Award(t.Context(), him, give); err != nil {
			t.Fatal(err)
		}
		waiting, _, err := s.Anomalies.List(t.Context(), owner, loyalty.AnomalyFilter{Status: loyalty.PendingReview}, loyalty.Page{Number: 1, Size: 20})
		if err != nil || len(waiting) != 1 {
			t.Fatalf("day %d: %d cases wait, %v", day, len(waiting), err)
		}
		if c, err := s.Anomalies.Case(t.Context(), owner, waiting[0].ID); err != nil || c.Held.Held != 100 {
			t.Errorf("day %d: %+v, %v", day, c.Held, err)
		}
		release := service.DecideAnomaly{AnomalyID: waiting[0].ID, Status: loyalty.Dismissed, Note: "All right"}
		if _, err := s.Anomalies.Decide(t.Context(), owner, release); err != nil {
			t.Fatal(err)
		}
	}
}

// A catalog doesn't offer what would be refused.
func TestOffersLeaveHeldPointsOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "Thanks", StoreID: store}
	if _, err := s.Ledger.Award(t.Context(), s.martin(), give); err != nil {
		t.Fatal(err)
	}
	offers, err := s.Rewards.Offers(t.Context(), owner, service.OffersQuery{Customer: service.CustomerRef{ID: ada}})
	if err != nil || len(offers) != 1 || offers[0].Affordable || offers[0].Why.Code != loyalty.CodeInsufficientPoints {
		t.Errorf("%+v, %v", offers, err)
	}
}

// Undoing what was taken back for a case gives what the order is worth by then.
func TestUndoneReversalOfAnOrderThatIsOff(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		change service.ChangeOrder
		want   loyalty.Points
	}{
		"as it was":     {service.ChangeOrder{}, 6000},
		"cancelled":     {service.ChangeOrder{Status: loyalty.OrderCancelled}, 0},
		"refunded":      {service.ChangeOrder{Status: loyalty.OrderRefunded}, 0},
		"a third of it": {service.ChangeOrder{RefundedTotal: new(loyalty.Minor(20000))}, 4000},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			o := s.order(s.martin(), "1", ada, 60000)
			c := s.one("staff_favoritism", "own account")
			take := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Confirmed, Action: loyalty.ActionReversePoints}
			if _, err := s.Anomalies.Decide(t.Context(), judge, take); err != nil {
				t.Fatal(err)
			}
			test.change.StoreID, test.change.OrderID = store, o.ID
			if _, err := s.Ledger.Change(t.Context(), owner, test.change); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Anomalies.Undo(t.Context(), judge, service.UndoReversal{AnomalyID: c.ID}); err != nil {
				t.Fatal(err)
			}
			if b, life := balance(t, s.Ledger, s.db); b != test.want || life != test.want {
				t.Errorf("balance %d, lifetime %d, want %d", b, life, test.want)
			}
			proven(t, s.db)
		})
	}
}

// Findings come from the ledger, whose rows stay with whoever was merged: the
// account that is frozen is that of whom they have become, and so is the
// person who must not decide.
func TestCaseOfAMergedGuest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	s.open()
	s.db.Exec(t, `UPDATE staff SET customer_id = $1 WHERE id = $2`, ada.String(), boss.StaffID.String())
	s.Ledger.DetectWith(blind)
	s.at(time.Date(2026, 3, 11, 6, 0, 0, 0, time.UTC)) // two at night
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 80, Reason: "x", StoreID: store}
	if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Customers.Merge(t.Context(), owner, service.MergeCustomers{ID: bob, SourceID: ada}); err != nil {
		t.Fatal(err)
	}
	s.now.Add(time.Hour)
	if _, err := s.Detection.Round()(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org}); err != nil {
		t.Fatal(err)
	}
	c := s.cases("off_hours")[0]
	freeze := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Confirmed, Action: loyalty.ActionFreezeAccount}
	him := boss
	him.AccountID = bob
	if _, err := s.Anomalies.Decide(t.Context(), him, freeze); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("deciding about oneself: %v", err)
	}
	if _, err := s.Anomalies.Decide(t.Context(), owner, freeze); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Customers.Get(t.Context(), owner, service.CustomerRef{ID: bob}); err != nil || m.Enrollment.FrozenAt.IsZero() {
		t.Errorf("the account is open: %v", err)
	}
	if _, err := s.Anomalies.Unfreeze(t.Context(), owner, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Error(err)
	}
}
