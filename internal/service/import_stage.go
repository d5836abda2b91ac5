package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// orderImport is one import of orders under way.
type orderImport struct {
	core    *Core
	actor   loyalty.Actor
	cmd     ImportOrders
	id      loyalty.ID
	started time.Time
	cfg     *loyalty.Config
	zone    *time.Location           // the organization's, in which new stores are
	stores  map[string]importedStore // by the name the file gives them
	known   map[loyalty.ID]importedStore
	added   []loyalty.Store // of stores, those to be created
	used    map[loyalty.ID]bool
	read    int // rows of the file
	staged  int // of them, those put aside
	result  OrdersImported
}

type importedStore struct {
	id       loyalty.ID
	currency string
	zone     *time.Location
}

// maxNewStores is how many stores a file may bring: more, and the column is
// not what it says.
const maxNewStores = 10_000

func newOrderImport(c *Core, actor loyalty.Actor, cfg *loyalty.Config, cmd ImportOrders) *orderImport {
	if cmd.Problem == nil {
		cmd.Problem = func(ImportProblem) {}
	}
	now := c.now()
	r := &orderImport{
		core: c, actor: actor, cmd: cmd, id: loyalty.NewID(now), started: now, cfg: cfg, zone: loyalty.ZoneOf(cfg.Organization.TimeZone),
		stores: map[string]importedStore{}, known: map[loyalty.ID]importedStore{}, used: map[loyalty.ID]bool{},
		result: OrdersImported{DryRun: cmd.DryRun, Currency: cfg.Organization.Currency, NoProgram: cfg.Program == nil},
	}
	for _, s := range cfg.Stores {
		r.known[s.ID] = importedStore{s.ID, s.Currency, loyalty.ZoneOf(s.TimeZone)}
		if s.ExternalID == "" {
			r.stores[s.Name] = importedStore{s.ID, s.Currency, loyalty.ZoneOf(s.TimeZone)}
		}
	}
	for _, s := range cfg.Stores {
		if s.ExternalID != "" {
			r.stores[s.ExternalID] = importedStore{s.ID, s.Currency, loyalty.ZoneOf(s.TimeZone)}
		}
	}
	return r
}

// stage reads the file, checks it row by row and puts the rows aside.
func (r *orderImport) stage(ctx context.Context) error {
	sheet, err := openSheet(r.cmd.File, r.cmd.Layout, []string{"order_id", "store", "total", "completed_at"}, []string{"customer_id", "items"}, r.cmd.Problem)
	if err != nil || sheet.bad > 0 {
		return orMistakes(err, sheet)
	}
	rows := make([]loyalty.StagedOrder, 0, importStep)
	read := 0
	for {
		more, err := sheet.next()
		if err != nil {
			return err
		}
		if more {
			if row, ok := r.row(sheet); ok && (sheet.bad == 0 || r.cmd.SkipBad) {
				rows = append(rows, row)
			}
			read++
		}
		if len(rows) == importStep || !more {
			if err := r.put(ctx, rows); err != nil {
				return err
			}
			rows = rows[:0]
			r.progress(false, read, 0)
		}
		if !more {
			break
		}
	}
	r.read = read
	if sheet.bad > 0 && !r.cmd.SkipBad {
		return orMistakes(nil, sheet)
	}
	return r.clashes(ctx, sheet)
}

func orMistakes(err error, s *sheet) error {
	if err != nil {
		return err
	}
	what := "%d mistakes were found in the file. Nothing was imported."
	if s.bad == 1 {
		what = "%d mistake was found in the file. Nothing was imported."
	}
	return loyalty.Errorf(loyalty.Invalid, loyalty.CodeValidation, what, s.bad)
}

func (r *orderImport) put(ctx context.Context, rows []loyalty.StagedOrder) error {
	if len(rows) == 0 {
		return nil
	}
	return r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		return tx.StageOrders(ctx, r.actor.OrgID, r.id, rows)
	})
}

// row checks the row at hand and makes an order of it.
func (r *orderImport) row(s *sheet) (loyalty.StagedOrder, bool) {
	var p loyalty.Problems
	row := loyalty.StagedOrder{
		Line:        s.line,
		Ref:         checkText(&p, "order_id", s.cell("order_id"), 1, 255),
		CustomerRef: checkText(&p, "customer_id", s.cell("customer_id"), 0, 255),
	}
	store := r.storeOf(&p, s)
	row.StoreID = store.id
	row.Total = r.total(&p, s.number("total"), store.currency)
	row.Items = items(&p, s.number("items"))
	row.At = checkInstant(&p, "completed_at", r.when(s), store.zone, r.cmd.Layout)
	if row.At.After(r.started) {
		p.Add("completed_at", "is in the future")
	}
	if !row.At.IsZero() && row.At.Before(firstInstant) {
		p.Add("completed_at", "must not be before 1970")
	}
	s.report(s.line, &p)
	ok := p.Err() == nil
	if ok {
		r.used[row.StoreID] = true
	}
	return row, ok
}

