package service_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// received is a file that has arrived.
func received(t *testing.T, s *service.Services, kind loyalty.ImportKind, file string) loyalty.Import {
	t.Helper()
	m, err := s.Imports.Begin(t.Context(), owner, service.BeginImport{Kind: kind, FileName: `C:\files\past.csv`, Size: int64(len(file))})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Imports.AddPiece(t.Context(), owner, m.ID, 0, []byte(file)); err != nil {
		t.Fatal(err)
	}
	if m, err = s.Imports.Received(t.Context(), owner, m.ID); err != nil {
		t.Fatal(err)
	}
	return m
}

// worked has the import worked on and returns what came of it.
func worked(t *testing.T, s *service.Services, id loyalty.ID) loyalty.Import {
	t.Helper()
	if err := s.Imports.Work(t.Context(), org, id); err != nil {
		t.Fatal(err)
	}
	m, err := s.Imports.Get(t.Context(), owner, id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func checked(t *testing.T, s *service.Services, kind loyalty.ImportKind, file string) loyalty.Import {
	t.Helper()
	m := received(t, s, kind, file)
	if _, err := s.Imports.Check(t.Context(), owner, service.CheckImport{ID: m.ID, Layout: m.Layout}); err != nil {
		t.Fatal(err)
	}
	m = worked(t, s, m.ID)
	if m.State != loyalty.ImportChecked {
		t.Fatalf("after the check it is %s: %s", m.State, m.Failure)
	}
	return m
}

func brought(t *testing.T, s *service.Services, kind loyalty.ImportKind, file string) loyalty.Import {
	t.Helper()
	m := checked(t, s, kind, file)
	if _, err := s.Imports.Start(t.Context(), owner, service.StartImport{ID: m.ID}); err != nil {
		t.Fatal(err)
	}
	m = worked(t, s, m.ID)
	if m.State != loyalty.ImportDone {
		t.Fatalf("after the import it is %s: %s", m.State, m.Failure)
	}
	return m
}

func undone(t *testing.T, s *service.Services, id loyalty.ID) loyalty.Import {
	t.Helper()
	if _, err := s.Imports.Undo(t.Context(), owner, id); err != nil {
		t.Fatal(err)
	}
	m := worked(t, s, id)
	if m.State != loyalty.ImportUndone {
		t.Fatalf("after undoing it is %s: %s", m.State, m.Failure)
	}
	return m
}

// proven fails the test where the ledger and its figures don't agree.
func proven(t *testing.T, db *pgtest.DB) {
	t.Helper()
	v, err := db.Verify(t.Context(), org)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Proofs {
		if p.Differences > 0 {
			t.Errorf("%s: %d differences, such as %+v", p.Name, p.Differences, p.Examples[0])
		}
	}
}

// A spreadsheet from Lima: semicolons, commas for points, days first, words in
// Spanish, and none of it in UTF-8.
const limaOrders = "Pedido;Fecha;Hora;Sucursal;Cliente;Importe\r\n" +
	"A1;09/06/2019;4:30 p. m.;Bar Jos\xe9;G1;1.100,50\r\n" +
	"A2;10/06/2019;21:05;Bar Jos\xe9;G1;20,00\r\n" +
	"A3;25/06/2019;12:00;Bar Jos\xe9;G2;7,5\r\n" +
	"A4;25/06/2019;12:00;Bar Jos\xe9;;7,5\r\n"

func TestImportJourney(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	before := everything(t, db)
	m := checked(t, s, loyalty.ImportOrders, limaOrders)
	l := m.Layout
	if m.FileName != "past.csv" || l.Encoding != "windows-1252" || l.Separator != ";" || l.Dates != loyalty.DayFirst || l.Decimal != "," || len(l.Columns) != 6 {
		t.Errorf("%s is read as %+v", m.FileName, l)
	}
	want := loyalty.ImportFigures{Rows: 4, Guests: 2, Orders: 4, Stores: 1, Sales: 113550, Currency: "USD"}
	forecast := m.Figures
	want.Points, want.Worth = forecast.Points, forecast.Worth
	if forecast != want || forecast.Points == 0 || forecast.Worth == 0 {
		t.Errorf("would do %+v", forecast)
	}
	if got := everything(t, db); got != before {
		t.Errorf("a check changed something: %v, was %v", got, before)
	}
	m = brought(t, s, loyalty.ImportOrders, limaOrders)
	if m.Figures.Points != forecast.Points || m.Figures.Orders != 4 || m.Figures.Guests != 2 || m.Figures.Stores != 1 || m.FinishedAt.IsZero() {
		t.Errorf("did %+v, the check said %+v", m.Figures, forecast)
	}
	if n := number(t, db, `SELECT count(*) FROM import_pieces`); n != 1 { // the first check's
		t.Errorf("%d pieces lie about", n)
	}
	if n := number(t, db, `SELECT count(*) FROM stores WHERE external_id = 'Bar José'`); n != 1 {
		t.Error("the store's name was not read")
	}
	if n := number(t, db, `SELECT count(*) FROM orders WHERE external_id = 'A1' AND completed_at = '2019-06-09 16:30 America/New_York'`); n != 1 {
		t.Error("the time was not read")
	}
	proven(t, db)
	if again := checked(t, s, loyalty.ImportOrders, limaOrders); again.Figures.Known != 4 || again.Figures.Orders != 0 || again.Figures.Points != 0 {
		t.Errorf("once more it would do %+v", again.Figures)
	}
	m = undone(t, s, m.ID)
	if f := m.Figures; f.UndoneGuests != 2 || f.UndoneOrders != 4 || f.Kept != 0 || f.UndonePoints != forecast.Points {
		t.Errorf("undid %+v", f)
	}
	if got := everything(t, db); got != before {
		t.Errorf("undone, there is %v; there was %v", got, before)
	}
	proven(t, db)
	if again := brought(t, s, loyalty.ImportOrders, limaOrders); again.Figures.Orders != 4 {
		t.Errorf("after undoing it does %+v", again.Figures)
	}
	proven(t, db)
}

// everything counts what an import can change.
func everything(t *testing.T, db *pgtest.DB) [5]int64 {
	t.Helper()
	var n [5]int64
	for i, q := range []string{
		`SELECT count(*) FROM customers`, `SELECT count(*) FROM orders`, `SELECT count(*) FROM transactions`, `SELECT count(*) FROM stores`,
		`SELECT coalesce(sum(sales), 0) FROM daily_stats`,
	} {
		n[i] = number(t, db, q)
	}
	return n
}

// What was used since stays: a guest who was there before loses the points by
// a row that says so, one who has spent them is left alone.
func TestUndoKeepsWhatWasUsed(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	importOrders(t, s, importHeader+"old,G1,Pier 1,1,5,2019-06-01T12:00:00\n")
	m := brought(t, s, loyalty.ImportOrders, importHeader+
		"n1,G1,Pier 1,1,10,2019-06-09T16:30:00\nn2,G2,Pier 1,1,10,2019-06-09T16:31:00\nn3,G3,Pier 1,1,10,2019-06-09T16:32:00\n")
	for _, spent := range []struct {
		guest  string
		amount loyalty.Points
	}{{"G2", -50}, {"G3", 7}} {
		_, err := s.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: service.CustomerRef{ExternalID: spent.guest}, Amount: spent.amount, Reason: "Test"})
		if err != nil {
			t.Fatal(err)
		}
	}
	m = undone(t, s, m.ID)
	if f := m.Figures; f.UndoneGuests != 0 || f.UndoneOrders != 2 || f.UndonePoints != 200 || f.Kept != 3 {
		t.Errorf("undid %+v", f)
	}
	for guest, want := range map[string]int64{"G1": 50, "G2": 50, "G3": 7} {
		if n := number(t, db, `SELECT e.balance FROM enrollments e JOIN customers c ON c.id = e.customer_id WHERE c.external_id = $1`, guest); n != want {
			t.Errorf("%s has %d points, want %d", guest, n, want)
		}
	}
	if n := number(t, db, `SELECT count(*) FROM transactions r JOIN transactions t ON t.id = r.reverses_id WHERE r.type = 'reverse' AND r.points = -t.points`); n != 2 {
		t.Errorf("%d awards were taken back by a row that names them", n)
	}
	kept, err := s.Imports.Kept(t.Context(), owner, m.ID, 10)
	if err != nil || len(kept) != 3 || kept[0].Kept != loyalty.KeptUsed || kept[2].Kept != loyalty.KeptSpent || kept[2].Name != "Guest G2" {
		t.Errorf("kept %+v, %v", kept, err)
	}
	proven(t, db)
	// The references are free again where the orders are gone.
	if r := importOrders(t, s, importHeader+"n1,G1,Pier 1,1,12,2019-06-09T16:30:00\n"); r.Orders != 1 {
		t.Errorf("%+v", r)
	}
	proven(t, db)
}

