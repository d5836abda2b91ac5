package pages

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// StoresPage is GET /stores.
func (h *Handlers) StoresPage(c *fiber.Ctx) error {
	ctx := c.UserContext()
	stores, err := h.Access.Stores(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	figures, err := h.Stats.ByStore(ctx, auth.Actor(c), stores)
	if err != nil {
		return err
	}
	tills, err := h.Access.OpenTills(ctx, auth.Actor(c), stores)
	if err != nil {
		return err
	}
	p := business.StoresProps{Days: service.StoreDays}
	for _, s := range stores {
		row := storeRow(ctx, s, figures[s.ID], h.now())
		if t := tills[s.ID]; t.Open > 0 {
			row.Tills, row.TillSeen = i18n.N(ctx, "%d till open", "%d tills open", t.Open), i18n.Ago(ctx, t.SeenAt)
		}
		p.Stores = append(p.Stores, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Stores"), Active: "stores"}, business.Stores(p))
}

// storeRow is a store in the list, by its own clock.
func storeRow(ctx ctx, s loyalty.Store, f loyalty.StoreFigures, now time.Time) business.Store {
	there := i18n.With(ctx, i18n.Lang(ctx), loyalty.ZoneOf(s.TimeZone))
	out := business.Store{
		ID: s.ID.String(), Name: s.Name, External: s.ExternalID, Active: s.Active, Zone: s.TimeZone, Time: i18n.Clock(there, now),
		Hours: hoursOn(ctx, s.Hours, now.In(loyalty.ZoneOf(s.TimeZone)).Weekday()), OrdersHref: "/orders?store=" + s.ID.String(),
	}
	if f.Orders > 0 {
		out.Sales, out.Orders = roundMoney(ctx, f.Sales, s.Currency), i18n.N(ctx, "%d order", "%d orders", f.Orders)
	}
	if f.Issued > 0 {
		out.Points = i18n.Number(ctx, f.Issued)
	}
	switch days := int(s.Day(now).Sub(f.LastDay) / (24 * time.Hour)); {
	case f.LastDay.IsZero() && now.Sub(s.CreatedAt) < service.StoreDays*24*time.Hour:
		out.Last = i18n.T(ctx, "none yet") // nothing to worry about: it is new
	case f.LastDay.IsZero():
	case days <= 0:
		out.Last = i18n.T(ctx, "today")
	case days == 1:
		out.Last = i18n.T(ctx, "yesterday")
	default:
		out.Last = i18n.Date(i18n.With(ctx, i18n.Lang(ctx), nil), f.LastDay)
	}
	return out
}

// NewStorePage is GET /stores/new.
func (h *Handlers) NewStorePage(c *fiber.Ctx) error {
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f := fresh(c).With("timeZone", cfg.Organization.TimeZone).With("currency", cfg.Organization.Currency)
	return h.showStore(c, loyalty.Store{}, f, fiber.StatusOK)
}

func (h *Handlers) storeNamed(c *fiber.Ctx) (loyalty.Store, error) {
	id, _ := loyalty.PrefixStore.Parse(c.Params("id"))
	stores, err := h.Access.Stores(c.UserContext(), auth.Actor(c))
	if err != nil {
		return loyalty.Store{}, err
	}
	for _, s := range stores {
		if s.ID == id {
			return s, nil
		}
	}
	return loyalty.Store{}, loyalty.Missing("store")
}

// StorePage is GET /stores/:id.
func (h *Handlers) StorePage(c *fiber.Ctx) error {
	s, err := h.storeNamed(c)
	if err != nil {
		return err
	}
	return h.showStore(c, s, drawnFrom(fresh(c), savedStore(s)), fiber.StatusOK)
}

// savedStore is the form with what is saved.
func savedStore(s loyalty.Store) ui.Form {
	f := ui.Form{}.With("name", s.Name).With("timeZone", s.TimeZone).With("currency", s.Currency).With("externalId", s.ExternalID)
	if s.Active {
		f = f.With("active", "on")
	}
	return withHours(f, s.Hours)
}

func (h *Handlers) showStore(c *fiber.Ctx, s loyalty.Store, f ui.Form, status int) error {
	p := business.StoreFormProps{Form: f, Days: hourFields(c.UserContext()), Zones: contact.TimeZones()}
	if !s.ID.IsZero() {
		p.ID = s.ID.String()
	}
	if target(c) == ui.ModalID {
		return part(c, status, business.StoreForm(p))
	}
	return h.page(c, shell{Title: p.Title(c.UserContext()), Active: "stores", Status: status}, business.StoreFormPage(p))
}

// CreateStore is POST /stores/new.
func (h *Handlers) CreateStore(c *fiber.Ctx) error { return h.saveStore(c, loyalty.Store{}) }

// SaveStore is POST /stores/:id.
func (h *Handlers) SaveStore(c *fiber.Ctx) error {
	s, err := h.storeNamed(c)
	if err != nil {
		return err
	}
	return h.saveStore(c, s)
}

func (h *Handlers) saveStore(c *fiber.Ctx, s loyalty.Store) error {
	ctx, form := c.UserContext(), posted(c)
	hours, unread := typedHours(form)
	again := func(back ui.Form) error {
		if !s.ID.IsZero() {
			now, err := h.storeNamed(c)
			if err != nil {
				return err
			}
			back = caughtUp(ctx, back, savedStore(now))
		}
		return h.showStore(c, s, back, fiber.StatusUnprocessableEntity)
	}
	return submit(h, c, form, func(once loyalty.Once) (loyalty.Store, error) {
		return h.Access.SaveStore(ctx, auth.Actor(c), service.SaveStore{
			ID: s.ID, Hours: hours, Unread: unread, Name: form.Value("name"), ExternalID: form.Value("externalId"), TimeZone: strings.TrimSpace(form.Value("timeZone")),
			Currency: strings.ToUpper(strings.TrimSpace(form.Value("currency"))), Active: s.ID.IsZero() || form.On("active"), Once: once,
			Still: func(now loyalty.Store) bool { return stillSaved(form, savedStore(now)) },
		})
	}, func(saved loyalty.Store) done {
		return done{To: "/stores", Flash: i18n.T(ctx, "%s is saved.", saved.Name)}
	}, again)
}
