package pages

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/rewards"
	"regulars/views/ui"
	"regulars/web/auth"
)

func rewardID(c *fiber.Ctx) (loyalty.ID, error) {
	id, ok := loyalty.PrefixReward.Parse(c.Params("id"))
	if !ok {
		return id, loyalty.Missing("reward")
	}
	return id, nil
}

// NewRewardPage is GET /rewards/new.
func (h *Handlers) NewRewardPage(c *fiber.Ctx) error {
	programs, err := h.Programs.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	if len(programs) == 0 {
		return c.Redirect("/rewards", fiber.StatusSeeOther) // which says what comes first
	}
	f := fresh(c).With("type", string(loyalty.RewardDiscount)).With("discountType", string(loyalty.Percentage)).With("isActive", "on")
	return h.showReward(c, loyalty.ID{}, f, fiber.StatusOK)
}

// RewardPage is GET /rewards/:id.
func (h *Handlers) RewardPage(c *fiber.Ctx) error {
	id, err := rewardID(c)
	if err != nil {
		return err
	}
	r, err := h.Rewards.Get(c.UserContext(), auth.Actor(c), id)
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	f := drawnFrom(fresh(c), savedReward(c.UserContext(), r, currency))
	if c.Query("again") != "" && h.over(r) {
		f = offeredAgain(c.UserContext(), f)
	}
	return h.showReward(c, id, f, fiber.StatusOK)
}

// over reports whether the last day of a reward is past.
func (h *Handlers) over(r loyalty.Reward) bool {
	return !r.ExpiresAt.IsZero() && !h.now().Before(r.ExpiresAt)
}

// offeredAgain is the form of a reward that is over, with what it takes to
// offer it again: switching it on alone would show it to nobody.
func offeredAgain(ctx ctx, f ui.Form) ui.Form {
	f.Typed["isActive"] = []string{"on"}
	f.Problem = i18n.T(ctx, "Its last day is past. Choose another, or leave it empty, to offer it again.")
	f.Errors = map[string]string{"expiresAt": i18n.T(ctx, "This day is past.")}
	return f
}

func (h *Handlers) showReward(c *fiber.Ctx, id loyalty.ID, f ui.Form, status int) error {
	ctx := c.UserContext()
	kit, err := h.rewardKit(c)
	if err != nil {
		return err
	}
	p := kit.form(id, f)
	p.Guest = kit.guest(ctx, f)
	if target(c) == ui.ModalID {
		return part(c, status, rewards.Edit(p))
	}
	return h.page(c, shell{Title: p.Title(ctx), Active: "rewards", Status: status}, rewards.EditPage(p))
}

// PreviewReward is POST /rewards/preview: the form as the guest would see it.
func (h *Handlers) PreviewReward(c *fiber.Ctx) error {
	kit, err := h.rewardKit(c)
	if err != nil {
		return err
	}
	return part(c, fiber.StatusOK, rewards.Guest(kit.guest(c.UserContext(), posted(c))))
}

// CreateReward is POST /rewards/new.
func (h *Handlers) CreateReward(c *fiber.Ctx) error { return h.saveReward(c, loyalty.ID{}) }

// SaveReward is POST /rewards/:id.
func (h *Handlers) SaveReward(c *fiber.Ctx) error {
	id, err := rewardID(c)
	if err != nil {
		return err
	}
	return h.saveReward(c, id)
}

func (h *Handlers) saveReward(c *fiber.Ctx, id loyalty.ID) error {
	ctx := c.UserContext()
	kit, err := h.rewardKit(c)
	if err != nil {
		return err
	}
	form := posted(c)
	again := func(back ui.Form) error {
		if !id.IsZero() {
			now, err := h.Rewards.Get(ctx, auth.Actor(c), id)
			if err != nil {
				return err
			}
			back = caughtUp(ctx, back, savedReward(ctx, now, kit.currency), stockField)
		}
		return h.showReward(c, id, back, fiber.StatusUnprocessableEntity)
	}
	fields := kit.fields(ctx, form)
	return submit(h, c, form, func(once loyalty.Once) (loyalty.Reward, error) {
		if id.IsZero() {
			return h.Rewards.Create(ctx, auth.Actor(c), service.CreateReward{Fields: fields, Once: once})
		}
		return h.Rewards.Change(ctx, auth.Actor(c), service.ChangeReward{ID: id, Fields: fields, Once: once, Still: func(now loyalty.Reward) bool {
			return stillSaved(form, savedReward(ctx, now, kit.currency), stockField)
		}})
	}, func(saved loyalty.Reward) done {
		if id.IsZero() {
			return done{To: kit.catalogOf(saved), Flash: i18n.T(ctx, "%s is in the catalog.", saved.Name)}
		}
		return done{To: kit.catalogOf(saved), Flash: i18n.T(ctx, "%s is saved.", saved.Name)}
	}, again)
}

