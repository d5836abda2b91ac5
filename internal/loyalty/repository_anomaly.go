package loyalty

import (
	"context"
	"time"
)

// AnomalyReader reads cases.
type AnomalyReader interface {
	Anomaly(ctx context.Context, orgID, id ID) (AnomalyRow, error)
	// Anomalies is a page of cases and how many there are; a count over
	// CountCap is given as CountCap.
	Anomalies(ctx context.Context, orgID ID, f AnomalyFilter, page Page) ([]AnomalyRow, int, error)
	// OpenAnomalies is how many cases wait to be decided.
	OpenAnomalies(ctx context.Context, orgID ID, storeIDs []ID) (int, error)
	// LinkedCustomer is the member of staff's own guest account; zero if none.
	LinkedCustomer(ctx context.Context, orgID, staffID ID) (ID, error)
	// CaseTransactions are the ledger rows with these ids, newest first.
	CaseTransactions(ctx context.Context, orgID ID, ids []ID) ([]LedgerRow, error)
}

// AnomalyWriter decides cases.
type AnomalyWriter interface {
	// LockAnomaly reads a case and keeps it from being decided by others until
	// the transaction ends.
	LockAnomaly(ctx context.Context, orgID, id ID) (Anomaly, error)
	// SaveDecision writes status, note, action and who decided when.
	SaveDecision(ctx context.Context, a Anomaly) error
	// SetFrozen freezes the customer's account, or with the zero time
	// unfreezes it.
	SetFrozen(ctx context.Context, orgID, customerID ID, at time.Time) error
	// SaveDetectors writes the program's detector settings, a JSON object.
	SaveDetectors(ctx context.Context, orgID, programID ID, settings []byte) error
}

// AnomalyFilter narrows a list of cases; zero fields don't.
type AnomalyFilter struct {
	StoreIDs   []ID
	CustomerID ID
	Status     AnomalyStatus
	Type       string
	Severity   string
	Ranked     bool // most worth looking at first, instead of newest first
}

// AnomalyRow is a case with the names that a list shows.
type AnomalyRow struct {
	Anomaly
	CustomerName string
	StoreName    string
	StaffName    string
	DeciderName  string
}
