package pages

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/respond"
)

// givenStates are how a bulk award stands, in words.
var givenStates = map[loyalty.BulkState]struct {
	words string
	tone  ui.Tone
}{
	loyalty.BulkRunning: {i18n.Mark("Under way"), ui.Note}, loyalty.BulkCompleted: {i18n.Mark("Done"), ui.Good},
	loyalty.BulkFailed: {i18n.Mark("Broken off"), ui.Bad}, loyalty.BulkUndoing: {i18n.Mark("Being taken back"), ui.Warn},
	loyalty.BulkUndone: {i18n.Mark("Taken back"), ui.Quiet},
}

func givenState(ctx ctx, b loyalty.BulkAward) ui.BadgeProps {
	s := givenStates[b.State]
	if b.State == loyalty.BulkFailed && !b.Undo.ID.IsZero() {
		s.words = i18n.Mark("Taking back broke off")
	}
	return ui.BadgeProps{Label: i18n.T(ctx, s.words), Tone: s.tone, Dot: true}
}

// givenBefore are the latest bulk awards.
func (h *Handlers) givenBefore(c *fiber.Ctx) ([]customers.GivenRow, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	all, err := h.BulkAwards.List(ctx, actor)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	people, err := h.peopleByID(ctx, actor)
	if err != nil {
		return nil, err
	}
	var rows []customers.GivenRow
	for _, b := range all {
		row := customers.GivenRow{
			ID: b.ID.String(), Reason: b.Reason, Who: givenBy(ctx, people, b.StaffID), When: i18n.DateTime(ctx, b.CreatedAt), Machine: i18n.Machine(b.CreatedAt),
			State: givenState(ctx, b), Figures: i18n.N(ctx, "%d guest", "%d guests", int64(b.Awarded)) + " · " + i18n.N(ctx, "%d point", "%d points", b.Given()),
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func givenBy(ctx ctx, people map[loyalty.ID]string, id loyalty.ID) string {
	if id.IsZero() {
		return i18n.T(ctx, "API key")
	}
	return people[id]
}

// givenFacts are who gave the points and who took them back, when and why.
func givenFacts(ctx ctx, b loyalty.BulkAward, people map[loyalty.ID]string) []ui.Fact {
	facts := []ui.Fact{{Label: i18n.T(ctx, "Given by"), Value: givenBy(ctx, people, b.StaffID) + " · " + i18n.DateTime(ctx, b.CreatedAt)}}
	if b.Undo.ID.IsZero() {
		return facts
	}
	by := givenBy(ctx, people, b.Undo.StaffID)
	if !b.Undo.EndedAt.IsZero() {
		by += " · " + i18n.DateTime(ctx, b.Undo.EndedAt)
	}
	return append(facts, ui.Fact{Label: i18n.T(ctx, "Taken back by"), Value: by}, ui.Fact{Label: i18n.T(ctx, "Reason"), Value: b.Undo.Reason})
}

// GivenPage is GET /give/:id: a bulk award, under way or over.
func (h *Handlers) GivenPage(c *fiber.Ctx) error {
	b, err := h.given(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	people, err := h.peopleByID(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	p := givenProps(ctx, b)
	p.Facts = givenFacts(ctx, b, people)
	return h.page(c, shell{Title: i18n.T(ctx, "Points for many"), Active: "customers"}, customers.Given(p))
}

// GivenProgress is GET /give/:id/progress, which the progress bar asks for.
func (h *Handlers) GivenProgress(c *fiber.Ctx) error {
	b, err := h.given(c)
	if err != nil {
		return err
	}
	if !b.State.Working() || !respond.IsHTMX(c) {
		return h.leave(c, done{To: givenPath(b.ID)})
	}
	return part(c, fiber.StatusOK, customers.GivenBar(givenProps(c.UserContext(), b)))
}

// AskTakeBack is GET /give/:id/undo: what taking the whole award back would do.
func (h *Handlers) AskTakeBack(c *fiber.Ctx) error {
	return h.showTakeBack(c, fresh(c), fiber.StatusOK)
}

// TakeBack is POST /give/:id/undo.
func (h *Handlers) TakeBack(c *fiber.Ctx) error {
	b, err := h.given(c)
	if err != nil {
		return err
	}
	ctx, actor, form := c.UserContext(), auth.Actor(c), posted(c)
	return submit(h, c, form, func(once loyalty.Once) (loyalty.BulkAward, error) {
		return h.BulkAwards.Undo(ctx, actor, service.UndoBulkAward{ID: b.ID, Reason: form.Value("reason"), Once: once})
	}, func(b loyalty.BulkAward) done {
		return done{To: givenPath(b.ID)}
	}, func(back ui.Form) error { return h.showTakeBack(c, back, fiber.StatusUnprocessableEntity) })
}

func (h *Handlers) showTakeBack(c *fiber.Ctx, form ui.Form, status int) error {
	b, err := h.given(c)
	if err != nil {
		return err
	}
	if !takesBack(b) { // in another window
		return h.leave(c, done{To: givenPath(b.ID)})
	}
	ctx := c.UserContext()
	v, err := h.BulkAwards.PreviewUndo(ctx, auth.Actor(c), b.ID)
	if err != nil {
		return err
	}
	p := takeBackProps(ctx, b, v)
	p.Form, p.Dialog = form, target(c) == ui.ModalID
	if p.Dialog {
		return part(c, status, customers.TakeBack(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Take these points back?"), Active: "customers", Status: status}, customers.TakeBack(p))
}

func takeBackProps(ctx ctx, b loyalty.BulkAward, v service.BulkUndoPreview) customers.TakeBackProps {
	p := customers.TakeBackProps{
		ID: b.ID.String(), Reason: b.Reason, Nothing: v.Known && v.Points == 0 && b.Undo.ID.IsZero(), Submit: i18n.T(ctx, "Take the points back"),
	}
	switch {
	case v.Known:
		p.Submit = i18n.N(ctx, "Take %d point back", "Take %d points back", v.Points)
		if v.Points == 0 { // an undoing that broke off still has to come to its end
			p.Submit = i18n.T(ctx, "Take the rest back")
		}
		p.Figures = []customers.Figure{
			{Label: i18n.T(ctx, "Guests"), Value: i18n.Number(ctx, v.Guests)}, {Label: i18n.T(ctx, "Points to take back"), Value: i18n.Number(ctx, v.Points)},
			{Label: i18n.T(ctx, "Taken off what you owe"), Value: i18n.Money(ctx, int64(v.Liability), v.Currency)},
			{Label: i18n.T(ctx, "Spent, expired or held"), Value: i18n.Number(ctx, v.Spent)},
		}
	case v.StillGives:
		p.Submit = i18n.T(ctx, "Stop and take back")
		p.Notes = append(p.Notes, i18n.T(ctx, "The points are still being given. That stops first; whoever got them by then is taken from too."))
	default:
		p.Notes = append(p.Notes, i18n.T(ctx, "Working out the figures takes too long just now. You can take the points back all the same; what it came to is on the award’s page afterwards."))
	}
	if v.Spent > 0 || !v.Known {
		p.Notes = append(p.Notes, i18n.T(ctx, "What guests have spent or let expire, and what is held for a manager, stays; nobody goes below zero."))
		p.Notes = append(p.Notes, i18n.T(ctx, "If a reward they spent them on is cancelled later, its points stay with the guest."))
	}
	if v.TiersStay {
		p.Notes = append(p.Notes, i18n.T(ctx, "Whoever the points moved up keeps the tier: your program doesn’t lower tiers when points are taken back."))
	} else {
		p.Notes = append(p.Notes, i18n.T(ctx, "Whoever the points moved up goes back to the tier that the rest of the points reach."))
	}
	p.Notes = append(p.Notes, i18n.T(ctx, "Tills go on working meanwhile. This can’t be undone."))
	return p
}

func givenPath(id loyalty.ID) string { return customers.GivePath + "/" + id.String() }

func (h *Handlers) given(c *fiber.Ctx) (loyalty.BulkAward, error) {
	id, _ := loyalty.PrefixBulkAward.Parse(c.Params("id"))
	return h.BulkAwards.Get(c.UserContext(), auth.Actor(c), loyalty.ID{}, id)
}

// takesBack says whether the award can be taken back: it is not, and wasn't,
// and somebody has its points or may get them yet.
func takesBack(b loyalty.BulkAward) bool {
	return b.State == loyalty.BulkRunning || b.Awarded > 0 && (b.State == loyalty.BulkCompleted || b.State == loyalty.BulkFailed)
}

func givenProps(ctx ctx, b loyalty.BulkAward) customers.GivenProps {
	p := customers.GivenProps{ID: b.ID.String(), Who: b.Reason, State: givenState(ctx, b), Running: b.State.Working(), Done: int64(b.Done()), Total: int64(b.Total)}
	if takesBack(b) {
		p.TakeBack = i18n.T(ctx, "Take back")
	}
	sayGiven(ctx, &p, b)
	p.Amount = i18n.T(ctx, "%s of %s", i18n.Number(ctx, p.Done), i18n.Number(ctx, p.Total))
	p.Figures = givenFigures(ctx, b)
	return p
}

func givenFigures(ctx ctx, b loyalty.BulkAward) []ui.StatProps {
	var out []ui.StatProps
	count := func(label, icon, value, note string) {
		out = append(out, ui.StatProps{Label: i18n.T(ctx, label), Icon: icon, Value: value, Note: note})
	}
	count(i18n.Mark("Points for each"), "coins", i18n.Number(ctx, b.Points), "")
	count(i18n.Mark("Guests"), "users", i18n.Number(ctx, b.Awarded), "")
	count(i18n.Mark("Points given"), "coins", i18n.Number(ctx, b.Given()), "")
	if b.Skipped > 0 {
		count(i18n.Mark("Skipped"), "user-x", i18n.Number(ctx, b.Skipped), i18n.T(ctx, "frozen or gone"))
	}
	if b.Undo.ID.IsZero() {
		return out
	}
	count(i18n.Mark("Points taken back"), "undo-2", i18n.Number(ctx, b.Undo.Taken), i18n.N(ctx, "of %d guest", "of %d guests", int64(b.Undo.Guests)))
	if b.Undo.Spent > 0 {
		count(i18n.Mark("Spent, expired or held"), "coins", i18n.Number(ctx, b.Undo.Spent), i18n.T(ctx, "not taken back"))
	}
	return out
}

// sayGiven says in words where the award stands.
func sayGiven(ctx ctx, p *customers.GivenProps, b loyalty.BulkAward) {
	switch {
	case b.State == loyalty.BulkUndoing:
		p.Title, p.Done, p.Total = i18n.T(ctx, "Taking the points back"), int64(b.Undo.Done), int64(b.Undo.Total)
		if b.Undo.Total == 0 { // whom it is about is just being settled
			p.Total = int64(b.Awarded)
		}
		p.Text = i18n.T(ctx, "Tills go on working meanwhile. If the server stops, it goes on afterwards where it was.")
	case b.State == loyalty.BulkUndone:
		p.Tone, p.Title = ui.Good, i18n.N(ctx, "%d point was taken back", "%d points were taken back", b.Undo.Taken)
		if b.Undo.Spent > 0 {
			p.Text = i18n.N(ctx, "%d point was spent, expired or held and stays.", "%d points were spent, expired or held and stay.", b.Undo.Spent)
		}
	case b.State == loyalty.BulkFailed && !b.Undo.ID.IsZero():
		p.Tone, p.TakeBack = ui.Bad, i18n.T(ctx, "Take the rest back")
		p.Title, p.Text = i18n.N(ctx, "Taking back broke off after %d guest", "Taking back broke off after %d guests", int64(b.Undo.Done)), i18n.T(ctx, b.Failure)
	case b.State == loyalty.BulkCompleted:
		p.Tone, p.Title = ui.Good, i18n.N(ctx, "%d guest has the points", "%d guests have their points", int64(b.Awarded))
	case b.State == loyalty.BulkFailed:
		p.Tone = ui.Bad
		p.Title, p.Text = i18n.N(ctx, "It broke off after %d guest", "It broke off after %d guests", int64(b.Awarded)), i18n.T(ctx, b.Failure)
	default:
		p.Title, p.Text = i18n.T(ctx, "Giving points"), i18n.T(ctx, "Tills go on working meanwhile. If the server stops, it goes on afterwards where it was.")
	}
}
