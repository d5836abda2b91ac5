package service

import (
	"context"
	"strings"

	"regulars/internal/loyalty"
)

// byPhone is the customer with the phone number that came with an order,
// signed up if there is none. The right to send orders is right enough for
// that, so the program itself acts, in the actor's name.
func (s *Ledger) byPhone(ctx context.Context, actor loyalty.Actor, phone, name string) (loyalty.ID, error) {
	if strings.TrimSpace(name) == "" {
		name = phone
	}
	actor.Role = loyalty.System
	made, err := NewCustomers(s.Core).Create(ctx, actor, CreateCustomer{Name: name, Phone: phone})
	return made.ID, err
}
