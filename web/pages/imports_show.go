package pages

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/imports"
	"regulars/views/ui"
	"regulars/web/auth"
)

// importKinds are the kinds of files, as they are shown.
var importKinds = map[loyalty.ImportKind]struct{ words, icon string }{
	loyalty.ImportOrders: {i18n.Mark("Past orders"), "receipt-text"}, loyalty.ImportCustomers: {i18n.Mark("Guests"), "users"},
	loyalty.ImportBalances: {i18n.Mark("Opening balances"), "coins"},
}

var importStates = map[loyalty.ImportState]struct {
	words string
	tone  ui.Tone
	step  int
}{
	loyalty.ImportReceiving: {i18n.Mark("Not all there"), ui.Quiet, 1}, loyalty.ImportMapping: {i18n.Mark("Columns to confirm"), ui.Note, 2},
	loyalty.ImportChecking: {i18n.Mark("Being checked"), ui.Note, 3}, loyalty.ImportChecked: {i18n.Mark("Checked"), ui.Note, 3},
	loyalty.ImportRunning: {i18n.Mark("Being imported"), ui.Note, 4}, loyalty.ImportDone: {i18n.Mark("Imported"), ui.Good, 0},
	loyalty.ImportFailed: {i18n.Mark("Broke off"), ui.Bad, 0}, loyalty.ImportUndoing: {i18n.Mark("Being undone"), ui.Warn, 0},
	loyalty.ImportUndone: {i18n.Mark("Undone"), ui.Quiet, 0},
}

func importState(ctx ctx, m loyalty.Import) ui.BadgeProps {
	s := importStates[m.State]
	return ui.BadgeProps{Label: i18n.T(ctx, s.words), Tone: s.tone, Dot: true}
}

func importProps(c *fiber.Ctx, m loyalty.Import) imports.Props {
	ctx := c.UserContext()
	return imports.Props{
		ID: m.ID.String(), File: m.FileName, Kind: string(m.Kind), Subtitle: i18n.T(ctx, importKinds[m.Kind].words), State: importState(ctx, m),
		Step: importStates[m.State].step, CSRF: auth.CSRF(c),
	}
}

// importSummary is what an import did, or would do, in a line.
func importSummary(ctx ctx, m loyalty.Import) string {
	f := m.Figures
	switch m.State {
	case loyalty.ImportReceiving, loyalty.ImportMapping, loyalty.ImportChecking:
		return "–"
	case loyalty.ImportUndone:
		return i18n.T(ctx, "%s taken back", i18n.N(ctx, "%d point", "%d points", f.UndonePoints))
	}
	var parts []string
	if m.Kind == loyalty.ImportOrders {
		parts = append(parts, i18n.N(ctx, "%d order", "%d orders", f.Orders))
	}
	if m.Kind != loyalty.ImportBalances {
		parts = append(parts, i18n.N(ctx, "%d new guest", "%d new guests", f.Guests))
	}
	return strings.Join(append(parts, i18n.N(ctx, "%d point", "%d points", f.Points)), " · ")
}

func importProgress(c *fiber.Ctx, m loyalty.Import) imports.ProgressProps {
	ctx := c.UserContext()
	p := imports.ProgressProps{Props: importProps(c, m), Done: int64(min(m.Done, max(m.Total, 0))), Total: int64(m.Total)}
	p.Amount = i18n.T(ctx, "%s of %s", i18n.Number(ctx, p.Done), i18n.Number(ctx, p.Total))
	if m.Total == 0 {
		p.Amount = i18n.Number(ctx, m.Done)
	}
	switch m.State {
	case loyalty.ImportChecking:
		p.Title, p.Text = i18n.T(ctx, "Checking the file"), i18n.T(ctx, "Every row is read and compared with what is here. Nothing changes.")
	case loyalty.ImportRunning:
		p.Title, p.Text = i18n.T(ctx, "Importing"), i18n.T(ctx, "If the server stops meanwhile, it goes on afterwards where it was.")
	default:
		p.Title, p.Text = i18n.T(ctx, "Undoing"), i18n.T(ctx, "What the import made is taken back step by step.")
	}
	return p
}

