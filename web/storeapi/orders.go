package storeapi

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

// earnOrder is a bill as both ways of sending one describe it.
type earnOrder struct {
	ID          string       `json:"id"`
	Total       bind.Decimal `json:"total"`
	Tax         bind.Decimal `json:"tax"`
	Tip         bind.Decimal `json:"tip"`
	Discount    bind.Decimal `json:"discount"`
	Currency    string       `json:"currency"`
	Items       bind.Any     `json:"items"`
	StaffID     *string      `json:"staff_id"`
	CompletedAt *bind.Time   `json:"completed_at"`
}

// earnedOrder is a bill that is given to earn: as it is sent to the orders, and
// so perhaps with its status, which can only be one.
type earnedOrder struct {
	earnOrder
	Status *string `json:"status"`
}

type orderRequest struct {
	earnOrder
	CustomerID bind.Ref[bind.Customer] `json:"customer_id"`
	Customer   *orderCustomer          `json:"customer"`
	Status     string                  `json:"status"`
}

type orderCustomer struct {
	Phone string  `json:"phone"`
	Name  *string `json:"name"`
}

// money reads an amount in the store's currency; one that was left out is 0
// unless it is required.
func money(p *loyalty.Problems, field string, d bind.Decimal, currency string, required bool) loyalty.Minor {
	if d == "" {
		if required {
			p.Add(field, "is required")
		}
		return 0
	}
	n, ok := loyalty.ParseDecimal(string(d), loyalty.Exponent(currency))
	if _, decimals, _ := strings.Cut(strings.TrimRight(string(d), "0"), "."); !ok && len(decimals) <= loyalty.Exponent(currency) {
		p.Add(field, "is too large an amount of money")
	} else if !ok {
		p.Add(field, "must be an amount of money with at most %d decimals", loyalty.Exponent(currency))
	}
	return loyalty.Minor(n)
}

// command checks what only the wire can get wrong, all of it at once.
func (o earnOrder) command(p *loyalty.Problems, store loyalty.Store) service.SubmitOrder {
	cmd := service.SubmitOrder{
		StoreID: store.ID, ExternalID: o.ID, Currency: o.Currency,
		Total: money(p, "total", o.Total, store.Currency, true), Tax: money(p, "tax", o.Tax, store.Currency, false),
		Tip: money(p, "tip", o.Tip, store.Currency, false), Discount: money(p, "discount", o.Discount, store.Currency, false),
	}
	if o.StaffID != nil {
		cmd.StaffRef = *o.StaffID
	}
	if o.CompletedAt != nil {
		cmd.CompletedAt = o.CompletedAt.Time
	}
	if items := bytes.TrimSpace(o.Items); len(items) > 0 && string(items) != "null" {
		cmd.ItemsJSON = items
		cmd.Items = countItems(p, items)
	}
	return cmd
}

// countItems takes a list of things or a plain number of them.
func countItems(p *loyalty.Problems, items []byte) int {
	var list []json.RawMessage
	if json.Unmarshal(items, &list) == nil {
		return len(list)
	}
	var n int
	if json.Unmarshal(items, &n) == nil && n >= 0 && n <= 1_000_000 {
		return n
	}
	p.Add("items", "must be a list, or a whole number from 0 to 1,000,000")
	return 0
}

func (h Handlers) store(c *fiber.Ctx) (loyalty.Actor, loyalty.Store, error) {
	actor := auth.Actor(c)
	store, err := h.StoreOf(c.UserContext(), actor)
	return actor, store, err
}

func (h Handlers) earnOrder(c *fiber.Ctx, in earnRequest) error {
	actor, store, err := h.store(c)
	if err != nil {
		return err
	}
	var p loyalty.Problems
	cmd := in.Order.command(&p, store)
	if err := p.Err(); err != nil {
		return err
	}
	cmd.Customer, cmd.Status = service.CustomerRef{ID: in.CustomerID.ID}, loyalty.OrderCompleted
	return respond.Write(c, func(once loyalty.Once) (service.OrderResult, error) {
		cmd.Once = once
		return h.Ledger.EarnOrder(c.UserContext(), actor, cmd)
	}, func(r service.OrderResult) (int, any) {
		t := r.Award.Transaction
		t.CustomerID, t.Reason = r.Order.CustomerID, r.Order.Reason()
		if r.Created && t.Points > 0 {
			return fiber.StatusCreated, awardOf(t)
		}
		return fiber.StatusOK, awardOf(t)
	})
}

