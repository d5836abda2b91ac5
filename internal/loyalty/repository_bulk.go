package loyalty

import (
	"context"
	"time"
)

// BulkReader reads bulk awards.
type BulkReader interface {
	BulkAward(ctx context.Context, orgID, id ID) (BulkAward, error)
	// BulkAwards are the organization's latest, newest first.
	BulkAwards(ctx context.Context, orgID ID, limit int) ([]BulkAward, error)
	// BulkLeft is what taking the award back would come to on the given day.
	BulkLeft(ctx context.Context, orgID, id ID, day time.Time) (BulkLeft, error)
	// DueBulkAwards are those of any organization that are to be given or taken
	// back and that nobody works on.
	DueBulkAwards(ctx context.Context, now time.Time) ([]BulkAward, error)
	// SegmentSize is how many customers the segment has.
	SegmentSize(ctx context.Context, orgID ID, s Segment) (int, error)
}

// BulkWriter gives many customers points at once, and takes them back.
type BulkWriter interface {
	// StartBulkAward keeps the award and settles who gets it: those of ids, or
	// where that is nil of the segment. It says how many they are. Where some of
	// ids are no customers, nothing is kept, and it says which, by their places
	// from 1.
	StartBulkAward(ctx context.Context, b BulkAward, ids []ID, s Segment) (total int, missing []int64, err error)
	// HoldBulkAward has the caller work on the award until then; not ok when
	// somebody else does, or when it is over.
	HoldBulkAward(ctx context.Context, orgID, id ID, now, until time.Time) (ok bool, err error)
	// LetGoOfBulkAward lets the next take it up.
	LetGoOfBulkAward(ctx context.Context, orgID, id ID) error
	// StepBulkAward gives the next few hundred customers their points whom no
	// other step is at.
	StepBulkAward(ctx context.Context, orgID, id ID, rules BulkRules) (BulkStep, error)
	// FailBulkAward ends an award that can't go on; not ok when it is over.
	FailBulkAward(ctx context.Context, orgID, id ID, why string, at time.Time) (ok bool, err error)
	// StartBulkUndo has the award taken back as u says, also one that is still
	// being given: from then on nobody is given to. Not ok when it is being
	// taken back already, or was.
	StartBulkUndo(ctx context.Context, orgID, id ID, u BulkUndo, at time.Time) (ok bool, err error)
	// PrepareBulkUndo settles whom the undoing is about, once.
	PrepareBulkUndo(ctx context.Context, orgID, id ID) error
	// StepBulkUndo takes the points of the next few hundred customers back whom
	// no other step is at, as far as they are unspent.
	StepBulkUndo(ctx context.Context, orgID, id ID, rules BulkRules) (BulkStep, error)
	// FailBulkUndo ends an undoing that can't go on; not ok when it is over.
	FailBulkUndo(ctx context.Context, orgID, id ID, why string, at time.Time) (ok bool, err error)
}
