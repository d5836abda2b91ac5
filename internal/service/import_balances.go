package service

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"regulars/internal/loyalty"
)

// ImportBalances is a file of points for guests who are there already: the
// column points and one of phone and external_id.
type ImportBalances struct {
	File     io.ReadSeeker // read twice: all of it is checked first
	Hash     []byte        // of the file: it gives a guest an opening balance once
	DryRun   bool
	Problem  func(ImportProblem)
	Progress func(ImportProgress)
	Layout   *loyalty.ImportLayout
	SkipBad  bool
	For      loyalty.ID // the recorded import, which remembers who was given what
}

// BalancesImported is what an import of balances did, or would do.
type BalancesImported struct {
	DryRun   bool
	Rows     int
	Given    int // guests who get points
	Known    int // guests to whom this file has given points before
	Problems int // rows with mistakes, left out
	Points   loyalty.Points
}

// Balances gives guests the points that a file says, as an adjustment called
// Opening balance, on top of what they have: once for each guest and file. It
// counts for no tier. It needs loyalty.Administer. A file with mistakes
// changes nothing unless they are to be skipped.
func (s *Imports) Balances(ctx context.Context, actor loyalty.Actor, cmd ImportBalances) (BalancesImported, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return BalancesImported{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return BalancesImported{}, err
	}
	if cmd.Problem == nil {
		cmd.Problem = func(ImportProblem) {}
	}
	r := &balanceImport{
		core: s.Core, actor: actor, cmd: cmd, now: s.now(), region: regionOf(cfg, loyalty.ID{}), program: cfg.Program != nil,
		result: BalancesImported{DryRun: cmd.DryRun},
	}
	if err := r.pass(ctx, nil); err != nil || cmd.DryRun {
		return r.result, err
	}
	if _, err := cmd.File.Seek(0, io.SeekStart); err != nil {
		return r.result, fmt.Errorf("read the file again: %w", err)
	}
	r.cmd.Problem = func(ImportProblem) {} // they were told the first time
	rows := r.result.Rows
	r.result = BalancesImported{}
	done := 0
	err = r.pass(ctx, func(gifts []balanceGift) error {
		done += len(gifts)
		if r.cmd.Progress != nil {
			r.cmd.Progress(ImportProgress{Writing: true, Done: done, Total: rows})
		}
		return r.give(ctx, gifts)
	})
	return r.result, err
}

// balanceImport is one import of balances under way.
type balanceImport struct {
	core    *Core
	actor   loyalty.Actor
	cmd     ImportBalances
	now     time.Time
	region  string
	program bool
	seen    map[loyalty.ID]int // guest → line of the file
	result  BalancesImported
}

// balanceGift is one row of the file.
type balanceGift struct {
	line       int
	guest      loyalty.Customer // as the file tells
	points     loyalty.Points
	customerID loyalty.ID
}

// pass reads the file once; write gets the good rows, some at a time, or is
// nil to have them counted.
func (r *balanceImport) pass(ctx context.Context, write func([]balanceGift) error) error {
	s, err := openSheet(r.cmd.File, r.cmd.Layout, []string{"points"}, []string{"phone", "external_id"}, r.cmd.Problem)
	if err != nil || s.bad > 0 {
		return orMistakes(err, s)
	}
	r.seen = map[loyalty.ID]int{}
	step := make([]balanceGift, 0, importStep)
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if more {
			r.result.Rows++
			if g, ok := r.row(s); ok {
				step = append(step, g)
			}
		}
		if len(step) == importStep || !more {
			if err := r.settle(ctx, s, step, write); err != nil {
				return err
			}
			step = step[:0]
		}
		if !more {
			break
		}
	}
	r.result.Problems = s.badRows
	if s.bad > 0 && !r.cmd.SkipBad {
		return orMistakes(nil, s)
	}
	return nil
}

func (r *balanceImport) row(s *sheet) (balanceGift, bool) {
	var p loyalty.Problems
	g := balanceGift{line: s.line}
	setPhone(&p, &g.guest, s.cell("phone"), r.region)
	g.guest.ExternalID = checkText(&p, "external_id", s.cell("external_id"), 0, 255)
	if g.guest.ExternalID == "" && g.guest.PhoneDigits == "" && !p.Has("phone") {
		p.Add("external_id", "is missing, and so is the phone: nobody knows whose points they are")
	}
	n, ok := loyalty.ParseDecimal(s.number("points"), 0)
	if g.points = loyalty.Points(n); !ok || n < 0 || g.points > loyalty.MaxPoints {
		p.Add("points", "must be a whole number from 0 to 1,000,000,000")
	}
	if !r.program {
		p.Add("points", "can't be kept: no loyalty program is active")
	}
	s.report(s.line, &p)
	return g, p.Err() == nil
}