func TestUndoCustomers(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	m := brought(t, s, loyalty.ImportCustomers, guestList)
	if f := m.Figures; f.Rows != 4 || f.Guests != 4 || f.Points != 830 || f.Matched != 0 {
		t.Errorf("did %+v", f)
	}
	spend := func(ref string) {
		t.Helper()
		_, err := s.Ledger.Adjust(t.Context(), owner, service.AdjustPoints{Customer: service.CustomerRef{ExternalID: ref}, Amount: -1, Reason: "Test"})
		if err != nil {
			t.Fatal(err)
		}
	}
	spend("M1")
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ExternalID: "L1"}, Points: 5, Reason: "Test"}); err != nil {
		t.Fatal(err)
	}
	m = undone(t, s, m.ID)
	// María spent: both rows of hers stay. Luis got more since: his 600 go.
	if f := m.Figures; f.UndoneGuests != 2 || f.UndonePoints != 680 || f.Kept != 4 {
		t.Errorf("undid %+v", f)
	}
	for ref, want := range map[string]int64{"M1": 149, "L1": 5} {
		if n := number(t, db, `SELECT e.balance FROM enrollments e JOIN customers c ON c.id = e.customer_id WHERE c.external_id = $1`, ref); n != want {
			t.Errorf("%s has %d points, want %d", ref, n, want)
		}
	}
	proven(t, db)
}

