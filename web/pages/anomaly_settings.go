package pages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// AnomalySettingsPage is GET /anomalies/settings.
func (h *Handlers) AnomalySettingsPage(c *fiber.Ctx) error {
	detectors, err := h.Anomalies.Detectors(c.UserContext(), auth.Actor(c))
	if loyalty.CodeOf(err) == loyalty.CodeNoActiveProgram {
		p := anomalies.SettingsProps{May: auth.Actor(c).Can(loyalty.ProgramWrite)}
		return h.page(c, shell{Title: i18n.T(c.UserContext(), "Detection settings"), Active: "anomalies"}, anomalies.NoProgram(p))
	}
	if err != nil {
		return err
	}
	filled, inForce := detectors, detectors
	if id, ok := loyalty.ParseID(c.Query("replay")); ok {
		tried, err := h.Detection.Tried(c.UserContext(), auth.Actor(c), id)
		if err != nil {
			return err
		}
		filled, inForce = tried.Detectors, tried.InForce
	}
	form := settingsForm(fresh(c), filled).With("weeks", "8").With(ui.WasField, notedSettings(inForce))
	return h.showAnomalySettings(c, detectors, form, fiber.StatusOK)
}

// notedSettings are the settings in force, noted in a form that may hold others.
func notedSettings(inForce []service.Detector) string { return noted(settingsForm(ui.Form{}, inForce)) }

// written is a setting as its field holds it: 0.000001, not 1e-06.
func written(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// settingDigits are as many decimals as the smallest bound of a setting has.
const settingDigits = 9

// fineUnits are those of settings that are folded away.
var fineUnits = []string{"probability", "log likelihood", "correlation", "log units", "deviations", "−log10 of chance"}

func (h *Handlers) showAnomalySettings(c *fiber.Ctx, detectors []service.Detector, form ui.Form, status int) error {
	ctx := c.UserContext()
	p := anomalies.SettingsProps{May: auth.Actor(c).Can(loyalty.ProgramWrite), Form: form}
	for _, d := range detectors {
		one := anomalies.DetectorProps{Kind: d.Kind}
		for _, s := range d.Settings {
			one.Settings = append(one.Settings, anomalies.SettingProps{
				Name: s.Name, Label: i18n.T(ctx, s.Label), Unit: i18n.T(ctx, s.Unit),
				Range: i18n.T(ctx, "%s to %s, usually %s", i18n.Decimal(ctx, s.Min, settingDigits), i18n.Decimal(ctx, s.Max, settingDigits), i18n.Decimal(ctx, s.Default, settingDigits)),
				Fine:  slices.Contains(fineUnits, s.Unit),
			})
		}
		p.Detectors = append(p.Detectors, one)
	}
	title := i18n.T(ctx, "Detection settings")
	return h.page(c, shell{Title: title, Active: "anomalies", Status: status}, anomalies.Settings(p))
}

// SaveAnomalySettings is POST /anomalies/settings.
func (h *Handlers) SaveAnomalySettings(c *fiber.Ctx) error {
	form := posted(c)
	detectors, err := h.Anomalies.Detectors(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	cmd := detectorChange(detectors, form)
	return submit(h, c, form, func(once loyalty.Once) ([]service.Detector, error) {
		cmd.Once = once
		return h.Anomalies.SaveDetectors(c.UserContext(), auth.Actor(c), cmd)
	}, func([]service.Detector) done {
		return done{To: "/anomalies/settings", Flash: i18n.T(c.UserContext(), "Settings saved. They apply from now on.")}
	}, func(back ui.Form) error { return h.anomalySettingsAgain(c, back) })
}

// anomalySettingsAgain is the form as it came back.
func (h *Handlers) anomalySettingsAgain(c *fiber.Ctx, back ui.Form) error {
	now, err := h.Anomalies.Detectors(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	back = caughtUp(c.UserContext(), back, settingsForm(ui.Form{}, now))
	return h.showAnomalySettings(c, now, back, fiber.StatusUnprocessableEntity)
}

func detectorChange(detectors []service.Detector, form ui.Form) service.SaveDetectors {
	cmd := service.SaveDetectors{On: map[string]bool{}, Values: map[string]float64{}}
	cmd.Still = func(now []service.Detector) bool { return stillSaved(form, settingsForm(ui.Form{}, now)) }
	defaults := form.On("defaults")
	for _, d := range detectors {
		cmd.On[d.Kind] = defaults || form.On(d.Kind)
		for _, s := range d.Settings {
			if defaults {
				continue
			}
			v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(form.Value(s.Name)), ",", ".", 1), 64)
			if err != nil {
				cmd.Unread.Add(s.Name, "must be a number from %s to %s", written(s.Min), written(s.Max))
				continue
			}
			cmd.Values[s.Name] = v
		}
	}
	return cmd
}
