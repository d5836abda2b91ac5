package pages

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/web/auth"
	"regulars/web/bind"
)

// CustomerExport is GET /customers/:id/export: everything held on the person,
// as the same document that the JSON API gives, laid out to be read. The name of
// the file says nothing about the person.
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
	for i := range held.Anomalies { // what the cases say is for the guest to read
		held.Anomalies[i].Description = sentence(c.UserContext(), held.Anomalies[i])
	}
	b, err := json.MarshalIndent(h.document(held), "", "  ")
	if err != nil {
		return err
	}
	c.Attachment("customer-data.json")
	c.Type("json", "utf-8")
	return c.Send(b)
}
