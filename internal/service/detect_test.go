package service_test

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// scene is a restaurant whose clock is moved by hand, with a cashier, Lucía,
// who signs in and may have a guest account of her own.
type scene struct {
	*service.Services
	t   testing.TB
	db  *pgtest.DB
	now *testclock.Clock
}

var lucia = loyalty.Actor{Role: loyalty.Cashier, OrgID: org, StaffID: id(70), StoreIDs: []loyalty.ID{store}}

// boss is a manager whom no case names.
var boss = loyalty.Actor{Role: loyalty.Manager, OrgID: org, StaffID: id(71)}

func newScene(t testing.TB) *scene {
	t.Helper()
	db, _ := restaurant(t)
	s := &scene{t: t, db: db, now: testclock.At(noon)}
	db.Exec(t, `UPDATE daily_stats SET day = '2025-12-31'`) // New Year's Day begins later in New York
	s.Services = service.New(db, s.now.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	db.Exec(t, fmt.Sprintf(`INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at) VALUES
		('%[1]s', '%[2]s', 'l@x', 'Lucía', 'cashier', '', '2026-01-01'), ('%[1]s', '%[3]s', 'm@x', 'Martín', 'manager', '', '2026-01-01')`,
		org, lucia.StaffID, boss.StaffID))
	return s
}

func (s *scene) at(t time.Time) { s.now.Set(t) }

func (s *scene) order(by loyalty.Actor, ref string, who loyalty.ID, total loyalty.Minor) loyalty.Order {
	s.t.Helper()
	r, err := s.Ledger.Submit(s.t.Context(), by, service.SubmitOrder{
		StoreID: store, ExternalID: ref, Customer: service.CustomerRef{ID: who}, Total: total, Status: loyalty.OrderCompleted,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Order
}

// cases are all there are of the kind, after everything was examined.
func (s *scene) cases(kind string) []loyalty.AnomalyRow {
	s.t.Helper()
	s.Anomalies.Examined(s.t.Context(), 20*time.Second)
	list, _, err := s.Anomalies.List(s.t.Context(), boss, loyalty.AnomalyFilter{Type: kind}, loyalty.Page{Number: 1, Size: 50})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// one is the only case of the kind, which names these people and says so in a
// sentence that holds the words.
func (s *scene) one(kind, words string, names ...loyalty.ID) loyalty.AnomalyRow {
	s.t.Helper()
	list := s.cases(kind)
	if len(list) != 1 {
		s.t.Fatalf("%d cases of %s, want 1: %+v", len(list), kind, list)
	}
	c := list[0]
	if !strings.Contains(c.Description, words) || len(c.Evidence) == 0 || c.Evidence["reason"] == "" {
		s.t.Errorf("%s says %q with %v, want it to hold %q", kind, c.Description, c.Evidence, words)
	}
	people, err := s.db.CasePeople(s.t.Context(), org, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, id := range names {
		found := false
		for _, p := range people {
			found = found || p.ID == id
		}
		if !found {
			s.t.Errorf("%s names %v, not %s", kind, people, id)
		}
	}
	return c
}

// open sets the store's hours to noon until ten at night, every day.
func (s *scene) open() {
	s.t.Helper()
	var hours loyalty.OpeningHours
	for i := range hours {
		hours[i].From, hours[i].To = 12*60, 22*60
	}
	_, err := s.Access.SaveStore(s.t.Context(), owner, service.SaveStore{ID: store, Name: "Pier 1", TimeZone: "America/New_York", Active: true, Hours: &hours})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestAwardBehindClosedDoors(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.open()
	s.at(time.Date(2026, 3, 10, 18, 0, 0, 0, time.UTC)) // two in the afternoon in New York
	give := service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 80, Reason: "Sorry", StoreID: store}
	if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
		t.Fatal(err)
	}
	if n := len(s.cases("off_hours")); n != 0 {
		t.Fatalf("%d cases in the afternoon", n)
	}
	s.at(time.Date(2026, 3, 11, 6, 0, 0, 0, time.UTC)) // two at night
	if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
		t.Fatal(err)
	}
	c := s.one("off_hours", "80 points awarded at 02:00", ada, lucia.StaffID)
	if c.SubjectKind != loyalty.PersonStaff || c.SubjectName != "Lucía" || c.Guests != 1 {
		t.Errorf("it is about %s %q and %d guests", c.SubjectKind, c.SubjectName, c.Guests)
	}
	if c.Severity != "high" || c.CustomerID != ada || c.StaffID != lucia.StaffID || c.PointsInvolved != 80 || c.TransactionCount != 1 {
		t.Errorf("%+v", c)
	}
	// The same people within the story: the case grows.
	s.at(time.Date(2026, 3, 12, 6, 0, 0, 0, time.UTC))
	if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
		t.Fatal(err)
	}
	if c = s.one("off_hours", "80 points"); c.PointsInvolved != 160 || c.TransactionCount != 2 {
		t.Errorf("grown: %d points, %d transactions", c.PointsInvolved, c.TransactionCount)
	}
}

// Each part lifts the guest a tier, so that the parts earn more than one check
// would have.
func TestSplitCheck(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for i := range 12 {
		s.db.Exec(t, `INSERT INTO tiers (organization_id, id, program_id, name, min_points, multiplier, created_at) VALUES ($1, $2, $3, $4, $5, $6, now())`,
			org.String(), loyalty.NewID(noon).String(), prog.String(), fmt.Sprint("T", i), 10+20*i, 120+40*i)
	}
	s.db.Exec(t, `UPDATE tiers SET min_points = 100000 + min_points, multiplier = 1000 WHERE name IN ('Silver', 'Gold'); UPDATE organizations SET config_version = config_version + 1`)
	s.db.Exec(t, `UPDATE programs SET anomaly_settings = '{"rapid_earning": {"enabled": false}}'; UPDATE organizations SET config_version = config_version + 1`)
	for i := range 7 {
		s.at(noon.Add(time.Duration(i) * 2 * time.Minute))
		s.order(lucia, fmt.Sprint(i), ada, 150)
	}
	c := s.one("split_orders", "points more than one would", ada)
	if c.TransactionCount < 5 || c.CustomerID != ada {
		t.Errorf("%+v", c)
	}
}

func TestRefundAbuse(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.db.Exec(t, `UPDATE programs SET negative_balance = 'allow'; UPDATE organizations SET config_version = config_version + 1`)
	for i := range 2 {
		s.at(noon.Add(time.Duration(i) * 48 * time.Hour))
		o := s.order(lucia, fmt.Sprint(i), ada, 3000)
		if _, err := s.Ledger.Redeem(t.Context(), lucia, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, StoreID: store}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Ledger.Change(t.Context(), lucia, service.ChangeOrder{StoreID: store, OrderID: o.ID, Status: loyalty.OrderRefunded}); err != nil {
			t.Fatal(err)
		}
	}
	c := s.one("refund_abuse", "2 refunds by one cashier left a debt", ada, lucia.StaffID)
	if !c.Hard || c.Severity != "high" {
		t.Errorf("one cashier doing both is a broken rule: %+v", c)
	}
}

// A second family member asking for a receipt is a weak sign; the same account
// asking for another's again and again is a broken rule, and asking twice for
// one is a retry.
func TestDuplicateClaim(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	guest(t, s.db, bob, "Bob")
	claim := func(o loyalty.Order) {
		t.Helper()
		change := service.ChangeOrder{StoreID: store, OrderID: o.ID, Customer: service.CustomerRef{ID: bob}}
		if _, err := s.Ledger.Change(t.Context(), lucia, change); loyalty.CodeOf(err) != loyalty.CodeConflict {
			t.Fatalf("claimed: %v", err)
		}
		s.Anomalies.Examined(t.Context(), 20*time.Second)
	}
	first := s.order(lucia, "1", ada, 3000)
	claim(first)
	claim(first)
	if n := len(s.cases("duplicate_claim")); n != 0 {
		t.Fatalf("%d cases after one receipt", n)
	}
	s.at(noon.Add(time.Hour))
	claim(s.order(lucia, "2", ada, 3000))
	c := s.one("duplicate_claim", "already claimed by another account; 2 such", bob)
	if !c.Hard || c.PointsInvolved != 300 {
		t.Errorf("%+v", c)
	}
}

// takeover changes Ada's phone number and spends her points a day later, at a
// store that has no budget for cases.
func takeover(t *testing.T) (*scene, service.Redeemed) {
	t.Helper()
	s := newScene(t)
	s.db.Exec(t, `UPDATE programs SET anomaly_settings = '{"cases": {"budget_per_store_week": 0}}'`)
	s.db.Exec(t, `UPDATE customers SET phone = '+14155552671', phone_e164 = '+14155552671', phone_digits = '14155552671'`)
	s.order(lucia, "1", ada, 1200)
	second, err := s.Access.SaveStore(t.Context(), owner, service.SaveStore{Name: "Pier 2", Active: true})
	if err != nil {
		t.Fatal(err)
	}
	phone := "+14155552699"
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: ada, Phone: &phone}); err != nil {
		t.Fatal(err)
	}
	s.at(noon.Add(24 * time.Hour))
	r, err := s.Ledger.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee, StoreID: second.ID})
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

