package service_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
)

var bob = id(11)

// process is the ledger as another server on the same database has it: with a
// memory and a queue of its own.
func process(repo loyalty.Repository) *service.Ledger {
	return service.NewLedger(service.NewCore(repo, func() time.Time { return noon }, slog.New(slog.NewTextHandler(io.Discard, nil))))
}

// atOnce runs each of what with all of them past their reading before the
// first can write: hold keeps them waiting in the database until they all do.
func atOnce(t *testing.T, db *pgtest.DB, hold string, what ...func() error) map[string]int {
	t.Helper()
	holder, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback() //nolint:errcheck // after the Commit below there is nothing to roll back
	if _, err := holder.ExecContext(t.Context(), hold); err != nil {
		t.Fatal(err)
	}
	codes := make(chan string, len(what))
	for _, do := range what {
		go func() {
			err := do()
			code := loyalty.CodeOf(err)
			if _, ok := errors.AsType[*loyalty.Replayed](err); ok {
				code = "replayed"
			} else if err != nil && code == "" {
				code = err.Error()
			}
			codes <- code
		}()
	}
	db.Blocked(t, len(what))
	if err := holder.Commit(); err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for range what {
		got[<-codes]++
	}
	return got
}

// accounts holds every account; orders and stock hold what their names say.
const (
	accounts = `SELECT FROM enrollments FOR UPDATE`
	orders   = `LOCK TABLE orders IN SHARE MODE`
	guestsIn = `LOCK TABLE customers IN SHARE MODE`
)

func is(got map[string]int, want ...string) bool {
	n := map[string]int{}
	for _, code := range want {
		n[code]++
	}
	for code := range n {
		if got[code] != n[code] {
			return false
		}
	}
	return len(got) == len(n)
}

func TestSameOrderAtOnce(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		hold   string
		guests [2]loyalty.ID
		want   []string
		points int
	}{
		{"of nobody known", orders, [2]loyalty.ID{}, []string{"", ""}, 0},
		{"of one guest", accounts, [2]loyalty.ID{ada, ada}, []string{"", ""}, 100},
		{"of two guests", accounts, [2]loyalty.ID{ada, bob}, []string{"", loyalty.CodeConflict}, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, _ := restaurant(t)
			guest(t, db, bob, "Bob")
			var send []func() error
			for _, who := range test.guests {
				by := process(db)
				send = append(send, func() error {
					_, err := by.Submit(context.Background(), till, service.SubmitOrder{
						StoreID: store, ExternalID: "1", Customer: service.CustomerRef{ID: who}, Total: 1000, Status: loyalty.OrderCompleted,
					})
					return err
				})
			}
			if got := atOnce(t, db, test.hold, send...); !is(got, test.want...) {
				t.Errorf("outcomes %v, want %q", got, test.want)
			}
			var n, sales, points int
			err := db.SQL.QueryRow(`SELECT (SELECT count(*) FROM orders), (SELECT sum(sales) FROM daily_stats), (SELECT sum(balance) FROM enrollments)`).Scan(&n, &sales, &points)
			if err != nil || n != 1 || sales != 1000 || points != test.points {
				t.Errorf("%d orders, %d in sales, %d points, %v", n, sales, points, err)
			}
		})
	}
}

func TestClaimAtOnce(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	guest(t, db, bob, "Bob")
	r, err := l.Submit(t.Context(), till, service.SubmitOrder{StoreID: store, ExternalID: "1", Total: 1000, Status: loyalty.OrderCompleted})
	if err != nil {
		t.Fatal(err)
	}
	claim := func(who loyalty.ID) func() error {
		by := process(db)
		return func() error {
			_, err := by.Change(context.Background(), till, service.ChangeOrder{StoreID: store, OrderID: r.Order.ID, Customer: service.CustomerRef{ID: who}})
			return err
		}
	}
	if got := atOnce(t, db, accounts, claim(ada), claim(bob)); !is(got, "", loyalty.CodeConflict) {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 100 {
		t.Errorf("%d points were given for the order, want 100", n)
	}
}

func TestSameKeyAtOnce(t *testing.T) {
	t.Parallel()
	key := func(fingerprint string) loyalty.Once {
		return loyalty.Once{Key: "k", Fingerprint: []byte(fingerprint), Answer: func(any) (loyalty.Answer, error) {
			return loyalty.Answer{Status: 201, Body: []byte("{}")}, nil
		}}
	}
	for _, test := range []struct {
		name   string
		second loyalty.ID
		as     string
		want   string
	}{
		{"one request", ada, "a", "replayed"},
		{"two requests", bob, "b", loyalty.CodeKeyReused},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, _ := restaurant(t)
			guest(t, db, bob, "Bob")
			give := func(who loyalty.ID, as string) func() error {
				by := process(db)
				return func() error {
					_, err := by.Award(context.Background(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 5, Reason: "x", Once: key(as)})
					return err
				}
			}
			if got := atOnce(t, db, accounts, give(ada, "a"), give(test.second, test.as)); !is(got, "", test.want) {
				// Either of two requests may be the first.
				t.Errorf("outcomes %v, want one success and %s", got, test.want)
			}
			if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 5 {
				t.Errorf("%d points were given, want 5", n)
			}
		})
	}
}

