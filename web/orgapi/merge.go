package orgapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type mergeRequest struct {
	SourceCustomerID bind.Ref[bind.Customer] `json:"sourceCustomerId"`
}

// MergeCustomer is POST /v1/loyalty/customers/:id/merge.
func (h Handlers) MergeCustomer(c *fiber.Ctx) error {
	var in mergeRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (loyalty.Member, error) {
		return h.Customers.Merge(c.UserContext(), auth.Actor(c), service.MergeCustomers{ID: id, SourceID: in.SourceCustomerID.ID, Once: once})
	}, func(m loyalty.Member) (int, any) { return fiber.StatusOK, customerOf(m) })
}

type unmerged struct {
	Customer customer `json:"customer"`
	Restored customer `json:"restored"`
}

// UnmergeCustomer is POST /v1/loyalty/customers/:id/unmerge.
func (h Handlers) UnmergeCustomer(c *fiber.Ctx) error {
	var in mergeRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.OptionalJSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (service.Unmerged, error) {
		return h.Customers.Unmerge(c.UserContext(), auth.Actor(c), service.UnmergeCustomers{ID: id, SourceID: in.SourceCustomerID.ID, Once: once})
	}, func(u service.Unmerged) (int, any) {
		return fiber.StatusOK, unmerged{customerOf(u.Survivor), customerOf(u.Source)}
	})
}
