package pages

import (
	"errors"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// picksMost is how many cases can be decided at once.
const picksMost = casesOnPage

// picks are the cases selected, as the address has them.
func picks(c *fiber.Ctx) []loyalty.ID {
	var ids []loyalty.ID
	for _, text := range c.Context().QueryArgs().PeekMulti("pick") {
		if id, ok := loyalty.ParseID(string(text)); ok && len(ids) < picksMost {
			ids = append(ids, id)
		}
	}
	return ids
}

// backTo is the queue with the filters that a form brings along.
func backTo(query string) string {
	if !strings.HasPrefix(query, "?") {
		query = ""
	}
	return "/anomalies" + query
}

// AskBulk is GET /anomalies/bulk: what is asked before several cases are
// decided together.
func (h *Handlers) AskBulk(c *fiber.Ctx) error {
	return h.askBulk(c, c.Query("decision"), picks(c), fresh(c).With("back", c.Query("back")), fiber.StatusOK)
}

func (h *Handlers) askBulk(c *fiber.Ctx, decision string, ids []loyalty.ID, form ui.Form, status int) error {
	ctx := c.UserContext()
	back := backTo(form.Value("back"))
	if len(ids) == 0 || !slices.Contains([]string{"dismiss", "confirm"}, decision) {
		return h.leave(c, done{To: back, Flash: i18n.T(ctx, "Select at least one case first."), Tone: string(ui.Warn)})
	}
	p := anomalies.QuestionProps{
		Decision: decision, Action: "/anomalies/bulk", BackHref: back, Form: form,
	}
	var err error
	if p.Mute, err = h.muteText(c); err != nil {
		return err
	}
	for _, id := range ids {
		p.Picked = append(p.Picked, id.String())
	}
	if target(c) == ui.ModalID {
		return part(c, status, anomalies.Question(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Anomalies"), Active: "anomalies", Status: status}, anomalies.QuestionPage(p))
}

// DecideBulk is POST /anomalies/bulk.
func (h *Handlers) DecideBulk(c *fiber.Ctx) error {
	form, ctx := posted(c), c.UserContext()
	var ids []loyalty.ID
	for _, text := range form.Typed["pick"] {
		if id, ok := loyalty.ParseID(text); ok && len(ids) < picksMost {
			ids = append(ids, id)
		}
	}
	cmd := service.DecideAnomaly{Status: loyalty.Confirmed, Seen: loyalty.PendingReview, Note: strings.TrimSpace(form.Value("note"))}
	if form.Value("decision") == "dismiss" {
		note, err := dismissal(form)
		if err != nil {
			back, _ := refused(c, form, err)
			return h.askBulk(c, "dismiss", ids, back, fiber.StatusUnprocessableEntity)
		}
		cmd.Status, cmd.Note = loyalty.Dismissed, note
	}
	n, err := h.Anomalies.DecideMany(ctx, auth.Actor(c), ids, cmd)
	said := i18n.N(ctx, "%d case decided.", "%d cases decided.", n)
	tone := ""
	if e, ok := errors.AsType[*loyalty.Error](err); ok && e.Kind != loyalty.Internal {
		tone = string(ui.Warn)
		said += " " + i18n.T(ctx, e.Format, e.Args...)
	} else if err != nil {
		return err
	}
	return h.leave(c, done{To: backTo(form.Value("back")), Flash: said, Tone: tone})
}
