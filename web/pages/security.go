package pages

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

const securityPath = "/settings/security"

// AccountPage is GET /account, which the menu of the person leads to.
func (h *Handlers) AccountPage(c *fiber.Ctx) error {
	return c.Redirect(securityPath, fiber.StatusSeeOther)
}

// SecurityPage is GET /settings/security.
func (h *Handlers) SecurityPage(c *fiber.Ctx) error {
	return h.showSecurity(c, fresh(c), fiber.StatusOK)
}

func (h *Handlers) showSecurity(c *fiber.Ctx, f ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	all, err := h.Access.OwnSessions(ctx, actor, auth.Token(c))
	if err != nil {
		return err
	}
	// What was typed as a password isn't sent back.
	f.Typed = nil
	rules := h.Access.Rules()
	p := business.SecurityProps{
		Owner: actor.Role == loyalty.Owner, Email: auth.Visit(c).Staff.Email, Least: rules.PasswordLength, Rules: ruleFacts(ctx, rules), Form: f,
	}
	for _, s := range all {
		p.Sessions = append(p.Sessions, ownSession(ctx, s))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Security"), Active: "settings", Status: status}, business.Security(p))
}

func ownSession(ctx ctx, s service.OwnSession) business.Session {
	out := business.Session{
		ID: s.ID, Device: s.Agent, Icon: "monitor", Since: i18n.DateTime(ctx, s.CreatedAt), Machine: i18n.Machine(s.CreatedAt), Seen: i18n.Ago(ctx, s.SeenAt), Current: s.Current,
	}
	switch {
	case s.Shared:
		out.Device, out.Icon = i18n.T(ctx, "A shared till"), "scan-line"
	case s.Agent == "":
		out.Device = i18n.T(ctx, "An unknown browser")
	case strings.HasSuffix(s.Agent, "iPhone"), strings.HasSuffix(s.Agent, "Android"):
		out.Icon = "smartphone"
	}
	return out
}

func ruleFacts(ctx ctx, r service.SignInRules) []ui.Fact {
	hours := func(d time.Duration) string { return i18n.N(ctx, "%d hour", "%d hours", int(d/time.Hour)) }
	return []ui.Fact{
		{Label: i18n.T(ctx, "Wrong passwords"), Value: i18n.T(ctx, "After %d in a row, %d minutes pass before the next try.", r.Failures, r.LockMinutes)},
		{Label: i18n.T(ctx, "Owners and managers"), Value: i18n.T(ctx, "Signed out after %s unused, and after %s in any case.", hours(r.ManagerIdle), i18n.N(ctx, "%d day", "%d days", int(r.ManagerAbsolute/(24*time.Hour))))},
		{Label: i18n.T(ctx, "Cashiers"), Value: i18n.T(ctx, "Signed out after %s.", hours(r.CashierIdle))},
		{Label: i18n.T(ctx, "Shared tills"), Value: i18n.T(ctx, "Lock themselves after %d minutes unused.", int(r.DeviceIdle/time.Minute))},
		{Label: i18n.T(ctx, "Passwords"), Value: i18n.T(ctx, "Have at least %d characters and are kept only as a hash.", r.PasswordLength)},
	}
}

// ChangePassword is POST /settings/security.
func (h *Handlers) ChangePassword(c *fiber.Ctx) error {
	ctx, f := c.UserContext(), posted(c)
	err := h.Access.ChangePassword(ctx, auth.Actor(c), service.ChangePassword{
		Current: f.Value("currentPassword"), New: f.Value("newPassword"), Token: auth.Token(c),
	})
	if err != nil {
		if back, ok := refused(c, f, err); ok {
			return h.showSecurity(c, back, fiber.StatusUnprocessableEntity)
		}
		return err
	}
	return h.leave(c, done{To: securityPath, Flash: i18n.T(ctx, "Your password is changed. Everywhere else you are signed out.")})
}

// EndSession is POST /settings/security/sessions/:id.
func (h *Handlers) EndSession(c *fiber.Ctx) error {
	ctx := c.UserContext()
	err := h.Access.EndOwnSession(ctx, auth.Actor(c), c.Params("id"))
	// One that has ended meanwhile is what was asked for.
	if err != nil && loyalty.KindOf(err) != loyalty.NotFound {
		return err
	}
	return h.leave(c, done{To: securityPath, Flash: i18n.T(ctx, "You are signed out there.")})
}

// EndOtherSessions is POST /settings/security/others.
func (h *Handlers) EndOtherSessions(c *fiber.Ctx) error {
	ctx := c.UserContext()
	if err := h.Access.EndOtherSessions(ctx, auth.Actor(c), auth.Token(c)); err != nil {
		return err
	}
	return h.leave(c, done{To: securityPath, Flash: i18n.T(ctx, "You are signed out everywhere else.")})
}
