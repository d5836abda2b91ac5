package pages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/program"
	"regulars/views/ui"
	"regulars/web/auth"
)

// maxRows is how many tiers the editor reads: one more than a ladder may have,
// so that the service says what is wrong.
const maxRows = 21

var tierFields = []string{"id", "name", "minPoints", "multiplier", "benefits"}

// TiersPage is GET /program/tiers and /program/:id/tiers: the ladder as saved.
func (h *Handlers) TiersPage(c *fiber.Ctx) error {
	p, _, ok, err := h.programOf(c)
	if err != nil {
		return err
	}
	if !ok {
		title := i18n.T(c.UserContext(), "Tiers")
		return h.page(c, shell{Title: title, Active: "tiers"}, program.None(title))
	}
	return h.showTiers(c, p, drawnFrom(fresh(c), savedLadder(p)), fiber.StatusOK, -1)
}

// savedLadder is the editor with what is saved.
func savedLadder(p loyalty.Program) ui.Form {
	var f ui.Form
	for i, t := range p.Tiers {
		f = f.With(program.TierField(i, "id"), t.ID.String()).With(program.TierField(i, "name"), t.Name).
			With(program.TierField(i, "minPoints"), i18n.Plain(int64(t.MinPoints))).
			With(program.TierField(i, "multiplier"), loyalty.FormatDecimal(int64(t.Multiplier), 2)).
			With(program.TierField(i, "benefits"), t.Benefits)
	}
	return f
}

// sameLadder reports whether two editors hold the same.
func sameLadder(f, g ui.Form) bool {
	for i := range max(rowsOf(f), rowsOf(g)) {
		for _, field := range tierFields {
			if name := program.TierField(i, field); f.Value(name) != g.Value(name) {
				return false
			}
		}
	}
	return rowsOf(f) == rowsOf(g)
}

// rowsOf is how many tiers the editor has.
func rowsOf(f ui.Form) int {
	n := 0
	for n < maxRows && f.Typed[program.TierField(n, "name")] != nil {
		n++
	}
	return n
}

