package pages

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// reasonMark stands between the reason of a dismissal and the words added.
const reasonMark = " — "

func sentence(ctx ctx, a loyalty.Anomaly) string {
	return i18n.Finding(ctx, a.Format, a.Args, a.Description)
}

func kindOf(ctx ctx, name string) (label, hint string) {
	k, ok := anomalies.Kinds[name]
	if !ok {
		return name, ""
	}
	return i18n.T(ctx, k.Name), i18n.T(ctx, k.Hint)
}

func caseRow(ctx ctx, r loyalty.AnomalyRow, query string) anomalies.Row {
	kind, _ := kindOf(ctx, r.Type)
	row := anomalies.Row{
		Href: "/anomalies/" + r.ID.String() + query, Sentence: sentence(ctx, r.Anomaly), Kind: kind, Who: about(ctx, r).Name, Where: r.StoreName,
		When: i18n.Ago(ctx, r.FlaggedAt), Machine: i18n.Machine(r.FlaggedAt), Severity: anomalies.Severity(r.Severity),
		Points: i18n.N(ctx, "%d point", "%d points", int64(r.PointsInvolved)),
	}
	row.Assignee = r.AssigneeName
	if row.Where == "" {
		row.Where = i18n.T(ctx, "no store")
	}
	if r.Status != loyalty.PendingReview {
		row.Decided, _ = caseStatus(ctx, r)
	}
	return row
}

// takeover is the kind whose points went into a reward: taking them back means
// to cancel that.
const takeover = "account_takeover"

// caseStatus is where a case stands, in words.
func caseStatus(ctx ctx, a loyalty.AnomalyRow) (string, ui.Tone) {
	switch {
	case a.Status == loyalty.Dismissed:
		return i18n.T(ctx, "Dismissed"), ui.Quiet
	case !a.ReversedAt.IsZero() && !a.FrozenAt.IsZero() && a.OfAccounts():
		return i18n.T(ctx, "Confirmed, points taken back, accounts frozen"), ui.Bad
	case !a.ReversedAt.IsZero() && !a.FrozenAt.IsZero():
		return i18n.T(ctx, "Confirmed, points taken back, account frozen"), ui.Bad
	case a.Action == loyalty.ActionReversePoints && a.Type == takeover:
		return i18n.T(ctx, "Confirmed, reward cancelled"), ui.Bad
	case a.Action == loyalty.ActionReversePoints:
		return i18n.T(ctx, "Confirmed, points taken back"), ui.Bad
	case a.Action == loyalty.ActionFreezeAccount && a.OfAccounts():
		return i18n.T(ctx, "Confirmed, accounts frozen"), ui.Bad
	case a.Action == loyalty.ActionFreezeAccount:
		return i18n.T(ctx, "Confirmed, account frozen"), ui.Bad
	case a.Status == loyalty.Confirmed:
		return i18n.T(ctx, "Confirmed"), ui.Bad
	}
	return i18n.T(ctx, "Undecided"), ui.Note
}

func caseProps(ctx ctx, actor loyalty.Actor, c service.Case, form ui.Form) anomalies.CaseProps {
	kind, hint := kindOf(ctx, c.Type)
	status, tone := caseStatus(ctx, c.AnomalyRow)
	p := anomalies.CaseProps{
		ID: c.ID.String(), Sentence: sentence(ctx, c.Anomaly), Kind: kind, KindHint: hint, Severity: anomalies.Severity(c.Severity),
		Status: status, StatusTone: tone, When: i18n.DateTime(ctx, c.FlaggedAt), Machine: i18n.Machine(c.FlaggedAt), Where: c.StoreName,
		Points: i18n.N(ctx, "%d point", "%d points", int64(c.PointsInvolved)), Own: c.Own,
		Form: form, Seen: string(c.Status),
	}
	if c.AtRisk > 0 {
		p.Worth = i18n.T(ctx, "worth %s", i18n.Money(ctx, int64(c.AtRisk), c.Currency))
	}
	p.AboutLabel, p.About, p.With = headed(ctx, c)
	p.May, p.TakeBack, p.GiveAgain = caseActions(actor, c), i18n.T(ctx, "Take points back"), i18n.T(ctx, "Give the points again")
	if c.Type == takeover {
		p.GiveAgain = i18n.T(ctx, "Open the decision again")
	}
	freezing(ctx, &p, c)
	if onlyReward(c) {
		p.TakeBack = i18n.T(ctx, "Cancel the reward")
	}
	weigh(ctx, &p, c)
	caseRows(ctx, &p, c)
	if more := c.TransactionCount - len(c.TransactionIDs); more > 0 {
		p.More = i18n.N(ctx, "%d more transaction belongs to this case.", "%d more transactions belong to this case.", more)
	}
	for _, r := range c.Earlier {
		p.Earlier = append(p.Earlier, caseRow(ctx, r, ""))
	}
	surroundings(ctx, &p, c)
	if c.Status != loyalty.PendingReview {
		p.Decision = decided(ctx, c, status)
	}
	return p
}

