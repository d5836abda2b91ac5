package pages

import (
	"context"
	"fmt"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/ui"
)

// answering makes the Once of a form that is about a customer fit a service
// whose result is something else, which of names the customer in.
func answering[R any](once loyalty.Once, of func(R) loyalty.ID) loyalty.Once {
	answer := once.Answer
	once.Answer = func(result any) (loyalty.Answer, error) {
		typed, ok := result.(R)
		if !ok {
			return loyalty.Answer{}, fmt.Errorf("the service's result is a %T, not a %T", result, typed)
		}
		return answer(of(typed))
	}
	return once
}

func memberID(m loyalty.Member) loyalty.ID { return m.ID }

func addCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, _ loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error) {
	made, err := h.Services.Customers.Create(ctx, actor, service.CreateCustomer{
		Name: in.Text("name"), Email: in.Text("email"), Phone: in.Text("phone"), BirthDate: in.Text("birthDate"),
		MarketingOptIn: in.form.On("marketingOptIn"), Once: answering(once, func(r service.CustomerResult) loyalty.ID {
			in.known = !r.Created
			return r.ID
		}),
	})
	return made.ID, err
}

func personSaved(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID) (ui.Form, error) {
	m, err := h.Services.Customers.Get(ctx, actor, service.CustomerRef{ID: id})
	return savedPerson(m.Customer), err
}

// savedPerson is the form with what is saved.
func savedPerson(c loyalty.Customer) ui.Form {
	f := ui.Form{}.With("name", c.Name).With("phone", c.Phone).With("email", c.Email).With("birthDate", c.BirthDate)
	if c.MarketingOptIn {
		f = f.With("marketingOptIn", "on")
	}
	return f
}

func editCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error) {
	text := func(name string) *string { s := in.Text(name); return &s }
	news := in.form.On("marketingOptIn")
	_, err := h.Services.Customers.Update(ctx, actor, service.UpdateCustomer{
		ID: id, Name: text("name"), Email: text("email"), Phone: text("phone"), BirthDate: text("birthDate"), MarketingOptIn: &news,
		Still: func(now loyalty.Customer) bool { return stillSaved(in.form, savedPerson(now)) }, Once: answering(once, memberID),
	})
	return id, err
}

func adjustCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error) {
	amount := in.Whole("amount")
	if err := in.Err(); err != nil {
		return id, err
	}
	_, err := h.Ledger.Adjust(ctx, actor, service.AdjustPoints{
		Customer: service.CustomerRef{ID: id}, Amount: loyalty.Points(amount), Reason: in.Text("reason"), StoreID: actor.StoreID,
		Once: answering(once, func(service.Adjusted) loyalty.ID { return id }),
	})
	return id, err
}

func reverseAward(transaction loyalty.ID) func(context.Context, *Handlers, loyalty.Actor, loyalty.ID, *fields, loyalty.Once) (loyalty.ID, error) {
	return func(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, in *fields, once loyalty.Once) (loyalty.ID, error) {
		_, err := h.Ledger.Reverse(ctx, actor, service.ReverseAward{
			TransactionID: transaction, Reason: in.Text("reason"),
			Once: answering(once, func(service.Reversed) loyalty.ID { return id }),
		})
		return id, err
	}
}

func freezeCustomer(frozen bool) func(context.Context, *Handlers, loyalty.Actor, loyalty.ID, *fields, loyalty.Once) (loyalty.ID, error) {
	return func(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, _ *fields, once loyalty.Once) (loyalty.ID, error) {
		_, err := h.Services.Customers.Freeze(ctx, actor, service.FreezeCustomer{ID: id, Frozen: frozen, Once: answering(once, memberID)})
		return id, err
	}
}

func eraseCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, _ *fields, once loyalty.Once) (loyalty.ID, error) {
	_, err := h.Services.Customers.Anonymize(ctx, actor, service.AnonymizeCustomer{ID: id, Once: answering(once, memberID)})
	return id, err
}

func deleteCustomer(ctx context.Context, h *Handlers, actor loyalty.Actor, id loyalty.ID, _ *fields, _ loyalty.Once) (loyalty.ID, error) {
	return id, h.Services.Customers.Delete(ctx, actor, id)
}
