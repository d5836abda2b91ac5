package offerapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type eventType struct {
	ID                   respond.ID       `json:"id"`
	Key                  string           `json:"key"`
	Name                 string           `json:"name"`
	Mode                 string           `json:"mode"`
	Points               *int64           `json:"points"`
	PointsPerUnit        *respond.Decimal `json:"pointsPerUnit"`
	MaxPerCustomerPerDay *int             `json:"maxPerCustomerPerDay"`
	CooldownSeconds      *int64           `json:"cooldownSeconds"`
	IsActive             bool             `json:"isActive"`
	CreatedAt            respond.Time     `json:"createdAt"`
	UpdatedAt            respond.Time     `json:"updatedAt"`
}

func eventTypeOf(e loyalty.EventType) eventType {
	out := eventType{
		ID: respond.ID(e.ID), Key: e.Key, Name: e.Name, Mode: string(e.Mode), IsActive: e.Active,
		CreatedAt: respond.Time(e.CreatedAt), UpdatedAt: respond.Time(e.UpdatedAt),
	}
	if points := int64(e.Points); points > 0 {
		out.Points = &points
	}
	if rate := respond.Rate(e.Rate); e.Rate > 0 {
		out.PointsPerUnit = &rate
	}
	if e.MaxPerDay > 0 {
		out.MaxPerCustomerPerDay = &e.MaxPerDay
	}
	if seconds := int64(e.Cooldown / time.Second); seconds > 0 {
		out.CooldownSeconds = &seconds
	}
	return out
}

type eventTypeRequest struct {
	Name                 bind.Opt[string]    `json:"name"`
	Mode                 bind.Opt[string]    `json:"mode"`
	Points               bind.Opt[int64]     `json:"points"`
	PointsPerUnit        bind.Opt[bind.Rate] `json:"pointsPerUnit"`
	MaxPerCustomerPerDay bind.Opt[int64]     `json:"maxPerCustomerPerDay"`
	CooldownSeconds      bind.Opt[int64]     `json:"cooldownSeconds"`
	IsActive             bind.Opt[bool]      `json:"isActive"`
}

func (r eventTypeRequest) fields() service.EventTypeFields {
	return service.EventTypeFields{
		Name: service.Field[string](r.Name), Mode: service.Field[string](r.Mode), Points: service.Field[int64](r.Points),
		Rate:      service.Field[loyalty.Rate]{Set: r.PointsPerUnit.Set, Null: r.PointsPerUnit.Null, Value: loyalty.Rate(r.PointsPerUnit.Value)},
		MaxPerDay: service.Field[int64](r.MaxPerCustomerPerDay), CooldownSeconds: service.Field[int64](r.CooldownSeconds),
		Active: service.Field[bool](r.IsActive),
	}
}

type eventTypeCreate struct {
	eventTypeRequest
	Key string `json:"key"`
}

// EventTypes is GET /v1/event-types.
func (h Handlers) EventTypes(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	all, err := h.Services.EventTypes.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	out := list[eventType]{Data: []eventType{}, Pagination: respond.NewPage(page, len(all))}
	for _, e := range loyalty.PageOf(page, all) {
		out.Data = append(out.Data, eventTypeOf(e))
	}
	return respond.Data(c, fiber.StatusOK, out)
}

// EventType is GET /v1/event-types/:key.
func (h Handlers) EventType(c *fiber.Ctx) error {
	e, err := h.Services.EventTypes.Get(c.UserContext(), auth.Actor(c), bind.Path(c, "key"))
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, eventTypeOf(e))
}

// CreateEventType is POST /v1/event-types.
func (h Handlers) CreateEventType(c *fiber.Ctx) error {
	var in eventTypeCreate
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.CreateEventType{Key: in.Key, Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (loyalty.EventType, error) {
		cmd.Once = once
		return h.Services.EventTypes.Create(c.UserContext(), auth.Actor(c), cmd)
	}, func(e loyalty.EventType) (int, any) { return fiber.StatusCreated, eventTypeOf(e) })
}

// UpdateEventType is PATCH /v1/event-types/:key.
func (h Handlers) UpdateEventType(c *fiber.Ctx) error {
	var in eventTypeRequest
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	cmd := service.ChangeEventType{Ref: bind.Path(c, "key"), Fields: in.fields()}
	return respond.Write(c, func(once loyalty.Once) (loyalty.EventType, error) {
		cmd.Once = once
		return h.Services.EventTypes.Change(c.UserContext(), auth.Actor(c), cmd)
	}, func(e loyalty.EventType) (int, any) { return fiber.StatusOK, eventTypeOf(e) })
}

type deletion struct {
	Deleted     bool `json:"deleted"`
	Deactivated bool `json:"deactivated"`
}

// DeleteEventType is DELETE /v1/event-types/:key.
func (h Handlers) DeleteEventType(c *fiber.Ctx) error {
	gone, err := h.Services.EventTypes.Delete(c.UserContext(), auth.Actor(c), bind.Path(c, "key"))
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, deletion{Deleted: gone, Deactivated: !gone})
}
