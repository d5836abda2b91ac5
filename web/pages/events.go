package pages

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
	"regulars/web/auth"
)

// EventsPage is GET /program/events.
func (h *Handlers) EventsPage(c *fiber.Ctx) error {
	ctx := c.UserContext()
	all, err := h.EventTypes.List(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	var p program.EventsProps
	for _, e := range all {
		row := program.EventRow{ID: e.ID.String(), Name: e.Name, Key: e.Key, Active: e.Active, Limits: eventLimits(ctx, e)}
		row.Rule = i18n.N(ctx, "%d point", "%d points", int64(e.Points))
		if e.Mode == loyalty.EventVariable {
			row.Rule = i18n.T(ctx, "%s points for each unit", e.Rate.String())
		}
		p.Events = append(p.Events, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Events"), Active: "events"}, program.EventsPage(p))
}

func eventLimits(ctx ctx, e loyalty.EventType) string {
	daily, pause := "", ""
	if e.MaxPerDay > 0 {
		daily = i18n.N(ctx, "once a day", "%d times a day", e.MaxPerDay)
	}
	switch {
	case e.Cooldown%time.Minute != 0:
		pause = i18n.N(ctx, "%d second apart", "%d seconds apart", int64(e.Cooldown/time.Second))
	case e.Cooldown > 0:
		pause = i18n.N(ctx, "%d minute apart", "%d minutes apart", int64(e.Cooldown/time.Minute))
	}
	switch {
	case daily == "" && pause == "":
		return i18n.T(ctx, "no limits")
	case daily == "" || pause == "":
		return daily + pause
	}
	return daily + ", " + pause
}

// NewEventPage is GET /program/events/new.
func (h *Handlers) NewEventPage(c *fiber.Ctx) error {
	return h.showEvent(c, loyalty.EventType{}, fresh(c).With("mode", string(loyalty.EventFixed)).With("isActive", "on"), fiber.StatusOK)
}

// EventPage is GET /program/events/:id.
func (h *Handlers) EventPage(c *fiber.Ctx) error {
	e, err := h.EventTypes.Get(c.UserContext(), auth.Actor(c), c.Params("id"))
	if err != nil {
		return err
	}
	return h.showEvent(c, e, drawnFrom(fresh(c), savedEvent(e)), fiber.StatusOK)
}

// savedEvent is the form with what is saved.
func savedEvent(e loyalty.EventType) ui.Form {
	f, unit := ui.Form{}.With("name", e.Name).With("mode", string(e.Mode)), time.Minute
	if e.Cooldown%unit != 0 { // an app's own choice, which saving the form must not round
		f, unit = f.With("pauseUnit", program.InSeconds), time.Second
	}
	for name, n := range map[string]int64{"points": int64(e.Points), "maxPerCustomerPerDay": int64(e.MaxPerDay), "cooldownSeconds": int64(e.Cooldown / unit)} {
		if n > 0 {
			f = f.With(name, i18n.Plain(n))
		}
	}
	if e.Rate > 0 {
		f = f.With("pointsPerUnit", e.Rate.String())
	}
	if e.Active {
		f = f.With("isActive", "on")
	}
	return f
}

func (h *Handlers) showEvent(c *fiber.Ctx, e loyalty.EventType, f ui.Form, status int) error {
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	p := program.EventProps{Key: e.Key, Symbol: i18n.MoneySymbol(currency), Form: f}
	if !e.ID.IsZero() {
		p.ID = e.ID.String()
	}
	if target(c) == ui.ModalID {
		return part(c, status, program.Event(p))
	}
	return h.page(c, shell{Title: p.Title(c.UserContext()), Active: "events", Status: status}, program.EventPage(p))
}

// CreateEvent is POST /program/events/new.
func (h *Handlers) CreateEvent(c *fiber.Ctx) error { return h.saveEvent(c, loyalty.EventType{}) }

// SaveEvent is POST /program/events/:id.
func (h *Handlers) SaveEvent(c *fiber.Ctx) error {
	e, err := h.EventTypes.Get(c.UserContext(), auth.Actor(c), c.Params("id"))
	if err != nil {
		return err
	}
	return h.saveEvent(c, e)
}

func (h *Handlers) saveEvent(c *fiber.Ctx, e loyalty.EventType) error {
	ctx, form := c.UserContext(), posted(c)
	again := func(back ui.Form) error {
		// In a form "key" is what keeps it from counting twice.
		if problem, ok := back.Errors["key"]; ok {
			delete(back.Errors, "key")
			back.Errors["eventKey"] = problem
			if back.Focus == "key" {
				back.Focus = "eventKey"
			}
		}
		if !e.ID.IsZero() {
			now, err := h.EventTypes.Get(ctx, auth.Actor(c), e.ID.String())
			if err != nil {
				return err
			}
			back = caughtUp(ctx, back, savedEvent(now))
		}
		return h.showEvent(c, e, back, fiber.StatusUnprocessableEntity)
	}
	fields := eventFields(form)
	return submit(h, c, form, func(once loyalty.Once) (loyalty.EventType, error) {
		if e.ID.IsZero() {
			return h.EventTypes.Create(ctx, auth.Actor(c), service.CreateEventType{Key: read(form).Text("eventKey"), Fields: fields, Once: once})
		}
		return h.EventTypes.Change(ctx, auth.Actor(c), service.ChangeEventType{Ref: e.ID.String(), Fields: fields, Once: once, Still: func(now loyalty.EventType) bool {
			return stillSaved(form, savedEvent(now))
		}})
	}, func(saved loyalty.EventType) done {
		return done{To: "/program/events", Flash: i18n.T(ctx, "%s is saved.", saved.Name)}
	}, again)
}

// eventFields reads the form: of points and rate only what the mode has.
func eventFields(f ui.Form) service.EventTypeFields {
	r := read(f)
	out := service.EventTypeFields{
		Name: service.Given(r.Text("name")), Mode: service.Given(r.Text("mode")), Active: service.Given(f.On("isActive")),
		MaxPerDay: optional(r, "maxPerCustomerPerDay"), CooldownSeconds: optional(r, "cooldownSeconds"),
	}
	if r.Text("pauseUnit") != program.InSeconds {
		out.CooldownSeconds.Value *= 60
	}
	if r.Text("mode") == string(loyalty.EventVariable) {
		out.Rate = service.Given(r.Rate("pointsPerUnit"))
	} else {
		out.Points = service.Given(r.Whole("points"))
	}
	out.Unread = r.problems
	return out
}

// AskDeleteEvent is GET /program/events/:id/delete.
func (h *Handlers) AskDeleteEvent(c *fiber.Ctx) error {
	return h.askDeleteEvent(c, fresh(c), fiber.StatusOK)
}

func (h *Handlers) askDeleteEvent(c *fiber.Ctx, f ui.Form, status int) error {
	ctx := c.UserContext()
	e, err := h.EventTypes.Get(ctx, auth.Actor(c), c.Params("id"))
	if err != nil {
		return err
	}
	return h.ask(c, status, program.AskProps{
		Title: i18n.T(ctx, "Delete %s?", e.Name), Text: i18n.T(ctx, "Where a guest has earned by it, it is switched off instead, and the history stays."),
		Action: "/program/events/" + e.ID.String() + "/delete", Button: i18n.T(ctx, "Delete"), Danger: true, BackHref: "/program/events", Form: f,
	})
}

// DeleteEvent is POST /program/events/:id/delete.
func (h *Handlers) DeleteEvent(c *fiber.Ctx) error {
	ctx := c.UserContext()
	e, err := h.EventTypes.Get(ctx, auth.Actor(c), c.Params("id"))
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(loyalty.Once) (bool, error) {
		return h.EventTypes.Delete(ctx, auth.Actor(c), e.ID.String())
	}, func(deleted bool) done {
		if deleted {
			return done{To: "/program/events", Flash: i18n.T(ctx, "%s is deleted.", e.Name)}
		}
		return done{To: "/program/events", Flash: i18n.T(ctx, "%s is switched off.", e.Name)}
	}, func(back ui.Form) error { return h.askDeleteEvent(c, back, fiber.StatusUnprocessableEntity) })
}
