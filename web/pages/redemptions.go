package pages

import (
	"context"
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

var redemptionStatuses = []loyalty.RedemptionStatus{loyalty.Issued, loyalty.Held, loyalty.Fulfilled, loyalty.Cancelled}

// Redemptions is GET /redemptions: the fulfilment queue.
func (h *Handlers) Redemptions(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	f := fresh(c)
	p := ledger.RedemptionsProps{CSRF: f.CSRF, Code: strings.ToUpper(strings.TrimSpace(c.Query("code")))}
	status := loyalty.RedemptionStatus(c.Query("status", string(loyalty.Issued)))
	for _, s := range redemptionStatuses {
		p.Tabs = append(p.Tabs, ui.Tab{Label: redemptionStatus(ctx, s), Href: ledger.RedemptionsPath + "?status=" + string(s), Active: p.Code == "" && s == status})
	}
	var rows []loyalty.RedemptionRow
	page := pageOf(c)
	if p.Code != "" {
		row, err := h.redemptionByCode(ctx, actor, p.Code)
		if loyalty.KindOf(err) != loyalty.NotFound {
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
	} else {
		found, total, err := h.Ledger.Redemptions(ctx, actor, loyalty.RedemptionFilter{Status: status}, page)
		if err != nil {
			return err
		}
		rows, p.Paging = found, paging(ctx, c, page, total, i18n.T(ctx, "Pages of redemptions"))
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, redemptionProps(ctx, c, r))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Redemptions"), Active: "redemptions"}, ledger.Redemptions(p))
}

func (h *Handlers) redemptionByCode(ctx context.Context, actor loyalty.Actor, code string) (loyalty.RedemptionRow, error) {
	d, err := h.Ledger.RedemptionByCode(ctx, actor, code)
	if err != nil {
		return loyalty.RedemptionRow{}, err
	}
	who, err := h.Services.Customers.Get(ctx, actor, service.CustomerRef{ID: d.CustomerID})
	return loyalty.RedemptionRow{Redemption: d, CustomerName: who.Name}, err
}

func redemptionProps(ctx context.Context, c *fiber.Ctx, r loyalty.RedemptionRow) ledger.Redemption {
	out := ledger.Redemption{
		Reward: r.RewardName, Code: r.Code, Customer: r.CustomerName, CustomerHref: customerPath(r.CustomerID), Store: r.StoreName,
		When: i18n.DateTime(ctx, r.CreatedAt), Machine: i18n.Machine(r.CreatedAt), Cost: i18n.Number(ctx, r.Cost),
		Status: redemptionStatus(ctx, r.Status), Key: fresh(c).Key,
	}
	switch r.Status {
	case loyalty.Issued, loyalty.Held:
		out.Tone = ui.Note
		base := ledger.RedemptionsPath + "/" + r.ID.String()
		out.FulfillHref, out.CancelHref = base+"/fulfill", base+"/cancel"
	case loyalty.Fulfilled:
		out.Tone = ui.Good
	case loyalty.Cancelled:
	}
	return out
}

func redemptionStatus(ctx context.Context, s loyalty.RedemptionStatus) string {
	switch s {
	case loyalty.Issued:
		return i18n.T(ctx, "Handed out")
	case loyalty.Held:
		return i18n.T(ctx, "Set aside")
	case loyalty.Fulfilled:
		return i18n.T(ctx, "Used")
	case loyalty.Cancelled:
		return i18n.T(ctx, "Given back")
	}
	return string(s)
}

// FulfillRedemption is POST /redemptions/:id/fulfill.
func (h *Handlers) FulfillRedemption(c *fiber.Ctx) error {
	return h.endRedemptionForm(c, h.Ledger.Fulfill, i18n.T(c.UserContext(), "Marked as used."))
}

// CancelRedemption is POST /redemptions/:id/cancel.
func (h *Handlers) CancelRedemption(c *fiber.Ctx) error {
	return h.endRedemptionForm(c, h.Ledger.Cancel, i18n.T(c.UserContext(), "The points were given back."))
}

func (h *Handlers) endRedemptionForm(
	c *fiber.Ctx, end func(context.Context, loyalty.Actor, service.EndRedemption) (service.Redeemed, error), said string,
) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixRedemption)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.Redeemed, error) {
		return end(c.UserContext(), auth.Actor(c), service.EndRedemption{RedemptionID: id, Once: once})
	}, func(service.Redeemed) done {
		return done{To: ledger.RedemptionsPath, Flash: said}
	}, func(f ui.Form) error {
		return h.leave(c, done{To: ledger.RedemptionsPath, Flash: f.Problem, Tone: "bad"})
	})
}
