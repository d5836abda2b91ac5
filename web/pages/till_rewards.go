package pages

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/till"
)

// firstRewards are shown of more than a few; the rest is folded away.
const firstRewards = 8

// firstFew is what of a list is shown at once, and what is folded away.
func firstFew[T any](all []T) (first, rest []T) {
	if len(all) <= fewRewards {
		return all, nil
	}
	return all[:firstRewards], all[firstRewards:]
}

// nearestFirst puts what can be had first, then what only takes more points,
// then what is refused for another reason; within each the cheapest first.
func nearestFirst(offers []service.Offer) []service.Offer {
	far := func(o service.Offer) int {
		switch {
		case o.Affordable:
			return 0
		case o.Why != nil && o.Why.Code == loyalty.CodeInsufficientPoints:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(offers, func(a, b service.Offer) int { return cmp.Compare(far(a), far(b)) })
	return offers
}

// tillRewards are the rewards beside a guest, or those that have the words
// which are searched for.
func tillRewards(c *fiber.Ctx, path string, store loyalty.ID, balance loyalty.Points, offers []service.Offer) till.RewardsProps {
	ctx, typed := c.UserContext(), strings.TrimSpace(c.Query("reward"))
	p := till.RewardsProps{Path: path, Typed: typed, Search: len(offers) > fewRewards || typed != ""}
	words := strings.Fields(contact.Fold(typed))
	found := slices.DeleteFunc(nearestFirst(offers), func(o service.Offer) bool { return !mentions(o.Reward, words) })
	p.Found = i18n.N(ctx, "%d reward", "%d rewards", len(found))
	p.First, p.Rest = firstFew(rewardList(ctx, path, store, balance, found))
	return p
}

// rewardList is what a guest can have with the points that can be spent, or
// why not.
func rewardList(ctx context.Context, path string, store loyalty.ID, balance loyalty.Points, offers []service.Offer) []till.Reward {
	out := make([]till.Reward, 0, len(offers))
	for _, o := range offers {
		r := till.Reward{Name: o.Name, Icon: till.Icon(string(o.Type), o.Icon), Cost: i18n.N(ctx, "%d point", "%d points", o.Cost)}
		switch {
		case o.Affordable:
			r.Href = path + "/redeem/" + o.ID.String() + "?store=" + store.String()
		case o.Why != nil && o.Why.Code == loyalty.CodeInsufficientPoints:
			r.Why = i18n.N(ctx, "%d point missing", "%d points missing", o.Cost-balance)
			r.Have, r.Need = int64(max(0, balance)), int64(o.Cost)
		case o.Why != nil && o.Why.Code != loyalty.CodeAccountFrozen: // which the page says once
			r.Why = i18n.Error(ctx, o.Why)
		}
		out = append(out, r)
	}
	return out
}
