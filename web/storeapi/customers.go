package storeapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type customer struct {
	CustomerID     *string               `json:"customer_id"`
	PointsBalance  int64                 `json:"points_balance"`
	LifetimePoints int64                 `json:"lifetime_points"`
	Tier           *tier                 `json:"tier"`
	Transactions   []customerTransaction `json:"transactions"`
	MemberSince    respond.Time          `json:"member_since"`
}

type customerTransaction struct {
	ID        *string      `json:"id"`
	Type      string       `json:"type"`
	Points    int64        `json:"points"`
	Reason    string       `json:"reason"`
	CreatedAt respond.Time `json:"created_at"`
}

func customerOf(p service.Profile) customer {
	out := customer{
		CustomerID: respond.PrefixedID(loyalty.PrefixCustomer, p.ID), PointsBalance: int64(p.Enrollment.Balance),
		LifetimePoints: int64(p.Enrollment.Lifetime), Transactions: []customerTransaction{}, MemberSince: respond.Time(p.Enrollment.Since),
	}
	if p.Program != nil {
		out.Tier = &tier{Name: p.Tier.Name, Multiplier: respond.Factor(p.Tier.Multiplier)}
		if p.Missing > 0 {
			out.Tier.NextTier = &nextTier{p.Next.Name, int64(p.Missing)}
		}
	}
	for _, t := range p.Recent {
		out.Transactions = append(out.Transactions, customerTransaction{
			ID: respond.PrefixedID(loyalty.PrefixTransaction, t.ID), Type: string(t.Type), Points: int64(t.Points), Reason: t.Reason,
			CreatedAt: respond.Time(t.At),
		})
	}
	return out
}

// Customer is GET /v1/stores/:store_id/loyalty/customers/:id.
func (h Handlers) Customer(c *fiber.Ctx) error {
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	p, err := h.Customers.Detail(c.UserContext(), auth.Actor(c), service.CustomerRef{ID: id})
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, customerOf(p))
}