// importFigures are the figures of a file as tiles. did says that it was
// brought in; else it is what it would do.
func importFigures(ctx ctx, m loyalty.Import) []ui.StatProps {
	f := m.Figures
	var out []ui.StatProps
	count := func(label, icon string, n int, note string) {
		out = append(out, ui.StatProps{Label: i18n.T(ctx, label), Icon: icon, Value: i18n.Number(ctx, n), Note: note})
	}
	if m.Kind == loyalty.ImportOrders {
		count(i18n.Mark("Orders"), "receipt-text", f.Orders, i18n.Money(ctx, int64(f.Sales), f.Currency))
	}
	if m.Kind != loyalty.ImportBalances {
		count(i18n.Mark("New guests"), "user-plus", f.Guests, "")
	}
	if f.Matched > 0 {
		count(i18n.Mark("Guests you have"), "users", f.Matched, "")
	}
	if m.Kind == loyalty.ImportOrders && f.Stores > 0 {
		count(i18n.Mark("New stores"), "store", f.Stores, "")
	}
	if f.Known > 0 {
		count(i18n.Mark("Rows left alone"), "check-check", f.Known, i18n.T(ctx, "they are here already"))
	}
	points := ui.StatProps{Label: i18n.T(ctx, "Points given"), Icon: "coins", Value: i18n.Number(ctx, f.Points)}
	switch {
	case f.Expired > 0 && f.Expired == f.Points:
		points.Note = i18n.T(ctx, "all of them have expired by now")
	case f.Expired > 0:
		points.Note = i18n.T(ctx, "%s of them have expired by now", i18n.Number(ctx, f.Expired))
	}
	return append(out, points, ui.StatProps{
		Label: i18n.T(ctx, "Added to what you owe"), Icon: "scale", Value: i18n.Money(ctx, int64(f.Worth), f.Currency), Note: i18n.T(ctx, "if every point is spent"),
	})
}

func importWarnings(ctx ctx, m loyalty.Import) []string {
	f := m.Figures
	var out []string
	if f.NoProgram && m.Kind == loyalty.ImportOrders {
		out = append(out, i18n.T(ctx, "No loyalty program is active, so these orders earn no points. Activate one first, unless you mean it so."))
	} else if f.Unawarded > 0 {
		out = append(out, i18n.N(ctx, "%d order is of a guest whose account is frozen, and earns nothing.", "%d orders are of guests whose accounts are frozen, and earn nothing.", f.Unawarded))
	}
	return out
}

// problemsShown is how many mistakes the page lists.
const problemsShown = 50

func (h *Handlers) showCheck(c *fiber.Ctx, m loyalty.Import, form ui.Form, status int) error {
	ctx := c.UserContext()
	all, err := h.Imports.Complaints(ctx, auth.Actor(c), m.ID, 0, problemsShown+1)
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b loyalty.ImportComplaint) int { return cmp.Compare(a.Line, b.Line) })
	f := m.Figures
	nothing := f.Orders == 0 && f.Guests == 0 && f.Points == 0
	p := imports.CheckProps{
		Props: importProps(c, m), Figures: importFigures(ctx, m), Warnings: importWarnings(ctx, m), BadRows: int64(f.Problems),
		Nothing: nothing && f.Problems == 0, Empty: f.Rows == 0, Form: form, StartText: importSummary(ctx, m),
	}
	if p.Days, p.Unsure, err = h.daysRead(c, m); err != nil {
		return err
	}
	switch {
	case !nothing || f.Problems == 0:
	case f.Known > 0:
		p.Unusable = i18n.N(ctx, "The %d row without mistakes is here already.", "The %d rows without mistakes are here already.", f.Known)
	default:
		p.Unusable = i18n.T(ctx, "Every row has a mistake. Perhaps a column is not what it was taken for.")
	}
	for i, x := range all {
		if i == problemsShown {
			p.More = i18n.T(ctx, "Shown are the first %d. The file of bad rows has them all.", problemsShown)
			break
		}
		row := imports.Problem{Line: i18n.Number(ctx, x.Line), Column: columnName(ctx, m.Layout, x.Field), Value: x.Value, What: i18n.Field(ctx, x.FieldError)}
		if x.Line == 0 {
			row.Line = "–"
		}
		p.Problems = append(p.Problems, row)
	}
	return h.importPage(c, m, status, imports.Check(p))
}

// daysRead says how the file's days were read, with one of them.
func (h *Handlers) daysRead(c *fiber.Ctx, m loyalty.Import) (said string, unsure bool, err error) {
	ctx := c.UserContext()
	sample, err := h.Imports.Sample(ctx, auth.Actor(c), m, service.DaysSampled)
	if err != nil || len(sample) == 0 {
		return "", false, err
	}
	d, _ := service.DayOf(m.Layout, sample[1:])
	day, ok := d.Means[m.Layout.Dates]
	if !ok {
		return "", false, nil
	}
	return i18n.T(ctx, "%s was read as %s, and the other days alike.", writtenDate(d.Written), calendarDay(ctx, day)), d.Unsure, nil
}

// keptShown is how many things that undoing left alone the page lists.
const keptShown = 100

var keptWords = map[string]string{
	loyalty.ItemCustomer: i18n.Mark("The guest"), loyalty.ItemOrder: i18n.Mark("An order and its points"), loyalty.ItemPoints: i18n.Mark("The opening balance"),
}

var keptWhy = map[string]string{
	loyalty.KeptUsed: i18n.Mark("was used since, or was here before"), loyalty.KeptSpent: i18n.Mark("the points were spent already"),
}

