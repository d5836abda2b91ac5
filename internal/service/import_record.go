package service

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"regulars/internal/csvfile"
	"regulars/internal/loyalty"
)

// CheckImport confirms how a file is to be read.
type CheckImport struct {
	ID     loyalty.ID
	Layout loyalty.ImportLayout // Header is that of the file, whatever it says
}

// Check has the file checked against the layout; nothing is changed by it. It
// needs loyalty.Administer.
func (s *Imports) Check(ctx context.Context, actor loyalty.Actor, cmd CheckImport) (loyalty.Import, error) {
	return s.move(ctx, actor, cmd.ID, func(ctx context.Context, tx loyalty.Tx, m *loyalty.Import) error {
		made, err := tx.ImportMade(ctx, actor.OrgID, m.ID)
		if err != nil {
			return err
		}
		if made.Guests+made.Orders+made.Stores > 0 || made.Points != 0 {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This import has made something already. Finish or undo it first.")
		}
		cmd.Layout.Header = m.Layout.Header
		var p loyalty.Problems
		checkLayout(&p, m.Kind, cmd.Layout)
		if !cmd.Layout.StoreID.IsZero() {
			if _, err := s.StoreIn(ctx, actor, cmd.Layout.StoreID); err != nil {
				p.Add("store", "is no store of yours")
			}
		}
		if err := p.Err(); err != nil {
			return err
		}
		m.Layout, m.State, m.Figures, m.Failure, m.Done = cmd.Layout, loyalty.ImportChecking, loyalty.ImportFigures{}, "", 0
		return nil
	}, loyalty.ImportMapping, loyalty.ImportChecked, loyalty.ImportFailed)
}

// StoreIn is one of the organization's stores.
func (s *Imports) StoreIn(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Store, error) {
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Store{}, err
	}
	return cfg.Store(id)
}

// Reread reads the file anew in another encoding or with another character
// between the columns, and guesses the columns again.
func (s *Imports) Reread(ctx context.Context, actor loyalty.Actor, id loyalty.ID, encoding, separator string) (loyalty.Import, error) {
	cfg, err := s.config(ctx, actor.OrgID, 0)
	if err != nil {
		return loyalty.Import{}, err
	}
	return s.move(ctx, actor, id, func(ctx context.Context, tx loyalty.Tx, m *loyalty.Import) error {
		if !csvfile.Known(encoding) {
			encoding = m.Layout.Encoding
		}
		file := &storedFile{ctx: ctx, repo: tx, orgID: actor.OrgID, id: id}
		start, err := file.sample(encoding)
		if err != nil {
			return err
		}
		guess := guessLayout(m.Kind, start, homeDates(cfg))
		if separator != "" && separator != guess.Separator {
			guess = guessSeparated(m.Kind, start, separator, homeDates(cfg))
		}
		guess.Encoding = encoding
		m.Layout, m.State = guess, loyalty.ImportMapping
		return nil
	}, loyalty.ImportMapping, loyalty.ImportChecked, loyalty.ImportFailed)
}

// StartImport says go.
type StartImport struct {
	ID      loyalty.ID
	SkipBad bool // bring the good rows in and leave the bad ones
}

// Start has a checked file brought in. It needs loyalty.Administer.
func (s *Imports) Start(ctx context.Context, actor loyalty.Actor, cmd StartImport) (loyalty.Import, error) {
	return s.move(ctx, actor, cmd.ID, func(_ context.Context, _ loyalty.Tx, m *loyalty.Import) error {
		if m.Figures.Problems > 0 && !cmd.SkipBad && !m.Layout.SkipBad {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "Some rows are not right. Say that they may be left out, or send the file again.")
		}
		m.Layout.SkipBad = m.Layout.SkipBad || cmd.SkipBad
		m.State, m.Failure, m.Done = loyalty.ImportRunning, "", 0
		return nil
	}, loyalty.ImportChecked, loyalty.ImportFailed)
}

// Undo has what the import made taken back. It needs loyalty.Administer.
func (s *Imports) Undo(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Import, error) {
	return s.move(ctx, actor, id, func(_ context.Context, _ loyalty.Tx, m *loyalty.Import) error {
		m.State, m.Failure, m.Done, m.UndoneBy = loyalty.ImportUndoing, "", 0, actor.StaffID
		return nil
	}, loyalty.ImportDone, loyalty.ImportFailed)
}

// move changes an import that is in one of the states, and has it worked on
// where its new state needs that. One that is in its new state already stays
// there, so that a form sent twice does its work once.
func (s *Imports) move(
	ctx context.Context, actor loyalty.Actor, id loyalty.ID, change func(context.Context, loyalty.Tx, *loyalty.Import) error, from ...loyalty.ImportState,
) (loyalty.Import, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Import{}, err
	}
	var m loyalty.Import
	err := s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) (err error) {
		if m, err = s.lockIn(ctx, tx, actor, id, from...); err != nil {
			return err
		}
		if err := change(ctx, tx, &m); err != nil {
			return err
		}
		m.ChangedAt = s.now()
		return tx.SaveImport(ctx, m)
	})
	if err != nil || !m.State.Working() || s.Queue == nil {
		return m, err
	}
	if err := s.Queue(ctx, m.OrgID, m.ID); err != nil {
		// It is found when somebody looks for what is due.
		s.log.WarnContext(ctx, "queue an import", "err", err)
	}
	return m, nil
}

