package pages

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

type templAttrs = templ.Attributes

// customerForm is one of the forms that change a guest: how it is drawn and
// what it does.
type customerForm struct {
	props func(ctx context.Context) customers.FormProps
	scope loyalty.Scope
	saved func(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID) (ui.Form, error) // what it is drawn with
	do    func(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error)
	said  func(ctx context.Context) string
	gone  bool // the guest's page is gone afterwards
}

func customerForms(kind string) (customerForm, bool) {
	f, ok := map[string]customerForm{
		customers.Add: {
			scope: loyalty.CustomersCreate,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Add a customer"), Submit: i18n.T(ctx, "Add customer"), Text: i18n.T(ctx, "A phone number that a customer has already opens that customer.")}
			},
			do: addCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "Customer added.") },
		},
		customers.Edit: {
			scope: loyalty.CustomersUpdate, saved: personSaved,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Edit customer"), Submit: i18n.T(ctx, "Save")}
			},
			do: editCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "Saved.") },
		},
		customers.Adjust: {
			scope: loyalty.LoyaltyAdjust,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Adjust points"), Submit: i18n.T(ctx, "Adjust"), Text: i18n.T(ctx, "A correction by hand. It does not count towards the tier.")}
			},
			do: adjustCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "Points adjusted.") },
		},
		customers.Freeze: {
			scope: loyalty.CustomersUpdate,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Freeze the account"), Submit: i18n.T(ctx, "Freeze"), Text: i18n.T(ctx, "A frozen account neither earns nor spends points. You can unfreeze it at any time.")}
			},
			do: freezeCustomer(true), said: func(ctx context.Context) string { return i18n.T(ctx, "The account is frozen.") },
		},
		customers.Unfreeze: {
			scope: loyalty.CustomersUpdate,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Unfreeze the account"), Submit: i18n.T(ctx, "Unfreeze")}
			},
			do: freezeCustomer(false), said: func(ctx context.Context) string { return i18n.T(ctx, "The account is open again.") },
		},
		customers.Anonymize: {
			scope: loyalty.CustomersUpdate,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Erase personal data"), Submit: i18n.T(ctx, "Erase"), Danger: true, Text: i18n.T(ctx, "Name, phone, e-mail and birth date are erased for good, and the card ends. The points and their history stay, without a name.")}
			},
			do: eraseCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "The personal data is erased.") },
		},
		customers.Delete: {
			scope: loyalty.CustomersDelete, gone: true,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Delete with all points"), Submit: i18n.T(ctx, "Delete for good"), Danger: true, Text: i18n.T(ctx, "The customer, the points and the whole history go. This can’t be undone.")}
			},
			do: deleteCustomer, said: func(ctx context.Context) string { return i18n.T(ctx, "Customer deleted.") },
		},
		customers.Reverse: {
			scope: loyalty.LoyaltyAdjust,
			props: func(ctx context.Context) customers.FormProps {
				return customers.FormProps{Title: i18n.T(ctx, "Take the award back"), Submit: i18n.T(ctx, "Take back"), Danger: true, Text: i18n.T(ctx, "What is left of the award is taken back by a new transaction that names it.")}
			},
			said: func(ctx context.Context) string { return i18n.T(ctx, "The award was taken back.") },
		},
	}[kind]
	return f, ok
}

