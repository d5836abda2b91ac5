package pages

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// rowsPerPage is how many rows a list shows.
const rowsPerPage = 25

// manyPairs is how far likely duplicates are counted beside the list.
const manyPairs = 99

func customerPath(id loyalty.ID) string { return customers.Path + "/" + id.String() }

// CustomerList is GET /customers: the list that the address filters and sorts.
func (h *Handlers) CustomerList(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f := h.memberFilter(c, cfg)
	if clean := f.address(f.page); clean != c.OriginalURL() && hasEmpty(c) {
		if target(c) == "" {
			return c.Redirect(clean, fiber.StatusSeeOther)
		}
		c.Set("HX-Push-Url", clean)
	}
	found, err := h.Services.Customers.Filter(ctx, actor, f.domain, f.sort, loyalty.Page{Number: f.page, Size: rowsPerPage})
	if err != nil {
		return err
	}
	p := customers.ListProps{
		Any: found.Total > 0 || !f.domain.IsZero() || f.page > 1, Behind: found.Behind, Filter: f.props(ctx),
		Count: i18n.N(ctx, "%d customer", "%d customers", int64(found.Total)), Rows: customerRows(ctx, found.Members, cfg.Program),
	}
	if found.Capped {
		p.Count = i18n.T(ctx, "more than %s customers", i18n.Number(ctx, loyalty.RosterCap))
	}
	if cfg.Program != nil && actor.Can(loyalty.LoyaltyCreate) && f.givable() {
		p.Give = f.giveAddress()
	}
	page := loyalty.Page{Number: f.page, Size: rowsPerPage}
	p.Paging = through(paging(ctx, c, page, found.Reach, i18n.T(ctx, "Pages of customers")), "customers")
	if found.Total > found.Reach && len(found.Members) > 0 {
		p.Paging.Summary = i18n.T(ctx, "%s–%s of %s", i18n.Number(ctx, page.Skip()+1), i18n.Number(ctx, page.Skip()+len(found.Members)), i18n.Number(ctx, found.Total))
	}
	return h.showCustomers(c, p)
}

// hasEmpty reports whether the address has conditions that say nothing, as
// forms send them.
func hasEmpty(c *fiber.Ctx) bool {
	for _, v := range c.Queries() {
		if v == "" {
			return true
		}
	}
	return false
}

// CustomerSearch is POST /customers/search: those whom the typed words find.
// Names and numbers stay out of addresses, so it is a form, and leaves the
// address as it is.
func (h *Handlers) CustomerSearch(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	form := posted(c)
	search := strings.TrimSpace(form.Value("search"))
	if search == "" {
		if target(c) == "" {
			return c.Redirect(customers.Path, fiber.StatusSeeOther)
		}
		c.Set("HX-Push-Url", customers.Path)
		return h.CustomerList(c)
	}
	n, err := strconv.Atoi(form.Value("page"))
	if err != nil || n < 1 || n > loyalty.SearchStarts {
		n = 1
	}
	page := loyalty.Page{Number: n, Size: rowsPerPage}
	found, err := h.Services.Customers.List(ctx, actor, search, page)
	if err != nil {
		return err
	}
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	p := customers.ListProps{
		Search: search, Any: true, Rows: customerRows(ctx, found.Members, cfg.Program),
		Count: i18n.N(ctx, "%d customer found", "%d customers found", int64(found.Total)),
	}
	if found.Total == 0 {
		p.New = newcomer(c, search)
	}
	if found.More {
		p.Count = i18n.T(ctx, "more than %s customers found", i18n.Number(ctx, found.Total))
	}
	p.Paging.Label = i18n.T(ctx, "Pages of customers")
	if n > 1 {
		p.Prev = strconv.Itoa(n - 1)
	}
	if page.Skip()+len(found.Members) < found.Total {
		p.Next = strconv.Itoa(n + 1)
	}
	return h.showCustomers(c, p)
}

// newcomer is the form for somebody of whom only what was typed is known: a
// name, a phone number or an e-mail address, which no form asks for first.
func newcomer(c *fiber.Ctx, typed string) ui.Form {
	switch {
	case byPhone(typed):
		return fresh(c).With("phone", typed)
	case strings.Contains(typed, "@"):
		return fresh(c)
	}
	return fresh(c).With("name", typed)
}

func (h *Handlers) showCustomers(c *fiber.Ctx, p customers.ListProps) error {
	actor := auth.Actor(c)
	p.CanAdd, p.CSRF = actor.Can(loyalty.CustomersCreate), auth.CSRF(c)
	if p.Search == "" && actor.Role != loyalty.Cashier && actor.Can(loyalty.CustomersUpdate) {
		p.CSV = strings.Replace(withQuery(c, "page", ""), customers.Path, customers.Path+".csv", 1)
	}
	if target(c) == "customers" {
		return part(c, fiber.StatusOK, customers.Rows(p))
	}
	likely, err := h.Services.Customers.CountDuplicates(c.UserContext(), actor, manyPairs+1)
	if err != nil {
		return err
	}
	switch {
	case likely > manyPairs:
		p.Likely = i18n.Number(c.UserContext(), manyPairs) + "+"
	case likely > 0:
		p.Likely = i18n.Number(c.UserContext(), likely)
	}
	return h.page(c, shell{Title: i18n.T(c.UserContext(), "Customers"), Active: "customers"}, customers.List(p))
}

func customerRows(ctx context.Context, members []loyalty.Member, program *loyalty.Program) []customers.Row {
	out := make([]customers.Row, 0, len(members))
	for _, m := range members {
		out = append(out, customerRow(ctx, m, program))
	}
	return out
}

func customerRow(ctx context.Context, m loyalty.Member, program *loyalty.Program) customers.Row {
	r := customers.Row{
		Name: shownName(ctx, m.Customer), Href: customerPath(m.ID), Tier: m.TierName, Balance: i18n.Number(ctx, m.Enrollment.Balance),
		Lifetime: i18n.Number(ctx, m.Enrollment.Lifetime), Since: i18n.Date(ctx, m.CreatedAt), Frozen: !m.Enrollment.FrozenAt.IsZero(),
		Sub: m.Phone,
	}
	if r.Sub == "" {
		r.Sub = m.Email
	}
	if day := m.Enrollment.ActiveOn; !day.IsZero() {
		r.Visit = calendarDay(ctx, day)
	}
	if program != nil {
		r.Rank = rank(program, m.Enrollment.TierID)
	}
	return r
}
