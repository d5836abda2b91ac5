package pages

import (
	"context"
	"encoding/csv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/ledger"
	"regulars/views/ui"
	"regulars/web/auth"
)

// transactionFilter is what the address asks of the ledger, and how the form
// shows it.
func (h *Handlers) transactionFilter(c *fiber.Ctx, cfg *loyalty.Config) (loyalty.TransactionFilter, ledger.FilterProps) {
	ctx := c.UserContext()
	shown := h.recordFilter(c, cfg)
	for _, t := range loyalty.TransactionTypes() {
		shown.Types = append(shown.Types, ui.Option{Value: string(t), Label: typeName(ctx, t)})
	}
	shown.Type = c.Query("type")
	f := loyalty.TransactionFilter{Type: loyalty.TransactionType(shown.Type), From: dayIn(ctx, shown.From), To: dayAfter(ctx, shown.To)}
	if id, ok := loyalty.ParseID(shown.Store); ok {
		f.StoreIDs = []loyalty.ID{id}
	}
	if id, ok := loyalty.ParseID(c.Query("customer")); ok {
		f.CustomerID = id
	}
	return f, shown
}

func (h *Handlers) recordFilter(c *fiber.Ctx, cfg *loyalty.Config) ledger.FilterProps {
	f := ledger.FilterProps{Store: strings.TrimSpace(c.Query("store")), From: c.Query("from"), To: c.Query("to"), Stores: ownStores(auth.Actor(c), cfg)}
	if id, ok := chosenStore(f.Stores, f.Store); ok {
		f.Store = id.String()
	}
	return f
}

// dayIn is the start of the day in the reader's time zone; the zero time when
// it isn't a day.
func dayIn(ctx context.Context, s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, i18n.Zone(ctx))
	if err != nil {
		return time.Time{}
	}
	return t
}

// dayAfter is the end of the day: people mean the last day of a period too.
func dayAfter(ctx context.Context, s string) time.Time {
	t := dayIn(ctx, s)
	if t.IsZero() {
		return t
	}
	return t.AddDate(0, 0, 1)
}

// Transactions is GET /transactions.
func (h *Handlers) Transactions(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.Config(ctx, actor)
	if err != nil {
		return err
	}
	f, shown := h.transactionFilter(c, cfg)
	page := pageOf(c)
	rows, total, err := h.Ledger.Transactions(ctx, actor, f, page)
	if err != nil {
		return err
	}
	p := ledger.TransactionsProps{
		Filter: shown, Paging: paging(ctx, c, page, total, i18n.T(ctx, "Pages of transactions")),
		CSV: strings.Replace(withQuery(c, "page", ""), ledger.TransactionsPath, ledger.TransactionsPath+".csv", 1),
	}
	for _, r := range rows {
		row := ledger.Transaction{
			When: i18n.DateTime(ctx, r.At), Machine: i18n.Machine(r.At), Type: typeName(ctx, r.Type), Icon: typeIcon(r.Type),
			Customer: r.CustomerName, CustomerHref: customerPath(r.CustomerID), Points: i18n.Signed(ctx, r.Points),
			After: i18n.Number(ctx, r.BalanceAfter), Reason: reasonText(ctx, r.Transaction), Where: r.StoreName, Who: r.StaffName,
			Tone: typeTone(r.Transaction), Why: why(ctx, r.Explanation, r.Points), Reversed: r.Reversed,
		}
		if r.Type == loyalty.Earn && !r.Reversed && actor.Can(loyalty.LoyaltyAdjust) {
			row.MoveHref = movePath(r.CustomerID, r.ID)
		}
		p.Rows = append(p.Rows, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Transactions"), Active: "transactions", Wide: true}, ledger.Transactions(p))
}

// csvRows is how many rows a file holds at most.
const csvRows = 10_000

// TransactionsCSV is GET /transactions.csv: the filtered ledger as a file.
func (h *Handlers) TransactionsCSV(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.Config(ctx, actor)
	if err != nil {
		return err
	}
	f, _ := h.transactionFilter(c, cfg)
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"id", "created_at", "type", "points", "balance_after", "reason", "customer_id", "store", "staff"}) // a Builder takes everything
	for n := 1; n <= csvRows/100; n++ {
		rows, _, err := h.Ledger.Transactions(ctx, actor, f, loyalty.Page{Number: n, Size: 100})
		if err != nil {
			return err
		}
		for _, r := range rows {
			_ = w.Write([]string{
				r.ID.String(), r.At.UTC().Format(time.RFC3339), string(r.Type), i18n.Plain(int64(r.Points)), i18n.Plain(int64(r.BalanceAfter)),
				plainCell(r.Reason), r.CustomerID.String(), plainCell(r.StoreName), plainCell(r.StaffName),
			}) // a Builder takes everything
		}
		if len(rows) < 100 {
			break
		}
	}
	w.Flush()
	c.Attachment("transactions.csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.SendString(b.String())
}

// plainCell keeps a spreadsheet from taking a text for a formula.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Orders is GET /orders.
func (h *Handlers) Orders(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.Config(ctx, actor)
	if err != nil {
		return err
	}
	shown := h.recordFilter(c, cfg)
	shown.Status = c.Query("status")
	f := loyalty.OrderFilter{From: dayIn(ctx, shown.From), To: dayAfter(ctx, shown.To)}
	if f.Unclaimed = shown.Status == "unclaimed"; !f.Unclaimed {
		f.Status = loyalty.OrderStatus(shown.Status)
	}
	for _, s := range []loyalty.OrderStatus{loyalty.OrderOpen, loyalty.OrderCompleted, loyalty.OrderCancelled, loyalty.OrderRefunded} {
		shown.Statuses = append(shown.Statuses, ui.Option{Value: string(s), Label: orderStatus(ctx, s)})
	}
	shown.Statuses = append(shown.Statuses, ui.Option{Value: "unclaimed", Label: i18n.T(ctx, "Unclaimed")})
	if id, ok := loyalty.ParseID(shown.Store); ok {
		f.StoreIDs = []loyalty.ID{id}
	}
	page := pageOf(c)
	rows, total, err := h.Ledger.OrderDetails(ctx, actor, f, page)
	if err != nil {
		return err
	}
	p := ledger.OrdersProps{Filter: shown, Paging: paging(ctx, c, page, total, i18n.T(ctx, "Pages of orders"))}
	for _, r := range rows {
		o := r.Order
		at := o.CompletedAt
		if at.IsZero() {
			at = o.CreatedAt
		}
		row := ledger.Order{
			Ref: o.ExternalID, When: i18n.DateTime(ctx, at), Machine: i18n.Machine(at), Total: i18n.Money(ctx, int64(o.Total), o.Currency),
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
		if a := r.Award; a != nil {
			row.Customer, row.Points = a.Name, i18n.Number(ctx, o.Earned-o.Reversed)
			row.Why = why(ctx, a.Transaction.Explanation, o.Earned)
		}
		p.Rows = append(p.Rows, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Orders"), Active: "orders", Wide: true}, ledger.Orders(p))
}

func orderStatus(ctx context.Context, s loyalty.OrderStatus) string {
	switch s {
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
