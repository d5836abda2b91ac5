package pages

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// pageOf is the page that the address asks for; what makes no sense is the
// first.
func pageOf(c *fiber.Ctx) loyalty.Page {
	n, err := strconv.Atoi(c.Query("page"))
	if err != nil || n < 1 || n > 1_000_000 {
		n = 1
	}
	p := loyalty.Page{Number: n, Size: rowsPerPage}
	p.Count = ((p.Skip()+countStep/2)/countStep + 1) * countStep
	return p
}

// countStep is how far ahead a long list is counted: who looks at its first
// page wants to know whether it is long, and counting is what costs.
const countStep = 1000

// paging leads to the pages before and after, keeping everything else in the
// address.
func paging(ctx context.Context, c *fiber.Ctx, page loyalty.Page, total int, label string) ui.PagingProps {
	p := ui.PagingProps{Label: label}
	last := min(page.Skip()+page.Size, total)
	if total > 0 && last > page.Skip() {
		all := i18n.Number(ctx, total)
		if total == page.Cap() {
			all = i18n.T(ctx, "more than %s", all)
		}
		p.Summary = i18n.T(ctx, "%s–%s of %s", i18n.Number(ctx, page.Skip()+1), i18n.Number(ctx, last), all)
	}
	if page.Number > 1 {
		p.PrevHref = withQuery(c, "page", strconv.Itoa(page.Number-1))
	}
	if last < total {
		p.NextHref = withQuery(c, "page", strconv.Itoa(page.Number+1))
	}
	return p
}

// through is the paging of a part of a page, which turns without the rest.
func through(p ui.PagingProps, into string) ui.PagingProps {
	p.Attrs = templAttrs{"hx-boost": "true", "hx-target": "#" + into, "hx-swap": "innerHTML show:#" + into + ":top"}
	return p
}

// withQuery is the page's own address with one thing in its query changed; ""
// takes it out. Everything but the page number starts from the first page.
func withQuery(c *fiber.Ctx, name, value string) string {
	q := url.Values{}
	for k, v := range c.Queries() {
		if v != "" { // what a form was left empty in
			q.Set(k, v)
		}
	}
	if name != "page" {
		q.Del("page")
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return c.Path()
	}
	return c.Path() + "?" + q.Encode()
}