func TestTakeoverHoldsTheReward(t *testing.T) {
	t.Parallel()
	s, r := takeover(t)
	if r.Redemption.Status != loyalty.Held || r.Balance != 20 {
		t.Fatalf("%s, balance %d", r.Redemption.Status, r.Balance)
	}
	c := s.one("account_takeover", "of the balance spent at a store new to them", ada)
	if c.BelowLine {
		t.Error("the guest waits for it, and it is below the line")
	}
	end := service.EndRedemption{RedemptionID: r.Redemption.ID}
	if _, err := s.Ledger.Fulfill(t.Context(), boss, end); loyalty.CodeOf(err) != loyalty.CodeNotAvailable {
		t.Errorf("handed out before a manager looked: %v", err)
	}
	dismiss := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Dismissed, Note: "Her new number"}
	if _, err := s.Anomalies.Decide(t.Context(), boss, dismiss); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Fulfill(t.Context(), boss, end); err != nil {
		t.Errorf("after it was dismissed: %v", err)
	}
}

func TestTakeoverGivesThePointsBack(t *testing.T) {
	t.Parallel()
	s, r := takeover(t)
	c := s.one("account_takeover", "")
	confirm := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Confirmed, Action: loyalty.ActionReversePoints}
	if _, err := s.Anomalies.Decide(t.Context(), boss, confirm); err != nil {
		t.Fatal(err)
	}
	if b, _ := balance(t, s.Ledger, s.db); b != 120 {
		t.Errorf("balance %d, want all 120 back", b)
	}
	if n := number(t, s.db, `SELECT count(*) FROM redemptions WHERE status = 'cancelled'`); n != 1 {
		t.Errorf("%s is not cancelled", r.Redemption.ID)
	}
	verified(t, s.db)
}

