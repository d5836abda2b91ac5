// Package pages is the HTML: it reads forms and addresses, asks the services
// and fills the components of views. A page works as a plain page first; htmx
// asks the same addresses for a part of it, named by the element it replaces.
package pages

import (
	"cmp"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/layout"
	"regulars/web/auth"
	"regulars/web/respond"
)

// Handlers answers the pages. Its methods are the routes' handlers.
type Handlers struct {
	*service.Services
	sessions *auth.Sessions
	log      *slog.Logger
	now      func() time.Time
	https    func(*fiber.Ctx) bool
	cardKey  []byte   // what the links of membership cards are made with
	menus    sync.Map // role → *layout.Menu
	// document is everything held on a guest, as the JSON API gives it.
	document func(service.Export) any
}

// New returns the pages over the services. now tells the time; secure says
// when cookies are for HTTPS only: "auto", "always" or "never". key is the
// server's, which the links of membership cards are made with; document is
// everything held on a guest, as the JSON API gives it.
func New(s *service.Services, sessions *auth.Sessions, log *slog.Logger, now func() time.Time, secure string, key []byte, document func(service.Export) any) *Handlers {
	https := func(c *fiber.Ctx) bool { return secure == "always" || secure != "never" && c.Protocol() == "https" }
	return &Handlers{Services: s, sessions: sessions, log: log, now: now, https: https, cardKey: key, document: document}
}

// shell is what a page says about itself to the document around it.
type shell struct {
	Title  string // translated
	Active string // key of the layout.NavItem it belongs to
	Wide   bool
	Status int // 200 when 0
}

// target is the id of the element that htmx asks to replace; "" when the whole
// page is wanted. A handler that answers parts asks it first.
func target(c *fiber.Ctx) string {
	c.Vary("HX-Request", "HX-Target")
	if !respond.IsHTMX(c) {
		return ""
	}
	return c.Get("HX-Target")
}

// part answers with a part of a page, or with what fills the dialog.
func part(c *fiber.Ctx, status int, body templ.Component) error {
	return respond.HTML(c, status, body)
}

// page answers with a signed-in person's whole page.
func (h *Handlers) page(c *fiber.Ctx, s shell, body templ.Component) error {
	p, err := h.frame(c, s)
	if err != nil {
		return err
	}
	return framed(c, s.Status, p, body)
}

// framed answers with a whole page whose frame is known already.
func framed(c *fiber.Ctx, status int, frame layout.Page, body templ.Component) error {
	return respond.HTML(c, max(status, fiber.StatusOK), within(layout.Layout(frame), body))
}

// setup is what actor's organization has set up. Finding out who is asking has
// read it, which is good enough for a page that changes nothing.
func (h *Handlers) setup(c *fiber.Ctx) (*loyalty.Config, error) {
	if cfg := auth.Visit(c).Config; cfg != nil && c.Method() == fiber.MethodGet {
		return cfg, nil
	}
	return h.Config(c.UserContext(), auth.Actor(c))
}

// bare answers with a page for someone who hasn't signed in.
func (h *Handlers) bare(c *fiber.Ctx, status int, p layout.BareProps, body templ.Component) error {
	p.Theme, p.CSRF, p.Path = c.Cookies(layout.ThemeCookie), auth.CSRF(c), cmp.Or(p.Path, c.OriginalURL())
	return respond.HTML(c, status, within(layout.Bare(p), body))
}

type component = templ.Component

// both draws one component after another.
func both(first, second component) component {
	return templ.ComponentFunc(func(ctx ctx, w writer) error {
		if err := first.Render(ctx, w); err != nil {
			return err
		}
		return second.Render(ctx, w)
	})
}

func within(document, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx ctx, w writer) error {
		return document.Render(templ.WithChildren(ctx, body), w)
	})
}

// frame is what stands around a signed-in person's page.
func (h *Handlers) frame(c *fiber.Ctx, s shell) (layout.Page, error) {
	actor, ctx := auth.Actor(c), c.UserContext()
	cfg, err := h.setup(c)
	if err != nil {
		return layout.Page{}, err
	}
	waiting, err := h.Anomalies.Open(ctx, actor)
	if err != nil {
		return layout.Page{}, err
	}
	flashes, err := h.sessions.TakeFlash(c)
	if err != nil {
		return layout.Page{}, err
	}
	p := layout.Page{
		Title: s.Title, Active: s.Active, Wide: s.Wide, User: actor.Name, Role: actor.Role, Org: cfg.Organization.Name,
		Nav: h.nav(c.App(), actor.Capacity()), Waiting: waiting, CSRF: auth.CSRF(c), Theme: c.Cookies(layout.ThemeCookie), Path: here(c), AtTill: actor.AtTill, KeysOff: c.Cookies(layout.KeysCookie) == "off",
	}
	if actor.Can(loyalty.AnomaliesRead) {
		p.Live = livePath
	}
	if store, err := cfg.Store(actor.StoreID); err == nil {
		p.Store = store.Name
	}
	for _, f := range flashes {
		p.Flash = append(p.Flash, layout.Flash{Text: f.Text, Tone: f.Tone, Link: f.Link, Href: f.Href})
	}
	return p, nil
}

// here is the address of the page that is being looked at.
func here(c *fiber.Ctx) string {
	if c.Method() == fiber.MethodGet {
		return c.OriginalURL()
	}
	return "/"
}

// nav is the pages that the role works with and that there are, the same all
// the time.
func (h *Handlers) nav(app *fiber.App, role loyalty.Role) *layout.Menu {
	if m, ok := h.menus.Load(role); ok {
		return m.(*layout.Menu)
	}
	there := map[string]bool{}
	for _, r := range app.GetRoutes(true) {
		if r.Method == fiber.MethodGet {
			there[strings.TrimSuffix(r.Path, "/")] = true
		}
	}
	m, _ := h.menus.LoadOrStore(role, layout.MenuFor(role, func(href string) bool { return there[strings.TrimSuffix(href, "/")] }))
	return m.(*layout.Menu)
}

// Framed has the errors of a signed-in person's pages keep the navigation.
func (h *Handlers) Framed(c *fiber.Ctx) error {
	respond.FrameErrors(c, func(p layout.ErrorProps) (templ.Component, bool) {
		if auth.Actor(c).Role == loyalty.Nobody || p.Status >= fiber.StatusInternalServerError {
			return nil, false
		}
		frame, err := h.frame(c, shell{Title: layout.ErrorTitle(c.UserContext(), p)})
		if err != nil {
			return nil, false
		}
		return within(layout.Layout(frame), layout.ErrorBody(p)), true
	})
	return c.Next()
}
