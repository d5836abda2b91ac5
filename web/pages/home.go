package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/home"
	"regulars/views/i18n"
	"regulars/web/auth"
)

// Home is GET /: the figures. Cashiers work at the till.
func (h *Handlers) Home(c *fiber.Ctx) error {
	if auth.Actor(c).Role == loyalty.Cashier {
		return c.Redirect("/till", fiber.StatusSeeOther)
	}
	return h.page(c, shell{Title: i18n.T(c.UserContext(), "Home"), Active: "home"}, home.Page(home.Props{}))
}
