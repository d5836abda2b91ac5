package pages

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// pairsPerPage is how many likely duplicates are shown: each is as tall as
// several rows.
const pairsPerPage = 10

var likenesses = map[loyalty.Likeness]string{
	loyalty.SamePhone: i18n.Mark("One phone number, written in two ways"), loyalty.SameEmail: i18n.Mark("The same e-mail address"),
	loyalty.SameBirthDate: i18n.Mark("The same birth date and nearly the same name"),
	loyalty.NearPhone:     i18n.Mark("Nearly the same name and phone number"), loyalty.SameName: i18n.Mark("The same name"),
}

// Duplicates is GET /customers/duplicates.
func (h *Handlers) Duplicates(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	apart := c.Query("show") == "apart"
	page := pageOf(c)
	page.Size = pairsPerPage
	found, total, err := h.Services.Customers.Duplicates(ctx, actor, apart, page)
	if err != nil {
		return err
	}
	if len(found) == 0 && page.Number > 1 { // the last of the page was decided
		return c.Redirect(withQuery(c, "page", ""), fiber.StatusSeeOther)
	}
	p := customers.DuplicatesProps{Apart: apart, Paging: paging(ctx, c, page, total, i18n.T(ctx, "Pages of pairs"))}
	p.Tabs = []ui.Tab{
		{Label: i18n.T(ctx, "To look at"), Href: customers.DuplicatesPath, Active: !apart},
		{Label: i18n.T(ctx, "Told apart"), Href: customers.DuplicatesPath + "?show=apart", Active: apart},
	}
	for i, d := range found {
		p.Pairs = append(p.Pairs, pairProps(c, d, "pair-"+strconv.Itoa(i)))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Likely duplicates"), Active: "customers"}, customers.Duplicates(p))
}

// pairProps has the one first who would stay.
func pairProps(c *fiber.Ctx, d loyalty.Duplicate, id string) customers.Pair {
	ctx := c.UserContext()
	stays, goes := d.One, d.Other
	if goes.Enrollment.Lifetime > stays.Enrollment.Lifetime {
		stays, goes = goes, stays
	}
	p := customers.Pair{
		ID: id, Why: i18n.T(ctx, likenesses[d.Why]), Form: fresh(c),
		One: customers.Side{Name: stays.Name, Href: customerPath(stays.ID)}, Other: customers.Side{Name: goes.Name, Href: customerPath(goes.ID)},
		Rows: pairRows(ctx, stays, goes), MergeHref: mergePath(stays.ID, goes.ID), ApartHref: customerPath(stays.ID) + "/apart/" + goes.ID.String(),
	}
	if !d.ApartAt.IsZero() {
		p.Since = i18n.T(ctx, "told apart on %s", i18n.Date(ctx, d.ApartAt))
	}
	return p
}

func mergePath(stays, goes loyalty.ID) string { return customerPath(stays) + "/merge/" + goes.String() }

// pairRows is what tells two customers apart or not; what neither has is left
// out.
func pairRows(ctx context.Context, a, b loyalty.Member) []customers.PairRow {
	visit := func(m loyalty.Member) string {
		if m.Enrollment.ActiveOn.IsZero() {
			return ""
		}
		return calendarDay(ctx, m.Enrollment.ActiveOn)
	}
	var out []customers.PairRow
	for _, r := range []customers.PairRow{
		{Label: i18n.T(ctx, "Phone"), One: a.Phone, Other: b.Phone}, {Label: i18n.T(ctx, "E-mail"), One: a.Email, Other: b.Email},
		{Label: i18n.T(ctx, "Birth date"), One: birthDay(ctx, a.BirthDate), Other: birthDay(ctx, b.BirthDate)},
	} {
		if r.One == "" && r.Other == "" {
			continue
		}
		r.Same = r.One == r.Other
		out = append(out, r)
	}
	return append(out,
		customers.PairRow{Label: i18n.T(ctx, "Points"), One: i18n.Number(ctx, a.Enrollment.Balance), Other: i18n.Number(ctx, b.Enrollment.Balance)},
		customers.PairRow{Label: i18n.T(ctx, "Last visit"), One: visit(a), Other: visit(b)},
		customers.PairRow{Label: i18n.T(ctx, "Customer since"), One: i18n.Date(ctx, a.CreatedAt), Other: i18n.Date(ctx, b.CreatedAt)},
	)
}

// birthDay is a birth date as people write it.
func birthDay(ctx context.Context, text string) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return calendarDay(ctx, day)
}

// likelySame are the customers who are likely the same person as this one, for
// those who may merge them.
func (h *Handlers) likelySame(c *fiber.Ctx, id loyalty.ID) ([]customers.Likely, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	if !actor.Can(loyalty.CustomersUpdate) {
		return nil, nil
	}
	found, err := h.Services.Customers.DuplicatesOf(ctx, actor, id)
	var out []customers.Likely
	for _, d := range found {
		row := customerRow(ctx, d.Other, nil)
		row.Href, row.Balance = mergePath(id, d.Other.ID), i18n.N(ctx, "%d point", "%d points", d.Other.Enrollment.Balance)
		out = append(out, customers.Likely{Row: row, Why: i18n.T(ctx, likenesses[d.Why])})
	}
	return out, err
}

// TellApart is POST /customers/:id/apart/:other: they are two persons; or, with
// alike, perhaps not.
func (h *Handlers) TellApart(c *fiber.Ctx) error {
	ctx, actor, f := c.UserContext(), auth.Actor(c), posted(c)
	id, other, err := pairIDs(c, "other")
	if err != nil {
		return err
	}
	end := done{To: customers.DuplicatesPath, Flash: i18n.T(ctx, "Told apart. They won’t be shown as likely duplicates again.")}
	alike := f.Value("alike") != ""
	if alike {
		end = done{To: customers.DuplicatesPath, Flash: i18n.T(ctx, "Back among the likely duplicates.")}
	}
	return submit(h, c, f, func(once loyalty.Once) (loyalty.ID, error) {
		return h.Services.Customers.TellApart(ctx, actor, service.TellApart{ID: id, OtherID: other, Alike: alike, Once: once})
	}, func(loyalty.ID) done { return end }, func(f ui.Form) error {
		return h.leave(c, done{To: customers.DuplicatesPath, Flash: f.Problem, Tone: "bad"})
	})
}
