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
// the column name and any of email, phone, external_id, birth_date,
// points_balance and lifetime_points. Each guest needs a phone number or an
// external id to be known by.
type ImportCustomers struct {
	File     io.ReadSeeker // read twice: all of it is checked first
	DryRun   bool          // check and count, change nothing
	Problem  func(ImportProblem)
	Progress func(ImportProgress)
}

// CustomersImported is what an import of guests did.
type CustomersImported struct {
	DryRun  bool
	Rows    int            // of the file
	Added   int            // guests who were not there yet; not known in a dry run
	Known   int            // guests who were there and stay as they are, balances too
	Balance loyalty.Points // that the added guests brought along
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
	if err := r.check(); err != nil || cmd.DryRun {
		return r.result, err
	}
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
	return openSheet(r.cmd.File, []string{"name"}, []string{
		"email", "phone", "external_id", "birth_date", "points_balance", "lifetime_points",
	}, r.cmd.Problem)
}

// check reads the file once and names what is wrong with it.
func (r *customerImport) check() error {
	s, err := r.open()
	if err != nil || s.bad > 0 {
		return orMistakes(err, s)
	}
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		_, p := r.row(s)
		r.twice(s, p)
		s.report(s.line, p)
		r.result.Rows++
	}
	if s.bad > 0 {
		return orMistakes(nil, s)
	}
	return nil
}

// row makes a guest of the row at hand.
func (r *customerImport) row(s *sheet) (openingGuest, *loyalty.Problems) {
	var p loyalty.Problems
	g := openingGuest{Customer: loyalty.Customer{OrgID: r.actor.OrgID, ID: loyalty.NewID(r.now), CreatedAt: r.now, UpdatedAt: r.now}}
	setName(&p, &g.Customer, s.cell("name"))
	setEmail(&p, &g.Customer, s.cell("email"))
	setPhone(&p, &g.Customer, s.cell("phone"), r.region)
	setBirthDate(&p, &g.Customer, s.cell("birth_date"), r.now)
	g.ExternalID = checkText(&p, "external_id", s.cell("external_id"), 0, 255)
	if g.ExternalID == "" && g.PhoneDigits == "" && !p.Has("phone") {
		p.Add("external_id", "or phone is required: without either, importing again would add the guest twice")
	}
	g.lifetime = openingPoints(&p, "lifetime_points", s.cell("lifetime_points"))
	g.balance = g.lifetime
	if cell := s.cell("points_balance"); cell != "" {
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
			if err := p.Err(); err != nil {
				return errors.Join(errors.New("the file changed while it was read"), err)
			}
			step = append(step, g)
		}
		if len(step) == importStep || !more && len(step) > 0 {
			if err := r.add(ctx, step); err != nil {
				return err
			}
			done += len(step)
			step = step[:0]
			if r.cmd.Progress != nil {
				r.cmd.Progress(ImportProgress{Writing: true, Done: done, Total: r.result.Rows})
			}
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

// add brings guests in, in one transaction.
func (r *customerImport) add(ctx context.Context, guests []openingGuest) error {
	var added int
	var points loyalty.Points
	err := r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		added, points = 0, 0
		cfg, err := r.core.heldConfig(ctx, tx, r.actor.OrgID)
		if err != nil {
			return err
		}
		var postings []loyalty.Posting
		for _, g := range guests {
			fresh, err := r.isNew(ctx, tx, cfg, g.Customer)
			if err != nil {
				return err
			}
			if !fresh.ok {
				continue
			}
			added++
			points += g.balance
			if p, ok := opening(cfg, fresh.NewAccount, g); ok {
				postings = append(postings, p)
			}
		}
		return tx.PostAll(ctx, postings)
	})
	if err != nil {
		return err
	}
	r.result.Added += added
	r.result.Known += len(guests) - added
	r.result.Balance += points
	return nil
}

type freshAccount struct {
	loyalty.NewAccount
	ok bool
}

// isNew adds the guest unless phone number or external id is known.
func (r *customerImport) isNew(ctx context.Context, tx loyalty.Tx, cfg *loyalty.Config, c loyalty.Customer) (freshAccount, error) {
	if c.PhoneDigits != "" {
		if _, _, err := tx.Member(ctx, r.actor.OrgID, numberOf(c)); loyalty.KindOf(err) != loyalty.NotFound {
			return freshAccount{}, err
		}
	}
	a := newAccount(cfg, c)
	ok, err := tx.AddCustomer(ctx, a)
	return freshAccount{a, ok}, err
}

// opening is what a new account starts with, if anything.
func opening(cfg *loyalty.Config, a loyalty.NewAccount, g openingGuest) (loyalty.Posting, bool) {
	if g.balance == 0 && g.lifetime == 0 || cfg.Program == nil {
		return loyalty.Posting{}, false
	}
	account := loyalty.Account{Enrollment: loyalty.Enrollment{OrgID: g.OrgID, CustomerID: g.ID, Revision: 1}}
	p := loyalty.Posting{
		OrgID: g.OrgID, Config: cfg.Version, CustomerID: g.ID, Revision: 1, ProgramID: a.ProgramID, TierID: cfg.Program.TierFor(g.lifetime).ID,
		Day: a.Day, At: g.CreatedAt,
	}
	row := loyalty.Transaction{Reason: openingReason, At: g.CreatedAt}
	move := func(typ loyalty.TransactionType, points, lifetime loyalty.Points) {
		if points == 0 {
			return
		}
		row.ID, row.Type, row.Points, row.LifetimeDelta = loyalty.NewID(g.CreatedAt), typ, points, lifetime
		before := account.Balance
		_ = account.Add(&p, row) // both amounts were checked to be in range
		if points > 0 {
			account.Gain(&p, before, points, cfg.Program.ExpiryDay(a.Day))
		} else {
			account.Spend(&p, before, -points, nil)
		}
	}
	move(loyalty.Earn, g.lifetime, g.lifetime)
	move(loyalty.Adjust, g.balance-g.lifetime, 0)
	return p, true
}
