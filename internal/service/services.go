package service

import (
	"log/slog"
	"time"

	"regulars/internal/loyalty"
)

// Services is every use case, by area. All share one Core.
type Services struct {
	*Core
	Access     *Access
	Ledger     *Ledger
	Anomalies  *Anomalies
	Programs   *Programs
	Rewards    *Rewards
	EventTypes *EventTypes
	Customers  *Customers
	Cards      *Cards
	Stats      *Stats
	Imports    *Imports
	BulkAwards *BulkAwards
	Detection  *Detection
}

// New returns the use cases over repo, telling the time by now.
func New(repo loyalty.Repository, now func() time.Time, log *slog.Logger) *Services {
	c := NewCore(repo, now, log)
	return &Services{
		Core:       c,
		Access:     NewAccess(c),
		Ledger:     NewLedger(c),
		Anomalies:  &Anomalies{Core: c},
		Programs:   &Programs{Core: c},
		Rewards:    &Rewards{Core: c},
		EventTypes: &EventTypes{Core: c},
		Customers:  NewCustomers(c),
		Cards:      NewCards(c),
		Stats:      NewStats(c),
		Imports:    NewImports(c),
		BulkAwards: &BulkAwards{Core: c},
		Detection:  NewDetection(c),
	}
}
