package pages

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// TryAnomalySettings is POST /anomalies/settings/replay: what the settings
// would have found, before they are saved.
func (h *Handlers) TryAnomalySettings(c *fiber.Ctx) error {
	form, ctx, actor := posted(c), c.UserContext(), auth.Actor(c)
	detectors, err := h.Anomalies.Detectors(ctx, actor)
	if err != nil {
		return err
	}
	weeks, _ := strconv.Atoi(form.Value("weeks")) // 0 is refused
	r, err := h.Detection.Try(ctx, actor, service.TryDetectors{SaveDetectors: detectorChange(detectors, form), Weeks: weeks})
	if err != nil {
		if back, ok := refused(c, form, err); ok {
			return h.anomalySettingsAgain(c, back)
		}
		return err
	}
	return h.leave(c, done{To: "/anomalies/settings/replays/" + r.ID.String()})
}

// AnomalyReplayPage is GET /anomalies/settings/replays/:id.
func (h *Handlers) AnomalyReplayPage(c *fiber.Ctx) error {
	id, ok := loyalty.ParseID(c.Params("id"))
	if !ok {
		return loyalty.Missing("replay")
	}
	ctx, actor := c.UserContext(), auth.Actor(c)
	r, err := h.Detection.Tried(ctx, actor, id)
	if err != nil {
		return err
	}
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return err
	}
	p := replayProps(ctx, r, stores)
	p.Form = settingsForm(fresh(c), r.Detectors).With(ui.WasField, notedSettings(r.InForce))
	if target(c) == anomalies.ReplayID {
		return part(c, fiber.StatusOK, anomalies.Replay(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Detection settings"), Active: "anomalies"}, anomalies.ReplayPage(p))
}

// settingsForm is the form filled in with the detectors' settings.
func settingsForm(form ui.Form, detectors []service.Detector) ui.Form {
	for _, d := range detectors {
		if d.On {
			form = form.With(d.Kind, "on")
		}
		for _, s := range d.Settings {
			form = form.With(s.Name, written(s.Value))
		}
	}
	return form
}

func replayProps(ctx ctx, r service.ReplayState, stores []loyalty.Store) anomalies.ReplayProps {
	p := anomalies.ReplayProps{
		URL: "/anomalies/settings/replays/" + r.ID.String(), Back: "/anomalies/settings?replay=" + r.ID.String(), Broken: r.Broken,
		Percent: int64(100 * r.Done), Events: i18n.N(ctx, "%d event read", "%d events read", r.Events),
		Title: i18n.N(ctx, "These settings on the last %d week", "These settings on the last %d weeks", r.Weeks),
	}
	if r.Result == nil {
		return p
	}
	found := r.Result
	p.Finished = true
	p.Sentence = i18n.T(ctx, "They would have flagged %s; the settings in force flag %s.",
		i18n.N(ctx, "%d case", "%d cases", found.Then.Cases), i18n.N(ctx, "%d case", "%d cases", found.Now.Cases))
	p.Below = i18n.T(ctx, "Below the line: %d, now %d.", found.Then.Below, found.Now.Below)
	p.Between = i18n.DateTime(ctx, found.From) + " – " + i18n.DateTime(ctx, found.To)
	p.Cut = found.Cut
	for _, s := range found.Kinds {
		name, _ := kindOf(ctx, s.Name)
		p.Kinds = append(p.Kinds, replayRow(ctx, name, s))
	}
	for _, s := range found.Stores {
		name := i18n.T(ctx, "no store")
		for _, store := range stores {
			if store.ID.String() == s.Name {
				name = store.Name
			}
		}
		p.Stores = append(p.Stores, replayRow(ctx, name, s))
	}
	for _, d := range r.Detectors {
		if d.Switchable {
			p.Names = append(p.Names, d.Kind)
		}
		for _, s := range d.Settings {
			p.Names = append(p.Names, s.Name)
		}
	}
	return p
}

func replayRow(ctx ctx, name string, s service.ReplayShare) anomalies.ReplayRow {
	return anomalies.ReplayRow{Name: name, Now: i18n.Number(ctx, s.Now), Then: i18n.Number(ctx, s.Then), Change: i18n.Signed(ctx, int64(s.Then-s.Now))}
}
