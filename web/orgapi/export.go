package orgapi

import (
	"encoding/json"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/web/respond"
)

type export struct {
	ExportedAt   respond.Time  `json:"exportedAt"`
	Customer     customer      `json:"customer"`
	Transactions []transaction `json:"transactions"`
	Redemptions  []redemption  `json:"redemptions"`
	Orders       []exportOrder `json:"orders"`
	Anomalies    []exportCase  `json:"anomalies"`
	Cards        []exportCard  `json:"cards"`
	Events       []exportEvent `json:"accountEvents"`
	Merges       []exportMerge `json:"merges"`
}

// exportCard has neither the card's code nor its link: both open the account.
type exportCard struct {
	IssuedAt respond.Time `json:"issued_at"`
}

// exportEvent doesn't say which receipt was refused: it is somebody else's.
type exportEvent struct {
	ID        respond.ID   `json:"id"`
	Type      string       `json:"type"`
	StoreID   respond.ID   `json:"store_id"`
	CreatedAt respond.Time `json:"created_at"`
}

type exportMerge struct {
	ID                respond.ID   `json:"id"`
	SourceCustomerID  respond.ID   `json:"source_customer_id"`
	PointsBalance     int64        `json:"points_balance"`
	TotalPointsEarned int64        `json:"total_points_earned"`
	Source            exportSource `json:"source"`
	CreatedAt         respond.Time `json:"created_at"`
}

// exportSource is what is kept of the merged account's person: what the guest
// is found by, too.
type exportSource struct {
	Name           string  `json:"name"`
	Email          *string `json:"email"`
	Phone          *string `json:"phone"`
	BirthDate      *string `json:"birth_date"`
	ExternalID     *string `json:"external_id"`
	MarketingOptIn bool    `json:"marketing_opt_in"`
	ReferralCode   *string `json:"referral_code"`
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

// ExportDocument is everything held on a person, as one document.
func ExportDocument(e service.Export) any { return exportOf(e) }

func exportOf(e service.Export) export {
	out := export{
		ExportedAt: respond.Time(e.At), Customer: customerOf(e.Member), Transactions: transactionsOf(e.Transactions),
		Redemptions: []redemption{}, Orders: []exportOrder{}, Anomalies: []exportCase{},
		Cards: []exportCard{}, Events: []exportEvent{}, Merges: []exportMerge{},
	}
	out.addAccount(e)
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

func (out *export) addAccount(e service.Export) {
	for _, c := range e.Cards {
		out.Cards = append(out.Cards, exportCard{respond.Time(c)})
	}
	for _, v := range e.Events {
		out.Events = append(out.Events, exportEvent{respond.ID(v.ID), string(v.Type), respond.ID(v.StoreID), respond.Time(v.At)})
	}
	for _, m := range e.Merges {
		k := m.Kept
		out.Merges = append(out.Merges, exportMerge{
			ID: respond.ID(m.ID), SourceCustomerID: respond.ID(m.SourceID), PointsBalance: int64(m.Points),
			TotalPointsEarned: int64(m.Lifetime), CreatedAt: respond.Time(m.At), Source: exportSource{
				k.Name, respond.Text(k.Email), respond.Text(k.Phone), respond.Text(k.BirthDate), respond.Text(k.ExternalID), k.MarketingOptIn,
				respond.Text(k.ReferralCode),
			},
		})
	}
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
