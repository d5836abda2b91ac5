package pages

import (
	"math"
	"slices"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
	"regulars/views/ui"
)

// about is who a case heads with: what its strongest finding is about, be it a
// member of staff, or the guests it names. Name is "" for a store.
func about(ctx ctx, r loyalty.AnomalyRow) ui.PersonProps {
	guest := ui.PersonProps{Name: nameOr(ctx, r.CustomerName, r.CustomerErased)}
	switch {
	case r.SubjectKind == loyalty.PersonStaff && r.SubjectName != "":
		return ui.PersonProps{Name: r.SubjectName}
	case r.CustomerID.IsZero():
		return ui.PersonProps{Name: staffOf(ctx, r)}
	case r.Guests > 1:
		guest.Name = i18n.T(ctx, "%s and %d more", guest.Name, r.Guests-1)
	default:
		guest.Href = "/customers/" + r.CustomerID.String()
	}
	return guest
}

// headed is what a case heads with and what that is called, and who else stands
// beside it.
func headed(ctx ctx, c service.Case) (label string, who ui.PersonProps, with string) {
	who = about(ctx, c.AnomalyRow)
	staff := c.SubjectKind == loyalty.PersonStaff && c.SubjectName != ""
	switch {
	case staff && c.Guests > 1:
		who.Sub = i18n.N(ctx, "with %d guest", "with %d guests", c.Guests)
	case staff && c.Guests == 1:
		who.Sub = i18n.T(ctx, "with %s", nameOr(ctx, c.CustomerName, c.CustomerErased))
	}
	switch {
	case staff || c.CustomerID.IsZero() && who.Name != "":
		return i18n.T(ctx, "Cashier"), who, ""
	case who.Name == "":
		return i18n.T(ctx, "Store"), ui.PersonProps{Name: c.StoreName}, ""
	case c.Guests > 1:
		return i18n.T(ctx, "Customers"), who, staffOf(ctx, c.AnomalyRow)
	}
	return i18n.T(ctx, "Customer"), who, staffOf(ctx, c.AnomalyRow)
}

// staffOf is the cashier of a case: a member of staff, or as the till says.
func staffOf(ctx ctx, r loyalty.AnomalyRow) string {
	if ref, ok := r.Evidence["staff_ref"].(string); ok && r.StaffName == "" {
		return i18n.T(ctx, "Cashier %s", ref)
	}
	return r.StaffName
}

// caseActions is what actor may do with the case.
func caseActions(actor loyalty.Actor, c service.Case) anomalies.Actions {
	may := actor.Can(loyalty.AnomaliesReview) && !c.Own
	waits := c.Status == loyalty.PendingReview
	awards, rewards := c.Reach()
	open := may && (waits || c.Status == loyalty.Confirmed)
	return anomalies.Actions{
		Decide: may && waits, Talk: actor.Can(loyalty.AnomaliesReview),
		Reverse: open && (awards > 0 || rewards > 0) && c.ReversedAt.IsZero(), Freeze: open && !c.CustomerID.IsZero() && !c.Frozen,
		Undo: may && !c.ReversedAt.IsZero(), Unfreeze: may && !c.FrozenAt.IsZero() && c.FrozenNow > 0,
		Reopen: may && !waits && c.ReversedAt.IsZero() && c.FrozenAt.IsZero(),
	}
}

