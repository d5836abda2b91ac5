package pages

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/customers"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
	"regulars/web/bind"
)

// pairIDs are the customer of the address and the other one.
func pairIDs(c *fiber.Ctx, other string) (id, second loyalty.ID, err error) {
	if id, err = bind.PathID(c, "id", loyalty.PrefixCustomer); err != nil {
		return id, second, err
	}
	second, err = bind.PathID(c, other, loyalty.PrefixCustomer)
	return id, second, err
}

// MergePick is GET and POST /customers/:id/merge: whom to merge with.
func (h *Handlers) MergePick(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	_, why, err := h.named(c, id)
	if err != nil {
		return err
	}
	if why != nil {
		return h.ended(c, i18n.T(c.UserContext(), "Merge a duplicate"), id, why)
	}
	likely, err := h.likelySame(c, id)
	if err != nil {
		return err
	}
	return h.pick(c, id, customerPath(id)+"/merge", customers.PickProps{
		Title: i18n.T(c.UserContext(), "Merge a duplicate"), Likely: likely,
		Text: i18n.T(c.UserContext(), "Find the other account of the same person. Nothing changes before you confirm."),
	}, fiber.StatusOK)
}

// pick draws the choice of another customer, with those whom what was typed
// has found; each leads to a page below action.
func (h *Handlers) pick(c *fiber.Ctx, id loyalty.ID, action string, p customers.PickProps, status int) error {
	ctx, typed := c.UserContext(), ""
	if status == fiber.StatusOK {
		typed = c.FormValue("q")
	}
	found, err := h.lookUpOpenly(c, typed, id, func(other loyalty.ID) string { return action + "/" + other.String() })
	if err != nil {
		return err
	}
	_, scanned := loyalty.ParseCardCode(typed)
	sent := c.FormValue("go") != ""
	if len(found.Matches) == 1 && (scanned || sent) && target(c) == "" {
		return c.Redirect(found.Matches[0].Href, fiber.StatusSeeOther)
	}
	p.Back, p.Found = customerPath(id), found
	if target(c) == customers.PickedID {
		return part(c, fiber.StatusOK, customers.Picked(p))
	}
	for i := range found.Matches {
		found.Matches[i].Focus = i == 0 && sent
	}
	p.Find = ui.LookupProps{
		Action: action, Results: customers.PickedID, Query: found.Query, Away: len(found.Matches) > 0 || p.Problem != "", CSRF: auth.CSRF(c),
		Hint: i18n.T(ctx, "The last digits are enough. Scan a card here too."),
	}
	return h.page(c, shell{Title: p.Title, Active: "customers", Status: status}, customers.Pick(p))
}

// MergePreview is GET /customers/:id/merge/:other.
func (h *Handlers) MergePreview(c *fiber.Ctx) error {
	f := fresh(c)
	for _, name := range service.MergeFields() {
		if side := c.Query(name); side != "" {
			f = f.With(name, side)
		}
	}
	return h.showMerge(c, fiber.StatusOK, f)
}

func (h *Handlers) showMerge(c *fiber.Ctx, status int, f ui.Form) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, other, err := pairIDs(c, "other")
	if err != nil {
		return err
	}
	v, err := h.Services.Customers.PreviewMerge(ctx, actor, service.MergeCustomers{ID: id, SourceID: other, Take: taken(f)})
	if err != nil {
		back, ok := refused(c, f, err)
		if !ok || loyalty.KindOf(err) == loyalty.NotFound {
			return err
		}
		if _, why, err := h.named(c, id); err != nil {
			return err
		} else if why != nil {
			return h.ended(c, i18n.T(ctx, "Merge a duplicate"), id, why)
		}
		return h.pick(c, id, customerPath(id)+"/merge", customers.PickProps{Title: i18n.T(ctx, "Merge a duplicate"), Problem: back.Problem}, fiber.StatusUnprocessableEntity)
	}
	p := customers.MergeProps{
		Action: c.Path(), Back: customerPath(id), Swap: customerPath(other) + "/merge/" + id.String(), Form: f, Until: i18n.Date(ctx, v.Until),
		Stays: mergeSide(ctx, v.Survivor, v.Program, i18n.T(ctx, "Stays")), Goes: mergeSide(ctx, v.Source, v.Program, i18n.T(ctx, "Goes")),
		After: mergeSide(ctx, v.After, v.Program, i18n.T(ctx, "Afterwards")), Choices: mergeChoices(ctx, v, f), Moves: mergeMoves(ctx, v.Counts),
	}
	p.After.Folded = true
	if target(c) == customers.AfterwardsID {
		return part(c, status, customers.Afterwards(p.After))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Merge a duplicate"), Active: "customers", Wide: true, Status: status}, customers.MergePreview(p))
}