// Two tills end one redemption: it is used or given back, never both.
func TestFulfillAndCancelAtOnce(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 100)
	r, err := l.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
	if err != nil {
		t.Fatal(err)
	}
	one, other := process(db), process(db)
	cmd := service.EndRedemption{RedemptionID: r.Redemption.ID}
	got := atOnce(t, db, accounts,
		func() error { _, err := one.Fulfill(context.Background(), till, cmd); return err },
		func() error { _, err := other.Cancel(context.Background(), till, cmd); return err })
	if got[""] != 1 {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT count(*) FROM redemptions d JOIN enrollments e USING (customer_id) WHERE (d.status = 'cancelled') = (e.balance = 100)`); n != 1 {
		t.Error("used, and the points are back; or given back without them")
	}
}

func TestSameEventAtOnce(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	guest(t, db, bob, "Bob")
	db.Exec(t, `INSERT INTO event_types (organization_id, id, key, name, mode, points, created_at, updated_at) VALUES ($1, $2, 'visit', 'Visit', 'fixed', 10, now(), now())`,
		org.String(), id(30).String())
	report := func(who loyalty.ID) func() error {
		by := process(db)
		return func() error {
			_, err := by.Record(context.Background(), owner, service.RecordEvent{Customer: service.CustomerRef{ID: who}, Event: "visit", EventID: "e1"})
			return err
		}
	}
	if got := atOnce(t, db, accounts, report(ada), report(bob)); !is(got, "", "") {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 10 {
		t.Errorf("the event gave %d points, want 10", n)
	}
}

func TestLastOfStockAtOnce(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	guest(t, db, bob, "Bob")
	db.Exec(t, `UPDATE rewards SET has_stock = true; INSERT INTO reward_stock SELECT organization_id, id, 0, 1 FROM rewards`)
	var buy []func() error
	for _, who := range []loyalty.ID{ada, bob} {
		if _, err := l.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: who}, Points: 100, Reason: "x"}); err != nil {
			t.Fatal(err)
		}
		by := process(db)
		buy = append(buy, func() error {
			_, err := by.Redeem(context.Background(), till, service.RedeemReward{Customer: service.CustomerRef{ID: who}, RewardID: coffee})
			return err
		})
	}
	if got := atOnce(t, db, accounts, buy...); !is(got, "", loyalty.CodeOutOfStock) {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT sum(balance) FROM enrollments`); n != 100 {
		t.Errorf("%d points are left, want the 100 of who came too late", n)
	}
}

// One guest's first two orders come from two tills that don't know each other.
func TestSamePhoneAtOnce(t *testing.T) {
	t.Parallel()
	db, _ := restaurant(t)
	var send []func() error
	for _, ref := range []string{"1", "2"} {
		by := process(db)
		send = append(send, func() error {
			_, err := by.Submit(context.Background(), till, service.SubmitOrder{
				StoreID: store, ExternalID: ref, Phone: "+1 212 555 0101", Total: 1000, Status: loyalty.OrderCompleted,
			})
			return err
		})
	}
	if got := atOnce(t, db, guestsIn, send...); !is(got, "", "") {
		t.Errorf("outcomes %v", got)
	}
	if n := number(t, db, `SELECT max(e.balance) FROM enrollments e JOIN customers c ON c.id = e.customer_id WHERE c.phone_e164 = '+12125550101'`); n != 200 {
		t.Errorf("the guest has %d points, want those of both orders", n)
	}
}

// What becomes of a guest while points are on their way counts.
func TestAwardMeanwhile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		does func(ctx context.Context, tx loyalty.Tx) error
		want string
	}{
		{"frozen", func(ctx context.Context, tx loyalty.Tx) error { return tx.SetFrozen(ctx, org, ada, noon) }, loyalty.CodeAccountFrozen},
		{"erased", func(ctx context.Context, tx loyalty.Tx) error { return tx.EraseCustomer(ctx, org, ada) }, loyalty.CodeNotFound},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, l := restaurant(t)
			var wg sync.WaitGroup
			var err error
			if inTx := db.InTx(t.Context(), func(ctx context.Context, tx loyalty.Tx) error {
				if err := tx.LockAccount(ctx, org, ada); err != nil {
					return err
				}
				wg.Go(func() {
					_, err = l.Award(context.Background(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: 5, Reason: "x"})
				})
				db.Blocked(t, 1)
				return test.does(ctx, tx)
			}); inTx != nil {
				t.Fatal(inTx)
			}
			wg.Wait()
			if loyalty.CodeOf(err) != test.want {
				t.Errorf("the award says %v, want %s", err, test.want)
			}
			if n := number(t, db, `SELECT count(*) FROM transactions`); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
}

// changing is a repository in which, once, somebody changes the configuration
// just before it is read.
type changing struct {
	*pgtest.DB
	change func()
	once   *sync.Once
}

func (c changing) Config(ctx context.Context, orgID loyalty.ID) (*loyalty.Config, error) {
	c.once.Do(c.change)
	return c.DB.Config(ctx, orgID)
}

// A reward's price rises after it was read and before the configuration is.
func TestRedeemAtThePriceOfNow(t *testing.T) {
	t.Parallel()
	db, l := restaurant(t)
	award(t, l, 150)
	by := process(changing{db, func() {
		db.Exec(t, `UPDATE rewards SET points_cost = 150; UPDATE organizations SET config_version = config_version + 1`)
	}, new(sync.Once)})
	r, err := by.Redeem(t.Context(), till, service.RedeemReward{Customer: service.CustomerRef{ID: ada}, RewardID: coffee})
	if err != nil || r.Redemption.Cost != 150 || r.Balance != 0 {
		t.Errorf("bought for %d, %v; the reward costs 150 by now", r.Redemption.Cost, err)
	}
}
