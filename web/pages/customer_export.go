package pages

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/bind"
)

// CustomerExport is GET /customers/:id/export: everything held on the person,
// as one document to keep.
func (h *Handlers) CustomerExport(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := auth.Actor(c).Require(loyalty.CustomersUpdate); err != nil {
		return err
	}
	held, err := h.Services.Customers.Export(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(held, "", "  ")
	if err != nil {
		return err
	}
	c.Attachment("customer-" + id.String() + ".json")
	c.Type("json", "utf-8")
	return c.Send(b)
}
