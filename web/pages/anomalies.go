package pages

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

const casesOnPage = 50

// caseFilter is the queue's filters as they stand in the address.
type caseFilter struct {
	status, kind, severity string
	store                  loyalty.ID
	page                   int
}

const allCases = "all"

func readCaseFilter(c *fiber.Ctx) (caseFilter, error) {
	q := bind.NewQuery(c)
	f := caseFilter{
		status:   q.OneOf("status", string(loyalty.PendingReview), string(loyalty.Confirmed), string(loyalty.Dismissed), allCases),
		severity: q.OneOf("severity", "high", "medium", "low"), store: q.ID("store", loyalty.PrefixStore), page: q.Int("page", 1, 10_000, 1),
	}
	if kind := q.Text("kind"); anomalies.Kinds[kind].Name != "" {
		f.kind = kind
	}
	if f.status == "" {
		f.status = string(loyalty.PendingReview)
	}
	return f, q.Err()
}

func (f caseFilter) filtered() bool { return f.kind != "" || f.severity != "" || !f.store.IsZero() }

// query is the filter as an address has it: "" for what the queue opens with.
func (f caseFilter) query() string {
	v := url.Values{}
	if f.status != string(loyalty.PendingReview) {
		v.Set("status", f.status)
	}
	if f.kind != "" {
		v.Set("kind", f.kind)
	}
	if f.severity != "" {
		v.Set("severity", f.severity)
	}
	if !f.store.IsZero() {
		v.Set("store", f.store.String())
	}
	if f.page > 1 {
		v.Set("page", i18n.Plain(int64(f.page)))
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

func (f caseFilter) at(page int) string { f.page = page; return "/anomalies" + f.query() }

func (f caseFilter) domain() loyalty.AnomalyFilter {
	out := loyalty.AnomalyFilter{Type: f.kind, Severity: f.severity, Ranked: f.status == string(loyalty.PendingReview)}
	if f.status != allCases {
		out.Status = loyalty.AnomalyStatus(f.status)
	}
	if !f.store.IsZero() {
		out.StoreIDs = []loyalty.ID{f.store}
	}
	return out
}

// AnomalyQueue is GET /anomalies and /anomalies/:id: the cases, most worth
// looking at first, and one of them.
func (h *Handlers) AnomalyQueue(c *fiber.Ctx) error {
	f, err := readCaseFilter(c)
	if err != nil {
		return err
	}
	return h.showQueue(c, f, fresh(c), fiber.StatusOK)
}

func (h *Handlers) showQueue(c *fiber.Ctx, f caseFilter, form ui.Form, status int) error {
	chosen := loyalty.ID{}
	if text := c.Params("id"); text != "" {
		id, ok := loyalty.PrefixAnomaly.Parse(text)
		if !ok {
			return loyalty.Missing("anomaly")
		}
		chosen = id
	}
	at := target(c)
	props, err := h.queue(c, f, chosen, form)
	if err != nil {
		return err
	}
	props.Moved = at == anomalies.QueueID
	if props.Moved {
		return part(c, status, anomalies.Queue(props))
	}
	title := i18n.T(c.UserContext(), "Anomalies")
	return h.page(c, shell{Title: title, Active: "anomalies", Wide: true, Status: status}, anomalies.Page(props))
}

// queue asks for the list and for the case: the one chosen, or else the first.
func (h *Handlers) queue(c *fiber.Ctx, f caseFilter, chosen loyalty.ID, form ui.Form) (anomalies.QueueProps, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	rows, total, err := h.Anomalies.List(ctx, actor, f.domain(), loyalty.Page{Number: f.page, Size: casesOnPage})
	if err != nil {
		return anomalies.QueueProps{}, err
	}
	waiting, err := h.Anomalies.Open(ctx, actor)
	if err != nil {
		return anomalies.QueueProps{}, err
	}
	stores, err := h.Access.Stores(ctx, actor)
	if err != nil {
		return anomalies.QueueProps{}, err
	}
	p := anomalies.QueueProps{
		Tabs: caseTabs(ctx, f, waiting), Filter: caseFilterProps(ctx, f, stores), Chosen: !chosen.IsZero(), BackHref: "/anomalies" + f.query(),
		Paging: casePaging(ctx, f, total), ExportHref: "/anomalies/export.csv" + f.query(), Filtered: f.filtered(),
		ClearHref: caseFilter{status: f.status, page: 1}.at(1), Settings: "/anomalies/settings",
	}
	show := chosen
	if show.IsZero() && len(rows) > 0 {
		show = rows[0].ID
	}
	for _, r := range rows {
		row := caseRow(ctx, r, f.query())
		row.Current = r.ID == show
		p.Rows = append(p.Rows, row)
	}
	if show.IsZero() {
		return p, nil
	}
	found, err := h.Anomalies.Case(ctx, actor, show)
	if err != nil {
		return anomalies.QueueProps{}, err
	}
	shown := caseProps(ctx, actor, found, form)
	shown.Query = f.query()
	if at := slices.IndexFunc(rows, func(r loyalty.AnomalyRow) bool { return r.ID == show }); at >= 0 {
		if at > 0 {
			shown.PrevHref = p.Rows[at-1].Href
		}
		if at+1 < len(rows) {
			shown.NextHref = p.Rows[at+1].Href
		}
	} else if len(rows) > 0 {
		shown.NextHref = p.Rows[0].Href
	}
	p.Case = &shown
	return p, nil
}

func caseTabs(ctx ctx, f caseFilter, waiting int) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ status, label string }{
		{string(loyalty.PendingReview), i18n.T(ctx, "Waiting")}, {string(loyalty.Confirmed), i18n.T(ctx, "Confirmed")},
		{string(loyalty.Dismissed), i18n.T(ctx, "Dismissed")}, {allCases, i18n.T(ctx, "All")},
	} {
		other := f
		other.status = t.status
		tab := ui.Tab{Label: t.label, Href: other.at(1), Active: t.status == f.status}
		if t.status == string(loyalty.PendingReview) && waiting > 0 {
			tab.Count, tab.Alert = i18n.Number(ctx, waiting), true
		}
		out = append(out, tab)
	}
	return out
}

