package pages

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/home"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// periods are those the start page offers, in days.
var periods = []int{1, 7, 30, 90, 365}

const usualPeriod = 30

// Home is GET /: the figures. Cashiers work at the till.
func (h *Handlers) Home(c *fiber.Ctx) error {
	ctx, actor, about := c.UserContext(), auth.Actor(c), shell{Title: i18n.T(c.UserContext(), "Home"), Active: "home"}
	if actor.Capacity() == loyalty.Cashier {
		return c.Redirect("/till", fiber.StatusSeeOther)
	}
	cfg, err := h.setup(c)
	if err != nil {
		return err
	}
	v := h.homeView(c, cfg)
	a, err := v.figures()
	if err != nil {
		return err
	}
	p := home.Props{Title: cfg.Organization.Name, Days: strconv.Itoa(v.days), Periods: v.tabs()}
	if v.last {
		p.Last = i18n.T(ctx, "Nothing has happened since %s. These are the figures up to then.", i18n.Date(ctx, a.LastActivity))
	}
	if !v.to.IsZero() {
		p.To = v.to.Format(time.DateOnly)
	}
	if a.LastActivity.IsZero() {
		p.NoProgram, p.MayMake = cfg.Program == nil, v.link("/program", "") != ""
		if p.Steps, err = v.firstSteps(p.NoProgram); err != nil {
			return err
		}
		return h.page(c, about, home.Page(p))
	}
	p.Stores = ownStores(actor, cfg)
	if !v.store.IsZero() {
		p.Store = v.store.String()
	}
	frame, err := h.frame(c, about)
	if err != nil {
		return err
	}
	p.Waiting = frame.Waiting
	v.fill(&p, a)
	return framed(c, fiber.StatusOK, frame, home.Page(p))
}

// homeView is which figures are looked at.
type homeView struct {
	h     *Handlers
	c     *fiber.Ctx
	zone  string
	days  int
	to    time.Time  // the last day, as UTC midnight; zero for today
	last  bool       // to was chosen for want of anything later
	store loyalty.ID // zero for all
}

// homeView reads the address. What it doesn't know it takes for the usual, so
// that an old link still opens.
func (h *Handlers) homeView(c *fiber.Ctx, cfg *loyalty.Config) homeView {
	v := homeView{h: h, c: c, zone: cfg.Organization.TimeZone, days: usualPeriod}
	if n, err := strconv.Atoi(c.Query("days")); err == nil && slices.Contains(periods, n) {
		v.days = n
	}
	if to, err := time.Parse(time.DateOnly, c.Query("to")); err == nil && to.Year() > 1900 && to.Before(h.now()) {
		v.to = to
	}
	v.store, _ = chosenStore(ownStores(auth.Actor(c), cfg), c.Query("store"))
	return v
}

// figures asks for them. Where nobody has said for when, and nothing has
// happened lately, it is the year up to the last thing that did: an imported
// history is looked at when it has long been over.
func (v *homeView) figures() (service.Analytics, error) {
	a, err := v.ask()
	if err != nil || a.LastActivity.IsZero() || !a.LastActivity.Before(a.From) || v.c.Query("days") != "" || v.c.Query("to") != "" {
		return a, err
	}
	v.to, v.days, v.last = loyalty.DayIn(v.zone, a.LastActivity), periods[len(periods)-1], true
	return v.ask()
}

func (v *homeView) ask() (service.Analytics, error) {
	last := v.to
	if last.IsZero() {
		last = loyalty.DayIn(v.zone, v.h.now())
	}
	return v.h.Stats.Analytics(v.c.UserContext(), auth.Actor(v.c), service.AnalyticsQuery{
		From: loyalty.StartOfDay(v.zone, last.AddDate(0, 0, 1-v.days)), To: loyalty.StartOfDay(v.zone, last.AddDate(0, 0, 1)), StoreID: v.store,
	})
}

// running reports whether the last day isn't over yet.
func (v homeView) running() bool {
	return v.to.IsZero() || v.to.Equal(loyalty.DayIn(v.zone, v.h.now()))
}