// CustomerForm is GET and POST /customers/new, /customers/:id/:form and
// /customers/:id/reverse/:transaction.
func (h *Handlers) CustomerForm(c *fiber.Ctx) error {
	kind := c.Params("form")
	if kind == "" {
		kind = customers.Add
		if c.Params("transaction") != "" {
			kind = customers.Reverse
		}
	}
	form, ok := customerForms(kind)
	if !ok || kind == customers.Add && c.Params("form") != "" {
		return fiber.ErrNotFound
	}
	ctx, actor := c.UserContext(), auth.Actor(c)
	if err := actor.Require(form.scope); err != nil {
		return err
	}
	var id loyalty.ID
	back := customers.Path
	if kind != customers.Add {
		var err error
		if id, err = bind.PathID(c, "id", loyalty.PrefixCustomer); err != nil {
			return err
		}
		back = customerPath(id)
	}
	if c.Method() == fiber.MethodPost {
		return h.sendCustomerForm(c, form, kind, id, back)
	}
	f := fresh(c)
	if kind == customers.Adjust {
		f = f.With("amount", c.Query("amount"))
	}
	if form.saved != nil {
		saved, err := form.saved(ctx, h, actor, id)
		if err != nil {
			return err
		}
		f = drawnFrom(f, saved)
	}
	return h.showCustomerForm(c, fiber.StatusOK, form, kind, back, f)
}

func (h *Handlers) showCustomerForm(c *fiber.Ctx, status int, form customerForm, kind, back string, f ui.Form) error {
	ctx := c.UserContext()
	p := form.props(ctx)
	p.Kind, p.Action, p.Back, p.Form, p.Dialog = kind, c.Path(), back, f, target(c) == ui.ModalID
	if kind != customers.Add {
		id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
		if err != nil {
			return err
		}
		who, err := h.Services.Customers.Get(ctx, auth.Actor(c), service.CustomerRef{ID: id})
		if err != nil {
			return err
		}
		if why := unnamed(who.Customer, kind); why != nil {
			return h.ended(c, p.Title, id, why)
		}
		p.Who = ui.PersonProps{Name: shownName(ctx, who.Customer), Sub: i18n.N(ctx, "%d point", "%d points", who.Enrollment.Balance)}
		typed := f.Value("amount")
		if kind == customers.Award {
			typed = f.Value("points")
		}
		p.After = adjusted(ctx, who.Enrollment.Balance, typed)
	}
	if target(c) == customers.AfterID {
		return part(c, fiber.StatusOK, customers.After(p.After))
	}
	if p.Dialog {
		return part(c, status, customers.Form(p))
	}
	return h.page(c, shell{Title: p.Title, Active: "customers", Status: status}, customers.Form(p))
}

// adjusted is what a correction leaves of a balance; what is no number yet, or
// takes more than there is, says nothing or that.
func adjusted(ctx context.Context, balance loyalty.Points, typed string) string {
	n, ok := number(typed, 0)
	switch {
	case !ok || n == 0 || n > int64(loyalty.MaxPoints) || n < -int64(loyalty.MaxPoints):
		return ""
	case balance+loyalty.Points(n) < 0:
		return i18n.T(ctx, "That is more than there is.")
	}
	return i18n.T(ctx, "New balance: %s", i18n.Number(ctx, balance+loyalty.Points(n)))
}

func (h *Handlers) sendCustomerForm(c *fiber.Ctx, form customerForm, kind string, id loyalty.ID, back string) error {
	f, ctx, actor := posted(c), c.UserContext(), auth.Actor(c)
	in := read(f)
	do := form.do
	if kind == customers.Reverse {
		transaction, err := bind.PathID(c, "transaction", loyalty.PrefixTransaction)
		if err != nil {
			return err
		}
		do = reverseAward(transaction)
	}
	return submit(h, c, f, func(once loyalty.Once) (loyalty.ID, error) {
		return do(ctx, h, actor, id, in, once)
	}, func(who loyalty.ID) done {
		if form.gone {
			return done{To: customers.Path, Flash: form.said(ctx)}
		}
		if in.known {
			return done{To: customerPath(who), Flash: i18n.T(ctx, "This number was known already. Here is the guest it belongs to."), Tone: "note"}
		}
		return done{To: customerPath(who), Flash: form.said(ctx)}
	}, func(again ui.Form) error {
		if form.saved != nil {
			now, err := form.saved(ctx, h, actor, id)
			if err != nil {
				return err
			}
			again = caughtUp(ctx, again, now)
		}
		return h.showCustomerForm(c, fiber.StatusUnprocessableEntity, form, kind, back, again)
	})
}