// onlyReward reports whether all that can be taken back is a reward, whose points
// go back to the customer.
func onlyReward(c service.Case) bool {
	awards, rewards := c.Reach()
	return awards == 0 && rewards > 0
}

// caseRows adds the transactions of the case, each with whose it is where they
// are several people's, and with what was found about it where that is more
// than one thing.
func caseRows(ctx ctx, p *anomalies.CaseProps, c service.Case) {
	kinds := map[loyalty.ID][]string{}
	for _, f := range c.Findings {
		kind, _ := kindOf(ctx, f.Type)
		found := anomalies.Finding{Kind: kind, Sentence: i18n.Finding(ctx, f.Format, f.Args, f.Description), When: i18n.DateTime(ctx, f.LastAt), Machine: i18n.Machine(f.LastAt)}
		if f.Count > 1 {
			found.Times = i18n.N(ctx, "%d time", "%d times", f.Count)
		}
		p.Findings = append(p.Findings, found)
		for _, id := range f.Rows {
			kinds[id] = append(kinds[id], kind)
		}
	}
	for _, t := range c.Receipts {
		row := caseTransaction(ctx, c, t)
		row.Customer, row.CustomerHref = nameOr(ctx, t.CustomerName, t.CustomerErased), "/customers/"+t.CustomerID.String()
		p.Receipts = append(p.Receipts, row)
	}
	several := slices.ContainsFunc(c.Transactions, func(t loyalty.LedgerRow) bool { return t.CustomerID != c.CustomerID })
	for _, t := range c.Transactions {
		row := caseTransaction(ctx, c, t)
		if several {
			row.Customer, row.CustomerHref = nameOr(ctx, t.CustomerName, t.CustomerErased), "/customers/"+t.CustomerID.String()
		}
		if len(c.Findings) > 1 {
			row.Kinds = kinds[t.ID]
		}
		p.Transactions = append(p.Transactions, row)
	}
}

func caseTransaction(ctx ctx, c service.Case, t loyalty.LedgerRow) anomalies.Transaction {
	out := anomalies.Transaction{
		When: i18n.DateTime(ctx, t.At), Machine: i18n.Machine(t.At), Reason: reasonText(ctx, t.Transaction), Store: t.StoreName, Staff: t.StaffName,
		Points: i18n.Signed(ctx, int64(t.Points)), Reversed: t.Reversed,
	}
	if t.KeyName != t.StaffName {
		out.Till = t.KeyName
	}
	if t.Amount != 0 {
		currency := c.Currency
		if t.Explanation != nil && t.Explanation.Currency != "" {
			currency = t.Explanation.Currency
		}
		out.Amount = i18n.Money(ctx, int64(t.Amount), currency)
	}
	return out
}

func decided(ctx ctx, c service.Case, status string) []ui.Fact {
	facts := []ui.Fact{
		{Label: i18n.T(ctx, "Decision"), Value: status},
		{Label: i18n.T(ctx, "Decided by"), Value: c.DeciderName + " · " + i18n.DateTime(ctx, c.DecidedAt)},
	}
	if c.Note != "" {
		facts = append(facts, ui.Fact{Label: i18n.T(ctx, "Note"), Value: reasoned(ctx, c.Note)})
	}
	return facts
}

// reasoned is a note whose reason is in the reader's language.
func reasoned(ctx ctx, note string) string {
	reason, more, _ := strings.Cut(note, reasonMark)
	if slices.Contains(anomalies.Reasons, reason) {
		reason = i18n.T(ctx, reason)
	}
	if more != "" {
		reason += reasonMark + more
	}
	return reason
}

// units are what evidence is counted in, as the detectors name it: one of
// them, and several or a fraction.
var units = map[string][2]string{
	"transactions": {i18n.Mark("transaction"), i18n.Mark("transactions")}, "orders": {i18n.Mark("order"), i18n.Mark("orders")},
	"points": {i18n.Mark("point"), i18n.Mark("points")}, "accounts": {i18n.Mark("account"), i18n.Mark("accounts")},
	"awards by hand": {i18n.Mark("award by hand"), i18n.Mark("awards by hand")}, "reversals": {i18n.Mark("reversal"), i18n.Mark("reversals")},
	"hours": {i18n.Mark("hour"), i18n.Mark("hours")}, "visits": {i18n.Mark("visit"), i18n.Mark("visits")},
	"checks put on accounts afterwards": {i18n.Mark("check put on an account afterwards"), i18n.Mark("checks put on accounts afterwards")},
}