func (v homeView) tabs() []ui.Tab {
	ctx := v.c.UserContext()
	var out []ui.Tab
	for _, days := range periods {
		href := "/?days=" + strconv.Itoa(days)
		if !v.store.IsZero() {
			href += "&store=" + v.store.String()
		}
		if !v.to.IsZero() {
			href += "&to=" + v.to.Format(time.DateOnly)
		}
		label := i18n.T(ctx, "%d days", days)
		switch {
		case days == 365:
			label = i18n.T(ctx, "1 year")
		case days == 1 && v.running():
			label = i18n.T(ctx, "Today")
		case days == 1:
			label = i18n.T(ctx, "1 day")
		}
		out = append(out, ui.Tab{Label: label, Href: href, Active: days == v.days})
	}
	return out
}

// link is the address of what a figure counts; "" where there is no such page
// for the person.
func (v homeView) link(path, query string) string {
	if !v.h.nav(v.c.App(), auth.Actor(v.c).Role).Has(path) {
		return ""
	}
	if query != "" {
		return path + "?" + query
	}
	return path
}

// within narrows a list to the period and the store.
func (v homeView) within(a service.Analytics) string {
	q := "from=" + loyalty.DayIn(v.zone, a.From).Format(time.DateOnly) + "&to=" + loyalty.DayIn(v.zone, a.To.Add(-time.Hour)).Format(time.DateOnly)
	if !v.store.IsZero() {
		q += "&store=" + v.store.String()
	}
	return q
}

// firstSteps are what to do while there are no figures yet. Without a program
// that comes first, and there are no points to give.
func (v homeView) firstSteps(noProgram bool) ([]home.Step, error) {
	ctx, actor := v.c.UserContext(), auth.Actor(v.c)
	rewards, err := v.h.Rewards.List(ctx, actor)
	if err != nil {
		return nil, err
	}
	all := []home.Step{
		{Icon: "scan-line", Title: i18n.T(ctx, "Give the first points"), Text: i18n.T(ctx, "Sign a guest up at the till and type a bill. It takes a minute."), Href: "/till"},
		{Icon: "gift", Title: i18n.T(ctx, "Add a reward"), Text: i18n.T(ctx, "Something to look forward to: a coffee, a dessert, a discount."), Href: "/rewards", Done: len(rewards) > 0},
		{Icon: "sliders-horizontal", Title: i18n.T(ctx, "Look over the rules"), Text: i18n.T(ctx, "How points are earned, what they are worth and when they expire."), Href: "/program"},
	}
	if noProgram {
		lead, err := v.programStep()
		if err != nil {
			return nil, err
		}
		all = []home.Step{lead, {Icon: "scan-line", Title: i18n.T(ctx, "Sign your guests up"), Text: i18n.T(ctx, "The till takes them in already; their bills are recorded without points."), Href: "/till"}}
	}
	all = append(
		all,
		home.Step{Icon: "user-plus", Title: i18n.T(ctx, "Add your staff"), Text: i18n.T(ctx, "Each with an account of their own, so that you know who did what."), Href: "/staff"},
		home.Step{Icon: "file-up", Title: i18n.T(ctx, "Bring your history"), Text: i18n.T(ctx, "Guests, balances and orders from the system you used before."), Href: "/import"},
	)
	return slices.DeleteFunc(all, func(s home.Step) bool {
		return v.link(strings.TrimSuffix(s.Href, "/new"), "") == ""
	}), nil
}

// programStep leads to a first program, or to the one that is switched off.
func (v homeView) programStep() (home.Step, error) {
	ctx, actor := v.c.UserContext(), auth.Actor(v.c)
	made, err := v.h.Programs.List(ctx, actor)
	if err != nil {
		return home.Step{}, err
	}
	s := home.Step{
		Icon: "sliders-horizontal", Title: i18n.T(ctx, "Set up a program"), Href: "/program/new",
		Text: i18n.T(ctx, "A program says what guests earn for their bills and what their points are worth."),
	}
	if len(made) > 0 {
		s.Title, s.Href, s.Text = i18n.T(ctx, "Switch the program on"), "/program", i18n.T(ctx, "It is set up; guests earn points from the moment it is active.")
	}
	return s, nil
}