func (h *Handlers) showResult(c *fiber.Ctx, m loyalty.Import, form ui.Form, status int) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	p := imports.DoneProps{Props: importProps(c, m), Figures: importFigures(ctx, m), Warnings: importWarnings(ctx, m), Form: form}
	switch m.State {
	case loyalty.ImportDone:
		p.Tone, p.Title, p.Text, p.CanUndo = ui.Good, i18n.T(ctx, "The file is imported"), importSummary(ctx, m), true
		if m.Figures.Flagged > 0 {
			p.Warnings = append(p.Warnings, i18n.N(ctx, "%d order looks unusual and waits under Anomalies.", "%d orders look unusual and wait under Anomalies.", m.Figures.Flagged))
		}
	case loyalty.ImportFailed:
		p.Tone, p.Title, p.Text = ui.Bad, i18n.T(ctx, "The import broke off"), importFailure(ctx, m)
		p.CanRetry, p.CanUndo, p.CanDiscard, p.CanRemap = m.Figures.Rows > 0, true, m.Figures.Rows == 0, m.Figures.Rows == 0
		p.Figures = nil
		switch {
		case !m.UndoneBy.IsZero(): // going on with it would bring in what was to go
			p.Title, p.Text, p.CanRetry = i18n.T(ctx, "Undoing broke off"), i18n.T(ctx, "Something went wrong on our side. Undo it again: that goes on where it broke off."), false
		case m.Done > 0:
			p.Text += " " + i18n.T(ctx, "%s of %s rows are in already: trying again goes on from there and counts nothing twice, and undoing takes them out.",
				i18n.Number(ctx, m.Done), i18n.Number(ctx, m.Total))
		}
	default:
		f := m.Figures
		p.Tone, p.Title = ui.Quiet, i18n.T(ctx, "The import is undone")
		p.Text = i18n.T(ctx, "%s and %s are removed, %s taken back.", i18n.N(ctx, "%d guest", "%d guests", f.UndoneGuests),
			i18n.N(ctx, "%d order", "%d orders", f.UndoneOrders), i18n.N(ctx, "%d point", "%d points", f.UndonePoints))
		p.Figures = nil
	}
	if err := h.keptItems(c, m, &p); err != nil {
		return err
	}
	people, err := h.peopleByID(ctx, actor)
	if err != nil {
		return err
	}
	p.Facts = []ui.Fact{
		{Label: i18n.T(ctx, "Brought in by"), Value: broughtBy(ctx, people, m.StaffID)}, {Label: i18n.T(ctx, "Sent"), Value: i18n.DateTime(ctx, m.CreatedAt)},
		{Label: i18n.T(ctx, "Rows in the file"), Value: i18n.Number(ctx, m.Figures.Rows)}, {Label: i18n.T(ctx, "Rows left out"), Value: i18n.Number(ctx, m.Figures.Problems)},
	}
	if m.State == loyalty.ImportUndone {
		p.Facts = append(p.Facts, ui.Fact{Label: i18n.T(ctx, "Undone by"), Value: broughtBy(ctx, people, m.UndoneBy)})
	}
	if !m.FinishedAt.IsZero() {
		label := i18n.T(ctx, "Finished")
		if m.State == loyalty.ImportFailed { // it was, before undoing it broke off
			label = i18n.T(ctx, "Brought in")
		}
		p.Facts = append(p.Facts, ui.Fact{Label: label, Value: i18n.DateTime(ctx, m.FinishedAt)})
	}
	return h.importPage(c, m, status, imports.Done(p))
}

func (h *Handlers) keptItems(c *fiber.Ctx, m loyalty.Import, p *imports.DoneProps) error {
	ctx := c.UserContext()
	if m.Figures.Kept == 0 {
		return nil
	}
	kept, err := h.Imports.Kept(ctx, auth.Actor(c), m.ID, keptShown)
	if err != nil {
		return err
	}
	for _, k := range kept {
		row := imports.Kept{What: i18n.T(ctx, keptWords[k.Kind]), Why: i18n.T(ctx, keptWhy[k.Kept]), Name: nameOr(ctx, k.Name, k.Erased), Href: customerPath(k.CustomerID)}
		if k.Name == "" {
			row.Name, row.Href = "–", ""
		}
		p.Kept = append(p.Kept, row)
	}
	p.KeptText = i18n.N(ctx, "%d thing was left alone.", "%d things were left alone.", m.Figures.Kept)
	return nil
}

// importFailure is why an import broke off; the services word it in English.
func importFailure(ctx ctx, m loyalty.Import) string {
	if m.Failure == service.ImportFailure {
		return i18n.T(ctx, "Something went wrong on our side. Try it again.")
	}
	return i18n.T(ctx, m.Failure)
}