func mergeSide(ctx context.Context, m loyalty.Member, program *loyalty.Program, role string) customers.Side {
	s := customers.Side{
		Name: shownName(ctx, m.Customer), Href: customerPath(m.ID), Role: role, Balance: i18n.Number(ctx, m.Enrollment.Balance),
		Lifetime: i18n.Number(ctx, m.Enrollment.Lifetime), Tier: m.TierName, Facts: contactFacts(ctx, m.Customer)[:4],
	}
	if program != nil {
		s.Rank = rank(program, m.Enrollment.TierID)
	}
	return s
}

// mergeChoices are the contact details that both have, and differently.
func mergeChoices(ctx context.Context, v service.MergePreview, f ui.Form) []customers.Choice {
	a, b := v.Survivor.Customer, v.Source.Customer
	var out []customers.Choice
	for _, x := range []customers.Choice{
		{Name: "name", Label: i18n.T(ctx, "Name"), Options: []ui.Option{{Label: a.Name}, {Label: b.Name}}},
		{Name: "phone", Label: i18n.T(ctx, "Phone"), Options: []ui.Option{{Label: a.Phone}, {Label: b.Phone}}},
		{Name: "email", Label: i18n.T(ctx, "E-mail"), Options: []ui.Option{{Label: a.Email}, {Label: b.Email}}},
		{Name: "birthDate", Label: i18n.T(ctx, "Birth date"), Options: []ui.Option{{Label: birthDay(ctx, a.BirthDate)}, {Label: birthDay(ctx, b.BirthDate)}}},
		{Name: "externalId", Label: i18n.T(ctx, "Guest’s number"), Options: []ui.Option{{Label: a.ExternalID}, {Label: b.ExternalID}}},
	} {
		if x.Options[0].Label == "" || x.Options[1].Label == "" || x.Options[0].Label == x.Options[1].Label {
			continue
		}
		x.Options[0].Value, x.Options[1].Value = "stays", "goes"
		x.Options[0].Hint, x.Options[1].Hint = i18n.T(ctx, "of the one who stays"), i18n.T(ctx, "of the one who goes")
		if x.Value = f.Value(x.Name); x.Value == "" {
			x.Value = "stays"
		}
		out = append(out, x)
	}
	return out
}

// taken are the fields of which the form takes the other's.
func taken(f ui.Form) (out []string) {
	for _, name := range service.MergeFields() {
		if f.Value(name) == "goes" {
			out = append(out, name)
		}
	}
	return out
}

// mergeMoves counts what moves, leaving out what there is none of.
func mergeMoves(ctx context.Context, n loyalty.MergeCounts) (out []ui.SumLine) {
	for _, x := range []struct {
		label string
		n     int
	}{
		{i18n.Mark("Transactions"), n.Transactions}, {i18n.Mark("Orders"), n.Orders}, {i18n.Mark("Redemptions"), n.Redemptions}, {i18n.Mark("Waiting to be handed over"), n.Waiting}, {i18n.Mark("Open cases"), n.Cases},
	} {
		if x.n > 0 {
			out = append(out, ui.SumLine{Label: i18n.T(ctx, x.label), Value: i18n.Number(ctx, x.n)})
		}
	}
	return out
}

