package service

import (
	"math"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
)

const (
	// contactWindow is as far back as a change of contact can matter, and as
	// doubtful redemptions at the store are counted.
	contactWindow = anomaly.StoryWindow
	// reviewTime is how long a held reward waits for a manager before its
	// points go back by themselves.
	reviewTime = 7 * 24 * time.Hour
)

// suspectTakeover holds a reward that is bought right after the customer's
// phone number or e-mail address was changed, where that looks like somebody
// else spending the points. The guest gets the reward once a manager has
// looked.
func (s *Ledger) suspectTakeover(snap loyalty.Snapshot, cfg *loyalty.Config, p *loyalty.Posting, d *loyalty.Redemption) {
	if snap.Contact.At.IsZero() {
		return
	}
	choice, err := DetectorSettings(cfg)
	if err != nil {
		s.log.Error("detector settings can't be read", "organization", cfg.Organization.ID.String(), "err", err)
	}
	row := p.Transactions[0]
	e := anomaly.Event{
		ID: anomaly.ID(row.ID), Type: anomaly.Redeem, At: row.At, Store: anomaly.ID(row.StoreID), Staff: anomaly.ID(row.StaffID),
		Customer: anomaly.ID(row.CustomerID), Points: int64(-row.Points), Balance: int64(row.BalanceAfter),
	}
	c := snap.Contact
	found, err := anomaly.Examine(anomaly.Settings{AccountTakeover: choice.AccountTakeover, Cases: choice.Cases}, e, anomaly.Recent{
		ContactChangedAt: c.At, ContactInPerson: !c.StaffID.IsZero() && c.StoreID == row.StoreID,
		StoreIsNew: c.StoreIsNew && !row.StoreID.IsZero(), Takeovers: c.Takeovers,
	})
	if err != nil {
		s.log.Error("detector failed", "transaction", row.ID.String(), "err", err)
	}
	for _, sig := range found {
		signal := signalOf(sig, cfg.Organization.ID, choice)
		if signal.Opens {
			d.Status, d.HeldUntil = loyalty.Held, d.CreatedAt.Add(reviewTime)
			signal.Hold = &loyalty.Hold{Kind: loyalty.HoldReward, ObjectID: d.ID, Points: d.Cost}
			signal.Budget = math.MaxInt32 // somebody waits for it, so it is not below the line
		}
		p.Signals = append(p.Signals, signal)
	}
}
