package loyalty

import (
	"context"
	"time"
)

// CatalogReader reads programs, tiers, rewards and event types.
type CatalogReader interface {
	// Programs are all of them with their tiers: the active one first, then the
	// newest first.
	Programs(ctx context.Context, orgID ID) ([]Program, error)
	Program(ctx context.Context, orgID, id ID) (Program, error)
	// ProgramOfTier is the program that has the tier; without one the tier is
	// what is missing.
	ProgramOfTier(ctx context.Context, orgID, tierID ID) (Program, error)
	// Standings are all members, put together by what they hold and have
	// earned. The sales are those since the given time, of the latest awards.
	Standings(ctx context.Context, orgID ID, since time.Time) ([]Standing, error)
	// Moves are the first members, by name, who hold another tier than they
	// would; each To is the index into ladder's names.
	Moves(ctx context.Context, orgID ID, q RungsQuery, ladder []Tier, limit int) ([]Move, error)

	// Rewards are all of them, the cheapest first, with stock and popularity.
	Rewards(ctx context.Context, orgID ID) ([]Reward, error)
	Reward(ctx context.Context, orgID, id ID) (Reward, error)
	// RedeemedBy is how many of each reward the customer holds or has used;
	// rewards of which there are none are left out.
	RedeemedBy(ctx context.Context, orgID, customerID ID) (map[ID]int, error)

	// EventTypes are all of them by key.
	EventTypes(ctx context.Context, orgID ID) ([]EventType, error)
	EventType(ctx context.Context, orgID, id ID) (EventType, error)
}

// RungsQuery says for whom and for which ladder members are counted.
type RungsQuery struct {
	ProgramID  ID
	Everyone   bool // not only those who are in the program now
	Thresholds []Points
}

// CatalogWriter changes programs, tiers, rewards and event types.
type CatalogWriter interface {
	// LockCatalog keeps others from changing what the organization has set up
	// until the transaction ends.
	LockCatalog(ctx context.Context, orgID ID) error
	// BumpConfig makes everything decided on what was set up before stale.
	BumpConfig(ctx context.Context, orgID ID) error

	// AddProgram inserts the program, without its tiers.
	AddProgram(ctx context.Context, p Program) error
	// SaveProgram writes the program's own fields, its version among them.
	SaveProgram(ctx context.Context, p Program) error
	// DeactivatePrograms deactivates every program but the one named.
	DeactivatePrograms(ctx context.Context, orgID, except ID, at time.Time) error
	// DeleteProgram takes the program out with its tiers and rewards; a Conflict
	// when it has members or a reward of it was redeemed.
	DeleteProgram(ctx context.Context, orgID, id ID) error
	// SaveTiers inserts the tiers that are new and changes the others.
	SaveTiers(ctx context.Context, tiers []Tier) error
	// DeleteTiers takes out tiers that nobody holds; a Conflict when a reward
	// asks for one of them.
	DeleteTiers(ctx context.Context, orgID ID, ids []ID) error
	// Retier puts the program's members into the tiers they reach, those of
	// without aside. They are all the organization's when the program is active.
	Retier(ctx context.Context, orgID, programID ID, without []ID) (Moved, error)
	// AwaitPostings waits until all that is being written to accounts just now
	// has been; not ok when that takes more than some seconds.
	AwaitPostings(ctx context.Context) (ok bool, err error)

	// AddReward inserts the reward with its stock.
	AddReward(ctx context.Context, r Reward) error
	// SaveReward writes the reward's own fields, without the stock.
	SaveReward(ctx context.Context, r Reward) error
	// SetStock sets how many of the reward there are; nil for without limit.
	SetStock(ctx context.Context, orgID, rewardID ID, stock *int64) error
	// DeleteReward takes the reward out. It is not ok, and stays, when it was
	// ever redeemed.
	DeleteReward(ctx context.Context, orgID, id ID) (ok bool, err error)

	AddEventType(ctx context.Context, e EventType) error
	SaveEventType(ctx context.Context, e EventType) error
	// DeleteEventType takes the event type out. It is not ok, and stays, when a
	// customer ever had it.
	DeleteEventType(ctx context.Context, orgID, id ID) (ok bool, err error)
}