// Merge is POST /customers/:id/merge/:other.
func (h *Handlers) Merge(c *fiber.Ctx) error {
	ctx, actor, f := c.UserContext(), auth.Actor(c), posted(c)
	id, other, err := pairIDs(c, "other")
	if err != nil {
		return err
	}
	return submit(h, c, f, func(once loyalty.Once) (loyalty.Member, error) {
		return h.Services.Customers.Merge(ctx, actor, service.MergeCustomers{ID: id, SourceID: other, Take: taken(f), Once: once})
	}, func(m loyalty.Member) done {
		return done{To: customerPath(m.ID), Flash: i18n.T(ctx, "Merged. It can be undone from here for 30 days.")}
	}, func(again ui.Form) error { return h.showMerge(c, fiber.StatusUnprocessableEntity, again) })
}

// Unmerge is GET and POST /customers/:id/unmerge/:other.
func (h *Handlers) Unmerge(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), auth.Actor(c)
	id, other, err := pairIDs(c, "other")
	if err != nil {
		return err
	}
	if c.Method() != fiber.MethodPost {
		return h.showUnmerge(c, fiber.StatusOK, id, other, fresh(c))
	}
	return submit(h, c, posted(c), func(once loyalty.Once) (service.Unmerged, error) {
		return h.Services.Customers.Unmerge(ctx, actor, service.UnmergeCustomers{ID: id, SourceID: other, Once: once})
	}, func(u service.Unmerged) done {
		// No names: this is kept as the form's answer, where erasing a guest
		// doesn't look for them.
		return done{To: customerPath(u.Survivor.ID), Flash: i18n.T(ctx, "The merge is undone. Both have accounts of their own again.")}
	}, func(again ui.Form) error { return h.showUnmerge(c, fiber.StatusUnprocessableEntity, id, other, again) })
}

func (h *Handlers) showUnmerge(c *fiber.Ctx, status int, id, other loyalty.ID, f ui.Form) error {
	ctx := c.UserContext()
	m, err := h.Services.Customers.MergeToUndo(ctx, auth.Actor(c), id, other)
	if loyalty.KindOf(err) == loyalty.Conflict {
		return h.ended(c, i18n.T(ctx, "Undo the merge"), id, err)
	}
	if err != nil {
		return err
	}
	p := customers.UndoProps{
		Action: c.Path(), Back: customerPath(id), Form: f,
		Who: ui.PersonProps{Name: nameOr(ctx, m.SourceName, m.SourceErased), Sub: i18n.N(ctx, "%d point", "%d points", m.Points)}, Dialog: target(c) == ui.ModalID,
		Text: i18n.T(ctx, "The other account gets back what it brought: points, orders, rewards and contact details. What was earned and spent since the merge stays here."),
	}
	if p.Dialog {
		return part(c, status, customers.Undo(p))
	}
	return h.page(c, shell{Title: i18n.T(ctx, "Undo the merge"), Active: "customers", Status: status}, customers.Undo(p))
}

// mergedNotes are the merges into the customer that can still be undone.
func (h *Handlers) mergedNotes(c *fiber.Ctx, id loyalty.ID) ([]customers.Merged, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	if !actor.Can(loyalty.CustomersUpdate) {
		return nil, nil
	}
	open, err := h.Services.Customers.Merges(ctx, actor, id)
	var out []customers.Merged
	for _, m := range open {
		out = append(out, customers.Merged{
			Text: i18n.T(ctx, "Merged with %s on %s.", nameOr(ctx, m.SourceName, m.SourceErased), i18n.Date(ctx, m.At)), Href: customerPath(id) + "/unmerge/" + m.SourceID.String(),
			Label: i18n.T(ctx, "Undo merge (until %s)", i18n.Date(ctx, m.Until)),
		})
	}
	return out, err
}
