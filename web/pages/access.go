package pages

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/access"
	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/respond"
)

const setUpPath = "/setup"

// SignInPage is GET /login.
func (h *Handlers) SignInPage(c *fiber.Ctx) error {
	needed, err := h.Access.NeedsSetup(c.UserContext())
	if err != nil {
		return err
	}
	if needed {
		return c.Redirect(setUpPath, fiber.StatusSeeOther)
	}
	next := auth.LocalPath(c.Query("next"))
	if who := auth.Actor(c); who.Role != loyalty.Nobody && !who.AtTill {
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	return h.signInForm(c, fiber.StatusOK, access.SignInProps{
		Form: fresh(c), Next: next, Till: auth.Actor(c).AtTill, Ended: c.Query(auth.EndedQuery) != "",
	})
}

func (h *Handlers) signInForm(c *fiber.Ctx, status int, p access.SignInProps) error {
	return h.bare(c, status, layout.BareProps{Title: i18n.T(c.UserContext(), "Sign in")}, access.SignIn(p))
}

// SignIn is POST /login.
func (h *Handlers) SignIn(c *fiber.Ctx) error {
	f := posted(c)
	next := auth.LocalPath(f.Value("next"))
	if _, err := h.sessions.SignIn(c, f.Value("email"), f.Value("password")); err != nil {
		if back, ok := refused(c, f, err); ok {
			status := fiber.StatusUnprocessableEntity
			if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind == loyalty.TooMany {
				status = respond.Status(err)
				respond.RetryAfter(c, e)
			}
			return h.signInForm(c, status, access.SignInProps{Form: back, Next: next})
		}
		return err
	}
	return c.Redirect(next, fiber.StatusSeeOther)
}

// SignOut is POST /logout.
func (h *Handlers) SignOut(c *fiber.Ctx) error {
	if err := h.sessions.SignOut(c); err != nil {
		return err
	}
	return h.leave(c, done{To: auth.SignInPath})
}

// SetUpPage is GET /setup: a page until there is an organization.
func (h *Handlers) SetUpPage(c *fiber.Ctx) error {
	needed, err := h.Access.NeedsSetup(c.UserContext())
	if err != nil {
		return err
	}
	if !needed {
		return fiber.ErrNotFound
	}
	f := fresh(c).With("programName", i18n.T(c.UserContext(), "Rewards")).With("pointsPerCurrencyUnit", service.SuggestedRate.String())
	return h.setUpForm(c, fiber.StatusOK, f)
}

func (h *Handlers) setUpForm(c *fiber.Ctx, status int, f ui.Form) error {
	frame := layout.BareProps{Title: i18n.T(c.UserContext(), "Set up your loyalty program"), Wide: true}
	return h.bare(c, status, frame, access.SetUp(access.SetUpProps{Form: f, Zones: contact.TimeZones()}))
}

// SetUp is POST /setup. Whoever sets up is signed in as the owner.
func (h *Handlers) SetUp(c *fiber.Ctx) error {
	f := posted(c)
	in := read(f)
	cmd := service.SetUp{
		CreateOrganization: service.CreateOrganization{
			Name: in.Text("name"), StoreName: in.Text("storeName"), Currency: in.Text("currency"), TimeZone: in.Text("timeZone"),
			OwnerName: in.Text("ownerName"), OwnerEmail: in.Text("ownerEmail"), OwnerPassword: f.Value("ownerPassword"),
		},
		ProgramName: in.Text("programName"), Rate: in.Rate("pointsPerCurrencyUnit"), TierNames: usualTiers(c.UserContext()),
	}
	cmd.Unread = in.problems
	if _, err := h.Access.SetUp(c.UserContext(), cmd); err != nil {
		if back, ok := refused(c, f, err); ok && loyalty.KindOf(err) != loyalty.NotFound {
			return h.setUpForm(c, fiber.StatusUnprocessableEntity, back)
		}
		return err
	}
	if _, err := h.sessions.SignIn(c, cmd.OwnerEmail, cmd.OwnerPassword); err != nil {
		return err
	}
	return h.leave(c, done{To: "/"})
}

// usualTiers are the names of the usual tiers in the reader's language.
func usualTiers(ctx context.Context) []string {
	return []string{i18n.T(ctx, "Bronze"), i18n.T(ctx, "Silver"), i18n.T(ctx, "Gold"), i18n.T(ctx, "Platinum")}
}

// cookieYear is how long a browser keeps what a reader has chosen, in seconds.
const cookieYear = 365 * 24 * 60 * 60

// Prefer is POST /preferences: the theme, the language and whether single keys
// do anything, kept in cookies and the language with the person too.
func (h *Handlers) Prefer(c *fiber.Ctx) error {
	theme, lang := c.FormValue("theme"), c.FormValue("lang")
	switch c.FormValue("keys") {
	case "off":
		h.keep(c, layout.KeysCookie, "off")
	case "on":
		h.keep(c, layout.KeysCookie, "")
	}
	switch theme {
	case "light", "dark":
		h.keep(c, layout.ThemeCookie, theme)
	case "system":
		h.keep(c, layout.ThemeCookie, "")
	}
	for _, known := range i18n.Languages() {
		if known[0] == lang {
			h.keep(c, layout.LangCookie, lang)
			if err := h.speak(c.UserContext(), auth.Actor(c), lang); err != nil {
				return err
			}
		}
	}
	if c.Get("HX-Request") == "true" {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(auth.LocalPath(c.FormValue("back")), fiber.StatusSeeOther)
}

func (h *Handlers) keep(c *fiber.Ctx, name, value string) {
	age := cookieYear
	if value == "" {
		age = -1
	}
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HTTPOnly: true, Secure: h.https(c), SameSite: fiber.CookieSameSiteLaxMode})
}

func (h *Handlers) speak(ctx context.Context, actor loyalty.Actor, lang string) error {
	if actor.StaffID.IsZero() {
		return nil
	}
	return h.Access.SetLanguage(ctx, actor, lang)
}

// ChooseStore is POST /store: where the person works from now on.
func (h *Handlers) ChooseStore(c *fiber.Ctx) error {
	id, ok := loyalty.PrefixStore.Parse(c.FormValue("store"))
	if !ok && c.FormValue("store") != "" {
		return loyalty.Missing("store")
	}
	if err := h.Access.ChooseStore(c.UserContext(), auth.Actor(c), auth.Token(c), id); err != nil {
		return err
	}
	return h.leave(c, done{To: auth.LocalPath(c.FormValue("back"))})
}
