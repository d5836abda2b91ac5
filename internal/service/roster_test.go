package service_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

// fullHouse adds 24,000 guests, more than a walk looks at: few points and many of
// Silver, visits on any day of a year, some of whom want news. Their balances
// repeat, so that the order has ties.
func fullHouse(t *testing.T, db *pgtest.DB) {
	t.Helper()
	db.Exec(t, fmt.Sprintf(`
		INSERT INTO customers (organization_id, id, name, name_fold, search, marketing_opt_in, created_at, updated_at)
		SELECT '%[1]s', ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Guest', md5(n::text), '', n %% 3 = 0,
			timestamptz '2025-01-01' + n * interval '20 minutes', now()
		FROM generate_series(1, 24000) n;
		INSERT INTO enrollments (organization_id, customer_id, id, program_id, tier_id, balance, lifetime, seq, active_day, since)
		SELECT '%[1]s', c.id, c.id, '%[2]s', CASE WHEN l > 2000 THEN '%[5]s'::uuid WHEN l > 500 THEN '%[4]s' ELSE '%[3]s' END,
			l / 3, l, (l > 0)::int, CASE WHEN l > 0 THEN date '2026-03-10' - (l %% 365)::int END, c.created_at
		FROM (SELECT c.*, (('x' || substr(c.name_fold, 1, 6))::bit(24)::int %% 3000)::bigint * (1 - (c.marketing_opt_in AND c.name_fold < '2')::int) AS l
			FROM customers c WHERE c.name = 'Guest') c;
		ANALYZE customers, enrollments;
		CREATE INDEX ON enrollments (organization_id, customer_id);`, org, prog, id(4), id(5), id(6)))
	// They are counted as accounts that were opened and moved are.
	db.Exec(t, fmt.Sprintf(`
		DELETE FROM tier_stats; DELETE FROM activity_stats;
		INSERT INTO tier_stats SELECT '%[1]s', tier_id, 0, count(*) FROM enrollments GROUP BY tier_id;
		INSERT INTO activity_stats SELECT '%[1]s', active_day, 0, count(*) FROM enrollments WHERE active_day IS NOT NULL GROUP BY active_day;
		INSERT INTO daily_stats (organization_id, day, store_id, shard, customers) VALUES ('%[1]s', '2026-01-02', '%[1]s', 0, 24000)`, org))
}

const rosterFrom = ` FROM customers c JOIN enrollments e ON e.customer_id = c.id JOIN roster r ON r.customer_id = c.id WHERE `

// plainly is the list by the obvious query over the accounts themselves.
func plainly(t *testing.T, db *pgtest.DB, f string, sort loyalty.MemberSort, offset int) (ids []string) {
	t.Helper()
	order := map[loyalty.MemberSort]string{
		loyalty.ByNewest: "c.created_at DESC", loyalty.ByName: "c.name_fold", loyalty.ByVisit: "coalesce(e.active_day, '-infinity') DESC",
		loyalty.ByBalance: "e.balance DESC", loyalty.ByLifetime: "e.lifetime DESC",
	}[sort]
	rows, err := db.SQL.QueryContext(t.Context(), `SELECT c.id`+rosterFrom+f+` ORDER BY `+order+`, r.ctid OFFSET $1 LIMIT 25`, offset)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestFilterFindsWhatThePlainQueryFinds(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	fullHouse(t, db)
	system := loyalty.Actor{Role: loyalty.System, OrgID: org}
	if n, err := s.Customers.FollowRoster(t.Context(), system); err != nil || n < 24_000 {
		t.Fatal(n, err)
	}
	db.Exec(t, `ANALYZE roster`)
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) }
	points := func(n loyalty.Points) *loyalty.Points { return &n }
	yes, no := true, false
	for where, f := range map[string]loyalty.MemberFilter{
		"true":                                 {},
		"e.tier_id = '" + id(6).String() + "'": {TierID: id(6)},
		"e.tier_id = '" + id(4).String() + "' AND e.balance <= 20":           {TierID: id(4), Most: points(20)},
		"e.active_day >= '2026-02-09'":                                       {Since: day(2026, 2, 9)},
		"coalesce(e.active_day, '-infinity') < '2025-06-01'":                 {Until: day(2025, 6, 1)},
		"e.balance BETWEEN 990 AND 992":                                      {Least: points(990), Most: points(992)},
		"c.marketing_opt_in AND e.tier_id = '" + id(6).String() + "'":        {Marketing: &yes, TierID: id(6)},
		"NOT c.marketing_opt_in AND e.lifetime = 0 AND e.active_day IS NULL": {Marketing: &no, Most: points(0), Until: day(2020, 1, 1)},
		"c.created_at >= '2025-11-01' AND c.created_at < '2025-11-02'":       {Joined: day(2025, 11, 1), JoinedUntil: day(2025, 11, 2)},
		"false": {StoreID: store},
		"e.tier_id = '" + id(5).String() + "' AND e.balance >= 600 AND e.active_day >= '2026-03-09'": {TierID: id(5), Least: points(600), Since: day(2026, 3, 9)},
	} {
		total := int(number(t, db, `SELECT count(*)`+rosterFrom+where))
		for _, sort := range loyalty.MemberSorts() {
			for _, page := range []int{1, 3} {
				if f.IsZero() && sort == loyalty.ByNewest {
					continue // has an order of its own, and tests
				}
				got, err := s.Customers.Filter(t.Context(), owner, f, sort, loyalty.Page{Number: page, Size: 25})
				if err != nil {
					t.Fatal(where, sort, err)
				}
				want := plainly(t, db, where, sort, 25*(page-1))
				ids := make([]string, 0, len(got.Members))
				for _, m := range got.Members {
					ids = append(ids, m.ID.String())
				}
				if !slices.Equal(ids, want) {
					t.Errorf("%s by %s, page %d: %d rows, first %v; want %d, first %v", where, sort, page, len(ids), ids[:min(1, len(ids))], len(want), want[:min(1, len(want))])
				}
				if got.Total != total && (!got.Capped || total < loyalty.RosterCap) {
					t.Errorf("%s by %s: %d pass, want %d", where, sort, got.Total, total)
				}
			}
		}
		n, seen := 0, ""
		err := s.Customers.Each(t.Context(), owner, f, func(m loyalty.Member) error {
			if n++; m.ID.String() <= seen {
				t.Errorf("%s comes after %s", m.ID, seen)
			}
			seen = m.ID.String()
			return nil
		})
		if err != nil || n != total {
			t.Errorf("%s: %d exported, want %d; %v", where, n, total, err)
		}
	}
}

