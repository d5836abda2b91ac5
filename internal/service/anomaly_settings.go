package service

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

// Detector is a kind of anomaly with its settings.
type Detector struct {
	Kind       string // "" for the settings of all cases
	Switchable bool
	On         bool
	Settings   []DetectorSetting
}

// DetectorSetting is one number of a detector's, in its unit.
type DetectorSetting struct {
	Name              string // "rapid_earning.orders"
	Label, Unit       string // English
	Min, Max, Default float64
	Value             float64
}

// Detectors are the active program's detectors in the order of the catalog. It
// needs loyalty.AnomaliesRead, and an active program.
func (s *Anomalies) Detectors(ctx context.Context, actor loyalty.Actor) ([]Detector, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return nil, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return nil, err
	}
	if _, err := cfg.ActiveProgram(); err != nil {
		return nil, err
	}
	settings, err := DetectorSettings(cfg)
	if err != nil {
		return nil, fmt.Errorf("read detector settings: %w", err)
	}
	return detectors(settings), nil
}

// MuteDays is for how many days a dismissed case keeps the same finding about
// the same people quiet. It needs loyalty.AnomaliesRead.
func (s *Anomalies) MuteDays(ctx context.Context, actor loyalty.Actor) (int, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return 0, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return 0, err
	}
	settings, err := DetectorSettings(cfg)
	return int(settings.Cases.MuteDays), err
}

func detectors(settings DetectorChoice) []Detector {
	var out []Detector
	for _, k := range anomaly.Kinds() {
		out = append(out, Detector{Kind: string(k), Switchable: true, On: *settings.Switch(k)})
	}
	out = append(out, Detector{On: true})
	for _, f := range anomaly.Fields() {
		for i := range out {
			if out[i].Kind == string(f.Kind) {
				out[i].Settings = append(out[i].Settings, DetectorSetting{
					Name: settingName(f), Label: f.Label, Unit: f.Unit, Min: f.Min, Max: f.Max, Default: f.Default, Value: f.Value(settings.Settings),
				})
			}
		}
	}
	for i := range out {
		if out[i].Kind == string(anomaly.LimitHugging) {
			limit := approvalLimit
			limit.Value = float64(settings.ApprovalLimit)
			out[i].Settings = append([]DetectorSetting{limit}, out[i].Settings...)
		}
	}
	return out
}

// approvalLimit is the one setting that is no detector's own: the till asks it
// too.
var approvalLimit = DetectorSetting{
	Name: "limit_hugging.approval_limit", Label: "Points from which a cashier’s award by hand needs a manager; at 0 cashiers give none", Unit: "points",
	Max: float64(loyalty.MaxPoints),
}

func settingName(f anomaly.Field) string {
	if f.Kind == "" {
		return "cases." + f.Name
	}
	return string(f.Kind) + "." + f.Name
}

// SaveDetectors is the detectors as they are to be: all of them.
type SaveDetectors struct {
	On     map[string]bool       // by kind; left out is off
	Values map[string]float64    // by DetectorSetting.Name; left out is the default
	Unread loyalty.Problems      // what couldn't be read: it is refused with all else that is wrong
	Still  func([]Detector) bool // as ChangeProgram.Still
	Once   loyalty.Once
}

// SaveDetectors changes the active program's detector settings. It needs
// loyalty.ProgramWrite: who is watched must not set what is noticed.
func (s *Anomalies) SaveDetectors(ctx context.Context, actor loyalty.Actor, cmd SaveDetectors) ([]Detector, error) {
	if err := actor.Require(loyalty.ProgramWrite); err != nil {
		return nil, err
	}
	settings, err := cmd.settings()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, fmt.Errorf("encode detector settings: %w", err)
	}
	return once(ctx, s.Core, actor.OrgID, cmd.Once, func(ctx context.Context, tx loyalty.Tx) ([]Detector, error) {
		if err := tx.LockCatalog(ctx, actor.OrgID); err != nil {
			return nil, err
		}
		cfg, err := tx.Config(ctx, actor.OrgID)
		if err != nil {
			return nil, err
		}
		program, err := cfg.ActiveProgram()
		if err != nil {
			return nil, err
		}
		if err := cmd.still(cfg); err != nil {
			return nil, err
		}
		if err := tx.SaveDetectors(ctx, actor.OrgID, program.ID, text); err != nil {
			return nil, err
		}
		detail := map[string]any{"settings": json.RawMessage(text)}
		return detectors(settings), recordChange(ctx, tx, loyalty.Audit(actor, s.now(), "anomaly.settings", "program", program.ID, detail))
	})
}

// still is the Conflict of settings that others have changed meanwhile.
func (cmd SaveDetectors) still(cfg *loyalty.Config) error {
	if cmd.Still == nil {
		return nil
	}
	before, err := DetectorSettings(cfg)
	if err == nil && !cmd.Still(detectors(before)) {
		return errOvertaken()
	}
	return err
}

func (cmd SaveDetectors) settings() (DetectorChoice, error) {
	p := cmd.Unread
	out := DetectorChoice{Settings: anomaly.DefaultSettings()}
	for _, k := range anomaly.Kinds() {
		*out.Switch(k) = cmd.On[string(k)]
	}
	for _, f := range anomaly.Fields() {
		v, given := cmd.Values[settingName(f)]
		if !given {
			continue
		}
		if math.IsNaN(v) || v < f.Min || v > f.Max {
			p.Add(settingName(f), "must be a number from %s to %s", plainNumber(f.Min), plainNumber(f.Max))
			continue
		}
		f.Set(&out.Settings, v)
	}
	if v := cmd.Values[approvalLimit.Name]; v < 0 || v > approvalLimit.Max || v != math.Trunc(v) {
		p.Add(approvalLimit.Name, "must be a whole number from 0 to %s", plainNumber(approvalLimit.Max))
	} else {
		out.ApprovalLimit = loyalty.Points(v)
	}
	return out, p.Err()
}

func plainNumber(x float64) string { return fmt.Sprintf("%g", x) }