// A file of balances gives each guest points once, until it is undone.
func TestImportBalances(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	brought(t, s, loyalty.ImportCustomers, guestList)
	file := "Celular,Puntos\n+51 987 654 321,\"1,000\"\n+51 987 654 322,5\n"
	m := brought(t, s, loyalty.ImportBalances, file)
	if f := m.Figures; f.Rows != 2 || f.Matched != 2 || f.Points != 1005 || f.Worth == 0 {
		t.Errorf("did %+v", f)
	}
	if n := number(t, db, `SELECT count(*) FROM transactions WHERE type = 'adjust' AND reason = 'Opening balance' AND points IN (1000, 5) AND staff_id IS NOT NULL`); n != 2 {
		t.Errorf("%d adjustments", n)
	}
	again := brought(t, s, loyalty.ImportBalances, file)
	if f := again.Figures; f.Points != 0 || f.Known != 2 {
		t.Errorf("the same file again did %+v", f)
	}
	other := brought(t, s, loyalty.ImportBalances, file+"\n")
	if f := other.Figures; f.Points != 1005 {
		t.Errorf("another file did %+v", f)
	}
	if f := undone(t, s, m.ID).Figures; f.UndonePoints != 1005 || f.Kept != 0 {
		t.Errorf("undid %+v", f)
	}
	if n := number(t, db, `SELECT count(*) FROM transactions r JOIN transactions t ON t.id = r.reverses_id WHERE r.type = 'adjust' AND r.points = -t.points`); n != 2 {
		t.Errorf("%d rows name what they take back", n)
	}
	if f := brought(t, s, loyalty.ImportBalances, file).Figures; f.Points != 1005 {
		t.Errorf("undone and once more did %+v", f)
	}
	proven(t, db)
}