// CreateOrder is POST /v1/stores/:store_id/orders.
func (h Handlers) CreateOrder(c *fiber.Ctx) error {
	var in orderRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	actor, store, err := h.store(c)
	if err != nil {
		return err
	}
	var p loyalty.Problems
	cmd := in.command(&p, store)
	if in.Customer != nil && !in.CustomerID.ID.IsZero() {
		p.Add("customer", "send either customer or customer_id")
	}
	if err := p.Err(); err != nil {
		return err
	}
	cmd.Customer, cmd.Status = service.CustomerRef{ID: in.CustomerID.ID}, loyalty.OrderStatus(in.Status)
	if in.Customer != nil {
		cmd.Phone = in.Customer.Phone
		if in.Customer.Name != nil {
			cmd.Name = *in.Customer.Name
		}
	}
	return respond.Write(c, func(once loyalty.Once) (service.OrderResult, error) {
		cmd.Once = once
		return h.Ledger.Submit(c.UserContext(), actor, cmd)
	}, func(r service.OrderResult) (int, any) {
		if r.Created {
			return fiber.StatusCreated, orderOf(r)
		}
		return fiber.StatusOK, orderOf(r)
	})
}

// orderRef is the order that the path names, by our id or the till's.
func orderRef(c *fiber.Ctx) (id loyalty.ID, ref string) {
	s := bind.Path(c, "id")
	if id, ok := loyalty.PrefixOrder.Parse(s); ok && !id.IsZero() {
		return id, ""
	}
	return loyalty.ID{}, s
}

// Order is GET /v1/stores/:store_id/orders/:id.
func (h Handlers) Order(c *fiber.Ctx) error {
	actor := auth.Actor(c)
	id, ref := orderRef(c)
	r, err := h.Ledger.OrderDetail(c.UserContext(), actor, actor.StoreID, id, ref)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, orderOf(r))
}

// Orders is GET /v1/stores/:store_id/orders.
func (h Handlers) Orders(c *fiber.Ctx) error {
	actor, store, err := h.store(c)
	if err != nil {
		return err
	}
	q := bind.NewQuery(c)
	f := loyalty.OrderFilter{
		StoreIDs: []loyalty.ID{actor.StoreID}, CustomerID: q.ID("customer_id", loyalty.PrefixCustomer),
		Status: loyalty.OrderStatus(q.OneOf("status", "open", "completed", "cancelled", "refunded")), From: q.TimeIn(store.TimeZone, "from"), To: q.TimeIn(store.TimeZone, "to"),
	}
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	rows, total, err := h.Ledger.OrderDetails(c.UserContext(), actor, f, page)
	if err != nil {
		return err
	}
	out := make([]order, len(rows))
	for i, r := range rows {
		out[i] = orderOf(r)
	}
	return respond.Data(c, fiber.StatusOK, list[order]{out, total})
}

type changeRequest struct {
	Status        string                  `json:"status"`
	RefundedTotal bind.Decimal            `json:"refunded_total"`
	CustomerID    bind.Ref[bind.Customer] `json:"customer_id"`
	CompletedAt   *bind.Time              `json:"completed_at"`
}

// UpdateOrder is PATCH /v1/stores/:store_id/orders/:id.
func (h Handlers) UpdateOrder(c *fiber.Ctx) error {
	var in changeRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	actor, store, err := h.store(c)
	if err != nil {
		return err
	}
	cmd := service.ChangeOrder{
		StoreID: actor.StoreID, Status: loyalty.OrderStatus(in.Status), Customer: service.CustomerRef{ID: in.CustomerID.ID},
	}
	cmd.OrderID, cmd.OrderRef = orderRef(c)
	var p loyalty.Problems
	if in.RefundedTotal != "" {
		refunded := money(&p, "refundedTotal", in.RefundedTotal, store.Currency, true)
		cmd.RefundedTotal = &refunded
	}
	if in.CompletedAt != nil {
		cmd.CompletedAt = in.CompletedAt.Time
	}
	if err := p.Err(); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (service.OrderResult, error) {
		cmd.Once = once
		return h.Ledger.Change(c.UserContext(), actor, cmd)
	}, func(r service.OrderResult) (int, any) { return fiber.StatusOK, orderOf(r) })
}
