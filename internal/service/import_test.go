package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

const importHeader = "order_id,customer_id,store,items,total,completed_at\n"

var program = loyalty.Actor{Role: loyalty.System, OrgID: org}

// imports is the restaurant of the ledger's tests with a way to import.
func imports(t *testing.T) (*pgtest.DB, *service.Services) {
	t.Helper()
	db, _ := restaurant(t)
	// Its guest came on a day that was the one before in New York.
	db.Exec(t, `UPDATE daily_stats SET day = '2025-12-31' WHERE customers = 1`)
	return db, service.New(db, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func importOrders(t *testing.T, s *service.Services, file string) service.OrdersImported {
	t.Helper()
	r, err := s.Imports.Orders(t.Context(), program, service.ImportOrders{File: strings.NewReader(file), Problem: func(p service.ImportProblem) {
		t.Errorf("line %d: %s %s", p.Line, p.Field, p.Message)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// number is what a query that gives one number gives.
func number(t *testing.T, db *pgtest.DB, query string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := db.SQL.QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A week of orders at two stores that nobody knew, not in order of time.
func weekOfOrders(n int) string {
	var b strings.Builder
	b.WriteString(importHeader)
	start := time.Date(2019, 6, 3, 8, 0, 0, 0, time.UTC)
	for i := range n {
		k := (i * 7) % n // 7 and n have no common divisor, so every order comes once
		at := start.Add(time.Duration(k) * 40 * time.Minute)
		fmt.Fprintf(&b, "%d,G%d,%d,2,%d.%02d,%s\n", k+1, k%50, 70+k%2, 5+k%30, k%100, at.Format("2006-01-02T15:04:05"))
	}
	return b.String()
}

func TestImportOrdersIntoTheLedger(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	r := importOrders(t, s, importHeader+
		"3,G1,78,1,20.00,2019-06-09T16:30:00\n"+ // after line 3 in time
		"1,G1,78,2,100.00,2019-06-09T09:15:00\n"+
		"2,,Pier 1,1,7.50,2019-06-09T12:00:00Z\n"+
		"4,G2,78,1,0,2019-06-10T23:30:00\n")
	if r.Orders != 4 || r.Known != 0 || r.Customers != 2 || r.Stores != 1 || r.Sales != 12750 || r.Points != 1220 || r.Unawarded != 0 {
		t.Errorf("%+v", r)
	}
	m, err := s.Customers.Detail(t.Context(), program, service.CustomerRef{ExternalID: "G1"})
	if err != nil {
		t.Fatal(err)
	}
	// 100 at Bronze gives 1000 and Silver, so the later 20 give 220.
	if m.Name != "Guest G1" || m.Enrollment.Balance != 1220 || m.Tier.Name != "Silver" {
		t.Errorf("%s has %d points and is %s", m.Name, m.Enrollment.Balance, m.Tier.Name)
	}
	if got := m.Recent[0].At.UTC(); !got.Equal(time.Date(2019, 6, 9, 20, 30, 0, 0, time.UTC)) || m.Recent[0].Reason != "Order #3" {
		t.Errorf("the last award is %q at %v; 16:30 in New York is 20:30 UTC", m.Recent[0].Reason, got)
	}
	if n := number(t, db, `SELECT count(*) FROM stores WHERE name = 'Store 78' AND external_id = '78' AND time_zone = 'America/New_York'`); n != 1 {
		t.Error("store 78 was not created as it should be")
	}
	if n := number(t, db, `SELECT sum(sales) FROM daily_stats WHERE day = '2019-06-10' AND orders = 1`); n != 0 {
		t.Errorf("the order over 0 counts %d", n)
	}
	if n := number(t, db, `SELECT sum(sales) FROM daily_stats WHERE store_id = $1 AND day = '2019-06-09'`, store.String()); n != 750 {
		t.Errorf("Pier 1 sold %d on the day", n)
	}
}

func TestImportTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	file := weekOfOrders(250)
	first := importOrders(t, s, file)
	before := ledgerTotals(t, db)
	again := importOrders(t, s, file)
	if first.Orders != 250 || again.Orders != 0 || again.Known != 250 || again.Customers != 0 || again.Stores != 0 {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if after := ledgerTotals(t, db); after != before {
		t.Errorf("the totals were %v and are %v", before, after)
	}
	if n := number(t, db, `SELECT count(*) FROM import_orders`); n != 0 {
		t.Errorf("%d rows are left behind", n)
	}
}

// ledgerTotals adds up whatever an import writes, each thing twice over in
// ways that must agree.
func ledgerTotals(t *testing.T, db *pgtest.DB) [5]int64 {
	t.Helper()
	for what, pair := range map[string][2]string{
		"points":   {`SELECT coalesce(sum(points), 0) FROM transactions`, `SELECT coalesce(sum(balance), 0) FROM enrollments`},
		"lots":     {`SELECT coalesce(sum(balance), 0) FROM enrollments`, `SELECT coalesce(sum(remaining), 0) FROM lots`},
		"issued":   {`SELECT coalesce(sum(points), 0) FROM transactions`, `SELECT coalesce(sum(issued), 0) FROM daily_stats`},
		"earned":   {`SELECT coalesce(sum(earned), 0) FROM orders`, `SELECT coalesce(sum(points), 0) FROM transactions`},
		"rows":     {`SELECT coalesce(sum(seq), 0) FROM enrollments`, `SELECT count(*) FROM transactions`},
		"revision": {`SELECT coalesce(sum(revision - 1), 0) FROM enrollments`, `SELECT count(*) FROM orders WHERE customer_id IS NOT NULL`},
		"awards":   {`SELECT coalesce(sum(awards), 0) FROM daily_stats`, `SELECT count(*) FROM transactions`},
		"sales":    {`SELECT coalesce(sum(sales), 0) FROM daily_stats`, `SELECT coalesce(sum(total), 0) FROM orders`},
		"orders":   {`SELECT coalesce(sum(orders), 0) FROM daily_stats`, `SELECT count(*) FROM orders`},
		"active":   {`SELECT coalesce(sum(members), 0) FROM activity_stats`, `SELECT count(*) FROM enrollments WHERE active_day IS NOT NULL`},
		"tiers": {
			`SELECT coalesce(sum(members * hashtext(tier_id::text)::bigint), 0) FROM tier_stats`,
			`SELECT coalesce(sum(hashtext(tier_id::text)::bigint), 0) FROM enrollments`,
		},
	} {
		if a, b := number(t, db, pair[0]), number(t, db, pair[1]); a != b {
			t.Errorf("%s: %d and %d", what, a, b)
		}
	}
	var all [5]int64
	for i, q := range []string{
		`SELECT count(*) FROM orders`, `SELECT sum(total) FROM orders`, `SELECT coalesce(sum(points), 0) FROM transactions`,
		`SELECT count(*) FROM customers`, `SELECT config_version FROM organizations`,
	} {
		all[i] = number(t, db, q)
	}
	return all
}

// An import that broke off is finished by importing the file again, and comes
// to the same as one that did not.
func TestImportBrokenOffIsFinishedLater(t *testing.T) {
	t.Parallel()
	file := weekOfOrders(2600)
	whole, s := imports(t)
	importOrders(t, s, file)

	db, s := imports(t)
	ctx, stop := context.WithCancel(t.Context())
	_, err := s.Imports.Orders(ctx, program, service.ImportOrders{File: strings.NewReader(file), Progress: func(p service.ImportProgress) {
		if p.Writing && p.Done == 1000 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the import ended with %v", err)
	}
	if n := number(t, db, `SELECT count(*) FROM orders`); n != 1000 {
		t.Fatalf("%d orders were written before it broke off", n)
	}
	ledgerTotals(t, db)
	r := importOrders(t, s, file)
	if r.Orders != 1600 || r.Known != 1000 {
		t.Errorf("%+v", r)
	}
	if got, want := ledgerTotals(t, db), ledgerTotals(t, whole); got != want {
		t.Errorf("in two goes %v, in one %v", got, want)
	}
}

func TestImportDryRun(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	r, err := s.Imports.Orders(t.Context(), program, service.ImportOrders{File: strings.NewReader(weekOfOrders(250)), DryRun: true})
	if err != nil || r.Orders != 250 || r.Customers != 50 || r.Stores != 2 || r.Sales == 0 || !r.DryRun {
		t.Errorf("%+v, %v", r, err)
	}
	if n := number(t, db, `SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM customers WHERE external_id <> '') + (SELECT count(*) FROM stores) - 1`); n != 0 {
		t.Errorf("the dry run left %d things behind", n)
	}
}

// Two imports of one file at once come to the same as one.
func TestImportTwiceAtOnce(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	file := weekOfOrders(1150)
	hold, err := db.SQL.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Close()
	if _, err := hold.ExecContext(t.Context(), `SELECT pg_advisory_lock(hashtextextended('import ' || $1, 0))`, org.String()); err != nil {
		t.Fatal(err)
	}
	var imported [2]service.OrdersImported
	var running sync.WaitGroup
	for i := range imported {
		running.Go(func() { imported[i] = importOrders(t, s, file) })
	}
	db.Blocked(t, 2) // both have checked the file and found everything new
	if _, err := hold.ExecContext(t.Context(), `SELECT pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
	running.Wait()
	if n := imported[0].Orders + imported[1].Orders; n != 1150 {
		t.Errorf("together they imported %d of 1150 orders", n)
	}
	if totals := ledgerTotals(t, db); totals[0] != 1150 || totals[3] != 51 {
		t.Errorf("totals %v", totals)
	}
}

func TestImportNamesEveryBadRow(t *testing.T) {
	t.Parallel()
	header := importHeader
	for _, test := range []struct {
		name, file string
		want       []string
	}{
		{"empty", "", []string{"1  the file is empty"}},
		{"UTF-16", "\xff\xfeo\x00r\x00", []string{"1  the file is UTF-16"}},
		{"columns", "order_id,client,store,total,total\n1,2,3,4,5\n", []string{
			"1 client is not a column of this import", "1 total is there twice", "1 completed_at is missing",
		}},
		{"values", header +
			",G1,78,1,5,2019-06-09T16:30:00\n" +
			"2,G1,,1,5,2019-06-09T16:30:00\n" +
			"3,G1,78,x,5.001,9.6.2019\n" +
			"4,G1,78,1,-5,2019-06-09T16:30:00\n" +
			"5,G1,78,1,\"5,20\",2019-06-09T16:30:00\n" +
			"6,G1,78,1,5,2026-03-10T08:00:01\n" + // a second after noon UTC in New York
			"7,G1,78,1\n" +
			"8,G\xe9,78,1,5,2019-06-09T16:30:00\n" +
			"9,G\"1,78,1,5,2019-06-09T16:30:00\n" +
			"10,G1,78,1,99999999999,2019-06-09T16:30:00\n" +
			"11,G1,78,1,5,1899-12-30T00:00:00\n", []string{
			"2 order_id is required", "3 store is required", "4 total must be an amount of money such as 12.34", "4 items must be a whole number",
			"4 completed_at must be a date and time", "5 total must be an amount of money from 0", "6 total must be an amount of money such as 12.34, with a point",
			"7 completed_at is in the future", "8  has 4 columns; the first line has 6", "9 customer_id must be plain text",
			"10  has a quotation mark where none can be", "11 total would earn more than", "12 completed_at must not be before 1970",
		}},
		{"clock changes", header +
			"1,G1,78,1,5,2019-03-10T02:30:00\n" +
			"2,G1,78,1,5,2019-11-03T01:30:00\n" +
			"3,G1,78,1,5,2019-11-03T01:30:00-05:00\n", []string{
			"2 completed_at does not exist in America/New_York", "3 completed_at happened twice in America/New_York",
		}},
		{"twice with other values", header +
			"1,G1,78,1,5,2019-06-09T16:30:00\n" +
			"2,G1,78,1,5,2019-06-09T16:30:00\n" +
			"1,G1,78,1,6,2019-06-09T16:30:00\n" +
			"1,G1,79,1,6,2019-06-09T16:30:00\n" + // another store's order 1
			"2,G1,78,1,5,2019-06-09T16:30:00\n", []string{
			"4 order_id 1 is on line 2 as well",
		}},
		{"a quotation mark left open", header + "1,\"G1,78,1,5,2019-06-09T16:30:00\n", []string{"2  has a quotation mark"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, s := imports(t)
			var got []string
			_, err := s.Imports.Orders(t.Context(), program, service.ImportOrders{File: strings.NewReader(test.file), Problem: func(p service.ImportProblem) {
				got = append(got, fmt.Sprintf("%d %s %s", p.Line, p.Field, p.Message))
			}})
			if loyalty.KindOf(err) != loyalty.Invalid {
				t.Errorf("the answer is %v", err)
			}
			if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
				t.Errorf("named:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if n := number(t, db, `SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM import_orders) + (SELECT count(*) FROM stores) - 1`); n != 0 {
				t.Errorf("a bad file left %d rows behind", n)
			}
		})
	}
}

// An order that is there already with other values is named, too.
func TestImportContradictsTheLedger(t *testing.T) {
	t.Parallel()
	_, s := imports(t)
	importOrders(t, s, importHeader+"1,G1,78,1,5,2019-06-09T16:30:00\n")
	var got []int
	_, err := s.Imports.Orders(t.Context(), program, service.ImportOrders{
		File:    strings.NewReader(importHeader + "2,G1,78,1,5,2019-06-09T16:30:00\n1,G1,78,1,5.01,2019-06-09T16:30:00\n"),
		Problem: func(p service.ImportProblem) { got = append(got, p.Line) },
	})
	if loyalty.KindOf(err) != loyalty.Invalid || !slices.Equal(got, []int{3}) {
		t.Errorf("named lines %v, %v", got, err)
	}
}

// What spreadsheets write is understood: a mark at the start, semicolons,
// carriage returns, quotes, columns in another order.
func TestImportTakesSpreadsheets(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	r := importOrders(t, s, "\xef\xbb\xbfTotal;Store;completed_at;\"order_id\"\r\n5.20;\"Bar; Café\";2019-06-09 16:30;\"A \"\"1\"\"\"\r\n\r\n")
	if r.Orders != 1 || r.Sales != 520 || r.Stores != 1 {
		t.Errorf("%+v", r)
	}
	if n := number(t, db, `SELECT count(*) FROM orders o JOIN stores s ON s.id = o.store_id WHERE o.external_id = 'A "1"' AND s.external_id = 'Bar; Café'`); n != 1 {
		t.Error("the order is not found under what the file calls it")
	}
}

// A frozen account's orders are kept and earn nothing.
func TestImportForFrozenAccount(t *testing.T) {
	t.Parallel()
	db, s := imports(t)
	importOrders(t, s, importHeader+"1,G1,78,1,5,2019-06-09T16:30:00\n")
	db.Exec(t, `UPDATE enrollments SET frozen_at = now(), revision = revision + 1 WHERE customer_id = (SELECT id FROM customers WHERE external_id = 'G1')`)
	r := importOrders(t, s, importHeader+"2,G1,78,1,5,2019-06-10T16:30:00\n3,G1,78,1,5,2019-06-11T16:30:00\n")
	if r.Orders != 2 || r.Points != 0 || r.Unawarded != 2 {
		t.Errorf("%+v", r)
	}
	if n := number(t, db, `SELECT count(*) FROM orders WHERE customer_id IS NOT NULL`); n != 3 {
		t.Errorf("%d orders have a customer", n)
	}
}

// Detectors see imported orders with their own dates: the norm is made of what
// came before, and a burst of long ago is a case of long ago.
func TestImportFeedsDetectors(t *testing.T) {
	t.Parallel()
	for broken, want := range map[string]int64{"": 1, "unusual_amount": 0} {
		t.Run("can't be kept: "+broken, func(t *testing.T) {
			t.Parallel()
			db, s := imports(t)
			importOrders(t, s, weekOfOrders(1150))
			db.Exec(t, `CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'boom'; END $$`)
			db.Exec(t, `CREATE TRIGGER boom BEFORE INSERT ON anomaly_signals FOR EACH ROW WHEN (NEW.type = '`+broken+`') EXECUTE FUNCTION boom()`)
			importOrders(t, s, importHeader+
				"b1,B,70,1,10,2019-07-09T16:30:00\nb2,B,70,1,11,2019-07-09T16:33:00\nb3,B,70,1,12,2019-07-09T16:36:00\n"+
				"u1,U,70,1,900,2019-07-10T12:00:00\n")
			for kind, want := range map[string]int64{"rapid_earning": 1, "unusual_amount": want} {
				if n := number(t, db, `SELECT count(*) FROM anomalies WHERE type = $1 AND flagged_at BETWEEN '2019-07-09' AND '2019-07-11'`, kind); n != want {
					t.Errorf("%d cases of %s, want %d", n, kind, want)
				}
			}
		})
	}
}

func TestImportNeedsPermission(t *testing.T) {
	t.Parallel()
	_, s := imports(t)
	for _, who := range []loyalty.Actor{till, {}, {Role: loyalty.Machine, OrgID: org, Scopes: loyalty.KeyScopes()}} {
		if _, err := s.Imports.Orders(t.Context(), who, service.ImportOrders{File: strings.NewReader(weekOfOrders(3))}); loyalty.KindOf(err) != loyalty.Forbidden {
			t.Errorf("%s: %v", who.Role, err)
		}
	}
}
