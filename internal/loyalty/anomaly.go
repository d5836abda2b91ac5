package loyalty

import "time"

// AnomalyStatus is where a case stands.
type AnomalyStatus string

// The statuses of API.md.
const (
	PendingReview AnomalyStatus = "pending_review"
	Confirmed     AnomalyStatus = "confirmed"
	Dismissed     AnomalyStatus = "dismissed"
)

// AnomalyAction is what deciding a case does beside recording it.
type AnomalyAction string

// The actions of API.md.
const (
	ActionNone          AnomalyAction = "none"
	ActionReversePoints AnomalyAction = "reverse_points"
	ActionFreezeAccount AnomalyAction = "freeze_account"
)

// Anomaly is a case for a manager: something suspicious, why, and what came of
// it.
type Anomaly struct {
	OrgID          ID
	ID             ID
	CustomerID     ID // zero when the case is about staff alone
	StoreID        ID
	StaffID        ID      // whom it names, if anyone
	Type           string  // the detector's kind, such as rapid_earning
	Severity       string  // low, medium, high
	Score          float64 // 0–6, −log10 of the probability by chance
	Description    string
	Format         string // what made Description, for translation
	Args           []any
	PointsInvolved Points
	Evidence       map[string]any
	TransactionIDs []ID
	CaseKey        string // events of one story share it
	MuteDays       int    // days that a dismissed case keeps its story quiet
	Status         AnomalyStatus
	Note           string
	Action         AnomalyAction
	DecidedBy      ID
	DecidedAt      time.Time
	FlaggedAt      time.Time
	UpdatedAt      time.Time
}
