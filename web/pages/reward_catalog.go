package pages

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/rewards"
	"regulars/views/ui"
	"regulars/web/auth"
)

// fewRewards are found by looking; of more, one can be searched for.
const fewRewards = 12

const (
	showAll = "all"
	showOff = "off" // off the menu, or over
)

// RewardsPage is GET /rewards: what is offered now or later, or with ?show=all
// everything, what is over included; with ?q= what has those words.
func (h *Handlers) RewardsPage(c *fiber.Ctx) error {
	ctx := c.UserContext()
	show, typed := c.Query("show"), strings.TrimSpace(c.Query("q"))
	found, err := h.Rewards.List(ctx, auth.Actor(c))
	if err != nil {
		return err
	}
	kit, err := h.rewardKit(c)
	if err != nil {
		return err
	}
	props := rewards.CatalogProps{
		None: len(found) == 0, Program: len(kit.programs) > 0, MayMake: auth.Actor(c).Can(loyalty.ProgramWrite), CSRF: auth.CSRF(c),
		Search: len(found) > fewRewards || typed != "", Typed: typed, Show: show,
	}
	words, active, of := strings.Fields(contact.Fold(typed)), 0, 0
	for _, r := range found {
		if !mentions(r, words) {
			continue
		}
		of++
		offered := r.Active && kit.now(r) != offeredBefore
		if offered {
			active++
		}
		if show == showAll || offered != (show == showOff) {
			props.Cards = append(props.Cards, kit.card(ctx, r))
		}
	}
	props.Views = []ui.Tab{
		{Label: i18n.T(ctx, "Offered"), Href: catalogHref("", typed), Active: show != showAll && show != showOff, Count: i18n.Number(ctx, active)},
		{Label: i18n.T(ctx, "Not offered"), Href: catalogHref(showOff, typed), Active: show == showOff, Count: i18n.Number(ctx, of-active)},
		{Label: i18n.T(ctx, "All rewards"), Href: catalogHref(showAll, typed), Active: show == showAll, Count: i18n.Number(ctx, of)},
	}
	props.Found = i18n.N(ctx, "%d reward", "%d rewards", len(props.Cards))
	return h.page(c, shell{Title: i18n.T(ctx, "Rewards"), Active: "rewards"}, rewards.Catalog(props))
}

// mentions reports whether a reward has all the words, which are folded, in
// what it is called.
func mentions(r loyalty.Reward, words []string) bool {
	text := contact.Fold(r.Name + " " + r.ItemName + " " + r.Description)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// catalogHref is the catalog with the filters.
func catalogHref(show, typed string) string {
	v := url.Values{}
	if show != "" {
		v.Set("show", show)
	}
	if typed != "" {
		v.Set("q", typed)
	}
	if len(v) == 0 {
		return "/rewards"
	}
	return "/rewards?" + v.Encode()
}
