package service

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// Case is a case with all that a manager decides it by.
type Case struct {
	loyalty.AnomalyRow
	Transactions []loyalty.LedgerRow   // newest first
	Earlier      []loyalty.AnomalyRow  // that name any of the same people, newest first, at most ten
	Names        []loyalty.CaseName    // accounts and members of staff, at most 50
	Days         []loyalty.CaseDay     // with awards, oldest first
	Peers        []loyalty.Peer        // cashiers of the store, over the same time
	Notes        []loyalty.CaseNote    // oldest first
	Held         loyalty.CaseHold      // points that wait for the decision
	Receipts     []loyalty.LedgerRow   // awards for receipts that somebody else in the case asked for
	Findings     []loyalty.CaseFinding // by kind, the strongest first
	Own          bool                  // it names the actor, who may not decide it
	Accounts     int                   // that freezing acts on
	FrozenNow    int                   // of them, by now
	Frozen       bool                  // all of them are
	AtRisk       loyalty.Minor         // what the points involved are worth when redeemed
	Currency     string
}

const earlierCases = 10

// Reach is what taking the points back would act on: awards of which something
// may be left, and rewards that are held. More transactions than are listed may be either.
func (c Case) Reach() (awards, rewards int) {
	for _, t := range c.Transactions {
		switch {
		case t.Type == loyalty.Redeem && c.Held.Held > 0:
			rewards++
		case t.Type == loyalty.Earn && !t.Reversed:
			awards++
		}
	}
	return awards + c.TransactionCount - len(c.TransactionIDs), rewards
}

// Case is one case with its transactions and the customer's earlier cases. It
// needs loyalty.AnomaliesRead.
func (s *Anomalies) Case(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (Case, error) {
	row, err := s.Get(ctx, actor, id)
	if err != nil {
		return Case{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return Case{}, err
	}
	c := Case{AnomalyRow: row, Currency: cfg.Organization.Currency}
	if cfg.Program != nil {
		c.AtRisk = cfg.Program.Liability(row.PointsInvolved)
	}
	if c.Transactions, err = s.repo.CaseTransactions(ctx, actor.OrgID, row.TransactionIDs); err != nil {
		return Case{}, err
	}
	if c.Own, err = ownCase(ctx, s.repo, actor, row.Anomaly); err != nil {
		return Case{}, err
	}
	return c, s.about(ctx, actor, &c)
}

// about adds what is known of those whom the case names.
func (s *Anomalies) about(ctx context.Context, actor loyalty.Actor, c *Case) (err error) {
	org := actor.OrgID
	if c.Names, err = s.repo.CaseNames(ctx, org, c.ID); err != nil {
		return err
	}
	only := c.CustomerID
	if c.OfAccounts() {
		only = loyalty.ID{}
	}
	if !c.CustomerID.IsZero() {
		if c.Accounts, c.FrozenNow, err = s.repo.CaseAccounts(ctx, org, c.ID, only); err != nil {
			return err
		}
	}
	var accounts []loyalty.ID
	for _, n := range c.Names {
		if n.Kind == loyalty.PersonCustomer && len(accounts) < 20 {
			accounts = append(accounts, n.ID)
		}
	}
	c.Frozen = c.Accounts > 0 && c.FrozenNow >= c.Accounts
	from, to := c.window()
	if c.Days, err = s.repo.CaseDays(ctx, org, c.ID, accounts, from, to); err != nil {
		return err
	}
	if !c.StaffID.IsZero() && !c.StoreID.IsZero() {
		if c.Peers, err = s.repo.Peers(ctx, org, c.StoreID, from, to); err != nil {
			return err
		}
	}
	if c.Notes, err = s.repo.CaseNotes(ctx, org, c.ID); err != nil {
		return err
	}
	if c.Held, err = s.repo.CaseHolds(ctx, org, c.ID); err != nil {
		return err
	}
	if c.Findings, err = s.repo.CaseFindings(ctx, org, c.ID, c.TransactionIDs); err != nil {
		return err
	}
	if c.Receipts, err = s.repo.CaseReceipts(ctx, org, c.ID); err != nil {
		return err
	}
	c.Earlier, err = s.repo.RelatedCases(ctx, org, c.ID, actor.StoreIDs, earlierCases)
	return err
}

// storyDays is how much of a case's time is shown.
const storyDays = 28

// Story is the first day shown around the case, and how many there are.
func (c Case) Story() (first time.Time, days int) {
	_, to := c.window()
	return to.Truncate(oneDay).AddDate(0, 0, -storyDays), storyDays + 1
}

// window is the time shown around a case.
func (c Case) window() (from, to time.Time) {
	last := c.LastAt
	if last.IsZero() {
		last = c.FlaggedAt
	}
	to = last.UTC().Truncate(oneDay).Add(oneDay + 12*time.Hour)
	return to.Add(-storyDays * oneDay), to
}

// Reviewers are who c can be given to: whoever may decide cases at its store
// and isn't named by it. It needs loyalty.AnomaliesRead.
func (s *Anomalies) Reviewers(ctx context.Context, actor loyalty.Actor, c Case) ([]loyalty.Staff, error) {
	if err := actor.Require(loyalty.AnomaliesRead); err != nil {
		return nil, err
	}
	all, err := s.repo.AllStaff(ctx, actor.OrgID)
	return slices.DeleteFunc(all, func(m loyalty.Staff) bool {
		named := m.ID == c.StaffID || slices.ContainsFunc(c.Names, func(n loyalty.CaseName) bool { return n.ID == m.ID })
		return named || !decides(m, c.StoreID)
	}), err
}

// decides reports whether m may decide cases of the store.
func decides(m loyalty.Staff, storeID loyalty.ID) bool {
	a := m.Actor()
	return m.Active && a.Can(loyalty.AnomaliesReview) && a.RequireStore(storeID) == nil
}

// AssignCase gives a case to a member of staff.
type AssignCase struct {
	AnomalyID loyalty.ID
	StaffID   loyalty.ID // zero for nobody
	Once      loyalty.Once
}

// Assign needs loyalty.AnomaliesReview. Who gets the case must be able to
// decide it.
func (s *Anomalies) Assign(ctx context.Context, actor loyalty.Actor, cmd AssignCase) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	var to loyalty.Staff
	if !cmd.StaffID.IsZero() {
		var err error
		if to, err = s.repo.StaffMember(ctx, actor.OrgID, cmd.StaffID); err != nil {
			return loyalty.AnomalyRow{}, err
		}
	}
	change := caseChange{id: cmd.AnomalyID, once: cmd.Once, what: loyalty.NoteAssigned, note: to.Name, action: "anomaly.assign", anyone: true}
	change.detail = map[string]any{"to": cmd.StaffID.String()}
	return s.change(ctx, actor, change, func(ctx context.Context, w *caseWork) error {
		w.AssignedTo = cmd.StaffID
		if cmd.StaffID.IsZero() {
			return nil
		}
		if !decides(to, w.StoreID) {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This person may not decide the case. Choose somebody else.")
		}
		own, err := ownCase(ctx, w.tx, to.Actor(), w.Anomaly)
		if err == nil && own {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "The case names this person. Choose somebody else.")
		}
		return err
	})
}

