package service_test

import (
	"context"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// judge decides about boss's and lucia's cases.
var judge = loyalty.Actor{Role: loyalty.Owner, OrgID: org, StaffID: id(95)}

func (s *scene) decide(c loyalty.ID, to loyalty.AnomalyStatus, action loyalty.AnomalyAction) {
	s.t.Helper()
	s.now.Add(time.Second)
	if _, err := s.Anomalies.Decide(s.t.Context(), judge, service.DecideAnomaly{AnomalyID: c, Status: to, Action: action}); err != nil {
		s.t.Fatal(err)
	}
}

// holds fails the test unless the case holds so much, and so much is gone.
func (s *scene) holds(c loyalty.ID, held, spent loyalty.Points) {
	s.t.Helper()
	got, err := s.Anomalies.Case(s.t.Context(), judge, c)
	if err != nil || got.Held != (loyalty.CaseHold{Held: held, Spent: spent}) {
		s.t.Errorf("%+v, want %d held and %d spent; %v", got.Held, held, spent, err)
	}
}

// own puts points on ada's account, which is Martín's, and gives the award and
// its case.
func (s *scene) own(points loyalty.Points) (award, about loyalty.ID) {
	s.t.Helper()
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: points, Reason: "Thanks", StoreID: store}
	a, err := s.Ledger.Award(s.t.Context(), s.martin(), give)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.db.SQL.QueryRow(`SELECT anomaly_id FROM review_holds WHERE object_id = $1`, a.Transaction.ID.String()).Scan(&about); err != nil {
		s.t.Fatal(err)
	}
	return a.Transaction.ID, about
}

func (s *scene) buy() error {
	_, err := s.Ledger.Redeem(s.t.Context(), lucia, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
	return err
}

// A case that was dismissed and is so no more holds its points again, as far
// as they are there.
func TestHeldAgain(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		others, coffees   int // points awarded by others, coffees bought meanwhile
		taken             bool
		held, spent, free loyalty.Points
	}{
		"nothing was spent":       {0, 0, false, 500, 0, 0},
		"some was spent":          {0, 2, false, 300, 200, 0},
		"all was spent":           {0, 5, false, 0, 500, 0},
		"others were spent first": {150, 2, false, 450, 50, 0},
		"others were spent alone": {250, 1, false, 500, 0, 150},
		"it was taken back":       {150, 0, true, 0, 0, 150},
	} {
		for _, to := range []loyalty.AnomalyStatus{loyalty.PendingReview, loyalty.Confirmed} {
			t.Run(what+", then "+string(to), func(t *testing.T) {
				t.Parallel()
				s := newScene(t)
				award, about := s.own(500)
				s.holds(about, 500, 0)
				s.decide(about, loyalty.Dismissed, "")
				s.holds(about, 0, 0)
				if test.others > 0 {
					give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: loyalty.Points(test.others), Reason: "x"}
					if _, err := s.Ledger.Award(t.Context(), owner, give); err != nil {
						t.Fatal(err)
					}
				}
				for range test.coffees {
					if err := s.buy(); err != nil {
						t.Fatal(err)
					}
				}
				if test.taken {
					if _, err := s.Ledger.Reverse(t.Context(), owner, service.ReverseAward{TransactionID: award, Reason: "x"}); err != nil {
						t.Fatal(err)
					}
				}
				s.decide(about, to, "")
				s.holds(about, test.held, test.spent)
				if err := s.buy(); (err == nil) != (test.free >= 100) {
					t.Errorf("with %d to spend: %v", test.free, err)
				}
				proven(t, s.db)
				noted := `SELECT coalesce((detail->>'held')::bigint * 1000 + (detail->>'spent')::bigint, 0) FROM audit_log WHERE action = 'anomaly.decide' ORDER BY at DESC LIMIT 1`
				if n := number(t, s.db, noted); n != int64(test.held*1000+test.spent) {
					t.Errorf("the audit log notes %d", n)
				}
				s.decide(about, loyalty.Dismissed, "")
				s.holds(about, 0, test.spent)
				proven(t, s.db)
			})
		}
	}
}