// What a cashier gives herself is credited, flagged within a second and can't
// be spent before a manager has looked.
func TestSelfAwardIsHeld(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	her := lucia
	her.AccountID = ada
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 30, Reason: "Birthday"}); err != nil {
		t.Fatal(err)
	}
	a, err := s.Ledger.Award(t.Context(), her, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "Thanks", StoreID: store})
	if err != nil || a.Balance != 530 {
		t.Fatalf("%d, %v", a.Balance, err)
	}
	var hard int
	if err := s.db.SQL.QueryRow(`SELECT count(*) FROM anomalies WHERE is_hard AND type = 'staff_favoritism'`).Scan(&hard); err != nil || hard != 1 {
		t.Fatalf("%d hard cases right after the award, %v", hard, err)
	}
	c := s.one("staff_favoritism", "A cashier put 500 points on their own account", ada, lucia.StaffID)
	spend := service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee}
	if _, err := s.Ledger.Redeem(t.Context(), lucia, spend); loyalty.CodeOf(err) != loyalty.CodeInsufficientPoints {
		t.Errorf("spent before a manager looked: %v", err)
	}
	her.Role = loyalty.Manager
	release := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Dismissed}
	if _, err := s.Anomalies.Decide(t.Context(), her, release); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("deciding about oneself: %v", err)
	}
	if _, err := s.Anomalies.Decide(t.Context(), boss, release); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ledger.Redeem(t.Context(), lucia, spend); err != nil {
		t.Errorf("after it was let go: %v", err)
	}
}