// settle finds the guests of the rows and passes on those who get points.
func (r *balanceImport) settle(ctx context.Context, s *sheet, step []balanceGift, write func([]balanceGift) error) error {
	var keys loyalty.GuestKeys
	for _, g := range step {
		keys.Refs, keys.Phones = append(keys.Refs, g.guest.ExternalID), append(keys.Phones, g.guest.PhoneE164)
		keys.Digits = append(keys.Digits, g.guest.PhoneDigits)
	}
	found, err := r.core.repo.Guests(ctx, r.actor.OrgID, keys)
	if err != nil {
		return err
	}
	var ids []loyalty.ID
	good := step[:0]
	for _, g := range step {
		if r.whose(s, found, &g) {
			good, ids = append(good, g), append(ids, g.customerID)
		}
	}
	given, err := r.core.repo.OpeningsOf(ctx, r.actor.OrgID, r.cmd.Hash, ids)
	if err != nil {
		return err
	}
	good = slices.DeleteFunc(good, func(g balanceGift) bool {
		if given[g.customerID] {
			r.result.Known++
		}
		return given[g.customerID] || g.points == 0
	})
	if write != nil && len(good) > 0 {
		return write(good)
	}
	for _, g := range good {
		r.result.Given++
		r.result.Points += g.points
	}
	return nil
}

// whose finds the row's guest; a row of nobody's or of a guest who had one
// before is a mistake.
func (r *balanceImport) whose(s *sheet, found loyalty.KnownGuests, g *balanceGift) bool {
	var p loyalty.Problems
	column, value := "phone", g.guest.Phone
	if g.guest.ExternalID != "" {
		column, value = "external_id", g.guest.ExternalID
	}
	id, ok := knownAs(found, g.guest)
	before := r.seen[id]
	switch {
	case !ok:
		p.Add(column, "is no guest's; import the guests first")
	case before > 0:
		p.Add(column, "is the guest of line %d as well", before)
	default:
		r.seen[id] = g.line
	}
	g.customerID = id
	s.reportAs(g.line, value, &p)
	return p.Err() == nil
}

// balanceStep is how many accounts are held at a time, so that no till waits
// long for one.
const balanceStep = 100

func (r *balanceImport) give(ctx context.Context, gifts []balanceGift) error {
	// In one order, so that two imports can't wait for each other.
	slices.SortFunc(gifts, func(a, b balanceGift) int { return cmp.Compare(a.customerID.String(), b.customerID.String()) })
	for part := range slices.Chunk(gifts, balanceStep) {
		var points loyalty.Points
		var given int
		err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
			var err error
			points, given, err = r.giveStep(ctx, tx, part)
			return err
		})
		if err != nil {
			return err
		}
		r.result.Points += points
		r.result.Given += given
		r.result.Known += len(part) - given
	}
	return nil
}

func (r *balanceImport) giveStep(ctx context.Context, tx loyalty.Tx, gifts []balanceGift) (points loyalty.Points, n int, err error) {
	// What the same file gives at the same moment must be seen here.
	if err := tx.HoldImports(ctx, r.actor.OrgID); err != nil {
		return 0, 0, err
	}
	cfg, err := r.core.heldConfig(ctx, tx, r.actor.OrgID)
	if err != nil {
		return 0, 0, err
	}
	ids := make([]loyalty.ID, len(gifts))
	for i, g := range gifts {
		ids[i] = g.customerID
	}
	given, err := tx.OpeningsOf(ctx, r.actor.OrgID, r.cmd.Hash, ids)
	if err != nil {
		return 0, 0, err
	}
	var postings []loyalty.Posting
	var items []loyalty.ImportItem
	for _, g := range gifts {
		if given[g.customerID] {
			continue
		}
		posting, err := openingGift(ctx, tx, cfg, r.actor, g, r.now)
		if err != nil {
			return 0, 0, err
		}
		postings, items = append(postings, posting), append(items, pointsItems(posting)...)
		points += g.points
	}
	if err := tx.AddImportItems(ctx, r.actor.OrgID, r.cmd.For, items); err != nil {
		return 0, 0, err
	}
	return points, len(postings), tx.PostAll(ctx, postings)
}

// openingGift is the adjustment that gives g, on the account as it is now.
func openingGift(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, actor loyalty.Actor, g balanceGift, now time.Time) (loyalty.Posting, error) {
	if err := tx.LockAccount(ctx, actor.OrgID, g.customerID); err != nil {
		return loyalty.Posting{}, err
	}
	snap, err := tx.Snapshot(ctx, actor.OrgID, loyalty.SnapshotQuery{CustomerID: g.customerID, Lots: true})
	if err != nil {
		return loyalty.Posting{}, err
	}
	a := snap.Account
	p := loyalty.Posting{
		OrgID: actor.OrgID, Config: cfg.Version, CustomerID: a.CustomerID, Revision: a.Revision, Day: businessDay(cfg, loyalty.ID{}, now), At: now,
	}
	before := a.Balance
	row := loyalty.Transaction{
		ID: loyalty.NewID(now), Type: loyalty.Adjust, Points: g.points, Reason: openingReason, StaffID: actor.StaffID, KeyID: actor.KeyID, At: now,
	}
	if err := a.Add(&p, row); err != nil {
		return p, err
	}
	a.Gain(&p, before, g.points, expiry(cfg, p.Day))
	return p, nil
}
