package pages

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// ended answers instead of a form that has nothing to do any more: why says so,
// and the page leads back to the guest.
func (h *Handlers) ended(c *fiber.Ctx, title string, id loyalty.ID, why error) error {
	p := customers.EndedProps{Title: title, Text: i18n.Error(c.UserContext(), why), Back: customerPath(id), Dialog: target(c) == ui.ModalID}
	if p.Dialog {
		return part(c, fiber.StatusConflict, customers.Ended(p))
	}
	return h.page(c, shell{Title: title, Active: "customers", Status: fiber.StatusConflict}, customers.Ended(p))
}

// forNamed are the forms that need to know who the guest is. The others work on
// what is left of one who was erased: balances are put right all the same.
var forNamed = []string{customers.Edit, customers.Anonymize, customers.Award}

// unnamed is why such a form can't be had for the guest; nil when it can.
func unnamed(who loyalty.Customer, kind string) error {
	if !slices.Contains(forNamed, kind) {
		return nil
	}
	return who.CheckNamed()
}

// named is the guest, for what needs to know who that is; why says that the
// guest was erased.
func (h *Handlers) named(c *fiber.Ctx, id loyalty.ID) (who loyalty.Member, why, err error) {
	who, err = h.Services.Customers.Get(c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id})
	if err == nil {
		why = who.CheckNamed()
	}
	return who, why, err
}
