package loyalty

import "time"

// BulkState is where a bulk award stands.
type BulkState string

// The states. One that failed broke off for good: in giving, where what it gave
// stays given, or in taking back, which can be asked for again.
const (
	BulkRunning   BulkState = "running"
	BulkCompleted BulkState = "completed"
	BulkFailed    BulkState = "failed"
	BulkUndoing   BulkState = "undoing" // its points are being taken back
	BulkUndone    BulkState = "undone"
)

// Working says that the award is still being given, or taken back.
func (s BulkState) Working() bool { return s == BulkRunning || s == BulkUndoing }

// BulkAward is the same points for many customers, given in the background.
type BulkAward struct {
	OrgID      ID
	ID         ID
	StoreID    ID // where; zero when at no store
	State      BulkState
	Points     Points // each customer's
	Reason     string
	Total      int    // customers it was asked for
	Awarded    int    // customers who got it
	Skipped    int    // customers who got nothing: frozen, forgotten or gone since, or the asker's own account
	Failure    string // why it failed, in English
	StaffID    ID     // who asked for it
	KeyID      ID
	CreatedAt  time.Time
	FinishedAt time.Time
	Undo       BulkUndo
}

// BulkUndo is the taking back of a bulk award.
type BulkUndo struct {
	ID      ID // zero while nobody has asked for it
	Reason  string
	StaffID ID     // who asked for it
	Total   int    // customers it is about; 0 until that is settled
	Done    int    // of them, worked on
	Guests  int    // customers whom points were taken from
	Taken   Points // in all
	Spent   Points // could not be taken back any more
	EndedAt time.Time
}

// BulkLeft is what taking a bulk award back would come to.
type BulkLeft struct {
	Guests int    // whom points would be taken from
	Points Points // that would be taken back
	Spent  Points // that are spent, have expired or are held for a manager
}

// Done is how many customers have been worked on.
func (b BulkAward) Done() int { return b.Awarded + b.Skipped }

// Given is how many points it has given so far.
func (b BulkAward) Given() Points { return b.Points * Points(b.Awarded) }

// Segment is customers by what they have in common. What is zero asks nothing.
type Segment struct {
	TierID     ID
	Since      time.Time // been here on this day or later
	Until      time.Time // not been here on this day or later; perhaps never
	BirthMonth int       // 1 to 12
}

// BulkRules are what program and clock say a step of a bulk award is to do.
type BulkRules struct {
	Program   *Program  // nil when none is active, which taking back does without
	Day       time.Time // the business day
	ExpiresOn time.Time // zero for never
	At        time.Time
	HeldUntil time.Time
}

// BulkStep is what a step of a bulk award did.
type BulkStep struct {
	State BulkState // of the award, afterwards
	Moved int       // customers who were given to, or taken from
	Idle  bool      // the step found nothing to do: what is left is another's
}
