package pages

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/layout"
	"regulars/views/till"
	"regulars/web/auth"
)

// LockTill is POST /till/lock: whoever comes next unlocks it with a PIN.
func (h *Handlers) LockTill(c *fiber.Ctx) error {
	if err := h.Access.Lock(c.UserContext(), auth.Actor(c), auth.Token(c)); err != nil {
		return err
	}
	return h.leave(c, done{To: auth.LockPath})
}

type canLockKey struct{}

// canLock reports whether somebody could unlock the till; a page asks for
// itself and for the step in it.
func (h *Handlers) canLock(c *fiber.Ctx) (bool, error) {
	if known, ok := c.Locals(canLockKey{}).(bool); ok {
		return known, nil
	}
	can, err := h.Access.CanLock(c.UserContext(), auth.Actor(c))
	c.Locals(canLockKey{}, can)
	return can, err
}

// LockedTill is GET /till/lock: the people of the store, and for the one who
// was chosen the PIN.
func (h *Handlers) LockedTill(c *fiber.Ctx) error {
	who, _ := loyalty.ParseID(c.Query("who")) // nobody is chosen yet
	return h.lockScreen(c, fiber.StatusOK, who, till.LockProps{Form: fresh(c)})
}

func (h *Handlers) lockScreen(c *fiber.Ctx, status int, chosen loyalty.ID, p till.LockProps) error {
	ctx := c.UserContext()
	locked, err := h.Access.Locked(ctx, auth.Token(c))
	if err != nil {
		return err
	}
	p.Store, p.Closed = locked.Store.Name, !locked.Store.Active
	for _, s := range locked.People {
		who := till.Colleague{
			ID: s.ID.String(), Name: s.Name, Role: i18n.T(ctx, roleNames[s.Role]), Href: auth.LockPath + "?who=" + s.ID.String(),
			Forgotten: "/login?next=" + url.QueryEscape(pinPath(s.ID)),
		}
		if p.People = append(p.People, who); s.ID == chosen {
			p.Chosen = &who
		}
	}
	return h.bare(c, status, layout.BareProps{Title: i18n.T(ctx, "The till is locked"), Path: auth.LockPath}, till.Lock(p))
}

// UnlockTill is POST /till/unlock.
func (h *Handlers) UnlockTill(c *fiber.Ctx) error {
	f := posted(c)
	who := read(f).ID("staff", "")
	_, err := h.sessions.Unlock(c, who, f.Value("pin"))
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return c.Redirect(till.Path, fiber.StatusSeeOther) // unlocked meanwhile, or to be signed in anew
	}
	if err != nil {
		if back, ok := refused(c, f, err); ok {
			return h.lockScreen(c, fiber.StatusUnprocessableEntity, who, till.LockProps{Form: back, Spent: loyalty.KindOf(err) == loyalty.TooMany})
		}
		return err
	}
	return c.Redirect(till.Path, fiber.StatusSeeOther)
}
