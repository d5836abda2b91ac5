package service

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"strings"
	"time"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// ImportCustomers is a file of guests: comma-separated values in UTF-8 with
// the column name and any of last_name, email, phone, external_id, birth_date,
// points_balance and lifetime_points. Each guest needs a phone number or an
// external id to be known by.
type ImportCustomers struct {
	File     io.ReadSeeker // read twice: all of it is checked first
	DryRun   bool          // check and count, change nothing
	Problem  func(ImportProblem)
	Progress func(ImportProgress)
	// Layout says how the file was written; nil when it is as described above.
	Layout *loyalty.ImportLayout
	// SkipBad has the good rows of a file with mistakes imported.
	SkipBad bool
	// For is the recorded import that what is made is noted for; zero for none.
	For loyalty.ID
}

// CustomersImported is what an import of guests did.
type CustomersImported struct {
	DryRun   bool
	Rows     int            // of the file
	Added    int            // guests who were not there yet
	Known    int            // guests who were there and stay as they are, balances too
	Problems int            // rows with mistakes, left out
	Balance  loyalty.Points // that the added guests brought along
}

// openingReason is what the ledger says of points brought along.
const openingReason = "Opening balance"

// Customers imports a file of guests with the points they bring along. What
// counts for tiers comes as an award and the rest as an adjustment, both called
// Opening balance. A guest who is there already, by phone number or external
// id, stays as he is, so that a file can be imported again. A file with
// mistakes changes nothing: each is told to cmd.Problem, and the answer is an
// Invalid. It needs loyalty.Administer.
func (s *Imports) Customers(ctx context.Context, actor loyalty.Actor, cmd ImportCustomers) (CustomersImported, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return CustomersImported{}, err
	}
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return CustomersImported{}, err
	}
	if cmd.Problem == nil {
		cmd.Problem = func(ImportProblem) {}
	}
	r := &customerImport{
		core: s.Core, actor: actor, cmd: cmd, now: s.now(), region: regionOf(cfg, loyalty.ID{}), program: cfg.Program != nil,
		seed: maphash.MakeSeed(), seen: map[uint64]seenGuest{}, result: CustomersImported{DryRun: cmd.DryRun},
	}
	if err := r.check(ctx); err != nil || cmd.DryRun {
		return r.result, err
	}
	r.result.Added, r.result.Known, r.result.Balance = 0, 0, 0 // counted anew as they come in
	if _, err := cmd.File.Seek(0, io.SeekStart); err != nil {
		return r.result, fmt.Errorf("read the file again: %w", err)
	}
	return r.result, r.write(ctx)
}

// customerImport is one import of guests under way.
type customerImport struct {
	core    *Core
	actor   loyalty.Actor
	cmd     ImportCustomers
	now     time.Time
	region  string
	program bool // whether one is active
	seed    maphash.Seed
	seen    map[uint64]seenGuest // by phone number and by external id
	result  CustomersImported
}

// seenGuest is a row of the file that told of a guest: its line, and its
// content so that a row that says the same is no mistake.
type seenGuest struct {
	line    int
	content uint64
}

// openingGuest is one row of the file.
type openingGuest struct {
	loyalty.Customer
	balance  loyalty.Points
	lifetime loyalty.Points
}

func (r *customerImport) open() (*sheet, error) {
	return openSheet(r.cmd.File, r.cmd.Layout, []string{"name"}, []string{
		"last_name", "email", "phone", "external_id", "birth_date", "points_balance", "lifetime_points",
	}, r.cmd.Problem)
}

