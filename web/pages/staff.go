package pages

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/business"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

var roleNames = map[loyalty.Role]string{
	loyalty.Owner: i18n.Mark("Owner"), loyalty.Manager: i18n.Mark("Manager"), loyalty.Cashier: i18n.Mark("Cashier"),
	loyalty.Machine: i18n.Mark("API key"), loyalty.System: i18n.Mark("The program itself"),
}

// StaffPage is GET /staff.
func (h *Handlers) StaffPage(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	people, err := h.Access.AllStaff(ctx, actor)
	if err != nil {
		return err
	}
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return err
	}
	var p business.StaffProps
	for _, s := range people {
		guest, err := h.guestName(ctx, actor, s.CustomerID)
		if err != nil {
			return err
		}
		p.People = append(p.People, business.Person{
			ID: s.ID.String(), Name: s.Name, Email: s.Email, Role: i18n.T(ctx, roleNames[s.Role]), Stores: storeNames(ctx, s.StoreIDs, stores),
			Guest: guest, Active: s.Active, Self: s.ID == actor.StaffID,
		})
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Staff"), Active: "staff"}, business.Staff(p))
}

// guestName is the name of a linked guest account; "" for none.
func (h *Handlers) guestName(ctx ctx, actor loyalty.Actor, id loyalty.ID) (string, error) {
	if id.IsZero() {
		return "", nil
	}
	m, err := h.Customers.Get(ctx, actor, service.CustomerRef{ID: id})
	if loyalty.KindOf(err) == loyalty.NotFound {
		return "", nil
	}
	return m.Customer.Name, err
}

// NewStaffPage is GET /staff/new.
func (h *Handlers) NewStaffPage(c *fiber.Ctx) error {
	return h.showStaff(c, loyalty.Staff{}, fresh(c).With("role", string(loyalty.Cashier)), fiber.StatusOK)
}

func (h *Handlers) person(c *fiber.Ctx) (loyalty.Staff, error) {
	id, ok := loyalty.ParseID(c.Params("id"))
	if !ok {
		return loyalty.Staff{}, loyalty.Missing("person")
	}
	return h.Access.StaffMember(c.UserContext(), auth.Actor(c), id)
}

// StaffMemberPage is GET /staff/:id.
func (h *Handlers) StaffMemberPage(c *fiber.Ctx) error {
	s, err := h.person(c)
	if err != nil {
		return err
	}
	return h.showStaff(c, s, drawnFrom(fresh(c), savedStaff(s)), fiber.StatusOK)
}

// linkedField is, in what is saved, which guest account is linked. The form
// has no such field: it has one to link an account, or one to unlink it.
const linkedField = "linked"

// savedStaff is the form with what is saved.
func savedStaff(s loyalty.Staff) ui.Form {
	f := ui.Form{}.With("name", s.Name).With("email", s.Email).With("role", string(s.Role))
	if !s.CustomerID.IsZero() {
		f = f.With(linkedField, s.CustomerID.String())
	}
	if len(s.StoreIDs) > 0 {
		var ids []string
		for _, id := range s.StoreIDs {
			ids = append(ids, id.String())
		}
		f = f.With("storeIds", ids...)
	}
	if s.Active {
		f = f.With("active", "on")
	}
	return f
}

func (h *Handlers) showStaff(c *fiber.Ctx, s loyalty.Staff, f ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return err
	}
	p := business.StaffFormProps{Stores: storeOptions(stores), Self: s.ID == actor.StaffID, Form: f}
	if !s.ID.IsZero() {
		p.ID = s.ID.String()
	}
	if p.Guest, err = h.guestName(ctx, actor, s.CustomerID); err != nil {
		return err
	}
	if target(c) == ui.ModalID {
		return part(c, status, business.StaffForm(p))
	}
	return h.page(c, shell{Title: p.Title(ctx), Active: "staff", Status: status}, business.StaffFormPage(p))
}

