package loyalty

import "time"

// MergeWindow is how long a merge can be undone.
const MergeWindow = 30 * 24 * time.Hour

// Merge is two customers who turned out to be one person: the source's account
// went into the survivor's. What the source had is kept, so that it can be
// given back.
type Merge struct {
	OrgID           ID
	ID              ID
	SurvivorID      ID
	SourceID        ID
	At              time.Time
	Until           time.Time // it can be undone before
	StaffID         ID
	KeyID           ID
	Points          Points // the source's balance
	Lifetime        Points
	Lots            []Lot
	SurvivorBalance Points // before the merge
	SurvivorTierID  ID
	SourceProgramID ID
	SourceTierID    ID
	ProgramID       ID // by which the tiers were worked out; zero without one
	ProgramVersion  int
	Survivor        Customer // as they were; the zero Customer once that is forgotten
	Source          Customer
	// Since is what was taken back, or given back, of the source's rows on
	// other accounts since the merge: it belongs to the source.
	Since         Points
	SinceLifetime Points
	// Kept is the source's person by now: what the survivor didn't take over, or
	// had before.
	Kept         Customer
	SourceName   string // by now
	SourceErased bool
	StaffName    string
}

// Handover moves points and lifetime points from one account to another, with
// a row of the ledger on either side.
type Handover struct {
	OrgID    ID
	Config   int64
	Kind     LinkKind
	Points   Points // of either sign
	Lifetime Points
	From, To HandoverSide
	StaffID  ID
	KeyID    ID
	At       time.Time
	Day      time.Time
}

// HandoverSide is an account of a Handover, as it will be.
type HandoverSide struct {
	CustomerID ID
	Revision   int64 // as read
	RowID      ID
	Reason     string
	ProgramID  ID
	TierID     ID
	MergedInto ID    // zero for an account that stands by itself
	Lots       []Lot // changes, signed
}

// LinkKind is why two rows of the ledger belong together.
type LinkKind string

// The kinds.
const (
	LinkMerge   LinkKind = "merge"
	LinkUnmerge LinkKind = "unmerge"
	LinkMove    LinkKind = "move" // an award that went to the wrong guest
)

// MergeCounts is how much of a customer's past a merge moves.
type MergeCounts struct {
	Transactions int
	Orders       int
	Redemptions  int
	Waiting      int // of the redemptions, those issued or held
	Cases        int // open ones
}

// NewHandover is what a merge does to the accounts. Lots keep their days, and
// what either account owes is paid from the other's points, those that expire
// soonest first.
func NewHandover(survivor, source Account) Handover {
	var changes Posting
	before := survivor.Balance
	for _, l := range source.Lots {
		survivor.Gain(&changes, before, l.Points, l.ExpiresOn)
		before += l.Points
	}
	if source.Balance < 0 {
		survivor.Spend(&changes, before, -source.Balance, nil)
	}
	t := Handover{OrgID: source.OrgID, Kind: LinkMerge, Points: source.Balance, Lifetime: source.Lifetime}
	t.From = HandoverSide{CustomerID: source.CustomerID, Revision: source.Revision, MergedInto: survivor.CustomerID}
	t.To = HandoverSide{CustomerID: survivor.CustomerID, Revision: survivor.Revision, Lots: changes.Lots}
	for _, l := range source.Lots {
		t.From.Lots = append(t.From.Lots, Lot{ExpiresOn: l.ExpiresOn, Points: -l.Points})
	}
	return t
}

// Return is what undoing m does to the accounts on the given day: the source
// gets what it brought, and what happened to it since, less the points that
// would have expired by now. Points that were in no lot get fresh's day.
func (m Merge) Return(survivor, source Account, day, fresh time.Time) Handover {
	t := Handover{
		OrgID: m.OrgID, Kind: LinkUnmerge, Points: m.Points + m.Since, Lifetime: m.Lifetime + m.SinceLifetime,
		From: HandoverSide{CustomerID: survivor.CustomerID, Revision: survivor.Revision},
		To:   HandoverSide{CustomerID: source.CustomerID, Revision: source.Revision},
	}
	var kept []Lot
	for _, l := range m.Lots {
		if !l.ExpiresOn.IsZero() && !l.ExpiresOn.After(day) {
			t.Points -= l.Points
			continue
		}
		kept = append(kept, l)
	}
	t.To.Lots = drawn(kept, max(0, t.Points), fresh)
	var changes Posting
	if t.Points < 0 {
		survivor.Gain(&changes, survivor.Balance, -t.Points, fresh)
	} else {
		survivor.giveUp(&changes, kept, t.Points)
	}
	t.From.Lots = changes.Lots
	return t
}

// drawn is n points out of lots, the ones that expire latest first, for what
// was spent was spent from the soonest; what the lots lack is fresh.
func drawn(lots []Lot, n Points, fresh time.Time) []Lot {
	var out []Lot
	for i := len(lots) - 1; i >= 0 && n > 0; i-- {
		d := min(n, lots[i].Points)
		out = append(out, Lot{ExpiresOn: lots[i].ExpiresOn, Points: d})
		n -= d
	}
	if n > 0 {
		out = append(out, Lot{ExpiresOn: fresh, Points: n})
	}
	return out
}

// giveUp takes d points out of the account's lots: those of the same days as
// like first.
func (a *Account) giveUp(p *Posting, like []Lot, d Points) {
	before := a.Balance
	take := func(n Points, on *time.Time) {
		a.Spend(p, before, n, on)
		before -= n
		d -= n
	}
	for _, l := range like {
		for _, own := range a.Lots {
			if own.ExpiresOn.Equal(l.ExpiresOn) {
				take(min(d, l.Points, own.Points, max(0, before)), &l.ExpiresOn)
				break
			}
		}
	}
	take(d, nil)
}
