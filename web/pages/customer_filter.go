package pages

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// memberFilter is what an address asks of the list of customers, and how its
// form shows that. What can't be read narrows nothing and is said at its
// field.
type memberFilter struct {
	domain loyalty.MemberFilter
	sort   loyalty.MemberSort
	page   int
	form   ui.Form
	cfg    *loyalty.Config
	today  time.Time
	stores []ui.Option
	chips  []customers.Chip
}

// filterNames are the filters in the order their form has them.
var filterNames = []string{"tier", "visit", "store", "min", "max", "news", "joined_from", "joined_to"}

// The last visits to choose from, in days: within so many, or not for so many.
var (
	visitWithin = []int{7, 30, 90, 365}
	visitNotFor = []int{30, 90, 180, 365}
)

func (h *Handlers) memberFilter(c *fiber.Ctx, cfg *loyalty.Config) *memberFilter {
	ctx := c.UserContext()
	f := &memberFilter{sort: loyalty.ByNewest, page: pageOf(c).Number, form: ui.Form{Typed: map[string][]string{}}, cfg: cfg}
	f.today = loyalty.DayIn(cfg.Organization.TimeZone, h.now())
	f.stores = ownStores(auth.Actor(c), cfg)
	for _, name := range filterNames {
		f.form = f.form.With(name, strings.TrimSpace(c.Query(name)))
	}
	for _, s := range loyalty.MemberSorts() {
		if c.Query("sort") == string(s) {
			f.sort = s
		}
	}
	f.tier(ctx)
	f.visit(ctx)
	f.store(ctx)
	f.points(ctx)
	f.news(ctx)
	f.joined(ctx)
	return f
}

// ownStores are the stores that the actor may look at.
func ownStores(actor loyalty.Actor, cfg *loyalty.Config) []ui.Option {
	var out []ui.Option
	for _, s := range cfg.Stores {
		if actor.RequireStore(s.ID) == nil {
			out = append(out, ui.Option{Value: s.ID.String(), Label: s.Name})
		}
	}
	return out
}

// chosenStore is the store that an address names by id or, where a list was
// too long to choose from, by name.
func chosenStore(options []ui.Option, text string) (loyalty.ID, bool) {
	if id, ok := loyalty.PrefixStore.Parse(text); ok {
		return id, true
	}
	for _, o := range options {
		if text != "" && strings.EqualFold(o.Label, text) {
			return loyalty.ParseID(o.Value)
		}
	}
	return loyalty.ID{}, false
}

// say shows a filter in force as a chip.
func (f *memberFilter) say(ctx context.Context, label string, names ...string) {
	f.chips = append(f.chips, customers.Chip{Label: label, Said: i18n.T(ctx, "Take off: %s", label), RemoveHref: f.address(1, names...)})
}

func (f *memberFilter) tier(ctx context.Context) {
	id, ok := loyalty.PrefixTier.Parse(f.form.Value("tier"))
	if !ok || f.cfg.Program == nil {
		return
	}
	if t, ok := f.cfg.Program.Tier(id); ok {
		f.domain.TierID = id
		f.say(ctx, t.Name, "tier")
	}
}

// visit is in-30, out-90, or the day since when.
func (f *memberFilter) visit(ctx context.Context) {
	text := f.form.Value("visit")
	how, number, _ := strings.Cut(text, "-")
	days, err := strconv.Atoi(number)
	day, notDay := time.Parse(time.DateOnly, text)
	switch {
	case notDay == nil && day.Year() > 1900:
		f.domain.Since = day
	case err != nil || days < 1 || days > 36_500:
		return
	case how == "in":
		f.domain.Since = f.today.AddDate(0, 0, 1-days)
	case how == "out":
		f.domain.Until = f.today.AddDate(0, 0, 1-days)
	default:
		return
	}
	f.say(ctx, visitLabel(ctx, text), "visit")
}

// visitLabel says in words what a last visit was chosen by.
func visitLabel(ctx context.Context, text string) string {
	how, number, _ := strings.Cut(text, "-")
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return i18n.T(ctx, "Here since %s", calendarDay(ctx, day))
	}
	days, _ := strconv.Atoi(number) //nolint:errcheck // read before
	if how == "out" {
		return i18n.N(ctx, "Not here for %d day", "Not here for %d days", int64(days))
	}
	return i18n.N(ctx, "Here in the last day", "Here in the last %d days", int64(days))
}

// calendarDay writes a day that is given as UTC midnight.
func calendarDay(ctx context.Context, day time.Time) string {
	return i18n.Date(i18n.In(ctx, time.UTC), day)
}

func (f *memberFilter) store(ctx context.Context) {
	text := f.form.Value("store")
	id, ok := chosenStore(f.stores, text)
	if !ok {
		if text != "" {
			f.wrong("store", i18n.T(ctx, "There is no store of that name."))
		}
		return
	}
	f.domain.StoreID = id
	for _, o := range f.stores {
		if o.Value == id.String() {
			f.say(ctx, i18n.T(ctx, "Last at %s", o.Label), "store")
		}
	}
}