func caseFilterProps(ctx ctx, f caseFilter, stores []loyalty.Store) anomalies.FilterProps {
	p := anomalies.FilterProps{Status: f.status, Kind: f.kind, Severity: f.severity}
	if !f.store.IsZero() {
		p.Store = f.store.String()
	}
	for kind, words := range anomalies.Kinds {
		p.Kinds = append(p.Kinds, ui.Option{Value: kind, Label: i18n.T(ctx, words.Name)})
	}
	slices.SortFunc(p.Kinds, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	for _, s := range []anomalies.Severity{"high", "medium", "low"} {
		p.Severities = append(p.Severities, ui.Option{Value: string(s), Label: i18n.T(ctx, s.Name())})
	}
	for _, s := range stores {
		p.Stores = append(p.Stores, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	return p
}

func casePaging(ctx ctx, f caseFilter, total int) ui.PagingProps {
	p := ui.PagingProps{Label: i18n.T(ctx, "Pages of cases")}
	first := (f.page - 1) * casesOnPage
	p.Summary = i18n.T(ctx, "%d–%d of %d", min(first+1, total), min(first+casesOnPage, total), total)
	if f.page > 1 {
		p.PrevHref = f.at(f.page - 1)
	}
	if first+casesOnPage < total {
		p.NextHref = f.at(f.page + 1)
	}
	return p
}

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
	p := anomalies.QuestionProps{
		Decision: decision, Sentence: sentence(ctx, found.Anomaly), Action: "/anomalies/" + id.String() + "/decide" + f.query(),
		BackHref: "/anomalies/" + id.String() + f.query(), Customer: found.CustomerName, Form: form,
		Points:   i18n.N(ctx, "What is left of %d award is taken back from the customer’s balance.", "What is left of %d awards is taken back from the customer’s balance.", len(found.TransactionIDs)),
		MuteDays: i18n.T(ctx, "The same finding stays quiet for a while: see the settings."),
	}
	if target(c) == ui.ModalID {
		return part(c, status, anomalies.Question(p))
	}
	title := i18n.T(ctx, "Anomalies")
	return h.page(c, shell{Title: title, Active: "anomalies", Status: status}, anomalies.QuestionPage(p))
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
	again := func(back ui.Form) error {
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
		return h.Anomalies.Decide(c.UserContext(), auth.Actor(c), cmd)
	}, func(loyalty.AnomalyRow) done {
		// A decided case leaves the queue, and the next one comes up.
		to := "/anomalies" + f.query()
		if decision == "note" || decision == "reopen" {
			to = "/anomalies/" + id.String() + f.query()
		}
		return done{To: to, Flash: said}
	}, again)
}

// decision is what the form asks for, and what is said once it is done.
func (h *Handlers) decision(c *fiber.Ctx, id loyalty.ID, form ui.Form) (service.DecideAnomaly, string, error) {
	ctx := c.UserContext()
	cmd := service.DecideAnomaly{AnomalyID: id, Status: loyalty.Confirmed, Note: strings.TrimSpace(form.Value("note"))}
	found, err := h.Anomalies.Get(ctx, auth.Actor(c), id)
	if err != nil {
		return cmd, "", err
	}
	if cmd.Note == "" && form.Value("decision") != "note" {
		cmd.Note = found.Note
	}
	var p loyalty.Problems
	switch form.Value("decision") {
	case "confirm":
		return cmd, i18n.T(ctx, "Case confirmed."), nil
	case "reverse":
		cmd.Action = loyalty.ActionReversePoints
		return cmd, i18n.T(ctx, "Case confirmed and the points taken back."), nil
	case "freeze":
		cmd.Action = loyalty.ActionFreezeAccount
		return cmd, i18n.T(ctx, "Case confirmed and the account frozen."), nil
	case "reopen":
		cmd.Status = loyalty.PendingReview
		return cmd, i18n.T(ctx, "The case waits again."), nil
	case "note":
		cmd.Status = found.Status
		return cmd, i18n.T(ctx, "Note saved."), nil
	case "dismiss":
		cmd.Status = loyalty.Dismissed
		reason := form.Value("reason")
		if !slices.Contains(anomalies.Reasons, reason) {
			p.Add("reason", "is required")
			return cmd, "", p.Err()
		}
		if typed := strings.TrimSpace(form.Value("note")); typed != "" {
			reason += reasonMark + typed
		}
		cmd.Note = reason
		return cmd, i18n.T(ctx, "Case dismissed."), nil
	}
	p.Add("decision", "is required")
	return cmd, "", p.Err()
}
