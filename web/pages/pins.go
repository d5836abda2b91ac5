package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// PINsPage is GET /pins: who can unlock a till, as far as the person may know.
func (h *Handlers) PINsPage(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	people, err := h.Access.PINs(ctx, actor)
	if err != nil {
		return err
	}
	p := business.PINsProps{}
	for _, s := range people {
		row := business.PINHolder{Name: s.Name, Role: i18n.T(ctx, roleNames[s.Role]), Href: pinPath(s.ID), Self: s.ID == actor.StaffID}
		if !s.SetAt.IsZero() {
			row.Since = i18n.Date(ctx, s.SetAt)
		}
		p.People = append(p.People, row)
	}
	return h.page(c, shell{Title: i18n.T(ctx, "PINs for the till"), Active: "staff"}, business.PINs(p))
}

func pinPath(id loyalty.ID) string { return business.PINsPath + "/" + id.String() }

// PINPage is GET /pins/:id.
func (h *Handlers) PINPage(c *fiber.Ctx) error { return h.showPIN(c, fiber.StatusOK, fresh(c)) }

func (h *Handlers) showPIN(c *fiber.Ctx, status int, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, _ := loyalty.ParseID(c.Params("id")) // what is none is nobody's
	people, err := h.Access.PINs(ctx, actor)
	if err != nil {
		return err
	}
	for _, s := range people {
		if s.ID != id {
			continue
		}
		p := business.PINProps{
			Name: s.Name, Action: pinPath(id), Self: id == actor.StaffID, Has: !s.SetAt.IsZero(), Dialog: target(c) == ui.ModalID, Form: f,
		}
		if p.Dialog {
			return part(c, status, business.PIN(p))
		}
		return h.page(c, shell{Title: i18n.T(ctx, "PIN of %s", s.Name), Active: "staff", Status: status}, business.PIN(p))
	}
	return loyalty.Missing("member of staff")
}

// SetPIN is POST /pins/:id: a new PIN, or with the button "remove" none.
func (h *Handlers) SetPIN(c *fiber.Ctx) error {
	id, _ := loyalty.ParseID(c.Params("id")) // what is none is nobody's
	f := posted(c)
	cmd := service.SetPIN{StaffID: id, PIN: f.Value("pin"), Password: f.Value("password")}
	said := i18n.T(c.UserContext(), "The PIN is set.")
	var problems loyalty.Problems
	switch {
	case f.Value("remove") != "":
		cmd.PIN, said = "", i18n.T(c.UserContext(), "The PIN is removed.")
	case cmd.PIN == "":
		problems.Add("pin", "must be 4 to 6 digits")
	}
	err := problems.Err()
	if err == nil {
		err = h.Access.SetPIN(c.UserContext(), auth.Actor(c), cmd)
	}
	if err != nil {
		if back, ok := refused(c, f, err); ok {
			return h.showPIN(c, fiber.StatusUnprocessableEntity, back)
		}
		return err
	}
	return h.leave(c, done{To: business.PINsPath, Flash: said})
}
