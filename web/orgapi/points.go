package orgapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type transaction struct {
	ID           respond.ID   `json:"id"`
	CustomerID   respond.ID   `json:"customer_id"`
	Type         string       `json:"type"`
	Points       int64        `json:"points"`
	BalanceAfter int64        `json:"balance_after"`
	Reason       string       `json:"reason"`
	OrderID      respond.ID   `json:"order_id"`
	RewardID     respond.ID   `json:"reward_id"`
	RedemptionID respond.ID   `json:"redemption_id"`
	ReversesID   respond.ID   `json:"reverses_id"`
	StoreID      respond.ID   `json:"store_id"`
	Explanation  *explanation `json:"explanation"`
	CreatedAt    respond.Time `json:"created_at"`
}

func transactionOf(t loyalty.Transaction) transaction {
	return transaction{
		ID: respond.ID(t.ID), CustomerID: respond.ID(t.CustomerID), Type: string(t.Type), Points: int64(t.Points),
		BalanceAfter: int64(t.BalanceAfter), Reason: t.Reason, OrderID: respond.ID(t.OrderID), RewardID: respond.ID(t.RewardID),
		RedemptionID: respond.ID(t.RedemptionID), ReversesID: respond.ID(t.ReversesID), StoreID: respond.ID(t.StoreID),
		Explanation: explanationOf(t.Explanation), CreatedAt: respond.Time(t.At),
	}
}

type explanation struct {
	Amount         string          `json:"amount"`
	Currency       string          `json:"currency"`
	Rate           respond.Decimal `json:"rate"`
	Multiplier     respond.Decimal `json:"multiplier"`
	Tier           string          `json:"tier"`
	Promotions     []promotion     `json:"promotions"`
	Program        string          `json:"program"`
	ProgramVersion int             `json:"program_version"`
}

type promotion struct {
	Name       string          `json:"name"`
	Multiplier respond.Decimal `json:"multiplier"`
	Bonus      int64           `json:"bonus"`
}

func explanationOf(e *loyalty.Explanation) *explanation {
	if e == nil {
		return nil
	}
	out := &explanation{
		Amount: loyalty.FormatDecimal(int64(e.Amount), loyalty.Exponent(e.Currency)), Currency: e.Currency, Rate: respond.Rate(e.Rate),
		Multiplier: respond.Factor(e.Multiplier), Tier: e.Tier, Program: e.Program, ProgramVersion: e.ProgramVersion, Promotions: []promotion{},
	}
	for _, p := range e.Promotions {
		out.Promotions = append(out.Promotions, promotion{p.Name, respond.Factor(p.Multiplier), int64(p.Bonus)})
	}
	return out
}

type awardRequest struct {
	Points int64  `json:"points"`
	Reason string `json:"reason"`
}

// AwardPoints is POST /v1/loyalty/customers/:id/award-points.
func (h Handlers) AwardPoints(c *fiber.Ctx) error {
	var in awardRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (service.Awarded, error) {
		return h.Ledger.Award(c.UserContext(), auth.Actor(c), service.AwardPoints{
			Customer: service.CustomerRef{ID: id}, Points: loyalty.Points(in.Points), Reason: in.Reason, Once: once,
		})
	}, func(a service.Awarded) (int, any) {
		return fiber.StatusCreated, fiber.Map{
			"transaction": transactionOf(a.Transaction), "newBalance": a.Balance, "tier": tierOf(a.Tier),
		}
	})
}

type tier struct {
	ID         respond.ID   `json:"id"`
	ProgramID  respond.ID   `json:"program_id"`
	Name       string       `json:"name"`
	MinPoints  int64        `json:"min_points"`
	Multiplier int          `json:"multiplier"`
	Benefits   *string      `json:"benefits"`
	CreatedAt  respond.Time `json:"created_at"`
}

func tierOf(t loyalty.Tier) tier {
	return tier{
		ID: respond.ID(t.ID), ProgramID: respond.ID(t.ProgramID), Name: t.Name, MinPoints: int64(t.MinPoints),
		Multiplier: int(t.Multiplier), Benefits: respond.Text(t.Benefits), CreatedAt: respond.Time(t.CreatedAt),
	}
}

type adjustRequest struct {
	Amount               int64  `json:"amount"`
	Reason               string `json:"reason"`
	AllowNegativeBalance bool   `json:"allowNegativeBalance"`
}

// AdjustPoints is POST /v1/loyalty/customers/:id/adjust-points.
func (h Handlers) AdjustPoints(c *fiber.Ctx) error {
	var in adjustRequest
	id, err := bind.PathID(c, "id", loyalty.PrefixCustomer)
	if err != nil {
		return err
	}
	if err := bind.JSON(c, &in); err != nil {
		return err
	}
	return respond.Write(c, func(once loyalty.Once) (service.Adjusted, error) {
		return h.Ledger.Adjust(c.UserContext(), auth.Actor(c), service.AdjustPoints{
			Customer: service.CustomerRef{ID: id}, Amount: loyalty.Points(in.Amount), Reason: in.Reason,
			AllowNegative: in.AllowNegativeBalance, Once: once,
		})
	}, func(a service.Adjusted) (int, any) {
		return fiber.StatusCreated, fiber.Map{"transaction": transactionOf(a.Transaction), "newBalance": a.Balance}
	})
}