// when is the row's day and time, which may stand in two columns.
func (r *orderImport) when(s *sheet) string {
	if at := s.cell("completed_time"); at != "" {
		return s.day("completed_at") + " " + csvfile.Clock(at)
	}
	return s.day("completed_at")
}

// storeOf is where the row's order was.
func (r *orderImport) storeOf(p *loyalty.Problems, s *sheet) importedStore {
	if r.cmd.Layout != nil && !r.cmd.Layout.StoreID.IsZero() {
		return r.known[r.cmd.Layout.StoreID]
	}
	return r.store(p, checkName(p, "store", s.cell("store"), 240))
}

// store is the store that the file calls name: one with that external id, or
// without any and with that name, or a new one.
func (r *orderImport) store(p *loyalty.Problems, name string) importedStore {
	known, ok := r.stores[name]
	if ok {
		return known
	}
	store := importedStore{loyalty.NewID(r.started), r.cfg.Organization.Currency, r.zone}
	if p.Has("store") {
		return store
	}
	if len(r.added) == maxNewStores {
		p.Add("store", "is the file's 10,001st new store; does the column hold something else?")
		return store
	}
	r.stores[name] = store
	r.added = append(r.added, loyalty.Store{
		OrgID: r.actor.OrgID, ID: store.id, Name: "Store " + name, ExternalID: name, Currency: store.currency,
		TimeZone: r.cfg.Organization.TimeZone, Active: true, CreatedAt: r.started,
	})
	return store
}

func (r *orderImport) total(p *loyalty.Problems, s, currency string) loyalty.Minor {
	exponent := loyalty.Exponent(currency)
	n, ok := loyalty.ParseDecimal(s, exponent)
	switch {
	case !ok && strings.Contains(s, ","):
		p.Add("total", "must be an amount of money such as %s, with a point and no comma", loyalty.FormatDecimal(1234, exponent))
	case !ok:
		p.Add("total", "must be an amount of money such as %s", loyalty.FormatDecimal(1234, exponent))
	case n < 0 || loyalty.Minor(n) > loyalty.MaxAmount:
		p.Add("total", "must be an amount of money from 0 to 100,000,000,000")
	case !r.worth(loyalty.Minor(n), exponent):
		p.Add("total", "would earn more than 1,000,000,000 points")
	}
	return loyalty.Minor(n)
}

// worth reports whether an order over amount can be given its points, whatever
// the guest's tier.
func (r *orderImport) worth(amount loyalty.Minor, exponent int) bool {
	if r.cfg.Program == nil {
		return true
	}
	best := loyalty.Multiplier(100)
	for _, t := range r.cfg.Program.Tiers {
		best = max(best, t.Multiplier)
	}
	_, err := loyalty.Earned(amount, exponent, r.cfg.Program.Rate, best, 100, 0)
	return err == nil
}

func items(p *loyalty.Problems, s string) int {
	if s == "" {
		return 0
	}
	n, ok := loyalty.ParseDecimal(s, 0)
	if !ok || n < 0 || n > 1_000_000 {
		p.Add("items", "must be a whole number from 0 to 1,000,000")
		return 0
	}
	return int(n)
}

// clashes names the rows that contradict another row or an order that is
// there.
func (r *orderImport) clashes(ctx context.Context, s *sheet) error {
	for after := 0; ; {
		found, err := r.core.repo.StagedClashes(ctx, r.actor.OrgID, r.id, after, importStep)
		if err != nil {
			return err
		}
		for _, c := range found {
			var p loyalty.Problems
			if c.First > 0 {
				p.Add("order_id", "%s is on line %d as well, with other values", c.Ref, c.First)
			} else {
				p.Add("order_id", "%s is there already, with another total, time or customer", c.Ref)
			}
			s.report(c.Line, &p)
			after = c.Line
		}
		if err := r.leaveOut(ctx, found); err != nil {
			return err
		}
		if len(found) < importStep {
			break
		}
	}
	r.result.Problems = s.badRows
	if s.bad > 0 && !r.cmd.SkipBad {
		return orMistakes(nil, s)
	}
	return nil
}

// leaveOut takes bad rows out of what is to be imported.
func (r *orderImport) leaveOut(ctx context.Context, bad []loyalty.StagedClash) error {
	if !r.cmd.SkipBad || len(bad) == 0 {
		return nil
	}
	lines := make([]int, len(bad))
	for i, c := range bad {
		lines[i] = c.Line
	}
	return r.core.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return tx.DropStagedLines(ctx, r.id, lines) })
}

// count works out what there is to do.
func (r *orderImport) count(ctx context.Context) error {
	n, err := r.core.repo.StagedCounts(ctx, r.actor.OrgID, r.id)
	if err != nil {
		return err
	}
	// A row that is left out must not leave its store behind.
	r.added = slices.DeleteFunc(r.added, func(s loyalty.Store) bool { return !r.used[s.ID] })
	r.staged = n.Rows
	r.result.Rows, r.result.Orders, r.result.Known, r.result.Customers = r.read, n.New, n.Rows-n.New, n.Customers
	r.result.Sales, r.result.Stores = n.Sales, len(r.added)
	return nil
}
