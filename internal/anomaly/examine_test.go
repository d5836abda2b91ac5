package anomaly

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// id is a readable ID for tests.
func id(n byte) ID { return ID{15: n} }

func order(points, amount int64) Event {
	return Event{ID: id(1), Type: Order, At: noon, Store: id(2), Customer: id(3), Order: id(4), Points: points, RulePoints: points, Amount: amount}
}

func award(points int64) Event {
	return Event{ID: id(1), Type: Award, At: noon, Store: id(2), Staff: id(9), Customer: id(3), Points: points, RulePoints: -1}
}

// earlier is n earnings of the same size, one every gap before noon.
func earlier(n int, gap time.Duration, x Earning) []Earning {
	out := make([]Earning, n)
	for i := range out {
		out[i] = x
		out[i].ID = id(byte(100 + i))
		out[i].At = noon.Add(-time.Duration(i+1) * gap)
	}
	return out
}

func TestExamine(t *testing.T) {
	t.Parallel()
	check := Earning{IsOrder: true, Points: 20, Amount: 2000}
	hand := Earning{Points: 5000}
	downtown := Baseline{Amount: Center{Median: math.Log(2000), MAD: .34, N: 400}, Points: Center{Median: math.Log(100), MAD: .5, N: 50}}
	tests := []struct {
		name  string
		event Event
		with  Recent
		want  string
	}{
		{"a first order", order(20, 2000), Recent{}, ""},
		{"fifteen awards in two minutes", award(500), Recent{Earnings: earlier(14, 8*time.Second, Earning{Points: 500})}, "15 point transactions in 2 minutes"},
		{"nine awards in ten minutes", award(500), Recent{Earnings: earlier(8, time.Minute, Earning{Points: 500}), WeeklyMean: 40, HistoryWeeks: 8}, ""},
		{"three orders in six minutes", order(20, 2000), Recent{Earnings: earlier(2, 3*time.Minute, check)}, "3 orders in 6 minutes"},
		{"three orders in eleven minutes", order(20, 2000), Recent{Earnings: earlier(2, 330*time.Second, check)}, ""},
		{"a daily-coffee regular's fourth cup", order(20, 2000), Recent{Earnings: earlier(20, 3*time.Hour, check), WeeklyMean: 14, HistoryWeeks: 8}, ""},
		{"an occasional guest's sixth order of a day", order(20, 2000), Recent{Earnings: earlier(5, 2*time.Hour, check), WeeklyMean: .5, HistoryWeeks: 8}, "6 point transactions in one day; 0.07 expected"},
		{"fifty thousand points, ten times normal", award(50_000), Recent{Earnings: earlier(20, 48*time.Hour, hand)}, "Single earning of 50,000 points (10x normal)"},
		{"twice the usual award", award(10_000), Recent{Earnings: earlier(20, 48*time.Hour, hand)}, ""},
		{"a catering check, six times normal", order(120, 12_000), Recent{Earnings: earlier(20, 48*time.Hour, check), Daypart: downtown}, ""},
		{"a check of thirty times normal", order(600, 60_000), Recent{Daypart: downtown}, "Single earning of 600 points (30x normal)"},
		{"a check of ten times normal and many points", order(20_000, 20_000), Recent{Daypart: downtown}, "Single earning of 20,000 points (10x normal)"},
		{"more than the rule gives", order(5000, 2000).ruled(20), Recent{Daypart: downtown}, "Order earned 5,000 points; the rule gives 20"},
		{"a rule nobody knows", order(5000, 2000).ruled(-1), Recent{Daypart: downtown}, ""},
		{"goodwill of the usual size", award(150), Recent{Earnings: earlier(20, 48*time.Hour, check), Daypart: downtown}, ""},
		{"points spent", Event{Type: Redeem, Customer: id(3), Points: 50_000, At: noon}, Recent{Earnings: earlier(20, time.Second, hand)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signals, err := Examine(DefaultSettings(), tt.event, tt.with)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range signals {
				got = append(got, s.Description)
			}
			if strings.Join(got, "; ") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func (e Event) ruled(points int64) Event { e.RulePoints = points; return e }

func TestExamineSwitchedOff(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	s.RapidEarning.Enabled, s.UnusualAmount.Enabled = false, false
	signals, err := Examine(s, order(5000, 2000).ruled(20), Recent{Earnings: earlier(20, time.Second, Earning{IsOrder: true, Points: 1})})
	if err != nil || len(signals) > 0 {
		t.Errorf("got %v, %v; want nothing from detectors that are off", signals, err)
	}
}

func TestGuardedTurnsPanicIntoError(t *testing.T) {
	t.Parallel()
	_, found, err := guarded(func(bool, Event, Recent) (Signal, bool) { panic("boom") }, true, Event{}, Recent{})
	if found || err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("got found %v, err %v", found, err)
	}
}

func TestSignalIsReadyToStore(t *testing.T) {
	t.Parallel()
	signals, err := Examine(DefaultSettings(), order(5000, 2000).ruled(20), Recent{})
	if err != nil || len(signals) != 1 {
		t.Fatalf("got %d signals, %v", len(signals), err)
	}
	s := signals[0]
	if s.Severity != High || !s.Hard || s.Score != MaxScore || s.PointsInvolved != 4980 {
		t.Errorf("got %v hard=%v score=%v points=%d", s.Severity, s.Hard, s.Score, s.PointsInvolved)
	}
	text, err := json.Marshal(s.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	var back Evidence
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, s.Evidence) {
		t.Errorf("evidence did not survive JSON: %s, %v", text, err)
	}
	if want := "customer:00000000-0000-0000-0000-000000000003"; s.Key.String() != want {
		t.Errorf("got key %q, want %q", s.Key, want)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := DefaultSettings()
	if err := s.Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	s.RapidEarning.Orders, s.UnusualAmount.AwardZ = 1, math.NaN()
	err := s.Validate()
	if err == nil || !strings.Contains(err.Error(), "rapid_earning.orders is 1, want 2 to 50 orders") || !strings.Contains(err.Error(), "award_z") {
		t.Errorf("got %v, want both mistakes named", err)
	}
	text, _ := json.Marshal(DefaultSettings())
	for _, f := range Fields() {
		if f.Label == "" || f.Unit == "" || f.Min >= f.Max || f.Default < f.Min || f.Default > f.Max {
			t.Errorf("field %s.%s is not complete: %+v", f.Kind, f.Name, f)
		}
		if !bytes.Contains(text, []byte(`"`+f.Name+`":`)) {
			t.Errorf("%s is not a name in JSON", f.Name)
		}
	}
	for _, k := range Kinds() {
		if s.Switch(k) == nil || !*s.Switch(k) {
			t.Errorf("%s has no switch or is off by default", k)
		}
	}
}

// What happens at no store is evidence against none.
func TestEvidenceNamesStoresThatAre(t *testing.T) {
	t.Parallel()
	store := ID{1}
	if at := customerSignal(RapidEarning, Event{Store: store}).Evidence.Stores; len(at) != 1 || at[0] != store {
		t.Errorf("at a store: %v", at)
	}
	if at := customerSignal(RapidEarning, Event{}).Evidence.Stores; len(at) != 0 {
		t.Errorf("at none: %v", at)
	}
}
