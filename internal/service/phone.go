package service

import (
	"context"
	"strings"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// byPhone is the customer with the phone number, signed up if there is none:
// whoever may send a guest's order may sign the guest up with it.
func (s *Ledger) byPhone(ctx context.Context, actor loyalty.Actor, phone, name string) (loyalty.ID, error) {
	customers := Customers{s.Core}
	region, err := customers.region(ctx, actor)
	if err != nil {
		return loyalty.ID{}, err
	}
	if key := phoneKey(contact.ParsePhone(phone, region)); key != (loyalty.CustomerKey{}) {
		m, _, err := s.repo.Member(ctx, actor.OrgID, key)
		if err == nil || loyalty.KindOf(err) != loyalty.NotFound {
			return m.ID, err
		}
	}
	if strings.TrimSpace(name) == "" {
		name = phone
	}
	r, err := customers.signUp(ctx, actor, region, CreateCustomer{Name: name, Phone: phone})
	return r.ID, err
}
