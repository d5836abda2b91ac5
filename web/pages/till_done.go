package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/till"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// TillDone is GET /till/:id/done: what an award or a redemption has done, and
// the way to undo it.
func (h *Handlers) TillDone(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	who, err := h.Customers.Detail(ctx, actor, service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	store, err := h.workplace(c)
	if err != nil {
		return chooseStore(c)
	}
	p := till.DoneProps{Guest: tillGuestProps(c, who, store)}
	if code, redemption := c.Query("code"), c.Query("redemption"); code != "" || redemption != "" {
		err = h.redeemed(c, &p, id, code, redemption)
	} else {
		err = h.awarded(c, &p, who, store)
	}
	if err != nil {
		return err
	}
	return h.tillStep(c, fiber.StatusOK, till.Done(p), p.Title+". "+p.Text)
}

// awarded fills in what the bill in the query has earned.
func (h *Handlers) awarded(c *fiber.Ctx, p *till.DoneProps, who service.Profile, store loyalty.Store) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	orderID, ok := loyalty.PrefixOrder.Parse(c.Query("order"))
	if !ok {
		return loyalty.Missing("order")
	}
	r, err := h.Ledger.OrderDetail(ctx, actor, loyalty.ID{}, orderID, "")
	if err != nil {
		return err
	}
	if r.Order.CustomerID != who.ID {
		return loyalty.Missing("order")
	}
	p.Tone, p.Icon, p.Title = ui.Good, "circle-check", i18n.T(ctx, "Bill recorded")
	p.Text = i18n.T(ctx, "%s for %s", i18n.Money(ctx, int64(r.Order.Total), r.Order.Currency), shownName(ctx, who.Customer))
	if c.Query("before") != "" {
		p.Tone, p.Icon, p.Title = ui.Note, "info", i18n.T(ctx, "Counted before: nothing was added")
		p.Text = i18n.T(ctx, "This receipt, %s, was counted on %s.", p.Text, i18n.DateTime(ctx, r.Order.CompletedAt))
	}
	if r.Award == nil {
		return nil
	}
	p.Why = why(ctx, r.Award.Transaction.Explanation, r.Order.Earned)
	if c.Query("before") != "" {
		return nil
	}
	p.Title = i18n.N(ctx, "+%d point", "+%d points", r.Order.Earned)
	if was, _ := loyalty.PrefixTier.Parse(c.Query("was")); !was.IsZero() && was != who.Tier.ID {
		p.TierUp = who.Tier.Name
	}
	held, err := h.Ledger.AwaitsReview(ctx, actor, r.Award.Transaction.ID)
	if err != nil {
		return err
	}
	if held {
		p.Tone, p.Icon = ui.Warn, "hourglass"
		p.Text += ". " + i18n.T(ctx, "These points can’t be spent until a manager has looked at them.")
	}
	switch {
	case r.Order.Reversed >= r.Order.Earned && r.Order.Earned > 0:
		p.Tone, p.Icon, p.Text = ui.Quiet, "undo-2", i18n.T(ctx, "These points were taken back.")
	case h.undoable(actor, r, who):
		p.Actions = append(p.Actions, till.Action{
			Form: fresh(c), Href: p.Guest.Path + "/undo", Name: "transaction", Value: r.Order.TransactionID.String(),
			Label: i18n.T(ctx, "Undo"), Icon: "undo-2",
		})
	}
	return nil
}

// undoable spares people a button that would be refused.
func (h *Handlers) undoable(actor loyalty.Actor, r service.OrderResult, who service.Profile) bool {
	left := r.Order.Earned - r.Order.Reversed
	return !r.Order.TransactionID.IsZero() && left > 0 && who.Enrollment.Balance >= left &&
		r.Award.Transaction.StaffID == actor.StaffID && h.now().Sub(r.Award.Transaction.At) < service.UndoWindow
}

// redeemed fills in the redemption with the code, or else the id, and what can
// be done with it.
func (h *Handlers) redeemed(c *fiber.Ctx, p *till.DoneProps, customerID loyalty.ID, code, id string) error {
	ctx := c.UserContext()
	var d loyalty.Redemption
	var err error
	if code != "" {
		d, err = h.Ledger.RedemptionByCode(ctx, auth.Actor(c), code)
	} else if redemptionID, ok := loyalty.PrefixRedemption.Parse(id); ok {
		d, err = h.Ledger.Redemption(ctx, auth.Actor(c), redemptionID)
	} else {
		err = loyalty.Missing("redemption")
	}
	if err != nil {
		return err
	}
	if d.CustomerID != customerID {
		return loyalty.Missing("redemption")
	}
	p.Tone, p.Icon, p.Title, p.Code = ui.Good, till.Icon(string(d.RewardType), ""), d.RewardName, d.Code
	p.Text = i18n.N(ctx, "%d point taken from the balance.", "%d points taken from the balance.", d.Cost)
	switch d.Status {
	case loyalty.Fulfilled:
		p.Tone, p.Icon, p.Text = ui.Quiet, "check-check", i18n.T(ctx, "This reward was handed over on %s.", i18n.DateTime(ctx, d.FulfilledAt))
	case loyalty.Cancelled:
		p.Tone, p.Icon, p.Text = ui.Quiet, "undo-2", i18n.T(ctx, "This redemption was cancelled and its points given back.")
	case loyalty.Issued, loyalty.Held:
		path := p.Guest.Path + "/redemptions/" + d.ID.String()
		p.Actions = []till.Action{{Form: fresh(c), Href: path + "/cancel", Label: i18n.T(ctx, "Undo"), Icon: "undo-2"}}
		if !d.ReviewCase.IsZero() {
			p.Tone, p.Icon = ui.Warn, "hourglass"
			p.Text = i18n.T(ctx, "Don’t hand it over yet: a manager has to look at it first. If nobody has by %s, the points go back.", i18n.DateTime(ctx, d.HeldUntil))
			return nil
		}
		p.Actions = append(p.Actions, till.Action{Form: fresh(c), Href: path + "/fulfill", Label: i18n.T(ctx, "Handed over"), Icon: "check", Primary: true})
	}
	return nil
}