// Every bad row is named, the file of them can be corrected and sent, and the
// good ones can go in without them.
func TestImportLeavesBadRowsOut(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	m := checked(t, s, loyalty.ImportOrders, importHeader+
		"1,G1,78,1,5,2019-06-09T16:30:00\n2,G1,junk,1,five,2019-06-09T16:31:00\n=3,G2,78,x,6,yesterday\n1,G1,78,1,6,2019-06-09T16:30:00\n4,G2,78,1,8,2019-06-09T17:30:00\n")
	if f := m.Figures; f.Rows != 5 || f.Problems != 3 || f.Orders != 2 || f.Stores != 1 || f.Points != 130 {
		t.Errorf("would do %+v", f)
	}
	all, err := s.Imports.Complaints(t.Context(), owner, m.ID, 0, 10)
	if err != nil || len(all) != 4 || all[0].Line != 3 || all[0].Value != "five" || all[0].Field != "total" || all[3].Line != 5 {
		t.Fatalf("%+v, %v", all, err)
	}
	var bad strings.Builder
	if err := s.Imports.BadRows(t.Context(), owner, m.ID, &bad, [2]string{"row", "mistake"}, func(c loyalty.ImportComplaint) string { return c.Field }); err != nil {
		t.Fatal(err)
	}
	if got := bad.String(); got != "order_id,customer_id,store,items,total,completed_at,row,mistake\n"+
		"2,G1,junk,1,five,2019-06-09T16:31:00,3,total\n'=3,G2,78,x,6,yesterday,4,items; completed_at\n1,G1,78,1,6,2019-06-09T16:30:00,5,order_id\n" {
		t.Errorf("the bad rows are\n%s", got)
	}
	if _, err := s.Imports.Start(t.Context(), owner, service.StartImport{ID: m.ID}); loyalty.KindOf(err) != loyalty.Conflict {
		t.Errorf("bad rows were left out unasked: %v", err)
	}
	if _, err := s.Imports.Start(t.Context(), owner, service.StartImport{ID: m.ID, SkipBad: true}); err != nil {
		t.Fatal(err)
	}
	if m = worked(t, s, m.ID); m.State != loyalty.ImportDone || m.Figures.Orders != 2 || m.Figures.Points != 130 {
		t.Errorf("%s: %+v", m.State, m.Figures)
	}
	if n := number(t, db, `SELECT count(*) FROM stores WHERE external_id = 'junk'`); n != 0 {
		t.Error("a row that was left out made a store")
	}
}

// A server that is stopped in the middle lets go of the import, and the next
// finishes it: nothing is there twice, and the figures are of the whole.
func TestImportGoesOnAfterAStop(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	m := checked(t, s, loyalty.ImportOrders, weekOfOrders(2500))
	want := m.Figures.Points
	if _, err := s.Imports.Start(t.Context(), owner, service.StartImport{ID: m.ID}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := &stoppingRepo{Repository: db, stop: stop, steps: 2}
	half := service.New(stopped, func() time.Time { return noon }, quietLog())
	if err := half.Imports.Work(ctx, org, m.ID); err == nil {
		t.Fatal("it was not stopped")
	}
	n := number(t, db, `SELECT count(*) FROM orders`)
	if n == 0 || n == 2500 {
		t.Fatalf("stopped after %d orders, which is not in the middle", n)
	}
	due, err := s.Imports.Due(t.Context())
	if err != nil || len(due) != 1 {
		t.Fatalf("due: %v, %v", due, err)
	}
	if m = worked(t, s, m.ID); m.State != loyalty.ImportDone || m.Figures.Orders != 2500 || m.Figures.Points != want {
		t.Errorf("%s: %+v, want %d points", m.State, m.Figures, want)
	}
	proven(t, db)
	// While one works on it, nobody else does.
	if _, err := s.Imports.Undo(t.Context(), owner, m.ID); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `UPDATE imports SET held_until = $1`, noon.Add(time.Minute))
	if m = worked(t, s, m.ID); m.State != loyalty.ImportUndoing || m.Figures.UndoneGuests != 0 {
		t.Errorf("two worked on it: %s", m.State)
	}
	if due, err := s.Imports.Due(t.Context()); err != nil || len(due) != 0 {
		t.Errorf("due while it is held: %v, %v", due, err)
	}
}

// stoppingRepo ends the context after some steps of an import.
type stoppingRepo struct {
	loyalty.Repository
	stop  context.CancelFunc
	steps int
}

func (r *stoppingRepo) InTx(ctx context.Context, fn func(context.Context, loyalty.Tx) error) error {
	return r.Repository.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error { return fn(ctx, &stoppingTx{tx, r}) })
}

type stoppingTx struct {
	loyalty.Tx
	repo *stoppingRepo
}

func (t *stoppingTx) PostOrders(ctx context.Context, ps []loyalty.Posting) error {
	if t.repo.steps--; t.repo.steps < 0 {
		t.repo.stop()
	}
	return t.Tx.PostOrders(ctx, ps)
}