// check reads the file once, names what is wrong with it, and counts who is
// there already.
func (r *customerImport) check(ctx context.Context) error {
	s, err := r.open()
	if err != nil || s.bad > 0 {
		return orMistakes(err, s)
	}
	step := make([]openingGuest, 0, importStep)
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if more {
			g, p := r.row(s)
			r.twice(s, p)
			s.report(s.line, p)
			r.result.Rows++
			if p.Err() == nil {
				step = append(step, g)
			}
		}
		if len(step) == importStep || !more {
			if err := r.recognize(ctx, step); err != nil {
				return err
			}
			step = step[:0]
			r.progress(false, r.result.Rows)
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

// recognize counts which of the guests are there already. Only a dry run needs
// to know.
func (r *customerImport) recognize(ctx context.Context, guests []openingGuest) error {
	if !r.cmd.DryRun || len(guests) == 0 {
		return nil
	}
	var keys loyalty.GuestKeys
	for _, g := range guests {
		keys.Refs = append(keys.Refs, g.ExternalID)
		keys.Phones = append(keys.Phones, g.PhoneE164)
		keys.Digits = append(keys.Digits, g.PhoneDigits)
	}
	found, err := r.core.repo.Guests(ctx, r.actor.OrgID, keys)
	if err != nil {
		return err
	}
	for _, g := range guests {
		if _, ok := knownAs(found, g.Customer); ok {
			r.result.Known++
			continue
		}
		r.result.Added++
		r.result.Balance += g.balance
	}
	return nil
}

// knownAs is the guest that c is, by external id or by phone number.
func knownAs(found loyalty.KnownGuests, c loyalty.Customer) (loyalty.ID, bool) {
	if id, ok := found.ByRef[c.ExternalID]; ok && c.ExternalID != "" {
		return id, true
	}
	by, key := found.ByDigits, c.PhoneDigits
	if c.PhoneE164 != "" {
		by, key = found.ByPhone, c.PhoneE164
	}
	id, ok := by[key]
	return id, ok && key != ""
}

func (r *customerImport) progress(writing bool, done int) {
	if r.cmd.Progress == nil {
		return
	}
	p := ImportProgress{Writing: writing, Done: done}
	if writing {
		p.Total = r.result.Rows
	}
	r.cmd.Progress(p)
}

// row makes a guest of the row at hand.
func (r *customerImport) row(s *sheet) (openingGuest, *loyalty.Problems) {
	var p loyalty.Problems
	g := openingGuest{Customer: loyalty.Customer{OrgID: r.actor.OrgID, ID: loyalty.NewID(r.now), CreatedAt: r.now, UpdatedAt: r.now}}
	setName(&p, &g.Customer, wholeName(s.cell("name"), s.cell("last_name")))
	setEmail(&p, &g.Customer, s.cell("email"))
	setPhone(&p, &g.Customer, s.cell("phone"), r.region)
	setBirthDate(&p, &g.Customer, s.day("birth_date"), r.now, s.layout)
	g.ExternalID = checkText(&p, "external_id", s.cell("external_id"), 0, 255)
	if g.ExternalID == "" && g.PhoneDigits == "" && !p.Has("phone") {
		p.Add("external_id", "is missing, and so is the phone: importing again would add the guest twice")
	}
	g.lifetime = openingPoints(&p, "lifetime_points", s.number("lifetime_points"))
	g.balance = g.lifetime
	if cell := s.number("points_balance"); cell != "" {
		g.balance = openingPoints(&p, "points_balance", cell)
	}
	if !r.program && (g.balance != 0 || g.lifetime != 0) {
		p.Add("points_balance", "can't be kept: no loyalty program is active")
	}
	return g, &p
}

func openingPoints(p *loyalty.Problems, column, cell string) loyalty.Points {
	if cell == "" {
		return 0
	}
	n, ok := loyalty.ParseDecimal(cell, 0)
	if !ok || n < 0 || loyalty.Points(n) > loyalty.MaxPoints {
		p.Add(column, "must be a whole number from 0 to 1,000,000,000")
		return 0
	}
	return loyalty.Points(n)
}

// twice names a guest of whom an earlier row says something else.
func (r *customerImport) twice(s *sheet, p *loyalty.Problems) {
	content := maphash.String(r.seed, strings.Join(s.record, "\x1f"))
	phone := contact.ParsePhone(s.cell("phone"), r.region)
	for _, known := range [][2]string{{"external_id", s.cell("external_id")}, {"phone", phone.Digits}} {
		column, key := known[0], known[1]
		if key == "" || p.Has(column) {
			continue
		}
		hash := maphash.String(r.seed, column+"\x1f"+key)
		before, ok := r.seen[hash]
		switch {
		case !ok:
			r.seen[hash] = seenGuest{s.line, content}
		case before.content != content:
			p.Add(column, "is on line %d as well, with other values", before.line)
		}
	}
}

// write reads the file again and brings the guests in, some at a time.
func (r *customerImport) write(ctx context.Context) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	step := make([]openingGuest, 0, importStep)
	for done := 0; ; {
		more, err := s.next()
		if err != nil {
			return err
		}
		if more {
			g, p := r.row(s)
			r.twice(s, p)
			switch err := p.Err(); {
			case err == nil:
				step = append(step, g)
			case !r.cmd.SkipBad:
				return errors.Join(errors.New("the file changed while it was read"), err)
			}
		}
		if len(step) == importStep || !more && len(step) > 0 {
			if err := r.add(ctx, step); err != nil {
				return err
			}
			done += len(step)
			step = step[:0]
			r.progress(true, done)
		}
		if !more {
			return r.audit(ctx)
		}
	}
}

func (r *customerImport) audit(ctx context.Context) error {
	if r.result.Added == 0 {
		return nil
	}
	detail := map[string]any{"rows": r.result.Rows, "customers": r.result.Added, "points": r.result.Balance}
	return r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.AddAudit(ctx, loyalty.Audit(r.actor, r.core.now(), "customers.import", "organization", r.actor.OrgID, detail))
	})
}
