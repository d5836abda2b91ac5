package service_test

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// A guest is erased under whom a case is filed that holds another guest's
// points: those stay held until somebody decides, and the case is the other's.
func TestCaseOfOthersOutlivesAnErasedGuest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	_, about := s.own(500)
	him := s.martin()
	s.db.Exec(t, `UPDATE staff SET customer_id = $1 WHERE id = $2`, bob.String(), boss.StaffID.String())
	him.AccountID = bob
	give := service.AwardPoints{Customer: service.CustomerRef{ID: bob}, Points: 300, Reason: "Thanks", StoreID: store}
	if _, err := s.Ledger.Award(t.Context(), him, give); err != nil {
		t.Fatal(err)
	}
	s.holds(about, 800, 0)
	if _, err := s.Anomalies.Comment(t.Context(), judge, service.CommentCase{AnomalyID: about, Text: "Ada has explained it"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Customers.Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	proven(t, s.db)
	s.holds(about, 300, 0)
	c, err := s.Anomalies.Case(t.Context(), judge, about)
	if err != nil || c.CustomerID != bob || c.TransactionCount != 1 || c.PointsInvolved != 300 || c.Status != loyalty.PendingReview {
		t.Errorf("the case is %+v, %v", c.Anomaly, err)
	}
	if n := number(t, s.db, `SELECT count(*) FROM anomaly_notes WHERE note <> ''`); n > 0 {
		t.Error("what was written about the guest is still there")
	}
	buy := func() error {
		_, err := s.Ledger.Redeem(t.Context(), lucia, service.RedeemReward{Customer: service.CustomerRef{ID: bob}, RewardID: coffee})
		return err
	}
	if err := buy(); loyalty.CodeOf(err) != loyalty.CodeInsufficientPoints {
		t.Errorf("spent before anybody decided: %v", err)
	}
	s.decide(about, loyalty.Dismissed, "")
	if err := buy(); err != nil {
		t.Errorf("after dismissing: %v", err)
	}
	proven(t, s.db)
}

// A case that froze the guest who is erased doesn't say that of the other.
func TestCaseSaysNothingOfTheOtherBeingFrozen(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	_, about := s.own(500)
	him := s.martin()
	s.db.Exec(t, `UPDATE staff SET customer_id = $1 WHERE id = $2`, bob.String(), boss.StaffID.String())
	him.AccountID = bob
	give := service.AwardPoints{Customer: service.CustomerRef{ID: bob}, Points: 300, Reason: "Thanks", StoreID: store}
	if _, err := s.Ledger.Award(t.Context(), him, give); err != nil {
		t.Fatal(err)
	}
	s.decide(about, loyalty.Confirmed, loyalty.ActionFreezeAccount)
	if err := s.Customers.Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	c, err := s.Anomalies.Case(t.Context(), judge, about)
	if err != nil || c.CustomerID != bob || c.Action != loyalty.ActionNone || c.Frozen {
		t.Errorf("the case is %+v, %v", c.Anomaly, err)
	}
}

// A case that is about nobody else goes with its guest, with what it held.
func TestCaseGoesWithItsGuest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	s.own(500)
	if err := s.Customers.Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	if n := number(t, s.db, `SELECT (SELECT count(*) FROM anomalies) + (SELECT count(*) FROM anomaly_signals WHERE anomaly_id IS NOT NULL) + (SELECT count(*) FROM review_holds)`); n > 0 {
		t.Errorf("%d rows are left of it", n)
	}
	proven(t, s.db)
}

// A case about several guests stays for the others, without what it said of
// the one who is erased.
func TestCaseForgetsWhatItSaidOfAnErasedGuest(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.bob()
	both := []loyalty.Person{{ID: ada, Kind: loyalty.PersonCustomer}, {ID: bob, Kind: loyalty.PersonCustomer}}
	hers, his := suspicion(1, "account_takeover", 0), suspicion(2, "rapid_earning", 1)
	hers.Names, hers.Score, hers.Description = both, 5, "hers"
	his.Names, his.Description, his.CustomerID = []loyalty.Person{both[1]}, "his", bob
	s.place(hers, his)
	if err := s.Customers.Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	c, err := s.Anomalies.Get(t.Context(), owner, hers.ID)
	if err != nil || c.CustomerID != bob || c.Description != "his" || c.Type != "rapid_earning" || c.Score != 1 {
		t.Errorf("the case is %+v, %v", c.Anomaly, err)
	}
	proven(t, s.db)
}
