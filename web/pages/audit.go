package pages

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

const entriesOnPage = 50

// AuditPage is GET /audit.
func (h *Handlers) AuditPage(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	q := bind.NewQuery(c)
	page := loyalty.Page{Number: q.Int("page", 1, loyalty.CountCap/entriesOnPage, 1), Size: entriesOnPage}
	p := business.AuditProps{Person: q.Text("person"), Subject: q.Text("subject"), From: q.Text("from"), To: q.Text("to")}
	if err := q.Err(); err != nil {
		return err
	}
	f := loyalty.AuditFilter{Subject: p.Subject, From: dayIn(ctx, p.From), To: dayAfter(ctx, p.To)}
	f.StaffID, _ = loyalty.ParseID(p.Person) // what is none is everybody
	rows, total, err := h.Access.AuditLog(ctx, actor, f, page)
	if err != nil {
		return err
	}
	people, err := h.Access.AllStaff(ctx, actor)
	if err != nil {
		return err
	}
	for _, s := range people {
		p.People = append(p.People, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	for _, s := range subjects {
		p.Subjects = append(p.Subjects, ui.Option{Value: s.name, Label: i18n.T(ctx, s.words)})
	}
	p.Filtered = p.Person+p.Subject+p.From+p.To != ""
	for _, r := range rows {
		p.Entries = append(p.Entries, entry(ctx, r))
	}
	p.Paging = auditPaging(ctx, p, page, total)
	return h.page(c, shell{Title: i18n.T(ctx, "Audit log"), Active: "audit"}, business.Audit(p))
}

func entry(ctx ctx, r loyalty.AuditRow) business.Entry {
	e := business.Entry{
		When: i18n.DateTime(ctx, r.At), Machine: i18n.Machine(r.At), Who: r.ActorName, Role: i18n.T(ctx, roleNames[r.Role]), What: deed(ctx, r.Action),
		Object: nameOr(ctx, r.ObjectName, r.ObjectErased), Detail: details(ctx, r),
	}
	switch {
	case e.Who == "":
		e.Who, e.Role = e.Role, ""
	case r.Role == loyalty.System:
		e.Role = i18n.T(ctx, "in the background")
	}
	switch {
	case r.Object == r.StaffID:
		e.Object = "" // what people do to themselves
	case r.Object.IsZero() || strings.HasSuffix(r.Action, ".delete"):
		// What was deleted can't be looked at any more.
	case !r.CustomerID.IsZero():
		e.Href = customerPath(r.CustomerID)
	default:
		for _, s := range subjects {
			if s.name == r.Subject && s.href != "" {
				e.Href = s.href + r.Object.String()
			}
		}
	}
	return e
}

func auditPaging(ctx ctx, p business.AuditProps, page loyalty.Page, total int) ui.PagingProps {
	href := func(n int) string {
		v := url.Values{}
		for name, value := range map[string]string{"person": p.Person, "subject": p.Subject, "from": p.From, "to": p.To} {
			if value != "" {
				v.Set(name, value)
			}
		}
		if n > 1 {
			v.Set("page", i18n.Plain(int64(n)))
		}
		if len(v) == 0 {
			return "/audit"
		}
		return "/audit?" + v.Encode()
	}
	out := ui.PagingProps{Label: i18n.T(ctx, "Pages of the log"), Summary: i18n.T(ctx, "%d–%d of %d", min(page.Skip()+1, total), min(page.Skip()+page.Size, total), total)}
	if page.Number > 1 {
		out.PrevHref = href(page.Number - 1)
	}
	if page.Skip()+page.Size < total {
		out.NextHref = href(page.Number + 1)
	}
	return out
}
