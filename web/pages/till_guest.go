package pages

import (
	"cmp"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/till"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// TillCustomer is GET /till/:id: the guest, the bill, the rewards.
func (h *Handlers) TillCustomer(c *fiber.Ctx) error {
	ctx, note := c.UserContext(), ""
	switch {
	case c.Query("undone") != "":
		note = i18n.T(ctx, "The points are taken back.")
	case c.Query("returned") != "":
		note = i18n.T(ctx, "The reward is undone and its points are back on the balance.")
	case c.Query("known") != "":
		note = i18n.T(ctx, "This number was known already. Here is the guest it belongs to.")
	}
	return h.tillGuest(c, fiber.StatusOK, fresh(c).With("total", c.Query("total")).With("id", c.Query("receipt")), note)
}

func (h *Handlers) tillGuest(c *fiber.Ctx, status int, f ui.Form, note string) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	store, err := h.workplace(c)
	if err != nil {
		return chooseStore(c)
	}
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	who, err := h.Customers.Detail(ctx, actor, service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	if who.CheckNamed() != nil {
		return h.tillErased(c, status, who, cmp.Or(f.Problem, note))
	}
	offers, err := h.Rewards.Offers(ctx, actor, service.OffersQuery{StoreID: store.ID, Customer: service.CustomerRef{ID: id}})
	if err != nil {
		return err
	}
	rewards := tillRewards(c, tillPath(id), store.ID, who.Enrollment.Balance-who.UnderReview, offers)
	if target(c) == till.RewardsID {
		return part(c, status, till.RewardsPart(rewards))
	}
	p := till.GuestProps{
		Guest: tillGuestProps(c, who, store), Form: f, Symbol: i18n.MoneySymbol(store.Currency), Digits: i18n.MoneyDigits(store.Currency),
		Rewards: rewards, Note: note, Store: store.ID.String(),
	}
	if !f.Failed() {
		p.Moved = movedHere(c, store)
	}
	if f.Value("total") != "" && f.Error("total") == "" {
		p.Preview = h.preview(c, id, store, read(f))
	}
	return h.tillStep(c, status, till.ForGuest(p), note)
}

func tillGuestProps(c *fiber.Ctx, who service.Profile, store loyalty.Store) till.Guest {
	ctx := c.UserContext()
	g := till.Guest{
		Path: tillPath(who.ID), Name: shownName(ctx, who.Customer), Contact: cmp.Or(who.Phone, who.Email, i18n.T(ctx, "no phone number")),
		Detail: "/customers/" + who.ID.String(), Balance: i18n.Number(ctx, who.Enrollment.Balance), Frozen: !who.Enrollment.FrozenAt.IsZero(),
		Tier: standing(ctx, who.Program, who.Enrollment.TierID, who.Enrollment.Lifetime),
	}
	if who.Program != nil && who.Enrollment.Balance > 0 {
		g.Worth = i18n.Money(ctx, int64(who.Enrollment.Balance)*int64(who.Program.CurrencyPerPoint), store.Currency)
	}
	if who.Program != nil {
		g.Gives = who.Tier.Benefits
	}
	if who.UnderReview > 0 {
		g.Held = underReview(ctx, who.UnderReview)
	}
	return g
}

func underReview(ctx ctx, points loyalty.Points) string {
	return i18n.N(ctx, "%d of them can’t be spent until a manager has looked at it.", "%d of them can’t be spent until a manager has looked at them.", points)
}

// TillPreview is GET /till/:id/preview: what the bill would earn, as typed.
func (h *Handlers) TillPreview(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	store, err := h.workplace(c)
	if err != nil {
		return err
	}
	typed := read(ui.Form{Typed: map[string][]string{"total": {c.Query("total")}}})
	return part(c, fiber.StatusOK, till.Preview(h.preview(c, id, store, typed)))
}

func (h *Handlers) preview(c *fiber.Ctx, id loyalty.ID, store loyalty.Store, typed *fields) till.PreviewProps {
	ctx := c.UserContext()
	amount := typed.Money("total", store.Currency)
	if err := typed.Err(); err != nil {
		return till.PreviewProps{Problem: i18n.Fields(ctx, err)["total"]}
	}
	if amount == 0 {
		return till.PreviewProps{}
	}
	a, err := h.Ledger.Preview(ctx, auth.Actor(c), id, store.ID, amount)
	if err != nil {
		if problem := i18n.Fields(ctx, err)["total"]; problem != "" {
			return till.PreviewProps{Problem: problem}
		}
		return till.PreviewProps{Problem: i18n.Error(ctx, err)}
	}
	p := till.PreviewProps{
		Points: i18n.N(ctx, "+%d point", "+%d points", a.Transaction.Points), Why: formula(ctx, a.Transaction.Explanation),
		After: i18n.T(ctx, "New balance: %s", i18n.Number(ctx, a.Balance)),
	}
	if a.Before.ID != a.Tier.ID {
		p.TierUp = a.Tier.Name
	}
	return p
}

// receiptTaken says at its field what is wrong with a receipt's number.
func receiptTaken(err error) error {
	if e, ok := errors.AsType[*loyalty.Error](err); !ok || e.Format != service.OrderDiffers {
		return err
	}
	var p loyalty.Problems
	p.Add("id", "was counted before, with another amount or for another guest")
	return p.Err()
}

// unnumbered is how the ids of orders begin whose receipt has no number.
const unnumbered = "till-"

// TillAward is POST /till/:id/award: records the bill as an order, which earns
// once. Without a receipt's number the order is named by the form's key.
func (h *Handlers) TillAward(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if gone, err := h.tillGone(c, id); gone || err != nil {
		return err
	}
	f := posted(c)
	at, err := h.drawnFor(c, f, service.BillMoved)
	if err != nil {
		return chooseStore(c)
	}
	in := read(f)
	cmd := service.SubmitOrder{
		StoreID: at.now.ID, DrawnFor: at.drawn, Customer: service.CustomerRef{ID: id}, Total: in.Money("total", at.currency), Status: loyalty.OrderCompleted,
		ExternalID: cmp.Or(in.Text("id"), unnumbered+strings.ToLower(strings.TrimPrefix(f.Key, "form-"))),
	}
	if cmd.Total <= 0 && in.Err() == nil {
		in.problems.Add("total", "must be more than 0")
	}
	return submit(h, c, f, func(once loyalty.Once) (service.OrderResult, error) {
		if err := in.Err(); err != nil {
			return service.OrderResult{}, err
		}
		cmd.Once = once
		r, err := h.Ledger.Submit(c.UserContext(), auth.Actor(c), cmd)
		return r, receiptTaken(err)
	}, func(r service.OrderResult) done {
		to := orderPath(id, r.Order.ID)
		if !r.Created {
			to += "&before=1"
		}
		if r.Award != nil && r.Award.Before.ID != r.Award.Tier.ID {
			to += "&was=" + r.Award.Before.ID.String()
		}
		return done{To: to, Inside: true}
	}, func(f ui.Form) error {
		if at.now.ID.IsZero() {
			return h.chooseAgain(c, id, f, at.why)
		}
		return h.tillGuest(c, fiber.StatusUnprocessableEntity, at.said(c, f), "")
	})
}