// undoneAtTill is why an award was taken back that was undone.
var undoneAtTill = i18n.Mark("Undone at the till")

// TillUndo is POST /till/:id/undo: takes the person's own award back.
func (h *Handlers) TillUndo(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	f := posted(c)
	cmd := service.ReverseAward{
		TransactionID: read(f).ID("transaction", loyalty.PrefixTransaction), Reason: undoneAtTill, OwnOnly: true,
	}
	return submit(h, c, f, func(once loyalty.Once) (service.Reversed, error) {
		cmd.Once = once
		return h.Ledger.Reverse(c.UserContext(), auth.Actor(c), cmd)
	}, func(service.Reversed) done {
		return done{To: tillPath(id) + "?undone=1", Inside: true}
	}, func(f ui.Form) error { return h.tillGuest(c, fiber.StatusUnprocessableEntity, f, "") })
}

// TillConfirm is GET /till/:id/redeem/:reward: asks before points are spent.
func (h *Handlers) TillConfirm(c *fiber.Ctx) error {
	f := fresh(c).With("store", c.Query("store"))
	at, err := h.drawnFor(c, f, service.RewardMoved)
	if err != nil || at.now.ID.IsZero() {
		return chooseStore(c)
	}
	return h.tillConfirm(c, fiber.StatusOK, at.said(c, f))
}

func (h *Handlers) tillConfirm(c *fiber.Ctx, status int, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	rewardID, err := bind.PathID(c, "reward", loyalty.PrefixReward)
	if err != nil {
		return err
	}
	reward, err := h.Rewards.Get(ctx, actor, rewardID)
	if err != nil {
		return err
	}
	who, err := h.Customers.Detail(ctx, actor, service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	if who.CheckNamed() != nil {
		return h.tillErased(c, status, who, f.Problem)
	}
	store, err := h.workplace(c)
	if err != nil {
		return chooseStore(c)
	}
	p := till.ConfirmProps{
		Store: store.ID.String(),
		Guest: tillGuestProps(c, who, store), Form: f, Action: tillPath(id) + "/redeem/" + rewardID.String(), Reward: reward.Name,
		Cost: i18n.Number(ctx, reward.Cost), After: i18n.Number(ctx, who.Enrollment.Balance-reward.Cost), Script: target(c) == ui.ModalID,
	}
	if p.Script {
		return part(c, status, till.Confirm(p))
	}
	return h.tillStep(c, status, till.Confirm(p), "")
}

// TillRedeem is POST /till/:id/redeem/:reward.
func (h *Handlers) TillRedeem(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	rewardID, err := bind.PathID(c, "reward", loyalty.PrefixReward)
	if err != nil {
		return err
	}
	if gone, err := h.tillGone(c, id); gone || err != nil {
		return err
	}
	f := posted(c)
	at, err := h.drawnFor(c, f, service.RewardMoved)
	if err != nil {
		return chooseStore(c)
	}
	cmd := service.RedeemReward{Customer: service.CustomerRef{ID: id}, RewardID: rewardID, StoreID: at.now.ID, DrawnFor: at.drawn}
	return submit(h, c, f, func(once loyalty.Once) (service.Redeemed, error) {
		cmd.Once = once
		return h.Ledger.Redeem(c.UserContext(), auth.Actor(c), cmd)
	}, func(r service.Redeemed) done {
		return done{To: codePath(r.Redemption), Inside: true}
	}, func(f ui.Form) error {
		if at.now.ID.IsZero() {
			return h.chooseAgain(c, id, f, at.why)
		}
		return h.tillConfirm(c, fiber.StatusUnprocessableEntity, at.said(c, f))
	})
}

// TillFulfill is POST /till/:id/redemptions/:redemption/fulfill: the reward is
// in the guest's hands, and the next guest's turn.
func (h *Handlers) TillFulfill(c *fiber.Ctx) error {
	return h.tillEnd(c, h.Ledger.Fulfill, func(r service.Redeemed) done {
		return done{To: till.Path, Inside: true, Flash: i18n.T(c.UserContext(), "%s is handed over.", r.Redemption.RewardName)}
	})
}

// TillCancel is POST /till/:id/redemptions/:redemption/cancel.
func (h *Handlers) TillCancel(c *fiber.Ctx) error {
	return h.tillEnd(c, h.Ledger.Cancel, func(r service.Redeemed) done {
		return done{To: tillPath(r.Redemption.CustomerID) + "?returned=1", Inside: true}
	})
}

type endRedemption func(ctx, loyalty.Actor, service.EndRedemption) (service.Redeemed, error)

func (h *Handlers) tillEnd(c *fiber.Ctx, end endRedemption, to func(service.Redeemed) done) error {
	redemptionID, err := bind.PathID(c, "redemption", loyalty.PrefixRedemption)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.Redeemed, error) {
		return end(c.UserContext(), auth.Actor(c), service.EndRedemption{RedemptionID: redemptionID, Once: once})
	}, to, func(f ui.Form) error { return h.tillGuest(c, fiber.StatusUnprocessableEntity, f, "") })
}