// surroundings adds what lies around the case: its days, the people, the
// colleagues and what was done with it.
func surroundings(ctx ctx, p *anomalies.CaseProps, c service.Case) {
	if c.BelowLine {
		p.Below = i18n.T(ctx, "The store had as many new cases that week as its budget allows. It is kept for when there is time.")
	}
	p.HeldTitle, p.Held = held(ctx, c)
	if !c.AssignedTo.IsZero() {
		p.Assignee = c.AssignedTo.String()
	}
	p.Story, p.HasStory = caseStory(ctx, c)
	for _, s := range c.Peers {
		part := ui.Part{Label: s.Name, Size: float64(s.ByHand), Value: i18n.T(ctx, "%d by hand, %d checks", s.ByHand, s.Checks)}
		p.Peers = append(p.Peers, part)
	}
	p.PeersHint = i18n.T(ctx, "Awards by hand and checks of each cashier of the store in the same four weeks.")
	accounts := 0
	for _, n := range c.Names {
		p.People = append(p.People, caseNamed(ctx, n))
		if n.Kind == loyalty.PersonCustomer {
			accounts++
		}
	}
	p.People, p.OtherPeople = firstFew(p.People)
	if unseen := c.Accounts - accounts; unseen > 0 {
		p.Unnamed = i18n.N(ctx, "%d more account belongs to this case.", "%d more accounts belong to this case.", unseen)
	}
	for _, n := range c.Notes {
		p.Notes = append(p.Notes, remark(ctx, c, n))
	}
}

// held is what of the case's points waits for a decision, and what is gone
// since the case was decided the first time.
func held(ctx ctx, c service.Case) (title, text string) {
	gone := i18n.N(ctx, "%d point was used before it could be held again.", "%d points were used before they could be held again.", int64(c.Held.Spent))
	switch {
	case c.Status == loyalty.Dismissed || !c.ReversedAt.IsZero():
		return "", ""
	case c.Held.Held == 0 && c.Held.Spent == 0:
		return "", ""
	case c.Held.Held == 0:
		return i18n.T(ctx, "Nothing is held"), gone
	}
	if onlyReward(c) {
		return heldReward(ctx, c)
	}
	title = i18n.T(ctx, "Held until you decide")
	if c.Own {
		title = i18n.T(ctx, "Held until it is decided")
	}
	text = i18n.N(ctx, "%d point can’t be used before. Dismissing the case lets go of it; taking the points back ends it.",
		"%d points can’t be used before. Dismissing the case lets go of them; taking the points back ends it.", int64(c.Held.Held))
	if c.Status == loyalty.Confirmed {
		title = i18n.T(ctx, "Still held")
		text = i18n.N(ctx, "%d point can’t be used. Take it back, or reopen the case and dismiss it to let go of it.",
			"%d points can’t be used. Take them back, or reopen the case and dismiss it to let go of them.", int64(c.Held.Held))
	}
	if c.Held.Spent > 0 {
		text += " " + gone
	}
	return title, text
}

// heldReward says that a reward waits to be handed over.
func heldReward(ctx ctx, c service.Case) (title, text string) {
	if c.Status == loyalty.Confirmed {
		return i18n.T(ctx, "The reward is still held"), i18n.N(ctx, "It is not handed over. Cancel it, and its %d point goes back to the customer; or reopen the case and dismiss it to let it go.",
			"It is not handed over. Cancel it, and its %d points go back to the customer; or reopen the case and dismiss it to let it go.", int64(c.Held.Held))
	}
	return i18n.T(ctx, "The reward is held"), i18n.N(ctx, "It is not handed over before the case is decided. Dismissing the case lets it go; cancelling the reward gives its %d point back to the customer.",
		"It is not handed over before the case is decided. Dismissing the case lets it go; cancelling the reward gives its %d points back to the customer.", int64(c.Held.Held))
}

