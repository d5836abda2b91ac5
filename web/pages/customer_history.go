package pages

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// kindsShown are the tabs of a time line; the others stand under all.
var kindsShown = []loyalty.TransactionType{"", loyalty.Earn, loyalty.Redeem, loyalty.Adjust}

// tabNames are what the tabs call many of a kind.
var tabNames = map[loyalty.TransactionType]string{
	loyalty.Earn: i18n.Mark("Awards"), loyalty.Redeem: i18n.Mark("Redemptions"), loyalty.Adjust: i18n.Mark("Adjustments"),
}

// historyRows is how much of a time line is shown at once: what fits a phone
// without scrolling past everything else that stands there.
const historyRows = 10

// history is the part of a guest's time line that the address asks for.
func (h *Handlers) history(c *fiber.Ctx, id loyalty.ID) (customers.HistoryProps, error) {
	actor, ctx := auth.Actor(c), c.UserContext()
	kind := loyalty.TransactionType(c.Query("type"))
	page := pageOf(c)
	page.Size = historyRows
	rows, total, err := h.Ledger.Transactions(ctx, actor, loyalty.TransactionFilter{CustomerID: id, Type: kind}, page)
	if err != nil {
		return customers.HistoryProps{}, err
	}
	p := customers.HistoryProps{Paging: through(paging(ctx, c, page, total, i18n.T(ctx, "Pages of transactions")), "history")}
	for _, k := range kindsShown {
		label := i18n.T(ctx, "All")
		if k != "" {
			label = i18n.T(ctx, tabNames[k])
		}
		href := withQuery(c, "type", string(k))
		p.Tabs = append(p.Tabs, ui.Tab{Label: label, Href: href, Active: k == kind, Attrs: templAttrs{"hx-get": href, "hx-target": "#history", "hx-push-url": "true"}})
	}
	held, err := h.Ledger.HeldAwards(ctx, actor, id)
	if err != nil {
		return customers.HistoryProps{}, err
	}
	for _, r := range rows {
		it := historyItem(ctx, actor, r)
		it.Waits = slices.Contains(held, r.ID)
		p.Items = append(p.Items, it)
	}
	return p, nil
}

func historyItem(ctx context.Context, actor loyalty.Actor, r loyalty.LedgerRow) customers.Item {
	it := customers.Item{
		ID: "t-" + r.ID.String(), Icon: typeIcon(r.Type), Tone: typeTone(r.Transaction), Title: reasonText(ctx, r.Transaction),
		Amount: i18n.Signed(ctx, r.Points), When: i18n.DateTime(ctx, r.At), Machine: i18n.Machine(r.At), By: placeAndPerson(r),
		After: i18n.T(ctx, "%s · balance %s", rowName(ctx, r.Transaction), i18n.Number(ctx, r.BalanceAfter)), Reversed: r.Reversed,
		Why: why(ctx, r.Explanation, r.Points),
	}
	if r.Type == loyalty.Earn && !r.Reversed && actor.Can(loyalty.LoyaltyAdjust) {
		it.ReverseHref = customerPath(r.CustomerID) + "/reverse/" + r.ID.String()
		it.MoveHref = movePath(r.CustomerID, r.ID)
	}
	return it
}

func placeAndPerson(r loyalty.LedgerRow) string {
	switch {
	case r.StoreName != "" && r.StaffName != "":
		return r.StoreName + " · " + r.StaffName
	case r.StoreName != "":
		return r.StoreName
	}
	return r.StaffName
}

// reasonText is the reason as it was given; the program's own are translated. A
// bill that was typed at the till without a receipt's number has none to show.
func reasonText(ctx context.Context, t loyalty.Transaction) string {
	if i18n.Says(t.Reason, undoneAtTill) { // once it was kept in the language of whoever undid
		return i18n.T(ctx, undoneAtTill)
	}
	if said, ok := i18n.Lookup(ctx, t.Reason); ok {
		return said
	}
	// loyalty.Order.Reason has the till's number in it.
	ref, ofOrder := strings.CutPrefix(t.Reason, "Order #")
	back := t.Type == loyalty.Reverse
	switch {
	case ofOrder && strings.HasPrefix(ref, unnumbered) && back:
		return i18n.T(ctx, "Bill at the till, taken back")
	case ofOrder && strings.HasPrefix(ref, unnumbered):
		return i18n.T(ctx, "Bill at the till")
	case ofOrder && back:
		return i18n.T(ctx, "Order #%s, taken back", ref)
	case ofOrder:
		return i18n.T(ctx, "Order #%s", ref)
	}
	return t.Reason
}

func typeIcon(t loyalty.TransactionType) string {
	switch t {
	case loyalty.Earn:
		return "plus"
	case loyalty.Redeem:
		return "gift"
	case loyalty.Adjust:
		return "scale"
	case loyalty.Expire:
		return "clock"
	case loyalty.Reverse, loyalty.Refund:
		return "undo-2"
	case loyalty.Transfer:
	}
	return "arrow-left-right"
}

func typeTone(t loyalty.Transaction) ui.Tone {
	if t.Points > 0 {
		return ui.Good
	}
	if t.Type == loyalty.Redeem {
		return ui.Accent
	}
	return ui.Quiet
}