func TestImportsAreTheOwners(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	m := checked(t, s, loyalty.ImportOrders, weekOfOrders(3))
	if n := number(t, db, `SELECT count(*) FROM import_orders`); n != 0 {
		t.Errorf("a check left %d rows behind", n)
	}
	for _, who := range []loyalty.Actor{till, {}, {Role: loyalty.Manager, OrgID: org}, {Role: loyalty.Machine, OrgID: org, Scopes: loyalty.KeyScopes()}} {
		_, began := s.Imports.Begin(t.Context(), who, service.BeginImport{Kind: loyalty.ImportOrders, FileName: "a.csv"})
		_, started := s.Imports.Start(t.Context(), who, service.StartImport{ID: m.ID})
		_, got := s.Imports.Get(t.Context(), who, m.ID)
		for _, err := range []error{began, started, got, s.Imports.Discard(t.Context(), who, m.ID)} {
			if loyalty.KindOf(err) != loyalty.Forbidden {
				t.Errorf("%s: %v", who.Role, err)
			}
		}
	}
	stranger := loyalty.Actor{Role: loyalty.Owner, OrgID: loyalty.NewID(noon)}
	if _, err := s.Imports.Get(t.Context(), stranger, m.ID); loyalty.KindOf(err) != loyalty.NotFound {
		t.Errorf("another organization: %v", err)
	}
	if _, err := s.Imports.Undo(t.Context(), owner, m.ID); loyalty.KindOf(err) != loyalty.Conflict {
		t.Errorf("undo of what was not done: %v", err)
	}
	if err := s.Imports.Discard(t.Context(), owner, m.ID); err != nil {
		t.Error(err)
	}
	if n := number(t, db, `SELECT (SELECT count(*) FROM imports) + (SELECT count(*) FROM import_pieces)`); n != 0 {
		t.Errorf("%d rows are left of a discarded file", n)
	}
}

func TestLayoutIsChecked(t *testing.T) {
	t.Parallel()
	_, s := imports(t)
	m := received(t, s, loyalty.ImportOrders, "a,b,c,d\n1,2,3,4\n")
	for name, change := range map[string]func(*loyalty.ImportLayout){
		"order_id": func(*loyalty.ImportLayout) {}, "encoding": func(l *loyalty.ImportLayout) { l.Encoding = "ebcdic" },
		"separator": func(l *loyalty.ImportLayout) { l.Separator = "x" }, "dates": func(l *loyalty.ImportLayout) { l.Dates = "" },
		"total": func(l *loyalty.ImportLayout) { l.Columns = map[string]int{"order_id": 1, "total": 1} },
		"store": func(l *loyalty.ImportLayout) { l.StoreID = loyalty.NewID(noon) },
	} {
		l := m.Layout
		change(&l)
		_, err := s.Imports.Check(t.Context(), owner, service.CheckImport{ID: m.ID, Layout: l})
		if loyalty.KindOf(err) != loyalty.Invalid || !strings.Contains(fieldsOf(err), name+" ") {
			t.Errorf("%s: %v %s", name, err, fieldsOf(err))
		}
	}
	again, err := s.Imports.Reread(t.Context(), owner, m.ID, "utf-8", ";")
	if err != nil || len(again.Layout.Header) != 1 {
		t.Errorf("read with semicolons it has the columns %v, %v", again.Layout.Header, err)
	}
	l := loyalty.ImportLayout{Encoding: "utf-8", Separator: ",", Dates: loyalty.DayFirst, Decimal: ".", StoreID: store, Columns: map[string]int{"order_id": 0, "total": 1, "completed_at": 2}}
	if _, err := s.Imports.Reread(t.Context(), owner, m.ID, "utf-8", ","); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Imports.Check(t.Context(), owner, service.CheckImport{ID: m.ID, Layout: l}); err != nil {
		t.Errorf("%v %s", err, fieldsOf(err))
	}
}

// fieldsOf are the complaints of an Invalid, each behind its field.
func fieldsOf(err error) string {
	var b strings.Builder
	if e, ok := errors.AsType[*loyalty.Error](err); ok {
		for _, f := range e.Fields {
			b.WriteString(f.Field + " " + f.Message + "; ")
		}
	}
	return b.String()
}

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }
