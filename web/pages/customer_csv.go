package pages

import (
	"bufio"
	"context"
	"encoding/csv"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/web/auth"
)

// exportTime is how long a file of everybody may take, which is sent while it
// is read.
const exportTime = 5 * time.Minute

// CustomersCSV is GET /customers.csv: the filtered list as a file. Its headings
// and its yes and no are the same in every language, for programs; a guest who
// was erased has no name, only the page's word for it, so the file calls the
// guest as the page does and says in a column of its own who was erased.
func (h *Handlers) CustomersCSV(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f := h.memberFilter(c, cfg)
	if err := h.Services.Customers.OpenExport(ctx, actor); err != nil {
		return err
	}
	c.Attachment("customers.csv")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	// The request's deadline and its end are not the file's.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
	c.Context().SetBodyStreamWriter(func(to *bufio.Writer) {
		defer cancel()
		if err := h.writeCustomers(ctx, csv.NewWriter(to), actor, f.domain); err != nil {
			slog.WarnContext(ctx, "a file of customers broke off", "error", err)
		}
	})
	return nil
}

func (h *Handlers) writeCustomers(ctx context.Context, w *csv.Writer, actor loyalty.Actor, f loyalty.MemberFilter) error {
	err := w.Write([]string{
		"id", "external_id", "name", "email", "phone", "birth_date", "news_and_offers", "tier", "points", "lifetime_points", "last_visit", "frozen", "created_at", "erased",
	})
	if err != nil {
		return err
	}
	err = h.Services.Customers.Each(ctx, actor, f, func(m loyalty.Member) error {
		e := m.Enrollment
		visit := ""
		if !e.ActiveOn.IsZero() {
			visit = e.ActiveOn.Format(time.DateOnly)
		}
		return w.Write([]string{
			m.ID.String(), inert(m.ExternalID), inert(shownName(ctx, m.Customer)), inert(m.Email), inert(m.Phone), m.BirthDate, yesNo(m.MarketingOptIn), inert(m.TierName),
			i18n.Plain(int64(e.Balance)), i18n.Plain(int64(e.Lifetime)), visit, yesNo(!e.FrozenAt.IsZero()), m.CreatedAt.UTC().Format(time.RFC3339),
			yesNo(!m.AnonymizedAt.IsZero()),
		})
	})
	if err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