// What changes an account is in the list at once, whoever changed it.
func TestFilterFollowsTheAccounts(t *testing.T) {
	t.Parallel()
	db, s := customers(t)
	gold := loyalty.MemberFilter{TierID: id(6)}
	names := func(f loyalty.MemberFilter) string {
		t.Helper()
		page, err := s.Customers.Filter(t.Context(), owner, f, loyalty.ByName, loyalty.Page{Number: 1, Size: 25})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range page.Members {
			out = append(out, m.Name)
		}
		if page.Total != len(out) || page.Behind {
			t.Errorf("%d pass of %v, behind %v", page.Total, out, page.Behind)
		}
		return strings.Join(out, " ")
	}
	if got := names(gold); got != "" {
		t.Errorf("gold from the start: %s", got)
	}
	if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 2500, Reason: "Welcome", StoreID: store}); err != nil {
		t.Fatal(err)
	}
	if got := names(gold); got != "Ada" {
		t.Errorf("gold after an award: %q", got)
	}
	if got := names(loyalty.MemberFilter{StoreID: store}); got != "Ada" {
		t.Errorf("at the store of the award: %q", got)
	}
	ana := create(t, s, service.CreateCustomer{Name: "Ana", MarketingOptIn: true})
	wants := true
	if got := names(loyalty.MemberFilter{Marketing: &wants}); got != "Ana" {
		t.Errorf("wants news: %q", got)
	}
	no := false
	if _, err := s.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: ana.ID, MarketingOptIn: &no}); err != nil {
		t.Fatal(err)
	}
	if got := names(loyalty.MemberFilter{Marketing: &wants}); got != "" {
		t.Errorf("wants news no more: %q", got)
	}
	if err := s.Customers.Delete(t.Context(), owner, ada); err != nil {
		t.Fatal(err)
	}
	if got := names(gold); got != "" {
		t.Errorf("gold after deletion: %q", got)
	}
	var left int
	if err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM roster WHERE customer_id = $1`, ada.String()).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows left of who is gone, %v", left, err)
	}
}

func TestFilterRefuses(t *testing.T) {
	t.Parallel()
	_, s := customers(t)
	if _, err := s.Customers.Filter(t.Context(), owner, loyalty.MemberFilter{}, "tallest", loyalty.Page{Number: 1, Size: 25}); fields(err) != "sort" {
		t.Errorf("an unknown order: %v", err)
	}
	if _, err := s.Customers.Filter(t.Context(), loyalty.Actor{}, loyalty.MemberFilter{}, loyalty.ByName, loyalty.Page{Number: 1, Size: 25}); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("nobody: %v", err)
	}
	if err := s.Customers.OpenExport(t.Context(), till); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a cashier opens an export: %v", err)
	}
	if err := s.Customers.Each(t.Context(), till, loyalty.MemberFilter{}, func(loyalty.Member) error { return nil }); loyalty.KindOf(err) != loyalty.Forbidden {
		t.Errorf("a cashier exports: %v", err)
	}
	broken := errors.New("full disk")
	if err := s.Customers.Each(t.Context(), owner, loyalty.MemberFilter{}, func(loyalty.Member) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a file that can't be written: %v", err)
	}
}
