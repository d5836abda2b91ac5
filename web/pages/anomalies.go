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

const (
	allCases = "all"
	// belowLine is what waits and is over its store's budget.
	belowLine = "below"
)

func readCaseFilter(c *fiber.Ctx) (caseFilter, error) {
	q := bind.NewQuery(c)
	f := caseFilter{
		status:   q.OneOf("status", string(loyalty.PendingReview), string(loyalty.Confirmed), string(loyalty.Dismissed), belowLine, allCases),
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

// waits says that the list is of cases that nobody has decided.
func (f caseFilter) waits() bool {
	return f.status == string(loyalty.PendingReview) || f.status == belowLine
}

func (f caseFilter) filtered() bool { return f.kind != "" || f.severity != "" || !f.store.IsZero() }

// with is the filter, or the whole tab that the case is on, where the filter's
// own can't hold it: a link to a case opens it among its like.
func (f caseFilter) with(a loyalty.Anomaly) caseFilter {
	own := string(a.Status)
	if a.Status == loyalty.PendingReview && a.BelowLine {
		own = belowLine
	}
	holds := (f.kind == "" || f.kind == a.Type) && (f.severity == "" || f.severity == a.Severity) && (f.store.IsZero() || f.store == a.StoreID)
	switch {
	case f.status != own && f.status != allCases:
		return caseFilter{status: own, page: 1}
	case !holds:
		return caseFilter{status: f.status, page: 1}
	}
	return f
}

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
	waiting := f.status == string(loyalty.PendingReview)
	out := loyalty.AnomalyFilter{Type: f.kind, Severity: f.severity, Ranked: waiting || f.status == belowLine}
	switch {
	case f.status == belowLine:
		out.Status, out.Line = loyalty.PendingReview, loyalty.BelowLine
	case f.status != allCases:
		out.Status = loyalty.AnomalyStatus(f.status)
	}
	if waiting {
		out.Line = loyalty.AboveLine
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
	var found service.Case
	if !chosen.IsZero() {
		var err error
		if found, err = h.Anomalies.Case(ctx, actor, chosen); err != nil {
			return anomalies.QueueProps{}, err
		}
		f = f.with(found.Anomaly)
	}
	rows, total, err := h.casesWith(ctx, actor, &f, chosen)
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
	p.Bulk = actor.Can(loyalty.AnomaliesReview) && f.waits()
	p.Query, p.Waiting = f.query(), waiting
	picked := picks(c)
	for _, r := range rows {
		row := caseRow(ctx, r, f.query())
		row.Current = r.ID == show
		if p.Bulk {
			row.ID, row.Picked = r.ID.String(), slices.Contains(picked, r.ID)
		}
		p.Rows = append(p.Rows, row)
	}
	if show.IsZero() {
		return p, nil
	}
	if found.ID != show {
		if found, err = h.Anomalies.Case(ctx, actor, show); err != nil {
			return anomalies.QueueProps{}, err
		}
	}
	reviewers, err := h.Anomalies.Reviewers(ctx, actor, found)
	if err != nil {
		return anomalies.QueueProps{}, err
	}
	shown := caseProps(ctx, actor, found, form)
	for _, m := range reviewers {
		shown.Reviewers = append(shown.Reviewers, ui.Option{Value: m.ID.String(), Label: m.Name})
	}
	shown.Query = f.query()
	shown.PrevHref, shown.NextHref = neighbours(p.Rows)
	p.Case = &shown
	return p, nil
}

// casesWith is a page of the list: the one that f says, or where a case was
// chosen the one that holds it, which f then says.
func (h *Handlers) casesWith(ctx ctx, actor loyalty.Actor, f *caseFilter, chosen loyalty.ID) ([]loyalty.AnomalyRow, int, error) {
	list := func() ([]loyalty.AnomalyRow, int, error) {
		return h.Anomalies.List(ctx, actor, f.domain(), loyalty.Page{Number: f.page, Size: casesOnPage})
	}
	rows, total, err := list()
	if err != nil || chosen.IsZero() || slices.ContainsFunc(rows, func(r loyalty.AnomalyRow) bool { return r.ID == chosen }) {
		return rows, total, err
	}
	place, err := h.Anomalies.Place(ctx, actor, f.domain(), chosen)
	if loyalty.KindOf(err) == loyalty.NotFound && err != nil {
		return rows, total, nil // decided just now
	}
	if err != nil {
		return nil, 0, err
	}
	f.page = place/casesOnPage + 1
	return list()
}

// neighbours are the cases before and after the current one; of a case that
// isn't in the list, the list's first comes after.
func neighbours(rows []anomalies.Row) (before, after string) {
	at := slices.IndexFunc(rows, func(r anomalies.Row) bool { return r.Current })
	if at > 0 {
		before = rows[at-1].Href
	}
	if at+1 < len(rows) {
		after = rows[at+1].Href
	}
	return before, after
}

func caseTabs(ctx ctx, f caseFilter, waiting int) []ui.Tab {
	var out []ui.Tab
	for _, t := range []struct{ status, label string }{
		{string(loyalty.PendingReview), i18n.T(ctx, "Waiting")}, {belowLine, i18n.T(ctx, "Below the line")}, {string(loyalty.Confirmed), i18n.T(ctx, "Confirmed cases")},
		{string(loyalty.Dismissed), i18n.T(ctx, "Dismissed cases")}, {allCases, i18n.T(ctx, "All")},
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