func (h *Handlers) showTiers(c *fiber.Ctx, p loyalty.Program, f ui.Form, status, focus int) error {
	ctx := c.UserContext()
	props, err := h.tiersProps(c, p, f)
	if err != nil {
		return err
	}
	props.Focus = focus
	if target(c) == program.EditorID {
		return part(c, status, program.Editor(props))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Tiers"), Active: "tiers", Status: status}, program.TiersPage(props))
}

func (h *Handlers) tiersProps(c *fiber.Ctx, p loyalty.Program, f ui.Form) (program.TiersProps, error) {
	ctx := c.UserContext()
	props := program.TiersProps{ID: p.ID.String(), Name: p.Name, Active: p.Active, Form: f, Changed: !sameLadder(f, savedLadder(p))}
	var err error
	if props.Preview, err = h.soon(c, func() (program.PreviewProps, error) { return h.tierPreview(c, p, f) }); err != nil {
		return props, err
	}
	if props.Preview.Counting == "" {
		if props.Ladder, err = h.drawn(c, p, f); err != nil {
			return props, err
		}
	}
	members, err := h.Programs.Members(ctx, auth.Actor(c))
	if err != nil {
		return props, err
	}
	for i := range rowsOf(f) {
		row := program.TierRow{Index: i, ID: f.Value(program.TierField(i, "id")), Rank: rankTyped(f, i)}
		if id, ok := loyalty.ParseID(row.ID); ok {
			row.Members = i18n.N(ctx, "%d member now", "%d members now", members[id])
		}
		props.Rows = append(props.Rows, row)
	}
	return props, nil
}

// drawn is the members on the ladder as typed.
func (h *Handlers) drawn(c *fiber.Ctx, p loyalty.Program, f ui.Form) (ui.LadderProps, error) {
	// The scale has room for what is typed, too.
	drawn := p
	for i := range rowsOf(f) {
		drawn.Tiers = append(slices.Clip(drawn.Tiers), loyalty.Tier{MinPoints: min(loyalty.Points(threshold(f, i)), loyalty.MaxPoints)})
	}
	spread, err := h.Programs.Spread(c.UserContext(), auth.Actor(c), drawn)
	if err != nil {
		return ui.LadderProps{}, err
	}
	return ladder(c.UserContext(), spread, f), nil
}

// threshold is what is typed for a tier; 0 while it can't be read.
func threshold(f ui.Form, i int) int64 {
	n, ok := number(strings.TrimSpace(f.Value(program.TierField(i, "minPoints"))), 0)
	if !ok || n < 0 {
		return 0
	}
	return n
}

// rankTyped is a tier's place on the ladder from 1, by what is typed.
func rankTyped(f ui.Form, i int) int {
	place := 1
	for j := range rowsOf(f) {
		if at := threshold(f, j); at < threshold(f, i) || at == threshold(f, i) && j < i {
			place++
		}
	}
	return place
}

// ladder is the members by lifetime points, with the thresholds as typed.
func ladder(ctx ctx, s service.Spread, f ui.Form) ui.LadderProps {
	p := ui.LadderProps{Title: i18n.T(ctx, "Members by lifetime points"), Max: s.Max}
	total := int64(0)
	for _, step := range s.Steps {
		p.Buckets = append(p.Buckets, ui.Bucket{From: step.From, To: step.To, Members: step.Members})
		total += step.Members
	}
	rows := rowsOf(f)
	for place := 1; place <= rows; place++ {
		for i := range rows {
			if rankTyped(f, i) == place {
				name := f.Value(program.TierField(i, "name"))
				if name == "" {
					name = i18n.T(ctx, "New tier")
				}
				p.Marks = append(p.Marks, ui.Mark{
					ID: strconv.Itoa(i), Label: name, At: threshold(f, i), Rank: place,
					Field: fmt.Sprintf("f-tiers[%d]-minPoints", i),
				})
			}
		}
	}
	p.Summary = i18n.N(ctx, "%d member", "%d members", total)
	return p
}

// ladderFields reads the editor. Complaints carry the names of its fields.
func ladderFields(f ui.Form) service.ProgramFields {
	r := read(f)
	var out []service.TierFields
	for i := range rowsOf(f) {
		points, factor := program.TierField(i, "minPoints"), program.TierField(i, "multiplier")
		t := service.TierFields{
			ID: r.ID(program.TierField(i, "id"), loyalty.PrefixTier), Name: service.Given(r.Text(program.TierField(i, "name"))),
			MinPoints: service.Given(r.Whole(points)), Multiplier: service.Given(int64(r.Factor(factor))),
			Benefits: service.Given(r.Text(program.TierField(i, "benefits"))),
		}
		for _, name := range []string{points, factor} {
			if r.Text(name) == "" {
				r.problems.Add(name, "is required")
			}
		}
		out = append(out, t)
	}
	return service.ProgramFields{Tiers: service.Given(out), Unread: r.problems}
}

// tierPreview is what the editor as it stands would do.
func (h *Handlers) tierPreview(c *fiber.Ctx, p loyalty.Program, f ui.Form) (program.PreviewProps, error) {
	currency, err := h.currency(c)
	if err != nil {
		return program.PreviewProps{}, err
	}
	v, err := h.Programs.Preview(c.UserContext(), auth.Actor(c), service.ChangeProgram{
		ID: p.ID, Moves: true, Fields: ladderFields(f),
	})
	if err != nil {
		return notPreviewed(c, err, func(ctx ctx, field string) string { return program.TierLabel(ctx, f, field) })
	}
	return ladderWould(c.UserContext(), v, currency), nil
}

// PreviewTiers is POST /program/:id/tiers/preview.
func (h *Handlers) PreviewTiers(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	props, err := h.tierPreview(c, p, posted(c))
	if err != nil {
		return err
	}
	return part(c, fiber.StatusOK, program.Preview(props))
}

// EditTiers is POST /program/:id/tiers/edit: the editor with a row more or
// less; nothing is saved.
func (h *Handlers) EditTiers(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	form, focus := edited(posted(c))
	return h.showTiers(c, p, form, fiber.StatusOK, focus)
}

// edited carries out the button pressed: "add" or "remove-2". focus is the row
// to go on with.
func edited(f ui.Form) (form ui.Form, focus int) {
	n := rowsOf(f)
	if index, ok := strings.CutPrefix(f.Value("do"), "remove-"); ok {
		i, err := strconv.Atoi(index)
		if err != nil || i < 0 || i >= n {
			return f, -1
		}
		for ; i < n; i++ {
			for _, field := range tierFields {
				if next, ok := f.Typed[program.TierField(i+1, field)]; ok {
					f.Typed[program.TierField(i, field)] = next
				} else {
					delete(f.Typed, program.TierField(i, field))
				}
			}
		}
		return f, -1
	}
	if f.Value("do") != "add" || n >= maxRows-1 {
		return f, -1
	}
	top := int64(0)
	for i := range n {
		top = max(top, threshold(f, i))
	}
	for field, value := range map[string]string{"id": "", "name": "", "minPoints": i18n.Plain(max(100, top*2)), "multiplier": "1.00", "benefits": ""} {
		f.Typed[program.TierField(n, field)] = []string{value}
	}
	return f, n
}

// SaveTiers is POST /program/:id/tiers: the whole ladder at once. Without
// JavaScript the buttons of the editor arrive here too.
func (h *Handlers) SaveTiers(c *fiber.Ctx) error {
	p, _, _, err := h.programOf(c)
	if err != nil {
		return err
	}
	form := posted(c)
	if form.Value("do") != "" {
		changed, focus := edited(form)
		return h.showTiers(c, p, changed, fiber.StatusOK, focus)
	}
	again := func(back ui.Form) error {
		now, _, _, err := h.programOf(c)
		if err != nil {
			return err
		}
		return h.showTiers(c, now, caughtUpLadder(c.UserContext(), back, savedLadder(now)), fiber.StatusUnprocessableEntity, -1)
	}
	ctx := c.UserContext()
	return submit(h, c, form, func(once loyalty.Once) (service.ProgramChanged, error) {
		return h.Programs.Change(ctx, auth.Actor(c), service.ChangeProgram{
			ID: p.ID, Fields: ladderFields(form), Once: once, Still: func(now loyalty.Program) bool { return stillSaved(form, savedLadder(now)) },
		})
	}, func(saved service.ProgramChanged) done {
		said, _ := moved(ctx, saved.Moved)
		return done{To: "/program/" + p.ID.String() + "/tiers", Flash: i18n.T(ctx, "The ladder is saved. %s.", said)}
	}, again)
}
