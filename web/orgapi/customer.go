package orgapi

import (
	"encoding/json"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/respond"
)

type profile struct {
	ID             respond.ID   `json:"id"`
	OrganizationID respond.ID   `json:"organization_id"`
	Name           string       `json:"name"`
	Email          *string      `json:"email"`
	Phone          *string      `json:"phone"`
	BirthDate      *string      `json:"birth_date"`
	ExternalID     *string      `json:"external_id"`
	MarketingOptIn bool         `json:"marketing_opt_in"`
	AnonymizedAt   respond.Time `json:"anonymized_at"`
	CreatedAt      respond.Time `json:"created_at"`
	UpdatedAt      respond.Time `json:"updated_at"`
}

func profileOf(c loyalty.Customer) profile {
	return profile{
		ID: respond.ID(c.ID), OrganizationID: respond.ID(c.OrgID), Name: c.Name, Email: respond.Text(c.Email), Phone: respond.Text(c.Phone),
		BirthDate: respond.Text(c.BirthDate), ExternalID: respond.Text(c.ExternalID), MarketingOptIn: c.MarketingOptIn,
		AnonymizedAt: respond.Time(c.AnonymizedAt), CreatedAt: respond.Time(c.CreatedAt), UpdatedAt: respond.Time(c.UpdatedAt),
	}
}

type enrollment struct {
	ID                respond.ID `json:"id"`
	ProgramID         respond.ID `json:"program_id"`
	PointsBalance     int64      `json:"points_balance"`
	TotalPointsEarned int64      `json:"total_points_earned"`
	TierID            respond.ID `json:"tier_id"`
	IsFrozen          bool       `json:"is_frozen"`
}

func enrollmentOf(e loyalty.Enrollment) *enrollment {
	if e.ProgramID.IsZero() {
		return nil
	}
	return &enrollment{
		ID: respond.ID(e.ID), ProgramID: respond.ID(e.ProgramID), PointsBalance: int64(e.Balance), TotalPointsEarned: int64(e.Lifetime),
		TierID: respond.ID(e.TierID), IsFrozen: !e.FrozenAt.IsZero(),
	}
}

type customer struct {
	profile
	Loyalty *enrollment `json:"loyalty"`
}

func customerOf(m loyalty.Member) customer {
	return customer{profileOf(m.Customer), enrollmentOf(m.Enrollment)}
}

type customerRow struct {
	ID                respond.ID   `json:"id"`
	Name              string       `json:"name"`
	Email             *string      `json:"email"`
	Phone             *string      `json:"phone"`
	BirthDate         *string      `json:"birth_date"`
	CreatedAt         respond.Time `json:"created_at"`
	CustomerLoyaltyID respond.ID   `json:"customer_loyalty_id"`
	PointsBalance     int64        `json:"points_balance"`
	TotalPointsEarned int64        `json:"total_points_earned"`
	TierID            respond.ID   `json:"tier_id"`
	TierName          *string      `json:"tier_name"`
}

func customerRowOf(m loyalty.Member) customerRow {
	row := customerRow{
		ID: respond.ID(m.ID), Name: m.Name, Email: respond.Text(m.Email), Phone: respond.Text(m.Phone),
		BirthDate: respond.Text(m.BirthDate), CreatedAt: respond.Time(m.CreatedAt), TierName: respond.Text(m.TierName),
	}
	if e := m.Enrollment; !e.ProgramID.IsZero() {
		row.CustomerLoyaltyID, row.TierID = respond.ID(e.ID), respond.ID(e.TierID)
		row.PointsBalance, row.TotalPointsEarned = int64(e.Balance), int64(e.Lifetime)
	}
	return row
}

type customerDetail struct {
	profile
	Loyalty            *standing     `json:"loyalty"`
	RecentTransactions []transaction `json:"recentTransactions"`
}

type standing struct {
	enrollment
	ProgramName string    `json:"program_name"`
	TierName    string    `json:"tier_name"`
	NextTier    *nextTier `json:"next_tier"`
}

type nextTier struct {
	Name         string `json:"name"`
	PointsNeeded int64  `json:"points_needed"`
}

func customerDetailOf(p service.Profile) customerDetail {
	out := customerDetail{profile: profileOf(p.Customer), RecentTransactions: transactionsOf(p.Recent)}
	e := enrollmentOf(p.Enrollment)
	if e == nil || p.Program == nil {
		return out
	}
	out.Loyalty = &standing{enrollment: *e, ProgramName: p.Program.Name, TierName: p.Tier.Name}
	if p.Missing > 0 {
		out.Loyalty.NextTier = &nextTier{p.Next.Name, int64(p.Missing)}
	}
	return out
}

func transactionsOf(ts []loyalty.Transaction) []transaction {
	out := make([]transaction, len(ts))
	for i, t := range ts {
		out[i] = transactionOf(t)
	}
	return out
}

type export struct {
	ExportedAt   respond.Time  `json:"exportedAt"`
	Customer     customer      `json:"customer"`
	Transactions []transaction `json:"transactions"`
	Redemptions  []redemption  `json:"redemptions"`
	Orders       []exportOrder `json:"orders"`
	Anomalies    []exportCase  `json:"anomalies"`
}

type exportOrder struct {
	ID          respond.ID      `json:"id"`
	ExternalID  string          `json:"external_id"`
	StoreID     respond.ID      `json:"store_id"`
	Status      string          `json:"status"`
	Total       string          `json:"total"`
	Currency    string          `json:"currency"`
	Items       json.RawMessage `json:"items"`
	CompletedAt respond.Time    `json:"completed_at"`
	CreatedAt   respond.Time    `json:"created_at"`
}

type exportCase struct {
	ID             respond.ID   `json:"id"`
	Type           string       `json:"type"`
	Description    string       `json:"description"`
	PointsInvolved int64        `json:"points_involved"`
	Status         string       `json:"status"`
	FlaggedAt      respond.Time `json:"flagged_at"`
}

func exportOf(e service.Export) export {
	out := export{
		ExportedAt: respond.Time(e.At), Customer: customerOf(e.Member), Transactions: transactionsOf(e.Transactions),
		Redemptions: []redemption{}, Orders: []exportOrder{}, Anomalies: []exportCase{},
	}
	for _, d := range e.Redemptions {
		out.Redemptions = append(out.Redemptions, redemptionOf(d))
	}
	for _, o := range e.Orders {
		out.Orders = append(out.Orders, exportOrder{
			ID: respond.ID(o.ID), ExternalID: o.ExternalID, StoreID: respond.ID(o.StoreID), Status: string(o.Status),
			Total: loyalty.FormatDecimal(int64(o.Total), loyalty.Exponent(o.Currency)), Currency: o.Currency, Items: itemsOf(o),
			CompletedAt: respond.Time(o.CompletedAt), CreatedAt: respond.Time(o.CreatedAt),
		})
	}
	for _, a := range e.Anomalies {
		out.Anomalies = append(out.Anomalies, exportCase{
			ID: respond.ID(a.ID), Type: a.Type, Description: a.Description, PointsInvolved: int64(a.PointsInvolved),
			Status: string(a.Status), FlaggedAt: respond.Time(a.FlaggedAt),
		})
	}
	return out
}

// itemsOf is what was bought as the till sent it: a list, a number, or null.
func itemsOf(o loyalty.Order) json.RawMessage {
	switch {
	case len(o.ItemsJSON) > 0:
		return o.ItemsJSON
	case o.Items > 0:
		b, err := json.Marshal(o.Items)
		if err == nil {
			return b
		}
	}
	return json.RawMessage("null")
}
