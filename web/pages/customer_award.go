package pages

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/web/auth"
	"regulars/web/bind"
)

// AwardByHand is GET and POST /customers/:id/award: points without a bill, as a
// manager gives them, and a cashier below the approval limit.
func (h *Handlers) AwardByHand(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	most, err := h.Ledger.ByHand(ctx, actor)
	if err != nil {
		return err
	}
	if most == 0 {
		return loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Points by hand need a manager.")
	}
	form := awardForm(most)
	if c.Method() == fiber.MethodPost {
		return h.sendCustomerForm(c, form, customers.Award, id, customerPath(id))
	}
	return h.showCustomerForm(c, fiber.StatusOK, form, customers.Award, customerPath(id), fresh(c).With("points", c.Query("points")))
}

// awardForm gives points by hand, most of them at most.
func awardForm(most loyalty.Points) customerForm {
	return customerForm{
		scope: loyalty.Award,
		props: func(ctx context.Context) customers.FormProps {
			p := customers.FormProps{Title: i18n.T(ctx, "Give points by hand"), Submit: i18n.T(ctx, "Give points"), Text: i18n.T(ctx, "Points without a bill. They count towards the tier, as those of an order do.")}
			if most < loyalty.MaxPoints {
				p.Text += " " + i18n.N(ctx, "You can give %d point at once; more need a manager.", "You can give up to %d points at once; more need a manager.", most)
			}
			return p
		},
		do: awardCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "Points given.") },
	}
}

func awardCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error) {
	points := in.Whole("points")
	if err := in.Err(); err != nil {
		return id, err
	}
	_, err := h.Ledger.Award(ctx, actor, service.AwardPoints{
		Customer: service.CustomerRef{ID: id}, Points: loyalty.Points(points), Reason: in.Text("reason"), StoreID: actor.StoreID,
		Once: answering(once, func(service.Awarded) loyalty.ID { return id }),
	})
	return id, err
}
