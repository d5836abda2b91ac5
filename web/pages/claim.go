package pages

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/ledger"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// claimPath is where an order is given to a guest; back is the list to return
// to.
func claimPath(order loyalty.ID, back string) string {
	return ledger.OrdersPath + "/" + order.String() + "/claim?back=" + url.QueryEscape(back)
}

// claimBack is the list of orders that the person came from.
func claimBack(c *fiber.Ctx) string {
	if back := auth.LocalPath(c.Query("back")); strings.HasPrefix(back, ledger.OrdersPath) {
		return back
	}
	return ledger.OrdersPath
}

// claimed is the order of the address, and what is said of it.
func (h *Handlers) claimed(c *fiber.Ctx) (loyalty.Order, ledger.ClaimProps, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	p := ledger.ClaimProps{Back: claimBack(c), Dialog: target(c) == ui.ModalID}
	id, err := bind.PathID(c, "id", loyalty.PrefixOrder)
	if err != nil {
		return loyalty.Order{}, p, err
	}
	found, err := h.Ledger.OrderDetail(ctx, actor, loyalty.ID{}, id, "")
	if err != nil {
		return loyalty.Order{}, p, err
	}
	cfg, err := h.setup(c)
	if err != nil {
		return loyalty.Order{}, p, err
	}
	row := orderRow(ctx, cfg, service.OrderRow{Order: found.Order}, h.now())
	p.Order = ledger.Claimed{Ref: row.Ref, Total: row.Total, When: row.When, Machine: row.Machine, Store: row.Store}
	if err := service.Claimable(cfg, found.Order, h.now()); err != nil {
		p.Refused = i18n.Error(ctx, err)
	}
	return found.Order, p, nil
}

// ClaimPick is GET and POST /orders/:id/claim: whose order it is.
func (h *Handlers) ClaimPick(c *fiber.Ctx) error {
	ctx := c.UserContext()
	order, p, err := h.claimed(c)
	if err != nil {
		return err
	}
	action, inDialog := claimPath(order.ID, p.Back), p.Dialog || c.Query("in") == "dialog"
	if inDialog {
		action += "&in=dialog"
	}
	typed := c.FormValue("q")
	found, err := h.lookUp(c, typed, func(guest loyalty.ID) string {
		return strings.Replace(action, "/claim?", "/claim/"+guest.String()+"?", 1)
	})
	if err != nil {
		return err
	}
	for i := range found.Matches {
		if inDialog {
			found.Matches[i].Attrs = ui.ModalAttrs(found.Matches[i].Href)
		}
		found.Matches[i].Focus = i == 0 && c.FormValue("go") != ""
	}
	_, scanned := loyalty.ParseCardCode(typed)
	if len(found.Matches) == 1 && (scanned || c.FormValue("go") != "") {
		return c.Redirect(found.Matches[0].Href, fiber.StatusSeeOther)
	}
	if target(c) == ledger.ClaimResultsID {
		return part(c, fiber.StatusOK, ui.Matches(found))
	}
	p.Found = found
	p.Find = ui.LookupProps{
		Action: action, Results: ledger.ClaimResultsID, Query: found.Query, Away: len(found.Matches) > 0, CSRF: auth.CSRF(c),
		Hint: i18n.T(ctx, "The last digits are enough. Scan a card here too."),
	}
	if p.Dialog {
		p.Find.Into = ui.ModalID
		return part(c, fiber.StatusOK, ledger.ClaimPick(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Whose order is it?"), Active: "orders"}, ledger.ClaimPick(p))
}

// ClaimPreview is GET /orders/:id/claim/:customer: what the guest would get.
func (h *Handlers) ClaimPreview(c *fiber.Ctx) error { return h.showClaim(c, fiber.StatusOK, fresh(c)) }

func (h *Handlers) showClaim(c *fiber.Ctx, status int, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	order, p, err := h.claimed(c)
	if err != nil {
		return err
	}
	guest, err := bind.PathID(c, "customer", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	who, err := h.Services.Customers.Get(ctx, actor, service.CustomerRef{ID: guest})
	if err != nil {
		return err
	}
	p.Form, p.Action, p.Again = f, c.OriginalURL(), claimPath(order.ID, p.Back)
	p.Name, p.Contact = shownName(ctx, who.Customer), cmp.Or(who.Phone, who.Email)
	v, err := h.Ledger.PreviewClaim(ctx, actor, service.ChangeOrder{StoreID: order.StoreID, OrderID: order.ID, Customer: service.CustomerRef{ID: guest}})
	if err != nil {
		back, ok := refused(c, f, err)
		if !ok {
			return err
		}
		p.Refused = cmp.Or(p.Refused, back.Problem)
	} else {
		p.Points, p.Why, p.After, p.TierUp = claimWorth(ctx, v)
	}
	if target(c) == ledger.ClaimResultsID { // a card was scanned
		if c.Query("in") != "dialog" {
			c.Set("HX-Redirect", c.OriginalURL())
			return c.SendStatus(fiber.StatusNoContent)
		}
		c.Set("HX-Retarget", "#"+ui.ModalID)
		p.Dialog = true
	}
	if p.Dialog {
		return part(c, status, ledger.ClaimConfirm(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Give the order to this guest?"), Active: "orders", Status: status}, ledger.ClaimConfirm(p))
}

// claimWorth is what the guest would get for an order, and why; an order that
// is still open earns later.
func claimWorth(ctx ctx, v service.OrderResult) (points string, lines []ui.SumLine, after, tierUp string) {
	a := v.Award
	if a == nil {
		return i18n.T(ctx, "No points yet"), nil, i18n.T(ctx, "earns once it is completed"), ""
	}
	if a.Before.ID != a.Tier.ID {
		tierUp = a.Tier.Name
	}
	earned := v.Order.Earned - v.Order.Reversed
	return i18n.N(ctx, "+%d point", "+%d points", earned), why(ctx, a.Transaction.Explanation, v.Order.Earned),
		i18n.T(ctx, "New balance: %s", i18n.Number(ctx, a.Balance)), tierUp
}

// Claim is POST /orders/:id/claim/:customer.
func (h *Handlers) Claim(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	order, p, err := h.claimed(c)
	if err != nil {
		return err
	}
	guest, err := bind.PathID(c, "customer", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.OrderResult, error) {
		return h.Ledger.Change(ctx, actor, service.ChangeOrder{StoreID: order.StoreID, OrderID: order.ID, Customer: service.CustomerRef{ID: guest}, Once: once})
	}, func(service.OrderResult) done {
		// No name: this is kept as the form's answer, where erasing a guest
		// doesn't look for them.
		return done{To: p.Back, Flash: i18n.T(ctx, "The order was given to the guest."), Link: i18n.T(ctx, "See the guest"), Href: customerPath(guest)}
	}, func(again ui.Form) error { return h.showClaim(c, fiber.StatusUnprocessableEntity, again) })
}
