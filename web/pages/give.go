package pages

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// givable reports whether the filter is one by which points are given: tier
// and last visit, or everybody.
func (f *memberFilter) givable() bool {
	return f.domain == loyalty.MemberFilter{TierID: f.domain.TierID, Since: f.domain.Since, Until: f.domain.Until} && len(f.form.Errors) == 0
}

// giveAddress gives those whom the filter leaves points.
func (f *memberFilter) giveAddress() string {
	return strings.Replace(f.sorted(f.filters(), loyalty.ByNewest, 1), customers.Path, customers.GivePath, 1)
}

// segment is those whom the filter leaves.
func (f *memberFilter) segment() *service.Segment {
	s := &service.Segment{}
	if !f.domain.TierID.IsZero() {
		s.Tier = f.domain.TierID.String()
	}
	ago := func(day time.Time) *int64 {
		const longest = 3650
		n := min(int64(f.today.Sub(day).Hours()/24)+1, longest)
		return &n
	}
	if !f.domain.Since.IsZero() {
		s.ActiveDays = ago(f.domain.Since)
	}
	if !f.domain.Until.IsZero() {
		s.InactiveDays = ago(f.domain.Until)
	}
	if *s == (service.Segment{}) {
		s.InactiveDays = new(int64)
	}
	return s
}

// GivePage is GET /give: points for those whom tier and last visit leave.
func (h *Handlers) GivePage(c *fiber.Ctx) error {
	return h.showGive(c, fresh(c).With("points", c.Query("points")), fiber.StatusOK)
}

func (h *Handlers) showGive(c *fiber.Ctx, form ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f := h.memberFilter(c, cfg)
	if !f.givable() {
		return c.Redirect(f.address(1), fiber.StatusSeeOther)
	}
	preview, err := h.BulkAwards.Preview(ctx, actor, *f.segment())
	if err != nil {
		return err
	}
	earlier, err := h.givenBefore(c)
	if err != nil {
		return err
	}
	p := customers.GiveProps{
		Earlier: earlier, Form: form, Action: f.giveAddress(), Back: f.address(1), Who: f.said(ctx), Guests: i18n.Number(ctx, preview.Customers),
		Nobody: preview.Customers == 0, Everybody: len(f.chips) == 0, Submit: i18n.N(ctx, "Give points to %d guest", "Give points to %d guests", int64(preview.Customers)),
	}
	if n, ok := number(form.Value("points"), 0); ok && n > 0 && n <= int64(loyalty.MaxPoints) {
		p.Worth.Points = i18n.Number(ctx, n*int64(preview.Customers))
		p.Worth.Owed = i18n.Money(ctx, int64(preview.Liability(loyalty.Points(n))), preview.Currency)
	}
	if target(c) == "give-worth" {
		return part(c, fiber.StatusOK, customers.Worth(p.Worth))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Give points to these guests"), Active: "customers", Status: status}, customers.Give(p))
}

// said is the filter in words.
func (f *memberFilter) said(ctx ctx) string {
	var words []string
	for _, chip := range f.chips {
		words = append(words, chip.Label)
	}
	if words == nil {
		return i18n.T(ctx, "All guests")
	}
	return strings.Join(words, " · ")
}

// GivePoints is POST /give.
func (h *Handlers) GivePoints(c *fiber.Ctx) error {
	ctx, actor, form := c.UserContext(), auth.Actor(c), posted(c)
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	f := h.memberFilter(c, cfg)
	if !f.givable() {
		return c.Redirect(f.address(1), fiber.StatusSeeOther)
	}
	points, ok := number(form.Value("points"), 0)
	if !ok {
		points = 0
	}
	return submit(h, c, form, func(once loyalty.Once) (loyalty.BulkAward, error) {
		return h.BulkAwards.Start(ctx, actor, service.AwardMany{
			Segment: f.segment(), Points: loyalty.Points(points), Reason: form.Value("reason"), StoreID: actor.StoreID, Once: once,
		})
	}, func(b loyalty.BulkAward) done {
		return done{To: customers.GivePath + "/" + b.ID.String()}
	}, func(back ui.Form) error { return h.showGive(c, back, fiber.StatusUnprocessableEntity) })
}