// caseStory is the awards of each day around the case, with those in it.
func caseStory(ctx ctx, c service.Case) (ui.ChartProps, bool) {
	from, days := c.Story()
	if len(c.Days) == 0 {
		return ui.ChartProps{}, false
	}
	others, in, norm := make([]float64, days), make([]float64, days), make([]float64, days)
	chart := ui.ChartProps{Title: i18n.T(ctx, "Four weeks around it"), Stacked: true}
	total, most := 0, 0
	for _, d := range c.Days {
		i := int(d.Day.Sub(from) / (24 * time.Hour))
		if i < 0 || i >= days {
			continue
		}
		others[i], in[i] = float64(d.Awards-d.InCase), float64(d.InCase)
		total, most = total+d.Awards, max(most, d.Awards)
	}
	if most > 1 { // with one a day at most, an axis of whole numbers is best
		chart.Format = perDay
	}
	usual := 0.0
	for i := range others {
		usual += others[i]
	}
	for i := range norm {
		norm[i] = usual / float64(days)
		chart.Labels = append(chart.Labels, i18n.ShortDate(ctx, from.AddDate(0, 0, i)))
	}
	for _, s := range []ui.Series{
		{Name: i18n.T(ctx, "In this case"), Values: in, Color: 1}, {Name: i18n.T(ctx, "Other awards"), Values: others, Color: 6},
		{Name: i18n.T(ctx, "The usual day without it"), Values: norm, Color: 4, Dashed: true},
	} {
		// A spent reward has no awards in it, and a new account no others.
		if slices.Max(s.Values) > 0 {
			chart.Series = append(chart.Series, s)
		}
	}
	chart.Summary = i18n.T(ctx, "%d awards in four weeks, at most %d in a day.", total, most)
	return chart, true
}

// perDay writes awards a day, which are whole, and their mean, which seldom is.
func perDay(ctx ctx, v float64, short bool) string {
	if v == math.Trunc(v) {
		return ui.Whole(ctx, v, short)
	}
	return i18n.Decimal(ctx, v, 1)
}

func caseNamed(ctx ctx, n loyalty.CaseName) anomalies.Named {
	out := anomalies.Named{Person: ui.PersonProps{Name: nameOr(ctx, n.Name, n.Erased)}, Frozen: n.Frozen, What: i18n.T(ctx, "Cashier")}
	if n.Kind == loyalty.PersonCustomer {
		out.Person.Href = "/customers/" + n.ID.String()
		out.What = i18n.N(ctx, "%d point", "%d points", int64(n.Balance)) + " · " + i18n.T(ctx, "since %s", i18n.Date(ctx, n.Since))
	}
	if n.Name == "" {
		out.Person = ui.PersonProps{Name: i18n.T(ctx, "Not on the staff list")}
	}
	return out
}

func remark(ctx ctx, c service.Case, n loyalty.CaseNote) anomalies.Remark {
	what := map[string][2]string{
		loyalty.NoteComment: {i18n.T(ctx, "Comment"), "message-square"},
		loyalty.NoteDecided: {i18n.T(ctx, "Decided"), "check"}, // as older releases wrote it

		string(loyalty.Confirmed): {i18n.T(ctx, "Confirmed"), "check"}, string(loyalty.Dismissed): {i18n.T(ctx, "Dismissed"), "x"},
		string(loyalty.PendingReview):       {i18n.T(ctx, "Reopened"), "rotate-ccw"},
		string(loyalty.ActionReversePoints): {i18n.T(ctx, "Confirmed, points taken back"), "undo-2"},
		string(loyalty.ActionFreezeAccount): {i18n.T(ctx, "Confirmed, account frozen"), "snowflake"},
		loyalty.NoteAssigned:                {i18n.T(ctx, "Assigned"), "user"},
		loyalty.NoteUndone:                  {i18n.T(ctx, "Points given again"), "rotate-ccw"},
		loyalty.NoteUnfrozen:                {i18n.T(ctx, "Account unfrozen"), "sun"},
	}[n.What]
	switch {
	case c.Accounts > 1 && n.What == string(loyalty.ActionFreezeAccount):
		what[0] = i18n.T(ctx, "Confirmed, accounts frozen")
	case c.Accounts > 1 && n.What == loyalty.NoteUnfrozen:
		what[0] = i18n.T(ctx, "Accounts unfrozen")
	case c.Type != takeover:
	case n.What == string(loyalty.ActionReversePoints):
		what[0] = i18n.T(ctx, "Confirmed, reward cancelled")
	case n.What == loyalty.NoteUndone:
		what[0] = i18n.T(ctx, "Decision opened again")
	}
	return anomalies.Remark{What: what[0], Icon: what[1], By: n.By, When: i18n.DateTime(ctx, n.At), Machine: i18n.Machine(n.At), Text: reasoned(ctx, n.Note)}
}
