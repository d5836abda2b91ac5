package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// blind leaves everything to the background job, as a broken detector does.
func blind(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error) {
	return nil, nil
}

var diego = loyalty.Actor{Role: loyalty.Cashier, OrgID: org, StaffID: id(72), StoreIDs: []loyalty.ID{store}}

// habits plays some days at a restaurant where Lucía puts checks that nobody
// claimed on Ada's account, gives many points by hand, always just below the
// limit, and somebody opens accounts by the dozen.
func habits(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	s.Ledger.DetectWith(blind)
	s.db.Exec(t, `INSERT INTO staff (organization_id, id, email, name, role, password_hash, created_at) VALUES ($1, $2, 'd@x', 'Diego', 'cashier', '', '2026-01-01')`,
		org.String(), diego.StaffID.String())
	if _, err := s.Anomalies.SaveDetectors(t.Context(), owner, allOn(map[string]float64{"limit_hugging.approval_limit": 500})); err != nil {
		t.Fatal(err)
	}
	for i := range byte(6) {
		guest(t, s.db, id(100+i), fmt.Sprint("Guest ", i))
	}
	n := 0
	for day := range 8 {
		start := noon.AddDate(0, 0, day).Add(5 * time.Hour)
		for i := range 5 {
			s.at(start.Add(time.Duration(i) * 10 * time.Minute))
			for _, by := range []loyalty.Actor{lucia, diego} {
				n++
				o := s.order(by, fmt.Sprint(n), loyalty.ID{}, 2000)
				if by.StaffID == diego.StaffID || i > 0 {
					continue
				}
				s.at(s.now.Now().Add(time.Minute))
				claim := service.ChangeOrder{StoreID: store, OrderID: o.ID, Customer: service.CustomerRef{ID: ada}}
				if _, err := s.Ledger.Change(t.Context(), lucia, claim); err != nil {
					t.Fatal(err)
				}
			}
		}
		for i := range 2 {
			s.at(start.Add(time.Duration(90+i) * time.Minute))
			give := service.AwardPoints{Customer: service.CustomerRef{ID: id(100 + byte(day+i)%6)}, Points: 480, Reason: "Sorry", StoreID: store}
			if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 5 {
		s.at(noon.AddDate(0, 0, 8).Add(time.Duration(i) * time.Hour))
		join := service.CreateCustomer{Name: fmt.Sprint("New ", i), Phone: fmt.Sprint("+1415555267", i)}
		if _, err := s.Customers.Create(t.Context(), lucia, join); err != nil {
			t.Fatal(err)
		}
	}
	s.at(noon.AddDate(0, 0, 10))
	return s
}

// allOn are the default settings but for these.
func allOn(values map[string]float64) service.SaveDetectors {
	cmd := service.SaveDetectors{On: map[string]bool{}, Values: values}
	for _, kind := range service.AnomalyTypes() {
		cmd.On[kind] = true
	}
	return cmd
}

func (s *scene) detect(upTo time.Time) {
	s.t.Helper()
	if _, err := s.Detection.RunTo(s.t.Context(), owner, upTo); err != nil {
		s.t.Fatal(err)
	}
}

func TestHabitsBecomeCases(t *testing.T) {
	t.Parallel()
	s := habits(t)
	if n := number(t, s.db, `SELECT count(*) FROM anomalies`); n != 0 {
		t.Fatalf("%d cases before anything was looked at", n)
	}
	s.detect(s.now.Now())
	for kind, words := range map[string]string{
		"manual_awards": "awards by hand in", "limit_hugging": "just below the approval limit", "staff_favoritism": "expected",
		"pattern_deviation": "expected",
	} {
		var text, evidence string
		err := s.db.SQL.QueryRow(`SELECT description, evidence FROM anomaly_signals WHERE type = $1 AND anomaly_id IS NOT NULL LIMIT 1`, kind).Scan(&text, &evidence)
		if err != nil || !strings.Contains(text, words) || !strings.Contains(evidence, `"observed"`) {
			t.Errorf("%s: %q with %s, %v", kind, text, evidence, err)
		}
	}
	// All of Lucía's is one story, and one case.
	hers := number(t, s.db, `SELECT count(*) FROM anomaly_people WHERE person_id = $1`, lucia.StaffID.String())
	if hers != 1 {
		t.Errorf("%d cases about Lucía, want all of it in one", hers)
	}
	if n := number(t, s.db, `SELECT transaction_count FROM anomalies WHERE staff_id = $1`, lucia.StaffID.String()); n < 8 {
		t.Errorf("%d transactions stand behind it", n)
	}
	ring := s.one("account_ring", "new accounts belong together: neighbouring phone numbers")
	if people, err := s.db.CasePeople(t.Context(), org, ring.ID); err != nil || len(people) != 5 {
		t.Errorf("the ring names %v, %v", people, err)
	}
	if n := number(t, s.db, `SELECT count(*) FROM anomaly_people WHERE person_id = $1`, diego.StaffID.String()); n != 0 {
		t.Errorf("%d cases name Diego", n)
	}
}

// The cases do not depend on when and how often the ledger is looked through.
func TestSameLedgerSameCases(t *testing.T) {
	t.Parallel()
	s := habits(t)
	const all = `
		SELECT coalesce(string_agg(concat_ws('|', n.type, n.case_key, n.score, n.points_involved, n.severity, n.description, n.flagged_at, n.last_at,
			n.below_line, n.transaction_count, (SELECT string_agg(p.person_id::text, ',' ORDER BY p.person_id) FROM anomaly_people p WHERE p.anomaly_id = n.id)),
			E'\n' ORDER BY n.case_key, n.flagged_at), '') FROM anomalies n`
	cases := func() (text string) {
		t.Helper()
		if err := s.db.SQL.QueryRow(all).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	end := s.now.Now()
	s.detect(end)
	once := cases()
	s.detect(end)
	if twice := cases(); twice != once || once == "" {
		t.Errorf("looked through twice:\n%s\nonce:\n%s", twice, once)
	}
	for _, step := range []time.Duration{7 * time.Hour, 31*time.Hour + 17*time.Minute} {
		s.db.Exec(t, `DELETE FROM anomalies; DELETE FROM anomaly_signals; DELETE FROM detection_state`)
		for at := noon; at.Before(end); at = at.Add(step) {
			s.detect(at)
		}
		s.detect(end)
		if parts := cases(); parts != once {
			t.Errorf("looked through every %s:\n%s\nat once:\n%s", step, parts, once)
		}
	}
}

// What a broken detector did not see, the background job does.
func TestBackgroundSeesWhatWasMissed(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.Ledger.DetectWith(func(anomaly.Settings, anomaly.Event, anomaly.Recent) ([]anomaly.Signal, error) { panic("broken") })
	for i := range 12 {
		s.at(noon.Add(time.Duration(i) * 10 * time.Second))
		if _, err := s.Ledger.Award(t.Context(), lucia, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 500, Reason: "x", StoreID: store}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.cases("")); n != 0 {
		t.Fatalf("%d cases although no detector worked", n)
	}
	s.detect(noon.Add(time.Hour))
	s.one("rapid_earning", "point transactions in", ada, lucia.StaffID)
}

// The same settings on the same past find the same, and others say what they
// would change.
func TestSettingsAreTriedFirst(t *testing.T) {
	t.Parallel()
	s := habits(t)
	try := func(change service.SaveDetectors) service.ReplayState {
		t.Helper()
		r, err := s.Detection.Try(t.Context(), owner, service.TryDetectors{SaveDetectors: change, Weeks: 4})
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); ; {
			state, err := s.Detection.Tried(t.Context(), owner, r.ID)
			if err != nil || state.Broken || time.Now().After(deadline) {
				t.Fatalf("%+v, %v", state, err)
			}
			if state.Result != nil {
				return state
			}
			time.Sleep(20 * time.Millisecond) // there is nothing to wait on but the database
		}
	}
	limit := map[string]float64{"limit_hugging.approval_limit": 500}
	same, again := try(allOn(limit)), try(allOn(limit))
	if got := same.Result; got.Now.Cases == 0 || got.Now != got.Then || len(got.Kinds) == 0 || len(got.Stores) == 0 {
		t.Errorf("the settings in force: %+v", got)
	}
	if same.Result.Now != again.Result.Now || same.Events != again.Events {
		t.Errorf("%+v, and again %+v", same.Result, again.Result)
	}
	if off := try(service.SaveDetectors{}).Result; off.Then.Cases != 0 || off.Now != same.Result.Now {
		t.Errorf("with everything off: %+v", off)
	}
	if n := number(t, s.db, `SELECT count(*) FROM anomalies`); n != 0 {
		t.Errorf("trying opened %d cases", n)
	}
	if _, err := s.Detection.Try(t.Context(), boss, service.TryDetectors{Weeks: 4}); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a manager tries settings: %v", err)
	}
}

// Dismissing a case about a guest and a cashier keeps quiet about the two of
// them, not about the cashier's other guests.
func TestDismissingMutesThePair(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.open()
	guest(t, s.db, bob, "Bob")
	night := func(day int, who loyalty.ID) {
		t.Helper()
		s.at(time.Date(2026, 3, day, 6, 0, 0, 0, time.UTC))
		give := service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 80, Reason: "Sorry", StoreID: store}
		if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
			t.Fatal(err)
		}
	}
	night(11, ada)
	c := s.one("off_hours", "80 points")
	if _, err := s.Anomalies.Decide(t.Context(), boss, service.DecideAnomaly{AnomalyID: c.ID, Status: loyalty.Dismissed, Note: "Ours"}); err != nil {
		t.Fatal(err)
	}
	night(12, ada)
	if n := len(s.cases("off_hours")); n != 1 {
		t.Errorf("%d cases, the pair was to be quiet", n)
	}
	night(13, bob)
	if n := len(s.cases("off_hours")); n != 2 {
		t.Errorf("%d cases, another guest was not muted", n)
	}
	night(30, ada)
	if n := len(s.cases("off_hours")); n != 2 {
		t.Errorf("%d cases within 28 days", n)
	}
}