// catalogOf is the list that the reward is to be seen in.
func (k rewardKit) catalogOf(r loyalty.Reward) string {
	if r.Active && k.now(r) != offeredBefore {
		return "/rewards"
	}
	return "/rewards?show=all"
}

// OfferReward is POST /rewards/:id/active: puts a reward on the menu, or takes
// it off.
func (h *Handlers) OfferReward(c *fiber.Ctx) error {
	id, err := rewardID(c)
	if err != nil {
		return err
	}
	ctx, form := c.UserContext(), posted(c)
	if form.On("active") {
		r, err := h.Rewards.Get(ctx, auth.Actor(c), id)
		if err != nil {
			return err
		}
		if h.over(r) {
			return h.leave(c, done{To: "/rewards/" + id.String() + "?again=1"})
		}
	}
	return submit(h, c, form, func(once loyalty.Once) (loyalty.Reward, error) {
		return h.Rewards.Change(ctx, auth.Actor(c), service.ChangeReward{ID: id, Fields: service.RewardFields{Active: service.Given(form.On("active"))}, Once: once})
	}, func(saved loyalty.Reward) done {
		if saved.Active {
			return done{To: "/rewards", Flash: i18n.T(ctx, "%s is offered again.", saved.Name)}
		}
		return done{To: "/rewards", Flash: i18n.T(ctx, "%s is off the menu. Guests keep what they redeemed.", saved.Name)}
	}, func(back ui.Form) error { return h.showReward(c, id, back, fiber.StatusUnprocessableEntity) })
}

// AskDeleteReward is GET /rewards/:id/delete.
func (h *Handlers) AskDeleteReward(c *fiber.Ctx) error {
	return h.askDeleteReward(c, fresh(c), fiber.StatusOK)
}

func (h *Handlers) askDeleteReward(c *fiber.Ctx, f ui.Form, status int) error {
	id, err := rewardID(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	r, err := h.Rewards.Get(ctx, auth.Actor(c), id)
	if err != nil {
		return err
	}
	p := rewards.DeleteProps{ID: id.String(), Name: r.Name, Form: f}
	if r.Customers > 0 {
		p.Redeemed = i18n.N(ctx, "It was redeemed by %d guest, so it can only be taken off the menu; the history stays.",
			"It was redeemed by %d guests, so it can only be taken off the menu; the history stays.", r.Customers)
	}
	if target(c) == ui.ModalID {
		return part(c, status, rewards.Delete(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Delete %s?", p.Name), Active: "rewards", Status: status}, rewards.DeletePage(p))
}

// DeleteReward is POST /rewards/:id/delete.
func (h *Handlers) DeleteReward(c *fiber.Ctx) error {
	id, err := rewardID(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	r, err := h.Rewards.Get(ctx, auth.Actor(c), id)
	if err != nil {
		return err
	}
	return submit(h, c, posted(c), func(loyalty.Once) (bool, error) {
		return h.Rewards.Delete(ctx, auth.Actor(c), id)
	}, func(deleted bool) done {
		if deleted {
			return done{To: "/rewards", Flash: i18n.T(ctx, "%s is deleted.", r.Name)}
		}
		return done{To: "/rewards", Flash: i18n.T(ctx, "%s is off the menu. Guests keep what they redeemed.", r.Name)}
	}, func(back ui.Form) error { return h.askDeleteReward(c, back, fiber.StatusUnprocessableEntity) })
}

// rewardKit is what the catalog's pages need beside the rewards.
type rewardKit struct {
	currency string
	programs []loyalty.Program
	stores   []loyalty.Store
	now      func(r loyalty.Reward) rewardState
}

type rewardState int

const (
	offeredNow rewardState = iota
	offeredLater
	offeredBefore
)

func (h *Handlers) rewardKit(c *fiber.Ctx) (rewardKit, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	programs, err := h.Programs.List(ctx, actor)
	if err != nil {
		return rewardKit{}, err
	}
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return rewardKit{}, err
	}
	currency, err := h.currency(c)
	now := h.now()
	return rewardKit{currency: currency, programs: programs, stores: stores, now: func(r loyalty.Reward) rewardState {
		switch {
		case now.Before(r.StartsAt):
			return offeredLater
		case h.over(r):
			return offeredBefore
		}
		return offeredNow
	}}, err
}

// program is the one with that id, or else the active one.
func (k rewardKit) program(id loyalty.ID) loyalty.Program {
	i := slices.IndexFunc(k.programs, func(p loyalty.Program) bool { return p.ID == id })
	if i < 0 && len(k.programs) > 0 {
		i = 0
	}
	if i < 0 {
		return loyalty.Program{}
	}
	return k.programs[i]
}
