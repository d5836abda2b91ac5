package service_test

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func TestSpreadCountsEveryMemberOnce(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	programs, err := c.programs.List(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	spread, err := c.programs.Spread(t.Context(), owner, programs[0])
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for i, step := range spread.Steps {
		if i > 0 && step.From != spread.Steps[i-1].To {
			t.Errorf("step %d begins at %d, the one before ends at %d", i, step.From, spread.Steps[i-1].To)
		}
		total += step.Members
	}
	if want := c.figure(t, `SELECT count(*) FROM enrollments`); total != int64(want) || total == 0 {
		t.Errorf("%d members drawn, there are %d", total, want)
	}
	if top := programs[0].Tiers[len(programs[0].Tiers)-1]; spread.Max <= int64(top.MinPoints) {
		t.Errorf("the scale ends at %d, the top tier begins at %d", spread.Max, top.MinPoints)
	}
}

func TestDetectorSettings(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	cases := &service.Anomalies{Core: c.programs.Core}
	manager := loyalty.Actor{Role: loyalty.Manager, OrgID: owner.OrgID, StaffID: owner.StaffID}

	change := service.SaveDetectors{On: map[string]bool{"rapid_earning": true}, Values: map[string]float64{"rapid_earning.orders": 5}}
	if _, err := cases.SaveDetectors(t.Context(), manager, change); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a manager sets what is noticed: %v", err)
	}
	wrong := service.SaveDetectors{Values: map[string]float64{"rapid_earning.orders": 1000}}
	if _, err := cases.SaveDetectors(t.Context(), owner, wrong); loyalty.KindOf(err) != loyalty.Invalid {
		t.Errorf("1000 orders are beyond the range: %v", err)
	}
	version := c.figure(t, `SELECT config_version FROM organizations`)
	if _, err := cases.SaveDetectors(t.Context(), owner, change); err != nil {
		t.Fatal(err)
	}
	if c.figure(t, `SELECT config_version FROM organizations`) != version+1 || c.figure(t, `SELECT count(*) FROM audit_log WHERE action = 'anomaly.settings'`) != 1 {
		t.Error("the change isn't in force or not in the audit log")
	}
	now, err := cases.Detectors(t.Context(), manager)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range now {
		if d.Switchable && d.On != (d.Kind == "rapid_earning") {
			t.Errorf("%s is on: %v", d.Kind, d.On)
		}
		for _, s := range d.Settings {
			if want := map[bool]float64{true: 5, false: s.Default}[s.Name == "rapid_earning.orders"]; s.Value != want {
				t.Errorf("%s is %v, want %v", s.Name, s.Value, want)
			}
		}
	}
}
