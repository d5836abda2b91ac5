package service_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/internal/testclock"
)

// twice is María with two accounts: the first with a past, the second under
// another number. The clock can be moved.
func twice(t *testing.T) (db *pgtest.DB, s *service.Services, clock *testclock.Clock, one, two loyalty.ID) {
	t.Helper()
	db, _ = customers(t)
	db.Exec(t, `UPDATE customers SET created_at = '2026-01-01 12:00Z'`) // the day that guest counts Ada in
	clock = testclock.At(noon)
	core := service.NewCore(db, clock.Now, slog.New(slog.DiscardHandler))
	s = &service.Services{Core: core, Ledger: service.NewLedger(core), Customers: service.NewCustomers(core), Stats: service.NewStats(core)}
	first := maria
	first.ExternalID = "crm-1"
	one = create(t, s, first).ID
	two = create(t, s, service.CreateCustomer{Name: "Maria Garcia", Phone: "+51900111222", ExternalID: "crm-2", BirthDate: "1990-05-16"}).ID
	return db, s, clock, one, two
}

func (f fixture) order(t *testing.T, who loyalty.ID, ref string, total loyalty.Minor) service.OrderResult {
	t.Helper()
	r, err := f.Ledger.Submit(t.Context(), owner, service.SubmitOrder{
		StoreID: store, ExternalID: ref, Customer: service.CustomerRef{ID: who}, Total: total, Status: loyalty.OrderCompleted,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// fixture is the use cases with the steps that these tests take.
type fixture struct{ *service.Services }

func (f fixture) redeem(t *testing.T, who loyalty.ID) service.Redeemed {
	t.Helper()
	r, err := f.Ledger.Redeem(t.Context(), owner, service.RedeemReward{Customer: service.CustomerRef{ID: who}, RewardID: coffee})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f fixture) merge(t *testing.T, survivor, source loyalty.ID, take ...string) loyalty.Member {
	t.Helper()
	m, err := f.Customers.Merge(t.Context(), owner, service.MergeCustomers{ID: survivor, SourceID: source, Take: take})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (f fixture) unmerge(t *testing.T, who loyalty.ID) service.Unmerged {
	t.Helper()
	u, err := f.Customers.Unmerge(t.Context(), owner, service.UnmergeCustomers{ID: who})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (f fixture) holds(t *testing.T, who loyalty.ID, balance, lifetime loyalty.Points, tier string) {
	t.Helper()
	m, err := f.Customers.Get(t.Context(), owner, service.CustomerRef{ID: who})
	if err != nil {
		t.Fatal(err)
	}
	if e := m.Enrollment; e.Balance != balance || e.Lifetime != lifetime || m.TierName != tier {
		t.Errorf("%s has %d points, %d lifetime, %s; want %d, %d, %s", m.Name, e.Balance, e.Lifetime, m.TierName, balance, lifetime, tier)
	}
}

func (f fixture) proven(t *testing.T, when string) {
	t.Helper()
	if found := differing(t, f.Services); found != nil {
		v, _ := f.Stats.Verify(t.Context(), owner)
		for _, p := range v.Proofs {
			if p.Differences > 0 {
				t.Logf("%s: %+v", p.Name, p.Examples)
			}
		}
		t.Errorf("%s: %v", when, found)
	}
}

func TestMergeMovesEverythingAndBack(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, one, "a", 4000) // 400 at Bronze
	f.order(t, two, "b", 3000) // 300
	held := f.redeem(t, two)
	db.Exec(t, `UPDATE staff SET customer_id = $1`, two.String())
	db.Exec(t, `UPDATE anomalies SET customer_id = $1`, two.String())

	m := f.merge(t, one, two)
	if m.ID != one || m.BirthDate != "1990-05-15" || m.Phone != "+51987654321" {
		t.Errorf("merged into %+v", m.Customer)
	}
	f.holds(t, one, 600, 700, "Silver")
	f.proven(t, "merged")
	for what, key := range map[string]service.CustomerRef{"id": {ID: two}, "external id": {ExternalID: "crm-2"}} {
		if found, err := f.Customers.Get(t.Context(), owner, key); err != nil || found.ID != one {
			t.Errorf("by the old %s: %v, %v", what, found.ID, err)
		}
	}
	for _, search := range []string{"900111222", "Maria Garcia", "+51 900 111 222"} {
		page, err := f.Customers.List(t.Context(), owner, search, loyalty.Page{Number: 1, Size: 20})
		if err != nil || page.Total != 1 || len(page.Members) != 1 || page.Members[0].ID != one {
			t.Errorf("a search for %q finds %d: %+v, %v", search, page.Total, page.Members, err)
		}
	}
	if page, err := f.Customers.List(t.Context(), owner, "", loyalty.Page{Number: 1, Size: 20}); err != nil || page.Total != 2 || len(page.Members) != 2 {
		t.Errorf("%d of %d listed, %v, want Ada and María", len(page.Members), page.Total, err)
	}
	rows, total, err := f.Customers.Transactions(t.Context(), owner, service.CustomerRef{ID: two}, "", loyalty.Page{Number: 1, Size: 20})
	if err != nil || total != 5 || len(rows) != 5 || rows[0].Type != loyalty.Transfer || rows[0].Points != 200 || rows[0].BalanceAfter != 600 {
		t.Errorf("%d rows %+v, %v", total, rows, err)
	}
	// Whatever is done under the old id is done to the one who stayed.
	f.order(t, two, "c", 100)
	f.holds(t, one, 611, 711, "Silver")
	if again := f.order(t, two, "b", 3000); again.Created || again.Order.CustomerID != one {
		t.Errorf("the old order sent again: %+v", again)
	}
	if given, err := f.Ledger.Cancel(t.Context(), owner, service.EndRedemption{RedemptionID: held.Redemption.ID}); err != nil || given.Balance != 711 {
		t.Errorf("the old reward given back: %+v, %v", given, err)
	}
	f.proven(t, "merged and gone on")

	u := f.unmerge(t, one)
	if u.Survivor.ID != one || u.Source.ID != two || u.Source.Phone != "+51900111222" || u.Source.BirthDate != "1990-05-16" {
		t.Errorf("parted %+v and %+v", u.Survivor.Customer, u.Source.Customer)
	}
	// The reward's points were María's second account's, the order since is the first's.
	f.holds(t, one, 411, 411, "Bronze")
	f.holds(t, two, 300, 300, "Bronze")
	f.proven(t, "parted")
	if n := number(t, db, `SELECT count(*) FROM staff WHERE customer_id <> '`+two.String()+`'`); n != 0 {
		t.Error("the cashier's own account did not go back")
	}
	if _, err := f.Customers.Unmerge(t.Context(), owner, service.UnmergeCustomers{ID: one}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("parted twice: %v", err)
	}
	// And again, the other way round.
	f.merge(t, two, one)
	f.holds(t, two, 711, 711, "Silver")
	f.proven(t, "merged the other way")
}

func TestMergeChoosesContactDetails(t *testing.T) {
	t.Parallel()
	_, s, _, one, two := twice(t)
	f := fixture{s}
	m := f.merge(t, two, one, "phone", "name", "externalId")
	if m.Name != "María García" || m.Phone != "+51987654321" || m.Email != "maria@example.com" || m.ExternalID != "crm-1" || m.BirthDate != "1990-05-16" {
		t.Errorf("merged into %+v", m.Customer)
	}
	for _, phone := range []string{"+51987654321", "+51900111222"} {
		if found, err := f.Customers.ByPhone(t.Context(), owner, phone); err != nil || found.ID != two {
			t.Errorf("by %s: %v, %v", phone, found.ID, err)
		}
	}
	name := "María García López"
	if _, err := f.Customers.Update(t.Context(), owner, service.UpdateCustomer{ID: one, Name: &name}); err != nil {
		t.Fatal(err)
	}
	u := f.unmerge(t, one)
	if c := u.Survivor.Customer; c.Name != name || c.Phone != "+51900111222" || c.ExternalID != "crm-2" || c.Email != "" {
		t.Errorf("who stayed has %+v", c)
	}
	if c := u.Source.Customer; c.Name != "María García" || c.Phone != "+51987654321" || c.ExternalID != "crm-1" || c.Email != "maria@example.com" {
		t.Errorf("who came back has %+v", c)
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	db, s, clock, one, two := twice(t)
	f := fixture{s}
	try := func(want string, survivor, source loyalty.ID) {
		t.Helper()
		cmd := service.MergeCustomers{ID: survivor, SourceID: source}
		if _, err := f.Customers.PreviewMerge(t.Context(), owner, cmd); loyalty.CodeOf(err) != want {
			t.Errorf("preview: %v, want %s", err, want)
		}
		if _, err := f.Customers.Merge(t.Context(), owner, cmd); loyalty.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	try(loyalty.CodeValidation, one, one)
	try(loyalty.CodeNotFound, one, id(99))
	try(loyalty.CodeNotFound, id(99), one)
	other := owner
	other.OrgID = id(77)
	if _, err := f.Customers.Merge(t.Context(), other, service.MergeCustomers{ID: one, SourceID: two}); loyalty.CodeOf(err) == "" {
		t.Error("another organization merged them")
	}
	if _, err := f.Customers.Merge(t.Context(), till, service.MergeCustomers{ID: one, SourceID: two}); loyalty.CodeOf(err) != loyalty.CodeForbidden {
		t.Errorf("a cashier: %v", err)
	}
	freeze := func(who loyalty.ID, frozen bool) {
		if _, err := f.Customers.Freeze(t.Context(), owner, service.FreezeCustomer{ID: who, Frozen: frozen}); err != nil {
			t.Fatal(err)
		}
	}
	freeze(two, true)
	try(loyalty.CodeAccountFrozen, one, two)
	try(loyalty.CodeAccountFrozen, two, one)
	freeze(two, false)
	f.merge(t, one, two)
	try(loyalty.CodeConflict, one, two)
	try(loyalty.CodeConflict, ada, two)
	try(loyalty.CodeConflict, two, ada)
	freeze(two, true) // by the old id
	if _, err := f.Customers.Unmerge(t.Context(), owner, service.UnmergeCustomers{ID: one}); loyalty.CodeOf(err) != loyalty.CodeAccountFrozen {
		t.Errorf("undone while frozen: %v", err)
	}
	freeze(one, false)
	clock.Set(noon.Add(loyalty.MergeWindow))
	if _, err := f.Customers.Unmerge(t.Context(), owner, service.UnmergeCustomers{ID: one}); loyalty.CodeOf(err) != loyalty.CodeNotAvailable {
		t.Errorf("undone too late: %v", err)
	}
	if n, err := f.Customers.ForgetMerges(t.Context()); n != 1 || err != nil {
		t.Errorf("%d forgotten, %v", n, err)
	}
	if _, err := f.Customers.Anonymize(t.Context(), owner, service.AnonymizeCustomer{ID: two}); err != nil {
		t.Fatal(err)
	}
	try(loyalty.CodeConflict, ada, one)
	if found := traces(t, db, "García", "garcia", "987654321", "900111222", "crm-"); found != nil {
		t.Errorf("after anonymizing: %v", found)
	}
	f.proven(t, "in the end")
}

// Who asks to be erased is erased with every account that was merged.
func TestEraseAfterMerge(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, one, "a", 4000)
	f.order(t, two, "b", 3000)
	f.merge(t, ada, two)
	f.merge(t, one, ada)
	f.proven(t, "merged in a chain")
	e, err := f.Customers.Export(t.Context(), owner, two)
	if err != nil || e.ID != one || len(e.Orders) != 2 || len(e.Transactions) != 6 {
		t.Errorf("export of %s: %d orders, %d transactions, %v", e.Name, len(e.Orders), len(e.Transactions), err)
	}
	if err := f.Customers.Delete(t.Context(), owner, two); err != nil {
		t.Fatal(err)
	}
	if n := number(t, db, `SELECT count(*) FROM customers`); n != 0 {
		t.Errorf("%d customers are left", n)
	}
	if found := traces(t, db, "García", "garcia", "987654321", "900111222", "crm-"); found != nil {
		t.Errorf("left behind: %v", found)
	}
	f.proven(t, "erased")
}

// What came in a chain goes back the same way.
func TestUnmergeChain(t *testing.T) {
	t.Parallel()
	_, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, one, "a", 4000)
	b := f.order(t, two, "b", 3000)
	f.merge(t, ada, two)
	f.merge(t, one, ada)
	refunded := loyalty.Minor(1500)
	if _, err := f.Ledger.Change(t.Context(), owner, service.ChangeOrder{StoreID: store, OrderID: b.Order.ID, RefundedTotal: &refunded}); err != nil {
		t.Fatal(err)
	}
	f.holds(t, one, 550, 550, "Silver")
	if _, err := f.Customers.Unmerge(t.Context(), owner, service.UnmergeCustomers{ID: two}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("the first before the second: %v", err)
	}
	f.unmerge(t, one)
	f.holds(t, one, 400, 400, "Bronze")
	f.holds(t, ada, 150, 150, "Bronze")
	f.proven(t, "half parted")
	f.unmerge(t, two)
	f.holds(t, ada, 0, 0, "Bronze")
	f.holds(t, two, 150, 150, "Bronze")
	f.proven(t, "parted")
	// Now one of them goes for good; the others' books stay whole.
	if err := f.Customers.Delete(t.Context(), owner, one); err != nil {
		t.Fatal(err)
	}
	f.proven(t, "erased who once held the others")
	if err := f.Customers.Delete(t.Context(), owner, two); err != nil {
		t.Fatal(err)
	}
	f.proven(t, "erased whose points went through others")
}

func TestUnmergeWhatIsSpent(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, two, "b", 1500)
	f.merge(t, one, two)
	f.redeem(t, one)
	cmd := service.UnmergeCustomers{ID: one, SourceID: two}
	if _, err := f.Customers.Unmerge(t.Context(), owner, cmd); loyalty.CodeOf(err) != loyalty.CodeInsufficientPoints {
		t.Errorf("without the points: %v", err)
	}
	f.proven(t, "refused")
	db.Exec(t, `UPDATE programs SET negative_balance = 'allow'; UPDATE organizations SET config_version = config_version + 1`)
	if _, err := f.Customers.Unmerge(t.Context(), owner, cmd); err != nil {
		t.Fatal(err)
	}
	f.holds(t, one, -100, 0, "Bronze")
	f.holds(t, two, 150, 150, "Bronze")
	f.proven(t, "in debt")
	// Debt and points meet.
	f.merge(t, two, one)
	f.holds(t, two, 50, 150, "Bronze")
	f.proven(t, "merged with a debt")
	f.unmerge(t, two)
	f.holds(t, one, -100, 0, "Bronze")
	f.proven(t, "parted with a debt")
}

// Points that would have expired by now don't come back, and the others keep
// their days.
func TestMergeKeepsExpiry(t *testing.T) {
	t.Parallel()
	db, s, clock, one, two := twice(t)
	f := fixture{s}
	db.Exec(t, `UPDATE programs SET expire_after_days = 10; UPDATE organizations SET config_version = config_version + 1`)
	f.order(t, two, "b1", 1000)
	clock.Set(noon.AddDate(0, 0, 5))
	f.order(t, two, "b2", 2000)
	f.order(t, one, "a", 500)
	f.merge(t, one, two)
	clock.Set(noon.AddDate(0, 0, 11))
	if _, err := f.Ledger.ExpirePoints(t.Context(), loyalty.Actor{Role: loyalty.System, OrgID: org}); err != nil {
		t.Fatal(err)
	}
	f.holds(t, one, 250, 350, "Bronze")
	f.unmerge(t, one)
	f.holds(t, one, 50, 50, "Bronze")
	f.holds(t, two, 200, 300, "Bronze")
	f.proven(t, "parted")
	lots, err := db.Lots(t.Context(), org, two)
	if want := noon.AddDate(0, 0, 15).Truncate(24 * time.Hour); err != nil || len(lots) != 1 || lots[0].Points != 200 || !lots[0].ExpiresOn.Equal(want) {
		t.Errorf("lots %+v, %v", lots, err)
	}
}

// A merge and its undoing happen once, however often they are asked for.
func TestMergeOnce(t *testing.T) {
	t.Parallel()
	_, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, two, "b", 3000)
	once := loyalty.Once{Key: "k", Fingerprint: []byte("f"), Answer: func(any) (loyalty.Answer, error) { return loyalty.Answer{Status: 200, Body: []byte(`{}`)}, nil }}
	cmd := service.MergeCustomers{ID: one, SourceID: two, Once: once}
	if _, err := f.Customers.Merge(t.Context(), owner, cmd); err != nil {
		t.Fatal(err)
	}
	_, err := f.Customers.Merge(t.Context(), owner, cmd)
	if _, ok := errors.AsType[*loyalty.Replayed](err); !ok {
		t.Errorf("again: %v", err)
	}
	f.holds(t, one, 300, 300, "Bronze")
}

// Merges that cross, and awards that come while they run: no point is lost or
// doubled.
func TestMergeRaces(t *testing.T) {
	t.Parallel()
	db, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, one, "a", 4000)
	f.order(t, two, "b", 3000)
	into := func(survivor, source loyalty.ID) func() error {
		by := service.NewCustomers(process(db).Core)
		return func() error {
			_, err := by.Merge(context.Background(), owner, service.MergeCustomers{ID: survivor, SourceID: source})
			return err
		}
	}
	give := func(who loyalty.ID) func() error {
		by := process(db)
		return func() error {
			_, err := by.Award(context.Background(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 10, Reason: "x"})
			return err
		}
	}
	got := atOnce(t, db, accounts, into(one, two), into(two, one), into(ada, two), give(one), give(two), give(two))
	if got[""] < 4 || got[loyalty.CodeConflict] != 6-got[""] {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 730 {
		t.Errorf("%d points, want 730", n)
	}
	if n := number(t, db, `SELECT sum(lifetime) FROM enrollments`); n != 730 {
		t.Errorf("%d lifetime points, want 730", n)
	}
	f.proven(t, "after the race")
}

func TestMergePreview(t *testing.T) {
	t.Parallel()
	_, s, _, one, two := twice(t)
	f := fixture{s}
	f.order(t, one, "a", 4000)
	f.order(t, two, "b", 3000)
	f.redeem(t, two)
	cmd := service.MergeCustomers{ID: one, SourceID: two, Take: []string{"phone"}}
	p, err := f.Customers.PreviewMerge(t.Context(), owner, cmd)
	if err != nil {
		t.Fatal(err)
	}
	m := f.merge(t, one, two, "phone")
	if p.After.Customer != m.Customer || p.After.Enrollment.Balance != m.Enrollment.Balance || p.After.TierName != m.TierName {
		t.Errorf("foretold %+v, became %+v", p.After, m)
	}
	if p.Counts != (loyalty.MergeCounts{Transactions: 2, Orders: 1, Redemptions: 1, Waiting: 1}) {
		t.Errorf("counts %+v", p.Counts)
	}
	open, err := f.Customers.Merges(t.Context(), owner, one)
	if err != nil || len(open) != 1 || open[0].SourceID != two || !open[0].Until.Equal(p.Until) {
		t.Errorf("to be undone: %+v, %v", open, err)
	}
	if open[0].SourceName != "Maria Garcia" {
		t.Errorf("named %q", open[0].SourceName)
	}
}
