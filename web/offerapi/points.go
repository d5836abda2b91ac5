package offerapi

import (
	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type points struct {
	UserID         string     `json:"userId"`
	Balance        int64      `json:"balance"`
	LifetimePoints int64      `json:"lifetimePoints"`
	Tier           *tier      `json:"tier"`
	Expiring       []expiring `json:"expiring"`
}

type tier struct {
	Name       string          `json:"name"`
	Multiplier respond.Decimal `json:"multiplier"`
	NextTier   *nextTier       `json:"nextTier"`
}

type nextTier struct {
	Name         string `json:"name"`
	PointsNeeded int64  `json:"pointsNeeded"`
}

type expiring struct {
	Points    int64        `json:"points"`
	ExpiresAt respond.Time `json:"expiresAt"`
}

func pointsOf(userID string, p service.Profile) points {
	out := points{
		UserID: userID, Balance: int64(p.Enrollment.Balance), LifetimePoints: int64(p.Enrollment.Lifetime), Expiring: []expiring{},
	}
	if p.Program != nil {
		out.Tier = &tier{Name: p.Tier.Name, Multiplier: respond.Factor(p.Tier.Multiplier)}
		if p.Missing > 0 {
			out.Tier.NextTier = &nextTier{p.Next.Name, int64(p.Missing)}
		}
	}
	for _, l := range p.Lots {
		if !l.ExpiresOn.IsZero() {
			out.Expiring = append(out.Expiring, expiring{int64(l.Points), respond.Time(loyalty.StartOfDay(p.Zone, l.ExpiresOn))})
		}
	}
	return out
}

// Points is GET /v1/user/:user_id/points.
func (h Handlers) Points(c *fiber.Ctx) error {
	user := bind.Path(c, "user_id")
	p, err := h.Customers.Detail(c.UserContext(), auth.Actor(c), userRef(user))
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, pointsOf(user, p))
}

type historyRow struct {
	ID           respond.ID   `json:"id"`
	Type         string       `json:"type"`
	Points       int64        `json:"points"`
	BalanceAfter int64        `json:"balanceAfter"`
	Reason       string       `json:"reason"`
	Explanation  *explanation `json:"explanation"`
	CreatedAt    respond.Time `json:"createdAt"`
}

type explanation struct {
	Amount         string          `json:"amount"`
	Currency       string          `json:"currency"`
	Rate           respond.Decimal `json:"rate"`
	Multiplier     respond.Decimal `json:"multiplier"`
	Tier           *string         `json:"tier"`
	Promotions     []promotion     `json:"promotions"`
	Program        string          `json:"program"`
	ProgramVersion int             `json:"programVersion"`
}

type promotion struct {
	Name       string          `json:"name"`
	Multiplier respond.Decimal `json:"multiplier"`
	Bonus      int64           `json:"bonus"`
}

func historyRowOf(t loyalty.Transaction) historyRow {
	row := historyRow{
		ID: respond.ID(t.ID), Type: string(t.Type), Points: int64(t.Points), BalanceAfter: int64(t.BalanceAfter), Reason: t.Reason,
		CreatedAt: respond.Time(t.At),
	}
	if e := t.Explanation; e != nil {
		row.Explanation = &explanation{
			Amount: loyalty.FormatDecimal(int64(e.Amount), loyalty.Exponent(e.Currency)), Currency: e.Currency, Rate: respond.Rate(e.Rate),
			Multiplier: respond.Factor(e.Multiplier), Tier: respond.Text(e.Tier), Program: e.Program, ProgramVersion: e.ProgramVersion,
			Promotions: []promotion{},
		}
		for _, p := range e.Promotions {
			row.Explanation.Promotions = append(row.Explanation.Promotions, promotion{p.Name, respond.Factor(p.Multiplier), int64(p.Bonus)})
		}
	}
	return row
}

// PointsHistory is GET /v1/user/:user_id/points/history.
func (h Handlers) PointsHistory(c *fiber.Ctx) error {
	q := bind.NewQuery(c)
	page := q.Page()
	if err := q.Err(); err != nil {
		return err
	}
	ts, total, err := h.Customers.Transactions(c.UserContext(), auth.Actor(c), userRef(bind.Path(c, "user_id")), "", page)
	if err != nil {
		return err
	}
	rows := make([]historyRow, len(ts))
	for i, t := range ts {
		rows[i] = historyRowOf(t)
	}
	return respond.Data(c, fiber.StatusOK, fiber.Map{"data": rows, "pagination": respond.NewPage(page, total)})
}