func TestTakingBackIsUndone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	her := lucia
	her.AccountID = ada
	o := s.order(her, "1", ada, 60000)
	c := s.one("staff_favoritism", "own account")
	take := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Confirmed, Action: loyalty.ActionReversePoints}
	if _, err := s.Anomalies.Decide(t.Context(), boss, take); err != nil {
		t.Fatal(err)
	}
	if b, life := balance(t, s.Ledger, s.db); b != 0 || life != 0 {
		t.Fatalf("balance %d, lifetime %d after taking back", b, life)
	}
	freeze := service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Confirmed, Action: loyalty.ActionFreezeAccount}
	if _, err := s.Anomalies.Decide(t.Context(), boss, freeze); err != nil {
		t.Errorf("freezing after taking back: %v", err)
	}
	if _, err := s.Anomalies.Undo(t.Context(), boss, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Fatal(err)
	}
	if b, life := balance(t, s.Ledger, s.db); b != 6000 || life != 6000 {
		t.Errorf("balance %d, lifetime %d after giving again", b, life)
	}
	if _, err := s.Anomalies.Unfreeze(t.Context(), boss, service.UndoReversal{AnomalyID: c.ID}); err != nil {
		t.Fatal(err)
	}
	if done, err := s.Anomalies.Decide(t.Context(), boss, take); err != nil || done.ReversedAt.IsZero() {
		t.Errorf("taking back again: %v, %v", done.ReversedAt, err)
	}
	if b, _ := balance(t, s.Ledger, s.db); b != 0 {
		t.Errorf("balance %d after taking back again", b)
	}
	if n := number(t, s.db, `SELECT reversed FROM orders WHERE id = $1`, o.ID.String()); n != 6000 {
		t.Errorf("the order says %d were taken back", n)
	}
	verified(t, s.db)
}

func verified(t *testing.T, db *pgtest.DB) {
	t.Helper()
	v, err := db.Verify(t.Context(), org)
	if err != nil || !v.Holds() {
		t.Errorf("the ledger does not hold: %+v, %v", v.Proofs, err)
	}
}

// A detector that panics neither fails nor delays an award, nor does one that
// is slow or never comes back; what they didn't see is left to the background
// job.
func TestBrokenDetector(t *testing.T) {
	t.Parallel()
	const slow = 5 * time.Second
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	for what, examine := range map[string]func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error){
		"panics": func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error) { panic("broken") },
		"is slow": func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error) {
			select {
			case <-stuck:
			case <-time.After(slow):
			}
			return nil, nil
		},
		"hangs": func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error) {
			<-stuck
			return nil, nil
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.Ledger.DetectWith(examine)
			for i := range 12 {
				s.at(noon.Add(time.Duration(i) * 10 * time.Second))
				began := time.Now()
				if _, err := s.Ledger.Award(t.Context(), lucia, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "x", StoreID: store}); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(began); took >= slow {
					t.Fatalf("an award took %s: it waited for the detector", took)
				}
			}
			if b, _ := balance(t, s.Ledger, s.db); b != 6000 {
				t.Errorf("balance %d", b)
			}
			if n := number(t, s.db, `SELECT count(*) FROM anomalies`); n != 0 {
				t.Fatalf("%d cases although no detector worked", n)
			}
		})
	}
}
