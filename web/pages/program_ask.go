package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
	"regulars/web/auth"
)

// AskActivate is GET /program/:id/activate: who would move.
func (h *Handlers) AskActivate(c *fiber.Ctx) error { return h.askActivate(c, fresh(c), fiber.StatusOK) }

func (h *Handlers) askActivate(c *fiber.Ctx, f ui.Form, status int) error {
	ctx := c.UserContext()
	p, all, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	v, err := h.Programs.Preview(ctx, auth.Actor(c), service.ChangeProgram{ID: p.ID, Moves: true, Fields: service.ProgramFields{Active: service.Given(true)}})
	if err != nil {
		return err
	}
	would := ladderWould(ctx, v, currency)
	text := i18n.T(ctx, "Every guest is in it from then on; balances stay.")
	if len(all) > 0 && all[0].Active {
		text = i18n.T(ctx, "It takes the place of %s. Every guest is in it from then on; balances stay.", all[0].Name)
	}
	return h.ask(c, status, program.AskProps{
		Title: i18n.T(ctx, "Activate %s?", p.Name), Text: text, Action: "/program/" + p.ID.String() + "/activate",
		Button: i18n.T(ctx, "Activate"), BackHref: "/program/" + p.ID.String(), Preview: &would, Form: f,
	})
}

func (h *Handlers) ask(c *fiber.Ctx, status int, p program.AskProps) error {
	if target(c) == ui.ModalID {
		return part(c, status, program.Ask(p))
	}
	return h.page(c, shell{Title: p.Title, Active: "program", Status: status}, program.AskPage(p))
}

// Activate is POST /program/:id/activate.
func (h *Handlers) Activate(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.ProgramChanged, error) {
		return h.Programs.Change(c.UserContext(), auth.Actor(c), service.ChangeProgram{
			ID: p.ID, Fields: service.ProgramFields{Active: service.Given(true)}, Once: once,
		})
	}, func(service.ProgramChanged) done {
		return done{To: "/program/" + p.ID.String(), Flash: i18n.T(c.UserContext(), "%s is active now.", p.Name)}
	}, func(back ui.Form) error { return h.askActivate(c, back, fiber.StatusUnprocessableEntity) })
}

// AskDeleteProgram is GET /program/:id/delete.
func (h *Handlers) AskDeleteProgram(c *fiber.Ctx) error {
	return h.askDeleteProgram(c, fresh(c), fiber.StatusOK)
}

func (h *Handlers) askDeleteProgram(c *fiber.Ctx, f ui.Form, status int) error {
	ctx := c.UserContext()
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	return h.ask(c, status, program.AskProps{
		Title: i18n.T(ctx, "Delete %s?", p.Name), Text: i18n.T(ctx, "Its tiers and rewards go with it. A program that has members stays."),
		Action: "/program/" + p.ID.String() + "/delete", Button: i18n.T(ctx, "Delete"), Danger: true, BackHref: "/program/" + p.ID.String(), Form: f,
	})
}

// DeleteProgram is POST /program/:id/delete.
func (h *Handlers) DeleteProgram(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(loyalty.Once) (struct{}, error) {
		return struct{}{}, h.Programs.Delete(c.UserContext(), auth.Actor(c), p.ID)
	}, func(struct{}) done {
		return done{To: "/program", Flash: i18n.T(c.UserContext(), "%s is deleted.", p.Name)}
	}, func(back ui.Form) error { return h.askDeleteProgram(c, back, fiber.StatusUnprocessableEntity) })
}
