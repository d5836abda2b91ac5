package orgapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type createCustomerRequest struct {
	Name           string  `json:"name"`
	Email          *string `json:"email"`
	Phone          *string `json:"phone"`
	BirthDate      *string `json:"birthDate"`
	ExternalID     *string `json:"externalId"`
	MarketingOptIn *bool   `json:"marketingOptIn"`
	ReferralCode   *string `json:"referralCode"`
}

func (r createCustomerRequest) command() service.CreateCustomer {
	return service.CreateCustomer{
		Name: r.Name, Email: plain(r.Email), Phone: plain(r.Phone), BirthDate: plain(r.BirthDate), ExternalID: plain(r.ExternalID),
		MarketingOptIn: r.MarketingOptIn != nil && *r.MarketingOptIn, ReferralCode: plain(r.ReferralCode),
	}
}

// plain is the text, "" where it was left out or null.
func plain(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// CreateCustomer is POST /v1/loyalty/customers.
func (h Handlers) CreateCustomer(c *fiber.Ctx) error {
	var in createCustomerRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := in.command()
	return respond.Write(c, func(once loyalty.Once) (service.CustomerResult, error) {
		cmd.Once = once
		return h.Customers.Create(c.UserContext(), auth.Actor(c), cmd)
	}, func(r service.CustomerResult) (int, any) {
		if r.Created {
			return fiber.StatusCreated, customerOf(r.Member)
		}
		return fiber.StatusOK, customerOf(r.Member)
	})
}

// ListCustomers is GET /v1/loyalty/customers.
func (h Handlers) ListCustomers(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	search, page := q.Text("search"), q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	found, err := h.Customers.List(c.UserContext(), auth.Actor(c), search, page)
	if err != nil {
		return err
	}
	rows := make([]customerRow, len(found.Members))
	for i, m := range found.Members {
		rows[i] = customerRowOf(m)
	}
	return respond.Data(c, fiber.StatusOK, fiber.Map{"customers": rows, "pagination": respond.NewPage(page, found.Total)})
}

// Customer is GET /v1/loyalty/customers/:id.
func (h Handlers) Customer(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	p, err := h.Customers.Detail(c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, customerDetailOf(p))
}

type updateCustomerRequest struct {
	Name           bind.Opt[string] `json:"name"`
	Email          bind.Opt[string] `json:"email"`
	Phone          bind.Opt[string] `json:"phone"`
	BirthDate      bind.Opt[string] `json:"birthDate"`
	ExternalID     bind.Opt[string] `json:"externalId"`
	MarketingOptIn bind.Opt[bool]   `json:"marketingOptIn"`
	ReferralCode   bind.Opt[string] `json:"referralCode"`
}

// change is what the field does: nil keeps, and null clears like "".
func change[T any](o bind.Opt[T]) *T {
	if !o.Set {
		return nil
	}
	return &o.Value
}

// UpdateCustomer is PATCH /v1/loyalty/customers/:id.
func (h Handlers) UpdateCustomer(c *fiber.Ctx) error {
	var in updateCustomerRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (loyalty.Member, error) {
		return h.Customers.Update(c.UserContext(), auth.Actor(c), service.UpdateCustomer{
			ID: id, Name: change(in.Name), Email: change(in.Email), Phone: change(in.Phone), BirthDate: change(in.BirthDate),
			ExternalID: change(in.ExternalID), MarketingOptIn: change(in.MarketingOptIn),
			ReferralCode: change(in.ReferralCode), Once: once,
		})
	}, func(m loyalty.Member) (int, any) { return fiber.StatusOK, customerOf(m) })
}

// DeleteCustomer is DELETE /v1/loyalty/customers/:id.
func (h Handlers) DeleteCustomer(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := h.Customers.Delete(c.UserContext(), auth.Actor(c), id); err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, fiber.Map{"deleted": true})
}

// CustomerTransactions is GET /v1/loyalty/customers/:id/transactions.
func (h Handlers) CustomerTransactions(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	q := bind.NewQuery(c)
	page, typ := q.Page(), q.OneOf("type", transactionTypes...)
	if err := q.Err(); err != nil {
		return err
	}
	rows, total, err := h.Customers.Transactions(
		c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id}, loyalty.TransactionType(typ), page)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, fiber.Map{"transactions": transactionsOf(rows), "pagination": respond.NewPage(page, total)})
}

var transactionTypes = func() []string {
	var out []string
	for _, t := range loyalty.TransactionTypes() {
		out = append(out, string(t))
	}
	return out
}()

// AnonymizeCustomer is POST /v1/loyalty/customers/:id/anonymize.
func (h Handlers) AnonymizeCustomer(c *fiber.Ctx) error {
	var in struct{}
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.OptionalJSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (loyalty.Member, error) {
		return h.Customers.Anonymize(c.UserContext(), auth.Actor(c), service.AnonymizeCustomer{ID: id, Once: once})
	}, func(m loyalty.Member) (int, any) { return fiber.StatusOK, customerOf(m) })
}

// ExportCustomer is GET /v1/loyalty/customers/:id/export.
func (h Handlers) ExportCustomer(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	e, err := h.Customers.Export(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, exportOf(e))
}
