package pages

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/till"
	"regulars/views/ui"
	"regulars/web/auth"
)

// drawing is where a form's person works now, and the store that the form was
// drawn for.
type drawing struct {
	now      loyalty.Store // zero for none any more
	drawn    loyalty.ID    // zero for a form made by hand
	currency string        // in which amounts were typed
	why      error         // what is to be said before it is booked now; nil where nothing has changed
}

// drawnFor tells for which store a form was drawn, and where it would be booked
// now. It is a NotFound where neither is known.
func (h *Handlers) drawnFor(c *fiber.Ctx, f ui.Form, moved func(cfg *loyalty.Config, drawn, now loyalty.ID) error) (drawing, error) {
	cfg, err := h.setup(c)
	if err != nil {
		return drawing{}, err
	}
	var d drawing
	d.drawn, _ = loyalty.PrefixStore.Parse(f.Value("store"))
	d.now, err = cfg.Store(auth.Actor(c).StoreID)
	if err != nil {
		before, unknown := cfg.Store(d.drawn)
		if unknown != nil {
			return drawing{}, err
		}
		d.now, d.currency = loyalty.Store{}, before.Currency
	}
	d.currency = cmp.Or(d.now.Currency, d.currency)
	d.why = moved(cfg, d.drawn, d.now.ID)
	return d, nil
}

// said has a form that comes back say that it would count for another store:
// also where something else is wrong with it, because the next time it is
// drawn for that store.
func (d drawing) said(c *fiber.Ctx, f ui.Form) ui.Form {
	why := i18n.Error(c.UserContext(), d.why)
	if why != "" && f.Problem != why {
		f.Problem = strings.TrimSpace(why + " " + f.Problem)
	}
	return f
}

// chooseAgain has a person whose store is closed choose another. The guest
// comes back with what was typed.
func (h *Handlers) chooseAgain(c *fiber.Ctx, guest loyalty.ID, f ui.Form, why error) error {
	typed := url.Values{}
	for name, field := range map[string]string{"total": "total", "receipt": "id"} {
		if v := f.Value(field); v != "" {
			typed.Set(name, v)
		}
	}
	back := tillPath(guest)
	if len(typed) > 0 {
		back += "?" + typed.Encode()
	}
	return h.leave(c, done{
		To: till.Path + "?back=" + url.QueryEscape(back), Flash: i18n.Error(c.UserContext(), why), Tone: string(ui.Warn), Inside: true,
	})
}

// movedHere is said as long as somebody works at a store only because the one
// they chose is closed; "" for everybody else.
func movedHere(c *fiber.Ctx, store loyalty.Store) string {
	closed := auth.Visit(c).Closed
	if closed.ID.IsZero() {
		return ""
	}
	return i18n.T(c.UserContext(), "%s is closed now. Bills and rewards count for %s.", closed.Name, store.Name)
}

// tillErased is said at the till instead of everything else about a guest who
// was erased.
func (h *Handlers) tillErased(c *fiber.Ctx, status int, who service.Profile, note string) error {
	ctx := c.UserContext()
	p := till.ErasedProps{
		Text: i18n.T(ctx, "Name and contact details were erased on %s and stay erased. The points and what happened stay.", i18n.Date(ctx, who.AnonymizedAt)),
		Note: note, Bad: status != fiber.StatusOK, Detail: customerPath(who.ID),
	}
	return h.tillStep(c, status, till.Erased(p), i18n.T(ctx, "This guest was erased"))
}

// tillGone answers what is sent for a guest who was erased, and reports whether
// it has.
func (h *Handlers) tillGone(c *fiber.Ctx, id loyalty.ID) (gone bool, err error) {
	_, why, err := h.named(c, id)
	if err != nil || why == nil {
		return false, err
	}
	who, err := h.Customers.Detail(c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id})
	if err != nil {
		return false, err
	}
	return true, h.tillErased(c, fiber.StatusConflict, who, i18n.T(c.UserContext(), "Nothing was recorded."))
}
