package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

const entriesOnPage = 50

// deeds are the actions of the audit log in words.
var deeds = map[string]string{
	"anomaly.decide": i18n.Mark("Decided a case"), "anomaly.settings": i18n.Mark("Changed the detection settings"),
	"api_key.create": i18n.Mark("Made an API key"), "api_key.revoke": i18n.Mark("Revoked an API key"),
	"customer.anonymize": i18n.Mark("Erased a guest’s personal data"), "customer.create": i18n.Mark("Signed a guest up"),
	"customer.delete": i18n.Mark("Deleted a guest"), "customer.export": i18n.Mark("Exported a guest’s data"), "customers.export": i18n.Mark("Exported the list of guests"),
	"customer.freeze": i18n.Mark("Froze an account"), "customer.unfreeze": i18n.Mark("Unfroze an account"), "customer.update": i18n.Mark("Changed a guest"),
	"customer.merge": i18n.Mark("Merged two guests"), "customer.unmerge": i18n.Mark("Undid a merge"), "points.move": i18n.Mark("Moved an award to another guest"),
	"event_type.create": i18n.Mark("Added an event"), "event_type.update": i18n.Mark("Changed an event"),
	"event_type.delete": i18n.Mark("Deleted an event"), "event_type.deactivate": i18n.Mark("Switched an event off"),
	"organization.create": i18n.Mark("Set the organization up"), "points.adjust": i18n.Mark("Corrected points"), "points.award": i18n.Mark("Gave points by hand"),
	"points.reverse": i18n.Mark("Took points back"), "program.create": i18n.Mark("Created a program"), "program.update": i18n.Mark("Changed the program"),
	"program.delete": i18n.Mark("Deleted a program"), "reward.create": i18n.Mark("Added a reward"), "reward.update": i18n.Mark("Changed a reward"),
	"reward.delete": i18n.Mark("Deleted a reward"), "reward.deactivate": i18n.Mark("Took a reward off the menu"),
	"session.begin": i18n.Mark("Signed in"), "session.end": i18n.Mark("Signed out on another device"), "session.end_others": i18n.Mark("Signed out everywhere else"),
	"import.undo": i18n.Mark("Undid an import"), "orders.import": i18n.Mark("Imported orders"), "customers.import": i18n.Mark("Imported guests"), "staff.create": i18n.Mark("Added a person"), "staff.update": i18n.Mark("Changed a person"),
	"staff.password": i18n.Mark("Changed their password"), "store.create": i18n.Mark("Added a store"), "store.update": i18n.Mark("Changed a store"),
	"tier.create": i18n.Mark("Added a tier"), "tier.update": i18n.Mark("Changed a tier"), "tier.delete": i18n.Mark("Deleted a tier"),
}

// subjects are what entries are about, with where it is looked at.
var subjects = []struct{ name, words, href string }{
	{"anomaly", i18n.Mark("Cases"), "/anomalies/"}, {"api_key", i18n.Mark("API keys"), ""}, {"customer", i18n.Mark("Guests"), "/customers/"},
	{"event_type", i18n.Mark("Events"), "/program/events/"}, {"program", i18n.Mark("Programs"), "/program/"}, {"reward", i18n.Mark("Rewards"), "/rewards/"},
	{"staff", i18n.Mark("Staff"), "/staff/"}, {"store", i18n.Mark("Stores"), "/stores/"}, {"tier", i18n.Mark("Tiers"), ""},
	{"transaction", i18n.Mark("Points"), ""},
}

// AuditPage is GET /audit.
func (h *Handlers) AuditPage(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	q := bind.NewQuery(c)
	page := loyalty.Page{Number: q.Int("page", 1, loyalty.CountCap/entriesOnPage, 1), Size: entriesOnPage}
	p := business.AuditProps{Person: q.Text("person"), Subject: q.Text("subject"), From: q.Text("from"), To: q.Text("to")}
	f := loyalty.AuditFilter{Subject: p.Subject}
	f.StaffID, _ = loyalty.ParseID(p.Person)
	if err := q.Err(); err != nil {
		return err
	}
	// A day that can't be read is left aside, as a date field sends none.
	if day, err := time.ParseInLocation(time.DateOnly, p.From, i18n.Zone(ctx)); err == nil {
		f.From = day
	}
	if day, err := time.ParseInLocation(time.DateOnly, p.To, i18n.Zone(ctx)); err == nil {
		f.To = day.AddDate(0, 0, 1)
	}
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
		When: i18n.DateTime(ctx, r.At), Machine: i18n.Machine(r.At), Who: r.ActorName, Role: i18n.T(ctx, roleNames[r.Role]), What: r.Action, Detail: details(r.Detail),
	}
	if e.Who == "" {
		e.Who, e.Role = e.Role, ""
	}
	if words, ok := deeds[r.Action]; ok {
		e.What = i18n.T(ctx, words)
	}
	if r.Object.IsZero() {
		return e
	}
	e.Object = r.Object.String()
	for _, s := range subjects {
		// What was deleted can't be looked at any more.
		if s.name == r.Subject && s.href != "" && !strings.HasSuffix(r.Action, ".delete") {
			e.Href = s.href + e.Object
		}
	}
	return e
}

// details are an entry's values, one after the other; lists and objects are
// left out.
func details(d map[string]any) string {
	var out []string
	for name, v := range d {
		switch v.(type) {
		case nil, []any, map[string]any:
			continue
		}
		if v != "" {
			out = append(out, fmt.Sprintf("%s %v", strings.ReplaceAll(name, "_", " "), v))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " · ")
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
