package pages

import (
	"context"
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

// redemptionTabs are the queues, what is to be done first; "all" is every one.
var redemptionTabs = []loyalty.RedemptionStatus{loyalty.Issued, loyalty.Held, loyalty.Fulfilled, loyalty.Cancelled, allRedemptions}

const allRedemptions = loyalty.RedemptionStatus("all")

// Redemptions is GET /redemptions: the fulfilment queue.
func (h *Handlers) Redemptions(c *fiber.Ctx) error {
	ctx := c.UserContext()
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	shown := h.recordFilter(c, cfg)
	status := loyalty.RedemptionStatus(c.Query("status", string(loyalty.Issued)))
	p := ledger.RedemptionsProps{CSRF: fresh(c).CSRF, Code: strings.TrimSpace(c.Query("code")), Store: shown.Store, Stores: shown.Stores, Status: string(status)}
	for _, s := range redemptionTabs {
		label := redemptionStatus(ctx, s)
		if s == loyalty.Held { // for a guest's app, or for a manager
			label = i18n.T(ctx, "On hold")
		}
		p.Tabs = append(p.Tabs, ui.Tab{Label: label, Href: redemptionsAddress(string(s), p.Store, ""), Active: p.Code == "" && s == status})
	}
	rows, err := h.redemptionRows(c, &p, status)
	if err != nil {
		return err
	}
	for _, r := range rows {
		p.Rows = append(p.Rows, redemptionProps(c, r))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Redemptions"), Active: "redemptions"}, ledger.Redemptions(p))
}

// redemptionRows are those of a queue, or the one with the code looked up.
func (h *Handlers) redemptionRows(c *fiber.Ctx, p *ledger.RedemptionsProps, status loyalty.RedemptionStatus) ([]loyalty.RedemptionRow, error) {
	actor, ctx := auth.Actor(c), c.UserContext()
	if p.Code != "" {
		code, _ := redemptionCode(p.Code) // what can be no code finds nothing
		row, err := h.redemptionByCode(ctx, actor, code)
		if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
			return nil, nil
		}
		return []loyalty.RedemptionRow{row}, err
	}
	f := loyalty.RedemptionFilter{Status: status}
	if status == allRedemptions {
		f.Status = ""
	}
	if id, ok := loyalty.ParseID(p.Store); ok {
		f.StoreIDs = []loyalty.ID{id}
	}
	page := pageOf(c)
	rows, total, err := h.Ledger.Redemptions(ctx, actor, f, page)
	p.Paging = paging(ctx, c, page, total, i18n.T(ctx, "Pages of redemptions"))
	return rows, err
}

// redemptionsAddress is where a queue, or a code looked up, is shown.
func redemptionsAddress(status, store, code string) string {
	q := url.Values{}
	for name, value := range map[string]string{"status": status, "store": store, "code": code} {
		if value != "" && (name != "status" || code == "" && value != string(loyalty.Issued)) {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return ledger.RedemptionsPath
	}
	return ledger.RedemptionsPath + "?" + q.Encode()
}

func (h *Handlers) redemptionByCode(ctx context.Context, actor loyalty.Actor, code string) (loyalty.RedemptionRow, error) {
	d, err := h.Ledger.RedemptionByCode(ctx, actor, code)
	if err != nil {
		return loyalty.RedemptionRow{}, err
	}
	who, err := h.Services.Customers.Get(ctx, actor, service.CustomerRef{ID: d.CustomerID})
	if err != nil {
		return loyalty.RedemptionRow{}, err
	}
	row := loyalty.RedemptionRow{Redemption: d, CustomerName: who.Name, CustomerErased: !who.AnonymizedAt.IsZero()}
	cfg, err := h.Config(ctx, actor)
	if err == nil && !d.StoreID.IsZero() {
		store, missing := cfg.Store(d.StoreID)
		if missing == nil {
			row.StoreName = store.Name
		}
	}
	return row, err
}

func redemptionProps(c *fiber.Ctx, r loyalty.RedemptionRow) ledger.Redemption {
	ctx := c.UserContext()
	out := ledger.Redemption{
		Reward: r.RewardName, Code: r.Code, Customer: nameOr(ctx, r.CustomerName, r.CustomerErased), CustomerHref: customerPath(r.CustomerID), Store: r.StoreName,
		When: i18n.DateTime(ctx, r.CreatedAt), Machine: i18n.Machine(r.CreatedAt), Cost: i18n.Number(ctx, r.Cost),
		Status: redemptionStatus(ctx, r.Status), Key: fresh(c).Key,
	}
	switch r.Status {
	case loyalty.Issued, loyalty.Held:
		out.Tone = ui.Note
		base := ledger.RedemptionsPath + "/" + r.ID.String()
		out.FulfillHref, out.CancelHref = base+"/fulfill", base+"/cancel"
		if !r.ReviewCase.IsZero() {
			// It would be refused.
			out.Tone, out.FulfillHref, out.Status = ui.Warn, "", i18n.T(ctx, "Waits for a manager")
			out.Note = i18n.T(ctx, "until %s", i18n.DateTime(ctx, r.HeldUntil))
			if auth.Actor(c).Can(loyalty.AnomaliesReview) {
				out.CaseHref = "/anomalies/" + r.ReviewCase.String()
			}
			return out
		}
		if r.Status == loyalty.Held && !r.HeldUntil.IsZero() {
			out.Note = i18n.T(ctx, "kept until %s", i18n.DateTime(ctx, r.HeldUntil))
		}
	case loyalty.Fulfilled:
		out.Tone = ui.Good
		if !r.FulfilledAt.IsZero() {
			out.Note = i18n.DateTime(ctx, r.FulfilledAt)
		}
	case loyalty.Cancelled:
	}
	return out
}

func redemptionStatus(ctx context.Context, s loyalty.RedemptionStatus) string {
	switch s {
	case loyalty.Issued:
		return i18n.T(ctx, "To hand over")
	case loyalty.Held:
		return i18n.T(ctx, "Set aside")
	case loyalty.Fulfilled:
		return i18n.T(ctx, "Handed over")
	case loyalty.Cancelled:
		return i18n.T(ctx, "Given back")
	case allRedemptions:
		return i18n.T(ctx, "All")
	}
	return string(s)
}

// FulfillRedemption is POST /redemptions/:id/fulfill.
func (h *Handlers) FulfillRedemption(c *fiber.Ctx) error {
	return h.endRedemptionForm(c, h.Ledger.Fulfill, i18n.T(c.UserContext(), "Marked as handed over."))
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
	f := posted(c)
	back := redemptionsAddress(f.Value("status"), f.Value("store"), f.Value("code"))
	return submit(h, c, f, func(once loyalty.Once) (service.Redeemed, error) {
		return end(c.UserContext(), auth.Actor(c), service.EndRedemption{RedemptionID: id, Once: once})
	}, func(service.Redeemed) done {
		return done{To: back, Flash: said}
	}, func(f ui.Form) error {
		return h.leave(c, done{To: back, Flash: f.Problem, Tone: "bad"})
	})
}

// AskCancelRedemption is GET /redemptions/:id/cancel: asks before points go
// back.
func (h *Handlers) AskCancelRedemption(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, err := bind.PathID(c, "id", loyalty.PrefixRedemption)
	if err != nil {
		return err
	}
	d, err := h.Ledger.Redemption(ctx, actor, id)
	if err != nil {
		return err
	}
	who, err := h.Services.Customers.Get(ctx, actor, service.CustomerRef{ID: d.CustomerID})
	if err != nil {
		return err
	}
	p := ledger.GiveBackProps{
		Action: c.Path(), Form: fresh(c), Dialog: target(c) == ui.ModalID, Status: c.Query("status"), Store: c.Query("store"), Code: c.Query("code"),
		Text: i18n.T(ctx, "%s gets %s back for “%s”, and the code ends.", shownName(ctx, who.Customer), i18n.N(ctx, "%d point", "%d points", d.Cost), d.RewardName),
	}
	p.Back = redemptionsAddress(p.Status, p.Store, p.Code)
	if p.Dialog {
		return part(c, fiber.StatusOK, ledger.GiveBack(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Give the points back?"), Active: "redemptions"}, ledger.GiveBack(p))
}
