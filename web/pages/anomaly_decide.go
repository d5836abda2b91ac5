package pages

import (
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

// AnomalyQuestion is GET /anomalies/:id/:decision: what is asked before a case
// is dismissed, points are taken back or an account is frozen.
func (h *Handlers) AnomalyQuestion(c *fiber.Ctx) error {
	return h.askDecision(c, c.Params("decision"), fresh(c), fiber.StatusOK)
}

func (h *Handlers) askDecision(c *fiber.Ctx, decision string, form ui.Form, status int) error {
	id, ok := loyalty.PrefixAnomaly.Parse(c.Params("id"))
	if !ok || !slices.Contains([]string{"dismiss", "reverse", "freeze"}, decision) {
		return loyalty.Missing("anomaly")
	}
	f, err := readCaseFilter(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	found, err := h.Anomalies.Case(ctx, auth.Actor(c), id)
	if err != nil {
		return err
	}
	if form.Value("seen") == "" {
		form = form.With("seen", string(found.Status))
	}
	p := anomalies.QuestionProps{
		Decision: decision, Sentence: sentence(ctx, found.Anomaly), Action: "/anomalies/" + id.String() + "/decide" + f.query(),
		BackHref: "/anomalies/" + id.String() + f.query(), Customer: nameOr(ctx, found.CustomerName, found.CustomerErased), Form: form,
		Points: takingText(ctx, found), Reward: onlyReward(found), Accounts: max(1, found.Accounts-found.FrozenNow),
	}
	if p.Accounts > 1 {
		p.Customer = frozenNames(ctx, found)
	}
	if p.Mute, err = h.muteText(c); err != nil {
		return err
	}
	if target(c) == ui.ModalID {
		return part(c, status, anomalies.Question(p))
	}
	title := i18n.T(ctx, "Anomalies")
	return h.page(c, shell{Title: title, Active: "anomalies", Status: status}, anomalies.QuestionPage(p))
}

// takingText says what taking the points back would do.
func takingText(ctx ctx, c service.Case) string {
	awards, rewards := c.Reach()
	var said []string
	if awards > 0 {
		said = append(said, i18n.N(ctx, "What is left of %d award is taken back from the customer’s balance.", "What is left of %d awards is taken back from the customer’s balance.", awards))
	}
	if rewards > 0 {
		said = append(said, i18n.N(ctx, "%d reward that was not handed over yet is cancelled, and its points go back to the customer.",
			"%d rewards are cancelled as far as they were not handed over yet, and their points go back to the customer.", rewards))
	}
	return strings.Join(said, " ")
}

// muteText says for how long dismissing keeps the same finding quiet.
func (h *Handlers) muteText(c *fiber.Ctx) (string, error) {
	days, err := h.Anomalies.MuteDays(c.UserContext(), auth.Actor(c))
	if err != nil || days == 0 {
		return "", err
	}
	return i18n.N(c.UserContext(), "For %d day the same kind of finding about the same people opens no new case.",
		"For %d days the same kind of finding about the same people opens no new case.", days), nil
}

// DecideAnomaly is POST /anomalies/:id/decide.
func (h *Handlers) DecideAnomaly(c *fiber.Ctx) error {
	id, ok := loyalty.PrefixAnomaly.Parse(c.Params("id"))
	if !ok {
		return loyalty.Missing("anomaly")
	}
	f, err := readCaseFilter(c)
	if err != nil {
		return err
	}
	form := posted(c)
	decision := form.Value("decision")
	to, err := h.afterwards(c, f, id, decision)
	if err != nil {
		return err
	}
	again := func(back ui.Form) error {
		if moved, err := h.decidedMeanwhile(c, id, form.Value("seen")); err != nil || moved.To != "" {
			if err != nil {
				return err
			}
			return h.leave(c, moved)
		}
		if slices.Contains([]string{"dismiss", "reverse", "freeze"}, decision) {
			return h.askDecision(c, decision, back, fiber.StatusUnprocessableEntity)
		}
		return h.showQueue(c, f, back, fiber.StatusUnprocessableEntity)
	}
	cmd, said, err := h.decision(c, id, form)
	if err != nil {
		if back, ok := refused(c, form, err); ok {
			return again(back)
		}
		return err
	}
	return submit(h, c, form, func(once loyalty.Once) (loyalty.AnomalyRow, error) {
		cmd.Once = once
		return h.doDecision(c.UserContext(), auth.Actor(c), decision, form, cmd)
	}, func(loyalty.AnomalyRow) done {
		end := done{To: to, Flash: said}
		if page := "/anomalies/" + id.String(); !strings.HasPrefix(to, page) {
			end.Link, end.Href = i18n.T(c.UserContext(), "See it"), page+"?status="+allCases
		}
		return end
	}, again)
}

// decidedMeanwhile leads to the case itself, and says who was first, where it
// is not what it was when its form was drawn.
func (h *Handlers) decidedMeanwhile(c *fiber.Ctx, id loyalty.ID, seen string) (done, error) {
	ctx := c.UserContext()
	now, err := h.Anomalies.Get(ctx, auth.Actor(c), id)
	if err != nil || seen == "" || seen == string(now.Status) {
		return done{}, err
	}
	said := i18n.T(ctx, "Somebody else has opened this case again meanwhile. Nothing was changed by you.")
	if now.Status != loyalty.PendingReview {
		status, _ := caseStatus(ctx, now)
		said = i18n.T(ctx, "%s was first: %s. Nothing was changed by you.", now.DeciderName, status)
	}
	return done{To: "/anomalies/" + id.String() + "?status=" + allCases, Flash: said, Tone: string(ui.Warn)}, nil
}

// afterwards is where a decision leads: to the case itself where it stays in
// the list, else to the one below it, or above where it was the last.
func (h *Handlers) afterwards(c *fiber.Ctx, f caseFilter, id loyalty.ID, decision string) (string, error) {
	leaves := slices.Contains([]string{"confirm", "dismiss", "reverse", "freeze"}, decision) && f.waits()
	if !leaves {
		return "/anomalies/" + id.String() + f.query(), nil
	}
	rows, _, err := h.Anomalies.List(c.UserContext(), auth.Actor(c), f.domain(), loyalty.Page{Number: f.page, Size: casesOnPage})
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(rows, func(r loyalty.AnomalyRow) bool { return r.ID == id })
	switch {
	case at >= 0 && at+1 < len(rows):
		return "/anomalies/" + rows[at+1].ID.String() + f.query(), nil
	case at > 0:
		return "/anomalies/" + rows[at-1].ID.String() + f.query(), nil
	}
	return f.at(1), nil
}

// decision is what the form asks for, and what is said once it is done.
func (h *Handlers) decision(c *fiber.Ctx, id loyalty.ID, form ui.Form) (service.DecideAnomaly, string, error) {
	ctx := c.UserContext()
	cmd := service.DecideAnomaly{AnomalyID: id, Status: loyalty.Confirmed, Note: strings.TrimSpace(form.Value("note")), Seen: loyalty.AnomalyStatus(form.Value("seen"))}
	found, err := h.Anomalies.Get(ctx, auth.Actor(c), id)
	if err != nil {
		return cmd, "", err
	}
	if cmd.Note == "" && found.Status == loyalty.Confirmed && form.Value("decision") != "reopen" {
		cmd.Note = found.Note // why it was dismissed once is no reason for anything else
	}
	switch form.Value("decision") {
	case "confirm":
		return cmd, i18n.T(ctx, "Case confirmed."), nil
	case "reverse":
		cmd.Action = loyalty.ActionReversePoints
		whole, err := h.Anomalies.Case(ctx, auth.Actor(c), id)
		if err == nil && onlyReward(whole) {
			return cmd, i18n.T(ctx, "Case confirmed and the reward cancelled."), nil
		}
		return cmd, i18n.T(ctx, "Case confirmed and the points taken back."), err
	case "freeze":
		cmd.Action = loyalty.ActionFreezeAccount
		whole, err := h.Anomalies.Case(ctx, auth.Actor(c), id)
		return cmd, i18n.N(ctx, "Case confirmed and the account frozen.", "Case confirmed and %d accounts frozen.", max(1, whole.Accounts-whole.FrozenNow)), err
	case "reopen":
		cmd.Status = loyalty.PendingReview
		return cmd, i18n.T(ctx, "The case waits again."), nil
	case "comment":
		return cmd, i18n.T(ctx, "Comment added."), nil
	case "assign":
		return cmd, i18n.T(ctx, "Assigned."), nil
	case "undo":
		if found.Type == takeover {
			return cmd, i18n.T(ctx, "The decision is open again; the reward stays cancelled."), nil
		}
		return cmd, i18n.T(ctx, "The points are given again."), nil
	case "unfreeze":
		whole, err := h.Anomalies.Case(ctx, auth.Actor(c), id)
		return cmd, i18n.N(ctx, "The account is unfrozen.", "%d accounts are unfrozen.", max(1, whole.FrozenNow)), err
	case "dismiss":
		cmd.Status = loyalty.Dismissed
		cmd.Note, err = dismissal(form)
		return cmd, i18n.T(ctx, "Case dismissed."), err
	}
	var p loyalty.Problems
	p.Add("decision", "is required")
	return cmd, "", p.Err()
}

// dismissal is the note of one: the reason chosen, and the words added.
func dismissal(form ui.Form) (string, error) {
	reason := form.Value("reason")
	if !slices.Contains(anomalies.Reasons, reason) {
		var p loyalty.Problems
		p.Add("reason", "is required")
		return "", p.Err()
	}
	if typed := strings.TrimSpace(form.Value("note")); typed != "" {
		reason += reasonMark + typed
	}
	return reason, nil
}

// doDecision carries out what the form asks for.
func (h *Handlers) doDecision(ctx ctx, actor loyalty.Actor, decision string, form ui.Form, cmd service.DecideAnomaly) (loyalty.AnomalyRow, error) {
	switch decision {
	case "comment":
		return h.Anomalies.Comment(ctx, actor, service.CommentCase{AnomalyID: cmd.AnomalyID, Text: form.Value("note"), Once: cmd.Once})
	case "assign":
		to, _ := loyalty.ParseID(form.Value("assignee")) // nobody is one of the choices
		return h.Anomalies.Assign(ctx, actor, service.AssignCase{AnomalyID: cmd.AnomalyID, StaffID: to, Once: cmd.Once})
	case "undo":
		return h.Anomalies.Undo(ctx, actor, service.UndoReversal{AnomalyID: cmd.AnomalyID, Once: cmd.Once})
	case "unfreeze":
		return h.Anomalies.Unfreeze(ctx, actor, service.UndoReversal{AnomalyID: cmd.AnomalyID, Once: cmd.Once})
	}
	return h.Anomalies.Decide(ctx, actor, cmd)
}
