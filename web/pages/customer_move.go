package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

func movePath(customer, award loyalty.ID) string {
	return customerPath(customer) + "/move/" + award.String()
}

// MovePick is GET and POST /customers/:id/move/:transaction: to whom the award
// belongs.
func (h *Handlers) MovePick(c *fiber.Ctx) error {
	return h.pickMove(c, "", fiber.StatusOK)
}

func (h *Handlers) pickMove(c *fiber.Ctx, problem string, status int) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	award, err := bind.PathID(c, "transaction", loyalty.PrefixTransaction)
	if err != nil {
		return err
	}
	if _, err := h.Services.Customers.Get(c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id}); err != nil {
		return err
	}
	return h.pick(c, id, movePath(id, award), customers.PickProps{
		Title: i18n.T(c.UserContext(), "Move the award to the right customer"), Problem: problem,
		Text: i18n.T(c.UserContext(), "Find the customer it belongs to. Nothing changes before you confirm."),
	}, status)
}

// MovePreview is GET /customers/:id/move/:transaction/:other.
func (h *Handlers) MovePreview(c *fiber.Ctx) error {
	return h.showMove(c, fiber.StatusOK, fresh(c))
}

func (h *Handlers) showMove(c *fiber.Ctx, status int, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, cmd, err := moveCommand(c)
	if err != nil {
		return err
	}
	v, err := h.Ledger.PreviewMove(ctx, actor, cmd)
	if err != nil {
		back, ok := refused(c, f, err)
		if !ok || loyalty.KindOf(err) == loyalty.NotFound {
			return err
		}
		return h.pickMove(c, back.Problem, fiber.StatusUnprocessableEntity)
	}
	p := customers.MoveProps{
		Action: c.Path(), Back: customerPath(id), Form: f, Award: reasonText(ctx, v.Award),
		From: mergeSide(ctx, v.From, nil, i18n.T(ctx, "Taken from")), To: mergeSide(ctx, v.To, nil, i18n.T(ctx, "Given to")),
		Taken: i18n.Signed(ctx, v.Reversal.Points), Given: i18n.Signed(ctx, v.Given.Transaction.Points),
		Was: why(ctx, v.Award.Explanation, v.Award.Points), Will: why(ctx, v.Given.Transaction.Explanation, v.Given.Transaction.Points),
	}
	p.From.Balance = i18n.T(ctx, "balance afterwards %s", i18n.Number(ctx, v.Left))
	p.To.Balance = i18n.T(ctx, "balance afterwards %s", i18n.Number(ctx, v.Given.Balance))
	if given := v.Given.Transaction.Points; given != v.Award.Points {
		p.Differs = i18n.T(ctx, "At this customer’s tier the award is worth %s points instead of %s.", i18n.Number(ctx, given), i18n.Number(ctx, v.Award.Points))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Move the award to the right customer"), Active: "customers", Status: status}, customers.MovePreview(p))
}

func moveCommand(c *fiber.Ctx) (loyalty.ID, service.MoveAward, error) {
	id, other, err := pairIDs(c, "other")
	if err != nil {
		return id, service.MoveAward{}, err
	}
	award, err := bind.PathID(c, "transaction", loyalty.PrefixTransaction)
	return id, service.MoveAward{TransactionID: award, To: other}, err
}

// Move is POST /customers/:id/move/:transaction/:other.
func (h *Handlers) Move(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	_, cmd, err := moveCommand(c)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.Moved, error) {
		cmd.Once = once
		return h.Ledger.Move(ctx, actor, cmd)
	}, func(m service.Moved) done {
		// Whose page this is says whom it was moved to. The answer is kept, where
		// erasing a guest doesn't look for names.
		return done{To: customerPath(m.To.ID), Flash: i18n.T(ctx, "The award was moved here.")}
	}, func(again ui.Form) error { return h.showMove(c, fiber.StatusUnprocessableEntity, again) })
}