// weigh puts the evidence in words a manager can read.
func weigh(ctx ctx, p *anomalies.CaseProps, c service.Case) {
	seen, normal := figure(c.Evidence, "observed"), figure(c.Evidence, "expected")
	unit, _ := c.Evidence["unit"].(string) //nolint:errcheck // no unit, no figures
	switch {
	case unit == "":
	case normal > 0:
		p.Compared = true
		p.Observed = ui.Part{Label: i18n.T(ctx, "Seen"), Value: measured(ctx, seen, unit, c.Currency), Size: seen}
		p.Expected = ui.Part{Label: i18n.T(ctx, "Normal here"), Value: measured(ctx, normal, unit, c.Currency), Size: normal}
		if unit == share { // of the balance: there is no norm, but a setting
			p.Expected.Label = i18n.T(ctx, "Noticed from")
		}
	case seen > 0:
		p.Facts = append(p.Facts, ui.Fact{Label: i18n.T(ctx, "Seen"), Value: measured(ctx, seen, unit, c.Currency)})
	}
	if chance := figure(c.Evidence, "p"); chance > 0 {
		p.Facts = append(p.Facts, ui.Fact{Label: i18n.T(ctx, "By chance"), Value: odds(ctx, chance)})
	}
	from, to := instant(c.Evidence, "from"), instant(c.Evidence, "to")
	if !from.IsZero() && !to.IsZero() {
		label := i18n.T(ctx, "Between")
		if moment(from, to) {
			label = i18n.T(ctx, "When")
		}
		p.Facts = append(p.Facts, ui.Fact{Label: label, Value: between(ctx, from, to)})
	}
	if c.StaffName != "" && p.About.Name != c.StaffName {
		p.Facts = append(p.Facts, ui.Fact{Label: i18n.T(ctx, "Cashier"), Value: c.StaffName})
	}
	p.Facts = append(p.Facts, ui.Fact{Label: i18n.T(ctx, "Strength"), Value: i18n.T(ctx, "%s of 6", i18n.Decimal(ctx, c.Score, 1))})
}

// share is the unit of a part of somebody's balance.
const share = "share"

func measured(ctx ctx, v float64, unit, currency string) string {
	switch unit {
	case "minor units":
		return i18n.Money(ctx, int64(math.Round(v)), currency)
	case share:
		return i18n.T(ctx, "%s of the balance", i18n.Percent(ctx, v, 0))
	}
	digits := 1
	if v >= 10 {
		digits = 0
	} else if v < 0.1 {
		digits = 2 // as the sentence has it
	}
	if v < 0.01 {
		digits = 3
	}
	form := 1
	if v == 1 {
		form = 0
	}
	return i18n.Decimal(ctx, v, digits) + " " + i18n.T(ctx, units[unit][form])
}

// odds is a small probability as people say it.
func odds(ctx ctx, p float64) string {
	if p <= 1e-9 {
		return i18n.T(ctx, "less than once in a billion")
	}
	return i18n.T(ctx, "about once in %s", i18n.Compact(ctx, rounded(1/p)))
}

// rounded keeps two digits of a large number.
func rounded(x float64) float64 {
	scale := math.Pow(10, math.Max(0, math.Floor(math.Log10(x))-1))
	return math.Round(x/scale) * scale
}

// moment reports whether a stretch is too short to have two ends.
func moment(from, to time.Time) bool { return to.Sub(from) < time.Minute }

func between(ctx ctx, from, to time.Time) string {
	if moment(from, to) {
		return i18n.DateTime(ctx, from)
	}
	if from.In(i18n.Zone(ctx)).Format(time.DateOnly) == to.In(i18n.Zone(ctx)).Format(time.DateOnly) {
		return fmt.Sprintf("%s, %s – %s", i18n.Date(ctx, from), i18n.Clock(ctx, from), i18n.Clock(ctx, to))
	}
	return i18n.DateTime(ctx, from) + " – " + i18n.DateTime(ctx, to)
}

func figure(evidence map[string]any, name string) float64 {
	v, _ := evidence[name].(float64) //nolint:errcheck // 0: it isn't known
	return v
}

func instant(evidence map[string]any, name string) time.Time {
	text, _ := evidence[name].(string) //nolint:errcheck // the zero time: it isn't known
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.Year() < 2 {
		return time.Time{}
	}
	return t
}
