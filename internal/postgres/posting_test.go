package postgres_test

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres"
	"regulars/internal/postgres/pgtest"
)

var (
	noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	org  = loyalty.ID{0: 1, 15: 1}
	ada  = loyalty.ID{0: 1, 15: 2}
)

// account is a database with one account that holds 100 points.
func account(t *testing.T) *pgtest.DB {
	t.Helper()
	db := pgtest.New(t)
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO organizations (id, slug, name, currency, time_zone, created_at) VALUES ('%[1]s', 'x', 'X', 'USD', 'UTC', now());
		INSERT INTO customers (organization_id, id, name, name_fold, search, created_at, updated_at) VALUES ('%[1]s', '%[2]s', 'Ada', 'ada', '', now(), now());
		SELECT enroll('%[1]s', '%[2]s', '%[2]s', NULL, NULL, now(), '2026-01-01')`, org, ada))
	if err := db.Post(t.Context(), gift(t, db.DB, 100)); err != nil {
		t.Fatal(err)
	}
	return db
}

// gift is a posting of points more, or fewer, that all adds up.
func gift(t *testing.T, db *postgres.DB, points loyalty.Points) loyalty.Posting {
	t.Helper()
	s, err := db.Snapshot(t.Context(), org, loyalty.SnapshotQuery{CustomerID: ada, Lots: true})
	if err != nil {
		t.Fatal(err)
	}
	p := loyalty.Posting{OrgID: org, CustomerID: ada, Revision: s.Account.Revision, Day: noon, At: noon}
	before := s.Account.Balance
	if err := s.Account.Add(&p, loyalty.Transaction{ID: loyalty.NewID(noon), Type: loyalty.Adjust, Points: points, Reason: "x", At: noon}); err != nil {
		t.Fatal(err)
	}
	if points > 0 {
		s.Account.Gain(&p, before, points, time.Time{})
	} else {
		s.Account.Spend(&p, before, -points, nil)
	}
	return p
}

// What a caller decided wrongly, the database refuses by itself.
func TestPostRefusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	db := account(t)
	for _, test := range []struct {
		name   string
		points loyalty.Points
		spoil  func(*loyalty.Posting)
		want   string // in the error
	}{
		{"more than there is", -101, func(*loyalty.Posting) {}, "not enough points"},
		{"a wrong balance", 5, func(p *loyalty.Posting) { p.Transactions[0].BalanceAfter++ }, "does not add up"},
		{"points in no lot", 5, func(p *loyalty.Posting) { p.Lots = nil }, "lots"},
		{"a lot of nothing", 5, func(p *loyalty.Posting) { p.Lots[0].Points++ }, "lots"},
		{"spent from no lot", -5, func(p *loyalty.Posting) { p.Lots = nil }, "lots"},
		{"decided on something old", 5, func(p *loyalty.Posting) { p.Revision-- }, "changed"},
		{"by an old configuration", 5, func(p *loyalty.Posting) { p.Config = 99 }, "changed"},
		{"another organization's account", 5, func(p *loyalty.Posting) { p.OrgID = ada }, "changed"},
	} {
		p := gift(t, db.DB, test.points)
		test.spoil(&p)
		if err := db.Post(t.Context(), p); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if n := gift(t, db.DB, 1).Transactions[0].BalanceAfter; n != 101 {
		t.Errorf("the balance is %d by now", n-1)
	}
}

// The application's role reads the ledger and can't touch it but through the
// functions that keep it whole.
func TestApplicationCantRewriteTheLedger(t *testing.T) {
	t.Parallel()
	db := account(t)
	for _, q := range []string{
		`UPDATE transactions SET points = 1`, `DELETE FROM transactions`, `TRUNCATE transactions`,
		`INSERT INTO transactions SELECT * FROM transactions`,
		`UPDATE enrollments SET balance = 1`, `UPDATE enrollments SET lifetime = 1`, `UPDATE enrollments SET seq = 1`,
		`UPDATE enrollments SET tier_id = NULL`, `DELETE FROM enrollments`, `INSERT INTO enrollments SELECT * FROM enrollments`,
		`UPDATE lots SET remaining = 1`, `DELETE FROM lots`, `INSERT INTO lots SELECT * FROM lots`,
		`UPDATE orders SET earned = 1`, `DELETE FROM orders`, `INSERT INTO orders SELECT * FROM orders`,
		`UPDATE redemptions SET status = 'issued'`, `DELETE FROM redemptions`, `INSERT INTO redemptions SELECT * FROM redemptions`,
		`UPDATE events SET event_key = ''`, `DELETE FROM events`, `UPDATE event_counts SET count = 0`, `DELETE FROM event_counts`,
		`UPDATE daily_stats SET issued = 1`, `DELETE FROM daily_stats`, `INSERT INTO daily_stats SELECT * FROM daily_stats`,
		`UPDATE activity_stats SET members = 1`, `DELETE FROM activity_stats`, `INSERT INTO activity_stats SELECT * FROM activity_stats`,
		`UPDATE tier_stats SET members = 1`, `DELETE FROM tier_stats`, `INSERT INTO tier_stats SELECT * FROM tier_stats`,
		`UPDATE reward_stats SET customers = 1`, `DELETE FROM reward_stats`, `INSERT INTO reward_stats SELECT * FROM reward_stats`,
		`UPDATE reward_days SET redemptions = 1`, `DELETE FROM reward_days`, `INSERT INTO reward_days SELECT * FROM reward_days`,
		`UPDATE audit_log SET action = ''`, `DELETE FROM audit_log`,
		`ALTER TABLE transactions DISABLE TRIGGER ALL`, `DROP TRIGGER transactions_frozen ON transactions`,
		`CREATE FUNCTION count_day(uuid) RETURNS void LANGUAGE sql AS ''`,
		`DELETE FROM customers`,
		`SELECT set_config('regulars.erasing', customer_id::text, false) FROM enrollments; DELETE FROM transactions`,
		`SELECT take_stock(NULL, NULL), count_day(NULL, NULL, NULL, 0::smallint, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)`,
	} {
		if _, err := db.Queries().ExecContext(t.Context(), q); err == nil {
			t.Errorf("%s was not refused", q)
		}
	}
}

// A posting whose answer gets lost is not sent again behind everybody's back:
// it may have been written.
func TestPostIsSentOnce(t *testing.T) {
	t.Parallel()
	owner := account(t)
	var cut atomic.Bool
	db, err := postgres.Open(t.Context(), through(t, owner.URL, func() bool { return cut.CompareAndSwap(true, false) }), postgres.Options{MaxOpen: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	p := gift(t, db, 5)
	if err := db.Post(t.Context(), gift(t, db, 1)); err != nil {
		t.Fatal(err)
	}
	p.Revision, p.Transactions[0].BalanceAfter = p.Revision+1, 106
	cut.Store(true)
	err = db.Post(t.Context(), p)
	if loyalty.KindOf(err) != loyalty.Unavailable {
		t.Errorf("the answer got lost, and the caller is told %v", err)
	}
	if n := gift(t, owner.DB, 1).Transactions[0].BalanceAfter; n != 107 {
		t.Errorf("the balance is %d, want the 106 that were written before the connection ended", n-1)
	}
}

// through is the address of a way to the database that ends a connection in
// place of the answer at which cut says so.
func through(t *testing.T, address string, cut func() bool) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	network, target := "tcp", u.Host
	if dir := u.Query().Get("host"); dir != "" {
		port := u.Query().Get("port")
		network, target = "unix", dir+"/.s.PGSQL."+port
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go pass(t.Context(), client, network, target, cut)
		}
	}()
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("host", host)
	q.Set("port", port)
	u.RawQuery = q.Encode()
	return u.String()
}

func pass(ctx context.Context, client net.Conn, network, target string, cut func() bool) {
	defer client.Close()
	var d net.Dialer
	server, err := d.DialContext(ctx, network, target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer server.Close()
		for b := make([]byte, 1<<16); ; {
			n, err := client.Read(b)
			if err != nil {
				return
			}
			if _, err := server.Write(b[:n]); err != nil {
				return
			}
		}
	}()
	for b := make([]byte, 1<<16); ; {
		n, err := server.Read(b)
		if cut() || err != nil { // who says nothing doesn't hang up either
			return
		}
		if _, err := client.Write(b[:n]); err != nil {
			return
		}
	}
}