// Customer is GET /customers/:id.
func (h *Handlers) Customer(c *fiber.Ctx) error {
	actor, ctx := auth.Actor(c), c.UserContext()
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	history, err := h.history(c, id)
	if err != nil {
		return err
	}
	if target(c) == "history" {
		return part(c, fiber.StatusOK, customers.History(history))
	}
	who, err := h.Services.Customers.Detail(ctx, actor, service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	if who.ID != id { // merged into another meanwhile
		return c.Redirect(customerPath(who.ID)+"?merged=1", fiber.StatusSeeOther)
	}
	p := customerProps(ctx, actor, who)
	p.Arrived = c.Query("merged") != ""
	if most, err := h.Ledger.ByHand(ctx, actor); err != nil {
		return err
	} else if most > 0 {
		p.Can.ByHand = true
	}
	if who.Program != nil && who.Enrollment.Balance > 0 {
		currency, err := h.currency(c)
		if err != nil {
			return err
		}
		p.Worth = i18n.T(ctx, "worth %s", i18n.Money(ctx, int64(who.Program.Liability(who.Enrollment.Balance)), currency))
		if who.UnderReview > 0 {
			p.Worth += " · " + i18n.N(ctx, "%d waits for a manager", "%d wait for a manager", who.UnderReview)
		}
	}
	p.History = history
	if p.Merged, err = h.mergedNotes(c, id); err != nil {
		return err
	}
	if p.Likely, err = h.likelySame(c, id); err != nil {
		return err
	}
	if p.Rewards, p.MoreRewards, err = h.customerRewards(c, who); err != nil {
		return err
	}
	if p.Cases, err = h.customerCases(c, id); err != nil {
		return err
	}
	return h.page(c, shell{Title: p.Name, Active: "customers"}, customers.Detail(p))
}

func customerProps(ctx context.Context, actor loyalty.Actor, who service.Profile) customers.DetailProps {
	e := who.Enrollment
	p := customers.DetailProps{
		ID: who.ID.String(), Name: shownName(ctx, who.Customer), Href: customerPath(who.ID), Frozen: !e.FrozenAt.IsZero(),
		Balance: i18n.Number(ctx, e.Balance), Lifetime: i18n.Number(ctx, e.Lifetime),
		Since: i18n.T(ctx, "Customer since %s", i18n.Date(ctx, who.CreatedAt)), Facts: contactFacts(ctx, who.Customer),
		Can: customers.Can{
			Award: actor.Can(loyalty.Award), Adjust: actor.Can(loyalty.LoyaltyAdjust), Edit: actor.Can(loyalty.CustomersUpdate),
			Freeze: actor.Can(loyalty.CustomersUpdate), Erase: actor.Can(loyalty.CustomersUpdate), Export: actor.Can(loyalty.CustomersUpdate),
			Delete: actor.Capacity() == loyalty.Owner, Reverse: actor.Can(loyalty.LoyaltyAdjust),
		},
	}
	if !who.AnonymizedAt.IsZero() {
		p.Erased = i18n.T(ctx, "Name and contact details were erased on %s and stay erased. The points and what happened stay.", i18n.Date(ctx, who.AnonymizedAt))
	}
	if who.Program == nil {
		return p
	}
	s := standing(ctx, who.Program, e.TierID, e.Lifetime)
	p.Standing = &ui.TierProgressProps{Tier: who.Tier.Name, Next: who.Next.Name, Rank: s.Rank, From: int64(who.Tier.MinPoints), To: int64(who.Next.MinPoints), Points: int64(e.Lifetime), Text: s.Note}
	p.Gives = who.Tier.Benefits
	for _, l := range who.Lots {
		if !l.ExpiresOn.IsZero() && l.Points > 0 && len(p.Expiring) < 6 {
			p.Expiring = append(p.Expiring, ui.SumLine{Label: i18n.Date(i18n.In(ctx, time.UTC), l.ExpiresOn), Value: i18n.Number(ctx, l.Points)})
		}
	}
	return p
}

// shownName is what pages call a guest: one who was erased, in the reader's
// language.
func shownName(ctx context.Context, c loyalty.Customer) string {
	return nameOr(ctx, c.Name, !c.AnonymizedAt.IsZero())
}

// nameOr is shownName for rows that carry a guest's name with them. The name
// alone doesn't tell: there may be people who are called what the erased are.
func nameOr(ctx context.Context, name string, erased bool) string {
	if erased {
		return i18n.T(ctx, "Anonymous")
	}
	return name
}

func contactFacts(ctx context.Context, c loyalty.Customer) []ui.Fact {
	none := i18n.T(ctx, "not told")
	or := func(s string) string {
		if s == "" {
			return none
		}
		return s
	}
	news := i18n.T(ctx, "no")
	if c.MarketingOptIn {
		news = i18n.T(ctx, "yes")
	}
	return []ui.Fact{
		{Label: i18n.T(ctx, "Phone"), Value: or(c.Phone)}, {Label: i18n.T(ctx, "E-mail"), Value: or(c.Email)},
		{Label: i18n.T(ctx, "Birth date"), Value: or(birthDay(ctx, c.BirthDate))}, {Label: i18n.T(ctx, "Guest’s number"), Value: or(c.ExternalID)},
		{Label: i18n.T(ctx, "News and offers"), Value: news},
	}
}

func (h *Handlers) customerRewards(c *fiber.Ctx, who service.Profile) (first, rest []customers.Reward, err error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	offers, err := h.Rewards.Offers(ctx, actor, service.OffersQuery{StoreID: actor.StoreID, Customer: service.CustomerRef{ID: who.ID}})
	if err != nil {
		return nil, nil, err
	}
	var all []customers.Reward
	for _, o := range nearestFirst(offers) {
		r := customers.Reward{Name: o.Name, Cost: i18n.N(ctx, "%d point", "%d points", o.Cost), Affordable: o.Affordable, Note: i18n.T(ctx, "Within reach")}
		if !who.Enrollment.FrozenAt.IsZero() || !who.AnonymizedAt.IsZero() {
			r.Note = "" // the page says so once
		} else if o.Affordable {
			r.Href = tillPath(who.ID) + "/redeem/" + o.ID.String()
		} else if missing := o.Cost - (who.Enrollment.Balance - who.UnderReview); missing > 0 {
			r.Note = i18n.N(ctx, "%d point to go", "%d points to go", missing)
		} else if o.Why != nil {
			r.Note = i18n.Error(ctx, o.Why)
		}
		all = append(all, r)
	}
	first, rest = firstFew(all)
	return first, rest, nil
}

func (h *Handlers) customerCases(c *fiber.Ctx, id loyalty.ID) ([]customers.Case, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	if !actor.Can(loyalty.AnomaliesRead) {
		return nil, nil
	}
	open, _, err := h.Anomalies.List(ctx, actor, loyalty.AnomalyFilter{CustomerID: id, Status: loyalty.PendingReview}, loyalty.Page{Number: 1, Size: 3})
	var out []customers.Case
	for _, a := range open {
		out = append(out, customers.Case{Text: sentence(ctx, a.Anomaly), When: i18n.DateTime(ctx, a.FlaggedAt), Href: "/anomalies/" + a.ID.String()})
	}
	return out, err
}