func (f *memberFilter) points(ctx context.Context) {
	read := func(name string) *loyalty.Points {
		text := f.form.Value(name)
		n, ok := number(text, 0)
		if text == "" {
			return nil
		}
		if !ok || n < 0 {
			f.wrong(name, i18n.Field(ctx, loyalty.FieldError{Format: "must be a whole number"}))
			return nil
		}
		p := loyalty.Points(n)
		return &p
	}
	f.domain.Least, f.domain.Most = read("min"), read("max")
	least, most := f.domain.Least, f.domain.Most
	switch {
	case least != nil && most != nil:
		f.say(ctx, i18n.T(ctx, "%s to %s points", i18n.Number(ctx, *least), i18n.Number(ctx, *most)), "min", "max")
	case least != nil:
		f.say(ctx, i18n.T(ctx, "%s points or more", i18n.Number(ctx, *least)), "min")
	case most != nil:
		f.say(ctx, i18n.T(ctx, "%s points or fewer", i18n.Number(ctx, *most)), "max")
	}
}

func (f *memberFilter) news(ctx context.Context) {
	if text := f.form.Value("news"); text == "yes" || text == "no" {
		wants := text == "yes"
		f.domain.Marketing = &wants
		f.say(ctx, newsLabel(ctx, text), "news")
	}
}

func newsLabel(ctx context.Context, text string) string {
	if text == "yes" {
		return i18n.T(ctx, "Wants news and offers")
	}
	return i18n.T(ctx, "Wants no news")
}

func (f *memberFilter) joined(ctx context.Context) {
	read := func(name string) time.Time {
		text := f.form.Value(name)
		day, err := time.Parse(time.DateOnly, text)
		if text != "" && err != nil {
			f.wrong(name, i18n.Field(ctx, loyalty.FieldError{Format: "must be a day written YYYY-MM-DD"}))
		}
		return day
	}
	zone := f.cfg.Organization.TimeZone
	if day := read("joined_from"); !day.IsZero() {
		f.domain.Joined = loyalty.StartOfDay(zone, day)
		f.say(ctx, i18n.T(ctx, "Joined from %s", calendarDay(ctx, day)), "joined_from")
	}
	if day := read("joined_to"); !day.IsZero() {
		f.domain.JoinedUntil = loyalty.StartOfDay(zone, day.AddDate(0, 0, 1))
		f.say(ctx, i18n.T(ctx, "Joined until %s", calendarDay(ctx, day)), "joined_to")
	}
}

func (f *memberFilter) wrong(name, what string) {
	if f.form.Errors == nil {
		f.form.Errors = map[string]string{}
	}
	f.form.Errors[name] = what
}

// address is that of a page of the list, without some of its filters.
func (f *memberFilter) address(page int, without ...string) string {
	return f.sorted(f.filters(without...), f.sort, page)
}

func (f *memberFilter) filters(without ...string) url.Values {
	q := url.Values{}
	for _, name := range filterNames {
		if v := f.form.Value(name); v != "" {
			q.Set(name, v)
		}
	}
	for _, name := range without {
		q.Del(name)
	}
	return q
}

func (f *memberFilter) sorted(q url.Values, sort loyalty.MemberSort, page int) string {
	if sort != loyalty.ByNewest {
		q.Set("sort", string(sort))
	}
	if page > 1 {
		q.Set("page", strconv.Itoa(page))
	}
	if len(q) == 0 {
		return customers.Path
	}
	return customers.Path + "?" + q.Encode()
}

// props is the filters' form.
func (f *memberFilter) props(ctx context.Context) customers.FilterProps {
	p := customers.FilterProps{Form: f.form, Sort: string(f.sort), Chips: f.chips, Reset: f.sorted(url.Values{}, f.sort, 1), Stores: f.stores, SortHrefs: map[string]string{}}
	if f.cfg.Program != nil {
		for _, t := range f.cfg.Program.Tiers {
			p.Tiers = append(p.Tiers, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	known := false
	add := func(value string) {
		known = known || value == f.form.Value("visit")
		p.Visits = append(p.Visits, ui.Option{Value: value, Label: visitLabel(ctx, value)})
	}
	for _, n := range visitWithin {
		add("in-" + strconv.Itoa(n))
	}
	for _, n := range visitNotFor {
		add("out-" + strconv.Itoa(n))
	}
	if !known && !f.domain.Since.IsZero() || !known && !f.domain.Until.IsZero() {
		add(f.form.Value("visit"))
	}
	p.News = []ui.Option{{Value: "yes", Label: newsLabel(ctx, "yes")}, {Value: "no", Label: newsLabel(ctx, "no")}}
	for _, s := range loyalty.MemberSorts() {
		p.Sorts = append(p.Sorts, ui.Option{Value: string(s), Label: sortLabel(ctx, s)})
		p.SortHrefs[string(s)] = f.sorted(f.filters(), s, 1)
	}
	return p
}

func sortLabel(ctx context.Context, s loyalty.MemberSort) string {
	switch s {
	case loyalty.ByName:
		return i18n.T(ctx, "Name")
	case loyalty.ByVisit:
		return i18n.T(ctx, "Latest visit")
	case loyalty.ByBalance:
		return i18n.T(ctx, "Most points")
	case loyalty.ByLifetime:
		return i18n.T(ctx, "Most lifetime points")
	case loyalty.ByNewest:
	}
	return i18n.T(ctx, "Newest")
}
