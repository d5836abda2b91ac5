package pages

import (
	"context"
	"encoding/csv"
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

// transactionFilter is what the address asks of the ledger, and how the form
// shows it.
func (h *Handlers) transactionFilter(c *fiber.Ctx, cfg *loyalty.Config) (loyalty.TransactionFilter, ledger.FilterProps, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	shown := h.recordFilter(c, cfg)
	for _, t := range loyalty.TransactionTypes() {
		shown.Types = append(shown.Types, ui.Option{Value: string(t), Label: typeNames.of(ctx, t)})
		if c.Query("type") == string(t) {
			shown.Type = string(t)
		}
	}
	f := loyalty.TransactionFilter{Type: loyalty.TransactionType(shown.Type), From: dayIn(ctx, shown.From), To: dayAfter(ctx, shown.To)}
	if id, ok := loyalty.ParseID(shown.Store); ok {
		f.StoreIDs = []loyalty.ID{id}
	}
	people, err := h.Access.Colleagues(ctx, actor)
	if err != nil {
		return f, shown, err
	}
	for _, s := range people {
		shown.People = append(shown.People, ui.Option{Value: s.ID.String(), Label: s.Name})
		// A long list is typed into, which sends the name.
		if asked := c.Query("cashier"); asked == s.ID.String() || asked == s.Name {
			f.StaffID, shown.Person = s.ID, s.ID.String()
		}
	}
	if id, ok := loyalty.ParseID(c.Query("customer")); ok {
		who, err := h.Customers.Get(ctx, actor, service.CustomerRef{ID: id})
		if err != nil {
			return f, shown, err
		}
		f.CustomerID, shown.Customer, shown.CustomerName = id, id.String(), shownName(ctx, who.Customer)
		shown.AnyCustomer = withQuery(c, "customer", "")
	}
	if id, ok := loyalty.ParseID(c.Query("reward")); ok {
		reward, err := h.Rewards.Get(ctx, actor, id)
		if err != nil {
			return f, shown, err
		}
		f.RewardID, shown.Reward, shown.RewardName = id, id.String(), reward.Name
		shown.AnyReward = withQuery(c, "reward", "")
	}
	shown.Filtered = shown.Store+shown.Type+shown.Person+shown.Customer+shown.Reward+shown.From+shown.To != ""
	return f, shown, nil
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
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f, shown, err := h.transactionFilter(c, cfg)
	if err != nil {
		return err
	}
	page := pageOf(c)
	rows, total, err := h.Ledger.Transactions(ctx, actor, f, page)
	if err != nil {
		return err
	}
	p := ledger.TransactionsProps{
		Filter: shown, None: total == 0 && !shown.Filtered, Paging: paging(ctx, c, page, total, i18n.T(ctx, "Pages of transactions")),
		CSV: strings.Replace(withQuery(c, "page", ""), ledger.TransactionsPath, ledger.TransactionsPath+".csv", 1),
	}
	for _, r := range rows {
		row := ledger.Transaction{
			When: i18n.DateTime(ctx, r.At), Machine: i18n.Machine(r.At), Type: rowName(ctx, r.Transaction), Icon: typeIcon(r.Type),
			Customer: nameOr(ctx, r.CustomerName, r.CustomerErased), CustomerHref: customerPath(r.CustomerID), Points: i18n.Signed(ctx, r.Points),
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
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f, _, err := h.transactionFilter(c, cfg)
	if err != nil {
		return err
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"id", "created_at", "type", "points", "balance_after", "reason", "customer_id", "store", "staff"}) // a Builder takes everything
	rows, _, err := h.Ledger.Transactions(ctx, actor, f, loyalty.Page{Number: 1, Size: csvRows})
	if err != nil {
		return err
	}
	for _, r := range rows {
		_ = w.Write([]string{
			r.ID.String(), r.At.UTC().Format(time.RFC3339), string(r.Type), i18n.Plain(int64(r.Points)), i18n.Plain(int64(r.BalanceAfter)),
			inert(reasonText(ctx, r.Transaction)), r.CustomerID.String(), inert(r.StoreName), inert(r.StaffName),
		}) // a Builder takes everything
	}
	w.Flush()
	c.Attachment("transactions.csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	return c.SendString(b.String())
}