// Where the till doesn't say who rang up a check, whoever makes amends rings up
// nothing: an award or two a day, to another guest each time, is no case.
func TestAmendsAtADeskAreNoCase(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.Ledger.DetectWith(blind)
	pos := loyalty.Actor{Role: loyalty.Machine, OrgID: org, KeyID: id(92), Scopes: loyalty.KeyScopes(), StoreIDs: []loyalty.ID{store}}
	n := byte(0)
	for day := range 20 {
		for i := range 10 {
			s.at(noon.AddDate(0, 0, day).Add(time.Duration(i) * 20 * time.Minute))
			s.order(pos, fmt.Sprint(day, "-", i), loyalty.ID{}, 2000)
			if i != 3 && (i != 7 || day%2 == 0) {
				continue
			}
			n++
			guest(t, s.db, id(100+n), fmt.Sprint("Guest ", n))
			give := service.AwardPoints{Customer: service.CustomerRef{ID: id(100 + n)}, Points: 50, Reason: "Sorry", StoreID: store}
			if _, err := s.Ledger.Award(t.Context(), lucia, give); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.detect(noon.AddDate(0, 0, 21))
	if list := s.cases(""); len(list) != 0 {
		t.Errorf("%d cases: %s", len(list), list[0].Description)
	}
}