// Discard forgets a file that was not brought in. It needs loyalty.Administer.
func (s *Imports) Discard(ctx context.Context, actor loyalty.Actor, id loyalty.ID) error {
	if err := actor.Require(loyalty.Administer); err != nil {
		return err
	}
	return s.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		_, err := s.lockIn(ctx, tx, actor, id, loyalty.ImportReceiving, loyalty.ImportMapping, loyalty.ImportChecked, loyalty.ImportFailed)
		if err != nil {
			return err
		}
		made, err := tx.ImportMade(ctx, actor.OrgID, id)
		if err != nil {
			return err
		}
		if made.Guests+made.Orders+made.Stores > 0 || made.Points != 0 {
			return loyalty.Errorf(loyalty.Conflict, loyalty.CodeConflict, "This import has made something already. Finish or undo it first.")
		}
		return tx.DropImport(ctx, actor.OrgID, id)
	})
}

// Get is an import. It needs loyalty.Administer.
func (s *Imports) Get(ctx context.Context, actor loyalty.Actor, id loyalty.ID) (loyalty.Import, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return loyalty.Import{}, err
	}
	return s.repo.Import(ctx, actor.OrgID, id)
}

// List is a page of the imports, newest first, and how many there are. It needs
// loyalty.Administer.
func (s *Imports) List(ctx context.Context, actor loyalty.Actor, page loyalty.Page) ([]loyalty.Import, int, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, 0, err
	}
	return s.repo.Imports(ctx, actor.OrgID, page)
}

// Complaints are the mistakes of the import's file, in order, after the first
// skip.
func (s *Imports) Complaints(ctx context.Context, actor loyalty.Actor, id loyalty.ID, skip, limit int) ([]loyalty.ImportComplaint, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	return s.repo.ImportComplaints(ctx, actor.OrgID, id, skip, limit)
}

// KeptItem is something that undoing left alone.
type KeptItem struct {
	loyalty.ImportItem
	Name   string // of the guest it is about; "" when nobody's
	Erased bool
}

// Kept are things that undoing the import left alone, at most limit of them.
func (s *Imports) Kept(ctx context.Context, actor loyalty.Actor, id loyalty.ID, limit int) ([]KeptItem, error) {
	if err := actor.Require(loyalty.Administer); err != nil {
		return nil, err
	}
	var out []KeptItem
	for _, kind := range []string{loyalty.ItemCustomer, loyalty.ItemPoints, loyalty.ItemOrder} {
		items, err := s.repo.ImportItems(ctx, actor.OrgID, id, kind, true, loyalty.ID{}, limit-len(out))
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			k := KeptItem{ImportItem: item}
			if kind == loyalty.ItemCustomer {
				k.CustomerID = item.ID
			}
			m, _, err := s.repo.Member(ctx, actor.OrgID, loyalty.CustomerKey{ID: k.CustomerID})
			if err != nil && loyalty.KindOf(err) != loyalty.NotFound {
				return nil, err
			}
			k.Name, k.Erased = m.Name, !m.AnonymizedAt.IsZero()
			out = append(out, k)
		}
	}
	return out, nil
}

// BadRows writes the rows that were found wrong, as they stand in the file and
// with what is wrong behind them; say words a complaint. The header comes
// first, with heads for the columns added: the row and the mistake.
func (s *Imports) BadRows(ctx context.Context, actor loyalty.Actor, id loyalty.ID, w io.Writer, heads [2]string, say func(loyalty.ImportComplaint) string) error {
	m, err := s.Get(ctx, actor, id)
	if err != nil {
		return err
	}
	wrong, err := s.wrongLines(ctx, actor, id, say)
	if err != nil {
		return err
	}
	file := &storedFile{ctx: ctx, repo: s.repo, orgID: actor.OrgID, id: id}
	in, err := openSheet(csvfile.Decode(file, m.Layout.Encoding), &m.Layout, nil, nil, func(ImportProblem) {})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	if err := out.Write(append(inertRow(m.Layout.Header), heads[:]...)); err != nil {
		return fmt.Errorf("write bad rows: %w", err)
	}
	for {
		more, err := in.next()
		if err != nil {
			return err
		}
		if !more {
			out.Flush()
			return errors.Join(out.Error())
		}
		if said, bad := wrong[in.line]; bad {
			if err := out.Write(append(inertRow(in.record), fmt.Sprint(in.line), said)); err != nil {
				return fmt.Errorf("write bad rows: %w", err)
			}
		}
	}
}

// wrongLines is what is wrong with each bad line.
func (s *Imports) wrongLines(ctx context.Context, actor loyalty.Actor, id loyalty.ID, say func(loyalty.ImportComplaint) string) (map[int]string, error) {
	wrong := map[int]string{}
	for skip := 0; ; skip += importStep {
		some, err := s.repo.ImportComplaints(ctx, actor.OrgID, id, skip, importStep)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			if wrong[c.Line] != "" {
				wrong[c.Line] += "; "
			}
			wrong[c.Line] += say(c)
		}
		if len(some) < importStep {
			return wrong, nil
		}
	}
}

// inertRow keeps a spreadsheet from taking what stands in a row for a formula.
// A number or a phone number is none.
func inertRow(row []string) []string {
	out := make([]string, len(row), len(row)+2)
	for i, cell := range row {
		if cell != "" && (cell[0] == '=' || cell[0] == '@' || (cell[0] == '+' || cell[0] == '-') && len(cell) > 1 && (cell[1] < '0' || cell[1] > '9')) {
			cell = "'" + cell
		}
		out[i] = cell
	}
	return out
}