// CommentCase says something about a case.
type CommentCase struct {
	AnomalyID loyalty.ID
	Text      string // 1–2,000 characters
	Once      loyalty.Once
}

// Comment needs loyalty.AnomaliesReview; whom a case names may comment on it.
func (s *Anomalies) Comment(ctx context.Context, actor loyalty.Actor, cmd CommentCase) (loyalty.AnomalyRow, error) {
	if err := actor.Require(loyalty.AnomaliesReview); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	var p loyalty.Problems
	cmd.Text = checkNote(&p, "note", cmd.Text, 1, 2000)
	if err := p.Err(); err != nil {
		return loyalty.AnomalyRow{}, err
	}
	change := caseChange{id: cmd.AnomalyID, once: cmd.Once, what: loyalty.NoteComment, note: cmd.Text, action: "anomaly.comment", anyone: true}
	return s.change(ctx, actor, change, func(context.Context, *caseWork) error { return nil })
}

// ownCase reports whether the case names the actor, as cashier or as guest.
func ownCase(ctx context.Context, from loyalty.Reader, actor loyalty.Actor, a loyalty.Anomaly) (bool, error) {
	if actor.StaffID.IsZero() || a.StaffID == actor.StaffID {
		return !actor.StaffID.IsZero(), nil
	}
	linked, err := from.LinkedCustomer(ctx, actor.OrgID, actor.StaffID)
	if err != nil || !linked.IsZero() && linked == a.CustomerID {
		return err == nil, err
	}
	people, err := from.CasePeople(ctx, actor.OrgID, a.ID)
	return slices.ContainsFunc(people, func(p loyalty.Person) bool {
		return p.ID == actor.StaffID || !linked.IsZero() && p.ID == linked
	}), err
}
