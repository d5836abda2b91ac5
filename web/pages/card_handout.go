package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/card"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// CardHandout is GET /customers/:id/card: the guest's card for staff, who hand
// it out, replace it or take it away.
func (h *Handlers) CardHandout(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	return h.cardHandout(c, fiber.StatusOK, id, fresh(c))
}

func (h *Handlers) cardHandout(c *fiber.Ctx, status int, id loyalty.ID, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	who, why, err := h.named(c, id)
	if err != nil {
		return err
	}
	if why != nil {
		return h.ended(c, i18n.T(ctx, "Membership card"), id, why)
	}
	p := card.HandoutProps{Name: shownName(ctx, who.Customer), Action: cardPath(id), Back: customerPath(id), Form: f, Dialog: target(c) == ui.ModalID}
	switch c.Query("done") {
	case "issued":
		p.Note = i18n.T(ctx, "The card is issued.")
	case "revoked":
		p.Note = i18n.T(ctx, "The card is revoked.")
	}
	held, err := h.Cards.Of(ctx, actor, id, h.cardKey)
	switch {
	case err == nil:
		p.Issued, p.Code = i18n.Date(ctx, held.IssuedAt), loyalty.GroupedCode(held.Code)
		if err := showLink(c, &p, held.Token); err != nil {
			return err
		}
	case loyalty.KindOf(err) != loyalty.NotFound:
		return err
	}
	if p.Dialog {
		return part(c, status, card.Handout(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Membership card"), Active: "customers", Status: status}, card.Handout(p))
}

func showLink(c *fiber.Ctx, p *card.HandoutProps, token string) error {
	if token == "" {
		return nil
	}
	p.Link = c.BaseURL() + card.Path + "/" + token
	modules, err := qrModules(p.Link)
	if err != nil {
		return err
	}
	p.QR = ui.QR(modules, i18n.T(c.UserContext(), "QR code of the card’s link"))
	return nil
}

func cardPath(id loyalty.ID) string { return customerPath(id) + "/card" }

// IssueCard is POST /customers/:id/card: the first card, or another instead.
func (h *Handlers) IssueCard(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.Issued, error) {
		return h.Cards.Issue(c.UserContext(), auth.Actor(c), service.IssueCard{CustomerID: id, Key: h.cardKey, Once: once})
	}, func(service.Issued) done {
		return done{To: cardPath(id) + "?done=issued", Inside: true}
	}, func(f ui.Form) error { return h.cardHandout(c, fiber.StatusUnprocessableEntity, id, f) })
}

// RevokeCard is POST /customers/:id/card/revoke.
func (h *Handlers) RevokeCard(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (loyalty.ID, error) {
		return h.Cards.Revoke(c.UserContext(), auth.Actor(c), service.RevokeCard{CustomerID: id, Once: once})
	}, func(loyalty.ID) done {
		return done{To: cardPath(id) + "?done=revoked", Inside: true}
	}, func(f ui.Form) error { return h.cardHandout(c, fiber.StatusUnprocessableEntity, id, f) })
}