// What was taken back and is given again is held as it was, for the case that
// holds it and by which it was not taken back, too.
func TestGivenAgainIsHeldAgain(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	award, about := s.own(500)
	other := suspicion(1, "rapid_earning", 0)
	other.Names, other.TransactionIDs = []loyalty.Person{{ID: id(97), Kind: loyalty.PersonStaff}}, []loyalty.ID{award}
	s.place(other)
	for _, by := range []loyalty.ID{about, other.ID} {
		s.decide(by, loyalty.Confirmed, loyalty.ActionReversePoints)
		s.holds(about, 0, 0)
		proven(t, s.db)
		if _, err := s.Anomalies.Undo(t.Context(), judge, service.UndoReversal{AnomalyID: by}); err != nil {
			t.Fatal(err)
		}
		s.holds(about, 500, 0)
		if err := s.buy(); loyalty.CodeOf(err) != loyalty.CodeInsufficientPoints {
			t.Errorf("spent although the case is not decided: %v", err)
		}
		proven(t, s.db)
	}
}

// A reward that was let go of waits for a manager again, unless it was handed
// out.
func TestRewardIsHeldAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		end         func(*service.Ledger, context.Context, loyalty.Actor, service.EndRedemption) (service.Redeemed, error)
		status      loyalty.RedemptionStatus
		held, spent loyalty.Points
	}{
		{"as it was", nil, loyalty.Held, 100, 0},
		{"handed out", (*service.Ledger).Fulfill, loyalty.Fulfilled, 0, 100},
		{"cancelled", (*service.Ledger).Cancel, loyalty.Cancelled, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, r := takeover(t)
			c := s.one("account_takeover", "")
			s.holds(c.ID, 100, 0)
			s.decide(c.ID, loyalty.Dismissed, "")
			end := service.EndRedemption{RedemptionID: r.Redemption.ID}
			if test.end != nil {
				if _, err := test.end(s.Ledger, t.Context(), boss, end); err != nil {
					t.Fatal(err)
				}
			}
			s.decide(c.ID, loyalty.PendingReview, "")
			s.holds(c.ID, test.held, test.spent)
			var status string
			if err := s.db.SQL.QueryRow(`SELECT status FROM redemptions`).Scan(&status); err != nil || status != string(test.status) {
				t.Errorf("it is %s, want %s; %v", status, test.status, err)
			}
			if _, err := s.Ledger.Fulfill(t.Context(), boss, end); err == nil {
				t.Error("handed out before a manager looked")
			}
			verified(t, s.db)
		})
	}
}

// Spending and opening the case again at once: what is held is in the balance.
func TestHeldAgainWhileSpending(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, about := s.own(200)
	s.decide(about, loyalty.Dismissed, "")
	spend := func() error {
		_, err := process(s.db).Redeem(t.Context(), lucia, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
		return err
	}
	got := atOnce(t, s.db, accounts, spend, spend, func() error {
		_, err := s.Anomalies.Decide(t.Context(), judge, service.DecideAnomaly{AnomalyID: about, Status: loyalty.PendingReview})
		return err
	})
	left, _ := balance(t, s.Ledger, s.db)
	s.holds(about, left, 200-left)
	if got[""] != 1+int(200-left)/100 {
		t.Errorf("outcomes %v with %d left", got, left)
	}
	proven(t, s.db)
}

// What is found while its case is being dismissed waits for a manager in
// another.
func TestHoldNeverComesToADismissedCase(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, about := s.own(200)
	s.now.Add(time.Minute)
	him := s.martin()
	dismiss := `UPDATE anomalies SET status = 'dismissed', decided_at = flagged_at; SELECT release_review(organization_id, id, flagged_at) FROM anomalies`
	got := atOnce(t, s.db, dismiss, func() error {
		_, err := process(s.db).Award(t.Context(), him, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 70, Reason: "Thanks", StoreID: store})
		return err
	})
	if !is(got, "") {
		t.Fatal(got)
	}
	s.holds(about, 0, 0)
	if n := number(t, s.db, `SELECT sum(points) FROM review_holds WHERE released_at IS NULL`); n != 70 {
		t.Errorf("%d points are held", n)
	}
	proven(t, s.db)
}
