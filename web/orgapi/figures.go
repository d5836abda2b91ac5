package orgapi

import (
	"math"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/service"
	"regulars/web/auth"
	"regulars/web/bind"
	"regulars/web/respond"
)

type stats struct {
	TotalCustomers     int64         `json:"totalCustomers"`
	TotalPointsBalance int64         `json:"totalPointsBalance"`
	TotalPointsEarned  int64         `json:"totalPointsEarned"`
	TotalRedemptions   int64         `json:"totalRedemptions"`
	ActiveProgram      *programBrief `json:"activeProgram"`
}

type programBrief struct {
	ID   respond.ID `json:"id"`
	Name string     `json:"name"`
}

// GetStats is GET /v1/loyalty/stats.
func (h Handlers) GetStats(c *fiber.Ctx) error {
	t, cfg, err := h.Stats.Totals(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	out := stats{
		TotalCustomers: t.Customers, TotalPointsBalance: int64(t.Balance), TotalPointsEarned: int64(t.Earned), TotalRedemptions: t.Redemptions,
	}
	if p := cfg.Program; p != nil {
		out.ActiveProgram = &programBrief{respond.ID(p.ID), p.Name}
	}
	return respond.Data(c, fiber.StatusOK, out)
}

type analytics struct {
	From              respond.Time   `json:"from"`
	To                respond.Time   `json:"to"`
	Currency          string         `json:"currency"`
	Liability         int64          `json:"liability"`
	OutstandingPoints int64          `json:"outstandingPoints"`
	ActiveMembers     int64          `json:"activeMembers"`
	RedemptionRate    float64        `json:"redemptionRate"`
	PointsIssued      int64          `json:"pointsIssued"`
	PointsRedeemed    int64          `json:"pointsRedeemed"`
	Rewards           []rewardShare  `json:"rewards"`
	Daily             []dailyFigures `json:"daily"`
	TierDistribution  []tierShare    `json:"tierDistribution"`
}

type rewardShare struct {
	RewardID        respond.ID `json:"reward_id"`
	Name            string     `json:"name"`
	Redemptions     int64      `json:"redemptions"`
	UniqueCustomers int64      `json:"unique_customers"`
}

type dailyFigures struct {
	Date           respond.Day `json:"date"`
	PointsIssued   int64       `json:"points_issued"`
	PointsRedeemed int64       `json:"points_redeemed"`
}

type tierShare struct {
	TierID  respond.ID `json:"tier_id"`
	Name    string     `json:"name"`
	Members int64      `json:"members"`
}

func analyticsOf(a service.Analytics) analytics {
	out := analytics{
		From: respond.Time(a.From), To: respond.Time(a.To), Currency: a.Currency, Liability: int64(a.Liability),
		OutstandingPoints: int64(a.Outstanding), ActiveMembers: a.ActiveMembers,
		RedemptionRate: math.Round(a.Period.RedemptionRate()*10_000) / 10_000,
		PointsIssued:   int64(a.Period.Earned()), PointsRedeemed: int64(a.Period.Spent()),
		Rewards: []rewardShare{}, Daily: []dailyFigures{}, TierDistribution: []tierShare{},
	}
	for _, r := range a.Rewards {
		out.Rewards = append(out.Rewards, rewardShare{respond.ID(r.ID), r.Name, r.Redeemed, r.Customers})
	}
	for _, d := range a.Days {
		out.Daily = append(out.Daily, dailyFigures{respond.Day(d.Day), int64(d.Earned()), int64(d.Spent())})
	}
	for _, t := range a.Tiers {
		out.TierDistribution = append(out.TierDistribution, tierShare{respond.ID(t.Tier.ID), t.Tier.Name, t.Members})
	}
	return out
}

// Analytics is GET /v1/loyalty/analytics.
func (h Handlers) Analytics(c *fiber.Ctx) error {
	cfg, err := h.Config(c.UserContext(), auth.Actor(c))
	if err != nil {
		return err
	}
	q := bind.NewQuery(c)
	zone := cfg.Organization.TimeZone
	asked := service.AnalyticsQuery{From: q.TimeIn(zone, "from"), To: q.TimeIn(zone, "to")}
	if err := q.Err(); err != nil {
		return err
	}
	a, err := h.Stats.Analytics(c.UserContext(), auth.Actor(c), asked)
	if err != nil {
		return err
	}
	return respond.Data(c, fiber.StatusOK, analyticsOf(a))
}
