package pages

import (
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
	"regulars/web/auth"
)

// programOf is the program that an address names, or the active one, or else
// the newest; ok is false when there is none at all.
func (h *Handlers) programOf(c *fiber.Ctx) (found loyalty.Program, all []loyalty.Program, ok bool, err error) {
	all, err = h.Programs.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return found, nil, false, err
	}
	text := c.Params("id")
	if text == "" {
		if len(all) == 0 {
			return found, nil, false, nil
		}
		return all[0], all, true, nil
	}
	id, valid := loyalty.PrefixProgram.Parse(text)
	for _, p := range all {
		if valid && p.ID == id {
			return p, all, true, nil
		}
	}
	return found, nil, false, loyalty.Missing("program")
}

// ProgramPage is GET /program and /program/:id.
func (h *Handlers) ProgramPage(c *fiber.Ctx) error {
	p, all, ok, err := h.programOf(c)
	if err != nil {
		return err
	}
	if !ok {
		title := i18n.T(c.UserContext(), "Program rules")
		return h.page(c, shell{Title: title, Active: "program"}, program.None(title))
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	return h.showProgram(c, p, all, drawnFrom(fresh(c), savedRules(p, currency)).With("amount", i18n.Plain(exampleBill)), fiber.StatusOK)
}

func (h *Handlers) currency(c *fiber.Ctx) (string, error) {
	cfg, err := h.setup(c)
	if err != nil {
		return "", err
	}
	return cfg.Organization.Currency, nil
}

// exampleBill is what the example shows at first, in the major unit.
const exampleBill = 50

// maxExample is the largest, in the minor unit.
const maxExample = 1_000_000_000

// savedRules is the form with what is saved.
func savedRules(p loyalty.Program, currency string) ui.Form {
	expiry := ""
	if p.ExpireAfterDays > 0 {
		expiry = i18n.Plain(int64(p.ExpireAfterDays))
	}
	f := ui.Form{}.With("name", p.Name).With("pointsPerCurrencyUnit", p.Rate.String()).
		With("currencyPerPoint", loyalty.FormatDecimal(int64(p.CurrencyPerPoint), loyalty.Exponent(currency))).
		With("pointsExpireAfterDays", expiry).With("tierDowngrade", string(p.TierDowngrade)).With("negativeBalance", string(p.NegativeBalance)).
		With("claimWindowDays", i18n.Plain(int64(p.ClaimWindowDays)))
	if p.Active {
		f = f.With("isActive", "on")
	}
	return f
}

func (h *Handlers) showProgram(c *fiber.Ctx, p loyalty.Program, all []loyalty.Program, f ui.Form, status int) error {
	ctx := c.UserContext()
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	props := program.Props{
		ID: p.ID.String(), Name: p.Name, Active: p.Active, Symbol: i18n.MoneySymbol(currency), Digits: i18n.MoneyDigits(currency), Form: f,
	}
	if props.Preview, err = h.soon(c, func() (program.PreviewProps, error) { return h.rulePreview(c, p, f, currency) }); err != nil {
		return err
	}
	for _, x := range all {
		props.Others = append(props.Others, program.Listed{
			ID: x.ID.String(), Name: x.Name, Active: x.Active, Current: x.ID == p.ID,
			Rule: rule(ctx, x.Rate, currency),
		})
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Program rules"), Active: "program", Status: status}, program.Page(props))
}

// soon is the preview, or where the page gets it from once it stands: counting
// the members of a large organization takes longer than a page may.
func (h *Handlers) soon(c *fiber.Ctx, preview func() (program.PreviewProps, error)) (program.PreviewProps, error) {
	if c.Method() == fiber.MethodGet && c.Query("count") == "" {
		quick, err := h.Programs.Quick(c.UserContext(), auth.Actor(c))
		if err != nil || !quick {
			return program.PreviewProps{Counting: c.Path() + "?count=1"}, err
		}
	}
	return preview()
}

// ruleFields reads the form.
func ruleFields(f ui.Form, p loyalty.Program, currency string) service.ProgramFields {
	r := read(f)
	fields := service.ProgramFields{
		Name: service.Given(r.Text("name")), Rate: service.Given(r.Rate("pointsPerCurrencyUnit")),
		CurrencyPerPoint: service.Given(int64(r.Money("currencyPerPoint", currency))), ClaimWindowDays: service.Given(r.Whole("claimWindowDays")),
		TierDowngrade: service.Given(r.Text("tierDowngrade")), NegativeBalance: service.Given(r.Text("negativeBalance")),
		ExpireAfterDays: service.Cleared[int64](),
	}
	if r.Text("pointsExpireAfterDays") != "" {
		fields.ExpireAfterDays = service.Given(r.Whole("pointsExpireAfterDays"))
	}
	if p.Active {
		fields.Active = service.Given(f.On("isActive"))
	}
	r.worth(fields.CurrencyPerPoint.Value, currency)
	fields.Unread = r.problems
	return fields
}

// worth complains, in money, about a point that is worth nothing.
func (r *fields) worth(minor int64, currency string) {
	if minor < 1 && !r.problems.Has("currencyPerPoint") {
		r.problems.Add("currencyPerPoint", "must be at least %s", loyalty.FormatDecimal(1, loyalty.Exponent(currency)))
	}
}

// exampleOf is the bill that the rules are tried on. It is nothing to save, so
// only the preview minds what it can't read.
func exampleOf(f ui.Form, currency string) (loyalty.Minor, error) {
	r := read(f)
	amount := r.Money("amount", currency)
	if amount < 0 || amount > maxExample {
		r.problems.Add("amount", "must be an amount of money such as 12.50")
	}
	return amount, r.Err()
}

// rulePreview is what the form as it stands would do.
func (h *Handlers) rulePreview(c *fiber.Ctx, p loyalty.Program, f ui.Form, currency string) (program.PreviewProps, error) {
	amount, err := exampleOf(f, currency)
	if err != nil {
		return notPreviewed(c, err, ruleName)
	}
	v, err := h.Programs.Preview(c.UserContext(), auth.Actor(c), service.ChangeProgram{ID: p.ID, Fields: ruleFields(f, p, currency)})
	if err != nil {
		return notPreviewed(c, err, ruleName)
	}
	return rulesWould(c.UserContext(), p, v, amount, currency), nil
}

// notPreviewed says why there is no preview; a failure that nobody expected is
// passed on.
func notPreviewed(c *fiber.Ctx, err error, name func(ctx ctx, field string) string) (program.PreviewProps, error) {
	back, ok := refused(c, ui.Form{}, err)
	if !ok {
		return program.PreviewProps{}, err
	}
	if back.Problem != "" {
		return program.PreviewProps{Problem: back.Problem}, nil
	}
	ctx := c.UserContext()
	p := program.PreviewProps{Problem: i18n.T(ctx, "Some fields can’t be saved like this, so there is no preview.")}
	for _, field := range slices.Sorted(maps.Keys(back.Errors)) {
		said := back.Errors[field]
		if label := name(ctx, field); label != "" {
			said = label + ": " + said
		}
		p.Wrong = append(p.Wrong, said)
	}
	return p, nil
}

// ruleName is what a field of the rules is called.
func ruleName(ctx ctx, field string) string {
	for _, l := range program.RuleLabels(ctx) {
		if l.Name == field {
			return l.Text
		}
	}
	return ""
}

// PreviewProgram is POST /program/:id/preview: what the form would do.
func (h *Handlers) PreviewProgram(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	props, err := h.rulePreview(c, p, posted(c), currency)
	if err != nil {
		return err
	}
	return part(c, fiber.StatusOK, program.Preview(props))
}

// SaveProgram is POST /program/:id.
func (h *Handlers) SaveProgram(c *fiber.Ctx) error {
	p, all, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	form := posted(c)
	again := func(back ui.Form) error {
		now, all, _, err := h.programOf(c)
		if err != nil {
			return err
		}
		back = caughtUp(c.UserContext(), back, savedRules(now, currency))
		return h.showProgram(c, now, all, back, fiber.StatusUnprocessableEntity)
	}
	if form.Value("do") == "preview" {
		return h.showProgram(c, p, all, form, fiber.StatusOK)
	}
	fields := ruleFields(form, p, currency)
	return submit(h, c, form, func(once loyalty.Once) (service.ProgramChanged, error) {
		return h.Programs.Change(c.UserContext(), auth.Actor(c), service.ChangeProgram{ID: p.ID, Fields: fields, Once: once, Still: func(now loyalty.Program) bool {
			return stillSaved(form, savedRules(now, currency))
		}})
	}, func(service.ProgramChanged) done {
		return done{To: "/program/" + p.ID.String(), Flash: i18n.T(c.UserContext(), "Saved. It counts from the next bill.")}
	}, again)
}

// NewProgramPage is GET /program/new.
func (h *Handlers) NewProgramPage(c *fiber.Ctx) error {
	return h.showNewProgram(c, fresh(c).With("pointsPerCurrencyUnit", "1"), fiber.StatusOK)
}

func (h *Handlers) showNewProgram(c *fiber.Ctx, f ui.Form, status int) error {
	all, err := h.Programs.List(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	p := program.NewProps{Symbol: i18n.MoneySymbol(currency), Digits: i18n.MoneyDigits(currency), Form: f, First: len(all) == 0}
	if target(c) == ui.ModalID {
		return part(c, status, program.New(p))
	}
	return h.page(c, shell{Title: i18n.T(c.UserContext(), "New program"), Active: "program", Status: status}, program.NewPage(p))
}

// usualLadder is the tiers that a program starts with, named in the reader's
// language.
func usualLadder(ctx ctx) []service.TierFields {
	names := usualTiers(ctx)
	var out []service.TierFields
	for i, t := range loyalty.DefaultTiers() {
		out = append(out, service.TierFields{Name: service.Given(names[i]), MinPoints: service.Given(int64(t.MinPoints)), Multiplier: service.Given(int64(t.Multiplier))})
	}
	return out
}

// CreateProgram is POST /program/new. The first program is active at once; a
// later one waits until someone activates it.
func (h *Handlers) CreateProgram(c *fiber.Ctx) error {
	ctx := c.UserContext()
	all, err := h.Programs.List(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	currency, err := h.currency(c)
	if err != nil {
		return err
	}
	form := posted(c)
	again := func(back ui.Form) error { return h.showNewProgram(c, back, fiber.StatusUnprocessableEntity) }
	r := read(form)
	fields := service.ProgramFields{
		Name: service.Given(r.Text("name")), Rate: service.Given(r.Rate("pointsPerCurrencyUnit")),
		CurrencyPerPoint: service.Given(int64(r.Money("currencyPerPoint", currency))), Active: service.Given(len(all) == 0),
		Tiers: service.Given(usualLadder(ctx)),
	}
	r.worth(fields.CurrencyPerPoint.Value, currency)
	fields.Unread = r.problems
	return submit(h, c, form, func(once loyalty.Once) (service.ProgramChanged, error) {
		return h.Programs.Create(ctx, auth.Actor(c), service.CreateProgram{Fields: fields, Once: once})
	}, func(made service.ProgramChanged) done {
		return done{To: "/program/" + made.Program.ID.String(), Flash: i18n.T(ctx, "%s is there. Have a look at its rules and tiers.", strings.TrimSpace(made.Program.Name))}
	}, again)
}
