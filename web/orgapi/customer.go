package orgapi

import (
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
	ReferralCode   *string      `json:"referral_code"`
	AnonymizedAt   respond.Time `json:"anonymized_at"`
	CreatedAt      respond.Time `json:"created_at"`
	UpdatedAt      respond.Time `json:"updated_at"`
}

func profileOf(c loyalty.Customer) profile {
	return profile{
		ID: respond.ID(c.ID), OrganizationID: respond.ID(c.OrgID), Name: c.Name, Email: respond.Text(c.Email), Phone: respond.Text(c.Phone),
		BirthDate: respond.Text(c.BirthDate), ExternalID: respond.Text(c.ExternalID), MarketingOptIn: c.MarketingOptIn,
		ReferralCode: respond.Text(c.ReferralCode),
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
