package pages

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/ledger"
	"regulars/views/ui"
	"regulars/web/auth"
)

// unclaimed is the tab of the orders whose guest nobody knows.
const unclaimed = "unclaimed"

var orderTabs = []loyalty.OrderStatus{"", unclaimed, loyalty.OrderOpen, loyalty.OrderCompleted, loyalty.OrderCancelled, loyalty.OrderRefunded}

// Orders is GET /orders.
func (h *Handlers) Orders(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	shown := h.recordFilter(c, cfg)
	shown.Filtered = shown.Store+shown.From+shown.To != ""
	f := loyalty.OrderFilter{From: dayIn(ctx, shown.From), To: dayAfter(ctx, shown.To)}
	p := ledger.OrdersProps{}
	for _, s := range orderTabs {
		tab := ui.Tab{Label: orderStatus(ctx, s), Href: withQuery(c, "status", string(s)), Active: c.Query("status") == string(s)}
		if tab.Active && s != "" {
			shown.Status = string(s)
		}
		p.Tabs = append(p.Tabs, tab)
	}
	if f.Unclaimed = shown.Status == unclaimed; !f.Unclaimed {
		f.Status = loyalty.OrderStatus(shown.Status)
	}
	p.Tabs[0].Active = shown.Status == ""
	if id, ok := loyalty.ParseID(shown.Store); ok {
		f.StoreIDs = []loyalty.ID{id}
	}
	page := pageOf(c)
	rows, total, err := h.Ledger.OrderRows(ctx, actor, f, page)
	if err != nil {
		return err
	}
	p.None, p.Import = total == 0 && !shown.Filtered && shown.Status == "", actor.Can(loyalty.Administer)
	p.Filter, p.Paging = shown, paging(ctx, c, page, total, i18n.T(ctx, "Pages of orders"))
	for _, r := range rows {
		row := orderRow(ctx, cfg, r, h.now())
		if actor.Can(loyalty.OrdersCreate) && service.Claimable(cfg, r.Order, h.now()) == nil {
			row.ClaimHref = claimPath(r.ID, c.OriginalURL())
		}
		p.Rows = append(p.Rows, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Orders"), Active: "orders", Wide: true}, ledger.Orders(p))
}

func orderRow(ctx ctx, cfg *loyalty.Config, o service.OrderRow, now time.Time) ledger.Order {
	at := o.CompletedAt
	if at.IsZero() {
		at = o.CreatedAt
	}
	row := ledger.Order{
		Ref: orderName(ctx, o.Order), When: i18n.DateTime(ctx, at), Machine: i18n.Machine(at), Total: i18n.Money(ctx, int64(o.Total), o.Currency),
		Status: orderStatus(ctx, o.Status), Tone: orderTone(o.Status),
	}
	if store, err := cfg.Store(o.StoreID); err == nil {
		row.Store = store.Name
	}
	if !o.CustomerID.IsZero() {
		row.CustomerHref, row.Customer = customerPath(o.CustomerID), i18n.T(ctx, "Customer")
	}
	if o.RefundedTotal > 0 {
		row.Refunded = i18n.T(ctx, "%s refunded", i18n.Money(ctx, int64(o.RefundedTotal), o.Currency))
	}
	if a := o.Award; a != nil {
		row.Customer, row.Cashier, row.Points = nameOr(ctx, a.CustomerName, a.CustomerErased), a.StaffName, i18n.Number(ctx, o.Earned-o.Reversed)
		row.Why = whyLeft(ctx, a.Explanation, o.Order)
		if t := o.Taken; t != nil {
			row.Taken, row.TakenHref = takenBy(ctx, t), ledger.TransactionsPath+"?customer="+t.CustomerID.String()+"&type="+string(loyalty.Reverse)
		}
		return row
	}
	row.WhyNot = whyNot(ctx, cfg, o.Order, now)
	return row
}

// whyLeft is why an order has given as many points as it has by now.
func whyLeft(ctx ctx, e *loyalty.Explanation, o loyalty.Order) []ui.SumLine {
	lines := why(ctx, e, o.Earned)
	if lines == nil || o.Reversed == 0 {
		return lines
	}
	return append(lines, ui.SumLine{Label: i18n.T(ctx, "Taken back"), Value: i18n.Signed(ctx, -o.Reversed)},
		ui.SumLine{Label: i18n.T(ctx, "Points left"), Value: i18n.Number(ctx, o.Earned-o.Reversed), Total: true})
}

// takenBy says when and by whom an award was taken back.
func takenBy(ctx ctx, t *loyalty.LedgerRow) string {
	if t.StaffName == "" {
		return i18n.T(ctx, "Award taken back on %s", i18n.DateTime(ctx, t.At))
	}
	return i18n.T(ctx, "Award taken back on %s by %s", i18n.DateTime(ctx, t.At), t.StaffName)
}

// orderName is the receipt's number; a bill that was typed without one has
// none to show.
func orderName(ctx ctx, o loyalty.Order) string {
	if strings.HasPrefix(o.ExternalID, unnumbered) {
		return i18n.T(ctx, "Bill at the till")
	}
	return "#" + o.ExternalID
}

// whyNot says why an order has earned nothing.
func whyNot(ctx context.Context, cfg *loyalty.Config, o loyalty.Order, now time.Time) string {
	switch {
	case o.Status == loyalty.OrderOpen:
		return i18n.T(ctx, "earns once it is completed")
	case o.Status != loyalty.OrderCompleted:
		return i18n.T(ctx, "earned nothing")
	case !o.CustomerID.IsZero():
		return i18n.T(ctx, "earned nothing")
	case cfg.Program == nil:
		return i18n.T(ctx, "no program was active")
	}
	last := o.CompletedAt.AddDate(0, 0, cfg.Program.ClaimWindowDays)
	if now.After(last) {
		return i18n.T(ctx, "too late to claim")
	}
	return i18n.T(ctx, "a guest can claim it until %s", i18n.Date(ctx, last))
}

func orderStatus(ctx context.Context, s loyalty.OrderStatus) string {
	switch s {
	case "":
		return i18n.T(ctx, "All")
	case unclaimed:
		return i18n.T(ctx, "Unclaimed")
	case loyalty.OrderOpen:
		return i18n.T(ctx, "Open")
	case loyalty.OrderCompleted:
		return i18n.T(ctx, "Completed")
	case loyalty.OrderCancelled:
		return i18n.T(ctx, "Cancelled")
	case loyalty.OrderRefunded:
		return i18n.T(ctx, "Refunded")
	}
	return string(s)
}

func orderTone(s loyalty.OrderStatus) ui.Tone {
	switch s {
	case loyalty.OrderCompleted:
		return ui.Good
	case loyalty.OrderOpen:
		return ui.Note
	case loyalty.OrderCancelled, loyalty.OrderRefunded:
	}
	return ui.Quiet
}