// CreateStaff is POST /staff/new.
func (h *Handlers) CreateStaff(c *fiber.Ctx) error {
	ctx, form := c.UserContext(), posted(c)
	return submit(h, c, form, func(once loyalty.Once) (loyalty.Staff, error) {
		return h.Access.CreateStaff(ctx, auth.Actor(c), service.CreateStaff{
			Email: form.Value("email"), Name: form.Value("name"), Role: loyalty.Role(form.Value("role")), Password: form.Value("password"),
			StoreIDs: storeIDs(form.All("storeIds")), Once: once,
		})
	}, func(made loyalty.Staff) done {
		return done{To: "/staff", Flash: i18n.T(ctx, "%s can sign in now.", made.Name)}
	}, func(back ui.Form) error {
		return h.showStaff(c, loyalty.Staff{}, back, fiber.StatusUnprocessableEntity)
	})
}

// SaveStaff is POST /staff/:id.
func (h *Handlers) SaveStaff(c *fiber.Ctx) error {
	s, err := h.person(c)
	if err != nil {
		return err
	}
	ctx, form := c.UserContext(), posted(c)
	again := func(back ui.Form) error {
		now, err := h.person(c)
		if err != nil {
			return err
		}
		return h.showStaff(c, now, caughtUpStaff(ctx, back, now), fiber.StatusUnprocessableEntity)
	}
	cmd, err := h.staffChange(c, s, form)
	if err != nil {
		return err
	}
	return submit(h, c, form, func(once loyalty.Once) (loyalty.Staff, error) {
		cmd.Once, cmd.Still = once, func(now loyalty.Staff) bool { return stillSaved(form, savedStaff(now)) }
		return h.Access.UpdateStaff(ctx, auth.Actor(c), cmd)
	}, func(saved loyalty.Staff) done {
		return done{To: "/staff", Flash: i18n.T(ctx, "%s is saved.", saved.Name)}
	}, again)
}

// caughtUpStaff is caughtUp for a person. Where others have linked or unlinked
// a guest account, this person's linking or unlinking was meant otherwise.
func caughtUpStaff(ctx ctx, f ui.Form, now loyalty.Staff) ui.Form {
	saved := savedStaff(now)
	before, ok := was(f)
	out := caughtUp(ctx, f, saved)
	if !ok || slices.Equal(given(before, linkedField), given(saved, linkedField)) {
		return out
	}
	delete(out.Errors, linkedField)
	if f.Value("guest") != "" || f.On("unlink") {
		field := "guest"
		if !now.CustomerID.IsZero() {
			field = "unlink"
		}
		out.Errors[field] = i18n.T(ctx, "Somebody else has changed this meanwhile.")
	}
	delete(out.Typed, "unlink")
	return out
}

func (h *Handlers) staffChange(c *fiber.Ctx, s loyalty.Staff, form ui.Form) (service.UpdateStaff, error) {
	name, email, role := form.Value("name"), form.Value("email"), loyalty.Role(form.Value("role"))
	stores := storeIDs(form.All("storeIds"))
	cmd := service.UpdateStaff{ID: s.ID, Name: &name, Email: &email, Role: &role, StoreIDs: &stores}
	if s.ID != auth.Actor(c).StaffID {
		active := form.On("active")
		cmd.Active = &active
	}
	if password := form.Value("password"); password != "" {
		cmd.Password = &password
	}
	if form.On("unlink") {
		cmd.CustomerID = &loyalty.ID{}
	}
	phone := read(form).Text("guest")
	if phone == "" || !s.CustomerID.IsZero() {
		return cmd, nil
	}
	m, err := h.Customers.ByPhone(c.UserContext(), auth.Actor(c), phone)
	if loyalty.KindOf(err) == loyalty.NotFound {
		cmd.Unread.Add("guest", "no guest has this phone number")
		return cmd, nil
	}
	cmd.CustomerID = &m.Customer.ID
	return cmd, err
}
