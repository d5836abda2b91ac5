package pages

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/ui"
	"regulars/web/auth"
)

// byPhone reports whether what was typed is part of a phone number.
func byPhone(typed string) bool { return !strings.ContainsFunc(typed, unicode.IsLetter) }

// lookUp finds guests by what was typed, as they may be shown to bystanders.
// Each leads to the page that to names.
func (h *Handlers) lookUp(c *fiber.Ctx, typed string, to func(loyalty.ID) string) (ui.MatchesProps, error) {
	ctx, actor := c.UserContext(), auth.Actor(c)
	p := ui.MatchesProps{Query: strings.TrimSpace(typed), ByPhone: byPhone(typed)}
	if p.Query == "" {
		return p, nil
	}
	found, err := h.Services.Customers.List(ctx, actor, p.Query, loyalty.Page{Number: 1, Size: tillMatches})
	if err != nil {
		return p, err
	}
	cfg, err := h.setup(c)
	if err != nil {
		return p, err
	}
	for _, m := range found.Members {
		match := guestMatch(c, m, cfg.Program)
		match.Href = to(m.ID)
		p.Matches = append(p.Matches, match)
	}
	p.More = found.Total > len(p.Matches)
	return p, nil
}

// lookUpOpenly is lookUp where no guest listens: with whole names and numbers,
// and without the one whose page it is.
func (h *Handlers) lookUpOpenly(c *fiber.Ctx, typed string, but loyalty.ID, to func(loyalty.ID) string) (ui.MatchesProps, error) {
	p := ui.MatchesProps{Query: strings.TrimSpace(typed), Open: true}
	if p.Query == "" {
		return p, nil
	}
	ctx, actor := c.UserContext(), auth.Actor(c)
	found, err := h.Services.Customers.List(ctx, actor, p.Query, loyalty.Page{Number: 1, Size: tillMatches + 1})
	if err != nil {
		return p, err
	}
	cfg, err := h.Config(ctx, actor)
	if err != nil {
		return p, err
	}
	for _, m := range found.Members {
		if m.ID == but || len(p.Matches) == tillMatches {
			continue
		}
		match := guestMatch(c, m, cfg.Program)
		match.Name, match.Sub, match.Href = shownName(ctx, m.Customer), cmp.Or(m.Phone, m.Email), to(m.ID)
		p.Matches = append(p.Matches, match)
	}
	p.More = found.Total > tillMatches+1
	return p, nil
}

func guestMatch(c *fiber.Ctx, m loyalty.Member, program *loyalty.Program) ui.Match {
	ctx := c.UserContext()
	match := ui.Match{
		Name: masked(shownName(ctx, m.Customer)), Sub: ending(ctx, m.Customer), Frozen: !m.Enrollment.FrozenAt.IsZero(), Balance: i18n.Number(ctx, m.Enrollment.Balance),
	}
	if program != nil {
		tier := program.Held(m.Enrollment.TierID, m.Enrollment.Lifetime)
		match.Tier, match.Rank = tier.Name, rank(program, tier.ID)
	}
	return match
}
